"""What a person has to look at: review.csv, the decisions read back, and a week that waits."""

import csv
import io
import json
import shutil

import openpyxl
import pandas as pd
import pytest
from conftest import PUBLISHED_ON, cases, each_line
from extract_factory import WEEK, request
from frames import WEEK as THE_WEEK
from frames import agency, case_of, copies, counts_of, inputs_of, status_of
from small_archive import execute_here
from weekly_runs import (
    AS_OF,
    ASTRAY,
    ROLE,
    decided,
    extract,
    files_of,
    job,
    ledger,
    lines_of_review,
    moved,
    no_kernel,
    ran,
    review,
    without_kernel,
)

from ddor import cli
from ddor.errors import NeedsCorrection
from ddor.jobs import notebooks, report
from ddor.jobs.review import (
    MOST_LINES,
    REVIEW_COLUMNS,
    flags_of,
    read_decisions,
    review_lines,
    review_list,
)
from ddor.measures.figures import count_inputs, held_share_reason
from ddor.published.ledger import COLUMNS, flag_label, no_ledger, with_decisions, with_flags

# Twelve declines of old requests, recorded on one day: E8 asks for a review.
BULK = copies(12, "b", issued_at="2016-12-01")


def list_of(*rows, agencies=(), ledger=None) -> tuple[bytes, pd.DataFrame]:
    """review.csv of these requests, and their flags. `ledger`: what it had before."""
    counts = count_inputs(inputs_of(case_of(rows, agencies=agencies)))
    flags = flags_of(counts, THE_WEEK)
    known = with_flags(no_ledger() if ledger is None else ledger, flags)
    return review_list(counts, flags, known), flags


def listed(*rows, **given) -> list[dict[str, str]]:
    return lines_of_review(list_of(*rows, **given)[0])


def earlier(**overrides) -> pd.DataFrame:
    """A ledger with one decided flag of the agency asked, of another week."""
    texts = "E2-0123456789ab|2016-01-02|E2|old|MN0270000|Moved.|2016-02-01|hold|Their log agrees"
    line = dict(zip(COLUMNS, (*texts.split("|"), ROLE, "2016-03-01"), strict=True))
    return pd.DataFrame([line | overrides], columns=list(COLUMNS), dtype="str")


# The list


def test_the_list_has_a_line_for_each_flag_with_agencies_under_review_first():
    assert listed(request()) == []
    lines = listed(*BULK, request(request_id="x", **ASTRAY), moved(request_id="y"))
    assert [list(line) for line in lines] == [list(REVIEW_COLUMNS)] * 3
    assert [(line["check"], line["effect"], line["request_id"]) for line in lines] in (
        [("E8", "review", ""), ("E1", "hold", "x"), ("E2", "hold", "y")],
        [("E8", "review", ""), ("E2", "hold", "y"), ("E1", "hold", "x")],
    )
    told = {"agency_id": "MN0270000", "agency": "HENNEPIN COUNTY ADC", "state": "MN"}
    told |= {"held_since": AS_OF} | dict.fromkeys([*HEAD[1:], "earlier_decisions"], "")
    for each in lines:
        assert {name: each[name] for name in told} == told
    assert "14 of 14 declines of agency MN0270000" in lines[0]["why"]
    assert len({line["flag"] for line in lines}) == 3


def test_the_list_opens_in_excel_as_it_was_written():
    data, _ = list_of(moved(agency_name="JAIL, S\u00c3O \u201cOLD\u201d; NO. 2"))
    assert data.startswith(b"\xef\xbb\xbf"), "without it Excel takes UTF-8 for Windows-1252"
    assert data.count(b"\n") == data.count(b"\r\n") == 2
    assert lines_of_review(data)[0]["agency"] == "JAIL, S\u00c3O \u201cOLD\u201d; NO. 2"


def test_the_name_in_the_list_is_the_directorys_where_it_has_one():
    [line] = listed(moved(), agencies=[agency()])
    assert line["agency"] == "Hennepin County Jail"


@pytest.mark.parametrize("name", ["=HYPERLINK(A1)", "+1 JAIL", "-1+2", "@SUM(A1)", "\t=1"])
def test_a_name_that_reads_as_a_formula_stays_text(name):
    """A spreadsheet runs what begins so; openpyxl, which does as Excel does, types it formula."""
    [line] = listed(moved(agency_name=name))
    assert line["agency"] == f"'{name}"
    sheet = openpyxl.Workbook().active
    sheet.append(list(line.values()))
    assert {cell.data_type for cell in sheet[1] if cell.value} == {"s"}


def test_earlier_decisions_on_the_agency_stand_beside_a_flag_latest_first():
    later = {"decision": "count", "reason": "Released on bond", "decided_on": "2016-05-01"}
    lines = [
        earlier(),
        earlier(flag="E7-0123456789ab", check="E7", **later),
        earlier(flag="E2-000000000000", agency_id="TX2270000", reason="Another agency"),
        earlier(flag="E2-000000000001", decision="", reason="", by="", decided_on=""),
    ]
    [line] = listed(moved(), ledger=pd.concat(lines))
    assert line["earlier_decisions"] == (
        f"2016-05-01 E7 count ({ROLE}): Released on bond | "
        f"2016-03-01 E2 hold ({ROLE}): Their log agrees"
    )
    assert line["decision"] == ""


def test_an_agency_under_review_is_not_held_since_another_weeks_review():
    """E8 was said of this agency a year ago; this week it is said for the first time."""
    label = flag_label("E8", "2016-01-02", "MN0270000", "Bulk.")
    old = earlier(flag=label, check="E8", subject="MN0270000", why="Bulk.", decision="count")
    [line] = listed(*BULK, ledger=old)
    assert line["held_since"] == AS_OF
    assert "2016-03-01 E8 count" in line["earlier_decisions"]


# What is told of a week that waits


def test_a_few_lines_tell_of_many_agencies_each_named_once(tmp_path):
    bulk = [{"agency_id": f"MN{at:07}", "issued_at": "2016-12-01"} for at in range(20)]
    rows = [row for each in bulk for row in copies(10, f"{each['agency_id']}-", **each)]
    rows += [moved(request_id=f"m{at}", agency_id=f"WI{at:07}") for at in range(6)]
    told = review_lines(counts_of(rows), tmp_path)
    assert len(told) < 20
    assert sum(line.startswith("E8 ") for line in told) == MOST_LINES
    assert f"and {20 - MOST_LINES} more, in the list" in told
    [moves] = [line for line in told if line.startswith("E2: 6 held back at ")]
    assert moves.endswith("(WI0000003) and 2 more")
    many = counts_of([moved(request_id=f"m{at}") for at in range(30)])
    told = review_lines(many, tmp_path)
    moves = "E2: 30 held back at HENNEPIN COUNTY ADC, MN (MN0270000)"
    assert [line for line in told if line.startswith("E2")] == [moves]


# The share of held rows


def share_reason(held: int, declined: int, most=0.25, **overrides) -> str:
    rows = copies(held + declined, "r", **overrides)
    holds = [(row["request_id"], "E2", "outcome") for row in rows[:held]]
    return held_share_reason(status_of(*rows, held=holds), most)


# The most that may be held, and the held and declined rows that ask for a review, and do not. The
# share is of both together; of fewer than 20 there is none.
@each_line("""
    most | asking              | silent
    0.25 | 6+14 7+17 9+20 20+0 | 5+15 6+18 6+20 19+0 0+20 0+0
    0    | 1+19                | 0+20
    0.05 | 2+18                | 1+19
    0.1  | 3+17                | 2+18
    0.15 | 4+16                | 3+17
    0.3  | 7+13                | 6+14
    0.35 | 8+12                | 7+13
    0.55 | 12+8                | 11+9
    0.7  | 15+5                | 14+6
    0.95 | 20+0                | 19+1
    1    |                     | 20+0
""")
def test_a_week_with_more_than_that_share_of_its_declines_held_asks_for_a_review(
    most, asking, silent
):
    for rows in [*asking.split(), *silent.split()]:
        held, declined = map(int, rows.split("+"))
        assert bool(share_reason(held, declined, float(most))) == (rows in asking.split()), rows


def test_held_rows_that_would_not_count_as_declined_are_not_in_the_share():
    honored = {"outcome": "honored", "decline_reason": ""}
    pending = {"outcome": "pending", "outcome_recorded_at": ""}
    for other in (honored, pending, {"outcome_recorded_at": "2017-02-20"}):
        assert share_reason(20, 0, **other) == ""


def test_rows_whose_request_is_in_doubt_are_in_the_share_which_is_told_with_its_numbers(tmp_path):
    case = case_of([*copies(6, "a", **ASTRAY), *copies(14, "b")])
    counts = count_inputs(inputs_of(case))
    assert counts.review[["check", "agency_id", "rows"]].to_numpy().tolist() == [["", "", 6]]
    said = "6 of 20 requests recorded as declined are held back by a check: 30.0 %, more than 25.0"
    assert counts.review["reason"].item() == f"{said} %."
    assert review_lines(counts, tmp_path)[1] == f"{said} %."
    assert count_inputs(inputs_of(case, max_held_back_share=0.3)).review.empty


# The list read back

HEAD = ("flag", "decision", "reason", "by")
ONE, TWO = "E2-aaaaaaaaaaaa", "E1-bbbbbbbbbbbb"
KNOWN = pd.DataFrame({"flag": [ONE, TWO]}, dtype="str")


def line(flag=ONE, decision="count", reason="Called the jail", by=ROLE) -> tuple[str, ...]:
    return (flag, decision, reason, by)


def as_csv(*lines, head=HEAD, delimiter=",", end="\r\n", **format) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end, **format).writerows([head, *lines])
    return text.getvalue()


def read(folder, content: str | bytes) -> list[tuple[str, ...]]:
    file = folder / "review.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    taken = read_decisions(file, KNOWN, no_ledger())
    assert list(taken) == list(HEAD)
    return list(taken.itertuples(index=False, name=None))


def told(folder, content: str | bytes) -> list[str]:
    with pytest.raises(NeedsCorrection) as refused:
        read(folder, content)
    assert refused.value.exit_code == 2
    return [str(problem) for problem in refused.value.problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["\\n", "\\r\\n", "an old Mac's"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_the_list_is_read_as_spreadsheet_programs_save_it(
    tmp_path, encoding, delimiter, end, quoting
):
    """The columns in any order, with others between."""
    head = ("by", "why", "reason", "flag", "agency", "decision")
    words = "The jail\u2019s log, \u00a7 3; caf\u00e9"
    rows = [(ROLE, "Moved; away", words, ONE, "Jail, old", "count"), ("", "", "", TWO, "", "")]
    text = as_csv(*rows, head=head, delimiter=delimiter, end=end, quoting=quoting)
    assert read(tmp_path, text.encode(encoding)) == [line(reason=words)]


@pytest.mark.parametrize(
    "content",
    [b"PK\x03\x04\x14\x00\r\x00\r\r\n\x00\xff", as_csv(line()).encode("utf-16"), b"", b"\x00" * 40],
    ids=["a workbook", "UTF-16", "empty", "zero bytes"],
)
def test_a_file_that_is_no_list_is_told_as_one_and_not_as_a_bug(tmp_path, content):
    assert "review.csv" in told(tmp_path, content)[0]


def test_case_and_spaces_around_a_decision_or_the_same_line_twice_do_not_matter(tmp_path):
    spaced = line(f" {ONE} ", " Count ", " Called the jail", f"{ROLE} ")
    assert read(tmp_path, as_csv(spaced, line(TWO, "HOLD"), line())) == [line(), line(TWO, "hold")]


@pytest.mark.parametrize("reason", ["Called", "=HYPERLINK(A1)", "- not theirs", "+ 1 more", "A\nB"])
def test_a_decision_that_stands_is_filled_in_and_the_same_through_list_after_list(tmp_path, reason):
    file = tmp_path / "review.csv"
    data, flags = list_of(moved())
    file.write_bytes(data)
    filled = decided(file, "hold", tmp_path / "filled.csv", reason=reason)
    first = read_decisions(filled, flags, no_ledger())
    standing = with_decisions(with_flags(no_ledger(), flags), first, AS_OF)
    data, _ = list_of(moved(), ledger=standing)
    [again] = lines_of_review(data)
    assert (again["decision"], again["by"], again["earlier_decisions"]) == ("hold", ROLE, "")
    file.write_bytes(data)
    second = with_decisions(standing, read_decisions(file, flags, standing), AS_OF)
    assert second["reason"].tolist() == standing["reason"].tolist() == [reason]


# What is wrong with it


def test_every_problem_is_told_at_once_with_its_place_and_what_to_do(tmp_path):
    text = as_csv(
        line(decision="maybe", by=""),
        line(TWO, reason=" ", by="GARCIA, MARIA"),
        line("E2-cccccccccccc", "hold", "Call 512-555-0100"),
        line(TWO, "hold"),
        line(decision=""),
    )
    role = "expected no name; write the role of the person who decided"
    assert told(tmp_path, text) == [
        'review.csv row 2, decision: seen "maybe", expected count or hold; write one of them',
        "review.csv row 2, by: seen nothing, expected a role; fill it in",
        "review.csv row 3, reason: seen nothing, expected why, in words; fill it in",
        f"review.csv row 3, by: seen text that looks like a person's name (not shown), {role}",
        f"review.csv row 4, reason: seen text that looks like a phone number (not shown), {role}",
        'review.csv row 4, flag: seen "E2-cccccccccccc", expected a flag of this week; use the '
        "latest review.csv of the week",
        f'review.csv row 5, flag: seen another decision on "{TWO}", expected one; keep one line',
    ]


def test_a_list_without_a_decision_a_missing_file_and_missing_columns_are_told(tmp_path):
    none = "seen no decision, expected at least one line with a decision; fill one in"
    for text in (as_csv(), as_csv(line(decision=""))):
        assert told(tmp_path, text) == [f"review.csv, decision: {none}"]
    with pytest.raises(NeedsCorrection, match="no such file or directory"):
        read_decisions(tmp_path / "none.csv", KNOWN, no_ledger())
    with pytest.raises(NeedsCorrection, match="is a directory"):
        read_decisions(tmp_path, KNOWN, no_ledger())
    [problem] = told(tmp_path, as_csv(("x", "count"), head=("label", "decision")))
    assert problem.startswith("review.csv row 1, flag, reason, by: seen no such column")


@pytest.mark.parametrize(("blank", "row"), [("", 3), ("\r\n", 4), (",,,\r\n", 4)])
def test_a_row_is_numbered_as_the_spreadsheet_shows_it(tmp_path, blank, row):
    """Also after one whose reason has several lines."""
    text = as_csv(line(reason="First\nsecond")) + blank + as_csv(head=line(TWO, "perhaps"))
    [problem] = told(tmp_path, text)
    assert problem.startswith(f"review.csv row {row}, decision")


def test_a_person_named_with_a_role_or_elsewhere_is_refused_unshown_and_a_role_is_taken(tmp_path):
    named = (
        "analyst Maria Garcia|Sheriff Maria Garcia|GARCIA, MARIA|Records officer (Maria Garcia)|"
        "maria.garcia@example.org"
    )
    for by in named.split("|"):
        [problem] = told(tmp_path, as_csv(line(by=by)))
        assert problem.startswith("review.csv row 2, by") and "aria" not in problem.lower()
    for wrong in (line(decision="Maria Garcia"), line(flag="Maria Garcia")):
        assert "Garcia" not in str(told(tmp_path, as_csv(wrong)))
    roles = (
        "records officer|Jail records clerk|ERO supervisor, San Antonio|Data analyst|"
        "Statistical Tracking Unit"
    )
    for by in roles.split("|"):
        assert read(tmp_path, as_csv(line(by=by))) == [line(by=by)]


# Whole weeks. Those that look at the page's text run the notebook, the others do without.


def page_of(output, *parts) -> str:
    file = output.joinpath("site", "weeks", WEEK, *parts, "index.html")
    return " ".join(file.read_text(encoding="utf-8").split())


def figures_of(output, revision="") -> dict[str, int]:
    summary = output / "site" / "weeks" / WEEK / revision / "data" / "summary.json"
    return json.loads(summary.read_bytes())["figures"]


def lost(**overrides):
    return request(request_id="lost-request", **ASTRAY | overrides)


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """outputs/ with three revisions, the last two made with the notebook. r1: a request is held
    by E1. r2: the same from an extract of 91 days later. r3: it was decided to count."""
    folder = tmp_path_factory.mktemp("story")
    output, rows = folder / "outputs", [request(request_id="fine"), lost()]
    with pytest.MonkeyPatch.context() as patch:
        no_kernel(patch)
        assert job(output, "--extract", extract(folder / "extract", *rows)).code == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(notebooks, "execute", execute_here)
        later = extract(folder / "extract", *rows, as_of="2017-05-31")
        assert job(output, "--extract", later).code == 0
        listed = output / "runs" / WEEK / "r2" / "review.csv"
        file = decided(listed, "count", folder / "decisions.csv", reason="Their log has the person")
        assert "published r3" in job(output, "--extract", later, "--decisions", file).stdout
    return folder


@pytest.fixture
def continued(story, tmp_path, monkeypatch):
    """A copy of the story to go on with, without a kernel: its outputs/ and its extract."""
    no_kernel(monkeypatch)
    folder = shutil.copytree(story, tmp_path / "story")
    return folder / "outputs", folder / "extract"


@pytest.fixture(scope="module")
def story_of_four(story, tmp_path_factory):
    """The story with r4, in which one more request is held."""
    folder = shutil.copytree(story, tmp_path_factory.mktemp("four") / "story")
    extract(folder / "extract", request(request_id="fine"), lost(), moved(request_id="gone"))
    with without_kernel():
        done = job(folder / "outputs", "--extract", folder / "extract")
    assert "published r4" in done.stdout
    return folder


@pytest.fixture
def fourth(story_of_four, tmp_path, monkeypatch):
    """A copy of it to go on with: its outputs/, its extract, and r4's list."""
    no_kernel(monkeypatch)
    folder = shutil.copytree(story_of_four, tmp_path / "story")
    output = folder / "outputs"
    return output, folder / "extract", output / "runs" / WEEK / "r4" / "review.csv"


def test_a_held_request_is_listed_and_counted_under_its_check(story):
    output = story / "outputs"
    [listed] = review(output / "runs" / WEEK / "r1" / "review.csv")
    assert (listed["request_id"], listed["check"], listed["decision"]) == ("lost-request", "E1", "")
    data = output / "site" / "weeks" / WEEK / "r1" / "data"
    rows = {line["check"]: line["rows"] for line in review(data / "checks.csv")}
    assert rows["E1"] == "1"
    classes = {line["class"]: int(line["rows"]) for line in review(data / "reconciliation.csv")}
    assert classes["held_back"] == 1 and sum(classes.values()) == 2


def test_a_cleared_row_counts_in_the_next_revision_which_says_so(story):
    output = story / "outputs"
    assert [figures_of(output, f"r{n}")["declined_total"] for n in (1, 2, 3)] == [1, 1, 2]
    before, after = page_of(output, "r2"), page_of(output, "r3")
    assert "1 of these has been held back for more than 90 days" in before
    assert "held back for more than 90 days" not in after
    assert "1 flag of a check was looked at by a person and counted" in page_of(output)
    assert "decisions on requests held back" in before
    assert "was looked at by a person" not in before
    catalog = json.loads((output / "site" / "data" / "catalog.json").read_bytes())
    last = catalog["weeks"][WEEK][-1]
    assert (last["kind"], last["because"]) == ("revision", "decisions on requests held back")


def test_nothing_of_the_list_is_public(story):
    [line] = ledger(story / "outputs")
    assert line["decision"] == "count"
    private = [line["flag"], "lost-request", "Their log has the person", ROLE]
    for name, data in files_of(story / "outputs" / "site").items():
        found = [text for text in private if text.encode() in data]
        assert found == [], name


def test_the_same_decisions_again_change_nothing(continued):
    output, folder = continued
    before, words = files_of(output), ("--decisions", output.parent / "decisions.csv")
    again = job(output, "--extract", folder, *words, published_on="2017-08-01")
    assert (again.code, "unchanged r3" in again.stdout) == (0, True)
    assert files_of(output) == before


def test_a_decision_to_hold_publishes_nothing_new_and_one_taken_anew_does(fourth):
    output, folder, listed = fourth
    site = files_of(output / "site")
    held = decided(listed, "hold", folder / "hold.csv")
    done = job(output, "--extract", folder, "--decisions", held)
    assert (done.code, "unchanged r4" in done.stdout) == (0, True)
    assert files_of(output / "site") == site
    assert [each["decision"] for each in ledger(output)] == ["count", "hold"]

    back = decided(output.parent / "decisions.csv", "hold", folder / "back.csv")
    assert "published r5" in job(output, "--extract", folder, "--decisions", back).stdout
    assert figures_of(output)["held_back_requests"] == 1
    assert figures_of(output)["declined_total"] == 1


def test_decisions_survive_a_notebook_that_fails(fourth, tmp_path, monkeypatch):
    output, folder, listed = fourth
    site, file = files_of(output / "site"), decided(listed, "count", tmp_path / "d.csv")

    def fails(*_):
        return notebooks.Ran(failure="a cell failed", exit_code=5)

    with monkeypatch.context() as patch:
        patch.setattr(report, "run_task", fails)
        assert job(output, "--extract", folder, "--decisions", file).code == 5
    assert files_of(output / "site") == site
    assert [each["decision"] for each in ledger(output)] == ["count", "count"]
    assert "published r5" in job(output, "--extract", folder).stdout, "without the file"
    assert figures_of(output)["declined_total"] == 3


def test_a_draft_with_decisions_shows_them_and_records_nothing(fourth, tmp_path):
    output, folder, listed = fourth
    before, file = files_of(output), decided(listed, "count", tmp_path / "d.csv")
    draft = job(output, "--extract", folder, "--draft", "--json", "--decisions", file)
    told = json.loads(draft.stdout)
    assert (told["status"], told["figures"]["declined_total"]) == ("draft", 3)
    assert "declined_total: 2 -> 3" in told["messages"]
    after = files_of(output)
    assert {name: data for name, data in after.items() if "/draft/" not in name} == before


def test_decisions_that_need_mending_or_a_ledger_that_cannot_be_read_record_nothing(continued):
    output, folder = continued
    before, words = files_of(output), ("--extract", folder, "--json")
    file = decided(output.parent / "decisions.csv", "perhaps", output.parent / "d.csv")
    done = job(output, *words, "--decisions", file)
    assert (done.code, json.loads(done.stdout)["status"]) == (2, "failed")
    assert 'row 2, decision: seen "perhaps"' in done.stderr
    assert files_of(output) == before
    kept = output / "runs" / "ledger.csv"
    kept.write_bytes(kept.read_bytes().replace(b",", b";"))
    before, done = files_of(output), job(output, *words)
    assert (done.code, "ledger.csv cannot be read" in done.stderr) == (6, True)
    assert files_of(output) == before


@pytest.mark.slow
def test_a_week_that_was_decided_is_made_again_from_what_it_kept(story):
    """The decisions are among the inputs kept with a revision."""
    words = ["--output", str(story / "outputs"), "--set", f"published_on={PUBLISHED_ON}"]
    done = ran(lambda: cli.ddor(["verify", WEEK, *words]))
    assert done.code == 0 and "r3: matches what was published" in done.stdout, done


# A week under review


@pytest.fixture(scope="module")
def waiting(tmp_path_factory):
    """A week under review for E8, with a held row besides; what the job said of it."""
    folder = tmp_path_factory.mktemp("waiting")
    with pytest.MonkeyPatch.context() as patch:
        no_kernel(patch)
        extract(folder / "extract", *BULK, moved(request_id="gone"))
        done = job(folder / "outputs", "--extract", folder / "extract", "--json")
    return folder, done


@pytest.fixture
def week(waiting, tmp_path, monkeypatch):
    """A copy of it to decide about: its outputs/, its list, and run(arguments)."""
    no_kernel(monkeypatch)
    folder = shutil.copytree(waiting[0], tmp_path / "waiting")
    output = folder / "outputs"
    listed = output / "runs" / WEEK / "review.csv"
    return output, listed, lambda *words: job(output, "--extract", folder / "extract", *words)


def test_a_week_under_review_publishes_nothing_and_leaves_draft_and_list(waiting):
    folder, done = waiting
    runs = folder / "outputs" / "runs" / WEEK
    told = json.loads(done.stdout)
    assert (done.code, told["status"], told["revision"]) == (4, "held", None)
    assert told["page"] == str(runs / "draft" / "index.html")
    assert (runs / "draft" / "index.html").is_file()
    assert told["figures"]["declined_total"] == 12
    assert [line["check"] for line in review(runs / "review.csv")] == ["E8", "E2"]
    assert not (folder / "outputs" / "site").exists()
    assert not (runs / "r1").exists()
    assert [line["first_held"] for line in ledger(folder / "outputs")] == [AS_OF, AS_OF]
    for message in told["messages"]:
        assert message in done.stderr


def test_the_same_again_is_held_again_and_a_reason_is_needed_that_names_no_person(week):
    output, _, run = week
    before = files_of(output)
    assert run("--quiet").code == run("--force").code == 4
    for words in (["--accept-held"], ["--accept-held", "--reason", " "], ["--reason", "x"]):
        assert run(*words).code == 2
    named = "MARIA GARCIA|Told so by Sheriff Maria Garcia of Travis|call 512-555-0100"
    for reason in named.split("|"):
        done = run("--accept-held", "--reason", reason)
        assert (done.code, reason in done.stderr) == (2, False)
    assert files_of(output) == before


def test_a_week_whose_review_was_decided_is_published_with_its_held_rows_held(week, tmp_path):
    output, listed, run = week
    file = decided(listed, "count", tmp_path / "d.csv", only=lambda each: each["check"] == "E8")
    assert "published r1" in run("--decisions", file).stdout
    figures = figures_of(output)
    assert (figures["declined_total"], figures["held_back_total"]) == (12, 1)
    assert "although" not in page_of(output)
    assert "unchanged r1" in run().stdout


def test_a_review_decided_to_hold_keeps_the_week_waiting(week, tmp_path):
    output, listed, run = week
    assert run("--decisions", decided(listed, "hold", tmp_path / "d.csv")).code == 4
    assert {each["decision"] for each in review(listed)} == {"hold"}
    assert not (output / "site").exists()


def test_an_accepted_week_has_its_reason_and_its_rows_held_and_waits_again_for_other_data(week):
    output, _, run = week
    reason = "The jail <b>confirmed</b> its \u201cbacklog\u201d & the dates"
    assert "published r1" in run("--accept-held", "--reason", reason).stdout
    shown = "The jail &lt;b&gt;confirmed&lt;/b&gt; its \u201cbacklog\u201d &amp; the dates"
    for page in (page_of(output), page_of(output, "r1")):
        assert shown in page
    figures = figures_of(output)
    assert (figures["declined_total"], figures["held_back_total"]) == (12, 1)
    assert [line["decision"] for line in ledger(output)] == ["", ""], "it decides nothing"
    before = files_of(output)
    for words in ([], ["--accept-held", "--reason", "Other words"]):
        assert "unchanged r1" in run(*words).stdout
    assert files_of(output) == before
    site = files_of(output / "site")
    extract(output.parent / "extract", *BULK)
    assert run().code == 4
    assert files_of(output / "site") == site


def test_a_week_that_nobody_has_to_look_at_has_no_reason_for_it_on_its_page(tmp_path, monkeypatch):
    no_kernel(monkeypatch)
    folder = extract(tmp_path / "extract", request())
    done = job(tmp_path / "o", "--extract", folder, "--accept-held", "--reason", "In any case")
    assert done.code == 0
    assert "In any case" not in page_of(tmp_path / "o")


def test_a_week_that_waits_does_not_keep_other_weeks_from_being_published(tmp_path, monkeypatch):
    no_kernel(monkeypatch)
    extract(tmp_path / WEEK, *BULK)
    later = {"issued_at": "2017-02-19", "outcome_recorded_at": "2017-02-20"}
    extract(tmp_path / "2017-02-18", request(**later))
    done = job(tmp_path / "o", "2017-02-18", "--extract", tmp_path / "{week}", "--json")
    lines = [json.loads(text) for text in done.stdout.splitlines()]
    expected = [(WEEK, "held"), ("2017-02-18", "published")]
    assert [(each["week"], each["status"]) for each in lines] == expected
    assert done.code == 4


def test_decisions_are_about_one_week(tmp_path):
    file = tmp_path / "d.csv"
    file.write_text(as_csv(line()))
    done = job(tmp_path / "o", "2017-02-18", "--sample", "--decisions", file)
    assert (done.code, "one week" in done.stderr) == (2, True)
    assert not (tmp_path / "o").exists()


# The withdrawn report. The agencies of its errors, and checks of which one has to name each.

ERRORS = """
    E8    | Travis County Jail, TX (TX9RE001); Travis County State Jail, TX (TX9RE002)
    E1 E5 | Franklin County, IA (IA9RE002); Franklin County, NY (NY9RE002)
    E1 E5 | Franklin County, PA (PA9RE001); Montgomery County, IA (IA9RE001)
    E2    | Williamson County, TX (TX9RE003); Bastrop County, TX (TX9RE004)
    E3    | Chester County, PA (PA9RE002); Richmond County, NC (NC9RE001)
    E6    | Hennepin County, MN (MN9RE001)
"""


def test_the_withdrawn_report_would_not_have_been_published_and_its_errors_are_named(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(notebooks, "execute", execute_here)
    output = tmp_path / "outputs"
    done = job(output, "--sample", "--json", week="2017-01-28")
    told, runs = json.loads(done.stdout), output / "runs" / "2017-01-28"
    assert (done.code, told["status"], told["revision"]) == (4, "held", None)
    assert not (output / "site").exists()
    assert told["page"] == str(runs / "draft" / "index.html")
    draft = (runs / "draft" / "index.html").read_text(encoding="utf-8")
    assert "Draft, not published." in " ".join(draft.split())
    assert told["figures"]["held_back_total"] == 28

    said = done.stderr.splitlines()
    assert len(said) <= 20
    for checks, agencies in cases(ERRORS):
        for each in agencies.split("; "):
            naming = {line[:2] for line in said if each in line}
            assert naming & {*checks.split()}, f"{each} in {naming}"

    listed = review(runs / "review.csv")
    assert len(listed) == 28 + 6 == len({each["flag"] for each in listed})
    assert [each["check"] for each in listed if each["effect"] == "review"].count("E5") == 4
