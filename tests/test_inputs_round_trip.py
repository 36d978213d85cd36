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
    plain_of,
    policy,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from weekly_runs import files_of

from ddor.extract.model import DATETIMES
from ddor.extract.read import read_extract
from ddor.inputs import INPUT_FILES, Inputs, load_inputs, save_inputs
from ddor.jobs.prepared import hashed, identity_of
from ddor.jobs.weekly import week_texts
from ddor.maintained.directory import COLUMNS
from ddor.measures.disclosure import EARLIER, PriorTables
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
NOWHERE = {"outcome": "pending", "county_fips": "", "area": ""}
ROWS = numbered(
    request(),
    request(**FULL, agency_name='Jail, "the" old\u2014Señor 01001'),
    request(
        **dict.fromkeys(("outcome_recorded_at", "released_at", "decline_reason"), ""), **NOWHERE
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


@cache
def inputs() -> Inputs:
    whole = inputs_of(
        case_of(ROWS, CHARGES), note="# Note\n\n*é*", publisher="A & B", ignored_columns=["x", "01"]
    )
    rows = (("2017-01-28", "0010", 3, 1), ("2017-02-04", "MN0270000", 0, 12))
    history = history_of(*rows, last=12)
    return dataclasses.replace(whole, directory=DIRECTORY, history=history)


def frames_of(inputs: Inputs) -> dict[str, pd.DataFrame]:
    """Name of an input that is a table -> the table."""
    tables = {name: getattr(inputs.directory, name) for name in COLUMNS}
    return {name: getattr(inputs.extract, name) for name in ("requests", "charges")} | tables


def assert_equal(one: Inputs, other: Inputs) -> None:
    for name in ("week", "parameters", "note"):
        assert getattr(one, name) == getattr(other, name)
    assert one.extract.about == other.extract.about
    assert one.history.weeks == other.history.weeks
    assert one.history.last_declined == other.history.last_declined
    pd.testing.assert_frame_equal(one.history.counts, other.history.counts)
    for a, b in zip(frames_of(one).values(), frames_of(other).values(), strict=True):
        pd.testing.assert_frame_equal(a, b)


def again(saved: Inputs, folder: Path) -> Inputs:
    save_inputs(saved, folder)
    return load_inputs(folder)


# The factories of these tests


def test_what_frames_makes_is_what_reading_makes_of_the_same_rows(tmp_path):
    about = {"as_of": "2017-03-01", "source": "a source"}
    folder = write_csv_extract(tmp_path / "extract", ROWS, CHARGES, about)
    read, made = read_extract(str(folder), WEEK), extract_of(ROWS, CHARGES)
    assert read.about == made.about
    pd.testing.assert_frame_equal(read.requests, made.requests)
    pd.testing.assert_frame_equal(read.charges, made.charges)


# Save and load


def test_what_was_saved_is_loaded_equal_missing_values_and_types_included(tmp_path):
    loaded = again(inputs(), tmp_path)
    assert_equal(loaded, inputs())
    assert changed(loaded) == []


EMPTY = dataclasses.replace(
    inputs_of(case_of(ROWS[:1])), directory=directory_of(), history=no_history()
)
IDS = [("2017-02-04", agency_id, 1, 0) for agency_id in ("0010", "NULL", "1E10")]


@pytest.mark.parametrize(
    "saved",
    [
        EMPTY,
        # Weeks without any figure stay weeks of the history.
        dataclasses.replace(EMPTY, history=History(("2017-02-04",), no_history().counts)),
        # An agency_id stays the text it is.
        dataclasses.replace(EMPTY, history=history_of(*IDS)),
        inputs_of(case_of(ROWS, cohort="issued", synthetic=True)),
    ],
    ids=["empty", "weeks without figures", "agency ids", "synthetic and issued"],
)
def test_what_is_empty_or_unlike_is_loaded_equal(tmp_path, saved):
    assert_equal(again(saved, tmp_path), saved)


def test_equal_inputs_are_saved_as_equal_bytes_of_the_files_that_a_run_keeps(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        save_inputs(inputs(), folder)
    assert files_of(one) == files_of(two)
    assert files_of(one).keys() == set(INPUT_FILES)


def test_what_was_told_before_is_loaded_as_it_was(tmp_path):
    agencies = [f"MN{at % 3:07d}" for at in range(24)]
    counts = counts_of(numbered(*(request(agency_id=each) for each in agencies)))
    tables = tuple(counts.published.tables.values())
    assert len(tables) == 2  # citizenship and days
    plain = plain_of(counts.published)
    earlier = {"tables": plain, "last": plain, "gone": "lost", "beside": plain[:1]}
    loaded = again(dataclasses.replace(inputs(), earlier=earlier), tmp_path)
    assert EARLIER.validate_python(loaded.earlier) == PriorTables(
        tables, tables, "lost", tables[:1]
    )


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


@cache
def own_hashes() -> dict[str, str]:
    return hashes(inputs())


def hashes(of: Inputs) -> dict[str, str]:
    return hashed(week_texts(of, counts()), TEMPLATE)


def changed(of: Inputs) -> list[str]:
    """The inputs whose hash is no longer that of inputs()."""
    before, after = own_hashes(), hashes(of)
    assert (identity_of(before) == identity_of(after)) == (before == after)
    return [name for name in before if before[name] != after[name]]


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


def with_cell(table: str, row: int, column: str, value) -> Inputs:
    """inputs() with this value in a cell of a table."""
    frame = frames_of(inputs())[table].copy()
    frame.loc[row, column] = value
    part = "directory" if table in COLUMNS else "extract"
    changed = dataclasses.replace(getattr(inputs(), part), **{table: frame})
    return dataclasses.replace(inputs(), **{part: changed})


@pytest.mark.parametrize("table", frames_of(inputs()))
def test_one_cell_of_a_table_changes_its_hash_and_no_other_unless_it_is_the_flag(table):
    for column in frames_of(inputs())[table]:
        other = pd.Timestamp("2017-02-11T00:01") if column in DATETIMES else "other"
        other = 77 if column == "charge_no" else other
        # No published byte depends on the flag.
        named = [] if column == "protected" else [table]
        assert changed(with_cell(table, 0, column, other)) == named, column


def test_an_emptied_cell_changes_the_hash():
    assert changed(with_cell("requests", 1, "sentence_ends_on", pd.NaT)) == ["requests"]


def test_each_parameter_in_effect_changes_the_hash_of_the_parameters():
    for key in inputs().parameters:
        parameters = inputs().parameters | {key: "other"}
        assert changed(dataclasses.replace(inputs(), parameters=parameters)) == ["parameters"], key


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
    assert before["history"] != own_hashes()["history"]
    assert hashes(with_counts(*known, (weeks[2], asked, 4, 1))) == before
    assert hashes(with_counts(*known, (weeks[2], "XX0000000", 90, 9))) == before
    assert hashes(with_counts(*known, (weeks[2], asked, 6, 1)))["history"] != before["history"]


def test_a_word_or_a_tag_of_the_template_changes_its_hash_and_a_look_at_it_does_not(tmp_path):
    def hash_after(change) -> str:
        notebook = nbformat.read(TEMPLATE, as_version=4)
        change(notebook)
        nbformat.write(notebook, tmp_path / "template.ipynb")
        return hashed({}, tmp_path / "template.ipynb")["template"]

    def word(notebook):
        notebook.cells[0].source += " "

    def tag(notebook):
        notebook.cells[0].metadata["tags"] = []

    def look(notebook):
        code = next(cell for cell in notebook.cells if cell.cell_type == "code")
        code.execution_count = 7
        code.outputs = [nbformat.v4.new_output("stream", text="x")]
        notebook.metadata["kernelspec"] = {"name": "other", "display_name": "Other"}

    own = own_hashes()["template"]
    assert hash_after(look) == own
    assert len({own, hash_after(word), hash_after(tag)}) == 3


def test_the_saved_week_names_no_path_of_the_machine(tmp_path):
    save_inputs(inputs(), tmp_path)
    week = json.loads((tmp_path / "week.json").read_text(encoding="utf-8"))
    assert set(week) == {"week", "about", "parameters", "note", "history", "last_declined"}
    assert set(week["parameters"]) == set(inputs().parameters)
    assert str(tmp_path) not in json.dumps(week)
