"""The weekly job: `python run_week.py [WEEK ...]`. Its steps: src/ddor/jobs/report.py."""

import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent
# A checkout runs its own package, whichever one the environment was installed from.
sys.path.insert(0, str(PROJECT / "src"))

from ddor.cli import run_week  # noqa: E402

if __name__ == "__main__":
    sys.exit(run_week(sys.argv[1:], PROJECT))
