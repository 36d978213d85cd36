"""`ddor rebuild`: everything around revisions made again, and not a byte of what they keep."""

import csv
import json
import shutil
from pathlib import Path

import pytest
import yaml
from small_archive import (
    NEXT_WEEK,
    PENDING,
    QUILLFEATHER,
    STAGES,
    WEEK,
    SmallArchive,
    changed,
    files_of,
    numbered,
)
from weekly_runs import Killed, die_after_replacing

import ddor.archive.site
from ddor.archive.kept import article_of, split_cases
from ddor.archive.site import _environment, asset_paths
from ddor.maintained.directory import COLUMNS

AGENCY = QUILLFEATHER["agency_id"]
# The day on which each stage was last changed: the age of a dispute counts from it.
DAYS = {"first": "2017-05-20", "second": "2017-05-25", "third": "2017-05-30"}
DAYS |= {"corrected": "2017-05-26", "disputed": "2017-06-10"}


def times_of(site: Path) -> dict[str, int]:
    return {path: (site / path).stat().st_mtime_ns for path in files_of(site)}


def kept(archive: SmallArchive) -> dict[str, bytes | str]:
    """All that revisions keep: articles, pictures, data."""
    found: dict[str, bytes | str] = {}
    for revision in sorted(archive.site.glob("weeks/*/r*/")):
        for path, data in files_of(revision).items():
            name = f"{revision.parent.name}/{revision.name}/{path}"
            if path != "index.html":
                found[name] = data
            elif b"<h1>Withdrawn" not in data:
                found[name] = split_cases(article_of(revision / path))[0]
    return found


def prove_nothing_to_do(archive: SmallArchive, day: str) -> None:
    before, times = archive.files(), times_of(archive.site)
    assert archive.rebuilt(day) == 0
    assert changed(before, archive.files()) == set()
    assert times_of(archive.site) == times


@pytest.mark.parametrize("name", STAGES)
def test_right_after_a_publication_it_changes_no_byte(copy_of, name):
    prove_nothing_to_do(copy_of(name), DAYS[name])


@pytest.mark.parametrize("withdrawn", [[f"{WEEK} r1", NEXT_WEEK], [f"{WEEK} r2", WEEK]])
def test_right_after_withdrawals_it_changes_no_byte(copy_of, withdrawn):
    archive = copy_of("corrected")
    for words in withdrawn:
        archive.withdraw(*words.split())
    prove_nothing_to_do(archive, "2017-06-20")


@pytest.fixture
def new_style(tmp_path, monkeypatch):
    """A call that gives the program a style sheet with other rules; its new path below site/."""
    here = tmp_path / "program"

    def change() -> str:
        shutil.copytree(ddor.archive.site.HERE, here)
        with open(here / "static" / "ddor.css", "a", encoding="utf-8") as style:
            style.write("h1 { letter-spacing: 0.01em; }\n")
        monkeypatch.setattr(ddor.archive.site, "HERE", here)
        asset_paths.cache_clear()
        _environment.cache_clear()
        return asset_paths()["ddor.css"]

    yield change
    monkeypatch.undo()
    asset_paths.cache_clear()
    _environment.cache_clear()


def test_a_new_style_sheet_reaches_every_page_and_no_kept_byte_changes(copy_of, new_style):
    archive, day = copy_of("corrected"), DAYS["corrected"]
    archive.withdraw(NEXT_WEEK, day=day)
    old, before, keeps = asset_paths()["ddor.css"], archive.files(), kept(archive)
    assert len(keeps) > 20 and old in before
    new = new_style()
    assert new != old
    assert archive.rebuilt(day) > 20
    after = archive.files()
    assert kept(archive) == keeps
    assert old not in after and b"letter-spacing: 0.01em" in after[new]
    assert len([path for path in after if path.startswith("assets/ddor")]) == 1
    pages = {path: page for path, page in after.items() if path.endswith(".html")}
    assert all(new.encode() in page for page in pages.values())
    # Nothing but that name has changed.
    renamed = {path: before[path].replace(old.encode(), new.encode()) for path in pages}
    assert changed(renamed, pages) == set()


def test_a_law_and_a_publisher_arrive_without_a_new_revision(copy_of):
    """As pages and statements do (test_texts.py)."""
    archive = copy_of("disputed")
    keeps, before = kept(archive), archive.files()
    law = {"place_code": AGENCY, "kind": "agency", "enacted": "2017-01", "policy": "The tapir rule"}
    law |= {"jurisdiction": "Quillfeather", "verified_on": "2017-02-01", "source": "A test"}
    with open(archive.root / "policies.csv", "a", encoding="utf-8") as policies:
        csv.DictWriter(policies, COLUMNS["policies"]).writerow(law)
    keys = yaml.safe_load((archive.root / "weekly.yaml").read_text("utf-8"))
    keys |= {"publisher": "The Ocelot Records Office", "contact": "the lynx desk"}
    (archive.root / "weekly.yaml").write_text(yaml.safe_dump(keys))
    assert archive.rebuilt(DAYS["disputed"]) > 20
    after = archive.files()
    assert kept(archive) == keeps
    assert json.loads(after["data/catalog.json"]) == json.loads(before["data/catalog.json"])
    assert b"The tapir rule" in after[f"agencies/{AGENCY}/index.html"]
    pages = [data for path, data in after.items() if path.endswith(".html")]
    assert all(b"The Ocelot Records Office" in data and b"the lynx desk" in data for data in pages)
    assert b"<author><name>The Ocelot Records Office</name>" in after["feed.xml"]
    assert archive.rebuilt(DAYS["disputed"]) == 0


OF_AGENCY = [f"agencies/{AGENCY}/{name}" for name in ("index.html", "weeks.csv")]
OF_WEEK = [f"weeks/{WEEK}/{name}" for name in ("index.html", "data/issued_by_agency.csv")]
OF_ALL = "data/agencies.csv data/2017/issued_by_agency.csv search/index.json index.html".split()
FOLDERS = "agencies data/2017 search archive corrections assets overview".split()
LOST = {
    "files of a folder": [*OF_AGENCY, *OF_WEEK, *OF_ALL, "feed.xml"],
    "folders": [*FOLDERS, f"weeks/{WEEK}/data", "data/agencies.csv", "feed.xml", "index.html"],
    "copies of the newest week": [f"weeks/{NEXT_WEEK}/data", f"weeks/{NEXT_WEEK}/index.html"],
}


@pytest.mark.parametrize("lost", LOST)
def test_files_that_are_made_from_others_come_back_as_they_were(copy_of, lost):
    archive = copy_of("corrected")
    before = archive.files()
    for path in LOST[lost]:
        file = archive.site / path
        shutil.rmtree(file) if file.is_dir() else file.unlink()
    gone = changed(before, archive.files())
    assert all(any(each.startswith(path) for each in gone) for path in LOST[lost])
    assert archive.rebuilt(DAYS["corrected"]) >= len(gone)
    assert changed(before, archive.files()) == set()
    # And so do damaged ones.
    damage, paths = (b"", b"agency_id,agency\nNOBODY,Nobody\n"), [*OF_AGENCY, *OF_ALL]
    for at, path in enumerate(paths, start=lost == "folders"):
        (archive.site / path).write_bytes(damage[at % 2])
    assert archive.rebuilt(DAYS["corrected"]) == len(paths)
    assert changed(before, archive.files()) == set()


def test_an_archive_of_before_a_figure_existed_can_be_rebuilt(copy_of):
    archive, name = copy_of("first"), "received_total"
    for folder in ("", "r1"):
        file = archive.week / folder / "data" / "summary.json"
        summary = json.loads(file.read_bytes())
        assert summary["figures"].pop(name) == 394
        file.write_text(json.dumps(summary))
    archive.rebuilt(DAYS["first"])
    lines = csv.DictReader((archive.site / "data" / "2017" / "weeks.csv").read_text().splitlines())
    assert [(line["week"], line[name]) for line in lines] == [(WEEK, "")]


@pytest.mark.parametrize(
    "lost",
    ["data/declined_by_agency.csv", "data/datapackage.json", "data/summary.json", "index.html"],
)
def test_a_lost_file_of_a_kept_revision_is_named_and_nothing_changes(copy_of, lost):
    archive = copy_of("first")
    file = archive.week / "r1" / lost
    file.unlink()
    before = archive.files()
    done = archive.ddor("rebuild", day=DAYS["first"])
    assert done.code == 6 and "restore it" in done.stderr, done
    assert str(file.parent) in done.stderr and file.name in done.stderr
    assert archive.files() == before


@pytest.mark.parametrize("made", ["", "outputs", "outputs/site"])
def test_where_nothing_is_published_it_ends_with_2_and_writes_nothing(tmp_path, made):
    archive = SmallArchive(tmp_path / "archive")
    (archive.root / made).mkdir(parents=True, exist_ok=True)
    done = archive.ddor("rebuild")
    assert done.code == 2 and "nothing is published" in done.stderr, done
    assert done.stdout == "" and files_of(archive.output) == {}


def test_a_catalog_that_cannot_be_read_ends_with_6_and_nothing_changes(copy_of):
    archive = copy_of("first")
    (archive.site / "data" / "catalog.json").write_text("{")
    before = archive.files()
    done = archive.ddor("rebuild")
    assert done.code == 6 and "restore it" in done.stderr, done
    assert archive.files() == before


def test_a_rebuild_that_is_killed_is_finished_by_the_next_run(copy_of, tmp_path, monkeypatch):
    archive = copy_of("corrected")
    for path in ("index.html", "feed.xml", "archive/index.html", "data/2017/weeks.csv"):
        (archive.site / path).write_bytes(b"damaged")
    for agency in (AGENCY, "BRAC00002", "OSPR00003", "WREN00005"):
        shutil.rmtree(archive.site / "agencies" / agency)
    before = archive.files()
    whole = archive.copied_to(tmp_path / "whole")
    whole.rebuilt(DAYS["corrected"])
    assert len(changed(before, whole.files())) >= 12
    with monkeypatch.context() as patch, pytest.raises(Killed):
        calls = die_after_replacing(6, patch)
        archive.ddor("rebuild", day=DAYS["corrected"])
    assert len(calls) == 7, "it was killed after its journal, among the pages"
    half = changed(archive.files(), whole.files()) & changed(before, archive.files())
    assert half == set(), "each file is the old or the new one"
    done = archive.run(week=NEXT_WEEK, day=DAYS["corrected"])
    assert done.code == 0 and " unchanged r1" in done.stdout, done
    assert "finished a publication" in done.stderr
    assert changed(archive.files(), whole.files()) == set()
    assert archive.rebuilt(DAYS["corrected"]) == 0


def test_an_article_is_kept_without_its_links_as_pages_write_them_now_and_wrote_them_before(
    tmp_path,
):
    page, kept = tmp_path / "index.html", '<span data-agency="QUIL00001">A jail</span>'
    for code in ("", '="QUIL00001"'):
        link = f'<a href="../../../agencies/QUIL00001/index.html" data-agency{code}>A jail</a>'
        page.write_text(f'<article>\n{link} <a href="x">y</a>\n</article>\n', "utf-8")
        assert (
            split_cases(article_of(page))[0] == f'<article>\n{kept} <a href="x">y</a>\n</article>\n'
        )


def test_a_year_without_a_report_has_its_page_made_again_too(copy_of):
    archive, week, day = copy_of("first"), "2019-03-02", "2019-06-20"
    archive.receive(
        numbered("z", 3, QUILLFEATHER, issued_at=week, **PENDING), as_of="2019-06-10", week=week
    )
    archive.published(week=week, day=day)
    page, before = archive.site / "archive" / "2018" / "index.html", archive.files()
    assert "no report was published" in page.read_text(encoding="utf-8")
    page.write_text("damaged")
    assert archive.rebuilt(day) == 1
    assert changed(before, archive.files()) == set()
