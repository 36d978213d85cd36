"""`ddor status`: what a person has to know of the weekly job, on one screen.

What has to be done, most urgent first: extracts that are invalid, notebooks that failed, weeks that
wait for a person and how long, disputes and when they are to be answered, weeks that are due and
have no extract, quarters that are to be run again; then what the next run will publish. Nothing is
written.
"""

import contextlib
import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ddor.calendar import Week
from ddor.errors import DdorError, ExtractInvalid, NotebookFailed, UsageError, time_limit
from ddor.jobs.due import Found, Weeks, look, misnamed, told
from ddor.jobs.order import HELD, REVIEW_LIST, Order
from ddor.maintained.corrections import Record, read_corrections
from ddor.maintained.parameters import Parameters, extract_location
from ddor.narrative import count
from ddor.published.catalog import superseded_parts


@dataclass(frozen=True)
class Item:
    """what: as in _ORDER. period: "" of what has none; since: a day, "" where none is known.
    exit_code: 0 where the next run does it."""

    what: str
    period: str
    said: str
    command: str
    since: str = ""
    exit_code: int = 0


@dataclass(frozen=True)
class Status:
    """weeks: how many are published; latest: the newest of them, "" for none. exit_code: that of
    the most urgent item."""

    today: str
    weeks: int
    latest: str
    items: tuple[Item, ...]
    exit_code: int

    def __str__(self) -> str:
        weeks = count(self.weeks, "week is", "weeks are")
        published = f"{weeks} published, the latest {self.latest}"
        lines = [f"{self.today}: {published if self.weeks else 'nothing is published'}"]
        for each in self.items:
            since = f", since {each.since}" if each.since else ""
            lines += [f"{each.what:10} {each.period:10} {each.said}{since}: {each.command}"]
        return "\n".join(lines if self.items else [*lines, "nothing has to be done"])


def status(order: Order) -> Status:
    """Raises UsageError and NoExtractYet, as due.look."""
    weeks = look(order)
    with time_limit(weeks.parameters.run_time_limit, "looking for what has to be done"):
        items = sorted(_items(weeks), key=lambda each: _ORDER.index(each.what))
    published, today = weeks.catalog.weeks, str(weeks.parameters.today)
    code = next((each.exit_code for each in items if each.exit_code), 0)
    return Status(today, len(published), max(published, default=""), tuple(items), code)


_ORDER = "invalid misnamed failed review final dispute missing superseded new changed".split()


def _items(weeks: Weeks) -> Iterator[Item]:
    runs = weeks.parameters.output / "runs"
    for found in weeks.found():
        if found.what != "waits" and found.number:
            yield _item(weeks, found)
    for name in misnamed(weeks.parameters):
        yield Item("misnamed", "", name.rstrip("?"), "rename it", exit_code=UsageError.exit_code)
    for week in weeks.complete:
        if (failed := runs / str(week) / "failed").exists():
            said = f"the notebook failed; as far as it came it is in {failed}"
            code = NotebookFailed.exit_code
            yield Item("failed", str(week), said, f"run_week.py {week}", exit_code=code)
    for week, since in open_reviews(runs):
        command = f"fill in {weeks.review_list(week)}; run_week.py {week} says why"
        yield Item("review", str(week), "under review", command, str(since), HELD)
    for record in open_disputes(weeks.written.records):
        said = f"{record.agency_id} disputes {record.figure}, to be answered by "
        said += str(record.answer_due_on)
        file = weeks.parameters.corrections / f"{record.name}.yaml"
        command, received = f"answer it in {file}", record.received_on
        code = HELD if record.answer_due_on < weeks.parameters.today else 0
        yield Item("dispute", str(record.week), said, command, str(received), code)
    for period, revision in weeks.catalog.newest_beside_weeks():
        if parts := superseded_parts(period, revision, weeks.catalog):
            named = ", ".join(str(each.week) for each in parts)
            said = f"made from revisions that have since been replaced: {named}"
            command = f"ddor {period.label} {period}"
            yield Item("superseded", str(period), said, command)


def _item(weeks: Weeks, found: Found) -> Item:
    if found.what in ("new", "changed"):
        return _arrived(weeks, found)
    said, command, code = told(weeks, found)
    what = "final" if found.what == "final" else "missing"
    return Item(what, str(found.week), said, command, exit_code=code)


def _arrived(weeks: Weeks, found: Found) -> Item:
    """What the next run publishes, or an extract that it will refuse."""
    from ddor.extract.read import read_extract

    week, place = found.week, weeks.place(found.week)
    try:
        own = weeks.order.parameters(week)
        place = extract_location(own, week)
        read_extract(place, week, own.ignored_columns, own.cohort, own.limits)
    except (ExtractInvalid, UsageError) as error:
        first, *more = (line.rstrip(":") for line in str(error).splitlines())
        also = f": {more[0]}" if more else ""
        command = f"ddor check {place} --week {week}"
        return Item("invalid", str(week), f"{first}{also}", command, exit_code=error.exit_code)
    changed = " and ".join(found.changed)
    said = f"its {changed} changed" if changed else "a new extract, not published yet"
    return Item(found.what, str(week), said, "run_week.py")


def open_reviews(runs: Path) -> list[tuple[Week, dt.date]]:
    """The weeks that wait for a person, and since when, oldest first."""
    found = []
    for file in runs.glob(f"*/{REVIEW_LIST}"):
        with contextlib.suppress(UsageError):  # a copy of a week's folder is none
            found.append((file.stat().st_mtime, Week.parse(file.parent.name)))
    return [(week, dt.date.fromtimestamp(since)) for since, week in sorted(found)]


def open_disputes(records: Iterable[Record]) -> list[Record]:
    """Those that are not answered, oldest first."""
    unanswered = (record for record in records if record.status == "open")
    return sorted(unanswered, key=lambda record: record.received_on)


def waiting(parameters: Parameters) -> str:
    """What a run says at its end of what waits: the oldest review, and disputes past their date."""
    today, said = parameters.today, []
    if reviews := open_reviews(parameters.output / "runs"):
        (week, since), number = reviews[0], count(len(reviews), "week waits", "weeks wait")
        said += [f"{number} for a person, the oldest {week}, since {since}"]
    with contextlib.suppress(DdorError):  # a record that does not fit: each run says it
        disputes = open_disputes(read_corrections(parameters.corrections))
        if late := [each for each in disputes if each.answer_due_on < today]:
            number = count(len(late), "dispute is", "disputes are")
            said += [f"{number} overdue for an answer, the oldest {late[0].name}"]
    return "; ".join(said)
