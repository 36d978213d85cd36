"""Archives for the tests of the quarterly report: a year of weeks, and two weeks of one quarter.

`Quarters` is a SmallArchive whose weeks are published without their notebook, as followed_archive
does it. The quarters run their notebook, unless a test says `brief=True`.

The year: the weeks whose last day is in 2017, and the one before and after them. Of one there is no
report, one is withdrawn, one was revised, one corrected; one request is in two weeks. A week costs
half a second: but in the slow tests the first quarter is all of it.
"""

import contextlib
import csv
import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from conftest import Ran, cases, made_once
from extract_factory import charge, request
from large_archive import brief_articles
from small_archive import SmallArchive

from ddor.archive import acts
from ddor.archive.workbook import notice_workbook
from ddor.calendar import Quarter, Week
from ddor.jobs import prepared

QUARTERS = ("2017Q1", "2017Q2", "2017Q3", "2017Q4")
BEFORE = "2016-12-24"  # its last day is December 30, 2016
WITHDRAWN, MISSING, REVISED, CORRECTED = "2017-02-11", "2017-02-25", "2017-03-11", "2017-03-18"
TWICE = ("2017-01-21", "2017-01-28")
TAKEN_AFTER = dt.timedelta(days=140)
PUBLISHED, QUARTERS_ON = "2018-07-01", "2018-07-10"
MISTAKE = "one field office was left out"
SHIELDED = "SHIE00009"  # every request to this agency is one of a protected person
REPEATED = "key-twice-1"


def _agency(agency_id: str, name: str, state: str) -> dict[str, str]:
    return {"agency_id": agency_id, "agency_name": name, "state": state, "county_fips": ""}


AGENCIES = [
    _agency(*row)
    for row in cases("""
        ALDE00001 | ALDERWICK JAIL   | MN
        BIRC00002 | BIRCHMERE JAIL   | MN
        CEDA00003 | CEDARHOLT JAIL   | IA
        DOGW00004 | DOGWOODLEY JAIL  | IA
        ELMS00005 | ELMSTEADLE JAIL  | NE
        FIRT00006 | FIRTHANGER JAIL  | NE
    """)
]
SHIELDED_AGENCY = _agency(SHIELDED, "SHIELDHAVEN JAIL", "SD")
# Two weeks of one quarter, for what happens to it; the others of it have no report.
FIRST, SECOND, LATE = "2017-01-14", "2017-01-21", "2017-01-28"
QUARTER = "2017Q1"
SPRING = "2017-09-01"  # 90 days after all releases of the first quarter
NO_WORKBOOK = notice_workbook("Of weeks there are none here.")


CASE = """
    groups_before | none
    groups_after  | 13
    standing      | charged
    status        | open
    status_on     | 2017-06-30
    source_kind   | court record
    source        | Hazelmoor County, 4th District Court, 2017-CR-0417
    described_by  | analyst
    approved_by   | reviewer
    approved_on   | 2017-07-03
"""


class Quarters(SmallArchive):
    """A SmallArchive of several weeks and their quarters."""

    def weeks(self, *weeks: str, day=PUBLISHED, words=()) -> Ran:
        """`run_week.py WEEKS`, without their notebooks."""
        with brief_articles(), pytest.MonkeyPatch.context() as patch:
            patch.setattr(prepared, "workbook_file", lambda *_: NO_WORKBOOK)
            first, *others = weeks
            return self.run(*others, *words, week=first, day=day)

    def quarter(self, *words, day=QUARTERS_ON, brief=False) -> Ran:
        """`ddor quarter WORDS`, of QUARTER unless one is named."""
        named = () if any(re.search("[Qq][0-9]", str(word)) for word in words) else (QUARTER,)
        with brief_articles() if brief else contextlib.nullcontext():
            return self.ddor("quarter", *named, *words, day=day)

    def made(self, *words, **given) -> int:
        """The number of the revision that `quarter` published."""
        done = self.quarter(*words, **given)
        found = re.search(r" published r(\d+): ", done.stdout)
        assert done.code == 0 and found, done
        return int(found[1])

    def copied_to(self, root: Path) -> "Quarters":
        super().copied_to(root)
        return Quarters(root)

    def summary(self, period: str, revision: str = "") -> dict:
        """Its summary.json, at the period's address or a revision's."""
        file = self.site / folder_of(period) / revision / "data" / "summary.json"
        return json.loads(file.read_bytes())

    def lines(self, period: str, table: str) -> list[dict[str, str]]:
        return read_csv(self.site / folder_of(period) / "data" / f"{table}.csv")

    def people(self, week: str, *people: dict, as_of=SPRING) -> None:
        """Receive a week of these rows, each with its `charges` under that key."""
        rows = [{key: cell for key, cell in row.items() if key != "charges"} for row in people]
        charges = [
            {**each, "request_id": row["request_id"], "charge_no": str(number)}
            for row in people
            for number, each in enumerate(row.get("charges", ()), start=1)
        ]
        self.receive(rows, as_of, "a desk", week, charges)

    def candidates(self, revision: int = 1, quarter=QUARTER) -> dict[str, dict[str, str]]:
        """request_id -> line of the private list."""
        lines = read_csv(self.runs / quarter / f"r{revision}" / "candidates.csv")
        return {line["request_id"]: line for line in lines}

    def describe(self, name: str, request_id: str, **keys) -> Path:
        """A case of QUARTER in params/cases/; keys that are None are left out."""
        line = self.candidates()[request_id]
        head = {key: line[key] for key in ("row", "agency_id", "released")}
        head |= dict(cases(CASE)) | keys
        lines = [f"{key}: {each}\n" for key, each in head.items() if each is not None]
        file = self.root / "cases" / QUARTER / f"{name}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("---\n" + "".join(lines) + "---\nAn arrest within the month followed.\n")
        return file


def read_csv(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(file.read_text("utf-8").splitlines()))


def folder_of(period: str) -> str:
    return f"{'quarters' if 'Q' in period else 'weeks'}/{period}"


@contextlib.contextmanager
def lists_left_out():
    """Publications that make no list, agency or file of a year: `ddor rebuild` makes them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(acts, "AGENCY_AND_YEAR_FILES", ())
        patch.setattr(acts, "SITE_PAGES", ())
        yield


# A few weeks


def person(request_id: str, week=FIRST, at=0, status="at_large", on="", **overrides) -> dict:
    """A declined request, recorded on the Wednesday of the week and released the day before;
    `at`: the number of the agency; `on`: the days from release to the follow-up."""
    first = Week.parse(week).first_day
    released = first + dt.timedelta(days=3)
    return request(
        request_id=request_id,
        issued_at=f"{first + dt.timedelta(days=1)}T09:15",
        released_at=str(released),
        outcome_recorded_at=f"{first + dt.timedelta(days=4)}T14:00",
        follow_up_status=status,
        follow_up_on=str(released + dt.timedelta(days=on)) if on != "" else "",
        **AGENCIES[at % len(AGENCIES)] | overrides,
    )


def arrested(request_id: str, week=FIRST, at=0, on=10, code="1399", **overrides) -> dict:
    """Arrested so many days after the release, and charged on that day."""
    row = person(request_id, week, at, "rearrested", on, **overrides)
    own = charge(ncic_code=code, charged_on=row["follow_up_on"], timing="after_release")
    return row | {"charges": [own]}


def several(week: str, met=6, large=17, agencies=6) -> list[dict]:
    """So many people arrested, and so many with no later contact, in turn at the agencies."""
    key = week[5:]
    rows = [arrested(f"key-m{key}-{at}", week, at % agencies) for at in range(met)]
    return rows + [person(f"key-l{key}-{at}", week, at % agencies) for at in range(large)]


def _two_weeks(root: Path) -> None:
    """FIRST and SECOND are published, and nothing of their quarter."""
    archive = Quarters(root)
    for week in (FIRST, SECOND):
        archive.people(week, *several(week))
    assert archive.weeks(FIRST, SECOND).code == 0


def _their_quarter(root: Path) -> None:
    """And QUARTER of them, with its notebook."""
    assert Quarters(root).made() == 1


STAGES = {"weeks": (None, _two_weeks), "quarter": ("weeks", _their_quarter)}


def quarters_at(root: Path, name: str) -> Quarters:
    """A stage, or a year of so many quarters, made if it is not there yet: never write into it."""
    before, happens = STAGES.get(name, (None, None))

    def make(folder: Path) -> None:
        if before:
            quarters_at(root, before).copied_to(folder)
        happens(folder) if happens else _year(folder, QUARTERS[: int(name)])

    return Quarters(made_once(root / name, make))


# The year


def weeks_of(quarters: Iterable[str]) -> list[str]:
    return [str(week) for name in quarters for week in Quarter.parse(name).weeks()]


def _year(root: Path, quarters: tuple[str, ...]) -> None:
    """All weeks, what became of some, and then the quarters, each in its first revision."""
    archive = Quarters(root)
    of_year = weeks_of(quarters)
    after = str(Week.parse(of_year[-1]).next)
    weeks = [week for week in (BEFORE, *of_year, after) if week != MISSING]
    rows = {week: list(_rows(week, number)) for number, week in enumerate(weeks)}
    less = {REVISED: ("form", "I-247X"), CORRECTED: ("agency_id", "DOGW00004")}

    def receive(week: str, column="", cell="") -> None:
        own = [row for row in rows[week] if row.get(column) != cell]
        archive.people(week, *own, as_of=str(Week.parse(week).last_day + TAKEN_AFTER))

    for week in weeks:
        receive(week, *less.get(week, ("", "")))
    with lists_left_out():
        assert archive.weeks(*weeks).code == 0
    archive.rebuilt(PUBLISHED)
    for week in less:
        receive(week)
    assert archive.weeks(REVISED, day="2018-07-02").code == 0
    words = ("--correct", "--reason", MISTAKE)
    assert archive.weeks(CORRECTED, day="2018-07-03", words=words).code == 0
    archive.withdraw(WITHDRAWN, reason="privacy", day="2018-07-04")
    done = archive.quarter(*quarters)
    assert done.code == 0 and done.stdout.count(" published r1: ") == len(quarters), done


def _rows(week: str, number: int) -> Iterator[dict]:
    """At each agency one to three declined, one honored and one pending, and at SHIELDED a declined
    one in every fourth week. So many turns that few are alike."""
    honored = {"outcome": "honored", "decline_reason": "", "released_at": ""}
    pending = honored | {"outcome": "pending", "outcome_recorded_at": ""}
    for at in range(len(AGENCIES)):
        for each in range(1 + (number + at) % 3):
            turn, key = 5 * number + 7 * at + each, f"key-{number:02d}{at}{each}"
            if turn % 3 == 0:
                row = arrested(key, week, at, on=(10, 60, 100)[turn % 5 % 3])
            else:
                row = person(key, week, at, ("at_large", "ice_custody", "unknown", "")[turn % 4])
            before = charge(ncic_code="5404", disposition=("charged", "convicted")[turn % 2])
            yield row | {
                "form": ("I-247D", "I-247N", "I-247X")[turn % 4 % 3],
                "protected": {5: "true", 6: "unknown"}.get(turn % 11, "false"),
                "charges": [before, *row.get("charges", ())],
            }
        yield person(f"key-{number:02d}{at}h", week, at, "") | honored
        yield person(f"key-{number:02d}{at}p", week, at, "") | pending
    if number % 4 == 0:
        yield person(f"key-hidden-{number:02d}", week, **SHIELDED_AGENCY, protected="true")
    if week in TWICE:
        yield person(REPEATED, week, 0, "at_large" if week == TWICE[0] else "ice_custody")
