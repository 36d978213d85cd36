"""Every file of the site, read by programs that are not ours: pages by a checker of HTML, tables by
Frictionless, pandas and csv, the feed by feedparser, the linked data by json. What any of them says
has to be what the pages say.

The large archive is read; where something has to happen to a week, a copy of a small one.
"""

import csv
import json
import re
from collections import Counter
from pathlib import Path
from urllib.parse import urljoin
from xml.etree import ElementTree

import feedparser
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from frictionless import validate
from html_checker import told_of
from large_archive import ACCENT, FORMULA, FRANKLIN, MARKUP, LargeArchive, brief_articles
from small_archive import (
    NEXT_WEEK,
    NEXT_WEEK_ROWS,
    THISTLEDOWN,
    WEEK,
    SmallArchive,
    broken_links,
    numbered,
    words_of,
)

from ddor.calendar import Week
from ddor.extract.csv_files import plain_cell

SITE_URL = "https://ddor.example.org/x"
RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r")
LOADING = ("src", "srcset", "href", "xlink:href", "action", "formaction", "data", "poster")
WEEK_TABLES = (
    "issued_by_agency",
    "declined_by_agency",
    "held_back_by_agency",
    "charges_by_group",
    "attributes",
    "checks",
    "reconciliation",
)
# Column of an agency's weeks.csv -> the week's table and its column.
SUMS = {
    "issued": ("issued_by_agency", "issued"),
    "issued_declined": ("issued_by_agency", "declined"),
    "declined": ("declined_by_agency", "declined"),
    "honored": ("declined_by_agency", "honored"),
    "held_back_requests": ("held_back_by_agency", "held_back_requests"),
    "held_back_outcomes": ("held_back_by_agency", "held_back_outcomes"),
}


def lines_of(file: Path) -> list[dict[str, str]]:
    """The lines of a CSV file with names as they were; none where there is no such file."""
    if not file.exists():
        return []
    with open(file, encoding="utf-8", newline="") as opened:
        lines = list(csv.DictReader(opened))
    return [{name: plain_cell(cell) for name, cell in line.items()} for line in lines]


def html_of(site: Path) -> dict[str, BeautifulSoup]:
    return {
        file.relative_to(site).as_posix(): BeautifulSoup(file.read_text("utf-8"), "html.parser")
        for file in sorted(site.rglob("*.html"))
    }


def json_of(file: Path) -> dict:
    return json.loads(file.read_bytes())


@pytest.fixture
def brief(stage):
    """What the test publishes has a brief article: the notebook costs seconds. The stages that
    others share are made before."""
    for name in ("third", "corrected"):
        stage(name)
    with brief_articles():
        yield


@pytest.fixture(scope="module")
def pages(large) -> dict[str, BeautifulSoup]:
    """Path below site/ -> page, of the large archive."""
    found = html_of(large.site)
    assert len(found) > 280
    return found


@pytest.fixture(scope="module")
def standing(large) -> dict[str, int]:
    """Week -> number of its current revision, of those that are not withdrawn."""
    weeks = json_of(large.site / "data" / "catalog.json")["weeks"]
    current = {week: revisions[-1] for week, revisions in weeks.items()}
    found = {w: r["revision"] for w, r in current.items() if not r["withdrawn_on"]}
    assert set(weeks) - set(found) == {large.withdrawn}
    return found


# Pages


def test_the_checker_of_html_and_css_finds_nothing(large):
    assert told_of(large.site) == {}


def test_every_page_has_one_h1_its_language_and_a_policy_and_nothing_inline(pages):
    wrong = []
    for path, page in pages.items():
        policy = page.find("meta", {"http-equiv": "Content-Security-Policy"})
        rules = policy["content"].split("; ") if policy else []
        if len(page.find_all("h1")) != 1:
            wrong.append((path, "h1"))
        if not page.html.get("lang"):
            wrong.append((path, "lang"))
        if "default-src 'none'" not in rules or any("unsafe" in rule for rule in rules):
            wrong.append((path, "policy", rules))
        if page.find("style"):
            wrong.append((path, "style"))
        for tag in page.find_all(True):
            if any(name == "style" or name.startswith("on") for name in tag.attrs):
                wrong.append((path, tag.name, tag.attrs))
        for script in page.find_all("script"):
            inline = not script.get("src") and script.get("type") != "application/ld+json"
            if inline or (script.get("src") and script.string):
                wrong.append((path, str(script)[:100]))
    assert wrong == []


def test_no_page_loads_anything_of_another_host(pages):
    foreign = [
        (path, tag.name, name, tag[name])
        for path, page in pages.items()
        for tag in page.find_all(True)
        for name in LOADING
        if tag.name != "a" and re.match(r"\s*([a-z+.-]+:|//)", tag.get(name, ""), re.IGNORECASE)
    ]
    assert foreign == []
    followed = {
        tag["href"].partition(":")[0]
        for page in pages.values()
        for tag in page.find_all("a")
        if ":" in tag["href"]
    }
    assert followed <= {"https", "http"}


def test_every_link_and_every_anchor_leads_somewhere(large):
    assert broken_links(large.site) == []


def test_a_page_that_an_older_revision_of_another_week_links_to_stays(copy_of, brief):
    """Only the first revision of the one week and the other week name the agency."""
    archive = copy_of("corrected")
    asked = {"issued_at": "2017-02-19", "released_at": "", "outcome_recorded_at": "2017-02-22"}
    archive.receive([*NEXT_WEEK_ROWS, *numbered("t", 2, THISTLEDOWN, **asked)], week=NEXT_WEEK)
    assert archive.published(week=NEXT_WEEK, day="2017-06-01") == 2
    assert broken_links(archive.site) == []
    assert archive.ddor("withdraw", NEXT_WEEK, "--reason", "privacy").code == 0
    assert broken_links(archive.site) == []
    page = archive.page(f"agencies/{THISTLEDOWN['agency_id']}/index.html")
    assert NEXT_WEEK not in str(page)


def test_a_page_has_no_id_twice(pages):
    twice = {
        path: [name for name, times in Counter(ids).items() if times > 1]
        for path, page in pages.items()
        if (ids := [tag["id"] for tag in page.find_all(id=True)])
    }
    assert {path: ids for path, ids in twice.items() if ids} == {}


def test_awkward_names_stand_on_the_pages_as_they_are(large, pages):
    for name in (FORMULA, MARKUP, ACCENT, FRANKLIN):
        page = pages[f"agencies/{large.agency(name)}/index.html"]
        assert words_of(page.h1).startswith(" ".join(name.split()))
        latest = words_of(pages[f"weeks/{large.latest}/index.html"].find("article"))
        assert " ".join(name.split()) in latest
        assert f"'{name}" not in latest
        lines = json_of(large.site / "search" / "index.json")["lines"]
        assert name in [line[1] for line in lines]


# Tables


def test_no_cell_of_any_csv_file_is_run_by_a_spreadsheet(large):
    files = sorted(large.site.rglob("*.csv"))
    assert len(files) > 300
    run, apostrophes = [], 0
    for file in files:
        with open(file, encoding="utf-8", newline="") as opened:
            for number, line in enumerate(csv.reader(opened), start=1):
                run += [
                    (file.relative_to(large.site).as_posix(), number, cell)
                    for cell in line
                    if cell.startswith(RUN_BY_SPREADSHEETS)
                ]
                apostrophes += f"'{FORMULA}" in line
    assert run == []
    assert apostrophes > len(large.weeks), "the name that would be run is in the week's tables"


def packages_of(large: LargeArchive) -> dict[str, Path]:
    """Path below site/ -> file, but for those in whose place a notice stands."""
    found = {}
    for file in sorted(large.site.rglob("datapackage.json")):
        if "withdrawn" in json_of(file):
            assert large.withdrawn in str(file)
            continue
        found[file.relative_to(large.site).as_posix()] = file
    return found


def test_frictionless_finds_every_data_package_valid(large, standing):
    packages = packages_of(large)
    assert {f"weeks/{week}/data/datapackage.json" for week in standing} <= packages.keys()
    assert {f"data/{year}/datapackage.json" for year in (2017, 2018)} <= packages.keys()
    assert f"weeks/{large.revised}/r1/data/datapackage.json" in packages
    found = {path: validate(str(file)) for path, file in packages.items()}
    told = {
        path: report.flatten(["type", "message"])[:3]
        for path, report in found.items()
        if not report.valid
    }
    assert told == {}
    assert all(report.stats["tasks"] >= 5 for report in found.values())


def test_every_field_has_its_meaning_and_its_unit_and_every_key_is_one(large):
    wrong = []
    for path, file in packages_of(large).items():
        for resource in json_of(file)["resources"]:
            where, schema = f"{path}: {resource['name']}", resource["schema"]
            lines, fields = lines_of(file.parent / resource["path"]), schema["fields"]
            if list(lines[0]) != [field["name"] for field in fields]:
                wrong.append((where, "columns"))
            for field in fields:
                if not field.get("description"):
                    wrong.append((where, field["name"], "no description"))
                number = field["type"] == "integer" and field["name"] != "revision"
                if number != bool(field.get("unit")):
                    wrong.append((where, field["name"], "unit"))
                if field["type"] not in ("integer", "string"):
                    wrong.append((where, field["name"], field["type"]))
            key = schema["primaryKey"]
            values = [tuple(line[name] for name in key) for line in lines]
            if not key or len(set(values)) < len(values):
                wrong.append((where, key))
    assert wrong == []


def test_the_files_of_a_year_are_those_of_its_weeks_one_after_the_other(large, standing):
    for year in ("2017", "2018"):
        for table in WEEK_TABLES:
            expected = []
            for week, number in sorted(standing.items()):
                if week.startswith(year):
                    file = large.site / "weeks" / week / "data" / f"{table}.csv"
                    before = {"week": week, "revision": str(number)}
                    expected += [before | line for line in lines_of(file)]
            given = lines_of(large.site / "data" / year / f"{table}.csv")
            columns = list(given[0]) if given else []
            assert columns[:2] == ["week", "revision"] and columns[-1] == "flags"
            assert given == [{name: line.get(name, "") for name in columns} for line in expected]
            assert {name for line in expected for name in line} == {*columns}


def test_the_weeks_of_a_year_have_the_figures_of_their_summaries(large, standing):
    lines = [
        line
        for year in ("2017", "2018")
        for line in lines_of(large.site / "data" / year / "weeks.csv")
    ]
    assert {line["week"]: int(line["revision"]) for line in lines} == standing
    for line in lines:
        summary = json_of(large.site / "weeks" / line["week"] / "data" / "summary.json")
        for name, value in summary["figures"].items():
            assert int(line[name]) == value, (line["week"], name)
        assert line["as_of"] == summary["as_of"]


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


def test_a_withdrawn_week_is_in_no_table(large):
    files = [*large.site.glob("data/*/*.csv"), *large.site.glob("agencies/*/weeks.csv")]
    assert len(files) > 250
    for file in files:
        assert large.withdrawn not in {line["week"] for line in lines_of(file)}, file
    for file in large.site.glob("data/*/*.parquet"):
        assert large.withdrawn not in {*pd.read_parquet(file)["week"]}, file


def test_agencies_and_weeks_add_up_to_the_same(large, standing):
    """Each count of each agency and week, from the week's own tables, and from the agency's."""
    expected, named = {}, {}
    for week in standing:
        for column, (table, name) in SUMS.items():
            for line in lines_of(large.site / "weeks" / week / "data" / f"{table}.csv"):
                if line["agency_id"]:
                    expected[line["agency_id"], week, column] = int(line[name])
                    named.setdefault(line["agency_id"], set()).add(week)
    given, weeks = {}, {}
    for file in sorted(large.site.glob("agencies/*/weeks.csv")):
        for line in lines_of(file):
            assert line["agency_id"] == file.parent.name
            weeks.setdefault(line["agency_id"], []).append(line["week"])
            for column in SUMS:
                given[line["agency_id"], line["week"], column] = int(line[column])
    assert {key: n for key, n in given.items() if n} == {k: n for k, n in expected.items() if n}
    assert {agency_id: {*found} for agency_id, found in weeks.items()} == named
    assert all(found == sorted(found, reverse=True) for found in weeks.values())
    index = {line["agency_id"]: line for line in lines_of(large.site / "data" / "agencies.csv")}
    counted = {
        agency_id: (line["first_week"], line["last_week"], int(line["weeks"]))
        for agency_id, line in index.items()
        if line["weeks"] != "0"
    }
    assert counted == {
        agency_id: (min(found), max(found), len(found)) for agency_id, found in named.items()
    }
    assert {*index} == {page.parent.name for page in large.site.glob("agencies/[A-Z]*/index.html")}


def test_every_table_of_a_week_adds_up_to_its_figures(large, standing):
    for week in standing:
        data = large.site / "weeks" / week / "data"
        figures = json_of(data / "summary.json")["figures"]

        def total(table, column, data=data):
            return sum(int(line[column]) for line in lines_of(data / f"{table}.csv"))

        assert total("issued_by_agency", "issued") == figures["issued_total"]
        assert total("declined_by_agency", "declined") == figures["declined_total"]
        assert total("declined_by_agency", "honored") == figures["honored_total"]
        for name in ("held_back_requests", "held_back_outcomes"):
            assert total("held_back_by_agency", name) == figures[name], (week, name)
        assert figures["held_back_total"] == (
            figures["held_back_requests"] + figures["held_back_outcomes"]
        )
        assert total("reconciliation", "rows") == figures["received_total"]


# Linked data


def dataset_of(page: BeautifulSoup) -> dict | None:
    found = page.find_all("script", type="application/ld+json")
    assert len(found) <= 1
    return json.loads(found[0].string) if found else None


def test_the_linked_data_of_a_week_is_what_its_page_shows(large, pages):
    told = 0
    for path, page in pages.items():
        named = re.fullmatch(r"weeks/([0-9-]+)/(?:(r\d+)/)?index\.html", path)
        if not named or named[1] == large.withdrawn:
            continue
        week, dataset = Week.parse(named[1]), dataset_of(page)
        summary = json_of(large.site / Path(path).parent / "data" / "summary.json")
        assert (dataset["@context"], dataset["@type"]) == ("https://schema.org/", "Dataset")
        measured = {each["name"]: each["value"] for each in dataset["variableMeasured"]}
        assert measured == summary["figures"], path
        banner = words_of(page.find("aside", class_="status"))
        revision = re.search(r"[Rr]evision (\d+)(?: of the week)?, published", banner)[1]
        assert dataset["version"] == f"r{revision}" == (named[2] or f"r{revision}"), path
        assert dataset["temporalCoverage"] == f"{week}/{week.last_day}"
        assert dataset["datePublished"] <= dataset["dateModified"]
        assert dataset["name"] in page.find("cite").get_text()
        assert summary["as_of"] in dataset["description"]
        assert large.site.joinpath(path).parent.joinpath("data").is_dir()
        urls = [each["contentUrl"] for each in dataset["distribution"]]
        beside = {f"data/{f.name}" for f in (large.site / path).parent.glob("data/*")}
        assert {*urls} == beside and len(urls) == len(beside), path
        assert dataset["publisher"]["name"] == "The county records desk"
        told += 1
    assert told > 2 * (len(large.weeks) - 1)


def test_the_linked_data_of_all_weeks_names_every_file_by_year(large, pages, standing):
    dataset = dataset_of(pages["data/index.html"])
    urls = {each["contentUrl"] for each in dataset["distribution"]}
    files = {
        file.relative_to(large.site / "data").as_posix()
        for ending in ("csv", "parquet")
        for file in large.site.glob(f"data/*/*.{ending}")
    }
    assert urls == files and len(files) > 20
    first, last = dataset["temporalCoverage"].split("/")
    assert (first, last) == (min(standing), str(Week.parse(max(standing)).last_day))


def test_other_pages_and_withdrawn_ones_have_no_linked_data(large, pages):
    with_data = {path for path, page in pages.items() if dataset_of(page)}
    assert not [path for path in with_data if large.withdrawn in path]
    assert {path for path in with_data if not path.startswith("weeks/")} == {"data/index.html"}
    assert f"weeks/{large.withdrawn}/index.html" in pages


# The feed


def test_a_reader_of_feeds_reads_the_feed(large):
    feed = feedparser.parse(str(large.site / "feed.xml"))
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.version == "atom10" and feed.feed.title and feed.feed.id
    ids = [entry.id for entry in feed.entries]
    assert 10 < len(ids) <= 50 and len(set(ids)) == len(ids)
    for entry in feed.entries:
        assert entry.title and entry.summary and entry.link
        assert entry.published_parsed and entry.updated_parsed >= entry.published_parsed
    updated = [entry.updated for entry in feed.entries]
    assert updated == sorted(updated, reverse=True)
    assert feed.feed.updated == updated[0]


def test_an_entry_of_the_feed_names_one_thing_for_good(stage, copy_of, brief):
    """Through a first report, a revision, a correction, a dispute, its answer, the withdrawal of a
    part and of the rest, and a rebuild."""
    known: dict[str, tuple] = {}
    seen = []

    def look(archive: SmallArchive) -> None:
        entries = {
            e["id"]: (e["published"], e["category"], e["link"], e["title"]) for e in archive.feed()
        }
        changed = {
            key: (known[key], told) for key, told in entries.items() if known.get(key, told) != told
        }
        assert changed == {}
        known.update(entries)
        seen.append({told[1] for told in entries.values()})

    for name in ("first", "second", "third"):
        look(stage(name))
    archive = copy_of("third")
    archive.record("quill-still-here")
    assert archive.published(day="2017-06-10") == 4
    look(archive)
    archive.record(
        "quill-still-here",
        status="not_upheld",
        answered_on="2017-06-15",
        answer="The jail's log has the release.",
    )
    assert archive.published(day="2017-06-20") == 5
    look(archive)
    for words in (
        ["rebuild"],
        ["withdraw", WEEK, "r2", "--reason", "error"],
        ["withdraw", WEEK, "--reason", "privacy"],
        ["rebuild"],
    ):
        done = archive.ddor(*words, day="2017-07-01")
        assert done.code == 0, done
        look(archive)
    assert seen[0] == {"first"} and seen[-1] == {"withdrawal"}
    assert set.union(*seen) == {"first", "revision", "correction", "dispute", "withdrawal"}


def test_a_dispute_keeps_its_date_when_the_revision_that_first_showed_it_is_withdrawn(
    copy_of, brief
):
    archive = copy_of("first")
    archive.record("quill-still-here")
    assert archive.published(day="2017-06-10") == 2
    before = [e for e in archive.feed() if e["category"] == "dispute"]
    archive.record(
        "quill-still-here",
        status="not_upheld",
        answered_on="2017-06-15",
        answer="The jail's log has the release.",
    )
    assert archive.published(day="2017-06-20") == 3
    assert archive.ddor("withdraw", WEEK, "r2", "--reason", "error", day="2017-07-01").code == 0
    after = [e for e in archive.feed() if e["category"] == "dispute"]
    assert len(before) == 1
    assert [(e["id"], e["published"]) for e in after] == [(e["id"], e["published"]) for e in before]


# The address of the site


@pytest.fixture(scope="module")
def addressed(stage, tmp_path_factory) -> SmallArchive:
    """An archive that knows where it is served, to be read: a week with two revisions, and a
    withdrawn one."""
    archive = stage("corrected").copied_to(tmp_path_factory.mktemp("addressed") / "archive")
    with open(archive.root / "weekly.yaml", "a", encoding="utf-8") as keys:
        keys.write(f"site_url: {SITE_URL}\n")
    assert archive.ddor("withdraw", NEXT_WEEK, "--reason", "error").code == 0
    assert archive.ddor("rebuild").code == 0
    return archive


def test_every_page_of_a_site_with_an_address_says_which_one_stands_for_it(addressed):
    canonical = {}
    for path, page in html_of(addressed.site).items():
        (link,) = page.find_all("link", rel="canonical")
        canonical[path] = link["href"]
    assert len(canonical) > 20
    at_week = f"{SITE_URL}/weeks/{WEEK}/index.html"
    assert canonical[f"weeks/{WEEK}/index.html"] == at_week
    assert canonical[f"weeks/{WEEK}/r2/index.html"] == at_week
    assert (
        canonical[f"weeks/{NEXT_WEEK}/r1/index.html"] == canonical[f"weeks/{NEXT_WEEK}/index.html"]
    )
    del canonical[f"weeks/{WEEK}/r2/index.html"], canonical[f"weeks/{NEXT_WEEK}/r1/index.html"]
    assert canonical == {path: f"{SITE_URL}/{path}" for path in canonical}


def test_the_sitemap_lists_pages_that_are_there_and_none_that_is_withdrawn(addressed):
    root = ElementTree.parse(addressed.site / "sitemap.xml").getroot()
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    assert root.tag == f"{space}urlset"
    addresses = [loc.text for loc in root.iter(f"{space}loc")]
    assert len(set(addresses)) == len(addresses) > 15
    paths = [address.removeprefix(f"{SITE_URL}/") for address in addresses]
    assert [path for path in paths if not (addressed.site / path).is_file()] == []
    assert f"weeks/{WEEK}/index.html" in paths and "index.html" in paths
    assert not [path for path in paths if NEXT_WEEK in path]
    stand_for_themselves = {
        path
        for path, page in html_of(addressed.site).items()
        if page.find("link", rel="canonical")["href"] == f"{SITE_URL}/{path}"
    }
    # A notice, an older revision, and an agency that only this one names: none is looked for.
    assert stand_for_themselves - {*paths} == {
        f"weeks/{NEXT_WEEK}/index.html",
        f"weeks/{WEEK}/r1/index.html",
        "search/index.html",
        f"agencies/{THISTLEDOWN['agency_id']}/index.html",
    }


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


def test_a_site_without_an_address_names_none(stage, pages, large):
    assert not [path for path, page in pages.items() if page.find("link", rel="canonical")]
    assert not (large.site / "sitemap.xml").exists()
    assert not (stage("corrected").site / "sitemap.xml").exists()
    assert {entry["link"].split("/")[0] for entry in stage("corrected").feed()} == {"weeks"}


def test_an_address_that_is_taken_away_again_is_nowhere_any_more(addressed, tmp_path):
    archive = addressed.copied_to(tmp_path / "archive")
    keys = (archive.root / "weekly.yaml").read_text("utf-8")
    (archive.root / "weekly.yaml").write_text(keys.replace(f"site_url: {SITE_URL}\n", ""))
    assert archive.ddor("rebuild").code == 0
    assert [path for path, data in archive.files().items() if b"ddor.example.org" in data] == []
