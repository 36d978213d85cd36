"""What the weekly job does where no week is named: it catches up.

Every complete week that was never published is run, and so is one whose extract, note, corrections
or decisions are others than those of its last run. By what they were known again is kept, beside
the week's private runs:

    outputs/runs/<week>/arrived.json    extract, note, corrections, decisions: name -> sha256

A run that failed keeps nothing, so the next one tries again, and says so again.
The program, the templates and the tables of `params/` make no week due: `run_week.py START..END`
runs weeks on them.
"""

import contextlib
import csv
import datetime as dt
import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ddor.archive.publish import opened
from ddor.calendar import Period, Week, weeks_between
from ddor.errors import DdorError, NoExtractYet, UsageError, address_without_secrets, time_limit
from ddor.jobs.order import ARRIVED, HELD, REVIEW_LIST, Order, Result
from ddor.jobs.seen import digest
from ddor.maintained.corrections import canonical, read_corrections
from ddor.maintained.parameters import (
    Parameters,
    extract_location,
    is_remote,
    load_parameters,
    weeks_with_extract,
)
from ddor.published.catalog import Catalog, Revision, open_catalog
from ddor.published.ledger import LEDGER

DONE = (0, HELD)  # what a run ends with that has looked at the whole week


@dataclass(frozen=True)
class Weeks:
    """The complete weeks since the earliest that has an extract or a revision, in order, and what
    is known of them. parameters: those of no week; there: the weeks that have an extract."""

    order: Order
    parameters: Parameters
    catalog: Catalog
    there: set[Week]
    today: dt.date
    complete: list[Week]

    def overdue(self, week: Week) -> bool:
        """Whether its first report was announced for today or before."""
        return self.today >= self.announced(week)

    def place(self, week: Week) -> str:
        return address_without_secrets(extract_location(self.parameters, week))

    def announced(self, week: Week) -> dt.date:
        return week.last_day + dt.timedelta(days=self.parameters.release_lag_days)

    def missing(self) -> list[Week]:
        """Those that are due, were never published, and have no extract."""
        weeks = [each for each in self.complete if each not in self.there]
        return [each for each in weeks if not self.catalog.of(each) and self.overdue(each)]

    def changed(self, week: Week, last: Revision) -> list[str]:
        """What is another by now than at its last run; nothing of a withdrawn one. Of one that has
        no extract any more the others can tell."""
        if last.withdrawn_on:
            return []
        now, before = arrived(week, self.order), kept_of(self.parameters.output, week)
        if week not in self.there:
            now.pop("extract")
        if before is None:  # an archive that was made elsewhere, or before this was kept
            return [] if is_final(week, last) or week not in self.there else [*now]
        return [name for name in now if before.get(name) != now[name]]


def look(order: Order) -> Weeks:
    """Raises UsageError (nothing says where weeks are) and NoExtractYet (there is no week)."""
    parameters = load_parameters(order.project, None, order.params, order.settings)
    if "{week}" not in parameters.extract:
        raise UsageError("name a WEEK, or put {week} into `extract` to have the weeks found")
    today = parameters.published_on or dt.date.today()
    with time_limit(parameters.run_time_limit, "looking for extracts"):
        there = {*weeks_with_extract(parameters.extract), *_with_their_own(order, parameters)}
    catalog = open_catalog(parameters.output / "site") or Catalog()
    known = {*there, *map(Week.parse, catalog.weeks)}
    weeks = weeks_between(min(known), Week.containing(today)) if known else []
    complete = [week for week in weeks if week.last_day < today]
    if not complete:
        raise NoExtractYet(
            "there is no extract of a complete week at "
            f"{address_without_secrets(parameters.extract)}; put one there, "
            "name one with --extract, or use --sample"
        )
    return Weeks(order, parameters, catalog, there, today, complete)


def _with_their_own(order: Order, parameters: Parameters) -> Iterator[Week]:
    """The weeks whose own file of parameters names an extract that is there."""
    for file in (parameters.corrections.parent / "weeks").glob("*.yaml"):
        with contextlib.suppress(DdorError):  # the file does not fit: a run of the week says so
            week = Week.parse(file.stem)
            own = load_parameters(order.project, week, order.params, order.settings)
            place = extract_location(own, week)
            if own.extract != parameters.extract and (is_remote(place) or os.path.exists(place)):
                yield week


def due(order: Order) -> list[Week | Result]:
    """Oldest first: a week that has to be run, or what is said of one that cannot be (no extract
    yet) or that waits (a final one, of which something changed). Raises as `look`."""
    weeks = look(order)
    read_corrections(weeks.parameters.corrections)  # one that does not fit stops every week
    with time_limit(weeks.parameters.run_time_limit, "looking for what changed"):
        return [*_due(weeks)]


def _due(weeks: Weeks) -> Iterator[Week | Result]:
    missing = {*weeks.missing()}
    for week in weeks.complete:
        last = weeks.catalog.current(week)
        if week in missing:
            since = weeks.announced(week)
            said = f"no extract yet at {weeks.place(week)}; it was due on {since}"
            yield Result(week, "missing", NoExtractYet.exit_code, messages=(said,))
        elif last is None:
            if week in weeks.there:
                yield week
        elif changed := changed_of(weeks, week, last):
            if week not in weeks.there:
                said = f"its {' and '.join(changed)} changed, and its extract is gone: put it back"
                yield Result(week, "missing", NoExtractYet.exit_code, messages=(said,))
            elif is_final(week, last):
                said = f"final, by its data of {last.as_of}; its {' and '.join(changed)} changed"
                said += f": `run_week.py {week}` publishes a revision"
                yield Result(week, "held", HELD, last.revision, messages=(said,))
            else:
                yield week


def changed_of(weeks: Weeks, week: Week, last: Revision) -> list[str]:
    """As Weeks.changed; a week whose own files do not fit is run, and says why."""
    try:
        return weeks.changed(week, last)
    except DdorError:
        return ["parameters"]


def is_final(week: Week, last: Revision) -> bool:
    return week.is_final_on(dt.date.fromisoformat(last.as_of))


def arrived(week: Week, order: Order) -> dict[str, str]:
    """Of what makes a week due, as it lies: name -> sha256, or a server's own checksum."""
    parameters = load_parameters(order.project, week, order.params, order.settings)
    records = [each for each in read_corrections(parameters.corrections) if each.week == week]
    location = extract_location(parameters, week)
    return {
        "extract": _remote(location, parameters) if is_remote(location) else digest(Path(location)),
        "note": _sha256(parameters.note.encode()),
        "corrections": _sha256(canonical(records).encode()),
        "decisions": _decisions(parameters.output / "runs", week),
    }


def _remote(location: str, parameters: Parameters) -> str:
    import fsspec

    from ddor.extract.read import fetch

    fs, path = fsspec.core.url_to_fs(location)
    if "http" not in fs.protocol:  # whose lists are pages
        files = fs.find(path, detail=True).values()
        marks = [each.get("ETag") or each.get("md5Hash") or each.get("etag") for each in files]
        if marks and all(marks):
            return _sha256(" ".join(map(str, marks)).encode())
    files, _ = fetch(location, parameters.limits)
    return _sha256(b"\n".join(hashlib.sha256(files[name]).digest() for name in sorted(files)))


def _decisions(runs: Path, week: Week) -> str:
    """Of the decisions on requests of the week's last revision, and on agencies in the week."""
    import pyarrow.parquet

    decided, ids = [], set()
    if (file := runs / LEDGER).exists():
        with file.open(encoding="utf-8", newline="") as lines:
            decided = [line for line in csv.DictReader(lines) if line["decision"]]
    kept = sorted(runs.glob(f"{week}/r[0-9]*/extract.parquet"), key=os.path.getmtime)
    if decided and kept:
        with contextlib.suppress(OSError, ValueError, KeyError):  # `ddor verify` says what it is
            table = pyarrow.parquet.read_table(kept[-1], columns=["request_id"])
            ids = {*table["request_id"].to_pylist()}
    own = [each for each in decided if each["subject"] in ids or each["week"] == str(week)]
    said = sorted([each["flag"], each["decision"], each["reason"], each["by"]] for each in own)
    return _sha256(json.dumps(said).encode())


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def recorded(
    periods: Sequence[Period], order: Order, results: Iterable[Result]
) -> Iterator[Result]:
    """The results; of each week is kept what it was run on, as it lay before."""
    came = {} if order.draft else {period: _before(period, order) for period in periods}
    for result in results:
        period = result.period
        if isinstance(period, Week) and (before := came.get(period)):
            if result.exit_code in DONE:
                _record(period, order, before)
        yield result


def _before(period: Period, order: Order) -> Mapping[str, str]:
    """Nothing of what is no week, or cannot be looked at: the run itself says why."""
    if isinstance(period, Week):
        with contextlib.suppress(Exception):
            return arrived(period, order)
    return {}


def _record(week: Week, order: Order, before: Mapping[str, str]) -> None:
    output = load_parameters(order.project, week, order.params, order.settings).output
    folder = output / "runs" / str(week)
    if not folder.is_dir():
        return  # nothing came of it: it is run again anyway
    # Decisions may have been taken by the run itself.
    now = {**before, "decisions": _decisions(output / "runs", week)}
    data = json.dumps(now) + "\n"
    if now != kept_of(output, week):
        # By itself, and at once: a run of several weeks has the archive locked all the time.
        beside = folder / f".{ARRIVED}"
        with contextlib.suppress(OSError):
            beside.touch(mode=0o600)
            beside.write_text(data, encoding="utf-8")
            beside.replace(folder / ARRIVED)


def kept_of(output: Path, week: Week) -> dict[str, str] | None:
    """What the last run of the week was made of; None where that is not known."""
    try:
        content = json.loads((output / "runs" / str(week) / ARRIVED).read_bytes())
        return content if isinstance(content, dict) else None
    except (OSError, ValueError):
        return None


# What a person looks at and no revision needs, nor `ddor verify`; the log too.
OF_PASSING_USE = ("[0-9]*/draft", "[0-9]*/failed", "[0-9]*/rows", "[0-9]*/notices", "logs/*")


def tidy(parameters: Parameters) -> list[str]:
    """Removes what is older than `keep_runs` days and no revision needs; -> what went. Of a week
    that waits for a person the draft stays."""
    if not parameters.keep_runs or not (parameters.output / "runs").is_dir():
        return []
    oldest = time.time() - parameters.keep_runs * 86_400
    with opened(parameters.output) as archive:
        found = [each for place in OF_PASSING_USE for each in archive.runs.glob(place)]
        old = [each for each in found if _newest(each) < oldest and not _waits(each)]
        gone = sorted(each.relative_to(archive.output).as_posix() for each in old)
        if gone:
            archive.publish({}, {}, gone)
        return gone


def _newest(place: Path) -> float:
    files = [file for file in place.rglob("*") if file.is_file()] if place.is_dir() else [place]
    return max((file.stat().st_mtime for file in files), default=0.0)


def _waits(place: Path) -> bool:
    return place.name == "draft" and (place.parent / REVIEW_LIST).exists()
