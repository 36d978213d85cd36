"""A large published archive: many weeks and 200 agencies, for tests in a browser, of accessibility,
of the HTML and of links. Synthetic, and drawn from a seed, so that every build is the same.

`large_at` builds it once for all workers. The job itself runs as in small_archive.py, in this
process. But only one page of each kind has a notebook's article: the latest week's, those of the
disputed ones and, in an archive of many weeks, a corrected and a superseded one's. Of the others no
notebook runs, as with weekly_runs.without_kernel: their page has a title and one sentence with the
week's figures, and all around it, every download, list and agency page, is as the job makes it.
`ddor verify` cannot reproduce those pages.

Each week's extract is an ordinary sample's (ddor.importers.samples), of a directory of 200. Some of
the agencies that are asked most have an awkward name here (NAMED). In each week checks hold back
requests; one week alone, the last, has to be looked at by a person.

After the last week: one is revised on later rows, one corrected, one corrected since a dispute was
upheld, one has an open dispute and one that was not upheld, and one is withdrawn.
"""

import contextlib
import csv
import datetime as dt
import functools
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import cases, made_once
from markupsafe import escape
from small_archive import SmallArchive
from weekly_runs import without_kernel

from ddor.calendar import Week
from ddor.importers.samples import ordinary
from ddor.importers.samples.agencies import invented_agencies
from ddor.maintained.directory import COLUMNS
from ddor.reference.places import area_of

SEED, AGENCIES = 2470, 200
# The middle, where a new year begins, and the weeks from there that nobody published.
MIDDLE, GAP = Week(dt.date(2017, 12, 30)), 2
TAKEN_AFTER = PUBLISHED_AFTER = ordinary.EXTRACT_LAG
AFTERWARDS = dt.timedelta(days=100)  # from the end of the last week: by then all data is final

FRANKLIN = "Franklin County Jail"
FORMULA, MARKUP = "=cmd|' /C calc'!A0", '<b>Bold & Co</b> "Jail"'
ACCENT = "Doña Ana County Detention Center"
LONG = "Upper and Lower Thistlewood Consolidated Regional Detention and Community Corrections Site"
# Two of one name in one state differ in level and code alone.
NAMED = [
    (name, *place.split())
    for name, *places in (
        (FRANKLIN, "IA9AWK001 IA 19069 county", "NY9AWK001 NY 36033 county"),
        (FRANKLIN, "PA9AWK001 PA 42055 county", "OH9AWK001 OH 39049 county"),
        (FRANKLIN, "OH9AWK002 OH 39049 municipal"),
        (FORMULA, "GA9AWK001 GA 13121 county"),
        (MARKUP, "NC9AWK001 NC 37119 county"),
        (ACCENT, "NM9AWK001 NM 35013 county"),
        (LONG, "VA9AWK001 VA 51059 county"),
    )
    for place in places
]
LARGEST = "TX9SYN001"  # so large that it has tables of its own
MANY = 20  # from so many weeks on, an archive has the article of every kind of a week's page
SURGE = 25  # requests in the last week to an agency that is seldom asked: E5 wants a person to look

_POLICIES = """
Illinois             | 17         | law       | 2017-08
California           | 06         | law       | 2013-10
Massachusetts        | 25         | court     | 2017-07
Clackamas County     | 41005      | court     | 2014-04
Cook County          | 17031      | ordinance | 2011-09
Travis County        | 48453      | agency    | 2017-02
Doña Ana County      | NM9AWK001 | agency    | 2014-05
Bold & "Co" County   | NC9AWK001 | agency    | 2018-01
Franklin County      | NY9AWK001 | agency    | 2016-11
"""
_NOTE = "The numbers of the week are **high**: see what a person had to look at.\n"
_CORRECTION = "The extract lacked the requests of one field office"
_MISSING_AREA = "Atlanta"


class LargeArchive(SmallArchive):
    """The folder `root` with weekly.yaml, three tables, notes/, corrections/, extracts/, outputs/.

    weeks: the first days published, oldest first; the last few by what happens to them later.
    """

    def __init__(self, root: Path, weeks: int):
        super().__init__(root)
        self.weeks = [str(week) for week in calendar(weeks) if week]
        self.latest, self.disputed, self.revised, self.corrected, self.upheld = self.weeks[:-6:-1]
        self.withdrawn = self.weeks[-6]
        self.week = self.site / "weeks" / self.latest
        self.end = Week.parse(self.latest).last_day + AFTERWARDS

    def agency(self, name: str, state: str = "") -> str:
        """The agency_id of the first agency of this name."""
        with open(self.root / "agencies.csv", encoding="utf-8", newline="") as file:
            found = [each for each in csv.DictReader(file) if each["name"] == name]
        return next(each["agency_id"] for each in found if state in ("", each["state"]))


def large_at(root: Path, weeks: int) -> LargeArchive:
    """The archive of so many weeks and 200 agencies, made if it is not there yet: read it, never
    write into it."""
    folder = made_once(root / f"large-archive-{weeks}", lambda folder: build(folder, weeks))
    return LargeArchive(folder, weeks)


def build(root: Path, weeks: int) -> None:
    archive = LargeArchive(root, weeks)
    _write_params(archive)
    with pytest.MonkeyPatch.context() as patch:
        # A build that a crash ends is begun anew: no file of it has to outlive one.
        patch.setattr(os, "fsync", lambda file: None)
        many = weeks >= MANY
        for week in archive.weeks:
            whole = week == archive.latest or (many and week == archive.revised)
            with contextlib.nullcontext() if whole else brief_articles():
                _publish(archive, week)
        for happens in (_revise, _correct, _dispute, _uphold, _withdraw):
            whole = happens in (_dispute, _uphold) or (many and happens is _correct)
            with contextlib.nullcontext() if whole else brief_articles():
                happens(archive)


def calendar(weeks: int) -> list[Week | None]:
    """So many weeks in order, with None for each week of the gap in their middle."""
    found: list[Week | None] = []
    week = Week(MIDDLE.first_day - dt.timedelta(weeks=weeks // 2))
    for at in range(weeks + GAP):
        found.append(None if 0 <= at - weeks // 2 < GAP else week)
        week = week.next
    return found


def brief_articles():
    """The job without its notebook: an article of a title and a sentence."""
    return without_kernel(brief)


def brief(task) -> str:
    figures = task.figures
    return (
        "<article>\n<h1>Declined Detainer Outcome Report: week of "
        f"{escape(task.period.title)}</h1>\n"
        f"<p>ICE issued {figures['issued_total']:,} requests and recorded "
        f"{figures['declined_total']:,} as declined, by {figures['agencies_declining']:,} "
        'agencies. <a href="data/declined_by_agency.csv">Download them as CSV</a></p>\n</article>\n'
    )


# What happens


def _publish(archive: LargeArchive, week: str) -> None:
    requests, charges = _sample(week)
    if week == archive.corrected:
        requests = requests[requests["area"] != _MISSING_AREA]
    words: tuple[str, ...] = ()
    if week == archive.latest:
        pending = requests.index[requests["outcome"] == "pending"][:SURGE]
        seldom = requests.groupby("agency_id").size().idxmin()
        asked = requests[requests["agency_id"] == seldom].iloc[0]
        for name in ("agency_id", "agency_name", "agency_level", "state", "county_fips", "area"):
            requests.loc[pending, name] = asked[name]
        words = ("--accept-held", "--reason", "The jail was called: the requests are its own")
    last_day = Week.parse(week).last_day
    _receive(archive, week, requests, charges, last_day + TAKEN_AFTER)
    assert archive.published(*words, week=week, day=last_day + PUBLISHED_AFTER) == 1


def _revise(archive: LargeArchive) -> None:
    """Three declines were none."""
    requests, charges = _sample(archive.revised)
    declined = requests.index[requests["outcome"] == "declined"][:3]
    requests.loc[declined, ["outcome", "decline_reason"]] = ["honored", None]
    _receive(archive, archive.revised, requests, charges, archive.end)
    assert archive.published(week=archive.revised, day=archive.end) == 2


def _correct(archive: LargeArchive) -> None:
    taken = Week.parse(archive.corrected).last_day + TAKEN_AFTER
    _receive(archive, archive.corrected, *_sample(archive.corrected), taken)
    words = ("--correct", "--reason", _CORRECTION)
    assert archive.published(*words, week=archive.corrected, day=_later(archive, 7)) == 2


def _dispute(archive: LargeArchive) -> None:
    on = {"week": archive.disputed, "received_on": str(_later(archive, 8))}
    archive.record("dona-ana-still-here", agency_id=archive.agency(ACCENT), **on)
    answer = {"status": "not_upheld", "answer": "No fax & <i>no call</i> is on record."}
    answer |= {"answered_on": str(_later(archive, 12)), "ground": "notice_given"}
    answer |= {"notice": 'by fax, marked <b>"urgent" & final</b>'}
    archive.record("bold-notice-given", agency_id=archive.agency(MARKUP), **on | answer)
    assert archive.published(week=archive.disputed, day=_later(archive, 14)) == 2


def _uphold(archive: LargeArchive) -> None:
    """Two requests of the largest agency: another jail released the persons (E2)."""
    words = ("--figure", "declined_total", "--agency", LARGEST)
    done = archive.ddor("rows", archive.upheld, *words)
    assert done.code == 0, done
    received = pd.read_csv(archive.root / "extracts" / archive.upheld / "requests.csv", dtype=str)
    unknown = set(received.loc[received["releasing_agency_id"].isna(), "request_id"])
    labels = pd.read_csv(archive.runs / "labels.csv", dtype=str, keep_default_na=False)
    rows = labels.loc[labels["request_id"].isin(unknown), "label"].head(2).to_list()
    key = "releasing_agency_id"
    action = {"rows": rows, "expect": {key: ""}, "set": {key: archive.agency(FRANKLIN)}}
    on = {"received_on": str(_later(archive, 9)), "answered_on": str(_later(archive, 20))}
    answer = {"answer": "Another jail released both; the rows are corrected.", "action": action}
    answer |= {"week": archive.upheld, "ground": "moved", "status": "upheld"}
    archive.record("largest-moved", agency_id=LARGEST, **on, **answer)
    assert archive.published(week=archive.upheld, day=_later(archive, 21)) == 2


def _withdraw(archive: LargeArchive) -> None:
    archive.withdraw(archive.withdrawn, day=_later(archive, 28))


def _later(archive: LargeArchive, days: int) -> dt.date:
    return archive.end + dt.timedelta(days=days)


# What is written


def _write_params(archive: LargeArchive) -> None:
    root = archive.root
    archive.with_the_projects_pages()
    with open(root / "weekly.yaml", "a", encoding="utf-8") as keys:
        keys.write("publisher: The county records desk\n")
    (root / "notes").mkdir()
    (root / "notes" / f"{archive.latest}.md").write_text(_NOTE, encoding="utf-8")
    _write_table(archive, "agencies", _agencies())
    _write_table(archive, "policies", _policies(archive))
    _write_table(archive, "coverage", _coverage())


def _write_table(archive: LargeArchive, name: str, table: pd.DataFrame) -> None:
    file = archive.root / f"{name}.csv"
    table[list(COLUMNS[name])].to_csv(file, index=False, lineterminator="\n")


def _policies(archive: LargeArchive) -> pd.DataFrame:
    """Of all kinds, at a state, a county and an agency; the first was not verified for long."""
    table = pd.DataFrame(cases(_POLICIES), columns="jurisdiction place_code kind enacted".split())
    odd, first = table.index % 2 == 1, table.index == 0
    return table.assign(
        area=np.where(table["jurisdiction"] == "Cook County", "Chicago", ""),
        policy="An invented " + table["kind"] + " on requests, made for a test",
        criteria=np.where(odd, "A judge's warrant <or> a listed & recent conviction", ""),
        verified_on=np.where(first, "2016-01-15", archive.latest),
        source="Invented for a test",
    )


def _coverage() -> pd.DataFrame:
    places = (("Cook County, Illinois", "17031", "IL"), ("Larkmere, Oregon", "41051", "OR"))
    table = pd.DataFrame(places, columns=["jurisdiction", "place_code", "state"])
    said = {"since": "2014-01", "limit": "No interviews in custody"}
    return table.assign(**said, source="Invented for a test")


def _receive(archive: LargeArchive, week: str, requests, charges, as_of: dt.date) -> None:
    folder = archive.root / "extracts" / week
    folder.mkdir(parents=True, exist_ok=True)
    charges = charges[charges["request_id"].isin(requests["request_id"])]
    written = {"index": False, "lineterminator": "\n", "date_format": "%Y-%m-%dT%H:%M:%S"}
    requests.to_csv(folder / "requests.csv", **written)
    charges.to_csv(folder / "charges.csv", **written)
    about = f"as_of: {as_of}\nsource: An invented desk\nsynthetic: true\n"
    (folder / "about.yaml").write_text(about, encoding="utf-8")


# What is drawn


@functools.cache
def _awkward() -> pd.DataFrame:
    """Old agency_id -> the columns of the directory, of those that are renamed."""
    known = invented_agencies(AGENCIES).set_index("agency_id", drop=False)
    volume = pd.to_numeric(known["weekly_requests"]).where(known["same_as"] == "")
    often, columns = volume.drop(LARGEST).nlargest(len(NAMED)).index, "name agency_id state".split()
    found = pd.DataFrame(NAMED, index=often, columns=[*columns, "county_fips", "level"])
    return found.assign(area=[area_of(state, fips) or "" for _, _, state, fips, _ in NAMED])


def _renamed(table: pd.DataFrame, **names: str) -> pd.DataFrame:
    """With the awkward agencies; names: a directory's column -> that of this table."""
    old = table["agency_id"]
    given = {names.get(name, name): old.map(column) for name, column in _awkward().items()}
    return table.assign(**{name: new.fillna(table[name]) for name, new in given.items()})


def _agencies() -> pd.DataFrame:
    """The directory's table."""
    return _renamed(invented_agencies(AGENCIES))


def _sample(week: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The requests and charges of the week's extract. The awkward decline so many that they are
    bars of the chart, the largest so many that it has a table."""
    asked = ordinary._asked

    def declining(*given) -> pd.DataFrame:
        found = asked(*given)
        shares = dict.fromkeys(_awkward().index, 0.45) | {LARGEST: 0.9}
        return found.assign(declines=found["agency_id"].map(shares).fillna(found["declines"]))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ordinary, "_asked", declining)
        drawn = ordinary.make_sample(Week.parse(week), SEED, 4 * AGENCIES)
    requests = _renamed(drawn.requests, name="agency_name", level="agency_level")
    by = requests["releasing_agency_id"]
    return requests.assign(releasing_agency_id=by.replace(_awkward()["agency_id"])), drawn.charges
