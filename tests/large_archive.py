"""A large published archive: 60 weeks and 300 agencies, for tests in a browser, of accessibility,
of the HTML and of links. Synthetic, and drawn from a seed, so that every build is the same.

`large_at` builds it once for all workers; `build` makes one of another size. The job itself runs
as in small_archive.py, in this process. But only the last weeks (`whole`), and those that come to
be disputed or corrected, have a notebook's article. In the other weeks the notebook does not run,
as with weekly_runs.no_kernel: their page has a title and one sentence with the week's figures, and
all around it, every download, list and agency page, is as the job makes it. `ddor verify` cannot
reproduce those pages.

One population of requests is carried over the calendar. The extract of a week holds what was
issued or recorded in it, as known 42 days after its last day. A few agencies are asked often, most
hardly ever, and those with an awkward name (NAMED) often enough to stand in tables and charts. In
each week checks hold back requests; one week alone, the last, has to be looked at by a person.

After the last week: one is revised on later rows, one corrected, one corrected since a dispute was
upheld, one has an open dispute and one that was not upheld, and one is withdrawn.
"""

import contextlib
import csv
import datetime as dt
import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from filelock import FileLock
from markupsafe import escape
from small_archive import SmallArchive

from ddor.archive.kept import Article
from ddor.calendar import Week
from ddor.extract.model import CHARGE_COLUMNS, REQUEST_COLUMNS
from ddor.jobs import report
from ddor.maintained.directory import COLUMNS
from ddor.reference.places import COUNTIES, area_of

SEED = 2470
# The middle, where a new year begins, and the weeks from there that nobody published.
MIDDLE, GAP = Week(dt.date(2017, 12, 30)), 2
WARM_UP = 20  # weeks of requests before the first report, whose outcomes come in later
TAKEN_AFTER, PUBLISHED_AFTER = dt.timedelta(days=42), dt.timedelta(days=45)
AFTERWARDS = dt.timedelta(days=100)  # from the end of the last week: by then all data is final

STATES = (
    "TX",
    "AZ",
    "CA",
    "CO",
    "FL",
    "GA",
    "IA",
    "IL",
    "LA",
    "MA",
    "MD",
    "MI",
    "MN",
    "NC",
    "NJ",
    "NM",
    "NV",
    "NY",
    "OH",
    "OR",
    "PA",
    "TN",
    "UT",
    "VA",
    "WA",
)
FRANKLIN = "Franklin County Jail"
FORMULA, MARKUP = "=cmd|' /C calc'!A0", '<b>Bold & Co</b> "Jail"'
ACCENT = "Doña Ana County Detention Center"
LONG = "Upper and Lower Thistlewood Consolidated Regional Detention and Community Corrections Site"
FEDERAL = "Larkmere Federal Holding Center"
# name, state, county, level: the agencies whose names are awkward, and a federal one, which check
# E4 holds back. Two of one name in one state differ in level and code alone.
NAMED = (
    (FRANKLIN, "IA", "19069", "county"),
    (FRANKLIN, "NY", "36033", "county"),
    (FRANKLIN, "PA", "42055", "county"),
    (FRANKLIN, "OH", "39049", "county"),
    (FRANKLIN, "OH", "39049", "municipal"),
    (FORMULA, "GA", "13121", "county"),
    (MARKUP, "NC", "37119", "county"),
    (ACCENT, "NM", "35013", "county"),
    (LONG, "VA", "51059", "county"),
    (FEDERAL, "LA", "22071", "federal"),
)
LARGEST = (42, 24, 15)  # requests a week: the largest has tables of its own (20 declined or more)
OFTEN = 6.0  # requests a week to each of NAMED
# To the federal one. Nothing of it is ever published, so E5 stops a week with four.
SELDOM = 0.99
SURGE = 16  # requests in the last week to the agency that is asked least: E5 wants a person to look

_FIRST = (
    "Alder",
    "Bracken",
    "Cinder",
    "Dunlin",
    "Ember",
    "Fallow",
    "Gorse",
    "Heather",
    "Juniper",
    "Kestrel",
    "Larch",
    "Mallow",
    "Nettle",
    "Osprey",
    "Plover",
    "Quill",
    "Rowan",
    "Sorrel",
    "Thistle",
    "Umber",
    "Willet",
    "Yarrow",
)
_SECOND = (
    "bank",
    "brook",
    "combe",
    "croft",
    "dale",
    "fell",
    "ford",
    "gate",
    "holt",
    "leigh",
    "mere",
    "moor",
    "ridge",
    "stead",
    "wick",
    "worth",
)
_OFFICES = {
    "county": ("Sheriff", "Detention Center"),
    "municipal": ("Police",),
    "state": ("State Prison",),
}
_NOTE = "The numbers of the week are **high**: see what a person had to look at.\n"
_CORRECTION = "The extract lacked the requests of one field office"
_MISSING_AREA = "Atlanta"


class LargeArchive(SmallArchive):
    """The folder `root` with weekly.yaml, three tables, notes/, corrections/, extracts/, outputs/.

    weeks: the first days published, oldest first; the last few by what happens to them later.
    """

    def __init__(self, root: Path, weeks: int = 60):
        super().__init__(root)
        self.weeks = [str(week) for week in calendar(weeks) if week]
        self.latest, self.disputed, self.revised, self.corrected, self.upheld = self.weeks[:-6:-1]
        self.withdrawn = self.weeks[-9]
        self.week = self.site / "weeks" / self.latest
        self.end = Week.parse(self.latest).last_day + AFTERWARDS

    def agency(self, name: str, state: str = "") -> str:
        """The agency_id of the first agency of this name."""
        with open(self.root / "agencies.csv", encoding="utf-8", newline="") as file:
            return next(
                line["agency_id"]
                for line in csv.DictReader(file)
                if line["name"] == name and state in ("", line["state"])
            )


def large_at(root: Path, weeks: int) -> LargeArchive:
    """The archive of so many weeks and 300 agencies, made if it is not there yet: read it, never
    write into it."""
    name = f"large-archive-{weeks}"
    with FileLock(root / f"{name}.lock"):
        if not (root / name).exists():
            shutil.rmtree(root / f"{name}.unfinished", ignore_errors=True)
            build(root / f"{name}.unfinished", weeks).root.rename(root / name)
    return LargeArchive(root / name, weeks)


def build(root: Path, weeks: int = 60, agencies: int = 300, whole: int = 4) -> LargeArchive:
    """`weeks`: 9 or more; `agencies`: 25 or more; `whole`: of so many last weeks the first
    revision, too, has a notebook's article."""
    archive = LargeArchive(root, weeks)
    population = Population(weeks, agencies)
    _write_params(archive, population.agencies)
    real = {*archive.weeks[len(archive.weeks) - whole :], archive.upheld}
    with pytest.MonkeyPatch.context() as patch:
        # A build that a crash ends is begun anew: no file of it has to outlive one.
        patch.setattr(os, "fsync", lambda file: None)
        for week in archive.weeks:
            with contextlib.nullcontext() if week in real else brief_articles():
                _publish(archive, population, week)
        for happens in (_revise, _correct, _dispute, _uphold, _withdraw):
            happens(archive, population)
    return archive


def calendar(weeks: int) -> list[Week | None]:
    """So many weeks in order, with None for each week of the gap in their middle."""
    found: list[Week | None] = []
    week = Week(MIDDLE.first_day - dt.timedelta(weeks=weeks // 2))
    for at in range(weeks + GAP):
        found.append(None if 0 <= at - weeks // 2 < GAP else week)
        week = week.next
    return found


@contextlib.contextmanager
def brief_articles():
    """The job without its notebook: an article of a title and a sentence."""

    def run_notebook(archive, template, prepared, keys):
        executed = archive.staging / "report.ipynb"
        with archive.writing():
            prepared.save(archive.staging / "inputs")
            executed.write_text("{}")
        return executed, Article(brief(prepared.period, prepared.figures), {})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report, "run_notebook", run_notebook)
        yield


def brief(week: Week, figures: dict[str, int]) -> str:
    return (
        f"<article>\n<h1>Declined Detainer Outcome Report: week of {escape(week.title)}</h1>\n"
        f"<p>ICE issued {figures['issued_total']:,} requests and recorded "
        f"{figures['declined_total']:,} as declined, by {figures['agencies_declining']:,} "
        'agencies. <a href="data/declined_by_agency.csv">Download them as CSV</a></p>\n</article>\n'
    )


# What happens


def _publish(archive: LargeArchive, population: "Population", week: str) -> None:
    last_day = Week.parse(week).last_day
    requests = population.extract(week, last_day + TAKEN_AFTER)
    if week == archive.corrected:
        requests = requests[requests["area"] != _MISSING_AREA]
    _receive(archive, population, week, requests, last_day + TAKEN_AFTER)
    looked = ("--accept-held", "--reason", "The jail was called: the requests are its own")
    words = looked if week == archive.latest else ()
    assert archive.published(*words, week=week, day=last_day + PUBLISHED_AFTER) == 1


def _revise(archive: LargeArchive, population: "Population") -> None:
    """By then most outcomes of what was issued are known, and three declines were none."""
    requests = population.extract(archive.revised, archive.end)
    declined = requests.index[requests["outcome"] == "declined"][:3]
    requests.loc[declined, ["outcome", "decline_reason"]] = ["honored", None]
    _receive(archive, population, archive.revised, requests, archive.end)
    assert archive.published(week=archive.revised, day=archive.end) == 2


def _correct(archive: LargeArchive, population: "Population") -> None:
    taken = Week.parse(archive.corrected).last_day + TAKEN_AFTER
    requests = population.extract(archive.corrected, taken)
    _receive(archive, population, archive.corrected, requests, taken)
    words = ("--correct", "--reason", _CORRECTION)
    assert archive.published(*words, week=archive.corrected, day=_later(archive, 7)) == 2


def _dispute(archive: LargeArchive, population: "Population") -> None:
    archive.record(
        "dona-ana-still-here",
        week=archive.disputed,
        agency_id=archive.agency(ACCENT),
        received_on=str(_later(archive, 8)),
    )
    archive.record(
        "bold-notice-given",
        week=archive.disputed,
        agency_id=archive.agency(MARKUP),
        ground="notice_given",
        notice='by fax, marked <b>"urgent" & final</b>',
        received_on=str(_later(archive, 8)),
        status="not_upheld",
        answered_on=str(_later(archive, 12)),
        answer="No fax & <i>no call</i> is on record.",
    )
    assert archive.published(week=archive.disputed, day=_later(archive, 14)) == 2


def _uphold(archive: LargeArchive, population: "Population") -> None:
    """Two requests of the largest agency: another jail released the persons (E2)."""
    asked, other = (_largest(archive, at) for at in (0, 1))
    done = archive.ddor("rows", archive.upheld, "--figure", "declined_total", "--agency", asked)
    assert done.code == 0, done
    received = pd.read_csv(archive.root / "extracts" / archive.upheld / "requests.csv", dtype=str)
    unknown = set(received.loc[received["releasing_agency_id"].isna(), "request_id"])
    labels = pd.read_csv(archive.runs / "labels.csv", dtype=str, keep_default_na=False)
    rows = labels.loc[labels["request_id"].isin(unknown), "label"].head(2).to_list()
    action = {
        "rows": rows,
        "expect": {"releasing_agency_id": ""},
        "set": {"releasing_agency_id": other},
    }
    archive.record(
        "largest-moved",
        week=archive.upheld,
        agency_id=asked,
        ground="moved",
        received_on=str(_later(archive, 9)),
        status="upheld",
        action=action,
        answered_on=str(_later(archive, 20)),
        answer="Another jail released both; the rows are corrected.",
    )
    assert archive.published(week=archive.upheld, day=_later(archive, 21)) == 2


def _withdraw(archive: LargeArchive, population: "Population") -> None:
    words = ("withdraw", archive.withdrawn, "--reason", "error")
    done = archive.ddor(*words, day=_later(archive, 28))
    assert done.code == 0, done


def _later(archive: LargeArchive, days: int) -> dt.date:
    return archive.end + dt.timedelta(days=days)


def _largest(archive: LargeArchive, at: int) -> str:
    """The agency_id of the largest agency but `at`: they are the first of the first states."""
    return f"{STATES[at]}9SYN001"


# What is written


def _write_params(archive: LargeArchive, agencies: pd.DataFrame) -> None:
    root = archive.root
    with open(root / "weekly.yaml", "a", encoding="utf-8") as keys:
        keys.write("publisher: The county records desk\n")
    (root / "notes").mkdir()
    (root / "notes" / f"{archive.latest}.md").write_text(_NOTE, encoding="utf-8")
    _write_table(archive, "agencies", agencies)
    _write_table(archive, "policies", _policies(archive))
    _write_table(archive, "coverage", _coverage())


def _write_table(archive: LargeArchive, name: str, table: pd.DataFrame) -> None:
    file = archive.root / f"{name}.csv"
    table[list(COLUMNS[name])].to_csv(file, index=False, lineterminator="\n")


def _policies(archive: LargeArchive) -> pd.DataFrame:
    """Of all kinds, at a state, a county and an agency; the first was not verified for long."""
    places = (
        ("Illinois", "17", "law", "2017-08"),
        ("California", "06", "law", "2013-10"),
        ("Massachusetts", "25", "court", "2017-07"),
        ("Clackamas County", "41005", "court", "2014-04"),
        ("Lehigh County", "42077", "court", "2014-03"),
        ("Cook County", "17031", "ordinance", "2011-09"),
        ("King County", "53033", "ordinance", "2013-12"),
        ("Travis County", "48453", "agency", "2017-02"),
        ("Doña Ana County", archive.agency(ACCENT), "agency", "2014-05"),
        ('Bold & "Co" County', archive.agency(MARKUP), "agency", "2018-01"),
        ("Franklin County", archive.agency(FRANKLIN, "NY"), "agency", "2016-11"),
        ("New Jersey", "34", "law", "2018-03"),
    )
    lines = [
        {
            "jurisdiction": name,
            "place_code": place,
            "kind": kind,
            "enacted": month,
            "area": "Chicago" if name == "Cook County" else "",
            "policy": f"An invented {kind} on requests, made for a test",
            "criteria": "A judge's warrant <or> a listed & recent conviction" if at % 2 else "",
            "verified_on": archive.latest if at else "2016-01-15",
            "source": "Invented for a test",
        }
        for at, (name, place, kind, month) in enumerate(places)
    ]
    return pd.DataFrame(lines)


def _coverage() -> pd.DataFrame:
    places = (("Cook County, Illinois", "17031", "IL"), ("Larkmere, Oregon", "41051", "OR"))
    lines = [
        {
            "jurisdiction": name,
            "place_code": place,
            "state": state,
            "since": "2014-01",
            "limit": "No interviews in custody",
            "source": "Invented for a test",
        }
        for name, place, state in places
    ]
    return pd.DataFrame(lines)


def _receive(
    archive: LargeArchive, population: "Population", week: str, requests: pd.DataFrame, as_of
) -> None:
    folder = archive.root / "extracts" / week
    folder.mkdir(parents=True, exist_ok=True)
    charges = population.charges
    charges = charges[charges["request_id"].isin(requests["request_id"])]
    for name, frame in (("requests", requests), ("charges", charges)):
        frame.to_csv(
            folder / f"{name}.csv",
            index=False,
            lineterminator="\n",
            date_format="%Y-%m-%dT%H:%M:%S",
        )
    about = f"as_of: {as_of}\nsource: An invented desk\nsynthetic: true\n"
    (folder / "about.yaml").write_text(about, encoding="utf-8")


# What is drawn


class Population:
    """agencies: the directory's table. requests: all that will ever be known of each, in
    REQUEST_COLUMNS; charges in CHARGE_COLUMNS."""

    def __init__(self, weeks: int, agencies: int):
        rng = np.random.default_rng(SEED)
        self.agencies, means = _agencies(rng, agencies)
        self.requests = _requests(rng, self.agencies, means, weeks + GAP)
        self.charges = _charges(rng, self.requests)

    def extract(self, week: str, as_of: dt.date) -> pd.DataFrame:
        """The rows of the week as known on a day."""
        rows, day = self.requests, np.datetime64(as_of, "s")
        chosen = Week.parse(week)
        rows = rows[chosen.holds(rows["issued_at"]) | chosen.holds(rows["outcome_recorded_at"])]
        rows = rows.reset_index(drop=True)
        late = ~(rows["outcome_recorded_at"] <= day)
        rows["outcome"] = rows["outcome"].mask(late, "pending")
        ended = (
            "outcome_recorded_at",
            "notice_at",
            "released_at",
            "releasing_agency_id",
            "decline_reason",
        )
        for name in ended:
            rows[name] = rows[name].mask(late)
        rows["ice_custody_at"] = rows["ice_custody_at"].mask(rows["ice_custody_at"] > day)
        return rows


def _agencies(rng, count: int) -> tuple[pd.DataFrame, np.ndarray]:
    """The directory's table, the largest first, then NAMED; and the expected weekly requests."""
    names = [f"{one}{two}" for one in _FIRST for two in _SECOND]
    names = iter([names[at] for at in rng.permutation(len(names))])
    spare = {state: _counties(rng, state) for state in STATES}
    lines = []
    for at in range(count):
        if 0 <= at - len(LARGEST) < len(NAMED):
            name, state, fips, level = NAMED[at - len(LARGEST)]
        else:
            state, level = STATES[at % len(STATES)], "county"
            if at > len(LARGEST):
                level = str(_pick(rng, 1, county=80, municipal=12, state=8)[0])
            name, fips = f"{next(names)} {rng.choice(_OFFICES[level])}", next(spare[state])
        lines.append(
            {
                "name": name,
                "state": state,
                "county_fips": fips,
                "level": level,
                "area": area_of(state, fips) or "",
                "same_as": "",
            }
        )
    frame = pd.DataFrame(lines)
    number = frame.groupby("state").cumcount() + 1
    frame["agency_id"] = frame["state"] + "9SYN" + number.astype(str).str.zfill(3)
    named = [SELDOM if level == "federal" else OFTEN for *_, level in NAMED]
    others = rng.lognormal(-1.1, 1.0, count - len(LARGEST) - len(NAMED))
    means = np.concatenate([LARGEST, named, others])
    # So generous that no week before there is a history is too large for E5.
    usual = pd.Series(np.ceil(means * 2 + 4).astype(int)).astype(str)
    frame["weekly_requests"] = usual.where(rng.random(count) < 0.7, "")
    return frame, means


def _counties(rng, state: str):
    """Counties of a state in random order, again and again: some have several agencies."""
    found = [county.fips for county in COUNTIES.values() if county.state == state]
    while True:
        yield from (found[at] for at in rng.permutation(len(found)))


def _requests(rng, agencies: pd.DataFrame, means: np.ndarray, weeks: int) -> pd.DataFrame:
    issued, asked = _issued(rng, means, weeks)
    n, there = len(issued), agencies.loc[asked].reset_index(drop=True)
    outcome = _outcomes(rng, asked, len(agencies))
    form = _pick(rng, n, **{"I-247A": 78, "I-247G": 17, "I-247X": 5})
    frame = pd.DataFrame(
        {
            "request_id": [f"q{at:06d}" for at in range(n)],
            "form": form,
            "issued_at": issued,
            "agency_id": there["agency_id"],
            "agency_name": there["name"].mask(rng.random(n) < 0.3, there["name"].str.upper()),
            "agency_level": there["level"],
            "state": there["state"],
            "county_fips": there["county_fips"],
            "area": there["area"].replace("", None),
            "citizenship": _pick(rng, n, MEX=55, GTM=12, HND=10, SLV=8, CHN=4, IND=4, NGA=4, UNK=3),
            # false: E3
            "custody_confirmed": _pick(rng, n, true=850, unknown=144, false=6),
            "outcome": outcome,
            "protected": _pick(rng, n, false=94, unknown=4, true=2),
            "follow_up_status": None,
            "follow_up_on": np.datetime64("NaT", "s"),
        }
    ).assign(**_times(rng, issued, outcome))
    _tell_of_declines(rng, frame)
    astray = rng.random(n) < 0.01
    frame["county_fips"] = (
        frame["county_fips"]
        .mask(astray, "06029")
        .where(  # E1
            frame["state"] != "CA", frame["county_fips"]
        )
    )
    return frame[list(REQUEST_COLUMNS)]


def _issued(rng, means: np.ndarray, weeks: int) -> tuple[np.ndarray, np.ndarray]:
    """When each request is issued (seconds), in order, and the number of the agency asked."""
    counts = rng.poisson(means, (WARM_UP + weeks, len(means)))
    # An agency asked less than once a week never has so many at once that E5 would stop the week.
    counts = np.where(means < 1, np.minimum(counts, 3), counts)
    counts[-1, np.argmin(means)] = SURGE
    week, agency = (np.repeat(at, counts.ravel()) for at in np.indices(counts.shape).reshape(2, -1))
    seconds = rng.integers(0, 7 * 24 * 3600, len(week)) + (week - WARM_UP) * 7 * 24 * 3600
    order = np.argsort(seconds, kind="stable")
    begin = calendar(weeks - GAP)[0].first_day
    return np.datetime64(begin, "s") + seconds[order], agency[order]


def _outcomes(rng, asked: np.ndarray, agencies: int) -> np.ndarray:
    """The largest agency declines most, those of NAMED so many that they are bars of the chart,
    the others few."""
    declining = rng.beta(0.6, 5, agencies)
    declining[: len(LARGEST) + len(NAMED)] = [0.6, 0.1, 0.1, *[0.45] * len(NAMED)]
    rest = _pick(rng, len(asked), honored=66, pending=14, withdrawn=8, superseded=4, left_custody=8)
    return np.where(rng.random(len(asked)) < declining[asked], "declined", rest)


def _times(rng, issued: np.ndarray, outcome: np.ndarray) -> dict[str, np.ndarray]:
    """A release under 48 hours after it was due and after the notice, since more would be what was
    asked for (E11); some releases are not on record, and a few come before the request."""
    n = len(issued)
    wait = rng.lognormal(np.log(11), 1.1, n) * 24 * 3600
    ended, declined = np.isin(outcome, ["declined", "honored"]), outcome == "declined"
    released = issued + _seconds(wait * rng.uniform(0.2, 0.9, n))
    released = np.where(
        rng.random(n) < 0.01, issued - _seconds(rng.uniform(1, 20, n) * 3600), released
    )
    released = _only(ended & (rng.random(n) < 0.85), released)
    custody = np.where(declined, released + np.timedelta64(12, "D"), released + _hours(rng, 20, n))
    near = declined & (rng.random(n) < 0.02)  # E6
    custody = np.where(near, released + _hours(rng, 20, n), custody)
    told = rng.random(n) < np.where(declined, 0.4, 0.8)
    booked = near | (rng.random(n) < np.where(declined, 0.1, 0.9))
    return {
        "outcome_recorded_at": _only(outcome != "pending", issued + _seconds(wait)),
        "released_at": released,
        "notice_at": _only(told, released - _hours(rng, 47, n)),
        "release_due_at": _only(rng.random(n) < 0.5, released - _hours(rng, 47, n)),
        "ice_custody_at": _only(ended & booked, custody),
        "sentence_ends_on": np.full(n, np.datetime64("NaT", "s")),
    }


def _tell_of_declines(rng, frame: pd.DataFrame) -> None:
    """Reasons, and what makes checks doubt the outcome."""
    n, declined = len(frame), frame["outcome"] == "declined"
    reasons = _pick(
        rng,
        n,
        none_given=40,
        policy=30,
        law_or_court=12,
        insufficient_notice=8,
        not_held=7,
        not_collected=1,
        not_in_custody=1,
    )
    frame["decline_reason"] = pd.Series(reasons).where(declined & (rng.random(n) < 0.8), None)
    detainer = frame["form"] == "I-247A"
    # A detainer with notice in time whose person was not held.
    early = declined & detainer & (rng.random(n) < 0.2)
    frame["notice_at"] = frame["notice_at"].mask(early, frame["released_at"] - pd.Timedelta("4D"))
    own = frame["agency_id"].where(frame["released_at"].notna() & (rng.random(n) < 0.5), None)
    moved = declined & frame["released_at"].notna() & (rng.random(n) < 0.03)  # E2
    frame["releasing_agency_id"] = own.mask(moved, "TX9SYN999")
    serving = declined & (rng.random(n) < 0.02)  # E7
    for name in ("released_at", "notice_at", "release_due_at", "ice_custody_at"):
        frame[name] = frame[name].mask(serving)
    ends = frame["outcome_recorded_at"].dt.normalize() + pd.Timedelta(300, "D")
    frame["sentence_ends_on"] = ends.where(serving)
    frame["releasing_agency_id"] = frame["releasing_agency_id"].mask(serving)


def _charges(rng, requests: pd.DataFrame) -> pd.DataFrame:
    """One or two charges for three requests of four."""
    counts = rng.choice(3, len(requests), p=[0.25, 0.5, 0.25])
    request = np.repeat(np.arange(len(requests)), counts)
    first = np.repeat(np.cumsum(counts) - counts, counts)
    n = len(request)
    codes = {
        "1399": 26,
        "5404": 26,
        "3562": 18,
        "2399": 14,
        "2299": 6,
        "4801": 5,
        "5212": 3,
        "0999": 2,
    }
    charged = requests["issued_at"].to_numpy()[request].astype("datetime64[D]")
    frame = pd.DataFrame(
        {
            "request_id": requests["request_id"].to_numpy()[request],
            "charge_no": np.arange(n) - first + 1,
            "ncic_code": _pick(rng, n, **codes),
            "description": None,
            "disposition": _pick(
                rng, n, charged=45, convicted=40, dismissed=8, acquitted=4, unknown=3
            ),
            "charged_on": (charged - rng.integers(0, 60, n)).astype("datetime64[s]"),
            "timing": _pick(rng, n, before_release=9, after_release=1),
        }
    )
    return frame[list(CHARGE_COLUMNS)]


def _pick(rng, n: int, **weights) -> np.ndarray:
    share = np.array(list(weights.values())) / sum(weights.values())
    return rng.choice(list(weights), n, p=share)


def _only(kept: np.ndarray, times: np.ndarray) -> np.ndarray:
    return np.where(kept, times, np.datetime64("NaT", "s"))


def _hours(rng, most: float, n: int) -> np.ndarray:
    return _seconds(rng.uniform(1, most, n) * 3600)


def _seconds(seconds: np.ndarray) -> np.ndarray:
    return seconds.astype("int64").astype("timedelta64[s]")
