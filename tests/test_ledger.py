"""The private ledger: a flag is the same in every week as long as its sentence is, decisions follow
it, and a run that dies leaves the ledger as it was or as it is to be."""

import datetime as dt
import json
import re
import shutil

import pandas as pd
import pytest
from conftest import PROJECT
from extract_factory import WEEK, request
from frames import WEEK as THE_WEEK
from frames import agency, case_of, copies, directory_of, extract_of, inputs_of, numbered
from weekly_runs import (
    ASTRAY,
    ROLE,
    Killed,
    decided,
    die_after_replacing,
    extract,
    files_of,
    job,
    ledger,
    moved,
    no_kernel,
    review,
)

from ddor.archive.publish import opened
from ddor.errors import ArchiveUnavailable
from ddor.inputs import load_inputs, save_inputs
from ddor.jobs.identity import hashed, identity_of, week_texts
from ddor.jobs.review import flags_of
from ddor.measures.figures import count_inputs
from ddor.published.ledger import (
    COLUMNS,
    cleared_flags,
    flag_label,
    held_since,
    ledger_file,
    lines_of,
    no_ledger,
    read_labels,
    read_ledger,
    with_decisions,
    with_flags,
)
from ddor.report.week import WeeklyReport

LATER = "2017-02-18"  # the week after THE_WEEK
DAY = "2017-05-01"
# What E2 says of weekly_runs.moved().
RELEASED_ELSEWHERE = "Agency MN0270000 was asked; agency MN0990000 released the person."


def flag(**overrides) -> dict[str, str]:
    """A line of the ledger that nobody has decided."""
    line = {
        "week": WEEK,
        "check": "E2",
        "subject": "r0",
        "agency_id": "MN0270000",
        "why": "Moved.",
        "first_held": "2017-03-01",
        "decision": "",
        "reason": "",
        "by": "",
        "decided_on": "",
    } | overrides
    return {"flag": flag_label(line["check"], "", line["subject"], line["why"])} | line


def ledger_of(*lines) -> pd.DataFrame:
    return pd.DataFrame(list(lines), columns=list(COLUMNS), dtype="str")


def decisions_of(*lines) -> pd.DataFrame:
    """(flag, decision), each."""
    return pd.DataFrame(
        [(line, decision, "Called the jail", ROLE) for line, decision in lines],
        columns=["flag", "decision", "reason", "by"],
        dtype="str",
    )


def flags(*rows, week=THE_WEEK, as_of="2017-03-01", agencies=()) -> pd.DataFrame:
    """The flags that these requests raise in a week."""
    extract = extract_of(rows, as_of=as_of)
    inputs = inputs_of(case_of(rows, agencies=agencies))
    inputs = type(inputs)(
        week, extract, directory_of(agencies), inputs.history, inputs.parameters, ""
    )
    return flags_of(count_inputs(inputs), week)


# Flags


def test_a_flag_of_a_request_is_the_same_in_every_week():
    row = request(**ASTRAY)
    here, there = flags(row), flags(row, week=THE_WEEK.next, as_of="2017-06-01")
    assert here["check"].tolist() == ["E1"]
    assert here["flag"].tolist() == there["flag"].tolist()
    assert (here["week"].item(), there["week"].item()) == (WEEK, LATER)


@pytest.mark.parametrize(
    "change", [{"county_fips": "48453"}, {"state": "WI"}, {"request_id": "r2"}, {"area": "Boston"}]
)
def test_a_flag_is_another_when_its_sentence_or_its_request_is(change):
    one, other = flags(request(**ASTRAY)), flags(request(**ASTRAY | change))
    assert len(one) == len(other) == 1
    assert one["flag"].item() != other["flag"].item()


@pytest.mark.parametrize(
    "change",
    [
        {"citizenship": "HND"},
        {"decline_reason": "policy"},
        {"outcome": "honored", "decline_reason": ""},
    ],
)
def test_a_flag_stays_when_what_changes_is_not_in_its_sentence(change):
    row = request(**ASTRAY)
    assert flags(row)["flag"].tolist() == flags(row | change)["flag"].tolist()


def test_a_flag_of_an_agency_is_of_one_week():
    assert flag_label("E5", WEEK, "NY9RE002", "Many.") != flag_label(
        "E5", LATER, "NY9RE002", "Many."
    )


def test_the_parts_of_a_flag_do_not_run_into_each_other():
    labels = [
        flag_label("E1", "", "r1", "1 county."),
        flag_label("E1", "", "r11", " county."),
        flag_label("E1", "r1", "", "1 county."),
        flag_label("E11", "", "r1", "1 county."),
    ]
    assert len(set(labels)) == 4


def test_no_spreadsheet_takes_a_flag_for_a_number_or_a_date():
    for at in range(200):
        label = flag_label(f"E{1 + at % 12}", "", f"r{at}", "Moved.")
        assert re.fullmatch(r"E\d{1,2}-[0-9a-f]{12}", label)


def test_a_week_raises_one_flag_for_each_request_and_each_agency():
    """Five requests a week where the directory has 0.05: E5; two of them held, by two checks."""
    rows = [*copies(3, "a"), moved(request_id="b"), request(request_id="c", **ASTRAY)]
    few = agency(weekly_requests="0.05")
    raised = flags(*rows, agencies=[few]).set_index("check")
    assert raised["subject"].to_dict() == {"E1": "c", "E2": "b", "E5": "MN0270000"}
    assert set(raised["agency_id"]) == {"MN0270000"}
    assert set(raised["first_held"]) == {"2017-03-01"}


def test_a_week_without_flags_has_an_empty_table_of_them():
    raised = flags(request())
    assert (len(raised), list(raised)) == (0, list(COLUMNS[:7]))
    assert ledger_file(with_flags(no_ledger(), raised)).decode().splitlines() == [",".join(COLUMNS)]


# The file


def test_a_ledger_comes_back_as_it_was_written(tmp_path):
    awkward = 'He said "NA",\nthen left; =1+1 \u2013 \u00e9'
    lines = ledger_of(
        flag(subject="0012", why="", decision="count", reason=awkward, by="NA", decided_on=DAY),
        flag(subject="NA", agency_id="0010"),
        flag(subject="1e5", why=" spaces "),
    )
    (tmp_path / "ledger.csv").write_bytes(ledger_file(lines))
    pd.testing.assert_frame_equal(read_ledger(tmp_path), lines)


def test_without_a_ledger_there_is_an_empty_one(tmp_path):
    assert (len(read_ledger(tmp_path)), list(read_ledger(tmp_path))) == (0, list(COLUMNS))
    assert read_labels(tmp_path) == {}


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace(",", ";"),
        lambda text: text.replace("decision,", ""),
        lambda text: "",
        lambda text: text.encode().replace(b"Moved", b"\xff\xfe"),
        lambda text: text + 'E2-1,"',
    ],
    ids=["saved with semicolons", "a column less", "empty", "not text", "cut off"],
)
def test_a_ledger_that_cannot_be_read_is_told_and_not_taken_for_an_empty_one(tmp_path, damage):
    text = damage(ledger_file(ledger_of(flag())).decode())
    (tmp_path / "ledger.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ArchiveUnavailable, match=r"ledger\.csv cannot be read"):
        read_ledger(tmp_path)


def test_the_flags_are_labels_by_which_a_correction_names_rows(tmp_path):
    (tmp_path / "ledger.csv").write_bytes(ledger_file(ledger_of(flag())))
    (tmp_path / "labels.csv").write_text(f"label,week,request_id\nF1,{WEEK},\nF1-1,{WEEK},r9\n")
    assert read_labels(tmp_path) == {flag()["flag"]: "r0", "F1-1": "r9"}


# What is added to it


def test_a_flag_that_is_there_keeps_its_first_day_and_its_decision():
    known = flag(decision="hold", reason="Called", by=ROLE, decided_on=DAY)
    again = ledger_of(flag(first_held="2017-09-01", week=LATER))[list(COLUMNS[:7])]
    new = ledger_of(flag(subject="r1"))[list(COLUMNS[:7])]
    after = with_flags(ledger_of(known), pd.concat([again, new]))
    assert after.to_dict("records") == [known, flag(subject="r1")]


def test_a_later_decision_takes_the_place_of_an_earlier_one():
    one, two = flag(), flag(subject="r1")
    held = with_decisions(ledger_of(one, two), decisions_of((one["flag"], "hold")), DAY)
    counted = with_decisions(held, decisions_of((one["flag"], "count")), "2017-06-01")
    assert list(counted) == list(COLUMNS)
    assert counted["decision"].tolist() == ["count", ""]
    assert counted["decided_on"].tolist() == ["2017-06-01", ""]
    assert counted["first_held"].tolist() == ["2017-03-01", "2017-03-01"]


def test_the_same_decision_handed_in_again_keeps_the_day_on_which_it_was_taken():
    """review.csv has earlier decisions filled in, so the list handed in next holds them again."""
    one, two = flag(), flag(subject="r1")
    first = with_decisions(ledger_of(one, two), decisions_of((one["flag"], "hold")), DAY)
    both = decisions_of((one["flag"], "hold"), (two["flag"], "count"))
    again = with_decisions(first, both, "2017-08-01")
    assert again["decided_on"].tolist() == [DAY, "2017-08-01"]


# What is read from it


def test_a_week_sees_what_is_said_of_its_requests_in_any_week_and_of_its_agencies_in_its_own():
    of_agency = {"check": "E5", "subject": "MN0270000", "why": "Many."}
    lines = ledger_of(
        flag(subject="r0", week="2016-01-02"),
        flag(subject="r9", week=LATER),
        flag(**of_agency),
        flag(**of_agency, week=LATER),
    )
    seen = lines_of(lines, THE_WEEK, ["r0", "r1"])
    assert sorted(zip(seen["subject"], seen["week"], strict=True)) == [
        ("MN0270000", WEEK),
        ("r0", "2016-01-02"),
    ]
    assert seen["flag"].is_monotonic_increasing


def test_only_what_was_decided_to_count_is_cleared():
    lines = ledger_of(
        flag(decision="count"), flag(subject="r1", decision="hold"), flag(subject="r2")
    )
    assert cleared_flags(lines) == {("E2", "r0", "Moved.")}


def test_a_request_has_been_held_since_the_first_check_that_held_it():
    lines = ledger_of(
        flag(first_held="2017-03-01"),
        flag(why="Elsewhere.", first_held="2017-02-20"),
        flag(subject="r1", first_held="2017-04-01"),
    )
    assert held_since(lines).to_dict() == {"r0": "2017-02-20", "r1": "2017-04-01"}


@pytest.mark.parametrize(
    ("days", "long"), [(0, False), (89, False), (90, False), (91, True), (400, True)]
)
def test_held_for_long_is_held_for_more_than_90_days(tmp_path, days, long):
    as_of = dt.date(2017, 6, 30)
    first_held = (as_of - dt.timedelta(days=days)).isoformat()
    assert long_held(tmp_path, moved(), as_of=str(as_of), first_held=first_held) == int(long)


def long_held(folder, *rows, as_of, **line) -> int:
    """How many rows the page says are held for long, where the ledger has this line of r0."""
    inputs = inputs_of(case_of(numbered(*rows)))
    about = extract_of(numbered(*rows), as_of=as_of)
    inputs = type(inputs)(
        inputs.week,
        about,
        inputs.directory,
        inputs.history,
        inputs.parameters,
        "",
        ledger_of(flag(**line)),
    )
    save_inputs(inputs, folder)
    return WeeklyReport(load_inputs(folder)).for_sentences()[4].long_held


def test_only_rows_that_are_held_now_are_held_for_long(tmp_path):
    """r0 was held once, and passes now; r1 is held, and new."""
    old = {"as_of": "2017-06-30", "first_held": "2017-01-01"}
    assert long_held(tmp_path / "held", moved(), request(), **old) == 1
    assert long_held(tmp_path / "passed", request(), moved(), **old) == 0
    counted = {"decision": "count", "why": RELEASED_ELSEWHERE}
    assert long_held(tmp_path / "counted", moved(), **old, **counted) == 0


# Decisions and the identity of a revision


def identity(*rows, lines=()) -> str:
    inputs = inputs_of(case_of(numbered(*rows)))
    inputs = type(inputs)(
        inputs.week,
        inputs.extract,
        inputs.directory,
        inputs.history,
        inputs.parameters,
        "",
        ledger_of(*lines),
    )
    template = PROJECT / "notebooks" / "weekly_report.ipynb"
    return identity_of(hashed(week_texts(inputs, count_inputs(inputs)), template))


def test_a_decision_to_count_makes_another_revision_and_one_to_hold_does_not():
    def lines(decision, **fields):
        return [flag(why=RELEASED_ELSEWHERE, decision=decision, **fields)]

    bare = identity(moved())
    assert identity(moved(), lines=lines("")) == bare
    assert identity(moved(), lines=lines("hold")) == bare
    counted = identity(moved(), lines=lines("count"))
    assert counted != bare
    assert identity(moved(), lines=lines("count", reason="Other words", decided_on=DAY)) == counted


def test_a_decision_about_a_sentence_that_no_check_says_any_more_makes_no_revision():
    """r0 is held with another sentence now, so nothing of the report hangs on the old one."""
    assert identity(moved(), lines=[flag(why="Moved.", decision="count")]) == identity(moved())


# Whole weeks


@pytest.fixture
def quick(monkeypatch):
    no_kernel(monkeypatch)


def figures_of(output, week=WEEK) -> dict[str, int]:
    summary = output / "site" / "weeks" / week / "data" / "summary.json"
    return json.loads(summary.read_bytes())["figures"]


def list_of(output, week=WEEK, revision=1):
    return output / "runs" / week / f"r{revision}" / "review.csv"


RECORDED_LATER = {"outcome_recorded_at": "2017-02-20T10:00"}


def two_weeks(tmp_path):
    """outputs/ and the two weeks' extracts: r1 was issued in the first and declined in the second,
    under a county code of another state; r2 was declined then too, and released elsewhere."""
    first = extract(
        tmp_path / WEEK,
        request(request_id="r0"),
        request(request_id="r1", outcome="pending", outcome_recorded_at="", **ASTRAY),
        request(request_id="r2", outcome="pending", outcome_recorded_at=""),
    )
    second = extract(
        tmp_path / LATER,
        request(request_id="r1", **RECORDED_LATER, **ASTRAY),
        moved(request_id="r2", **RECORDED_LATER),
        as_of="2017-03-10",
    )
    return tmp_path / "outputs", first, second


def test_a_request_cleared_in_one_week_is_cleared_in_the_other(tmp_path, quick):
    output, first, second = two_weeks(tmp_path)
    assert job(output, "--extract", first).code == 0
    assert job(output, "--extract", second, week=LATER).code == 0
    assert figures_of(output)["held_back_requests"] == 1
    assert figures_of(output, LATER)["held_back_requests"] == 1

    raised = {line["subject"]: line for line in ledger(output)}
    assert len(raised) == len(ledger(output)) == 2, "r1 has one flag in both weeks"
    assert (raised["r1"]["week"], raised["r1"]["first_held"]) == (WEEK, "2017-03-01")
    assert review(list_of(output, LATER))[0]["held_since"] in ("2017-03-01", "2017-03-10")

    file = decided(list_of(output), "count", tmp_path / "decisions.csv")
    assert "published r2" in job(output, "--extract", first, "--decisions", file).stdout
    assert figures_of(output)["held_back_requests"] == 0
    assert figures_of(output)["issued_total"] == 3
    assert figures_of(output, LATER)["held_back_requests"] == 1, "not before its own next revision"
    assert "published r2" in job(output, "--extract", second, week=LATER).stdout
    assert figures_of(output, LATER)["held_back_requests"] == 0
    assert figures_of(output, LATER)["declined_total"] == 1
    for week, folder in ((WEEK, first), (LATER, second)):
        assert "unchanged r2" in job(output, "--extract", folder, week=week).stdout


def test_a_decision_about_a_check_of_another_week_makes_no_revision_of_this_one(tmp_path, quick):
    """E2 looks at r2 only in the week in which it was declined."""
    output, first, second = two_weeks(tmp_path)
    extract(first, request(request_id="r0"), moved(request_id="r2", **RECORDED_LATER))
    assert job(output, "--extract", first).code == 0
    assert job(output, "--extract", second, week=LATER).code == 0
    file = decided(
        list_of(output, LATER), "count", tmp_path / "d.csv", only=lambda line: line["check"] == "E2"
    )
    done = job(output, "--extract", second, "--decisions", file, week=LATER)
    assert "published r2" in done.stdout
    before = figures_of(output)
    again = job(output, "--extract", first)
    assert figures_of(output) == before
    assert "unchanged r1" in again.stdout


def test_the_first_day_held_is_that_of_the_extract_and_stays_through_revisions(tmp_path, quick):
    output, folder = tmp_path / "outputs", tmp_path / "extract"
    for as_of in ("2017-03-01", "2017-04-01"):
        extract(folder, request(request_id="r0"), moved(request_id="r1"), as_of=as_of)
        assert job(output, "--extract", folder, published_on="2017-09-09").code == 0
    assert [line["first_held"] for line in ledger(output)] == ["2017-03-01"]
    assert review(list_of(output, revision=2))[0]["held_since"] == "2017-03-01"


# Crashes


def dying_runs(tmp_path, start, run, monkeypatch):
    """Copies of the archive `start` in which `run` died after each of its moves, and last the one
    in which it came to its end."""
    done = False
    number = 0
    while not done:
        output = tmp_path / f"killed-{number}"
        shutil.copytree(start, output)
        with monkeypatch.context() as patch:
            die_after_replacing(number, patch)
            try:
                run(output)
                done = True
            except Killed:
                pass
        yield output, done
        number += 1


def seen_in(output) -> dict[str, bytes]:
    """All files but the journal and what is staged."""
    return {name: data for name, data in files_of(output).items() if not name.startswith("runs/.")}


def whole_ledger(output) -> tuple[str, ...]:
    return tuple(line["decision"] for line in ledger(output))


def test_a_week_that_dies_while_it_is_held_leaves_ledger_and_site_whole(
    tmp_path, quick, monkeypatch
):
    """One published week with a held row; then twelve declines of one day come in (E8)."""
    start, folder = tmp_path / "start", tmp_path / "extract"
    extract(folder, request(request_id="r0"), moved(request_id="r1"))
    assert job(start, "--extract", folder).code == 0
    bulk = {"issued_at": "2016-12-01"}
    extract(folder, *copies(12, "b", **bulk), moved(request_id="r1"), moved(request_id="r2"))
    site, ran = files_of(start / "site"), []

    def hold(output):
        ran.append(job(output, "--extract", folder).code)

    killed = 0
    for output, done in dying_runs(tmp_path, start, hold, monkeypatch):
        killed += not done
        assert files_of(output / "site") == site
        assert len(ledger(output)) in (1, 3), "the flags of the week are in it, or none of them"
        with opened(output) as archive:
            finished = archive.recovered.startswith("finished")
        assert len(ledger(output)) == 3 or not finished or killed < 4
        assert files_of(output / "site") == site
    assert ran == [4] and killed >= 4, "it was killed between any two moves"
    hold(tmp_path / "killed-1")
    assert seen_in(tmp_path / "killed-1") == seen_in(output)


@pytest.mark.storm
def test_a_decision_that_dies_is_taken_or_not_and_never_lost_by_halves(
    tmp_path, quick, monkeypatch
):
    start, folder = tmp_path / "start", tmp_path / "extract"
    extract(folder, request(request_id="r0"), moved(request_id="r1"), moved(request_id="r2"))
    assert job(start, "--extract", folder).code == 0
    file = decided(list_of(start), "count", tmp_path / "decisions.csv")

    def decide(output):
        assert job(output, "--extract", folder, "--decisions", file).code == 0

    seen, old_page = set(), (start / "site" / "weeks" / WEEK / "index.html").read_bytes()
    for number in (1, 2, 12):
        output = shutil.copytree(start, tmp_path / f"killed-{number}")
        with monkeypatch.context() as patch:
            die_after_replacing(number, patch)
            with pytest.raises(Killed):
                decide(output)
        taken = whole_ledger(output)
        assert taken in (("", ""), ("count", "count")), "both decisions, or none"
        seen.add(taken)
        if number < 3:
            assert (output / "site" / "weeks" / WEEK / "index.html").read_bytes() == old_page
        with opened(output):
            pass
        recovered = whole_ledger(output)
        assert taken[0] == "" or recovered == taken, "what was recorded stays recorded"
        next_run = job(output, "--extract", folder)
        expected = 3 if recovered[0] == "count" else 1
        assert next_run.code == 0
        assert figures_of(output)["declined_total"] == expected
    assert len(seen) == 2
