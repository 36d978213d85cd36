"""What publishing a quarter does to the files of the site, before, between and after; and what is
in its downloads."""

import json
import os
import re
import shutil

import openpyxl
import pytest
from quarter_archive import QUARTER, Quarters
from small_archive import broken_links, files_of, words_of

from ddor.archive.downloads import COMPILED
from ddor.archive.publish import Archive, opened
from ddor.jobs import verify as verify_job
from ddor.jobs.quarterly import load_quarter
from ddor.jobs.verify import _run_again as run_again

PICTURES = {
    f"{name}.{kind}"
    for name in ("declined-by-week", "citizenship", "days-to-recording")
    for kind in ("svg", "png", "csv")
}
OWN = {
    "index.html",
    *PICTURES,
    "data/summary.json",
    "data/datapackage.json",
    f"data/ddor-{QUARTER}.xlsx",
    "data/weeks_used.csv",
    "data/issued_by_agency.csv",
    "data/declined_by_agency.csv",
    "data/after_release.csv",
    "data/attributes.csv",
    "data/charges_by_group.csv",
}
HERE = f"quarters/{QUARTER}"
LISTS = {
    "index.html",
    "archive/index.html",
    "data/catalog.json",
    "data/index.html",
    "feed.xml",
    "search/index.json",
}
TABLES = ("weeks_used", "issued_by_agency", "declined_by_agency", "after_release")


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def test_a_quarter_touches_its_own_files_and_the_lists_and_nothing_else(quarters):
    before, after = (quarters(name).files() for name in ("weeks", "quarter"))
    own = {f"{HERE}/r1/{name}" for name in OWN} | {f"{HERE}/{name}" for name in OWN - PICTURES}
    found = changed(before, after)
    assert found == own | LISTS
    assert before.keys() <= after.keys()


def test_a_quarter_changes_no_private_file_of_another(quarters):
    before, after = (files_of(quarters(name).runs) for name in ("weeks", "quarter"))
    own = {path for path in after if path.startswith(f"{QUARTER}/r1/")}
    assert changed(before, after) == own and len(own) > 8


def test_a_sitemap_has_the_quarter_once(quarters, tmp_path):
    archive = quarters("weeks").copied_to(tmp_path / "archive")
    done = archive.quarter("--set", "site_url=https://example.org/", brief=True)
    assert done.code == 0
    addresses = re.findall("<loc>([^<]*)</loc>", (archive.site / "sitemap.xml").read_text())
    page = f"https://example.org/quarters/{QUARTER}/index.html"
    assert addresses.count(page) == 1
    assert [each for each in addresses if QUARTER in each] == [page]
    feed = [entry for entry in archive.feed() if QUARTER in entry["link"]]
    assert len(feed) == 1 and feed[0]["link"].startswith("https://example.org/quarters/")


def test_equal_inputs_give_equal_bytes_in_another_folder(quarters, tmp_path):
    elsewhere = quarters("weeks").copied_to(tmp_path / "elsewhere" / "deep" / "archive")
    assert elsewhere.made() == 1
    one, other = quarters("quarter").files(), elsewhere.files()
    assert changed(one, other) == set() and len(one) > 80
    private = [files_of(each.runs / QUARTER) for each in (quarters("quarter"), elsewhere)]
    assert changed(*private) - {"r1/manifest.json"} == set()
    manifests = [json.loads(files["r1/manifest.json"]) for files in private]
    assert manifests[0]["identity"] == manifests[1]["identity"]
    assert str(elsewhere.root).encode() not in b"".join(other.values())


def test_every_link_of_the_quarter_leads_somewhere(quarters):
    assert broken_links(quarters("quarter").site) == []


# Downloads


def test_the_workbook_has_the_tables_as_they_are_published(quarters):
    archive = quarters("quarter")
    file = archive.site / "quarters" / QUARTER / "data" / f"ddor-{QUARTER}.xlsx"
    book = openpyxl.load_workbook(file)
    cells = {
        sheet.title: [[str(cell) for cell in row if cell is not None] for row in sheet.values]
        for sheet in book
    }
    for table in TABLES:
        sheet = next(title for title in cells if title.lower().replace(" ", "_")[:20] == table[:20])
        lines = archive.lines(QUARTER, table)
        assert len(lines) > 5 or table == "after_release"
        for line in lines:
            assert [cell for cell in line.values() if cell] in cells[sheet], (table, line)
    figures = {row[0]: row[1] for rows in cells.values() for row in rows if len(row) == 3}
    for name, value in archive.summary(QUARTER)["figures"].items():
        assert figures.get(name) == (None if value is None else str(value)), name


def test_every_column_and_figure_is_described(quarters):
    archive = quarters("quarter")
    package = json.loads(
        (archive.site / "quarters" / QUARTER / "data" / "datapackage.json").read_bytes()
    )
    for resource in package["resources"]:
        lines = archive.lines(QUARTER, resource["path"].removesuffix(".csv"))
        fields = resource["schema"]["fields"]
        assert [field["name"] for field in fields] == list(lines[0])
        for field in fields:
            assert field["description"] == COMPILED.of_columns[field["name"]]
            assert ("unit" in field) is (field["type"] == "integer")
    assert archive.summary(QUARTER)["figures"].keys() == COMPILED.figures.keys()
    # What a quarter's table of requests issued has is not of one week alone.
    issued = next(r for r in package["resources"] if r["name"] == "issued-by-agency")
    (column,) = (f for f in issued["schema"]["fields"] if f["name"] == "issued")
    assert not re.search(r"in the week\b", f"{column['description']}, {issued['title']}")
    after = next(r for r in package["resources"] if r["name"] == "after-release")
    (attribute,) = (f for f in after["schema"]["fields"] if f["name"] == "attribute")
    named = {line["attribute"] for line in archive.lines(QUARTER, "after_release")}
    assert named >= {"follow_up", "met_by"}
    assert all(
        name in attribute["description"] for name in {*named, "later_charges", "days_to_arrest"}
    )


@pytest.mark.parametrize("path", ["index.html", "r1/index.html"])
def test_the_page_tells_machines_its_own_figures(quarters, path):
    archive = quarters("quarter")
    page = archive.page(f"quarters/{QUARTER}/{path}")
    dataset = json.loads(page.find("script", type="application/ld+json").string)
    figures = {each["name"]: each["value"] for each in dataset["variableMeasured"]}
    told = archive.summary(QUARTER)["figures"]
    assert figures == {name: value for name, value in told.items() if value is not None}
    assert f"Of the {figures['declined_total']} requests declined" in words_of(page.article)
    assert f"and one is known for {figures['met_rule']}." in words_of(page.article)
    assert dataset["name"].startswith("Quarterly Declined Detainer Report, quarter of January")
    files = {name for name in OWN if name.startswith("data/")}
    assert {each["contentUrl"] for each in dataset["distribution"]} == files


# Verified


def test_verify_makes_the_same_again(quarters):
    before = files_of(quarters("quarter").output)
    done = quarters("quarter").ddor("verify", "FY2017Q2")
    assert (done.code, done.stdout) == (0, f"{QUARTER} r1: matches what was published\n"), done
    assert files_of(quarters("quarter").output) == before


@pytest.mark.parametrize(
    ("file", "figure", "told"),
    [
        (f"site/{HERE}/r1/index.html", "46", "article.html: the archive holds a different file"),
        (f"site/{HERE}/data/summary.json", "46", "quarter's own address holds a different file"),
        (f"runs/{QUARTER}/r1/weeks.csv", "23", "input weeks: not the one that was used"),
        (f"runs/{QUARTER}/r1/candidates.csv", "2017-01", "candidates.csv: the private file was"),
    ],
)
def test_verify_names_what_was_changed_by_hand(quarters, tmp_path, monkeypatch, file, figure, told):
    archive = quarters("quarter").copied_to(tmp_path / "archive")
    monkeypatch.setattr(verify_job, "_run_again", _once(quarters("quarter")))
    changed = archive.output / file
    text = changed.read_text("utf-8")
    other = text.replace(figure, f"{figure}7")
    assert other != text
    changed.write_text(other, "utf-8")
    done = archive.ddor("verify", QUARTER)
    assert done.code == 5 and told in done.stderr, done


_AGAIN = {}


def _once(archive: Quarters):
    """Running it again, which gives what is kept: once for all of these tests."""

    def again(prepared, template):
        if not _AGAIN:
            with archive.in_project(kernel=False):
                own = load_quarter(archive.runs / QUARTER / "r1")
                _AGAIN.update(run_again(own, archive.runs / QUARTER / "r1" / "template.ipynb"))
        return dict(_AGAIN)

    return again


# Killed


class Killed(BaseException):
    """As nothing of the program's own would catch it."""


def dying_before(change: int, monkeypatch) -> None:
    """Every change on disk is counted, and the one of this number never happens."""
    done = 0

    def counted(function):
        def wrapper(*args, **kwargs):
            nonlocal done
            done += 1
            if done == change:
                raise Killed
            return function(*args, **kwargs)

        return wrapper

    for name in ("replace", "unlink", "rmdir", "mkdir", "fsync"):
        monkeypatch.setattr(os, name, counted(getattr(os, name)))


@pytest.mark.parametrize("step", [7, pytest.param(1, marks=pytest.mark.storm)])
def test_a_quarter_killed_before_any_change_on_disk_is_the_old_or_the_new(
    quarters, tmp_path, monkeypatch, step
):
    archive = quarters("weeks").copied_to(tmp_path / "archive")
    given = []
    with monkeypatch.context() as patch:
        patch.setattr(Archive, "publish", lambda self, *args: given.append(args))
        assert archive.quarter(brief=True).code == 0
    ((folders, pointers, removed),) = given
    old = archive.files()
    monkeypatch.setattr(os, "fsync", lambda file: None)  # the machine does not die

    def publish(output) -> dict[str, bytes]:
        killed = Archive(output)
        killed.staging.mkdir(parents=True)
        killed.publish(folders, pointers, removed)

    new, change, states = None, 1 - step, []
    while new is None:
        change += step
        output = shutil.copytree(archive.output, tmp_path / "killed")
        try:
            with monkeypatch.context() as patch:
                dying_before(change, patch)
                publish(output)
            new = files_of(output / "site")
        except Killed:
            seen = files_of(output / "site")
            with opened(output) as mended:
                pass
            after = files_of(output / "site")
            states.append((seen != old, after, mended.left_unfinished()))
        shutil.rmtree(output)
    assert f"quarters/{QUARTER}/r1/index.html" in new.keys() - old.keys()
    assert len(states) > 100 / step and not any(left for *_, left in states)
    assert all(after in (old, new) for _, after, _ in states)
    finished = [after == new for _, after, _ in states]
    assert finished == sorted(finished) and len(set(finished)) == 2
    assert all(after == new for begun, after, _ in states if begun)
    assert any(begun for begun, *_ in states), "it was killed in the middle too"
