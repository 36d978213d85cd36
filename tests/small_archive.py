"""A whole archive of tiny weeks, with figures and agency names that stand nowhere else.

`SmallArchive` is a folder with params, extracts and outputs, which the tests run the command lines
on; it can be copied as it is. `stage_at` makes the stages that many tests start from, once; the
fixtures `stage` and `copy_of` of conftest give them.

The notebook runs in this process, since a kernel costs seconds. That this gives the bytes that a
kernel gives is what test_verify.py shows, with `kernel=True`.
"""

import contextlib
import csv
import json
import os
import re
import shutil
import tempfile
import warnings
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from unittest import mock
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from conftest import PROJECT, Ran, made_once
from extract_factory import request, write_csv_extract
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output
from traitlets.config import Config
from weekly_runs import files_of, ran

from ddor import cli
from ddor.errors import NotebookFailed
from ddor.jobs import notebooks, report
from ddor.maintained.directory import COLUMNS
from ddor.maintained.texts import PAGES
from ddor.reports import DRAWN, IN_THE_JOB

WEEK, NEXT_WEEK = "2017-02-11", "2017-02-18"
# The last day is 2017-02-17; 13 weeks later is 2017-05-19.
DAY_BEFORE_FINAL, FIRST_FINAL_DAY = "2017-05-18", "2017-05-19"

QUILLFEATHER = {"agency_id": "QUIL00001", "agency_name": "QUILLFEATHER JAIL", "county_fips": ""}
BRACKENHOLT = {"agency_id": "BRAC00002", "agency_name": "BRACKENHOLT JAIL", "county_fips": ""}
OSPREYMOOR = {"agency_id": "OSPR00003", "agency_name": "OSPREYMOOR JAIL", "county_fips": ""}
THISTLEDOWN = {"agency_id": "THIS00004", "agency_name": "THISTLEDOWN JAIL", "county_fips": ""}
WRENFALL = {"agency_id": "WREN00005", "agency_name": "WRENFALL JAIL", "county_fips": ""}
HONORED = {"outcome": "honored", "decline_reason": "", "released_at": ""}
PENDING = HONORED | {"outcome": "pending", "outcome_recorded_at": ""}

PICTURES = tempfile.TemporaryDirectory()  # drawn once in this process, however often shown

MISTAKE = "the zephyr ledger <b>was</b> read twice & added {up}"
WRITTEN = "---\ntitle: {}\nlast_reviewed: 2017-01-02\nlast_updated: 2017-01-02\n---\nWords.\n"
SOURCES = {1: "Cormorant desk one", 2: "Gannet desk two", 3: "Petrel desk three"}


def numbered(prefix: str, count: int, agency: dict, **overrides) -> list[dict[str, str]]:
    """So many requests to one agency, each with a request_id of its own."""
    keys = [f"{prefix}{number}" for number in range(1, count + 1)]
    return [request(request_id=key, **agency | overrides) for key in keys]


def quillfeather(count: int) -> list[dict[str, str]]:
    """Declined, and two of them unlike the others, so that no table about people can be shown,
    which a later revision would then have to keep."""
    unlike = {"citizenship": "CHN", "outcome_recorded_at": "2017-02-13"}
    return numbered("q", count - 2, QUILLFEATHER) + numbered("u", 2, QUILLFEATHER, **unlike)


# The figures that only one revision has: issued and declined in total, and by agency.
FIRST_ROWS = quillfeather(137) + numbered("b", 253, BRACKENHOLT, **HONORED)
FIRST_ROWS += numbered("o", 1, OSPREYMOOR) + numbered("t", 3, THISTLEDOWN, **PENDING)
_REST = numbered("b", 241, BRACKENHOLT, **HONORED) + numbered("o", 1, OSPREYMOOR)
_REST += numbered("w", 2, WRENFALL)
SECOND_ROWS = [*quillfeather(151), *_REST]
THIRD_ROWS = [*quillfeather(163), *_REST]
ONLY_FIRST = ("137", "138", "253", "394", "THISTLEDOWN", SOURCES[1])
ONLY_SECOND = ("151", "154", "395", "WRENFALL", SOURCES[2])
ASKED_NEXT = {"issued_at": "2017-02-19", "released_at": "", "outcome_recorded_at": "2017-02-22"}
NEXT_WEEK_ROWS = numbered("n", 7, OSPREYMOOR, **ASKED_NEXT)


class SmallArchive:
    """The folder `root` with weekly.yaml, corrections/, extracts/ and outputs/, and with pages/ of
    a word each: to read the project's own takes a tenth of a run."""

    def __init__(self, root: Path):
        self.root, self.output = root, root / "outputs"
        self.site, self.runs = self.output / "site", self.output / "runs"
        self.week = self.site / "weeks" / WEEK
        if not root.exists():
            (root / "corrections").mkdir(parents=True)
            for name, columns in COLUMNS.items():
                (root / f"{name}.csv").write_text(",".join(columns) + "\n")
            keys = {"extract": "extracts/{week}", "output": "outputs", "contact": "the county desk"}
            keys |= {name: f"{name}.csv" for name in COLUMNS}
            (root / "weekly.yaml").write_text(yaml.safe_dump(keys))
            (root / "pages").mkdir()
            for name in PAGES:
                text = WRITTEN.format(name.title())
                (root / "pages" / f"{name}.md").write_text(text, encoding="utf-8")

    def with_the_projects_pages(self) -> None:
        shutil.rmtree(self.root / "pages")

    def copied_to(self, root: Path) -> "SmallArchive":
        shutil.copytree(self.root, root)
        return SmallArchive(root)

    def receive(
        self, rows, as_of=FIRST_FINAL_DAY, source="a desk", week=WEEK, charges=(), **about
    ) -> None:
        folder = self.root / "extracts" / week
        shutil.rmtree(folder, ignore_errors=True)
        write_csv_extract(folder, rows, charges, {"as_of": as_of, "source": source} | about)

    def record(self, name: str, **keys) -> None:
        """A dispute by the agency Quillfeather of its declined requests, as a file; keys that are
        None are left out."""
        record = {"week": WEEK, "agency_id": QUILLFEATHER["agency_id"], "figure": "declined"}
        record |= {"ground": "still_here", "received_on": "2017-06-01", "status": "open"} | keys
        text = yaml.safe_dump({key: each for key, each in record.items() if each is not None})
        (self.root / "corrections" / f"{name}.yaml").write_text(text, encoding="utf-8")

    def run(self, *arguments, day="2017-06-10", week=WEEK, kernel=False) -> Ran:
        """`run_week.py WEEK --params … …`, published on `day`."""
        words = [week, *self._options(day), *map(str, arguments)]
        with self.in_project(kernel):
            return ran(lambda: cli.run_week(words, PROJECT))

    def ddor(self, command: str, *arguments, day="2017-06-20", kernel=False) -> Ran:
        """`ddor COMMAND … --params …`."""
        words = [command, *map(str, arguments), *self._options(day)]
        with self.in_project(kernel):
            return ran(lambda: cli.ddor(words))

    def rebuilt(self, day="2017-06-20") -> int:
        """How many files `ddor rebuild` changes."""
        done = self.ddor("rebuild", "--json", day=day)
        assert done.code == 0, done
        return json.loads(done.stdout)["changed"]

    def withdraw(self, *words, reason="error", **given) -> Ran:
        done = self.ddor("withdraw", *words, "--reason", reason, "--yes", **given)
        assert done.code == 0, done
        return done

    def published(self, *arguments, **given) -> int:
        """The number of the revision that `run` published."""
        done = self.run(*arguments, **given)
        found = re.search(r" published r(\d+): ", done.stdout)
        assert done.code == 0 and found, done
        return int(found[1])

    def _options(self, day: str) -> list[str]:
        return ["--params", str(self.root / "weekly.yaml"), "--set", f"published_on={day}"]

    @contextlib.contextmanager
    def in_project(self, kernel: bool):
        with contextlib.chdir(PROJECT), pytest.MonkeyPatch.context() as patch:
            if not kernel:
                patch.setattr(notebooks, "execute", execute_here)
            yield

    # What was published

    def page(self, path: str) -> BeautifulSoup:
        return BeautifulSoup((self.site / path).read_text(encoding="utf-8"), "html.parser")

    def status(self, path: str = f"weeks/{WEEK}/index.html") -> str:
        """What the banner of a page says."""
        return words_of(self.page(path).find("aside", class_="status"))

    def table(self, name: str, revision: str = "") -> dict[str, dict[str, str]]:
        """agency_id -> line of a table by agency of the week."""
        file = self.week / revision / "data" / f"{name}.csv"
        with open(file, encoding="utf-8", newline="") as opened:
            return {line["agency_id"]: line for line in csv.DictReader(opened)}

    def feed(self) -> list[dict[str, str]]:
        """The entries, each its elements by name, with link and category."""
        atom = "{http://www.w3.org/2005/Atom}"
        found = []
        for entry in ElementTree.parse(self.site / "feed.xml").getroot().iter(f"{atom}entry"):
            texts = {each.tag.removeprefix(atom): each.text or "" for each in entry}
            texts["link"] = entry.find(f"{atom}link").get("href")
            texts["category"] = entry.find(f"{atom}category").get("term")
            found.append(texts)
        return found

    def log(self) -> list[str]:
        """The sections of the corrections log, as text."""
        return [words_of(each) for each in self.page("corrections/index.html").find_all("section")]

    def files(self) -> dict[str, bytes]:
        """Path below site/ -> bytes of every public file."""
        return files_of(self.site)


def words_of(part) -> str:
    """The text of a part of a page, in one line; "" for no part."""
    return " ".join(part.get_text(" ").split()) if part else ""


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    """Every path that was added or removed, or whose bytes are others."""
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def found_in(files: dict[str, bytes], words) -> set[tuple[str, str]]:
    """(path, word) of every file that holds one of these words as a whole, in any case."""
    found = set()
    for word in words:
        pattern = re.compile(rf"(?<![\w#.]){re.escape(word)}(?!\w|\.\d)".encode(), re.IGNORECASE)
        found |= {(path, word) for path, data in files.items() if pattern.search(data)}
    return found


class Links(HTMLParser):
    """links: what a page loads of the site or leads to in it; ids: those of its elements."""

    def __init__(self, page: Path):
        super().__init__()
        self.links, self.ids = [], set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.ids.add(given.get("id"))
        link = given.get("href") or given.get("src") or given.get("srcset") or ""
        followed = tag == "a" and link.startswith(("https://", "http://"))
        about = given.get("type") == "application/ld+json" or given.get("rel") == "canonical"
        if tag in ("a", "link", "img", "source", "script") and not followed and not about:
            self.links.append(link)


def broken_links(site: Path) -> list[str]:
    """Every link of every page and of the feed that leads to no file or to no anchor of it. What a
    person may follow to another host is not looked at; what a page loads has to be of the site.
    Fails where there is no link to look at."""
    files = {file.relative_to(site).as_posix(): file for file in site.rglob("*") if file.is_file()}
    pages = {path: Links(file) for path, file in sorted(files.items()) if path.endswith(".html")}
    links = [(path, link) for path, page in pages.items() for link in page.links]
    assert len(links) > 5 * len(pages) > 0
    feed = ElementTree.parse(site / "feed.xml").getroot()
    links += [("feed.xml", tag.get("href")) for tag in feed.iter() if tag.get("href")]
    broken = []
    for path, link in dict.fromkeys(links):
        target = urlsplit(urljoin(f"http://site/{path}", link))
        name, anchor = unquote(target.path.lstrip("/")), unquote(target.fragment)
        if target.netloc != "site" or not link or name not in files:
            broken.append(f"{path}: {link!r} leads nowhere")
        elif anchor and not (name in pages and anchor in pages[name].ids):
            broken.append(f"{path}: {link!r}, no such anchor")
    return broken


def execute_here(template: Path, output: Path, parameters: dict, _: Callable) -> NotebookNode:
    """What ddor.run.notebook.execute does, without a kernel of its own."""
    notebook = nbformat.read(template, as_version=4)
    cells = notebook.cells
    place = next(n for n, c in enumerate(cells) if "parameters" in c.metadata.get("tags", []))
    source = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
    given = new_code_cell(source, metadata={"tags": ["injected-parameters"]})
    cells.insert(place + 1, given)
    config = Config(HistoryManager={"enabled": False})
    of_the_job = {IN_THE_JOB: "1", DRAWN: PICTURES.name}
    shell = InteractiveShell.instance(config=config, ipython_dir=str(output.parent / ".ipython"))
    try:
        with contextlib.chdir(output.parent), mock.patch.dict(os.environ, of_the_job):
            for number, cell in enumerate((c for c in cells if c.cell_type == "code"), start=1):
                with capture_output() as captured, warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # scrapbook's, that there is no kernel
                    done = shell.run_cell(cell.source)
                if not done.success:
                    error = done.error_before_exec or done.error_in_exec
                    raise NotebookFailed(f"{template.name}, code cell {number}: {error!r}")
                cell.execution_count = number
                shown = [(each.data or {}, each.metadata or {}) for each in captured.outputs]
                if done.result is not None:
                    shown.append(shell.display_formatter.format(done.result))
                cell.outputs = [new_output("display_data", data, metadata=m) for data, m in shown]
    finally:
        InteractiveShell.clear_instance()
    nbformat.write(notebook, output)
    return nbformat.read(output, as_version=4)


# What many tests start from


def _first(archive: SmallArchive) -> None:
    """r1, provisional for one day more."""
    archive.receive(FIRST_ROWS, DAY_BEFORE_FINAL, SOURCES[1])
    assert archive.published(day="2017-05-20") == 1


def _second(archive: SmallArchive) -> None:
    """r2 by new data, final from this day on."""
    archive.receive(SECOND_ROWS, FIRST_FINAL_DAY, SOURCES[2])
    assert archive.published(day="2017-05-25") == 2


def _third(archive: SmallArchive) -> None:
    """r3, the correction of a mistake."""
    archive.receive(THIRD_ROWS, FIRST_FINAL_DAY, SOURCES[3])
    assert archive.published("--correct", "--reason", MISTAKE, day="2017-05-30") == 3


def _corrected(archive: SmallArchive) -> None:
    """r2 is the correction; and the week after is published too."""
    archive.receive(SECOND_ROWS, FIRST_FINAL_DAY, SOURCES[2])
    assert archive.published("--correct", "--reason", MISTAKE, day="2017-05-25") == 2
    archive.receive(NEXT_WEEK_ROWS, week=NEXT_WEEK)
    assert archive.published(week=NEXT_WEEK, day="2017-05-26") == 1


def _disputed(archive: SmallArchive) -> None:
    """r2 by three disputes, one of them answered at once."""
    archive.record("quill-still-here")
    notice = {"figure": "honored", "ground": "notice_given", "notice": "by fax <b>twice</b>"}
    answer = {"status": "not_upheld", "answer": "No fax & <i>no call</i> is on record."}
    answer |= {"answered_on": "2017-06-05", "agency_id": BRACKENHOLT["agency_id"]}
    archive.record("bracken-notice", **notice, **answer)
    moved = {"figure": "no_notice", "ground": "moved", "received_on": "2017-06-08"}
    archive.record("osprey-moved", agency_id=OSPREYMOOR["agency_id"], **moved)
    assert archive.published(day="2017-06-10") == 2


STAGES = {"first": (None, _first), "second": ("first", _second), "third": ("second", _third)}
STAGES |= {"corrected": ("first", _corrected), "disputed": ("first", _disputed)}


def stage_at(root: Path, name: str) -> SmallArchive:
    """A stage, made if it is not there yet: read it, never write into it."""
    before, happens = STAGES[name]

    def make(folder: Path) -> None:
        # With its notebook, whatever the test that asks for it first does without.
        with mock.patch.object(report, "run_task", notebooks.run_task):
            happens(stage_at(root, before).copied_to(folder) if before else SmallArchive(folder))

    return SmallArchive(made_once(root / name, make))
