"""The weekly job: `python run_week.py [WEEK ...]`. Its steps: src/ddor/jobs/report.py."""

import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent
# A checkout runs its own package, whichever one the environment was installed from.
sys.path.insert(0, str(PROJECT / "src"))

from ddor.run.surroundings import settle  # noqa: E402

if __name__ == "__main__":
    settle()
    try:
        from ddor.cli import run_week  # after the locale is known to be UTF-8
    except ModuleNotFoundError as error:
        use = "run .venv/bin/python run_week.py; `make week` makes .venv"
        print(f"the package {error.name} is missing here: {use}", file=sys.stderr)
        sys.exit(2)
    sys.exit(run_week(sys.argv[1:], PROJECT))
