"""The weekly job: `python run_week.py [WEEK ...]`. Its steps: src/ddor/jobs/report.py."""

import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent
# A checkout runs its own package, whichever one the environment was installed from.
sys.path.insert(0, str(PROJECT / "src"))

from ddor.run.surroundings import settle  # noqa: E402

if __name__ == "__main__":
    settle()
    from ddor.cli import run_week  # after the locale is known to be UTF-8

    sys.exit(run_week(sys.argv[1:], PROJECT))
