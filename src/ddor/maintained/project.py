"""Where the project is: the checkout that holds notebooks/, params/ and run_week.py."""

from pathlib import Path

from ddor.errors import UsageError


def find_project() -> Path:
    """The checkout around the working directory, else the one this package is installed from.

    Raises UsageError where neither holds params/ and notebooks/.
    """
    here = Path.cwd()
    for folder in (here, *here.parents, Path(__file__).resolve().parents[3]):
        if (folder / "params").is_dir() and (folder / "notebooks").is_dir():
            return folder
    raise UsageError(f"no project around {here}: expected a folder with params/ and notebooks/")
