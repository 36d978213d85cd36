"""What a run of a week saw of its inputs, as they lie. It is kept where the run looked at the whole
week, which was published, is unchanged, or waits for a person.

    outputs/runs/<week>/seen.json
        inputs              name -> sha256 of all that was read; left out where something was said,
                            which the next run has to say again
        week                name -> sha256 of extract, note, corrections, decisions
        held                as inputs, of a week that waits for a person
        revision, figures   what they gave

By the first the next run of the week knows, before it reads anything, that nothing changed. The
sha256 are those of files, not of rows: other bytes with the same rows are read again, and then
found to be the same. Also the program is among them, and what the archive holds: a report that was
published since may be one to compare with. By the second, which has what is of this week alone, a
run without a week finds the weeks that have to be run (due.py).
"""

import contextlib
import hashlib
import json
import sysconfig
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ddor.archive.publish import Archive, last_revision
from ddor.calendar import Period, Week
from ddor.errors import DdorError
from ddor.jobs.order import Order, Result
from ddor.maintained.parameters import PATH_KEYS, Parameters, extract_location, is_remote
from ddor.reports import report_of

if TYPE_CHECKING:
    import pandas as pd

    from ddor.maintained.corrections import Record

SEEN = "seen.json"
# Of the archive what a week is made with; its own pages and data are not.
OF_THE_ARCHIVE = ("site/data/catalog.json", "runs/ledger.csv", "runs/labels.csv")
LARGEST = 1 << 30
PACKAGE = Path(__file__).resolve().parents[1]
Saw = dict[str, dict[str, str] | None]  # the first two parts of the file


class Written(NamedTuple):
    """records: of disputes; decided: the lines of the ledger that have a decision."""

    records: "tuple[Record, ...]"
    decided: "pd.DataFrame"


def unchanged(period: Period, order: Order) -> Result | None:
    """That of a run which would find nothing changed; None where only the run itself can tell."""
    asked = order.draft, order.force, order.correct, order.accept_held, order.decisions
    if any(asked) or not isinstance(period, Week):
        return None
    try:
        parameters = order.parameters(period)
        archive = Archive(parameters.output)
        failed = archive.runs / str(period) / "failed"
        if archive.journal.exists() or archive.staging.exists() or failed.exists():
            return None
        seen = _read(parameters.output, period)
        inputs = inputs_of(period, order, parameters)
        if inputs is None or seen["inputs"] != inputs | _of_archive(parameters.output):
            return None
        if not isinstance(seen["week"], dict):
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
    if not extract.exists() or sum(f.stat().st_size for f in all_files(extract)) > LARGEST:
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


def _of_archive(output: Path) -> dict[str, str]:
    """The same, of what the archive holds by now."""
    return {"archive": digest(*(output / name for name in OF_THE_ARCHIVE))}


def written(parameters: Parameters) -> Written:
    """What people wrote of any week. Raises NeedsCorrection."""
    from ddor.maintained.corrections import read_corrections

    return Written(read_corrections(parameters.corrections), _decided(parameters.output / "runs"))


def _decided(runs: Path) -> "pd.DataFrame":
    from ddor.published.ledger import read_ledger

    ledger = read_ledger(runs)
    return ledger[ledger["decision"] != ""]


def of_week(
    week: Week, parameters: Parameters, written: Written, extract: str = ""
) -> dict[str, str]:
    """Of what makes a week due, as it lies: name -> sha256, or a server's own checksum. `extract`:
    its own, where it is known already."""
    from ddor.maintained.corrections import canonical

    records = [each for each in written.records if each.week == week]
    return {
        "extract": extract or _of_extract(extract_location(parameters, week), parameters),
        "note": sha256(parameters.note.encode()),
        "corrections": sha256(canonical(records).encode()),
        "decisions": _decisions(parameters.output / "runs", week, written.decided),
    }


def _of_extract(location: str, parameters: Parameters) -> str:
    if not is_remote(location):
        return digest(Path(location))
    import fsspec

    from ddor.extract.location import fetch

    fs, path = fsspec.core.url_to_fs(location)
    if "http" not in fs.protocol:  # whose lists are pages
        files = fs.find(path, detail=True).values()
        marks = [each.get("ETag") or each.get("md5Hash") or each.get("etag") for each in files]
        if marks and all(marks):
            return sha256(" ".join(map(str, marks)).encode())
    files, _ = fetch(location, parameters.limits)
    return sha256(b"\n".join(hashlib.sha256(files[name]).digest() for name in sorted(files)))


def _decisions(runs: Path, week: Week, decided: "pd.DataFrame") -> str:
    """Of the decisions on requests of the week's last revision, and on agencies in the week."""
    import pandas as pd

    from ddor.published.ledger import lines_of

    ids = pd.Series(dtype="str")
    if len(decided) and (number := last_revision(runs / str(week))):
        kept = runs / str(week) / f"r{number}" / "extract.parquet"
        with contextlib.suppress(OSError, ValueError, KeyError):  # `ddor verify` says what it is
            ids = pd.read_parquet(kept, columns=["request_id"])["request_id"]
    own = lines_of(decided, week, ids)[["flag", "decision", "reason", "by"]]
    return sha256(json.dumps(own.to_numpy().tolist()).encode())


def look_at(period: Period, order: Order, parameters: Parameters) -> Saw:
    """Before a run reads it; nothing of what is no week. What cannot be looked at is left out: the
    run itself says why."""
    if not isinstance(period, Week) or order.draft:
        return {}
    inputs = inputs_of(period, order, parameters)
    saw: Saw = {"inputs": inputs, "week": None}
    with contextlib.suppress(Exception):
        extract = inputs["extract"] if inputs else ""
        saw["week"] = of_week(period, parameters, written(parameters), extract)
    return saw


def seen_file(output: Path, result: Result, saw: Saw) -> bytes:
    """What is not known this time, or has to be said again, stays as it was."""
    content = _read(output, result.period)
    if saw["week"] and isinstance(result.period, Week):
        # Decisions may have been taken by the run itself.
        decided = _decisions(output / "runs", result.period, _decided(output / "runs"))
        content["week"] = saw["week"] | {"decisions": decided}
    content["held"] = saw["inputs"] if result.exit_code else None
    if saw["inputs"] and result.exit_code == 0 and not result.messages:
        content["inputs"] = saw["inputs"] | _of_archive(output)
        content |= {"revision": result.revision, "figures": result.figures}
    return (json.dumps(content) + "\n").encode()


def held_as_it_is(week: Week, order: Order) -> bool:
    """Whether the last run held the week, and all that it read is as it was."""
    parameters = order.parameters(week)
    held = _read(parameters.output, week).get("held")
    return held is not None and held == inputs_of(week, order, parameters)


def kept(output: Path, week: Week) -> dict[str, str] | None:
    """What the last run saw `of_week`; None where that is not known."""
    content = _read(output, week).get("week")
    return content if isinstance(content, dict) else None


def _read(output: Path, period: Period) -> dict:
    """The file; empty where it is lost or damaged."""
    try:
        content = json.loads((output / "runs" / str(period) / SEEN).read_bytes())
        return content if isinstance(content, dict) else {}
    except (OSError, ValueError, RecursionError):
        return {}


@cache
def program(package: Path) -> str:
    """The sha256 of this package, of which a process runs what it found at first."""
    return digest(package)


def all_files(place: Path) -> list[Path]:
    """`place`, or the files below it, in order."""
    found = sorted(place.rglob("*")) if place.is_dir() else [place]
    return [file for file in found if file.is_file()]


def digest(*places: Path) -> str:
    """Of files, and of all files below folders, whatever leads there."""
    lines = []
    for place in places:
        for file in all_files(place):
            if "__pycache__" not in file.parts:
                with file.open("rb") as data:
                    of_file = hashlib.file_digest(data, "sha256").hexdigest()
                lines.append(f"{file.relative_to(place)} {of_file}")
        lines.append("")
    return sha256("\n".join(lines).encode())


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
