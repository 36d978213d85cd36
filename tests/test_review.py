"""What a person has to look at: review.csv, the decisions read back, and a week that waits."""

import csv
import io
import json
import shutil

import openpyxl
import pandas as pd
import pytest
from conftest import PUBLISHED_ON
from extract_factory import WEEK, request
from frames import WEEK as THE_WEEK
from frames import agency, case_of, copies, counts_of, directory_of, inputs_of, status_of
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
    review,
)

import ddor.jobs.report
from ddor.cli import ddor as ddor_command
from ddor.errors import NeedsCorrection, NotebookFailed
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


def counts_and_flags(*rows, agencies=(), as_of=AS_OF):
    case = case_of(rows, agencies=agencies)
    counts = count_inputs(inputs_of(case))
    return counts, flags_of(counts, THE_WEEK)


def listed(*rows, agencies=(), ledger=None) -> list[dict[str, str]]:
    """The lines of review.csv of these requests. `ledger`: what it had before."""
    counts, flags = counts_and_flags(*rows, agencies=agencies)
    known = with_flags(no_ledger() if ledger is None else ledger, flags)
    table = directory_of(agencies).agencies
    return lines_of_review(review_list(counts, table, flags, known))


def earlier(**overrides) -> pd.DataFrame:
    """A ledger with one decided flag of the agency asked, of another week."""
    line = {
        "flag": "E2-0123456789ab",
        "week": "2016-01-02",
        "check": "E2",
        "subject": "old",
        "agency_id": "MN0270000",
        "why": "Moved.",
        "first_held": "2016-02-01",
        "decision": "hold",
        "reason": "Their log agrees",
        "by": ROLE,
        "decided_on": "2016-03-01",
    } | overrides
    return pd.DataFrame([line], columns=list(COLUMNS), dtype="str")


# The list


def test_the_list_has_a_line_for_each_flag_with_agencies_under_review_first():
    lines = listed(*BULK, request(request_id="x", **ASTRAY), moved(request_id="y"))
    assert [list(line) for line in lines] == [list(REVIEW_COLUMNS)] * 3
    assert [(line["check"], line["effect"], line["request_id"]) for line in lines] in (
        [("E8", "review", ""), ("E1", "hold", "x"), ("E2", "hold", "y")],
        [("E8", "review", ""), ("E2", "hold", "y"), ("E1", "hold", "x")],
    )
    for each in lines:
        assert (each["agency_id"], each["agency"], each["state"]) == (
            "MN0270000",
            "HENNEPIN COUNTY ADC",
            "MN",
        )
        assert each["held_since"] == AS_OF
        assert [each[name] for name in (*HEAD[1:], "earlier_decisions")] == [""] * 4
    assert "14 of 14 declines of agency MN0270000" in lines[0]["why"]
    assert len({line["flag"] for line in lines}) == 3


def test_the_list_opens_in_excel_as_it_was_written():
    counts, flags = counts_and_flags(moved(agency_name="JAIL, S\u00c3O \u201cOLD\u201d; NO. 2"))
    data = review_list(counts, directory_of().agencies, flags, with_flags(no_ledger(), flags))
    assert data.startswith(b"\xef\xbb\xbf"), "without it Excel takes UTF-8 for Windows-1252"
    assert data.count(b"\n") == data.count(b"\r\n") == 2
    assert lines_of_review(data)[0]["agency"] == "JAIL, S\u00c3O \u201cOLD\u201d; NO. 2"


@pytest.mark.parametrize("name", ["=HYPERLINK(A1)", "+1 JAIL", "-1+2", "@SUM(A1)", "\t=1"])
def test_a_name_that_reads_as_a_formula_stays_text(name):
    """A spreadsheet runs what begins so; openpyxl, which does as Excel does, types it formula."""
    [line] = listed(moved(agency_name=name))
    assert line["agency"] == f"'{name}"
    sheet = openpyxl.Workbook().active
    sheet.append(list(line.values()))
    assert {cell.data_type for cell in sheet[1] if cell.value} == {"s"}


def test_the_name_in_the_list_is_the_directorys_where_it_has_one():
    [line] = listed(moved(), agencies=[agency()])
    assert line["agency"] == "Hennepin County Jail"


def test_earlier_decisions_on_the_agency_stand_beside_a_flag_latest_first():
    both = pd.concat(
        [
            earlier(),
            earlier(
                flag="E7-0123456789ab",
                check="E7",
                decision="count",
                reason="Released on bond",
                decided_on="2016-05-01",
            ),
            earlier(flag="E2-000000000000", agency_id="TX2270000", reason="Another agency"),
            earlier(flag="E2-000000000001", decision="", reason="", by="", decided_on=""),
        ]
    )
    [line] = listed(moved(), ledger=both)
    assert line["earlier_decisions"] == (
        f"2016-05-01 E7 count ({ROLE}): Released on bond | "
        f"2016-03-01 E2 hold ({ROLE}): Their log agrees"
    )
    assert line["decision"] == ""


def test_a_decision_that_stands_is_filled_in_and_is_not_its_own_earlier_one():
    _, flags = counts_and_flags(moved())
    decision = pd.DataFrame(
        {"flag": flags["flag"], "decision": "hold", "reason": "Called", "by": ROLE}
    )
    known = with_decisions(with_flags(no_ledger(), flags), decision, "2017-03-05")
    [line] = listed(moved(), ledger=known)
    assert (line["decision"], line["reason"], line["by"]) == ("hold", "Called", ROLE)
    assert line["earlier_decisions"] == ""


def test_an_agency_under_review_is_not_held_since_another_weeks_review():
    """E8 was said of this agency a year ago; this week it is said for the first time."""
    label = flag_label("E8", "2016-01-02", "MN0270000", "Bulk.")
    old = earlier(flag=label, check="E8", subject="MN0270000", why="Bulk.", decision="count")
    [line] = listed(*BULK, ledger=old)
    assert line["held_since"] == AS_OF
    assert "2016-03-01 E8 count" in line["earlier_decisions"]


def test_a_list_of_nothing_is_its_head_alone():
    assert listed(request()) == []


def test_a_request_that_two_checks_stop_is_listed_once_and_again_for_the_second():
    """The county is astray (E1) and the level is federal (E4)."""
    rows = [request(**ASTRAY, agency_level="federal")]
    counts, flags = counts_and_flags(*rows)
    assert flags["check"].tolist() == ["E1"]
    inputs = inputs_of(case_of(rows))
    cleared = with_decisions(
        with_flags(no_ledger(), flags),
        pd.DataFrame({"flag": flags["flag"], "decision": "count", "reason": "x", "by": ROLE}),
        AS_OF,
    )
    inputs = type(inputs)(
        inputs.week,
        inputs.extract,
        inputs.directory,
        inputs.history,
        inputs.parameters,
        "",
        cleared,
    )
    again = flags_of(count_inputs(inputs), THE_WEEK)
    assert again["check"].tolist() == ["E4"]


# What is told of a week that waits


def test_a_few_lines_tell_of_many_agencies(tmp_path):
    places = [f"MN{at:07}" for at in range(20)]
    rows = [
        row
        for at, place in enumerate(places)
        for row in copies(10, f"{at}-", agency_id=place, issued_at="2016-12-01")
    ]
    rows += [moved(request_id=f"m{at}", agency_id=f"WI{at:07}") for at in range(6)]
    counts = counts_of(rows)
    told = review_lines(counts, directory_of().agencies, tmp_path)
    assert len(told) < 20
    assert sum(line.startswith("E8 ") for line in told) == MOST_LINES
    assert f"and {20 - MOST_LINES} more, in the list" in told
    [moves] = [line for line in told if line.startswith("E2: 6 held back at ")]
    assert moves.endswith("(WI0000003) and 2 more")


def test_an_agency_is_named_once_where_many_of_its_rows_are_held(tmp_path):
    counts = counts_of([moved(request_id=f"m{at}") for at in range(30)])
    told = review_lines(counts, directory_of().agencies, tmp_path)
    [moves] = [line for line in told if line.startswith("E2")]
    assert moves == "E2: 30 held back at HENNEPIN COUNTY ADC, MN (MN0270000)"


# The share of held rows


def share_reason(held, declined, most=0.25, **overrides) -> str:
    rows = copies(held + declined, "r", **overrides)
    holds = [(row["request_id"], "E2", "outcome") for row in rows[:held]]
    status = status_of(*rows, held=holds)
    return held_share_reason(status, most)


@pytest.mark.parametrize(
    ("held", "declined", "asks"),
    [
        (5, 15, False),  # 5 of 20 is a quarter, not more
        (6, 14, True),
        (6, 18, False),  # 6 of 24
        (7, 17, True),
        (6, 20, False),  # 6 of 26: the base has the held ones in it
        (9, 20, True),
        (19, 0, False),  # a base of 19
        (20, 0, True),
        (0, 20, False),
        (0, 0, False),
    ],
)
def test_a_week_with_more_than_a_quarter_of_its_declines_held_asks_for_a_review(
    held, declined, asks
):
    assert bool(share_reason(held, declined)) == asks


@pytest.mark.parametrize("most", [0.05, 0.1, 0.15, 0.3, 0.35, 0.55, 0.7, 0.95])
def test_a_share_that_equals_the_bound_does_not_ask(most):
    held = round(20 * most)
    assert share_reason(held, 20 - held, most) == ""
    assert share_reason(held + 1, 19 - held, most) != ""


def test_the_bounds_of_the_parameter_ask_always_and_never():
    assert share_reason(20, 0, 1) == ""
    assert share_reason(1, 19, 0) != ""


def test_the_share_is_told_with_its_numbers():
    assert share_reason(6, 14) == (
        "6 of 20 requests recorded as declined are held back by a check: 30.0 %, more than 25.0 %."
    )


@pytest.mark.parametrize(
    "other",
    [
        {"outcome": "honored", "decline_reason": ""},
        {"outcome_recorded_at": "2017-02-20"},
        {"outcome": "pending", "outcome_recorded_at": ""},
    ],
)
def test_held_rows_that_would_not_count_as_declined_are_not_in_the_share(other):
    assert share_reason(20, 0, **other) == ""


def test_rows_whose_request_is_in_doubt_are_in_the_share():
    rows = [*copies(6, "a", **ASTRAY), *copies(14, "b")]
    reasons = counts_of(rows).review
    assert reasons[["check", "agency_id", "rows"]].to_numpy().tolist() == [["", "", 6]]
    assert "6 of 20" in reasons["reason"].item()


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


def read(folder, content: str | bytes, known=None) -> list[tuple[str, ...]]:
    file = folder / "review.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    taken = read_decisions(file, KNOWN, no_ledger() if known is None else known)
    assert list(taken) == list(HEAD)
    return list(taken.itertuples(index=False, name=None))


def told(folder, content: str | bytes) -> list[str]:
    with pytest.raises(NeedsCorrection) as refused:
        read(folder, content)
    assert refused.value.exit_code == 2
    return [str(problem) for problem in refused.value.problems]


WORDS = "The jail\u2019s log, \u00a7 3; caf\u00e9"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_the_list_is_read_as_spreadsheet_programs_save_it(
    tmp_path, encoding, delimiter, end, quoting
):
    text = as_csv(line(reason=WORDS), line(TWO, ""), delimiter=delimiter, end=end, quoting=quoting)
    assert read(tmp_path, text.encode(encoding)) == [line(reason=WORDS)]


def test_the_list_is_read_with_the_line_ends_of_an_old_mac(tmp_path):
    """Excel still offers *CSV (Macintosh)*."""
    assert read(tmp_path, as_csv(line(), end="\r")) == [line()]


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04\x14\x00\r\x00\x08\x00\r\r\n\x00\xff",
        as_csv(line()).encode("utf-16"),
        b"",
        b"\x00" * 40,
    ],
    ids=["a workbook", "UTF-16", "empty", "zero bytes"],
)
def test_a_file_that_is_no_list_is_told_as_one_and_not_as_a_bug(tmp_path, content):
    assert "review.csv" in told(tmp_path, content)[0]


def test_columns_may_stand_in_any_order_with_others_between(tmp_path):
    head = ("by", "why", "reason", "flag", "agency", "decision")
    row = (ROLE, "Moved; away", "Called the jail", ONE, "Jail, old", "count")
    assert read(tmp_path, as_csv(row, head=head)) == [line()]


def test_case_and_spaces_around_a_decision_do_not_matter(tmp_path):
    text = as_csv(line(f" {ONE} ", " Count ", " Called the jail", f"{ROLE} "), line(TWO, "HOLD"))
    assert read(tmp_path, text) == [line(), line(TWO, "hold")]


def test_a_reason_may_have_several_lines(tmp_path):
    text = as_csv(line(reason="First\nsecond"), line(TWO, "perhaps"))
    assert read(tmp_path, as_csv(line(reason="First\nsecond"))) == [line(reason="First\nsecond")]
    assert [problem.partition(":")[0] for problem in told(tmp_path, text)] == [
        "review.csv row 3, decision"
    ]


def test_a_list_written_and_filled_in_is_read_back(tmp_path):
    counts, flags = counts_and_flags(moved(agency_name="=JAIL"), request(request_id="x", **ASTRAY))
    known = with_flags(no_ledger(), flags)
    file = tmp_path / "review.csv"
    file.write_bytes(review_list(counts, directory_of().agencies, flags, known))
    filled = decided(file, "hold", tmp_path / "filled.csv", only=lambda each: each["check"] == "E1")
    [label] = flags.loc[flags["check"] == "E1", "flag"]
    taken = read_decisions(filled, flags, no_ledger())
    assert taken.to_numpy().tolist() == [[label, "hold", "Called the jail", ROLE]]


def test_a_list_is_read_back_as_a_workbook_has_it(tmp_path):
    """Through openpyxl, as cells, and out again: what a spreadsheet would do."""
    counts, flags = counts_and_flags(moved(agency_name="=JAIL", request_id="0012"))
    data = review_list(counts, directory_of().agencies, flags, with_flags(no_ledger(), flags))
    book = openpyxl.Workbook()
    for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")):
        book.active.append(row)
    for name, text in zip("KLM", ("count", "Called", ROLE), strict=True):
        assert book.active[f"{name}1"].value in HEAD
        book.active[f"{name}2"] = text
    book.save(tmp_path / "list.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "list.xlsx").active
    cells = [["" if cell is None else cell for cell in row] for row in sheet.values]
    text = as_csv(*cells[1:], head=cells[0], delimiter=";")
    (tmp_path / "list.csv").write_text(text, encoding="utf-8")
    taken = read_decisions(tmp_path / "list.csv", flags, no_ledger())
    assert taken.to_numpy().tolist() == [[flags["flag"].item(), "count", "Called", ROLE]]


@pytest.mark.parametrize("reason", ["=HYPERLINK(A1)", "- not theirs", "+ 1 more"])
def test_a_reason_stays_the_same_through_list_after_list(tmp_path, reason):
    """A decision that stands is filled in with its reason, and read back with it."""
    counts, flags = counts_and_flags(moved())
    table = directory_of().agencies
    file = tmp_path / "review.csv"
    file.write_bytes(review_list(counts, table, flags, with_flags(no_ledger(), flags)))
    filled = decided(file, "hold", tmp_path / "filled.csv", reason=reason)
    first = with_decisions(
        with_flags(no_ledger(), flags), read_decisions(filled, flags, no_ledger()), AS_OF
    )
    file.write_bytes(review_list(counts, table, flags, first))
    second = with_decisions(first, read_decisions(file, flags, first), AS_OF)
    assert second["reason"].tolist() == first["reason"].tolist() == [reason]


def test_a_flag_that_only_the_ledger_knows_may_be_decided_anew(tmp_path):
    known = earlier()
    label = known["flag"].item()
    assert read(tmp_path, as_csv(line(label)), known) == [line(label)]


def test_the_same_line_twice_is_one_decision(tmp_path):
    assert read(tmp_path, as_csv(line(), line())) == [line()]


# What is wrong with it


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (
            [line(decision="maybe")],
            'review.csv row 2, decision: seen "maybe", expected count or hold; write one of them',
        ),
        (
            [line(reason=" ")],
            "review.csv row 2, reason: seen nothing, expected why, in words; fill it in",
        ),
        ([line(by="")], "review.csv row 2, by: seen nothing, expected a role; fill it in"),
        (
            [line(by="Maria Garcia")],
            "review.csv row 2, by: seen text that looks like a person's name (not shown), expected "
            "no name; write the role of the person who decided",
        ),
        (
            [line("E2-cccccccccccc")],
            'review.csv row 2, flag: seen "E2-cccccccccccc", expected a flag of this week; use the '
            "latest review.csv of the week",
        ),
        (
            [line(), line(decision="hold")],
            f'review.csv row 3, flag: seen another decision on "{ONE}", expected one; keep one '
            "line",
        ),
        (
            [line(decision="")],
            "review.csv, decision: seen no decision, expected at least one "
            "line with a decision; fill one in",
        ),
        (
            [],
            "review.csv, decision: seen no decision, expected at least one line with a decision; "
            "fill one in",
        ),
    ],
)
def test_a_problem_is_told_with_its_place_and_what_to_do(tmp_path, lines, problem):
    lines = [
        tuple("" if field == ROLE and not each[1] else field for field in each) for each in lines
    ]
    lines = [each if each[1] else (each[0], "", "", "") for each in lines]
    assert told(tmp_path, as_csv(*lines)) == [problem]


def test_every_problem_is_told_at_once(tmp_path):
    text = as_csv(
        line(decision="yes", by=""),
        line(TWO, reason="", by="GARCIA, MARIA"),
        line("E9-x", "hold", "Call 512-555-0100"),
        line(TWO, "hold"),
        line(decision=""),
    )
    found = told(tmp_path, text)
    places = [problem.partition(":")[0].removeprefix("review.csv ") for problem in found]
    assert [place for place in places if not place.startswith("row 6")] == [
        "row 2, decision",
        "row 2, by",
        "row 3, reason",
        "row 3, by",
        "row 4, reason",
        "row 4, flag",
        "row 5, flag",
    ]
    assert "MARIA" not in str(found) and "512-555" not in str(found)


def test_a_missing_file_and_missing_columns_are_told(tmp_path):
    with pytest.raises(NeedsCorrection, match="no such file or directory"):
        read_decisions(tmp_path / "none.csv", KNOWN, no_ledger())
    with pytest.raises(NeedsCorrection, match="is a directory"):
        read_decisions(tmp_path, KNOWN, no_ledger())
    [problem] = told(tmp_path, as_csv(("x", "count"), head=("label", "decision")))
    assert problem.startswith("review.csv row 1, flag, reason, by: seen no such column")


@pytest.mark.parametrize("blank", ["\r\n", ",,,\r\n"])
def test_a_row_is_numbered_as_the_spreadsheet_shows_it(tmp_path, blank):
    head, one, two = as_csv(line(), line(TWO, "perhaps")).splitlines(keepends=True)
    [problem] = told(tmp_path, head + one + blank + two)
    assert problem.startswith("review.csv row 4, decision")


@pytest.mark.parametrize(
    "by",
    [
        "analyst Maria Garcia",
        "Sheriff Maria Garcia",
        "GARCIA, MARIA",
        "Records officer (Maria Garcia)",
        "maria.garcia@example.org",
    ],
)
def test_a_person_named_with_a_role_is_refused(tmp_path, by):
    [problem] = told(tmp_path, as_csv(line(by=by)))
    assert problem.startswith("review.csv row 2, by") and "aria" not in problem


@pytest.mark.parametrize(
    "by",
    [
        "records officer",
        "Jail records clerk",
        "ERO supervisor, San Antonio",
        "Data analyst",
        "Statistical Tracking Unit",
    ],
)
def test_a_role_is_taken(tmp_path, by):
    assert read(tmp_path, as_csv(line(by=by))) == [line(by=by)]


def test_a_name_in_the_wrong_column_is_not_shown(tmp_path):
    """What looks like a person's name stands in no message (identifiers.py)."""
    for wrong in (line(decision="Maria Garcia"), line(flag="Maria Garcia")):
        assert "Garcia" not in str(told(tmp_path, as_csv(wrong)))


# Whole weeks. Those that look at the page's text run the notebook, the others do without.


def page_of(output, *parts) -> str:
    file = output.joinpath("site", "weeks", WEEK, *parts, "index.html")
    return " ".join(file.read_text(encoding="utf-8").split())


def figures_of(output, week=WEEK) -> dict[str, int]:
    summary = output / "site" / "weeks" / week / "data" / "summary.json"
    return json.loads(summary.read_bytes())["figures"]


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """outputs/ with three revisions, the last two made with the notebook. r1: a request is held
    by E1. r2: the same from an extract of 91 days later. r3: it was decided to count."""
    folder = tmp_path_factory.mktemp("story")
    output, rows = folder / "outputs", [request(request_id="fine"), lost()]
    with pytest.MonkeyPatch.context() as patch:
        no_kernel(patch)
        assert job(output, "--extract", extract(folder / "extract", *rows)).code == 0
    later = extract(folder / "extract", *rows, as_of="2017-05-31")
    assert job(output, "--extract", later).code == 0
    listed = output / "runs" / WEEK / "r2" / "review.csv"
    file = decided(listed, "count", folder / "decisions.csv", reason="Their log has the person")
    done = job(output, "--extract", later, "--decisions", file)
    assert "published r3" in done.stdout
    return folder


def lost(**overrides):
    return request(request_id="lost-request", **ASTRAY | overrides)


@pytest.fixture
def continued(story, tmp_path, monkeypatch):
    """A copy of the story to go on with, without a kernel."""
    no_kernel(monkeypatch)
    return shutil.copytree(story, tmp_path / "story")


def test_a_held_request_is_listed_and_counted_under_its_check(story):
    output = story / "outputs"
    [listed] = review(output / "runs" / WEEK / "r1" / "review.csv")
    assert (listed["request_id"], listed["check"], listed["decision"]) == ("lost-request", "E1", "")
    data = output / "site" / "weeks" / WEEK / "r1" / "data"
    with open(data / "checks.csv", encoding="utf-8-sig", newline="") as file:
        rows = {each["check"]: each["rows"] for each in csv.DictReader(file)}
    assert rows["E1"] == "1"
    with open(data / "reconciliation.csv", encoding="utf-8-sig", newline="") as file:
        classes = {each["class"]: int(each["rows"]) for each in csv.DictReader(file)}
    assert classes["held_back"] == 1 and sum(classes.values()) == 2


def test_the_page_says_how_many_are_held_for_more_than_90_days(story):
    output = story / "outputs"
    assert "1 of these has been held back for more than 90 days" in page_of(output, "r2")
    assert "held back for more than 90 days" not in page_of(output, "r3")


def test_a_cleared_row_counts_in_the_next_revision_which_says_so(story):
    output = story / "outputs"
    declined = [
        json.loads((output / f"site/weeks/{WEEK}/r{n}/data/summary.json").read_bytes())["figures"][
            "declined_total"
        ]
        for n in (1, 2, 3)
    ]
    assert declined == [1, 1, 2]
    assert "1 flag of a check was looked at by a person and counted" in page_of(output)
    assert "decisions on requests held back" in page_of(output, "r2")
    assert "was looked at by a person" not in page_of(output, "r2")
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
    output, before = continued / "outputs", files_of(continued / "outputs")
    again = job(
        output,
        "--extract",
        continued / "extract",
        "--decisions",
        continued / "decisions.csv",
        published_on="2017-08-01",
    )
    assert (again.code, "unchanged r3" in again.stdout) == (0, True)
    after = files_of(output)
    assert [name for name in before if before[name] != after.get(name)] == []
    assert after.keys() == before.keys()


def test_a_cleared_row_that_changes_is_held_again_and_a_new_decision_is_needed(continued):
    output = continued / "outputs"
    folder = extract(continued / "extract", request(request_id="fine"), lost(county_fips="48453"))
    assert "published r4" in job(output, "--extract", folder).stdout
    assert figures_of(output)["held_back_requests"] == 1
    [listed] = review(output / "runs" / WEEK / "r4" / "review.csv")
    assert listed["decision"] == ""
    assert "E1 count" in listed["earlier_decisions"]
    assert len(ledger(output)) == 2


def test_a_decision_to_hold_publishes_nothing_new_and_one_taken_anew_does(continued):
    output, folder = continued / "outputs", continued / "extract"
    rows = [request(request_id="fine"), lost(), moved(request_id="gone")]
    extract(folder, *rows)
    assert "published r4" in job(output, "--extract", folder).stdout
    site = files_of(output / "site")
    listed = output / "runs" / WEEK / "r4" / "review.csv"
    held = decided(listed, "hold", continued / "hold.csv")
    done = job(output, "--extract", folder, "--decisions", held)
    assert (done.code, "unchanged r4" in done.stdout) == (0, True)
    assert files_of(output / "site") == site
    assert [each["decision"] for each in ledger(output)] == ["count", "hold"]

    back = decided(continued / "decisions.csv", "hold", continued / "back.csv")
    assert "published r5" in job(output, "--extract", folder, "--decisions", back).stdout
    assert figures_of(output)["held_back_requests"] == 1
    assert figures_of(output)["declined_total"] == 1


def test_decisions_survive_a_notebook_that_fails(continued, monkeypatch):
    output = continued / "outputs"
    folder = extract(
        continued / "extract", request(request_id="fine"), lost(), moved(request_id="gone")
    )
    assert job(output, "--extract", folder).code == 0
    site = files_of(output / "site")
    file = decided(output / "runs" / WEEK / "r4" / "review.csv", "count", continued / "d.csv")

    def fails(*_):
        raise NotebookFailed("a cell failed")

    with monkeypatch.context() as patch:
        patch.setattr(ddor.jobs.report, "run_notebook", fails)
        assert job(output, "--extract", folder, "--decisions", file).code == 5
    assert files_of(output / "site") == site
    assert [each["decision"] for each in ledger(output)] == ["count", "count"]
    assert "published r5" in job(output, "--extract", folder).stdout, "without the file"
    assert figures_of(output)["declined_total"] == 3


def test_a_draft_with_decisions_shows_them_and_records_nothing(continued):
    output = continued / "outputs"
    folder = extract(
        continued / "extract", request(request_id="fine"), lost(), moved(request_id="gone")
    )
    assert job(output, "--extract", folder).code == 0
    before = files_of(output)
    file = decided(output / "runs" / WEEK / "r4" / "review.csv", "count", continued / "d.csv")
    draft = job(output, "--extract", folder, "--draft", "--json", "--decisions", file)
    told = json.loads(draft.stdout)
    assert (told["status"], told["figures"]["declined_total"]) == ("draft", 3)
    assert "declined_total: 2 -> 3" in told["messages"]
    after = files_of(output)
    assert {name: data for name, data in after.items() if "/draft/" not in name} == before


def test_decisions_that_need_mending_record_nothing(continued):
    output, before = continued / "outputs", files_of(continued / "outputs")
    file = decided(continued / "decisions.csv", "perhaps", continued / "d.csv")
    done = job(output, "--extract", continued / "extract", "--decisions", file, "--json")
    assert done.code == 2
    assert json.loads(done.stdout)["status"] == "failed"
    assert 'row 2, decision: seen "perhaps"' in done.stderr
    assert files_of(output) == before


def test_a_ledger_that_cannot_be_read_stops_the_week(continued):
    output = continued / "outputs"
    file = output / "runs" / "ledger.csv"
    file.write_text(file.read_text(encoding="utf-8").replace(",", ";"), encoding="utf-8")
    before = files_of(output)
    done = job(output, "--extract", continued / "extract")
    assert (done.code, "ledger.csv cannot be read" in done.stderr) == (6, True)
    assert files_of(output) == before


# A week under review


@pytest.fixture(scope="module")
def waiting(tmp_path_factory):
    """A week under review for E8, with a held row besides; what the job said of it."""
    folder = tmp_path_factory.mktemp("waiting")
    with pytest.MonkeyPatch.context() as patch:
        no_kernel(patch)
        extract(folder / "extract", *BULK, moved(request_id="gone"))
        ran = job(folder / "outputs", "--extract", folder / "extract", "--json")
    return folder, ran


@pytest.fixture
def week(waiting, tmp_path, monkeypatch):
    """A copy of it, to decide about: list(arguments) -> what the job said."""
    no_kernel(monkeypatch)
    folder = shutil.copytree(waiting[0], tmp_path / "waiting")
    return folder, lambda *arguments: job(
        folder / "outputs", "--extract", folder / "extract", *arguments
    )


def test_a_week_under_review_publishes_nothing_and_leaves_draft_and_list(waiting):
    folder, ran = waiting
    runs = folder / "outputs" / "runs" / WEEK
    told = json.loads(ran.stdout)
    assert (ran.code, told["status"], told["revision"]) == (4, "held", None)
    assert told["page"] == str(runs / "draft" / "index.html")
    assert (runs / "draft" / "index.html").is_file()
    assert told["figures"]["declined_total"] == 12
    assert [line["check"] for line in review(runs / "review.csv")] == ["E8", "E2"]
    assert not (folder / "outputs" / "site").exists()
    assert not (runs / "r1").exists()
    assert [line["first_held"] for line in ledger(folder / "outputs")] == [AS_OF, AS_OF]
    for message in told["messages"]:
        assert message in ran.stderr


def test_the_same_again_is_held_again_and_changes_nothing(week):
    folder, run = week
    before = files_of(folder / "outputs")
    assert run("--quiet").code == 4
    assert run("--force").code == 4
    assert files_of(folder / "outputs") == before


def test_a_week_whose_review_was_decided_is_published_with_its_held_rows_held(week):
    folder, run = week
    listed = folder / "outputs" / "runs" / WEEK / "review.csv"
    file = decided(listed, "count", folder / "d.csv", only=lambda each: each["check"] == "E8")
    assert "published r1" in run("--decisions", file).stdout
    figures = figures_of(folder / "outputs")
    assert (figures["declined_total"], figures["held_back_total"]) == (12, 1)
    assert "although" not in page_of(folder / "outputs")
    assert "unchanged r1" in run().stdout


def test_a_review_decided_to_hold_keeps_the_week_waiting(week):
    folder, run = week
    listed = folder / "outputs" / "runs" / WEEK / "review.csv"
    file = decided(listed, "hold", folder / "d.csv")
    assert run("--decisions", file).code == 4
    assert {each["decision"] for each in review(listed)} == {"hold"}
    assert not (folder / "outputs" / "site").exists()


def test_a_volume_that_grows_after_its_decision_waits_again(week):
    folder, run = week
    listed = folder / "outputs" / "runs" / WEEK / "review.csv"
    run("--decisions", decided(listed, "count", folder / "d.csv"))
    extract(folder / "extract", *BULK, request(request_id="new", issued_at="2016-12-01"))
    site = files_of(folder / "outputs" / "site")
    assert run().code == 4
    assert files_of(folder / "outputs" / "site") == site
    [line] = review(listed)
    assert (line["decision"], "E8 count" in line["earlier_decisions"]) == ("", True)


def test_accepting_a_week_needs_a_reason(week):
    folder, run = week
    before = files_of(folder / "outputs")
    for arguments in (["--accept-held"], ["--accept-held", "--reason", " "], ["--reason", "x"]):
        assert run(*arguments).code == 2
    assert files_of(folder / "outputs") == before


@pytest.mark.parametrize(
    "reason", ["MARIA GARCIA", "Told so by Sheriff Maria Garcia of Travis", "call 512-555-0100"]
)
def test_a_reason_that_names_a_person_is_refused(week, reason):
    """It is published as it stands."""
    folder, run = week
    done = run("--accept-held", "--reason", reason)
    assert (done.code, reason in done.stderr) == (2, False)
    assert not (folder / "outputs" / "site").exists()


def test_an_accepted_week_is_published_with_the_reason_and_its_held_rows_held(week):
    folder, run = week
    reason = "The jail <b>confirmed</b> its \u201cbacklog\u201d & the dates"
    assert "published r1" in run("--accept-held", "--reason", reason).stdout
    output = folder / "outputs"
    shown = "The jail &lt;b&gt;confirmed&lt;/b&gt; its \u201cbacklog\u201d &amp; the dates"
    for page in (page_of(output), page_of(output, "r1")):
        assert shown in page
    figures = figures_of(output)
    assert (figures["declined_total"], figures["held_back_total"]) == (12, 1)
    assert [line["decision"] for line in ledger(output)] == ["", ""], "it decides nothing"
    before = files_of(output)
    for arguments in ([], ["--accept-held", "--reason", "Other words"]):
        assert "unchanged r1" in run(*arguments).stdout
    assert files_of(output) == before


def test_an_accepted_week_waits_again_when_its_data_changes(week):
    folder, run = week
    assert run("--accept-held", "--reason", "The dates are right").code == 0
    site = files_of(folder / "outputs" / "site")
    extract(folder / "extract", *BULK)
    assert run().code == 4
    assert files_of(folder / "outputs" / "site") == site


def test_a_week_that_nobody_has_to_look_at_has_no_reason_for_it_on_its_page(tmp_path, monkeypatch):
    no_kernel(monkeypatch)
    folder = extract(tmp_path / "extract", request())
    done = job(tmp_path / "o", "--extract", folder, "--accept-held", "--reason", "In any case")
    assert done.code == 0
    assert "In any case" not in page_of(tmp_path / "o")


def test_max_held_back_share_is_a_parameter(tmp_path, monkeypatch):
    no_kernel(monkeypatch)
    rows = [request(request_id=f"r{at}", issued_at="2017-02-11") for at in range(15)]
    rows += [moved(request_id=f"m{at}", agency_id=f"MN{at:07}") for at in range(5)]
    folder = extract(tmp_path / "extract", *rows)
    output = tmp_path / "outputs"
    strict = job(output, "--extract", folder, "--set", "max_held_back_share=0.24")
    assert strict.code == 4
    assert "5 of 20 requests recorded as declined are held back by a check: 25.0 %" in strict.stderr
    assert job(output, "--extract", folder).code == 0


def test_a_week_that_waits_does_not_keep_other_weeks_from_being_published(tmp_path, monkeypatch):
    no_kernel(monkeypatch)
    extract(tmp_path / WEEK, *BULK)
    extract(
        tmp_path / "2017-02-18", request(issued_at="2017-02-19", outcome_recorded_at="2017-02-20")
    )
    done = job(tmp_path / "o", "2017-02-18", "--extract", tmp_path / "{week}", "--json")
    lines = [json.loads(text) for text in done.stdout.splitlines()]
    assert [(each["week"], each["status"]) for each in lines] == [
        (WEEK, "held"),
        ("2017-02-18", "published"),
    ]
    assert done.code == 4


def test_decisions_are_about_one_week(tmp_path):
    file = tmp_path / "d.csv"
    file.write_text(as_csv(line()))
    done = job(tmp_path / "o", "2017-02-18", "--sample", "--decisions", file)
    assert (done.code, "one week" in done.stderr) == (2, True)
    assert not (tmp_path / "o").exists()


# The withdrawn report

WITHDRAWN = "2017-01-28"


@pytest.fixture(scope="module")
def reenacted(tmp_path_factory):
    output = tmp_path_factory.mktemp("reenacted") / "outputs"
    return output, job(output, "--sample", "--json", week=WITHDRAWN)


def test_the_withdrawn_report_would_not_have_been_published(reenacted):
    output, ran = reenacted
    told = json.loads(ran.stdout)
    runs = output / "runs" / WITHDRAWN
    assert (ran.code, told["status"], told["revision"]) == (4, "held", None)
    assert not (output / "site").exists()
    assert told["page"] == str(runs / "draft" / "index.html")
    draft = (runs / "draft" / "index.html").read_text(encoding="utf-8")
    assert "Draft, not published." in " ".join(draft.split())
    assert told["figures"]["held_back_total"] == 28


@pytest.mark.parametrize(
    ("agency", "checks"),
    [
        ("Travis County Jail, TX (TX9RE001)", {"E8"}),
        ("Travis County State Jail, TX (TX9RE002)", {"E8"}),
        ("Franklin County, IA (IA9RE002)", {"E1", "E5"}),
        ("Franklin County, NY (NY9RE002)", {"E1", "E5"}),
        ("Franklin County, PA (PA9RE001)", {"E1", "E5"}),
        ("Montgomery County, IA (IA9RE001)", {"E1", "E5"}),
        ("Williamson County, TX (TX9RE003)", {"E2"}),
        ("Bastrop County, TX (TX9RE004)", {"E2"}),
        ("Chester County, PA (PA9RE002)", {"E3"}),
        ("Richmond County, NC (NC9RE001)", {"E3"}),
        ("Hennepin County, MN (MN9RE001)", {"E6"}),
    ],
)
def test_its_errors_are_named_in_a_few_lines(reenacted, agency, checks):
    lines = reenacted[1].stderr.splitlines()
    assert len(lines) <= 20
    naming = {each[:2] for each in lines if agency in each}
    assert naming & checks, f"{agency} in {naming}"


def test_its_list_has_the_flags_of_every_check_that_stopped_it(reenacted):
    lines = review(reenacted[0] / "runs" / WITHDRAWN / "review.csv")
    of_check = {}
    for each in lines:
        of_check.setdefault(each["check"], set()).add(each["agency_id"])
    assert of_check["E8"] == {"TX9RE001", "TX9RE002"}
    assert of_check["E5"] == {"IA9RE001", "IA9RE002", "NY9RE002", "PA9RE001"}
    assert len(lines) == 28 + 6 == len({each["flag"] for each in lines})


@pytest.mark.slow
def test_it_is_published_once_every_review_is_decided(reenacted, tmp_path, monkeypatch):
    no_kernel(monkeypatch)
    output = shutil.copytree(reenacted[0], tmp_path / "outputs")
    file = decided(
        output / "runs" / WITHDRAWN / "review.csv",
        "count",
        tmp_path / "d.csv",
        only=lambda each: each["effect"] == "review",
    )
    done = job(output, "--sample", "--decisions", file, week=WITHDRAWN)
    assert "published r1" in done.stdout
    assert figures_of(output, WITHDRAWN)["held_back_total"] == 28


@pytest.mark.slow
def test_a_week_that_was_decided_is_made_again_from_what_it_kept(story, capsys):
    """The decisions are among the inputs kept with a revision."""
    with pytest.raises(SystemExit) as ended:
        ddor_command(
            [
                "verify",
                WEEK,
                "--output",
                str(story / "outputs"),
                "--set",
                f"published_on={PUBLISHED_ON}",
            ]
        )
    assert ended.value.code == 0, capsys.readouterr().err
    assert "r3: matches what was published" in capsys.readouterr().out
