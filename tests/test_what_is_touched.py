"""What a command changes of a large archive, file by file: its own week, the agencies that the week
names and those of the same name, the files and the archive page of its year, and the lists. Nothing
of other weeks, years and agencies, not even the time of a file.
"""

import csv
import datetime as dt
import fnmatch
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from extract_factory import request, write_csv_extract
from large_archive import FRANKLIN, MIDDLE, LargeArchive, brief_articles
from small_archive import (
    BRACKENHOLT,
    FIRST_ROWS,
    HONORED,
    NEXT_WEEK,
    NEXT_WEEK_ROWS,
    WEEK,
    SmallArchive,
    files_of,
)

from ddor.archive.agencies import plain_name
from ddor.calendar import Week

# Of an agency that nobody knew, in a state where there was none.
NEWCOMER = {
    "agency_id": "HI9NEW001",
    "agency_name": "Palmview Jail",
    "state": "HI",
    "county_fips": "",
    "area": "",
}
LISTS = (
    "index.html",
    "feed.xml",
    "agencies/index.html",
    "agencies/a-z/*",
    "agencies/by-state/*",
    "archive/index.html",
    "corrections/*",
    "search/*",
    "data/agencies.csv",
    "data/catalog.json",
    "data/index.html",
    "methods/index.html",
    "overview/index.html",
    "faqs/index.html",
    "fact-sheet/index.html",
)


def states_of(site: Path) -> dict[str, tuple[int, bytes]]:
    """Path -> time of the last change and bytes of every file."""
    return {path: ((site / path).stat().st_mtime_ns, data) for path, data in files_of(site).items()}


def agencies_of(site: Path) -> dict[str, dict[str, str]]:
    with open(site / "data" / "agencies.csv", encoding="utf-8", newline="") as opened:
        return {line["agency_id"]: line for line in csv.DictReader(opened)}


def named_by(week: Path) -> set[str]:
    """The agencies that any table of any revision of a week names."""
    found = set()
    for file in week.rglob("*_by_agency.csv"):
        with open(file, encoding="utf-8", newline="") as opened:
            found |= {line["agency_id"] for line in csv.DictReader(opened) if "agency_id" in line}
    return found - {""}


@dataclass
class Happened:
    """What a command did to `site`: states before and after; named: the agencies that the week
    named before or names now; alike: those with one of their names; spanning: those whose trend
    has a gap there now, and had none, or the other way round."""

    archive: LargeArchive
    week: str
    before: dict[str, tuple[int, bytes]]
    after: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    alike: set[str] = field(default_factory=set)
    spanning: set[str] = field(default_factory=set)

    @property
    def changed(self) -> set[str]:
        """Every path that was added or removed, or whose bytes are others."""
        before, after = (
            {path: data for path, (_, data) in states.items()}
            for states in (self.before, self.after)
        )
        return {
            path for path in before.keys() | after.keys() if before.get(path) != after.get(path)
        }

    def allowed(self, path: str) -> bool:
        year = self.week[:4]
        alike = {f"agencies/{each}/index.html" for each in self.alike | self.spanning}
        own = tuple(f"agencies/{each}/" for each in self.named)
        return (
            path.startswith((f"weeks/{self.week}/", f"data/{year}/", *own))
            or path in alike
            or path == f"archive/{year}/index.html"
            or any(fnmatch.fnmatchcase(path, pattern) for pattern in LISTS)
        )


def receive(archive: LargeArchive, week: Week) -> str:
    """A week that was never published, of five agencies: small and large ones, one of four with
    its name, one that is new."""
    known = agencies_of(archive.site)
    franklin, alone = known[archive.agency(FRANKLIN, "NY")], known["TX9SYN001"]
    rows = []
    for number, agency in enumerate((franklin, alone, alone, NEWCOMER, NEWCOMER)):
        asked = (
            agency
            if agency is NEWCOMER
            else {
                "agency_id": agency["agency_id"],
                "agency_name": agency["agency"],
                "agency_level": agency["level"],
                "state": agency["state"],
                "county_fips": agency["county_fips"],
                "area": agency["area"],
            }
        )
        day = week.first_day.isoformat()
        rows.append(
            request(
                request_id=f"z{number}",
                issued_at=day,
                outcome_recorded_at=day,
                released_at=day,
                form="I-247A",
                **asked,
            )
        )
    as_of = archive.end + dt.timedelta(days=40)
    about = {"as_of": str(as_of), "source": "An invented desk", "synthetic": "true"}
    write_csv_extract(archive.root / "extracts" / str(week), rows, about=about)
    return str(week)


def publish(archive: LargeArchive, week: str, day: dt.date, *words: str):
    with brief_articles():
        return archive.run("--accept-held", "--reason", "For a test", *words, week=week, day=day)


@pytest.fixture(
    scope="module", params=["a new week", "a gap filled", "an old week again", "a withdrawal"]
)
def happened(request, large, tmp_path_factory) -> Happened:
    archive = large.copied_to(tmp_path_factory.mktemp("touched") / "archive")
    archive = LargeArchive(archive.root, len(large.weeks))
    day = archive.end + dt.timedelta(days=50)
    week = {
        "a new week": str(Week.parse(archive.latest).next),
        "a gap filled": str(MIDDLE),
        "an old week again": archive.weeks[1],
        "a withdrawal": archive.corrected,
    }[request.param]
    if week not in archive.weeks:
        receive(archive, Week.parse(week))
    found = Happened(archive, week, states_of(archive.site))
    index = agencies_of(archive.site)
    found.named = named_by(archive.site / "weeks" / week)
    if request.param == "a withdrawal":
        done = archive.ddor("withdraw", week, "--reason", "legal", day=day)
    else:
        done = publish(archive, week, day, *["--force"] * (week in archive.weeks))
    assert done.code == 0, done
    found.after = states_of(archive.site)
    found.named |= named_by(archive.site / "weeks" / week)
    lines = [*index.values(), *agencies_of(archive.site).values()]
    names = {plain_name(line) for line in lines if line["agency_id"] in found.named}
    if request.param in ("a gap filled", "a withdrawal"):
        found.spanning = {
            line["agency_id"] for line in lines if line["first_week"] < week < line["last_week"]
        }
    found.alike = {line["agency_id"] for line in lines if plain_name(line) in names}
    return found


def test_only_what_belongs_to_the_week_and_the_lists_is_touched(happened):
    assert len(happened.named) < len(agencies_of(happened.archive.site)) < 310
    assert [path for path in sorted(happened.changed) if not happened.allowed(path)] == []


def test_what_is_not_changed_is_not_written_again(happened):
    written = {
        path
        for path, (time, data) in happened.after.items()
        if happened.before.get(path, (0, b""))[0] != time
    }
    # A revision's own folder is put in place of the one before, as a whole.
    moved = {path for path in written if path.startswith(f"weeks/{happened.week}/r")}
    assert sorted(written - moved - happened.changed) == []
    assert len(happened.after) - len(written) > 150


def test_what_belongs_to_the_week_is_all_there(happened):
    site, week, year = happened.archive.site, happened.week, happened.week[:4]
    assert f"weeks/{week}/index.html" in happened.changed
    assert {
        f"archive/{year}/index.html",
        f"data/{year}/issued_by_agency.csv",
        f"data/{year}/issued_by_agency.parquet",
        "feed.xml",
        "data/catalog.json",
        "archive/index.html",
    } <= happened.changed
    assert len(happened.named) >= 3
    for agency_id in happened.named & agencies_of(site).keys():
        assert f"agencies/{agency_id}/index.html" in happened.changed
    other = {"2017": "2018", "2018": "2017"}[year]
    of_the_other = (f"data/{other}/", f"archive/{other}/")
    assert not [path for path in happened.changed if path.startswith(of_the_other)]


def test_of_agencies_that_the_week_does_not_name_only_the_page_with_the_gap_changes(happened):
    others = happened.spanning - happened.named - happened.alike
    own = {path for path in happened.changed for each in others if f"agencies/{each}/" in path}
    assert own <= {f"agencies/{each}/index.html" for each in others}
    # Where nothing was ever declined there is no chart that could change.
    assert (len(own) > 10) == bool(happened.spanning)


def test_earlier_revisions_keep_all_but_the_page_around_them(happened):
    """And of those only the one before says that there is another."""
    folder = happened.archive.site / "weeks" / happened.week
    if b'"withdrawn"' in (folder / "r1" / "data" / "summary.json").read_bytes():
        assert not list(folder.rglob("*.svg"))
        return
    touched = {path for path in happened.changed if path.startswith(f"weeks/{happened.week}/r1/")}
    again = f"weeks/{happened.week}/r1/index.html" in happened.before
    assert touched == {f"weeks/{happened.week}/r1/index.html"} or not again


def test_a_newcomer_gets_a_page_and_a_state_of_its_own(happened):
    if NEWCOMER["agency_id"] not in happened.named:
        assert "agencies/by-state/hi/index.html" not in happened.after
        return
    added = happened.after.keys() - happened.before.keys()
    assert {
        f"agencies/{NEWCOMER['agency_id']}/index.html",
        "agencies/by-state/hi/index.html",
        f"agencies/{NEWCOMER['agency_id']}/weeks.csv",
    } <= added
    assert happened.before.keys() <= happened.after.keys()
    others = {happened.archive.agency(FRANKLIN, state) for state in ("IA", "PA", "OH")}
    assert others <= happened.alike - happened.named
    assert not {f"agencies/{each}/weeks.csv" for each in others} & happened.changed


def test_the_same_again_touches_nothing(happened):
    archive, folder = happened.archive, happened.archive.site
    before = states_of(folder)
    folders = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_dir()}
    day = archive.end + dt.timedelta(days=60)
    if b'"withdrawn"' in happened.after[f"weeks/{happened.week}/data/summary.json"][1]:
        done = archive.ddor("withdraw", happened.week, "--reason", "legal", day=day)
        assert done.code == 2, done
    else:
        done = publish(archive, happened.week, day)
        assert done.code == 0 and " unchanged r" in done.stdout, done
    assert states_of(folder) == before
    assert {path: path.stat().st_mtime_ns for path in folders} == folders


def test_weeks_in_one_call_or_one_by_one_in_either_order_give_the_same_site(tmp_path):
    """But for what a report says of the week before it, which another order has not got yet; here
    the articles do not say it, and only the identity differs."""

    def received(name: str) -> SmallArchive:
        archive = SmallArchive(tmp_path / name)
        archive.receive([*FIRST_ROWS[:3], FIRST_ROWS[-1]])
        honored = {
            **BRACKENHOLT,
            **HONORED,
            "issued_at": "2017-02-19",
            "request_id": "b9",
            "outcome_recorded_at": "2017-02-22",
        }
        archive.receive([*NEXT_WEEK_ROWS, request(**honored)], week=NEXT_WEEK)
        return archive

    sites = []
    with brief_articles():
        for name, calls in {
            "one": [[WEEK, NEXT_WEEK]],
            "two": [[WEEK], [NEXT_WEEK]],
            "back": [[NEXT_WEEK], [WEEK]],
        }.items():
            archive = received(name)
            for first, *more in calls:
                done = archive.run(*more, week=first)
                assert done.code == 0 and done.stdout.count(" published r1: ") == 1 + len(more)
            sites.append(archive.files())
    one, two, back = sites
    assert len(one) > 60
    assert {path for path in one.keys() | two.keys() if one.get(path) != two.get(path)} == set()
    for site in (one, back):
        catalog = site["data/catalog.json"]
        site["data/catalog.json"] = re.sub(rb'"identity": "[0-9a-f]{64}"', b"", catalog)
        assert site["data/catalog.json"] != catalog
    assert {path for path in one.keys() | back.keys() if one.get(path) != back.get(path)} == set()
