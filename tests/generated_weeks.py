"""Weeks of a quarter drawn from a seed, each in two or three revisions, for the attack on what is
told of people.

They are lopsided on purpose: 5 to 250 declined requests at 2 to 40 agencies, often one of them with
most; few countries and offense groups or many; at times all alike. From one revision to the next a
few rows or dozens come, go, or say something else, and some move to the next week.

`published` counts and tells them as the jobs do, each report beside what was told before it: most
revisions of the weeks, their quarter, the last revisions, and the quarter again.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from extract_factory import charge, request
from frames import directory_of, extract_of, inputs_of, plain_of

from ddor.calendar import Week
from ddor.checks.check import CheckedWeek
from ddor.compiled.people import PeopleOfWeeks, WeekOfPeople, people_of_weeks, week_of_people
from ddor.jobs.weekly import week_report
from ddor.measures.disclosure import (
    EARLIER,
    AttributeTable,
    PublishedTables,
    is_safe,
    is_safe_change,
)
from ddor.measures.figures import Counts, count_inputs
from ddor.measures.people import line_frame
from ddor.published.history import NOTHING_EARLIER, History, no_history

FIRST = Week.parse("2017-04-01")
COUNTRIES = "MEX GTM HND COL CHN NGA JAM POL CAN FJI UNK".split()
CODES = "5404 35AA 1399 0399 2399 2299 5299 3699 1199 4801 5501 9Z99".split()
STATES = ("MN", "IA", "NE", "SD", "WI")
HELD = {"issued": "held_back_issued", "declined": "held_back_declined"}


@dataclass(frozen=True)
class Drawn:
    """One revision's rows, as extract_factory makes them, and the date of its extract."""

    week: Week
    as_of: str
    requests: list[dict[str, str]]
    charges: list[dict[str, str]]


def drawn_quarter(seed: int, weeks: int = 13) -> list[list[Drawn]]:
    """-> the revisions of each week."""
    rng = np.random.default_rng(seed)
    mix = _Mix(rng)
    drawn, week, moved = [], FIRST, []
    for number in range(weeks):
        rows = [mix.one(f"q{number}-{at}", week) for at in range(int(rng.choice(mix.sizes)))]
        # What the week before has too: ICE dated the outcome anew.
        rows += [({**row, "outcome_recorded_at": _recorded(week)}, own) for row, own in moved]
        revisions = [rows]
        for again in range(int(rng.integers(1, 3))):
            name = f"n{number}-{again}-"
            revisions.append(mix.revised(revisions[-1], week, name))
        moved = [rows[at] for at in range(min(2, len(rows)))] if rng.random() < 0.3 else []
        drawn.append([_whole(week, at, each) for at, each in enumerate(revisions)])
        week = week.next
    return drawn


class _Mix:
    """How a quarter's requests are spread over agencies, countries and charges."""

    def __init__(self, rng):
        self.rng = rng
        count = int(rng.choice([2, 3, 5, 12, 25, 40]))
        self.agencies = [f"MN{at:07d}" for at in range(count)]
        self.sizes = ([5, 15, 25], [20, 40, 60], [60, 120, 250])[int(rng.integers(3))]
        self.volume = rng.dirichlet(np.full(count, rng.choice([0.3, 1, 5])))
        if rng.random() < 0.5:
            large = rng.choice([0.4, 0.7, 0.84])
            self.volume = self.volume * (1 - large) + np.eye(count)[0] * large
        self.countries = rng.dirichlet(np.full(len(COUNTRIES), rng.choice([0.1, 0.6, 3])))
        self.codes = rng.dirichlet(np.full(len(CODES), rng.choice([0.1, 1, 5])))
        self.charged = rng.choice([0.2, 0.8, 2])
        self.convicted = rng.choice([0.05, 0.4, 0.95])

    def one(self, key: str, week: Week, agency_id: str = ""):
        """-> (request, its charges)."""
        agency_id = agency_id or str(self.rng.choice(self.agencies, p=self.volume))
        row = request(
            request_id=key,
            agency_id=agency_id,
            agency_name=f"Agency {agency_id}",
            state=STATES[int(agency_id[2:]) % len(STATES)],
            county_fips="",
            area="",
            citizenship=str(self.rng.choice(COUNTRIES, p=self.countries)),
            issued_at=str(week.first_day - dt.timedelta(days=int(self.rng.integers(0, 90)))),
            outcome_recorded_at=_recorded(week),
            released_at="",
        )
        charges = [
            charge(
                request_id=key,
                charge_no=str(number + 1),
                ncic_code=str(self.rng.choice(CODES, p=self.codes)),
                disposition=self._disposition(),
            )
            for number in range(min(self.rng.poisson(self.charged), 4))
        ]
        return row, charges

    def _disposition(self) -> str:
        if self.rng.random() < self.convicted:
            return "convicted"
        return str(self.rng.choice(["charged", "dismissed"], p=[0.8, 0.2]))

    def revised(self, rows: list, week: Week, name: str) -> list:
        """`rows` after changes: one or a few, or dozens; at times only newcomers, at times of one
        agency that nobody knew."""
        count = int(self.rng.choice([1, 2, 5, 12, 45]))
        only_more, newcomer = self.rng.random() < 0.4, self.rng.random() < 0.2
        after = list(rows)
        for at in range(count):
            what = 0 if only_more or len(after) < 3 else int(self.rng.integers(0, 3))
            if what == 0:
                after.append(self.one(f"{name}{at}", week, "MN9000000" if newcomer else ""))
                continue
            row, _ = after.pop(int(self.rng.integers(0, len(after))))
            if what == 1:
                after.append(self.one(row["request_id"], week, row["agency_id"]))
        return after


def _recorded(week: Week) -> str:
    return str(week.first_day + dt.timedelta(days=4))


def _whole(week: Week, number: int, parts: list) -> Drawn:
    as_of = week.last_day + dt.timedelta(days=45 + 10 * number)
    charges = [each for _, theirs in parts for each in theirs]
    return Drawn(week, str(as_of), [row for row, _ in parts], charges)


@dataclass(frozen=True)
class Report:
    """A published revision of a week or quarter. attributes: attributes.csv; tables: whom the
    tables that are new in it count, which is private; counts: of a week."""

    period: str
    revision: int
    attributes: pd.DataFrame
    tables: tuple[AttributeTable, ...]
    counts: Counts | None = None


@dataclass
class Archive:
    """What was shown, as the private files of revisions have it, period by period."""

    threshold: int = 5
    told: dict[str, list[PublishedTables]] = field(default_factory=dict)
    of_week: dict[str, WeekOfPeople] = field(default_factory=dict)
    reports: list[Report] = field(default_factory=list)

    @property
    def tables(self) -> list[tuple[str, int, AttributeTable]]:
        """Period, revision and table, of all that were new in their report."""
        return [(of.period, of.revision, table) for of in self.reports for table in of.tables]

    def week(self, drawn: Drawn) -> Counts:
        extract = extract_of(drawn.requests, drawn.charges, as_of=drawn.as_of)
        return self.extract(
            CheckedWeek(extract, drawn.week, directory_of(), no_history(), "recorded")
        )

    def extract(self, case: CheckedWeek) -> Counts:
        week = str(case.week)
        quarters = {*self.told} - {*self.of_week}
        earlier = self._earlier(week, self.told if quarters else ())
        inputs = replace(
            inputs_of(case, disclosure_threshold=self.threshold), earlier=NOTHING_EARLIER | earlier
        )
        counts = count_inputs(inputs)
        table = week_report(inputs, counts).tables["attributes"]
        self._keep(week, counts.published, table, counts)
        self.of_week[week] = week_of_people(case.week, counts.published, counts.people)
        return counts

    def history(self, week: Week) -> History:
        """Of the weeks before, as history.read_history reads it from their downloads."""
        before = {
            report.period: report.counts
            for report in self.reports
            if report.counts and report.period < str(week)
        }
        if not before:
            return no_history()
        counts = pd.concat(
            [_received(each).assign(week=first_day) for first_day, each in sorted(before.items())]
        ).sort_values(["week", "agency_id"], ignore_index=True)
        last = before[max(before)].figures["declined_total"]
        return History(tuple(sorted(before)), counts[["week", "agency_id", *HELD]], last)

    def quarter(self, name: str = "2017Q2") -> PeopleOfWeeks:
        earlier = EARLIER.validate_python(self._earlier(name, self.of_week))
        people = people_of_weeks(self.of_week.values(), earlier, "2017-10-01", self.threshold)
        self._keep(name, people.shown, line_frame(people.lines()))
        return people

    def _earlier(self, period: str, sharing: Iterable[str]) -> dict:
        """As history.read_earlier."""
        own = self.told.get(period, [])
        others = [told for each in sorted({*sharing} - {period}) for told in self.told[each]]
        tables, beside = (
            [table for told in each for table in plain_of(told)] for each in (own, others)
        )
        last = plain_of(own[-1]) if own else []
        return {"tables": tables, "beside": beside, "last": last, "gone": ""}

    def _keep(
        self, period: str, told: PublishedTables, attributes: pd.DataFrame, counts=None
    ) -> None:
        revisions = self.told.setdefault(period, [])
        revisions.append(told)
        new = tuple(table for table in told.tables.values() if not table.retained)
        self.reports.append(Report(period, len(revisions), attributes, new, counts))


def _received(counts: Counts) -> pd.DataFrame:
    """agency_id, issued, declined: both with what was held back of them."""
    held = counts.held_back_by_agency.rename(columns={each: name for name, each in HELD.items()})
    tables = (
        counts.issued_by_agency[["agency_id", "issued"]],
        counts.declined_by_agency[["agency_id", "declined"]],
        held[["agency_id", *HELD]],
    )
    return pd.concat(tables).groupby("agency_id")[[*HELD]].sum().astype("int64").reset_index()


def published(weeks: list[list[Drawn]], threshold: int = 5) -> Archive:
    """All but the last revision of every second week, the quarter, the others, the quarter."""
    archive = Archive(threshold)
    late = []
    for number, revisions in enumerate(weeks):
        first = revisions[:-1] if number % 2 else revisions
        late += revisions[len(first) :]
        for each in first:
            archive.week(each)
    archive.quarter()
    for each in late:
        archive.week(each)
    archive.quarter()
    return archive


def pieces(tables: Iterable[tuple[str, int, AttributeTable]]) -> dict[tuple, Counter]:
    """`tables`: each with its period and revision. (attribute, tables that have it) -> how many
    rows of each agency a piece has that all of them cut out of each other."""
    inside: dict = {}
    for period, revision, table in tables:
        for row in table.rows:
            where = inside.setdefault((table.attribute, row), set())
            where.add((period, revision, table.place))
    found: dict = {}
    for (attribute, row), where in inside.items():
        found.setdefault((attribute, frozenset(where)), Counter())[row.agency_id] += 1
    return found


def unsafe(tables: Iterable[tuple[str, int, AttributeTable]]) -> list[tuple]:
    """A piece between revisions of a week is judged by the milder rule."""
    found = []
    for (attribute, where), by_agency in pieces(tables).items():
        week = len({period for period, _, _ in where}) == 1 and any(not at for _, _, at in where)
        if not (is_safe_change if week else is_safe)(by_agency):
            found.append((attribute, where, by_agency))
    return found
