"""What the last run of a week saw of its inputs, as they lie: by it the next run knows, before it
reads anything, that the week is unchanged.

    outputs/runs/<week>/seen.json    inputs: name -> sha256; revision and figures, of what they gave

The sha256 are those of files, not of rows: other bytes with the same rows are read again, and then
found to be the same. Whatever a run reads is among them, also the program, and what the archive
holds: a report that was published since may be one to compare with.
"""

import hashlib
import json
import sysconfig
from functools import cache
from pathlib import Path

from ddor.archive.publish import Archive
from ddor.calendar import Period, Week
from ddor.errors import DdorError
from ddor.jobs.order import ARRIVED, Order, Result
from ddor.maintained.parameters import (
    PATH_KEYS,
    Parameters,
    extract_location,
    is_remote,
    load_parameters,
)
from ddor.reports import report_of

SEEN = "seen.json"
# Of the archive what a week is made with; its own pages and data are not.
OF_THE_ARCHIVE = ("site/data/catalog.json", "runs/ledger.csv", "runs/labels.csv")
LARGEST = 1 << 30
PACKAGE = Path(__file__).resolve().parents[1]


def unchanged(period: Period, order: Order) -> Result | None:
    """That of a run which would find nothing changed; None where only the run itself can tell."""
    asked = order.draft, order.force, order.correct, order.accept_held, order.decisions
    if any(asked) or not isinstance(period, Week):
        return None
    try:
        parameters = load_parameters(order.project, period, order.params, order.settings)
        archive = Archive(parameters.output)
        kept = archive.runs / str(period) / ARRIVED  # by which a later run finds the week (due.py)
        if archive.journal.exists() or archive.staging.exists():
            return None
        if not isinstance(json.loads(kept.read_bytes()), dict):
            return None
        seen = json.loads((archive.runs / str(period) / SEEN).read_bytes())
        inputs = inputs_of(period, order, parameters)
        if inputs is None or seen["inputs"] != inputs | of_archive(parameters.output):
            return None
        page = str(archive.site / period.path / "index.html")
        return Result(period, "unchanged", 0, seen["revision"], page, seen["figures"])
    except (DdorError, OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def inputs_of(period: Period, order: Order, parameters: Parameters) -> dict[str, str] | None:
    """Name of an input -> its sha256, without those of the archive; None of an extract at another
    place than on this machine, or one that is larger than any that is read."""
    if is_remote(parameters.extract):
        return None
    extract = Path(extract_location(parameters, period))
    if not extract.exists() or _size(extract) > LARGEST:
        return None
    written = parameters.corrections, parameters.statements, parameters.pages
    tables = parameters.agencies, parameters.policies, parameters.coverage
    template = order.project / "notebooks" / report_of(period).template
    # A run may take as long as it likes, and the same files at another place are the same.
    left_out = {"published_on", "run_time_limit", "keep_runs", "notify", *PATH_KEYS}
    plain = parameters.model_dump(mode="json", exclude=left_out)
    installed = Path(sysconfig.get_path("purelib")).stat().st_mtime_ns
    return {
        "extract": digest(extract),
        "parameters": sha256(f"{json.dumps(plain)}\n{parameters.note}\n{installed}".encode()),
        "tables": digest(*tables),
        "written": digest(*written, parameters.project_pages),
        "program": digest(template) + program(PACKAGE),
    }


def of_archive(output: Path) -> dict[str, str]:
    """The same, of what the archive holds by now."""
    return {"archive": digest(*(output / name for name in OF_THE_ARCHIVE))}


def seen_file(inputs: dict[str, str], result: Result) -> bytes:
    content = {"inputs": inputs, "revision": result.revision, "figures": result.figures}
    return (json.dumps(content) + "\n").encode()


@cache
def program(package: Path) -> str:
    """The sha256 of this package, of which a process runs what it found at first."""
    return digest(package)


def _size(place: Path) -> int:
    files = place.rglob("*") if place.is_dir() else [place]
    return sum(file.stat().st_size for file in files if file.is_file())


def digest(*places: Path) -> str:
    """Of files, and of all files below folders, whatever leads there."""
    lines = []
    for place in places:
        for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if file.is_file() and "__pycache__" not in file.parts:
                with file.open("rb") as data:
                    of_file = hashlib.file_digest(data, "sha256").hexdigest()
                lines.append(f"{file.relative_to(place)} {of_file}")
        lines.append("")
    return sha256("\n".join(lines).encode())


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
