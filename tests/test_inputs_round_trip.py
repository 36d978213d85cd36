"""What the job saves is what the notebook loads, and an input's hash is that of its content."""

import dataclasses
import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import pandas as pd
import pytest
from conftest import PROJECT
from extract_factory import charge, request, write_csv_extract
from frames import (
    WEEK,
    agency,
    case_of,
    counts_of,
    coverage,
    directory_of,
    extract_of,
    inputs_of,
    numbered,
    policy,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from ddor.extract.model import CHARGE_COLUMNS, DATETIMES, REQUEST_COLUMNS
from ddor.extract.read import read_extract
from ddor.inputs import INPUT_FILES, Inputs, load_inputs, save_inputs
from ddor.jobs.identity import hashed, identity_of, week_texts
from ddor.maintained.directory import COLUMNS
from ddor.measures.disclosure import Earlier, earlier_from_plain, plain_tables
from ddor.measures.figures import count_inputs
from ddor.published.history import History, no_history

TEMPLATE = PROJECT / "notebooks" / "weekly_report.ipynb"
FULL = {
    "notice_at": "2017-02-13T09:15:30",
    "release_due_at": "2017-02-14",
    "releasing_agency_id": "MN0270001",
    "sentence_ends_on": "2031-05-06",
    "ice_custody_at": "2017-02-16",
    "follow_up_status": "at_large",
    "follow_up_on": "2017-02-16",
}
ROWS = numbered(
    request(),
    request(**FULL, agency_name='Jail, "the" old\u2014Señor 01001'),
    request(
        outcome="pending",
        outcome_recorded_at="",
        released_at="",
        county_fips="",
        area="",
        decline_reason="",
    ),
    request(state="AL", county_fips="01001", area="New Orleans", agency_id="0010"),
)
CHARGES = [
    charge(request_id="r1", ncic_code="0399"),
    charge(request_id="r1", charge_no="2", description="", charged_on=""),
    charge(request_id="r0", charge_no="10"),
    charge(request_id="r0", charge_no="9", disposition="convicted"),
]
DIRECTORY = directory_of(
    [agency(agency_id="0010", weekly_requests="1.50"), agency(same_as="0010")],
    [policy(policy='Quoted "law", with a comma', criteria="a\nb"), policy(enacted="2014-03")],
    [coverage()],
)


def history_of(*rows, weeks=("2017-01-28", "2017-02-04"), last=None) -> History:
    counts = pd.DataFrame(list(rows), columns=["week", "agency_id", "issued", "declined"])
    return History(weeks, counts.astype(no_history().counts.dtypes.to_dict()), last)


def inputs(**changes) -> Inputs:
    whole = inputs_of(
        case_of(ROWS, CHARGES), note="# Note\n\n*é*", publisher="A & B", ignored_columns=["x", "01"]
    )
    rows = (("2017-01-28", "0010", 3, 1), ("2017-02-04", "MN0270000", 0, 12))
    history = history_of(*rows, last=12)
    return dataclasses.replace(whole, directory=DIRECTORY, history=history, **changes)


def assert_equal(one: Inputs, other: Inputs) -> None:
    assert one.history.last_declined == other.history.last_declined
    for name in ("week", "parameters", "note"):
        assert getattr(one, name) == getattr(other, name)
    assert one.extract.about == other.extract.about
    assert one.history.weeks == other.history.weeks
    pairs = [
        (in_seconds(one.extract.requests), in_seconds(other.extract.requests)),
        (in_seconds(one.extract.charges), in_seconds(other.extract.charges)),
        (one.history.counts, other.history.counts),
    ]
    pairs += [(getattr(one.directory, n), getattr(other.directory, n)) for n in COLUMNS]
    for a, b in pairs:
        pd.testing.assert_frame_equal(a, b)


def in_seconds(frame: pd.DataFrame) -> pd.DataFrame:
    """The unit of dates has a test of its own."""
    return frame.astype({name: "datetime64[s]" for name in frame if name in DATETIMES})


def again(saved: Inputs, folder: Path) -> Inputs:
    save_inputs(saved, folder)
    return load_inputs(folder)


# The factories of these tests


def test_what_frames_makes_is_what_the_door_makes_of_the_same_rows(tmp_path):
    about = {"as_of": "2017-03-01", "source": "a source"}
    folder = write_csv_extract(tmp_path / "extract", ROWS, CHARGES, about)
    read, made = read_extract(str(folder), WEEK), extract_of(ROWS, CHARGES)
    assert read.about == made.about
    pd.testing.assert_frame_equal(read.requests, made.requests)
    pd.testing.assert_frame_equal(read.charges, made.charges)


# Save and load


def test_what_was_saved_is_loaded_equal_missing_values_included(tmp_path):
    saved = inputs()
    assert_equal(again(saved, tmp_path / "inputs"), saved)


def test_the_types_are_loaded_as_the_model_of_an_extract_has_them(tmp_path):
    saved = inputs()
    loaded = again(saved, tmp_path / "inputs")
    for name in ("requests", "charges"):
        before, after = (getattr(each.extract, name) for each in (saved, loaded))
        assert after.dtypes.to_dict() == before.dtypes.to_dict()


def test_the_files_are_those_that_a_run_keeps(tmp_path):
    save_inputs(inputs(), tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == set(INPUT_FILES)


def test_empty_charges_tables_history_and_note_are_loaded_equal(tmp_path):
    empty = dataclasses.replace(
        inputs_of(case_of(ROWS[:1])), directory=directory_of(), history=no_history()
    )
    assert_equal(again(empty, tmp_path), empty)


def test_weeks_without_any_figure_stay_weeks_of_the_history(tmp_path):
    saved = inputs()
    saved = dataclasses.replace(saved, history=History(("2017-02-04",), no_history().counts))
    assert_equal(again(saved, tmp_path), saved)


@pytest.mark.parametrize("agency_id", ["0010", "NULL", "1E10"])
def test_an_agency_id_of_the_history_stays_the_text_it_is(tmp_path, agency_id):
    history = history_of(("2017-02-04", agency_id, 1, 0))
    saved = dataclasses.replace(inputs(), history=history)
    assert_equal(again(saved, tmp_path), saved)


def test_a_synthetic_extract_of_cohort_issued_stays_one(tmp_path):
    saved = inputs_of(case_of(ROWS, cohort="issued", synthetic=True))
    loaded = again(saved, tmp_path)
    assert loaded.extract.about.synthetic is True
    assert loaded.parameters["cohort"] == "issued"


def test_equal_inputs_are_saved_as_equal_bytes(tmp_path):
    save_inputs(inputs(), tmp_path / "one")
    save_inputs(inputs(), tmp_path / "two")
    for name in INPUT_FILES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_what_was_told_before_is_loaded_as_it_was(tmp_path):
    agencies = [f"MN{at % 3:07d}" for at in range(24)]
    counts = counts_of(numbered(*(request(agency_id=each) for each in agencies)))
    tables = tuple(counts.told.tables.values())
    assert len(tables) == 2  # citizenship and days
    plain = plain_tables(counts.told.tables.values())
    earlier = {"tables": plain, "last": plain, "gone": "lost", "beside": plain[:1]}
    loaded = again(dataclasses.replace(inputs(), earlier=earlier), tmp_path)
    assert earlier_from_plain(loaded.earlier) == Earlier(tables, tables, "lost", tables[:1])


TEXT = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=12)


@settings(deadline=None, max_examples=25)
@given(name=TEXT, note=TEXT, publisher=TEXT, policies=TEXT)
def test_any_text_comes_through_a_save_unchanged(name, note, publisher, policies):
    saved = inputs_of(case_of([request(agency_name=name)]), note=note, publisher=publisher)
    saved = dataclasses.replace(saved, directory=directory_of([], [policy(criteria=policies)]))
    with TemporaryDirectory() as folder:
        assert_equal(again(saved, Path(folder)), saved)


# Hashes


@cache
def counts():
    """Counted once: what is put in place of a cell below is nothing that could be counted."""
    return count_inputs(inputs())


def hashes(of: Inputs) -> dict[str, str]:
    return hashed(week_texts(of, counts()), TEMPLATE)


def changed(of: Inputs) -> list[str]:
    """The inputs whose hash is no longer that of inputs()."""
    before, after = hashes(inputs()), hashes(of)
    assert (identity_of(before) == identity_of(after)) == (before == after)
    return [name for name in before if before[name] != after[name]]


def test_equal_inputs_have_equal_hashes_also_after_a_save(tmp_path):
    assert changed(inputs()) == []
    assert changed(again(inputs(), tmp_path)) == []


def test_the_order_of_rows_and_columns_in_the_files_changes_no_hash(tmp_path):
    one = write_csv_extract(tmp_path / "one", ROWS, CHARGES)
    rows = [dict(reversed(row.items())) for row in reversed(ROWS)]
    two = write_csv_extract(tmp_path / "two", rows, CHARGES[::-1])
    before, after = (
        hashes(dataclasses.replace(inputs(), extract=read_extract(str(folder), WEEK)))
        for folder in (one, two)
    )
    assert (one / "requests.csv").read_bytes() != (two / "requests.csv").read_bytes()
    assert before == after


@pytest.mark.parametrize("column", REQUEST_COLUMNS)
def test_one_cell_of_the_requests_changes_their_hash_and_no_other_unless_it_is_the_flag(column):
    requests = inputs().extract.requests.copy()
    other = pd.Timestamp("2017-02-11T00:01") if column in DATETIMES else "other"
    requests.loc[1, column] = other
    extract = dataclasses.replace(inputs().extract, requests=requests)
    # No published byte depends on the flag.
    named = [] if column == "protected" else ["requests"]
    assert changed(dataclasses.replace(inputs(), extract=extract)) == named


@pytest.mark.parametrize("column", CHARGE_COLUMNS)
def test_one_cell_of_the_charges_changes_their_hash_and_no_other(column):
    charges = inputs().extract.charges.copy()
    others = {"charge_no": 77, "charged_on": pd.Timestamp("2016-01-01")}
    charges.loc[0, column] = others.get(column, "other")
    extract = dataclasses.replace(inputs().extract, charges=charges)
    assert changed(dataclasses.replace(inputs(), extract=extract)) == ["charges"]


def test_an_emptied_cell_changes_the_hash():
    requests = inputs().extract.requests.copy()
    requests.loc[1, "sentence_ends_on"] = pd.NaT
    extract = dataclasses.replace(inputs().extract, requests=requests)
    assert changed(dataclasses.replace(inputs(), extract=extract)) == ["requests"]


@pytest.mark.parametrize(
    ("table", "column"), [(name, column) for name in COLUMNS for column in COLUMNS[name]]
)
def test_one_cell_of_a_table_changes_its_hash_and_no_other(table, column):
    frame = getattr(DIRECTORY, table).copy()
    frame.loc[0, column] = "other"
    directory = dataclasses.replace(DIRECTORY, **{table: frame})
    assert changed(dataclasses.replace(inputs(), directory=directory)) == [table]


@pytest.mark.parametrize("key", sorted(inputs().parameters))
def test_each_parameter_in_effect_changes_the_hash_of_the_parameters(key):
    parameters = inputs().parameters | {key: "other"}
    assert changed(dataclasses.replace(inputs(), parameters=parameters)) == ["parameters"]


def test_about_week_and_note_each_change_their_own_hash_and_the_history_none():
    one = inputs()
    for name, value in (("source", "x"), ("synthetic", True), ("as_of", WEEK.last_day)):
        about = dataclasses.replace(one.extract.about, **{name: value})
        extract = dataclasses.replace(one.extract, about=about)
        assert changed(dataclasses.replace(one, extract=extract)) == ["about"]
    assert changed(dataclasses.replace(one, week=WEEK.next)) == ["week"]
    assert changed(dataclasses.replace(one, note="another")) == ["note"]
    # With fewer than 8 weeks no check reads the history, and the page names the last week only.
    weeks, counts = one.history.weeks, one.history.counts
    more = History(("2017-01-21", *weeks), counts, last_declined=12)
    assert changed(dataclasses.replace(one, history=more)) == []
    for other in (History(weeks, counts, 13), History((*weeks, "2017-02-05"), counts, 12)):
        assert changed(dataclasses.replace(one, history=other)) == ["history"]


def test_of_a_long_history_the_highest_week_of_each_agency_asked_is_an_input():
    one = inputs()
    asked = one.extract.requests["agency_id"].iloc[0]
    weeks = tuple(f"2016-0{month}-02" for month in range(1, 9))

    def with_counts(*rows):
        counts = pd.DataFrame(rows, columns=["week", "agency_id", "issued", "declined"])
        return dataclasses.replace(one, history=History(weeks, counts))

    known = [(weeks[0], asked, 5, 1), (weeks[1], asked, 3, 0)]
    before = hashes(with_counts(*known))
    assert before["history"] != hashes(one)["history"]
    assert hashes(with_counts(*known, (weeks[2], asked, 4, 1))) == before
    assert hashes(with_counts(*known, (weeks[2], "XX0000000", 90, 9))) == before
    assert hashes(with_counts(*known, (weeks[2], asked, 6, 1)))["history"] != before["history"]


@pytest.fixture
def template_hash(tmp_path):
    """The hash of the template after a change to its notebook."""

    def template_hash(change=lambda notebook: None) -> str:
        notebook = nbformat.read(TEMPLATE, as_version=4)
        change(notebook)
        nbformat.write(notebook, tmp_path / "template.ipynb")
        return hashed({}, tmp_path / "template.ipynb")["template"]

    return template_hash


def test_a_word_or_a_tag_of_the_template_changes_its_hash(template_hash):
    def word(notebook):
        notebook.cells[0].source += " "

    def tag(notebook):
        notebook.cells[0].metadata["tags"] = []

    assert len({template_hash(), template_hash(word), template_hash(tag)}) == 3


def test_a_look_at_the_template_in_an_editor_does_not_change_its_hash(template_hash):
    def run(notebook):
        code = next(cell for cell in notebook.cells if cell.cell_type == "code")
        code.execution_count = 7
        code.outputs = [nbformat.v4.new_output("stream", text="x")]
        notebook.metadata["kernelspec"] = {"name": "other", "display_name": "Other"}

    assert template_hash(run) == template_hash() == hashes(inputs())["template"]


def test_the_saved_week_names_no_path_of_the_machine(tmp_path):
    save_inputs(inputs(), tmp_path)
    week = json.loads((tmp_path / "week.json").read_text(encoding="utf-8"))
    assert set(week) == {"week", "about", "parameters", "note", "history", "last_declined"}
    assert set(week["parameters"]) == set(inputs().parameters)
    assert str(tmp_path) not in json.dumps(week)
