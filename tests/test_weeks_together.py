"""Weeks that are published in one act make the same site as one by one, whatever happens to them:
new and revised weeks, one that waits for a person, a dispute, an agency that goes, two years.

Their notebooks do not run here; test_batch.py has real ones.
"""

import contextlib
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest
from conftest import PROJECT
from extract_factory import request
from small_archive import QUILLFEATHER, SmallArchive, numbered
from weekly_runs import executed_notebook, files_of, moved, without_kernel

from ddor.archive.kept import Article
from ddor.calendar import Week, weeks_between
from ddor.errors import ArchiveUnavailable
from ddor.jobs import batch, report
from ddor.jobs.notebooks import Ran
from ddor.jobs.order import Order, Result

WEEKS = weeks_between(Week.parse("2016-12-17"), Week.parse("2017-01-28"))
HELD, GONE, OVERRIDDEN, DISPUTED = WEEKS[3], WEEKS[1], WEEKS[5], WEEKS[4]


def received(archive: SmallArchive, week: Week, *agencies: int) -> None:
    day = week.first_day.isoformat()
    at = {"issued_at": f"{day}T10:00", "outcome_recorded_at": f"{day}T20:00", "released_at": ""}
    rows = numbered(f"KEY-{day}-", 3, QUILLFEATHER, **at)
    rows += [
        request(request_id=f"KEY-{day}-of-{each}", agency_id=f"MN027000{each}", **at)
        for each in agencies
    ]
    if week == HELD:
        rows += [moved(request_id=f"KEY-{day}-m{each}", **at) for each in range(30)]
    archive.receive(rows, as_of="2017-06-01", week=day)


def archive_of(folder) -> SmallArchive:
    archive = SmallArchive(folder)
    for number, week in enumerate(WEEKS):
        received(archive, week, number % 3, 3 + number % 4)
    (archive.root / "weeks").mkdir()
    (archive.root / f"{OVERRIDDEN.path}.yaml").write_text("publisher: Another publisher\n")
    return archive


def change(archive: SmallArchive) -> None:
    """An agency goes from an old week, another week has a dispute."""
    received(archive, GONE, 3)
    archive.record("quill", week=str(DISPUTED))


def a_page(task) -> str:
    return "<article>\n<h1>A page</h1>\n</article>\n"


def run_in_a_worker(task, *_) -> Ran:
    notebook = nbformat.writes(executed_notebook(task.figures))
    return Ran(notebook.encode(), Article(a_page(task), {}))


@contextlib.contextmanager
def threads():
    with ThreadPoolExecutor(2) as executor:
        yield executor, 2


def run(archive: SmallArchive, at_once: bool, weeks=WEEKS, **asked) -> list[Result]:
    settings = {"published_on": "2017-06-10"}
    order = Order(PROJECT, archive.root / "weekly.yaml", settings, **asked)
    if at_once:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(batch, "run_in_a_worker", run_in_a_worker)
            patch.setattr(batch, "IN_ONE_ACT", 3)
            results = list(batch.make_reports(weeks, order, threads))
    else:
        with without_kernel(a_page):
            results = [report.attempt(week, order) for week in weeks]
    assert [result.period for result in results] == weeks
    return results


def in_words(results: list[Result]) -> list:
    return [(r.period, r.status, r.exit_code, r.revision, r.figures) for r in results]


@pytest.mark.slow  # with processes, and fewer weeks, it is in test_batch.py
def test_weeks_in_one_act_are_the_weeks_one_by_one(tmp_path):
    one, other = archive_of(tmp_path / "one"), archive_of(tmp_path / "other")
    for step in (lambda _: None, change, lambda _: None):
        step(one)
        step(other)
        results = run(one, at_once=False)
        assert in_words(run(other, at_once=True)) == in_words(results)
        assert files_of(other.site) == files_of(one.site)
        ledgers = [each.runs / "ledger.csv" for each in (one, other)]
        assert ledgers[0].read_bytes() == ledgers[1].read_bytes()
        assert results[WEEKS.index(HELD)].status == "held"
    assert {r.status for r in results} == {"unchanged", "held"}
    assert one.rebuilt(day="2017-06-10") == other.rebuilt(day="2017-06-10")


def test_one_week_that_cannot_be_published_keeps_no_other_from_it(tmp_path, monkeypatch):
    archive, real, weeks = archive_of(tmp_path / "a"), report.publish, WEEKS[2:6]

    def fails(archive, reports):
        if DISPUTED in [pending.report.period for pending, _ in reports]:
            raise ArchiveUnavailable("this week cannot be published")
        return real(archive, reports)

    monkeypatch.setattr(report, "publish", fails)
    results = run(archive, at_once=True, weeks=weeks)
    assert [result.status for result in results].count("published") == 2
    failed = [result for result in results if result.status == "failed"]
    assert [(result.period, result.exit_code) for result in failed] == [(DISPUTED, 6)]
    monkeypatch.undo()
    again = run(archive, at_once=True, weeks=weeks)
    assert again[weeks.index(DISPUTED)].status == "published"


@pytest.mark.slow
@pytest.mark.parametrize(("times", "failed"), [(1, 0), (2, 1)])
def test_a_worker_that_ends_is_started_again_and_its_week_tried_once_more(tmp_path, times, failed):
    archive, ended = archive_of(tmp_path / "a"), []

    def ends(task, *_) -> Ran:
        if task.period == DISPUTED and len(ended) < times:
            ended.append(1)
            raise MemoryError
        return run_in_a_worker(task)

    order = Order(PROJECT, archive.root / "weekly.yaml", {"published_on": "2017-06-10"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "run_in_a_worker", ends)
        results = list(batch.make_reports(WEEKS, order, threads))
    statuses = [result.status for result in results]
    assert statuses.count("published") == len(WEEKS) - 1 - failed
    assert [result.period for result in results if result.status == "failed"] == [DISPUTED][:failed]


@pytest.mark.slow
def test_a_draft_of_each_week_leaves_the_archive_as_it_is(tmp_path):
    archive = archive_of(tmp_path / "a")
    run(archive, at_once=True)
    before = files_of(archive.site)
    assert {result.status for result in run(archive, at_once=True, draft=True)} == {"draft"}
    assert files_of(archive.site) == before
