"""Every file of the site but its pages, read by programs that are not ours: tables by Frictionless,
pandas and csv, the feed by feedparser, the linked data by json. What any of them says has to be
what the pages say.

The large archive is read; where something has to happen to a week, a copy of a small one.
"""

import csv
import json
import re
from pathlib import Path
from urllib.parse import urljoin
from xml.etree import ElementTree

import feedparser
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from conftest import cases
from frictionless import validate
from large_archive import ACCENT, FORMULA, FRANKLIN, MARKUP, LargeArchive, brief_articles
from small_archive import (
    ASKED_NEXT,
    NEXT_WEEK,
    NEXT_WEEK_ROWS,
    THISTLEDOWN,
    WEEK,
    SmallArchive,
    broken_links,
    files_of,
    numbered,
    words_of,
)

from ddor.calendar import Week
from ddor.extract.csv_files import csv_lines, plain_cell

SITE_URL = "https://ddor.example.org/x"
RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r")
BY_AGENCY = "issued_by_agency declined_by_agency held_back_by_agency".split()
WEEK_TABLES = [*BY_AGENCY, "charges_by_group", "attributes", "checks", "reconciliation"]
# Column of an agency's weeks.csv, the week's table and its column. That the sum of each is the
# week's figure is in test_properties.py.
SUMS = cases("""
issued             | issued_by_agency    | issued
issued_declined    | issued_by_agency    | declined
declined           | declined_by_agency  | declined
honored            | declined_by_agency  | honored
held_back_requests | held_back_by_agency | held_back_requests
held_back_outcomes | held_back_by_agency | held_back_outcomes
""")
ANSWERED = {"status": "not_upheld", "answered_on": "2017-06-15", "answer": "The log has it."}


def lines_of(file: Path) -> list[dict[str, str]]:
    """The lines of a CSV file with names as they were; none where there is no such file."""
    if not file.exists():
        return []
    with open(file, encoding="utf-8", newline="") as opened:
        lines = list(csv.DictReader(opened))
    return [{name: plain_cell(cell) for name, cell in line.items()} for line in lines]


def json_of(file: Path) -> dict:
    return json.loads(file.read_bytes())


def below(site: Path, pattern: str) -> dict[str, Path]:
    """Path below site/ -> file."""
    return {file.relative_to(site).as_posix(): file for file in sorted(site.glob(pattern))}


@pytest.fixture(scope="module")
def standing(large) -> dict[str, int]:
    """Week -> number of its current revision, of those that are not withdrawn."""
    weeks = json_of(large.site / "data" / "catalog.json")["weeks"]
    current = {week: revisions[-1] for week, revisions in weeks.items()}
    found = {w: r["revision"] for w, r in current.items() if not r["withdrawn_on"]}
    assert set(weeks) - set(found) == {large.withdrawn}
    return found


# Pages


def test_a_page_that_an_older_revision_of_another_week_links_to_stays(copy_of):
    """Only the first revision of the one week and the other week name the agency."""
    archive = copy_of("corrected")
    rows = [*NEXT_WEEK_ROWS, *numbered("t", 2, THISTLEDOWN, **ASKED_NEXT)]
    archive.receive(rows, week=NEXT_WEEK)
    with brief_articles():
        assert archive.published(week=NEXT_WEEK, day="2017-06-01") == 2
    assert broken_links(archive.site) == []
    archive.withdraw(NEXT_WEEK)
    assert broken_links(archive.site) == []
    assert NEXT_WEEK not in str(archive.page(f"agencies/{THISTLEDOWN['agency_id']}/index.html"))


def test_awkward_names_stand_on_the_pages_as_they_are(large):
    latest = words_of(large.page(f"weeks/{large.latest}/index.html").find("article"))
    found = [line[1] for line in json_of(large.site / "search" / "index.json")["lines"]]
    for name in (FORMULA, MARKUP, ACCENT, FRANKLIN):
        page = large.page(f"agencies/{large.agency(name)}/index.html")
        assert words_of(page.h1).startswith(" ".join(name.split()))
        assert " ".join(name.split()) in latest and f"'{name}" not in latest
        assert name in found


# Tables


def test_no_cell_of_any_csv_file_is_run_by_a_spreadsheet(large):
    run, quoted = [], 0
    files = below(large.site, "**/*.csv")
    for path, file in files.items():
        with open(file, encoding="utf-8", newline="") as opened:
            for line in csv.reader(opened):
                run += [(path, cell) for cell in line if cell.startswith(RUN_BY_SPREADSHEETS)]
                quoted += f"'{FORMULA}" in line
    assert run == [] and len(files) > 300
    assert quoted > len(large.weeks), "the name that would be run is in the week's tables"


@pytest.fixture(scope="module")
def packages(large: LargeArchive) -> dict[str, Path]:
    """Path below site/ -> data package, but for those in whose place a notice stands."""
    found = below(large.site, "**/datapackage.json")
    notices = {path for path, file in found.items() if "withdrawn" in json_of(file)}
    assert notices and all(large.withdrawn in path for path in notices)
    return {path: file for path, file in found.items() if path not in notices}


def test_frictionless_finds_every_data_package_valid(large, standing, packages):
    assert {f"weeks/{week}/data/datapackage.json" for week in standing} <= packages.keys()
    assert {f"data/{year}/datapackage.json" for year in (2017, 2018)} <= packages.keys()
    assert f"weeks/{large.revised}/r1/data/datapackage.json" in packages
    # A week's own data are those of its current revision, so that it is enough to look at the ones.
    for week, number in standing.items():
        own, current = (large.site / "weeks" / week / each for each in ("data", f"r{number}/data"))
        assert files_of(own) == files_of(current)
    copies = {f"weeks/{week}/data/datapackage.json" for week in standing}
    found = {path: validate(str(packages[path])) for path in packages.keys() - copies}
    wrong = {path: each.flatten(["message"]) for path, each in found.items() if not each.valid}
    assert wrong == {}
    assert all(report.stats["tasks"] >= 5 for report in found.values())


def test_every_table_has_a_key_and_every_field_its_meaning_and_its_unit(packages):
    """That the columns are these and that a key is one, Frictionless looks at."""
    wrong = []
    for path, file in packages.items():
        for resource in json_of(file)["resources"]:
            schema = resource["schema"]
            wrong += [] if schema["primaryKey"] else [(path, resource["name"])]
            for field in schema["fields"]:
                number = field["type"] == "integer" and field["name"] != "revision"
                described = field.get("description") and field["type"] in ("integer", "string")
                if not described or number != bool(field.get("unit")):
                    wrong.append((path, resource["name"], field))
    assert packages and wrong == []


def test_the_files_of_a_year_are_those_of_its_weeks_one_after_the_other(large, standing):
    for year in ("2017", "2018"):
        for table in WEEK_TABLES:
            expected = [
                {"week": week, "revision": str(number)} | line
                for week, number in sorted(standing.items())
                if week.startswith(year)
                for line in lines_of(large.site / "weeks" / week / "data" / f"{table}.csv")
            ]
            given = lines_of(large.site / "data" / year / f"{table}.csv")
            columns = list(given[0]) if given else []
            assert columns[:2] == ["week", "revision"] and columns[-1] == "flags"
            assert given == [{name: line.get(name, "") for name in columns} for line in expected]
            assert {name for line in expected for name in line} == {*columns}


def test_the_weeks_of_a_year_have_the_figures_of_their_summaries(large, standing):
    files = below(large.site, "data/*/weeks.csv").values()
    lines = [line for file in files for line in lines_of(file)]
    assert {line["week"]: int(line["revision"]) for line in lines} == standing
    for line in lines:
        summary = json_of(large.site / "weeks" / line["week"] / "data" / "summary.json")
        figures = {name: str(value) for name, value in summary["figures"].items()}
        assert line | figures | {"as_of": summary["as_of"]} == line


def test_parquet_holds_what_csv_holds(large):
    files = sorted(large.site.glob("data/*/*.parquet"))
    assert len(files) == 2 * (len(WEEK_TABLES) + 1)
    assert {file.with_suffix(".csv") for file in files} == {*large.site.glob("data/*/*.csv")}
    for file in files:
        frame = pd.read_parquet(file)
        lines = lines_of(file.with_suffix(".csv"))
        assert frame.astype(object).fillna("").astype(str).to_dict("records") == lines, file
        package = json_of(file.parent / "datapackage.json")
        schema = next(r["schema"] for r in package["resources"] if r["path"] == f"{file.stem}.csv")
        whole = {field["name"] for field in schema["fields"] if field["type"] == "integer"}
        assert {*frame.select_dtypes(["int64", "Int64"])} == whole, file


def test_agencies_and_weeks_add_up_to_the_same(large, standing):
    """Each count of each agency and week, from the week's own tables, and from the agency's."""
    expected, named = {}, {}
    for week in standing:
        for column, table, name in SUMS:
            for line in lines_of(large.site / "weeks" / week / "data" / f"{table}.csv"):
                if line["agency_id"]:
                    expected[line["agency_id"], week, column] = int(line[name])
                    named.setdefault(line["agency_id"], set()).add(week)
    given, weeks = {}, {}
    for file in sorted(large.site.glob("agencies/*/weeks.csv")):
        for line in lines_of(file):
            assert line["agency_id"] == file.parent.name
            weeks.setdefault(line["agency_id"], []).append(line["week"])
            for column, *_ in SUMS:
                given[line["agency_id"], line["week"], column] = int(line[column])
    assert {key: n for key, n in given.items() if n} == {k: n for k, n in expected.items() if n}
    assert weeks == {each: sorted(found, reverse=True) for each, found in named.items()}
    index = {line["agency_id"]: line for line in lines_of(large.site / "data" / "agencies.csv")}
    columns = ("first_week", "last_week", "weeks")
    listed = {each: tuple(line[name] for name in columns) for each, line in index.items()}
    told = {each: (min(found), max(found), str(len(found))) for each, found in named.items()}
    assert {each: cells for each, cells in listed.items() if cells[2] != "0"} == told
    assert {*index} == {page.parent.name for page in large.site.glob("agencies/[A-Z]*/index.html")}


# Linked data


def dataset_of(page: BeautifulSoup) -> dict:
    (found,) = page.find_all("script", type="application/ld+json")
    return json.loads(found.string)


def test_the_linked_data_of_a_week_is_what_its_page_shows(large):
    found = below(large.site, "weeks/**/index.html")
    pages = [(path, file) for path, file in found.items() if large.withdrawn not in path]
    assert len(pages) > 2 * (len(large.weeks) - 1)
    for path, file in pages:
        page, week = large.page(path), Week.parse(path.split("/")[1])
        dataset, summary = dataset_of(page), json_of(file.parent / "data" / "summary.json")
        assert (dataset["@context"], dataset["@type"]) == ("https://schema.org/", "Dataset")
        measured = {each["name"]: each["value"] for each in dataset["variableMeasured"]}
        assert measured == summary["figures"], path
        banner = words_of(page.find("aside", class_="status"))
        revision = re.search(r"[Rr]evision (\d+)(?: of the week)?, published", banner)[1]
        own = re.search(r"/(r\d+)/index", path)
        assert dataset["version"] == f"r{revision}" == (own[1] if own else f"r{revision}"), path
        assert dataset["temporalCoverage"] == f"{week}/{week.last_day}"
        assert dataset["datePublished"] <= dataset["dateModified"]
        assert dataset["name"] in page.find("cite").get_text()
        assert summary["as_of"] in dataset["description"]
        urls = sorted(each["contentUrl"] for each in dataset["distribution"])
        assert urls == sorted(below(file.parent, "data/*")) != [], path
        assert dataset["publisher"]["name"] == "The county records desk"


def test_the_linked_data_of_all_weeks_names_every_file_by_year(large, standing):
    dataset = dataset_of(large.page("data/index.html"))
    urls = {each["contentUrl"] for each in dataset["distribution"]}
    files = below(large.site / "data", "*/*.csv") | below(large.site / "data", "*/*.parquet")
    assert urls == files.keys() and len(files) > 20
    last = Week.parse(max(standing)).last_day
    assert dataset["temporalCoverage"] == f"{min(standing)}/{last}"


def test_other_pages_and_withdrawn_ones_have_no_linked_data_and_no_address(large):
    pages = below(large.site, "**/*.html")
    texts = {path: file.read_text("utf-8") for path, file in pages.items()}
    told = {path for path, text in texts.items() if "application/ld+json" in text}
    assert not [path for path in told if large.withdrawn in path]
    assert {path for path in told if not path.startswith("weeks/")} == {"data/index.html"}
    assert f"weeks/{large.withdrawn}/index.html" in pages
    assert not [path for path, text in texts.items() if 'rel="canonical"' in text]
    assert not (large.site / "sitemap.xml").exists()


# The feed


def test_a_reader_of_feeds_reads_the_feed(large):
    feed = feedparser.parse(str(large.site / "feed.xml"))
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.version == "atom10" and feed.feed.title and feed.feed.id
    ids = [entry.id for entry in feed.entries]
    assert 10 < len(ids) <= 50 and len(set(ids)) == len(ids)
    for entry in feed.entries:
        assert entry.title and entry.summary and entry.link.startswith("weeks/")
        assert entry.published_parsed and entry.updated_parsed >= entry.published_parsed
    updated = [entry.updated for entry in feed.entries]
    assert updated == sorted(updated, reverse=True)
    assert feed.feed.updated == updated[0]


def test_an_entry_of_the_feed_names_one_thing_for_good(stage, copy_of):
    """Through a first report, a revision, a correction, a dispute, its answer, the withdrawal of a
    part, also of what first showed the dispute, and of the rest, and a rebuild."""
    known: dict[str, tuple] = {}
    seen = []

    def look(archive: SmallArchive) -> None:
        told = ("published", "category", "link", "title")
        entries = {e["id"]: tuple(e[name] for name in told) for e in archive.feed()}
        assert {key: known.get(key, each) for key, each in entries.items()} == entries
        known.update(entries)
        seen.append(sorted(category for _, category, *_ in entries.values()))

    for name in ("first", "second", "third"):
        look(stage(name))
    archive = copy_of("third")
    for number, day, answer in ((4, "2017-06-10", {}), (5, "2017-06-20", ANSWERED)):
        archive.record("quill-still-here", **answer)
        with brief_articles():
            assert archive.published(day=day) == number
        look(archive)
    withdrawals = [f"withdraw {WEEK} {part} --reason error --yes" for part in ("r2", "r4", "")]
    for words in ("rebuild", *withdrawals, "rebuild"):
        done = archive.ddor(*words.split(), day="2017-07-01")
        assert done.code == 0, done
        look(archive)
    assert seen[0] == ["first"] and {*seen[-1]} == {"withdrawal"}
    assert [each.count("dispute") for each in seen] == [0, 0, 0, 1, 1, 1, 1, 1, 0, 0]
    kinds = {"first", "revision", "correction", "dispute", "withdrawal"}
    assert {category for each in seen for category in each} == kinds


# The address of the site


@pytest.fixture(scope="module")
def addressed(stage, tmp_path_factory) -> SmallArchive:
    """An archive that knows where it is served, to be read: a week with two revisions, and a
    withdrawn one."""
    archive = stage("corrected").copied_to(tmp_path_factory.mktemp("addressed") / "archive")
    with open(archive.root / "weekly.yaml", "a", encoding="utf-8") as keys:
        keys.write(f"site_url: {SITE_URL}\n")
    archive.withdraw(NEXT_WEEK)
    archive.rebuilt()
    return archive


@pytest.fixture(scope="module")
def canonical(addressed) -> dict[str, str]:
    """Path below site/ -> the path of the page that stands for it."""
    found = {}
    for path in below(addressed.site, "**/*.html"):
        (link,) = addressed.page(path).find_all("link", rel="canonical")
        assert link["href"].startswith(f"{SITE_URL}/")
        found[path] = link["href"].removeprefix(f"{SITE_URL}/")
    return found


def test_every_page_of_a_site_with_an_address_says_which_one_stands_for_it(canonical):
    assert len(canonical) > 20
    others = {path: other for path, other in canonical.items() if other != path}
    current = (f"weeks/{WEEK}/", "r2/"), (f"weeks/{NEXT_WEEK}/", "r1/")
    assert others == {f"{at}{own}index.html": f"{at}index.html" for at, own in current}


def test_the_sitemap_lists_pages_that_are_there_and_none_that_is_withdrawn(addressed, canonical):
    root = ElementTree.parse(addressed.site / "sitemap.xml").getroot()
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    assert root.tag == f"{space}urlset"
    addresses = [loc.text for loc in root.iter(f"{space}loc")]
    assert len(set(addresses)) == len(addresses) > 15
    paths = {address.removeprefix(f"{SITE_URL}/") for address in addresses}
    assert f"weeks/{WEEK}/index.html" in paths and "index.html" in paths
    stand_for_themselves = {path for path, other in canonical.items() if other == path}
    # A notice, an older revision, and an agency that only this one names: none is looked for.
    agency = f"agencies/{THISTLEDOWN['agency_id']}"
    left_out = (f"weeks/{NEXT_WEEK}", f"weeks/{WEEK}/r1", "search", agency)
    assert stand_for_themselves == paths | {f"{path}/index.html" for path in left_out}
    assert not paths & {f"{path}/index.html" for path in left_out}


def test_feed_and_linked_data_of_a_site_with_an_address_are_absolute(addressed):
    feed = feedparser.parse(str(addressed.site / "feed.xml"))
    links = {link["rel"]: link["href"] for link in feed.feed.links}
    assert links == {"self": f"{SITE_URL}/feed.xml", "alternate": f"{SITE_URL}/index.html"}
    assert feed.entries
    for entry in feed.entries:
        assert entry.link.startswith(f"{SITE_URL}/weeks/")
        path = entry.link.removeprefix(f"{SITE_URL}/").partition("#")[0]
        assert (addressed.site / path).is_file()
    for path in (f"weeks/{WEEK}/index.html", f"weeks/{WEEK}/r1/index.html", "data/index.html"):
        dataset = dataset_of(addressed.page(path))
        assert dataset["url"] == f"{SITE_URL}/{path}"
        for each in dataset["distribution"]:
            file = each["contentUrl"].removeprefix(f"{SITE_URL}/")
            assert (addressed.site / file).is_file(), each
            assert urljoin(dataset["url"], each["contentUrl"]) == each["contentUrl"]


def test_an_address_that_is_taken_away_again_is_nowhere_any_more(addressed, tmp_path):
    archive = addressed.copied_to(tmp_path / "archive")
    keys = (archive.root / "weekly.yaml").read_text("utf-8")
    (archive.root / "weekly.yaml").write_text(keys.replace(f"site_url: {SITE_URL}\n", ""))
    assert archive.ddor("rebuild").code == 0
    assert [path for path, data in archive.files().items() if b"ddor.example.org" in data] == []
    assert "sitemap.xml" not in archive.files()


def test_a_file_of_the_archive_that_was_cut_is_not_read_as_if_it_were_whole():
    assert [*csv_lines(b"a,b\n1,'=2\n")] == [{"a": "1", "b": "=2"}]
    for cut in (b"a,b\n1\n", b"a,b\n'=1\n", b"a\n1,2\n"):
        with pytest.raises(ValueError):
            list(csv_lines(cut))
