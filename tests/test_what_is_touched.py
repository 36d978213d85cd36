"""What a command changes of a large archive, file by file: its own week, the agencies that the week
names and those of the same name, the files and the archive page of its year, and the lists. Nothing
of other weeks, years and agencies, not even the time of a file.
"""

import csv
import datetime as dt
import fnmatch
from dataclasses import dataclass
from pathlib import Path

import pytest
from extract_factory import request
from large_archive import FRANKLIN, MIDDLE, LargeArchive, brief_articles
from small_archive import changed, files_of

from ddor.archive.agencies import plain_name
from ddor.calendar import Week

# Of an agency that nobody knew, in a state where there was none.
NEWCOMER = {"agency_id": "HI9NEW001", "agency_name": "Palmview Jail", "state": "HI"}
NEWCOMER |= {"county_fips": "", "area": ""}
LATER = dt.timedelta(days=50)  # from the end of the large archive to what happens
LISTS = """index.html feed.xml agencies/index.html agencies/a-z/* agencies/by-state/* corrections/*
archive/index.html search/* data/agencies.csv data/catalog.json data/index.html methods/index.html
overview/index.html faqs/index.html fact-sheet/index.html""".split()


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
    after: dict[str, tuple[int, bytes]]
    named: set[str]
    alike: set[str]
    spanning: set[str]

    @property
    def changed(self) -> set[str]:
        """Every path that was added or removed, or whose bytes are others."""
        states = (self.before, self.after)
        return changed(*({path: data for path, (_, data) in each.items()} for each in states))

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
    day = week.first_day.isoformat()
    dates = dict.fromkeys(("issued_at", "outcome_recorded_at", "released_at"), day)
    heads = {"agency": "agency_name", "level": "agency_level"}
    same = ("agency_id", "state", "county_fips", "area", *heads)
    asked = [
        {heads.get(name, name): line[name] for name in same} for line in (franklin, alone, alone)
    ]
    rows = [
        request(request_id=f"z{number}", form="I-247A", **dates | agency)
        for number, agency in enumerate([*asked, NEWCOMER, NEWCOMER])
    ]
    as_of = str(archive.end + dt.timedelta(days=40))
    archive.receive(rows, as_of, "An invented desk", str(week), synthetic="true")


def publish(archive: LargeArchive, week: str, day: dt.date, *words: str):
    with brief_articles():
        return archive.run("--accept-held", "--reason", "For a test", *words, week=week, day=day)


@pytest.fixture(
    scope="module", params=["a new week", "a gap filled", "an old week again", "a withdrawal"]
)
def happened(request, large, tmp_path_factory) -> Happened:
    archive = large.copied_to(tmp_path_factory.mktemp("touched") / "archive")
    archive = LargeArchive(archive.root, len(large.weeks))
    day = archive.end + LATER
    week = {
        "a new week": str(Week.parse(archive.latest).next),
        "a gap filled": str(MIDDLE),
        "an old week again": archive.weeks[0],
        "a withdrawal": archive.corrected,
    }[request.param]
    if week not in archive.weeks:
        receive(archive, Week.parse(week))
    folder = archive.site / "weeks" / week
    before, index, named = states_of(archive.site), agencies_of(archive.site), named_by(folder)
    if request.param == "a withdrawal":
        done = archive.ddor("withdraw", week, "--reason", "legal", "--yes", day=day)
    else:
        done = publish(archive, week, day, *["--force"] * (week in archive.weeks))
    assert done.code == 0, done
    named |= named_by(folder)
    lines = [*index.values(), *agencies_of(archive.site).values()]
    names = {plain_name(line) for line in lines if line["agency_id"] in named}
    alike = {line["agency_id"] for line in lines if plain_name(line) in names}
    gap = request.param in ("a gap filled", "a withdrawal")
    spanning = {
        line["agency_id"] for line in lines if gap and line["first_week"] < week < line["last_week"]
    }
    return Happened(archive, week, before, states_of(archive.site), named, alike, spanning)


def test_only_what_belongs_to_the_week_and_the_lists_is_touched(happened):
    assert len(happened.named) < len(agencies_of(happened.archive.site)) < 210
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


def test_what_belongs_to_the_week_is_all_there_so_that_a_rebuild_changes_nothing(happened):
    assert len(happened.named) >= 3 and f"weeks/{happened.week}/index.html" in happened.changed
    assert happened.archive.rebuilt(happened.archive.end + LATER) == 0
    after = {path: data for path, (_, data) in happened.after.items()}
    assert changed(after, happened.archive.files()) == set()
    newcomer = f"agencies/{NEWCOMER['agency_id']}/index.html"
    new = {newcomer, "agencies/by-state/hi/index.html"} - happened.before.keys()
    assert (new <= after.keys()) == (NEWCOMER["agency_id"] in happened.named)


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


def test_the_same_again_touches_nothing(happened):
    archive, folder = happened.archive, happened.archive.site
    before = states_of(folder)
    folders = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_dir()}
    day = archive.end + dt.timedelta(days=60)
    if b'"withdrawn"' in happened.after[f"weeks/{happened.week}/data/summary.json"][1]:
        done = archive.ddor("withdraw", happened.week, "--reason", "legal", "--yes", day=day)
        assert done.code == 2, done
    else:
        done = publish(archive, happened.week, day)
        assert done.code == 0 and " unchanged r" in done.stdout, done
    assert states_of(folder) == before
    assert {path: path.stat().st_mtime_ns for path in folders} == folders
