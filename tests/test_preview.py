"""`ddor preview`: saved, shown, and nothing of the archive is another."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request

import pytest
from conftest import PROJECT
from small_archive import FIRST_ROWS, WEEK, SmallArchive
from weekly_runs import files_of, no_kernel

from ddor.calendar import Week
from ddor.errors import ArchiveUnavailable
from ddor.jobs import preview, report
from ddor.jobs.order import Order


def asked(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return answer.read().decode()


def until(what, seconds=90):
    """The first true value of `what()`; a server that is not there yet is none."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if found := what():
                return found
        except (OSError, ValueError):
            pass
        time.sleep(0.1)
    raise AssertionError("nothing came of it")


@pytest.fixture
def archive(tmp_path, monkeypatch) -> SmallArchive:
    no_kernel(monkeypatch)
    archive = SmallArchive(tmp_path / "archive")
    archive.receive(FIRST_ROWS, "2017-04-05")
    assert archive.run().code == 0
    return archive


def test_what_is_saved_is_shown_and_what_is_wrong_is_said_and_nothing_is_published(archive):
    before, project = files_of(archive.output), archive.root / "project"
    for folder in ("notebooks", "params"):
        shutil.copytree(PROJECT / folder, project / folder)
    words = ["preview", WEEK, "--params", archive.root / "weekly.yaml"]
    program = "import sys; from ddor.cli import ddor; ddor(sys.argv[1:])"
    process = subprocess.Popen(
        [sys.executable, "-c", program, *map(str, words)],
        stderr=subprocess.PIPE,
        text=True,
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(PROJECT / "src")},
    )
    try:
        page = process.stderr.readline().split(" ")[0]
        root = page.partition("/weeks/")[0]
        first = json.loads(asked(f"{root}/_state"))["made"]
        until(lambda: json.loads(asked(f"{root}/_state"))["made"] != first)
        assert "_preview.js" in asked(page) and "fetch" in asked(f"{root}/_preview.js")

        (archive.root / "notes").mkdir()
        note = archive.root / "notes" / f"{WEEK}.md"
        note.write_text("A note that nobody has published.")
        until(lambda: "nobody has published" in asked(page))
        note.write_text("# A title")
        wrong = until(lambda: json.loads(asked(f"{root}/_state"))["wrong"])
        assert "the page has its title" in wrong and "nobody has published" in asked(page)
        note.write_text("A note that nobody has published.")
        until(lambda: not json.loads(asked(f"{root}/_state"))["wrong"])

        notebook = project / "notebooks" / "weekly_report.ipynb"
        text = notebook.read_text(encoding="utf-8")
        notebook.write_text(text.replace("## Key points", "## Points that nobody knows", 1))
        until(lambda: "Points that nobody knows" in asked(page))
        assert "nobody has published" in asked(page), "only the notebook was run again"
        notebook.write_text(text.replace("{{ week }}", "{{ weak }}", 1))
        wrong = until(lambda: json.loads(asked(f"{root}/_state"))["wrong"])
        assert 'did you mean "week"' in wrong and len(wrong.splitlines()) <= 3, wrong
        notebook.write_text(text)
        until(lambda: "Points that nobody knows" not in asked(page))
        note.unlink()
        until(lambda: not json.loads(asked(f"{root}/_state"))["wrong"])
        assert json.loads(asked(f"{root}/_state"))["made"] > first
        with pytest.raises(OSError, match="404"):
            asked(f"{root}/../runs/ledger.csv")
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 128 + signal.SIGTERM
    assert files_of(archive.output) == before, "nor is a folder left"


def test_the_weeks_own_page_is_shown_before_the_site_around_it(archive, tmp_path, monkeypatch):
    before = files_of(archive.output)
    monkeypatch.setattr(preview, "run_task", report.run_task)  # which has no kernel here
    order = Order(PROJECT, archive.root / "weekly.yaml", {"published_on": "2017-06-10"})
    shown, at_publication = preview.Preview(Week.parse(WEEK), order, tmp_path), []
    assert shown.make(set()).status == "unchanged" and shown.said["own"] == 1
    (archive.root / "notes").mkdir()
    (archive.root / "notes" / f"{WEEK}.md").write_text("A note that nobody has published.")

    def ended(*_):
        site = files_of(shown.site)
        others = {name for name, file in site.items() if before.get(f"site/{name}") != file}
        at_publication.append((shown.said["own"], shown.said["made"], others))
        raise ArchiveUnavailable("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(report, "ended", ended)
        assert shown.make(set()).status == "failed"
    ((own, made, others),) = at_publication
    assert (own, made) == (2, 1), "the browser is told before the site is there"
    assert {f"weeks/{WEEK}/{page}index.html" for page in ("", "r1/", "r2/")} <= others
    assert all(name.startswith(f"weeks/{WEEK}/") for name in others), others
    assert shown.said["wrong"] == "the disk is full"
    assert shown.make(set()).status == "published" and shown.said["wrong"] == ""
    assert files_of(archive.output) == before, "links into the archive are not written through"
