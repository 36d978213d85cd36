"""Every published figure has its rows, as many as it says; and an agency's workbook tells no more
than what a clerk needs to find them."""

import dataclasses
import json
import os
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from conftest import PROJECT, SAMPLE_WEEKS
from extract_factory import charge, request
from frames import WEEK, case_of, counted, inputs_of, nation_of, numbered

import ddor.archive.publish
from ddor.archive.publish import opened
from ddor.calendar import Week
from ddor.checks.check import Case, Finding
from ddor.checks.registry import CHECKS
from ddor.cli import ddor as command
from ddor.errors import ArchiveUnavailable, UsageError
from ddor.extract.read import read_extract
from ddor.inputs import save_inputs
from ddor.jobs.rows import COLUMNS, write_rows
from ddor.maintained.directory import read_directory
from ddor.measures.attributes import CHARGES as OF_CHARGES
from ddor.measures.attributes import UNLISTED
from ddor.measures.people import ALL, with_charges
from ddor.measures.status import CLASSES
from ddor.measures.trace import known_figures, rows_behind
from ddor.published.history import no_history
from ddor.published.ledger import read_labels
from ddor.reference.figures import DECLINED_COLUMNS, IDENTITY, ISSUED_COLUMNS, WEEKLY_FIGURES

EARLIER = "2017-01-05T08:00"
PENDING = {"outcome": "pending", "outcome_recorded_at": ""}
TRAVIS = {
    "agency_id": "TX2270000",
    "agency_name": "TRAVIS CO JAIL",
    "state": "TX",
    "county_fips": "48453",
    "area": "San Antonio",
}
# Every class, form and outcome; r12 to r14 are held back, the first by E1 in any version.
ROWS = numbered(
    request(notice_at="2017-02-13T12:00"),
    request(form="I-247N", released_at="", issued_at=EARLIER),
    request(form="I-247X", decline_reason="law_or_court", **TRAVIS),
    request(notice_at="2017-02-10", release_due_at="2017-02-13T23:00"),
    request(outcome="honored"),
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
DISPOSITIONS = (
    ("r0", "1399", "charged"),
    ("r0", "1399", "convicted"),
    ("r0", "3599", "unknown"),
    ("r1", "1399", "charged"),
    ("r1", "3599", "dismissed"),
    ("r2", "2399", "acquitted"),
    ("r3", "9999", "convicted"),
    ("r4", "1399", "convicted"),
)
CHARGES = [
    charge(request_id=request_id, charge_no=str(number), ncic_code=code, disposition=disposition)
    for number, (request_id, code, disposition) in enumerate(DISPOSITIONS, start=1)
]


def stops(name: str):
    """An assess that stops the rows of this agency_name."""

    def assess(rows, case) -> Finding:
        found = rows.loc[rows["agency_name"] == name, "request_id"]
        return Finding(len(rows), pd.Series("It looks wrong.", index=found, dtype="str"))

    return assess


INVENTED = tuple(
    dataclasses.replace(CHECKS[0], id=id, effect="hold", doubts=doubts, assess=stops(name))
    for id, doubts, name in (
        ("X1", "request", "held for the request"),
        ("X2", "outcome", "held for its outcome"),
    )
)


def case_of_sample(first_day: str, cohort: str) -> Case:
    extract = read_extract(str(PROJECT / "samples" / first_day), Week.parse(first_day))
    tables = (PROJECT / "params" / f"{name}.csv" for name in ("agencies", "policies", "coverage"))
    directory = read_directory(*tables)
    return Case(extract, Week.parse(first_day), directory, no_history(), cohort)


@pytest.fixture(
    scope="module", params=[*SAMPLE_WEEKS, "small", "small, by issue", "small, other checks"]
)
def week(request):
    """-> the case, the checks that were run, what the job counts."""
    checks = CHECKS
    if request.param in SAMPLE_WEEKS:
        case = case_of_sample(request.param, "recorded")
    else:
        case = case_of(ROWS, CHARGES, cohort="issued" if "issue" in request.param else "recorded")
        checks = (CHECKS[0], *INVENTED) if "other" in request.param else CHECKS
    return case, checks, counted(case, checks)


# The rows behind a figure


def test_every_figure_that_counts_requests_has_as_many_rows_as_it_says(week):
    case, checks, counts = week
    figures = counts.figures | with_charges(nation_of(counts, OF_CHARGES))
    for distinct in ("agencies_declining", "states_declining"):
        figures[distinct] = figures["declined_total"]
    found = {
        name: len(rows_behind(counts.status, case.extract.charges, name, checks=checks))
        for name in figures
    }
    assert found == figures
    assert found["declined_total"] > 0


def test_each_agency_has_as_many_rows_as_the_two_tables_say(week):
    case, checks, counts = week
    for table, columns in (
        (counts.issued_by_agency, ISSUED_COLUMNS),
        (counts.declined_by_agency, DECLINED_COLUMNS),
    ):
        figures = figures_of(columns)
        for line in table.head(12).to_dict("records"):
            for column, figure in figures.items():
                rows = rows_behind(
                    counts.status, case.extract.charges, figure, line["agency_id"], checks=checks
                )
                assert len(rows) == line[column], (line["agency_id"], figure)
                assert set(rows["agency_id"]) <= {line["agency_id"]}


def figures_of(columns) -> dict[str, str]:
    """Column of one table by agency -> its figure, written out by hand where the name differs."""
    section = "issued" if "issued" in columns else "declined"
    odd = {
        ("issued", "issued"): "issued_total",
        ("declined", "declined"): "declined_total",
        ("declined", "honored"): "honored_total",
    }
    return {
        column: odd.get((section, column), f"{section}_{column}")
        for column in columns[len(IDENTITY) :]
    }


def test_classes_checks_and_offenses_have_as_many_rows_as_their_tables_say(week):
    case, checks, counts = week

    def number(figure: str) -> int:
        return len(rows_behind(counts.status, case.extract.charges, figure, checks=checks))

    classes = {line["class"]: line["rows"] for line in counts.reconciliation.to_dict("records")}
    assert {name: number(f"class:{name}") for name in CLASSES} == classes
    for line in counts.checks[counts.checks["effect"] == "hold"].to_dict("records"):
        assert number(line["check"]) == line["rows"], line["check"]
    lines = [line for line in nation_of(counts, OF_CHARGES) if line.branch and line.leaf != "other"]
    for line in lines:
        name = f"group:{line.leaf}" if line.leaf else f"category:{line.branch}"
        part = "" if line.standing == ALL else f":{line.standing}"
        assert number(name + part) == line.requests, line
    assert any(line.requests for line in lines)


def test_every_known_figure_gives_rows_of_status_as_they_stand_there(week):
    case, checks, counts = week
    few = ("group:13", "group:35", "category:drugs")  # the others are made as these are
    known = known_figures(checks)
    figures = [f for f in known if f.startswith(few) or not f.startswith(("group:", "category:"))]
    assert len(figures) > 40
    for figure in figures:
        rows = rows_behind(counts.status, case.extract.charges, figure, checks=checks)
        assert list(rows) == list(counts.status)
        assert rows.index.is_unique and rows.index.isin(counts.status.index).all()
        assert rows.index.is_monotonic_increasing


def test_the_known_figures_are_those_of_the_report_and_the_lines_of_its_tables():
    known = [*known_figures((CHECKS[0], *INVENTED))]
    figures = counted(case_of(ROWS)).figures
    assert set(known[: len(figures)]) == set(figures)
    assert {
        "E1",
        "X1",
        "X2",
        "class:withdrawn",
        "category:drugs",
        "category:drugs:convicted",
        "category:drugs:charged_only",
        "group:35",
        f"group:{UNLISTED}",
    } <= set(known)
    assert "group:35:convicted" not in known  # a group is not told apart
    assert len(known) == len(set(known))


def test_a_check_of_policies_has_no_rows_and_one_of_volumes_those_of_the_agencies_it_names():
    review = dataclasses.replace(CHECKS[0], id="V", effect="review", doubts="volume")
    policies = dataclasses.replace(CHECKS[0], id="W", effect="show", doubts="policy")
    checks = (CHECKS[0], review, policies)
    known = known_figures(checks)
    assert "V" in known and "W" not in known
    counts = counted(case_of(ROWS), checks)
    rows = rows_behind(counts.status, counts.extract.charges, "V", None, counts.shown, checks)
    assert rows["request_id"].tolist() == ["r12"]


@pytest.mark.parametrize("figure", ["group:13", "category:drugs", "declined_with_charges"])
def test_what_people_were_charged_with_is_not_told_agency_by_agency(figure):
    with pytest.raises(UsageError, match="charged with"):
        trace(figure, "MN0270000")


def trace(figure: str, agency_id: str | None = None, charges=()) -> list[str]:
    case = case_of(ROWS, charges)
    status = counted(case, (CHECKS[0], *INVENTED)).status
    rows = rows_behind(
        status, case.extract.charges, figure, agency_id, checks=(CHECKS[0], *INVENTED)
    )
    return sorted(rows["request_id"])


def test_the_rows_are_those_one_would_pick_by_hand():
    assert trace("declined_insufficient_notice") == ["r0"]
    assert trace("declined_transfers") == ["r2"]
    assert trace("states_declining") == trace("declined_total") == ["r0", "r1", "r2", "r3"]
    assert trace("class:issued_outcome_another_week") == ["r10"]
    assert trace("held_back_requests") == ["r12", "r14"]
    assert trace("held_back_outcomes") == trace("X2") == ["r13"]
    assert trace("honored_total", "TX2270000") == ["r5"]


def test_the_rows_of_a_charge_figure_are_the_requests_and_not_the_charges():
    assert trace("group:13", charges=CHARGES) == ["r0", "r1"]
    assert trace("category:persons:convicted", charges=CHARGES) == ["r0"]
    assert trace("category:persons:charged_only", charges=CHARGES) == ["r1"]
    assert trace("category:persons", charges=CHARGES) == ["r0", "r1"]
    assert trace("category:drugs", charges=CHARGES) == ["r0"]  # convicted of another category
    assert trace("category:drugs:charged_only", charges=CHARGES) == ["r0"]
    assert trace("category:other:convicted", charges=CHARGES) == ["r3"]
    assert trace("group:23", charges=CHARGES) == []
    assert trace(f"group:{UNLISTED}", charges=CHARGES) == ["r3"]
    assert trace("declined_with_conviction", charges=CHARGES) == ["r0", "r3"]
    assert trace("declined_with_charges", charges=CHARGES) == ["r0", "r1", "r2", "r3"]


def test_with_an_agency_a_column_that_only_one_table_has_is_a_name_too():
    assert trace("pending", "MN0270000") == trace("issued_pending", "MN0270000") == ["r6"]
    assert trace("law_or_court", "TX2270000") == ["r2"]
    assert trace("issued", "TX2270000") == trace("issued_total", "TX2270000") == ["r2", "r8"]
    with pytest.raises(UsageError, match="did you mean issued_pending?"):
        trace("pending")


@pytest.mark.parametrize(
    ("column", "figures"),
    [
        ("detainers", "issued_detainers or declined_detainers"),
        ("notifications", "issued_notifications or declined_notifications"),
        ("transfers", "issued_transfers or declined_transfers"),
        ("honored", "issued_honored or honored_total"),
        ("declined", "issued_declined or declined_total"),
    ],
)
def test_a_column_that_both_tables_have_is_refused_with_the_names_of_the_two(column, figures):
    with pytest.raises(UsageError, match=f'"{column}" is not .* did you mean {figures}?'):
        trace(column, "MN0270000")


def test_the_columns_of_the_two_tables_are_all_names_or_refused():
    columns = {figure.column for figure in WEEKLY_FIGURES.values()}
    assert columns >= set(ISSUED_COLUMNS + DECLINED_COLUMNS) - set(IDENTITY)
    assert WEEKLY_FIGURES.keys() <= known_figures(CHECKS).keys()


@pytest.mark.parametrize(
    ("figure", "near"),
    [
        ("declined_totl", "declined_total"),
        ("category:drugs:convict", "category:drugs:convicted"),
        ("class:withdrew", "class:withdrawn"),
        ("nonsense", "docs/trace.md"),
    ],
)
def test_an_unknown_figure_is_refused_with_the_nearest_known_ones(figure, near):
    with pytest.raises(UsageError, match=f'"{figure}" is not the name of .*{near}'):
        trace(figure)


def test_an_agency_without_a_row_in_the_extract_is_refused_with_the_nearest():
    with pytest.raises(UsageError, match='to an agency "MN0270001"; .* MN0270000?'):
        trace("issued_total", "MN0270001")
    with pytest.raises(UsageError, match='to an agency "nobody"; check its agency_id'):
        trace("issued_total", "nobody")


def test_an_agency_of_the_extract_without_such_a_row_has_none():
    assert trace("declined_notifications", "TX2270000") == []


# The workbook


def kept_run(output: Path, *rows, revision=1, **case) -> Path:
    """outputs/ in which a revision of the week was published, as far as its rows need it."""
    inputs = inputs_of(case_of(rows or ROWS, CHARGES, **case))
    save_inputs(inputs, output / "runs" / str(WEEK) / f"r{revision}")
    return output


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("false", "true"), "1 row; 1 row of protected people left out"),
        (("false", "false"), "2 rows; 0 rows of protected people left out"),
    ],
)
def test_the_command_says_one_row_and_two_rows(tmp_path, capsys, flags, said):
    kept_run(tmp_path, *numbered(*(request(protected=flag) for flag in flags)))
    with pytest.raises(SystemExit) as ended:
        command(["rows", str(WEEK), "--figure", "declined_total", "--output", str(tmp_path)])
    assert ended.value.code == 0
    assert capsys.readouterr().out.endswith(f".xlsx: {said}\n")


def cells(path: Path, sheet="rows") -> list[tuple]:
    return list(openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True))


def lines(path: Path) -> list[dict]:
    head, *rows = cells(path)
    return [dict(zip(head, row, strict=True)) for row in rows]


def about(path: Path) -> dict[str, str]:
    return dict(cells(path, "about"))


def test_the_workbook_has_a_row_for_each_request_and_says_what_it_is(tmp_path):
    kept_run(tmp_path, revision=9)
    kept_run(tmp_path, revision=10)
    written = write_rows(tmp_path, WEEK, "declined_total", "MN0270000")
    assert written.path == tmp_path / f"runs/{WEEK}/rows/F1-declined_total-MN0270000.xlsx"
    head, *rows = cells(written.path)
    assert head == COLUMNS
    assert written.rows == len(rows) == counts_of_agency("MN0270000")
    told = about(written.path)
    assert told["week"] == "2017-02-11 to 2017-02-17"
    assert (told["figure"], told["agency"]) == ("declined_total", "MN0270000")
    assert (told["revision"], told["rows"]) == ("r10", str(len(rows)))
    assert "this file only" in told["labels"]
    assert "notice" not in told


def counts_of_agency(agency_id: str) -> int:
    table = counted(case_of(ROWS, CHARGES)).declined_by_agency.set_index("agency_id")
    return table.loc[agency_id, "declined"]


def test_a_row_says_what_the_request_was_counted_as_and_which_check_holds_it(tmp_path):
    rows = numbered(
        request(notice_at="2017-02-13T12:00"), request(state="WI"), request(outcome="honored")
    )
    written = write_rows(kept_run(tmp_path, *rows), WEEK, "received_total", None)
    assert written.path.name == "F1-received_total.xlsx"
    assert about(written.path)["agency"] == "all agencies"
    found = {(row["outcome"], row["counted_as"], row["held_by"]) for row in lines(written.path)}
    assert found == {
        ("declined", "insufficient_notice", None),
        ("declined", "held_back", "E1"),
        ("honored", "honored", None),
    }


def test_times_are_text_in_iso_form_and_a_midnight_is_the_date_alone(tmp_path):
    row = request(
        issued_at="2017-02-12T09:15",
        released_at="2017-02-14",
        outcome_recorded_at="2017-02-15T14:00:30",
        release_due_at="2017-02-14T10:00",
        sentence_ends_on="2017-02-10",
    )
    written = write_rows(kept_run(tmp_path, *numbered(row)), WEEK, "received_total", None)
    (found,) = lines(written.path)
    assert (found["issued_at"], found["released_at"]) == ("2017-02-12T09:15", "2017-02-14")
    assert found["outcome_recorded_at"] == "2017-02-15T14:00:30"
    assert found["release_due_at"] == "2017-02-14T10:00"
    assert (found["sentence_ends_on"], found["notice_at"]) == ("2017-02-10", None)


def test_rows_are_ordered_by_what_is_shown_and_not_by_request_id(tmp_path):
    times = ("2017-02-16T10:00", "2017-02-12", "2017-02-12T08:00", "2017-02-12")
    forms = ("I-247D", "I-247N", "I-247D", "I-247D")
    rows = numbered(
        *(
            request(issued_at=time, form=form, **PENDING)
            for time, form in zip(times, forms, strict=True)
        )
    )
    written = write_rows(kept_run(tmp_path, *rows), WEEK, "issued_total", None)
    labels = read_labels(tmp_path / "runs")
    assert [row["label"] for row in lines(written.path)] == ["F1-1", "F1-2", "F1-3", "F1-4"]
    assert list(labels.values()) == ["r3", "r1", "r2", "r0"]


def test_no_request_id_citizenship_or_charge_stands_anywhere_in_the_file(tmp_path):
    rows = [
        {
            **row,
            "request_id": f"SECRET-{row['request_id']}",
            "citizenship": "KHM",
            "follow_up_status": "at_large",
            "follow_up_on": "2017-02-16",
        }
        for row in ROWS
    ]
    inputs = inputs_of(case_of(rows, [charge(request_id="SECRET-r0", description="Arson")]))
    save_inputs(inputs, tmp_path / "runs" / str(WEEK) / "r1")
    written = write_rows(tmp_path, WEEK, "received_total", None)
    book = openpyxl.load_workbook(written.path)
    every = [
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row
    ]
    assert written.rows == len(rows)
    assert len(every) > len(rows) * 10
    for private in ("SECRET", "KHM", "at_large", "2017-02-16", "Arson", "1399"):
        assert not any(private in cell for cell in every), private


def test_the_file_tells_no_user_and_no_clock(tmp_path):
    written = write_rows(kept_run(tmp_path), WEEK, "issued_total", None)
    properties = openpyxl.load_workbook(written.path).properties
    assert {properties.creator, properties.lastModifiedBy} == {"ddor"}
    assert str(properties.created) == str(properties.modified) == "2017-02-11 00:00:00"


@pytest.mark.parametrize("name", ["=cmd()", "+1", "-1", "@SUM(A1)", "#N/A", "007", "TRUE"])
def test_text_that_a_spreadsheet_would_act_on_stays_text(tmp_path, name):
    rows = numbered(request(agency_name=name))
    written = write_rows(kept_run(tmp_path, *rows), WEEK, "received_total", None)
    sheet = openpyxl.load_workbook(written.path)["rows"]
    cell = sheet.cell(2, 1 + COLUMNS.index("agency_name"))
    assert (cell.value, cell.data_type) == (name, "s")


def test_the_head_stays_in_sight_and_columns_are_wide_enough(tmp_path):
    written = write_rows(kept_run(tmp_path), WEEK, "issued_total", None)
    sheet = openpyxl.load_workbook(written.path)["rows"]
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
        written = write_rows(tmp_path, WEEK, "declined_total", agency_id)
        assert (written.rows, written.left_out) == (4, 1)
        assert about(written.path)["protected"].endswith("left out of this file: 1.")
    assert "r0" not in read_labels(tmp_path / "runs").values()


def test_a_synthetic_week_says_so(tmp_path):
    written = write_rows(kept_run(tmp_path, synthetic=True), WEEK, "issued_total", None)
    assert about(written.path)["notice"] == "Synthetic data, not a report about any agency"


# The labels


def test_a_second_file_has_other_labels_and_the_private_list_knows_both(tmp_path):
    kept_run(tmp_path)
    first, second = (write_rows(tmp_path, WEEK, "received_total", None) for _ in range(2))
    one, two = ([row["label"] for row in lines(file.path)] for file in (first, second))
    assert (one[0], two[0]) == ("F1-1", "F2-1")
    assert not set(one) & set(two)
    labels = read_labels(tmp_path / "runs")
    assert list(labels) == [*one, *two]
    for file in (one, two):
        assert sorted(labels[label] for label in file) == sorted(row["request_id"] for row in ROWS)


def test_a_label_leads_to_the_request_that_its_row_shows(tmp_path):
    written = write_rows(kept_run(tmp_path), WEEK, "received_total", None)
    labels = read_labels(tmp_path / "runs")
    sent = {row["request_id"]: row for row in ROWS}
    for row in lines(written.path):
        meant = sent[labels[row["label"]]]
        for column in ("form", "agency_id", "issued_at", "outcome", "outcome_recorded_at"):
            assert (row[column] or "") == meant[column]


def test_a_file_without_rows_takes_a_number_too(tmp_path):
    kept_run(tmp_path)
    empty = write_rows(tmp_path, WEEK, "group:09", None)
    assert (empty.rows, cells(empty.path), read_labels(tmp_path / "runs")) == (0, [COLUMNS], {})
    assert write_rows(tmp_path, WEEK, "group:13", None).path.name == "F2-group-13.xlsx"


def test_the_tenth_file_is_followed_by_the_eleventh(tmp_path):
    kept_run(tmp_path)
    (tmp_path / "runs" / "labels.csv").write_text(
        'label,week,request_id\nF10,2017-02-11,\nF10-1,2017-02-11,"0010, x"\nF9-1,2017-02-11,NA\n'
    )
    written = write_rows(tmp_path, WEEK, "E1", None)
    assert written.path.name == "F11-E1.xlsx"
    labels = read_labels(tmp_path / "runs")
    assert (labels["F10-1"], labels["F9-1"], labels["F11-1"]) == ("0010, x", "NA", "r12")


@pytest.mark.parametrize(
    "text", ["label;week;request_id\n", "", "label,week,request_id\nFeb 1,2017-02-11,r1\n"]
)
def test_a_private_list_that_was_changed_is_refused_and_left_as_it_is(tmp_path, text):
    kept_run(tmp_path)
    labels = tmp_path / "runs" / "labels.csv"
    labels.write_text(text)
    with pytest.raises(UsageError, match="labels.csv row .: seen .*, expected"):
        write_rows(tmp_path, WEEK, "issued_total", None)
    assert labels.read_text() == text
    assert not (tmp_path / "runs" / str(WEEK) / "rows").exists()


@pytest.mark.parametrize("dies_at", [1, 2, 3])
def test_after_a_crash_both_the_workbook_and_its_labels_are_there_or_neither(
    tmp_path, monkeypatch, dies_at
):
    kept_run(tmp_path)
    replaced = []

    def replace(source, target, keep=os.replace):
        replaced.append(target)
        if len(replaced) == dies_at:
            raise OSError(28, "No space left on device")
        keep(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(ddor.archive.publish.os, "replace", replace)
        with pytest.raises(ArchiveUnavailable):
            write_rows(tmp_path, WEEK, "issued_total", None)
    workbook = tmp_path / "runs" / str(WEEK) / "rows" / "F1-issued_total.xlsx"
    assert not workbook.exists()
    with opened(tmp_path):
        pass
    begun = dies_at > 1  # 1 is the journal, 2 the labels, 3 the workbook
    assert workbook.exists() == bool(read_labels(tmp_path / "runs")) == begun
    if begun:
        assert [row["label"] for row in lines(workbook)] == list(read_labels(tmp_path / "runs"))


# What is refused


def test_a_week_that_was_not_published_here_is_refused_and_nothing_is_made(tmp_path):
    for output in (tmp_path / "nowhere", kept_run(tmp_path / "outputs")):
        with pytest.raises(UsageError, match="no revision of this week was published here; runs/"):
            write_rows(output, WEEK.next, "issued_total", None)
    assert not (tmp_path / "nowhere").exists()
    assert not (tmp_path / "outputs" / "runs" / "labels.csv").exists()


def test_a_run_whose_inputs_were_removed_is_refused_by_their_names(tmp_path):
    (kept_run(tmp_path) / "runs" / str(WEEK) / "r1" / "extract.parquet").unlink()
    with pytest.raises(UsageError, match="r1 lacks extract.parquet"):
        write_rows(tmp_path, WEEK, "issued_total", None)


def test_a_revision_published_elsewhere_after_the_latest_run_kept_here_is_refused(tmp_path):
    (kept_run(tmp_path) / "site" / "weeks" / str(WEEK) / "r2").mkdir(parents=True)
    with pytest.raises(UsageError, match="r2 of the week of 2017-02-11 is published"):
        write_rows(tmp_path, WEEK, "issued_total", None)


def published_figures(output: Path, **changes) -> None:
    figures = counted(case_of(ROWS, CHARGES)).figures | changes
    summary = output / "site" / "weeks" / str(WEEK) / "r1" / "data" / "summary.json"
    summary.parent.mkdir(parents=True)
    summary.write_text(json.dumps({"figures": figures}))


def test_rows_that_are_not_those_readers_were_shown_are_refused(tmp_path):
    published_figures(kept_run(tmp_path), declined_total=77)
    with pytest.raises(UsageError, match="counted by other rules .*declined_total: 77 -> "):
        write_rows(tmp_path, WEEK, "issued_total", None)
    assert not (tmp_path / "runs" / "labels.csv").exists()


def test_rows_of_the_published_figures_are_written(tmp_path):
    published_figures(kept_run(tmp_path))
    assert write_rows(tmp_path, WEEK, "issued_total", None).rows > 0


def test_an_unknown_figure_or_agency_writes_nothing(tmp_path):
    kept_run(tmp_path)
    for figure, agency_id in (("issued_totl", None), ("issued_total", "MN0000000")):
        with pytest.raises(UsageError, match="did you mean|expected"):
            write_rows(tmp_path, WEEK, figure, agency_id)
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == [".lock", str(WEEK)]
