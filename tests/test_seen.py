"""A week of which nothing has changed is known by its files, before anything is read."""

import json
import subprocess
import sys

import pytest
from conftest import PROJECT, each_line
from small_archive import FIRST_ROWS, WEEK, SmallArchive
from weekly_runs import no_kernel, without_kernel

from ddor.calendar import Week
from ddor.jobs import seen
from ddor.jobs.order import Order

ALONE = """
import sys
from pathlib import Path
from ddor.cli import run_week

code = run_week(sys.argv[2:], Path(sys.argv[1]))
sys.exit(code or "pandas" in sys.modules)
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> SmallArchive:
    archive = SmallArchive(tmp_path_factory.mktemp("seen") / "archive")
    archive.receive(FIRST_ROWS)
    (archive.root / "notes").mkdir()
    (archive.root / "notes" / f"{WEEK}.md").write_text("A note.")
    with without_kernel():
        assert archive.run().code == 0
    return archive


@pytest.fixture
def archive(published, tmp_path, monkeypatch) -> SmallArchive:
    """A copy of it, to change."""
    no_kernel(monkeypatch)
    return published.copied_to(tmp_path / "archive")


def order_of(archive: SmallArchive, **asked) -> Order:
    return Order(PROJECT, archive.root / "weekly.yaml", **asked)


def test_an_unchanged_week_is_told_from_its_files_alone(archive):
    words = [WEEK, "--params", archive.root / "weekly.yaml", "--json"]
    words += ["--set", "published_on=2019-01-01"]
    done = subprocess.run(
        [sys.executable, "-c", ALONE, PROJECT, *map(str, words)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    first = json.loads(archive.run("--json", "--force").stdout)
    line = json.loads(done.stdout)
    assert (line["status"], line["revision"]) == ("unchanged", 1)
    assert (line["page"], line["figures"]) == (first["page"], first["figures"])


@each_line(f"""
    file
    extracts/{WEEK}/requests.csv
    extracts/{WEEK}/about.yaml
    notes/{WEEK}.md
    agencies.csv
    policies.csv
    coverage.csv
    weekly.yaml
    corrections/new.yaml
    statements/AA0000000.md
    pages/faqs.md
    outputs/site/data/catalog.json
    outputs/runs/ledger.csv
    outputs/runs/.journal.json
""")
def test_whatever_changes_is_read_again(archive, file):
    week = Week.parse(WEEK)
    assert seen.unchanged(week, order_of(archive)).revision == 1
    place = archive.root / file
    place.parent.mkdir(exist_ok=True)
    with open(place, "a", encoding="utf-8") as opened:
        opened.write("\nrelease_lag_days: 46\n")
    assert seen.unchanged(week, order_of(archive)) is None


def test_what_is_asked_for_is_done_though_nothing_has_changed(archive):
    for asked in ("draft", "force", "correct", "accept_held", "decisions"):
        assert seen.unchanged(Week.parse(WEEK), order_of(archive, **{asked: True})) is None
    settings = {"disclosure_threshold": "7"}
    assert seen.unchanged(Week.parse(WEEK), order_of(archive, settings=settings)) is None


def test_an_edited_template_or_program_is_run(archive, monkeypatch, tmp_path):
    (tmp_path / "program").mkdir()
    monkeypatch.setattr(seen, "PACKAGE", tmp_path / "program")
    assert seen.unchanged(Week.parse(WEEK), order_of(archive)) is None
