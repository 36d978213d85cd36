"""Every published figure has its rows, as many as it says; and an agency's workbook tells no more
than what a clerk needs to find them."""

import dataclasses
import functools
import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from conftest import PROJECT, SAMPLE_WEEKS, cases
from extract_factory import charge, request
from frames import WEEK, case_of, counted, inputs_of, nation_of, numbered
from weekly_runs import Killed, die_after_replacing, files_of

from ddor.archive.publish import opened
from ddor.calendar import Week
from ddor.checks.check import CheckedWeek, Finding
from ddor.checks.registry import CHECKS
from ddor.cli import ddor as command
from ddor.errors import UsageError
from ddor.extract.read import read_extract
from ddor.inputs import save_inputs
from ddor.jobs.rows import COLUMNS, RowsFile, write_rows
from ddor.maintained.directory import read_directory
from ddor.measures.people import ALL, UNLISTED, with_charges
from ddor.measures.people import CHARGES as OF_CHARGES
from ddor.measures.status import CLASSES
from ddor.measures.trace import known_figures, rows_behind
from ddor.published.history import no_history
from ddor.published.ledger import read_labels
from ddor.reference.figures import IDENTITY, ISSUED_COLUMNS, TABLE_COLUMNS, WEEKLY_FIGURES

EARLIER = "2017-01-05T08:00"
PENDING = {"outcome": "pending", "outcome_recorded_at": ""}
TRAVIS = {"agency_id": "TX2270000", "agency_name": "TRAVIS CO JAIL", "state": "TX"}
TRAVIS |= {"county_fips": "48453", "area": "San Antonio"}
# Every class, form and outcome; r12 to r14 are held back, the first by E1 in any version.
ROWS = numbered(
    request(notice_at="2017-02-13T12:00"),
    request(form="I-247N", released_at="", issued_at=EARLIER),
    request(form="I-247X", decline_reason="law_or_court", **TRAVIS),
    request(notice_at="2017-02-10", release_due_at="2017-02-13T23:00"),
    request(outcome="honored", outcome_recorded_at="2017-02-15T14:00:30"),
    request(outcome="honored", issued_at=EARLIER, **TRAVIS),
    request(**PENDING),
    request(outcome="withdrawn"),
    request(outcome="superseded", **TRAVIS),
    request(outcome="left_custody", form="I-247G"),
    request(outcome_recorded_at="2017-02-18"),
    request(issued_at=EARLIER, **PENDING),
    request(state="WI"),
    request(agency_name="held for its outcome"),
    request(agency_name="held for the request", **PENDING),
)
# request_id, offense and disposition, each
DISPOSITIONS = """r0 1399 charged, r0 1399 convicted, r0 3599 unknown, r1 1399 charged,
    r1 3599 dismissed, r2 2399 acquitted, r3 9999 convicted, r4 1399 convicted"""
CHARGES = [
    charge(request_id=request_id, charge_no=str(number), ncic_code=code, disposition=disposition)
    for number, each in enumerate(DISPOSITIONS.split(","), start=1)
    for request_id, code, disposition in [each.split()]
]


def invented(id: str, effect: str, doubts: str, name: str = ""):
    """A check that stops the rows of this agency_name; with none it is E1 under another id."""

    def assess(rows, case) -> Finding:
        found = rows.loc[rows["agency_name"] == name, "request_id"]
        return Finding(len(rows), pd.Series("It looks wrong.", index=found, dtype="str"))

    kind = {"id": id, "effect": effect, "doubts": doubts}
    return dataclasses.replace(CHECKS[0], **kind, assess=assess if name else CHECKS[0].assess)


OTHER_CHECKS = (
    CHECKS[0],
    invented("X1", "hold", "request", "held for the request"),
    invented("X2", "hold", "outcome", "held for its outcome"),
)


@dataclasses.dataclass
class Counted:
    """A week, the checks that were run, and what the job counts."""

    case: CheckedWeek
    checks: tuple = CHECKS

    def __post_init__(self):
        self.counts = counted(self.case, self.checks)

    def rows(self, figure: str, agency_id: str | None = None) -> pd.DataFrame:
        """The rows behind it, which are rows of status as they stand there."""
        status, charges = self.counts.status, self.case.extract.charges
        shown = self.counts.shown
        rows = rows_behind(status, charges, figure, agency_id, shown, self.checks)
        assert list(rows) == list(status)
        assert rows.index.is_unique and rows.index.is_monotonic_increasing
        assert rows.index.isin(status.index).all()
        return rows


def case_of_sample(first_day: str) -> CheckedWeek:
    extract = read_extract(str(PROJECT / "samples" / first_day), Week.parse(first_day))
    tables = (PROJECT / "params" / f"{name}.csv" for name in ("agencies", "policies", "coverage"))
    directory = read_directory(*tables)
    return CheckedWeek(extract, Week.parse(first_day), directory, no_history(), "recorded")


@pytest.fixture(scope="module", params=[SAMPLE_WEEKS[-1], "recorded", "issued", "other checks"])
def week(request) -> Counted:
    if request.param in SAMPLE_WEEKS:
        return Counted(case_of_sample(request.param))
    if request.param == "other checks":
        return Counted(case_of(ROWS, CHARGES), OTHER_CHECKS)
    return Counted(case_of(ROWS, CHARGES, cohort=request.param))


# The rows behind a figure


def test_every_figure_that_counts_requests_has_as_many_rows_as_it_says(week):
    figures = week.counts.figures | with_charges(nation_of(week.counts, OF_CHARGES))
    for distinct in ("agencies_declining", "states_declining"):
        figures[distinct] = figures["declined_total"]
    assert {name: len(week.rows(name)) for name in figures} == figures
    assert figures["declined_total"] > 0


def test_each_agency_has_as_many_rows_as_the_two_tables_say(week):
    whole = {"issued": "issued_total", "declined": "declined_total", "honored": "honored_total"}
    for section, names in (("issued", {"issued": "issued_total"}), ("declined", whole)):
        table = getattr(week.counts, f"{section}_by_agency").drop(columns=[*IDENTITY[1:]])
        for agency_id, *line in table.head(12).itertuples(index=False):
            for column, number in zip(table.columns[1:], line, strict=True):
                rows = week.rows(names.get(column, f"{section}_{column}"), agency_id)
                assert len(rows) == number, (agency_id, section, column)
                assert set(rows["agency_id"]) <= {agency_id}


def test_classes_checks_and_offenses_have_as_many_rows_as_their_tables_say(week):
    counts = week.counts
    classes = {line["class"]: line["rows"] for line in counts.reconciliation.to_dict("records")}
    assert {name: len(week.rows(f"class:{name}")) for name in CLASSES} == classes
    for line in counts.checks[counts.checks["effect"] == "hold"].to_dict("records"):
        assert len(week.rows(line["check"])) == line["rows"], line["check"]
    lines = [line for line in nation_of(counts, OF_CHARGES) if line.branch and line.leaf != "other"]
    for line in lines:
        name = f"group:{line.leaf}" if line.leaf else f"category:{line.branch}"
        part = "" if line.standing == ALL else f":{line.standing}"
        assert len(week.rows(name + part)) == line.requests, line
    assert any(line.requests for line in lines)


def test_the_known_figures_are_those_of_the_report_and_the_lines_of_its_tables():
    known = [*known_figures(OTHER_CHECKS)]
    figures = small().counts.figures
    assert set(known[: len(figures)]) == set(figures)
    others = "E1 X1 X2 class:withdrawn group:35 category:drugs category:drugs:convicted"
    assert {*others.split(), "category:drugs:charged_only", f"group:{UNLISTED}"} <= {*known}
    assert "group:35:convicted" not in known  # a group is not told apart
    assert len(known) == len(set(known))
    columns = {figure.column for figure in WEEKLY_FIGURES.values()}
    assert columns >= set(ISSUED_COLUMNS + TABLE_COLUMNS["declined_by_agency"]) - set(IDENTITY)
    assert WEEKLY_FIGURES.keys() <= set(known)


def test_a_check_of_policies_has_no_rows_and_one_of_volumes_those_of_the_agencies_it_names():
    checks = (CHECKS[0], invented("V", "review", "volume"), invented("W", "show", "policy"))
    known = known_figures(checks)
    assert "V" in known and "W" not in known
    assert Counted(case_of(ROWS), checks).rows("V")["request_id"].tolist() == ["r12"]


@functools.cache
def small() -> Counted:
    return Counted(case_of(ROWS, CHARGES), OTHER_CHECKS)


@pytest.mark.parametrize(
    ("figure", "agency_id", "picked"),
    cases(f"""
        declined_insufficient_notice   |           | r0
        states_declining               |           | r0 r1 r2 r3
        class:issued_outcome_another_week |        | r10
        held_back_requests             |           | r12 r14
        X2                             |           | r13
        honored_total                  | TX2270000 | r5
        declined_notifications         | TX2270000 |
        pending                        | MN0270000 | r6
        issued                         | TX2270000 | r2 r8
        group:13                       |           | r0 r1
        group:23                       |           |
        group:{UNLISTED}               |           | r3
        category:persons               |           | r0 r1
        category:persons:convicted     |           | r0
        category:persons:charged_only  |           | r1
        category:drugs:charged_only    |           | r0
        declined_with_conviction       |           | r0 r3
        declined_with_charges          |           | r0 r1 r2 r3
    """),
)
def test_the_rows_are_those_one_would_pick_by_hand(figure, agency_id, picked):
    """Requests and not charges: r0 is convicted of another category than drugs. With an agency also
    by a column that only one table has."""
    assert sorted(small().rows(figure, agency_id or None)["request_id"]) == picked.split()


@pytest.mark.parametrize(
    ("figure", "agency_id", "words"),
    cases("""
        group:13               | MN0270000 | charged with
        declined_with_charges  | MN0270000 | charged with
        detainers   | MN0270000 | did you mean issued_detainers or declined_detainers?
        honored     | MN0270000 | did you mean issued_honored or honored_total?
        pending                |           | did you mean issued_pending?
        declined_totl          |           | "declined_totl" is not .* declined_total
        category:drugs:convict |           | did you mean .*category:drugs:convicted
        nonsense               |           | "nonsense" is not the name of .*docs/trace.md
        issued_total           | MN0270001 | to an agency "MN0270001"; did you mean MN0270000?
        issued_total           | nobody    | to an agency "nobody"; check its agency_id
    """),
)
def test_a_name_is_refused_with_the_reason_or_the_nearest_known_ones(figure, agency_id, words):
    """Charges of one agency's people; a column that both tables have, or without an agency; a
    figure or an agency that is not known."""
    with pytest.raises(UsageError, match=words.replace("?", r"\?")):
        small().rows(figure, agency_id or None)


# The workbook


def kept_run(output: Path, *rows, revision=1, **case) -> Path:
    """outputs/ in which a revision of the week was published, as far as its rows need it."""
    inputs = inputs_of(case_of(rows or ROWS, CHARGES, **case))
    save_inputs(inputs, output / "runs" / str(WEEK) / f"r{revision}")
    return output


def write(output: Path, figure="received_total", agency_id=None) -> RowsFile:
    return write_rows(output, WEEK, figure, agency_id)


def test_the_command_says_one_row_as_one(tmp_path, capsys):
    kept_run(tmp_path, *numbered(request(), request(protected="true")))
    with pytest.raises(SystemExit, match="^0$"):
        command(["rows", str(WEEK), "--figure", "declined_total", "--output", str(tmp_path)])
    said = ".xlsx: 1 row; 1 row of protected people left out\n"
    assert capsys.readouterr().out.endswith(said)


def cells(path: Path, sheet="rows") -> list[tuple]:
    return list(openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True))


def lines(path: Path) -> list[dict]:
    head, *rows = cells(path)
    return [dict(zip(head, row, strict=True)) for row in rows]


def about(path: Path) -> dict[str, str]:
    return dict(cells(path, "about"))


def test_the_workbook_is_of_the_latest_revision_and_says_what_it_is(tmp_path):
    kept_run(tmp_path, revision=9)
    kept_run(tmp_path, revision=10, synthetic=True)
    written = write(tmp_path, "declined_total", "MN0270000")
    assert written.path == tmp_path / f"runs/{WEEK}/rows/F1-declined_total-MN0270000.xlsx"
    head, *rows = cells(written.path)
    assert head == COLUMNS
    table = counted(case_of(ROWS, CHARGES)).declined_by_agency.set_index("agency_id")
    assert written.rows == len(rows) == table.loc["MN0270000", "declined"]
    told = about(written.path)
    assert told["week"] == "2017-02-11 to 2017-02-17"
    assert (told["figure"], told["agency"]) == ("declined_total", "MN0270000")
    assert (told["revision"], told["rows"]) == ("r10", str(len(rows)))
    assert "this file only" in told["labels"]
    assert told["notice"] == "Synthetic data, not a report about any agency"


def test_rows_are_ordered_by_what_is_shown_and_not_by_request_id(tmp_path):
    times = ("2017-02-16T10:00", "2017-02-12", "2017-02-12T08:00", "2017-02-12")
    forms = ("I-247D", "I-247N", "I-247D", "I-247D")
    both = zip(times, forms, strict=True)
    rows = numbered(*(request(issued_at=time, form=form, **PENDING) for time, form in both))
    written = write(kept_run(tmp_path, *rows))
    assert [row["label"] for row in lines(written.path)] == ["F1-1", "F1-2", "F1-3", "F1-4"]
    assert list(read_labels(tmp_path / "runs").values()) == ["r3", "r1", "r2", "r0"]


SECRET = {"citizenship": "KHM", "follow_up_status": "at_large", "follow_up_on": "2017-02-16"}
SENT = {f"SECRET-{row['request_id']}": row | SECRET for row in ROWS}


@pytest.fixture(scope="module")
def received(tmp_path_factory) -> tuple[Path, RowsFile]:
    """outputs/ and its first workbook, of all requests."""
    output = tmp_path_factory.mktemp("received")
    rows = [row | {"request_id": key} for key, row in SENT.items()]
    inputs = inputs_of(case_of(rows, [charge(request_id="SECRET-r0", description="Arson")]))
    save_inputs(inputs, output / "runs" / str(WEEK) / "r1")
    return output, write(output)


def test_a_row_says_what_the_request_was_counted_as_and_which_check_holds_it(received):
    written = received[1]
    assert written.path.name == "F1-received_total.xlsx"
    told = about(written.path)
    assert told["agency"] == "all agencies" and "notice" not in told
    found = {(row["outcome"], row["counted_as"], row["held_by"]) for row in lines(written.path)}
    held, honored = ("declined", "held_back", "E1"), ("honored", "honored", None)
    assert found > {("declined", "insufficient_notice", None), held, honored}


def test_no_request_id_citizenship_charge_user_or_clock_stands_anywhere_in_the_file(received):
    written = received[1]
    book = openpyxl.load_workbook(written.path)
    every = [str(cell) for sheet in book for row in sheet.values for cell in row]
    assert written.rows == len(ROWS)
    assert len(every) > len(ROWS) * 10
    for private in ("SECRET", "KHM", "at_large", "2017-02-16", "Arson", "1399"):
        assert not any(private in cell for cell in every), private
    assert {book.properties.creator, book.properties.lastModifiedBy} == {"ddor"}
    times = {str(book.properties.created), str(book.properties.modified)}
    assert times == {"2017-02-11 00:00:00"}


def test_the_head_stays_in_sight_and_columns_are_wide_enough(received):
    sheet = openpyxl.load_workbook(received[1].path)["rows"]
    assert sheet.freeze_panes == "A2"
    widths = {  # neighbors of one width are one entry
        number: each.width
        for each in sheet.column_dimensions.values()
        for number in range(each.min, each.max + 1)
    }
    for number, column in enumerate(sheet.iter_cols(), start=1):
        assert widths[number] > max(len(str(cell.value or "")) for cell in column)


def test_protected_requests_are_left_out_and_counted(tmp_path):
    others = (request() for _ in range(3))
    rows = numbered(request(protected="true"), request(protected="unknown"), *others)
    kept_run(tmp_path, *rows)
    for agency_id in ("MN0270000", None):
        written = write(tmp_path, "declined_total", agency_id)
        assert (written.rows, written.left_out) == (4, 1)
        assert about(written.path)["protected"].endswith("left out of this file: 1.")
    assert "r0" not in read_labels(tmp_path / "runs").values()


# The labels


def test_a_second_file_has_other_labels_and_the_private_list_knows_the_requests_of_both(received):
    output, first = received
    one, two = (lines(file.path) for file in (first, write(output)))
    labels = read_labels(output / "runs")
    assert list(labels) == [row["label"] for row in one + two]
    assert (one[0]["label"], two[0]["label"]) == ("F1-1", "F2-1")
    for file in (one, two):
        assert sorted(labels[row["label"]] for row in file) == sorted(SENT)
        for row in file:
            meant = SENT[labels[row["label"]]]
            # Times are text in ISO form, and a midnight is the date alone.
            for column in meant.keys() & set(COLUMNS):
                assert (row[column] or "") == meant[column], column


def test_a_file_without_rows_takes_a_number_too(tmp_path):
    kept_run(tmp_path)
    empty = write(tmp_path, "group:09")
    assert (empty.rows, cells(empty.path), read_labels(tmp_path / "runs")) == (0, [COLUMNS], {})
    assert write(tmp_path, "group:13").path.name == "F2-group-13.xlsx"


def test_the_tenth_file_is_followed_by_the_eleventh(tmp_path):
    kept_run(tmp_path)
    (tmp_path / "runs" / "labels.csv").write_text(
        'label,week,request_id\nF10,2017-02-11,\nF10-1,2017-02-11,"0010, x"\nF9-1,2017-02-11,NA\n'
    )
    assert write(tmp_path, "E1").path.name == "F11-E1.xlsx"
    labels = read_labels(tmp_path / "runs")
    assert (labels["F10-1"], labels["F9-1"], labels["F11-1"]) == ("0010, x", "NA", "r12")


def test_after_a_crash_between_the_two_the_next_run_puts_the_workbook_beside_its_labels(
    tmp_path, monkeypatch
):
    """Any other crash is as of a publication (test_crash.py)."""
    kept_run(tmp_path)
    workbook = tmp_path / "runs" / str(WEEK) / "rows" / "F1-received_total.xlsx"
    with monkeypatch.context() as patch:
        die_after_replacing(2, patch)  # the journal, and the labels
        with pytest.raises(Killed):
            write(tmp_path)
    labels = list(read_labels(tmp_path / "runs"))
    assert len(labels) == len(ROWS) and not workbook.exists()
    with opened(tmp_path):
        assert [row["label"] for row in lines(workbook)] == labels


# What is refused


def refused(output: Path, words: str, *asked, week=WEEK) -> None:
    """With these words, and nothing is made or changed."""
    before = files_of(output)
    with pytest.raises(UsageError, match=words):
        write_rows(output, week, *(asked or ("received_total", None)))
    assert files_of(output) == before


@pytest.mark.parametrize(
    "text", ["label;week;request_id\n", "", "label,week,request_id\nFeb 1,2017-02-11,r1\n"]
)
def test_a_private_list_that_was_changed_is_refused_and_left_as_it_is(tmp_path, text):
    (kept_run(tmp_path) / "runs" / "labels.csv").write_text(text)
    refused(tmp_path, "labels.csv row .: seen .*, expected")


def test_a_week_that_was_not_published_here_is_refused_and_nothing_is_made(tmp_path):
    words = "no revision of this week was published here; runs/"
    for output in (tmp_path / "nowhere", kept_run(tmp_path / "outputs")):
        refused(output, words, week=WEEK.next)
    refused(tmp_path / "nowhere", words)
    assert not (tmp_path / "nowhere").exists()


def test_a_run_whose_inputs_were_removed_is_refused_by_their_names(tmp_path):
    (kept_run(tmp_path) / "runs" / str(WEEK) / "r1" / "extract.parquet").unlink()
    refused(tmp_path, "r1 lacks extract.parquet")


def test_a_revision_published_elsewhere_after_the_latest_run_kept_here_is_refused(tmp_path):
    (kept_run(tmp_path) / "site" / "weeks" / str(WEEK) / "r2").mkdir(parents=True)
    refused(tmp_path, "r2 of the week of 2017-02-11 is published")


def test_only_rows_of_the_figures_readers_were_shown_are_written(tmp_path):
    figures = counted(case_of(ROWS, CHARGES)).figures
    summary = kept_run(tmp_path) / f"site/weeks/{WEEK}/r1/data/summary.json"
    summary.parent.mkdir(parents=True)
    summary.write_text(json.dumps({"figures": figures | {"declined_total": 77}}))
    refused(tmp_path, "counted by other rules .*declined_total: 77 -> ")
    summary.write_text(json.dumps({"figures": figures}))
    assert write(tmp_path).rows > 0


def test_an_unknown_figure_or_agency_writes_nothing(tmp_path):
    kept_run(tmp_path)
    for asked in (("issued_totl", None), ("issued_total", "MN0000000")):
        refused(tmp_path, "did you mean|expected", *asked)
