"""A quarter as a reader meets it: weeks without a report, people followed after their release, two
described cases, and a week that was revised since. The quarter after it is withdrawn.

`followed_at` makes it once: read it, never write into it. Weeks have a brief article and real
scraps, for a quarter reads those; the quarter has its notebook's.
"""

import csv
import datetime as dt
import os
from pathlib import Path

import pytest
import yaml
from conftest import cases, made_once
from extract_factory import charge, request
from large_archive import brief_articles
from small_archive import SmallArchive

from ddor.calendar import Quarter
from ddor.maintained.cases import candidate_label

QUARTER, WITHDRAWN = Quarter(2017, 1), Quarter(2017, 2)
# Few of the quarter's weeks: each costs a second.
WEEKS, REVISED = ("2016-12-31", "2017-02-04", "2017-02-18", "2017-03-04"), "2017-03-04"
AS_OF = "2017-12-31"
AGENCIES = [
    dict(zip(("agency_id", "agency_name", "state", "agency_level"), line, strict=True))
    | {"county_fips": "", "area": ""}
    for line in cases("""
    MN9SYN001 | Quillfeather County Jail                          | MN | county
    MN9SYN002 | Brackenholt Police Department, Detention Services | MN | municipal
    TX9SYN003 | Osprey Moor County Sheriff                        | TX | county
    TX9SYN004 | Thistledown County Jail                           | TX | county
    CA9SYN005 | Wrenfall Department of Corrections                | CA | state
    CA9SYN006 | Cormorant City Jail                               | CA | municipal
    """)
]
STANDINGS = "rearrested at_large at_large ice_custody rearrested removed at_large unknown".split()
CODES = ("1399", "3562", "5404")
CASE = yaml.safe_load("""
status: open
status_on: "2017-09-30"
source_kind: court record
described_by: analyst
approved_by: reviewer
approved_on: "2017-10-02"
""")
# Of each described case its text and its source.
DESCRIBED = (
    (
        "The person was arrested eleven days after the release, and charged with assault.",
        "https://courts.example/records/2017CR4411",
    ),
    (
        "The person was arrested within the month.\n\n- The court has the charge before it.\n"
        "- No trial is set.",
        "Invented County, 186th District Court",
    ),
)


def followed_at(root: Path) -> SmallArchive:
    def make(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "fsync", lambda file: None)
            _build(SmallArchive(folder))

    return SmallArchive(made_once(root / "followed-archive", make))


def _build(archive: SmallArchive) -> None:
    archive.with_the_projects_pages()
    with open(archive.root / "weekly.yaml", "a", encoding="utf-8") as keys:
        keys.write("publisher: The county records desk\n")
    with brief_articles():
        for week in (*WEEKS, str(WITHDRAWN.weeks()[0])):
            _receive(archive, week)
            assert archive.published(week=week, day="2018-01-08") == 1
    _describe_two(archive, WEEKS[0])
    assert archive.ddor("quarter", QUARTER, day="2018-01-10").code == 0
    with brief_articles():
        assert archive.ddor("quarter", WITHDRAWN, day="2018-01-10").code == 0
        archive.withdraw(WITHDRAWN, reason="legal", day="2018-01-12")
        _receive(archive, REVISED, more=1)
        assert archive.published(week=REVISED, day="2018-01-15") == 2


def _receive(archive: SmallArchive, week: str, more: int = 0) -> None:
    """Six to eight declined requests of each agency and `more`, one honored and one pending."""
    first, requests, charges = dt.date.fromisoformat(week), [], []
    issued, recorded = (f"{first + dt.timedelta(days)}" for days in (1, 4))
    for at, agency in enumerate(AGENCIES):
        for number in range(6 + (at + first.day) % 3 + more):
            row, own = _declined(f"{week}-{at}-{number}", first, at + number + first.day)
            requests.append(row | {"issued_at": issued, "outcome_recorded_at": recorded} | agency)
            charges += own
        open_case = {"issued_at": issued, "released_at": "", "decline_reason": ""} | agency
        for outcome, on in (("honored", recorded), ("pending", "")):
            own = {"request_id": f"{week}-{at}-{outcome}", "outcome": outcome}
            requests.append(request(**open_case | own, outcome_recorded_at=on))
    archive.receive(requests, AS_OF, "An invented desk", week, charges, synthetic="true")


def _declined(request_id: str, first: dt.date, turn: int):
    released = first + dt.timedelta(3)
    standing = STANDINGS[turn % len(STANDINGS)]
    seen = "" if standing == "unknown" else f"{released + dt.timedelta(5 + 7 * turn % 80)}"
    row = request(
        request_id=request_id,
        released_at=f"{released}",
        follow_up_status=standing,
        follow_up_on=seen,
        notice_at=f"{released - dt.timedelta(1)}" if turn % 3 else "",
        custody_confirmed="true",
    )
    charges = [charge(request_id=request_id, ncic_code=CODES[turn % 3], charged_on=f"{first}")]
    if standing == "rearrested":
        later = {"charge_no": "2", "ncic_code": CODES[turn % 2], "timing": "after_release"}
        disposition = "convicted" if turn % 3 else "charged"
        after = charges[0] | later | {"charged_on": seen, "disposition": disposition}
        charges.append(after)
    return row, charges


def _describe_two(archive: SmallArchive, week: str) -> None:
    """Cases of the first two people of the week's extract that were arrested."""
    folder, cases = archive.root / "extracts" / week, archive.root / "cases" / str(QUARTER)
    rows, charged = (
        list(csv.DictReader((folder / f"{name}.csv").read_text("utf-8").splitlines()))
        for name in ("requests", "charges")
    )
    met = [row for row in rows if row["follow_up_status"] == "rearrested"][:2]
    cases.mkdir(parents=True)
    for number, row in enumerate(met):
        before, after = [each for each in charged if each["request_id"] == row["request_id"]]
        words, source = DESCRIBED[number]
        head = {
            "row": candidate_label(str(QUARTER), row["request_id"]),
            "agency_id": row["agency_id"],
            "released": row["released_at"][:7],
            "groups_before": before["ncic_code"][:2],
            "groups_after": after["ncic_code"][:2],
            "standing": after["disposition"],
            "source": source,
        }
        text = yaml.safe_dump(head | CASE, sort_keys=False)
        (cases / f"case-{number}.md").write_text(f"---\n{text}---\n{words}\n", "utf-8")
