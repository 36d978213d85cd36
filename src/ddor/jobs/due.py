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
import datetime as dt
import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from ddor.archive.publish import opened
from ddor.calendar import Period, Week, weeks_between
from ddor.errors import DdorError, NoExtractYet, UsageError, address_without_secrets, time_limit
from ddor.jobs.order import ARRIVED, HELD, REVIEW_LIST, Order, Result
from ddor.jobs.seen import digest, sha256
from ddor.maintained.corrections import Record, canonical, read_corrections
from ddor.maintained.parameters import (
    Parameters,
    extract_location,
    is_remote,
    load_parameters,
    weeks_with_extract,
)
from ddor.published.catalog import Catalog, Revision, open_catalog
from ddor.published.ledger import lines_of, read_ledger

DONE = (0, HELD)  # what a run ends with that has looked at the whole week


class Written(NamedTuple):
    """records: of disputes; decided: the lines of the ledger that have a decision."""

    records: tuple[Record, ...]
    decided: pd.DataFrame


class Found(NamedTuple):
    """what: new; missing: due, and without an extract; changed since its last run, and then: final,
    or gone: its extract is. last: its current revision; changed: what did."""

    week: Week
    what: str
    last: Revision | None = None
    changed: Sequence[str] = ()


@dataclass(frozen=True)
class Weeks:
    """The complete weeks since the earliest that has an extract or a revision, in order, and what
    is known of them. parameters: those of no week; there: the weeks that have an extract; written:
    what people wrote of any week."""

    order: Order
    parameters: Parameters
    catalog: Catalog
    there: set[Week]
    today: dt.date
    complete: list[Week]
    written: Written

    def place(self, week: Week) -> str:
        return address_without_secrets(extract_location(self.parameters, week))

    def announced(self, week: Week) -> dt.date:
        return week.last_day + dt.timedelta(days=self.parameters.release_lag_days)

    def found(self) -> Iterator[Found]:
        """What there is to do, oldest week first."""
        for week in self.complete:
            last, is_there = self.catalog.current(week), week in self.there
            if last is None and (is_there or self.today >= self.announced(week)):
                yield Found(week, "new" if is_there else "missing")
            elif last and (changed := self._changed(week, last)):
                final = "final" if is_final(week, last) else "changed"
                yield Found(week, final if is_there else "gone", last, changed)

    def _changed(self, week: Week, last: Revision) -> list[str]:
        """What is another by now than at its last run; nothing of a withdrawn one. Of one that has
        no extract any more the others can tell. A week whose own files do not fit is run, and says
        why."""
        if last.withdrawn_on:
            return []
        try:
            now = arrived(week, self.order, self.written)
        except DdorError:
            return ["parameters"]
        before = kept_of(self.parameters.output, week)
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
    return Weeks(order, parameters, catalog, there, today, complete, _written(parameters))


def _written(parameters: Parameters) -> Written:
    """Raises NeedsCorrection: a record that does not fit stops every week."""
    return Written(read_corrections(parameters.corrections), _decided(parameters.output / "runs"))


def _decided(runs: Path) -> pd.DataFrame:
    ledger = read_ledger(runs)
    return ledger[ledger["decision"] != ""]


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
    with time_limit(weeks.parameters.run_time_limit, "looking for what changed"):
        return [_planned(weeks, each) for each in weeks.found()]


def _planned(weeks: Weeks, found: Found) -> Week | Result:
    week, changed = found.week, " and ".join(found.changed)
    if found.what in ("new", "changed"):
        return week
    if found.what == "final" and found.last:
        said = f"final, by its data of {found.last.as_of}; its {changed} changed"
        said += f": `run_week.py {week}` publishes a revision"
        return Result(week, "held", HELD, found.last.revision, messages=(said,))
    said = f"its {changed} changed, and its extract is gone: put it back"
    if found.what == "missing":
        place, since = weeks.place(week), weeks.announced(week)
        said = f"no extract yet at {place}; it was due on {since}"
    return Result(week, "missing", NoExtractYet.exit_code, messages=(said,))


def is_final(week: Week, last: Revision) -> bool:
    return week.is_final_on(dt.date.fromisoformat(last.as_of))


def arrived(week: Week, order: Order, written: Written) -> dict[str, str]:
    """Of what makes a week due, as it lies: name -> sha256, or a server's own checksum."""
    parameters = load_parameters(order.project, week, order.params, order.settings)
    records = [each for each in written.records if each.week == week]
    location = extract_location(parameters, week)
    return {
        "extract": _remote(location, parameters) if is_remote(location) else digest(Path(location)),
        "note": sha256(parameters.note.encode()),
        "corrections": sha256(canonical(records).encode()),
        "decisions": _decisions(parameters.output / "runs", week, written.decided),
    }


def _remote(location: str, parameters: Parameters) -> str:
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


def _decisions(runs: Path, week: Week, decided: pd.DataFrame) -> str:
    """Of the decisions on requests of the week's last revision, and on agencies in the week."""
    ids = pd.Series(dtype="str")
    kept = sorted(runs.glob(f"{week}/r[0-9]*/extract.parquet"), key=os.path.getmtime)
    if len(decided) and kept:
        with contextlib.suppress(OSError, ValueError, KeyError):  # `ddor verify` says what it is
            ids = pd.read_parquet(kept[-1], columns=["request_id"])["request_id"]
    own = lines_of(decided, week, ids)[["flag", "decision", "reason", "by"]]
    return sha256(json.dumps(own.to_numpy().tolist()).encode())


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
            parameters = load_parameters(order.project, period, order.params, order.settings)
            return arrived(period, order, _written(parameters))
    return {}


def _record(week: Week, order: Order, before: Mapping[str, str]) -> None:
    output = load_parameters(order.project, week, order.params, order.settings).output
    runs, folder = output / "runs", output / "runs" / str(week)
    if not folder.is_dir():
        return  # nothing came of it: it is run again anyway
    # Decisions may have been taken by the run itself.
    now = {**before, "decisions": _decisions(runs, week, _decided(runs))}
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
