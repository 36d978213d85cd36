"""What becomes of a quarter when one of its weeks is another: it says so at once, everywhere, and
the next run makes a revision that says why; and nothing stays of what was withdrawn."""

import json

import pytest
from conftest import Ran
from quarter_archive import (
    FIRST,
    LATE,
    MISTAKE,
    QUARTER,
    SECOND,
    Quarters,
    arrested,
    person,
    several,
)
from small_archive import found_in, words_of

from ddor.calendar import Week
from ddor.published.history import read_earlier

OUTDATED = "based on a superseded revision"
PAGE, OWN = f"quarters/{QUARTER}/index.html", f"quarters/{QUARTER}/r1/index.html"
LISTS = ("archive/index.html", "index.html", "search/index.json")
# What only the corrected revision of FIRST has: enough for tables of their own after release.
MORE = tuple(arrested(f"key-more-{at}", FIRST, at % 3) for at in range(21))


def rebuilt(archive: Quarters, day: str) -> int:
    """How many files `ddor rebuild` changes on this day."""
    return json.loads(archive.ddor("rebuild", "--json", day=day).stdout)["changed"]


def again(archive: Quarters, week: str, *people: dict, day: str, mistake="") -> str:
    """A week is published of these rows, as a correction if there was a mistake; what is said."""
    archive.people(week, *people)
    words = ("--yes", *(("--correct", "--reason", mistake) if mistake else ()))
    done = archive.weeks(week, day=day, words=words)
    assert done.code == 0, done
    return done.stdout


def withdraw(archive: Quarters, *words: str) -> Ran:
    done = archive.ddor("withdraw", *words, "--yes", day="2018-08-05")
    assert done.code == 0, done
    return done


def marked(archive: Quarters) -> list[str]:
    """Where the quarter is said to be of a superseded revision."""
    return [
        path
        for path in (PAGE, OWN, *LISTS)
        if OUTDATED in (archive.site / path).read_text("utf-8").lower()
    ]


def declined(archive: Quarters, *periods: str) -> int:
    return sum(archive.summary(period)["figures"]["declined_total"] for period in periods)


@pytest.fixture(scope="module")
def corrected(quarters, tmp_path_factory) -> Quarters:
    """FIRST is corrected, by four requests more; the quarter is as it was."""
    archive = quarters("quarter").copied_to(tmp_path_factory.mktemp("changes") / "corrected")
    said = again(archive, FIRST, *several(FIRST), *MORE, day="2018-08-01", mistake=MISTAKE)
    assert " published r2" in said
    return archive


@pytest.fixture(scope="module")
def mended(corrected, tmp_path_factory) -> Quarters:
    """And the quarter was run again."""
    archive = corrected.copied_to(tmp_path_factory.mktemp("changes") / "mended")
    assert archive.made(brief=True, day="2018-08-02") == 2
    return archive


def test_a_corrected_week_marks_the_quarter_at_once_and_everywhere(quarters, corrected):
    assert marked(quarters("quarter")) == []
    assert marked(corrected) == [PAGE, OWN, *LISTS]
    for path in (PAGE, OWN):
        told = corrected.status(path)
        assert f"Week of {Week.parse(FIRST).title} : revision 2 (correction: {MISTAKE})" in told
        assert "this has revision 1" in told and Week.parse(SECOND).title not in told
    assert corrected.summary(QUARTER) == quarters("quarter").summary(QUARTER)
    assert rebuilt(corrected, "2018-08-01") == 0


def test_its_next_run_is_a_correction_with_the_difference_and_equal_totals(corrected, mended):
    assert marked(mended) == []
    before, now = declined(corrected, QUARTER), declined(mended, QUARTER)
    assert now == before + len(MORE) == declined(mended, FIRST, SECOND)
    told = mended.status(PAGE)
    assert "Correction. An earlier revision had a mistake: " in told
    assert f"the week of {Week.parse(FIRST).title} was corrected: {MISTAKE}." in told
    assert "final, corrected." in told.lower() or "provisional, corrected." in told.lower()
    changes = words_of(mended.page(PAGE).find("section", class_="changes"))
    assert f"Declined total {before} {now}" in changes and MISTAKE in changes
    assert "ALDERWICK JAIL · MN · ALDE00001" in changes and "ELMSTEADLE" not in changes
    assert "superseded by revision 2 (correction)" in mended.status(OWN)
    assert rebuilt(mended, "2018-08-02") == 0


def test_the_correction_is_in_the_feed_and_in_the_log(mended):
    named = "Quarter of January to March 2017"
    (entry,) = [each for each in mended.feed() if f"{QUARTER}/r2/" in each["link"]]
    assert entry["category"] == "correction" and MISTAKE in entry["summary"]
    assert f"{named}, revision 2" in entry["title"]
    assert any(named in each and MISTAKE in each for each in mended.log())


def test_revised_and_late_weeks_make_a_revision(mended, tmp_path):
    archive = mended.copied_to(tmp_path / "archive")
    again(archive, SECOND, *several(SECOND), person("key-new", SECOND, 1), day="2018-08-03")
    again(archive, LATE, *several(LATE), day="2018-08-03")
    told = archive.status(PAGE)
    assert "revision 2 (new data" in told and "this has revision 1" in told
    assert f"Week of {Week.parse(LATE).title} : published; this has no report of it" in told
    assert marked(archive) == [PAGE, *LISTS]
    assert rebuilt(archive, "2018-08-03") == 0
    assert archive.made(brief=True, day="2018-08-04") == 3
    assert marked(archive) == [] and rebuilt(archive, "2018-08-04") == 0
    told = archive.status(PAGE)
    assert "Revision. Because of: " in told and "Correction." not in told
    assert f"the week of {Week.parse(SECOND).title} is in revision 2 (new data" in told
    assert f"the week of {Week.parse(LATE).title} was published" in told
    assert archive.summary(QUARTER)["weeks"] == {FIRST: 2, SECOND: 2, LATE: 1}
    assert declined(archive, QUARTER) == declined(archive, FIRST, SECOND, LATE)


def test_a_week_that_was_late_and_then_corrected_is_no_mistake_of_the_quarter(quarters_copy):
    archive = quarters_copy("quarter")
    assert archive.made("--force", brief=True, day="2018-08-03") == 2
    again(archive, LATE, *several(LATE), day="2018-08-03")
    # r1 is of the same weeks as r2; nobody makes its page again, so it may not say so.
    assert marked(archive) == [PAGE, *LISTS] and rebuilt(archive, "2018-08-03") == 0
    again(archive, LATE, *several(LATE, met=7), day="2018-08-03", mistake=MISTAKE)
    assert archive.made(brief=True) == 3
    assert "Correction." not in archive.status(PAGE)
    assert f"the week of {Week.parse(LATE).title} was published" in archive.status(PAGE)


@pytest.fixture(scope="module")
def withdrawn(mended, tmp_path_factory) -> Quarters:
    """All of FIRST is withdrawn, after the quarter had it in two revisions."""
    archive = mended.copied_to(tmp_path_factory.mktemp("changes") / "withdrawn")
    done = withdraw(archive, FIRST, "--reason", "privacy")
    assert done.stdout == f"{FIRST} r1, r2: withdrawn (privacy)\n"
    for number in (1, 2):
        assert f"{QUARTER} r{number} was made from it and was withdrawn with it" in done.stderr
    return archive


def test_a_withdrawn_week_takes_the_revisions_made_from_it_with_it_and_verify_knows_it(
    mended, withdrawn
):
    for path in (PAGE, OWN, f"quarters/{QUARTER}/r2/index.html"):
        text = words_of(withdrawn.page(path).find("main"))
        assert text.startswith("Withdrawn: quarter of January to March 2017") and "privacy" in text
    before, now = declined(mended, QUARTER), withdrawn.summary(SECOND)["figures"].values()
    figures = {str(before), str(before - len(MORE))}
    assert not figures & {*map(str, now)}
    about = (f"quarters/{QUARTER}", f"weeks/{FIRST}", "archive", "search", "corrections", "feed")
    public = {
        path: data
        for path, data in withdrawn.files().items()
        if path.startswith((*about, "data/", "index")) and not path.endswith((".xlsx", ".parquet"))
    }
    assert len(public) > 20
    assert found_in(public, [*figures, MISTAKE]) == set()
    assert not list((withdrawn.site / "quarters").rglob("*.svg"))
    assert rebuilt(withdrawn, "2018-08-05") == 0
    done = withdrawn.ddor("verify", QUARTER)
    assert done.code == 0 and "r2: withdrawn; its notices are in place" in done.stdout, done


def test_run_again_it_is_the_next_revision_without_the_week(withdrawn, tmp_path):
    archive = withdrawn.copied_to(tmp_path / "archive")
    assert archive.made(brief=True, day="2018-08-06") == 3
    summary = archive.summary(QUARTER)
    assert summary["weeks"] == {SECOND: 1} and summary["weeks_withdrawn"] == [FIRST]
    assert declined(archive, QUARTER) == declined(archive, SECOND)
    assert MISTAKE not in (archive.site / PAGE).read_text("utf-8")
    assert rebuilt(archive, "2018-08-06") == 0
    done = archive.quarter(brief=True, day="2018-08-07")
    assert done.code == 0 and " unchanged r3" in done.stdout


def test_a_withdrawn_revision_between_two_leaves_no_words_in_the_quarter(corrected, tmp_path):
    """The reason of a correction is content too: another correction followed, and the quarter was
    made from that one."""
    archive = corrected.copied_to(tmp_path / "archive")
    less, mistake = (*several(FIRST), *MORE[:2]), "two alone were requests"
    again(archive, FIRST, *less, day="2018-08-03", mistake=mistake)
    assert archive.made(brief=True, day="2018-08-04") == 2
    assert mistake in archive.status(PAGE)
    assert QUARTER not in withdraw(archive, FIRST, "r2", "--reason", "privacy").stderr
    public = {path: data for path, data in archive.files().items() if not path.endswith(".xlsx")}
    assert mistake in archive.status(PAGE)
    assert found_in(public, [MISTAKE]) == set()


def test_one_revision_of_the_quarter_can_be_withdrawn(mended, tmp_path):
    archive = mended.copied_to(tmp_path / "archive")
    done = withdraw(archive, "fy2017q2", "r1", "--reason", "legal")
    assert done.stdout == f"{QUARTER} r1: withdrawn (legal)\n"
    assert "Withdrawn: " in words_of(archive.page(OWN).h1)
    page = archive.page(PAGE)
    assert "nothing is compared with it" in words_of(page.find("section", class_="changes"))
    assert archive.summary(QUARTER) == mended.summary(QUARTER)
    assert archive.summary(FIRST) == mended.summary(FIRST)
    assert rebuilt(archive, "2018-08-05") == 0


# What is told of people


def test_a_newer_flag_of_a_week_that_is_unchanged_is_the_quarters_too(quarters_copy):
    """The person is among *not known*; who is told stands, for one person is not told from 45."""
    archive = quarters_copy("quarter")
    before, keys = archive.summary(QUARTER), archive.candidates()
    flagged = f"key-m{FIRST[5:]}-0"
    rows = {row["request_id"]: row for row in several(FIRST)}
    rows[flagged]["protected"] = "true"
    assert " unchanged r1" in again(archive, FIRST, *rows.values(), day="2018-08-01")
    assert archive.made(brief=True, day="2018-08-02") == 2
    assert archive.candidates(2).keys() == keys.keys() - {flagged} != keys.keys()
    assert archive.summary(QUARTER)["figures"] == before["figures"]
    lines = archive.summary(QUARTER)["disclosure"]
    (line,) = [each for each in lines if each["attribute"] == "after_release"]
    assert line["told"] and line["no_longer_count"] == 0
    flags = {each["flags"] for each in archive.lines(QUARTER, "after_release")}
    assert flags == {f"as of {line['as_of']}; 0 of its requests no longer count"}


def test_a_week_is_compared_with_the_others_of_its_quarter_once_that_is_told(quarters):
    def beside(stage: str) -> set[str]:
        tables = read_earlier(quarters(stage).output, Week.parse(FIRST))["beside"]
        return {row[1] for table in tables for row in table["rows"]}

    assert beside("weeks") == set()
    assert {FIRST, SECOND} <= beside("quarter")


def test_a_quarter_that_would_take_figures_away_waits_until_that_is_agreed_to(quarters, tmp_path):
    archive = quarters("quarter").copied_to(tmp_path / "a")
    for at, week in enumerate((FIRST, SECOND)):
        again(archive, week, person(f"key-one-{at}", week), day="2018-08-01")
    done = archive.quarter(day="2018-08-02")
    assert done.code == 4 and "would remove published figures" in done.stderr, done
    assert (archive.runs / QUARTER / "draft" / "index.html").exists()
    assert archive.made("--yes", day="2018-08-02") == 2
