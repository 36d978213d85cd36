"""What the weekly job does where no week is named: it catches up.

Every complete week that was never published is run, and so is one whose extract, note, corrections
or decisions are others than those of its last run (seen.py). A run that failed keeps nothing of
them, so the next one tries again, and says so again. The program, the templates and the tables of
`params/` make no week due: `run_week.py START..END` runs weeks on them.
"""

import contextlib
import datetime as dt
import os
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ddor.archive.publish import opened, remove
from ddor.calendar import Week, weeks_between, weeks_in_a_row
from ddor.errors import DdorError, NoExtractYet, UsageError, address_without_secrets, time_limit
from ddor.jobs import seen
from ddor.jobs.order import HELD, REVIEW_LIST, Order, Result
from ddor.maintained.parameters import Parameters, extract_location, is_remote, weeks_with_extract
from ddor.published.catalog import Catalog, Revision, is_final, open_catalog
from ddor.reports import parse_period

MOST_NAMED = 3  # weeks in a row that are missing; more are one line


class Found(NamedTuple):
    """what: new; waits: held, never published, and nothing has changed; missing: due, and without
    an extract; changed: since its last run; final: changed, but final; gone: changed, and its
    extract is missing. last: its current revision; changed: what did. number: of weeks in a row
    that are said at once with this one, itself among them; 0 if an earlier week says it."""

    week: Week
    what: str
    last: Revision | None = None
    changed: Sequence[str] = ()
    number: int = 1


@dataclass(frozen=True)
class Weeks:
    """The complete weeks since the earliest that has an extract or a revision, in order, and what
    is known of them. parameters: those of no week; there: the weeks that have an extract; written:
    what people wrote of any week."""

    order: Order
    parameters: Parameters
    catalog: Catalog
    there: set[Week]
    complete: list[Week]
    written: seen.Written

    def place(self, week: Week) -> str:
        return address_without_secrets(extract_location(self.parameters, week))

    def review_list(self, week: Week) -> Path:
        return self.parameters.output / "runs" / str(week) / REVIEW_LIST

    def announced(self, week: Week) -> dt.date:
        return week.last_day + dt.timedelta(days=self.parameters.release_lag_days)

    def found(self) -> list[Found]:
        """What there is to do, oldest week first."""
        found = [*self._one_by_one()]
        missing = [each.week for each in found if each.what == "missing"]
        long = [row for row in weeks_in_a_row(missing) if len(row) > MOST_NAMED]
        numbers = {week: len(row) if week == row[0] else 0 for row in long for week in row}
        return [each._replace(number=numbers.get(each.week, 1)) for each in found]

    def _one_by_one(self) -> Iterator[Found]:
        for week in self.complete:
            last, is_there = self.catalog.current(week), week in self.there
            if last is None and (is_there or self.parameters.today >= self.announced(week)):
                what = "waits" if is_there and self._waits(week) else "new"
                yield Found(week, what if is_there else "missing")
            elif last and (changed := self._changed(week, last)):
                final = "final" if is_final(week, last, self.catalog) else "changed"
                yield Found(week, final if is_there else "gone", last, changed)

    def _waits(self, week: Week) -> bool:
        """For a person, and nothing has changed since: another run would only overwrite the list
        that is being filled in."""
        with contextlib.suppress(DdorError, OSError):
            return self.review_list(week).exists() and seen.held_as_it_is(week, self.order)
        return False

    def _changed(self, week: Week, last: Revision) -> list[str]:
        """What is another by now than at its last run; nothing of a withdrawn one. Of one that has
        no extract any more the others can tell. A week whose own files do not fit is run, and says
        why."""
        if last.withdrawn_on:
            return []
        try:
            own = self.order.parameters(week)
        except DdorError:
            return ["parameters"]
        try:
            now = seen.of_week(week, own, self.written)
        except DdorError:  # a server does not answer: the run says so
            return ["extract"]
        before = seen.kept(self.parameters.output, week)
        if week not in self.there:
            now.pop("extract")
        if before is None:  # an archive that was made elsewhere, or before this was kept
            return [] if is_final(week, last, self.catalog) or week not in self.there else [*now]
        return [name for name in now if before.get(name) != now[name]]


def look(order: Order) -> Weeks:
    """Raises UsageError (nothing says where weeks are) and NoExtractYet (there is no week)."""
    parameters = order.parameters()
    with time_limit(parameters.run_time_limit, "looking for extracts"):
        there = {*_with_extract(parameters, "weeks"), *_with_their_own(order, parameters)}
    catalog = open_catalog(parameters.output / "site") or Catalog()
    known = {*there, *map(Week.parse, catalog.weeks)}
    weeks = weeks_between(min(known), Week.containing(parameters.today)) if known else []
    complete = [week for week in weeks if week.last_day < parameters.today]
    if not complete:
        raise NoExtractYet(_none_at(parameters.extract))
    return Weeks(order, parameters, catalog, there, complete, seen.written(parameters))


def latest_week(order: Order) -> Week:
    """The latest complete week that has an extract. Raises UsageError."""
    parameters, running = order.parameters(), Week.containing(dt.date.today())
    with time_limit(parameters.run_time_limit, "looking for extracts"):
        complete = [week for week in _with_extract(parameters, "latest") if week < running]
    if not complete:
        raise UsageError(_none_at(parameters.extract))
    return max(complete)


def _none_at(extract: str) -> str:
    place = address_without_secrets(extract).replace("{week}", "2017-02-18")
    return (
        f"there is no extract of a complete week yet, such as {place}; put one there, name one "
        "with --extract, or try the samples: run_week.py --sample"
    )


def _with_extract(parameters: Parameters, which: str) -> list[Week]:
    if "{week}" not in parameters.extract:
        raise UsageError(f"name a WEEK, or put {{week}} into `extract` to have the {which} found")
    return weeks_with_extract(parameters.extract)


def _with_their_own(order: Order, parameters: Parameters) -> Iterator[Week]:
    """The weeks whose own file of parameters names an extract that is there."""
    for file in (parameters.corrections.parent / "weeks").glob("*.yaml"):
        with contextlib.suppress(DdorError):  # the file does not fit: a run of the week says so
            week = Week.parse(file.stem)
            own = order.parameters(week)
            place = extract_location(own, week)
            if own.extract != parameters.extract and (is_remote(place) or os.path.exists(place)):
                yield week


def misnamed(parameters: Parameters) -> Iterator[str]:
    """Files that nothing reads, because no period has their names."""
    beside = parameters.corrections.parent
    endings = {"notes": ".md", "weeks": ".yaml", "quarters": ".yaml"}
    places = [(beside / name, ending) for name, ending in endings.items()]
    if parameters.extract.endswith("/{week}") and not is_remote(parameters.extract):
        places += [(Path(parameters.extract).parent, "")]
    for folder, ending in places:
        for file in sorted(folder.glob("[!.]*")):
            try:
                period = parse_period(file.name.split(".")[0])
            except UsageError:
                if re.search(r"\d", file.name):  # no README.md
                    yield f"nothing reads {file}: expected a name such as 2017-02-18{ending}"
                continue
            expected = [ending] if ending else ["", ".zip", ".xlsx"]
            if file.name not in [f"{period}{each}" for each in expected]:
                yield f"nothing reads {file}: did you mean {period}{ending}?"


def told(weeks: Weeks, found: Found) -> tuple[str, str, int]:
    """Of a week that the next run does not run: how it is, what to do, and the exit code."""
    week, number, changed = found.week, found.number, " and ".join(found.changed)
    if found.what == "waits":
        how = "it still waits for a person, and nothing has changed"
        return how, f"the list is {weeks.review_list(week)}", HELD
    if found.what == "final" and found.last:
        how = f"it is final (data as of {found.last.as_of}), but its {changed} changed"
        return how, f"run `run_week.py {week}` to publish a revision", HELD
    how = f"its {changed} changed, but its extract is no longer there"
    if found.what == "missing":
        last = week.first_day + dt.timedelta(weeks=number - 1)
        others = f", nor for any week up to {last} ({number} weeks)" if number > 1 else ""
        how = f"no extract yet{others}; it was due on {weeks.announced(week)}"
    return how, f"put it at {weeks.place(week)}", NoExtractYet.exit_code


def due(order: Order) -> list[Week | Result]:
    """Oldest first: a week that has to be run, or what is said of one that cannot be (no extract
    yet) or that waits (a final one, of which something changed). Raises as `look`."""
    weeks = look(order)
    with time_limit(weeks.parameters.run_time_limit, "looking for what changed"):
        return [_planned(weeks, each) for each in weeks.found()]


def _planned(weeks: Weeks, found: Found) -> Week | Result:
    if found.what in ("new", "changed"):
        return found.week
    how, what_to_do, code = told(weeks, found)
    revision = found.last.revision if found.last and code == HELD else None
    words = (f"{how}; {what_to_do}",) if found.number else ()
    return Result(found.week, "held" if code == HELD else "missing", code, revision, messages=words)


# What a person looks at and no revision needs, nor `ddor verify`; the log too.
OF_PASSING_USE = ("[0-9]*/draft", "[0-9]*/failed", "[0-9]*/rows", "[0-9]*/notices", "logs/*")


def tidy(parameters: Parameters) -> str:
    """Removes what is older than `keep_runs` days and no revision needs. Of a week that waits for a
    person the draft stays. -> why something could not be removed."""
    if not parameters.keep_runs or not (parameters.output / "runs").is_dir():
        return ""
    oldest = time.time() - parameters.keep_runs * 86_400
    try:
        with opened(parameters.output) as archive:
            found = [each for place in OF_PASSING_USE for each in archive.runs.glob(place)]
            for each in found:
                if _newest(each) < oldest and not _waits(each):
                    remove(each)
    except (DdorError, OSError) as error:
        return f"what is older than keep_runs says could not be removed: {error}"
    return ""


def _newest(place: Path) -> float:
    return max((file.stat().st_mtime for file in seen.all_files(place)), default=0.0)


def _waits(place: Path) -> bool:
    return place.name == "draft" and (place.parent / REVIEW_LIST).exists()
