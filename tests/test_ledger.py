"""The private ledger: a flag is the same in every week as long as its sentence is, decisions follow
it, and a run that dies leaves the ledger as it was or as it is to be."""

import json
import re
import shutil
from dataclasses import replace

import pandas as pd
import pytest
from conftest import PROJECT
from extract_factory import WEEK, request
from frames import WEEK as THE_WEEK
from frames import agency, case_of, copies, extract_of, inputs_of, numbered
from weekly_runs import (
    ASTRAY,
    ROLE,
    Killed,
    decided,
    die_after_replacing,
    extract,
    job,
    ledger,
    moved,
    no_kernel,
    review,
)

from ddor.archive.publish import opened
from ddor.errors import ArchiveUnavailable
from ddor.inputs import load_inputs, save_inputs
from ddor.jobs.prepared import hashed, identity_of
from ddor.jobs.review import flags_of
from ddor.jobs.weekly import week_texts
from ddor.measures.figures import count_inputs
from ddor.published import ledger as ledgers
from ddor.published.ledger import COLUMNS
from ddor.report.week import WeeklyReport

LATER = "2017-02-18"  # the week after THE_WEEK
DAY = "2017-05-01"
RECORDED_LATER = {"outcome_recorded_at": "2017-02-20T10:00"}
# What E2 says of weekly_runs.moved().
RELEASED_ELSEWHERE = "Agency MN0270000 was asked; agency MN0990000 released the person."


def flag(**overrides) -> dict[str, str]:
    """A line of the ledger that nobody has decided."""
    line = dict.fromkeys(COLUMNS, "") | {"week": WEEK, "check": "E2", "subject": "r0"}
    line |= {"agency_id": "MN0270000", "why": "Moved.", "first_held": "2017-03-01"} | overrides
    return line | {"flag": ledgers.flag_label(line["check"], "", line["subject"], line["why"])}


def ledger_of(*lines) -> pd.DataFrame:
    return pd.DataFrame(list(lines), columns=list(COLUMNS), dtype="str")


def file_of(ledger: pd.DataFrame) -> bytes:
    return ledger.to_csv(index=False, lineterminator="\n").encode()


def decisions_of(*lines) -> pd.DataFrame:
    """(flag, decision), each."""
    decisions = pd.DataFrame(lines, columns=["flag", "decision"], dtype="str")
    return decisions.assign(reason="Called the jail", by=ROLE)


def flags(*rows, week=THE_WEEK, as_of="2017-03-01", agencies=()) -> pd.DataFrame:
    """The flags that these requests raise in a week."""
    inputs = inputs_of(case_of(rows, agencies=agencies))
    inputs = replace(inputs, week=week, extract=extract_of(rows, as_of=as_of))
    return flags_of(count_inputs(inputs), week)


# Flags


def test_a_flag_of_a_request_is_the_same_in_every_week():
    row = request(**ASTRAY)
    here, there = flags(row), flags(row, week=THE_WEEK.next, as_of="2017-06-01")
    assert here["check"].tolist() == ["E1"]
    assert here["flag"].tolist() == there["flag"].tolist()
    assert (here["week"].item(), there["week"].item()) == (WEEK, LATER)


def test_a_flag_is_another_when_its_sentence_or_its_request_is_and_else_the_same():
    (before,) = flags(request(**ASTRAY))["flag"]
    for change in ({"county_fips": "48453"}, {"request_id": "r2"}, {"area": "Boston"}):
        (after,) = flags(request(**ASTRAY | change))["flag"]
        assert after != before, change
    for change in ({"citizenship": "HND"}, {"outcome": "honored", "decline_reason": ""}):
        assert flags(request(**ASTRAY | change))["flag"].tolist() == [before]


def test_the_parts_of_a_flag_do_not_run_into_each_other():
    """Of an agency the week is one of them: such a flag is of one week."""
    parts = [("E5", week, "NY9RE002", "Many.") for week in (WEEK, LATER)]
    parts += [("E1", "", "r1", "1 county."), ("E1", "", "r11", " county.")]
    parts += [("E1", "r1", "", "1 county."), ("E11", "", "r1", "1 county.")]
    assert len({ledgers.flag_label(*each) for each in parts}) == len(parts)


def test_no_spreadsheet_takes_a_flag_for_a_number_or_a_date():
    for at in range(200):
        label = ledgers.flag_label(f"E{1 + at % 12}", "", f"r{at}", "Moved.")
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
    after = ledgers.with_flags(ledgers.no_ledger(), raised)
    assert after.to_csv(index=False).splitlines() == [",".join(COLUMNS)]


# The file


def test_a_ledger_comes_back_as_it_was_written(tmp_path):
    awkward = 'He said "NA",\nthen left; =1+1 \u2013 \u00e9'
    said = {"decision": "count", "reason": awkward, "by": "NA", "decided_on": DAY}
    others = flag(subject="NA", agency_id="0010"), flag(subject="1e5", why=" spaces ")
    lines = ledger_of(flag(subject="0012", why="", **said), *others)
    (tmp_path / "ledger.csv").write_bytes(file_of(lines))
    pd.testing.assert_frame_equal(ledgers.read_ledger(tmp_path), lines)


def test_without_a_ledger_there_is_an_empty_one(tmp_path):
    pd.testing.assert_frame_equal(ledgers.read_ledger(tmp_path), ledger_of())
    assert ledgers.read_labels(tmp_path) == {}


def test_a_ledger_that_cannot_be_read_is_told_and_not_taken_for_an_empty_one(tmp_path):
    """Saved with semicolons, a column less, not text, cut off, or empty."""
    whole = file_of(ledger_of(flag()))
    damages = ((b",", b";"), (b"decision,", b""), (b"Moved", b"\xff\xfe"))
    for data in (*(whole.replace(*each) for each in damages), whole + b'E2-1,"', b""):
        (tmp_path / "ledger.csv").write_bytes(data)
        with pytest.raises(ArchiveUnavailable, match=r"ledger\.csv cannot be read"):
            ledgers.read_ledger(tmp_path)


def test_the_flags_are_labels_by_which_a_correction_names_rows(tmp_path):
    (tmp_path / "ledger.csv").write_bytes(file_of(ledger_of(flag())))
    (tmp_path / "labels.csv").write_text(f"label,week,request_id\nF1,{WEEK},\nF1-1,{WEEK},r9\n")
    assert ledgers.read_labels(tmp_path) == {flag()["flag"]: "r0", "F1-1": "r9"}


# What is added to it


def test_a_flag_that_is_there_keeps_its_decision_and_the_earliest_day():
    known = flag(decision="hold", reason="Called", by=ROLE, decided_on=DAY)
    for day, first_held in (("2017-09-01", "2017-03-01"), ("2017-02-20", "2017-02-20")):
        raised = ledger_of(flag(first_held=day, week=LATER), flag(subject="r1"))
        after = ledgers.with_flags(ledger_of(known), raised[list(COLUMNS[:7])])
        assert after.to_dict("records") == [known | {"first_held": first_held}, flag(subject="r1")]


def test_a_later_decision_takes_the_place_of_an_earlier_one_and_the_same_one_keeps_its_day():
    """review.csv has earlier decisions filled in, so the list handed in next holds them again."""
    one, two = flag(), flag(subject="r1")
    held = ledgers.with_decisions(ledger_of(one, two), decisions_of((one["flag"], "hold")), DAY)
    both = decisions_of((one["flag"], "hold"), (two["flag"], "count"))
    again = ledgers.with_decisions(held, both, "2017-08-01")
    assert again["decided_on"].tolist() == [DAY, "2017-08-01"]
    counted = ledgers.with_decisions(held, decisions_of((one["flag"], "count")), "2017-06-01")
    decided = {"decision": "count", "reason": "Called the jail", "by": ROLE}
    assert counted.to_dict("records") == [one | decided | {"decided_on": "2017-06-01"}, two]


# What is read from it


def test_a_week_sees_what_is_said_of_its_requests_in_any_week_and_of_its_agencies_in_its_own():
    of_agency = {"check": "E5", "subject": "MN0270000", "why": "Many."}
    weeks = [flag(**of_agency), flag(**of_agency, week=LATER)]
    lines = ledger_of(flag(week="2016-01-02"), flag(subject="r9", week=LATER), *weeks)
    seen = ledgers.lines_of(lines, THE_WEEK, ["r0", "r1"])
    found = sorted(zip(seen["subject"], seen["week"], strict=True))
    assert found == [("MN0270000", WEEK), ("r0", "2016-01-02")]
    assert seen["flag"].is_monotonic_increasing


def test_a_request_has_been_held_since_the_first_check_that_held_it():
    earlier = flag(why="Elsewhere.", first_held="2017-02-20")
    lines = ledger_of(flag(), earlier, flag(subject="r1", first_held="2017-04-01"))
    assert ledgers.held_since(lines).to_dict() == {"r0": "2017-02-20", "r1": "2017-04-01"}


def long_held(folder, *rows, as_of="2017-06-30", **line) -> int:
    """How many rows the page says are held for long, where the ledger has this line of r0."""
    extract = extract_of(numbered(*rows), as_of=as_of)
    inputs = replace(inputs_of(case_of(numbered(*rows))), extract=extract)
    save_inputs(replace(inputs, ledger=ledger_of(flag(**line))), folder)
    return WeeklyReport(load_inputs(folder)).for_sentences()[4].long_held


def test_held_for_long_is_held_now_and_for_more_than_90_days(tmp_path):
    assert long_held(tmp_path / "90", moved(), first_held="2017-04-01") == 0
    assert long_held(tmp_path / "91", moved(), request(), first_held="2017-03-31") == 1
    # r0 was held once, and passes now; r1 is held, and new.
    old = {"first_held": "2017-01-01"}
    assert long_held(tmp_path / "passed", request(), moved(), **old) == 0
    counted = {"decision": "count", "why": RELEASED_ELSEWHERE}
    assert long_held(tmp_path / "counted", moved(), **old, **counted) == 0


# Decisions and the identity of a revision


def identity(*rows, lines=()) -> str:
    inputs = replace(inputs_of(case_of(numbered(*rows))), ledger=ledger_of(*lines))
    template = PROJECT / "notebooks" / "weekly_report.ipynb"
    return identity_of(hashed(week_texts(inputs, count_inputs(inputs)), template))


def test_a_decision_to_count_makes_another_revision_and_one_to_hold_does_not():
    def lines(decision, **fields):
        return [flag(why=RELEASED_ELSEWHERE, decision=decision, **fields)]

    bare = identity(moved())
    assert identity(moved(), lines=lines("")) == identity(moved(), lines=lines("hold")) == bare
    counted = identity(moved(), lines=lines("count"))
    assert counted != bare
    assert identity(moved(), lines=lines("count", reason="Other words", decided_on=DAY)) == counted


def test_a_decision_about_what_no_check_says_of_this_week_makes_no_revision():
    """r0 is held with another sentence now, so nothing of the report hangs on the old one."""
    assert identity(moved(), lines=[flag(why="Moved.", decision="count")]) == identity(moved())
    # E2 looks at the request only in the week in which it was declined.
    row, line = moved(**RECORDED_LATER), flag(why=RELEASED_ELSEWHERE, decision="count")
    assert identity(row, lines=[line]) == identity(row)


# Whole weeks


@pytest.fixture
def quick(monkeypatch):
    no_kernel(monkeypatch)


def figures_of(output, week=WEEK) -> dict[str, int]:
    summary = output / "site" / "weeks" / week / "data" / "summary.json"
    return json.loads(summary.read_bytes())["figures"]


def held(output, week=WEEK) -> int:
    return figures_of(output, week)["held_back_requests"]


def list_of(output, week=WEEK):
    return output / "runs" / week / "r1" / "review.csv"


def test_a_request_cleared_in_one_week_is_cleared_in_the_other(tmp_path, quick):
    """r1 was issued in the first week and declined in the second, under a county code of another
    state; r2 was declined then too, and released elsewhere."""
    output, pending = tmp_path / "outputs", {"outcome": "pending", "outcome_recorded_at": ""}
    issued = [request(request_id="r1", **pending, **ASTRAY), request(request_id="r2", **pending)]
    first = extract(tmp_path / WEEK, request(request_id="r0"), *issued)
    astray = request(request_id="r1", **RECORDED_LATER, **ASTRAY)
    elsewhere = moved(request_id="r2", **RECORDED_LATER)
    second = extract(tmp_path / LATER, astray, elsewhere, as_of="2017-03-10")
    assert job(output, "--extract", first).code == 0
    assert job(output, "--extract", second, week=LATER).code == 0
    assert held(output) == held(output, LATER) == 1

    raised = {line["subject"]: line for line in ledger(output)}
    assert len(raised) == len(ledger(output)) == 2, "r1 has one flag in both weeks"
    assert (raised["r1"]["week"], raised["r1"]["first_held"]) == (WEEK, "2017-03-01")
    since = {line["request_id"]: line["held_since"] for line in review(list_of(output, LATER))}
    assert since == {"r1": "2017-03-01", "r2": "2017-03-10"}

    file = decided(list_of(output), "count", tmp_path / "decisions.csv")
    assert "published r2" in job(output, "--extract", first, "--decisions", file).stdout
    assert (held(output), figures_of(output)["issued_total"]) == (0, 3)
    assert held(output, LATER) == 1, "not before its own next revision"
    assert "published r2" in job(output, "--extract", second, week=LATER).stdout
    assert (held(output, LATER), figures_of(output, LATER)["declined_total"]) == (0, 1)
    assert "unchanged r2" in job(output, "--extract", first).stdout


# Crashes


def test_a_decision_that_dies_is_taken_or_not_and_never_by_halves(tmp_path, quick, monkeypatch):
    start, folder = tmp_path / "start", tmp_path / "extract"
    extract(folder, request(request_id="r0"), moved(request_id="r1"), moved(request_id="r2"))
    assert job(start, "--extract", folder).code == 0
    file = decided(list_of(start), "count", tmp_path / "decisions.csv")
    seen, old_page = set(), (start / "site" / "weeks" / WEEK / "index.html").read_bytes()
    for number in (1, 2, 12):
        output = shutil.copytree(start, tmp_path / str(number))
        with monkeypatch.context() as patch, pytest.raises(Killed):
            die_after_replacing(number, patch)
            job(output, "--extract", folder, "--decisions", file)
        taken = [line["decision"] for line in ledger(output)]
        assert taken in (["", ""], ["count", "count"]), "both decisions, or none"
        seen.add(taken[0])
        if number < 3:
            assert (output / "site" / "weeks" / WEEK / "index.html").read_bytes() == old_page
        with opened(output):
            now = [line["decision"] for line in ledger(output)]
        assert taken[0] == "" or now == taken, "what was recorded stays recorded"
        assert job(output, "--extract", folder).code == 0
        assert figures_of(output)["declined_total"] == (3 if now[0] == "count" else 1)
    assert len(seen) == 2
