"""Records of corrections and disputes: read as a whole, refused in full, applied with a guard."""

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest
import yaml
from extract_factory import request
from frames import extract_of, numbered
from pandas.testing import assert_frame_equal

from ddor.calendar import Week
from ddor.errors import NeedsCorrection, UsageError
from ddor.extract.model import REQUEST_COLUMNS
from ddor.maintained.corrected import corrected
from ddor.maintained.corrections import (
    FIGURES,
    GROUNDS,
    RECORDS,
    STATUSES,
    Action,
    Record,
    canonical,
    read_corrections,
)

ANSWERED = {"status": "upheld", "answered_on": "2017-04-10", "answer": "The row is corrected."}
ACTION = {
    "rows": ["F3-12", "F3-13"],
    "expect": {"outcome": "declined", "releasing_agency_id": ""},
    "set": {"releasing_agency_id": "TX2460000"},
}
IDS = {"F3-12": "r0", "F3-13": "r1", "F3-14": "r2"}


def _record(**overrides) -> dict:
    """The keys of one valid record, open and without action; None leaves a key out."""
    keys = (
        {
            "week": "2017-02-18",
            "agency_id": "TX2270000",
            "figure": "declined",
            "ground": "moved",
            "received_on": "2017-04-01",
            "status": "open",
        }
        | (ANSWERED if overrides.get("action") else {})
        | overrides
    )
    return {key: value for key, value in keys.items() if value is not None}


def _action(**overrides) -> dict:
    return ACTION | overrides


def _extract():
    return extract_of(numbered(request(), request(), request()))


@pytest.fixture
def write(tmp_path):
    """write(record, file): keys, or the text or bytes of the file -> the folder."""

    def write(content, file="moved.yaml"):
        folder = tmp_path / "corrections"
        folder.mkdir(exist_ok=True)
        if isinstance(content, dict):
            content = yaml.safe_dump(content, default_style='"', allow_unicode=True)
        data = content if isinstance(content, bytes) else content.encode()
        (folder / file).write_bytes(data)
        return folder

    return write


@pytest.fixture
def read(write):
    def read(content, file="moved.yaml"):
        (record,) = read_corrections(write(content, file))
        return record

    return read


@pytest.fixture
def problems(write):
    """Every problem of one file, each also in the message."""

    def problems(content, file="moved.yaml"):
        with pytest.raises(NeedsCorrection) as error:
            read_corrections(write(content, file))
        assert error.value.exit_code == 2 and isinstance(error.value, UsageError)
        assert all(str(problem) in str(error.value) for problem in error.value.problems)
        assert all(each.seen and each.expected and each.mend for each in error.value.problems)
        return error.value.problems

    return problems


@pytest.fixture
def places(problems):
    """The keys of all problems, in order."""
    return lambda content, file="moved.yaml": [each.column for each in problems(content, file)]


def _applied(extract, *records, cohort="recorded"):
    return corrected(extract, records, IDS, cohort)


def _made(name="moved", **action) -> Record:
    """A record as read, with an action."""
    action = _action(**action)
    return Record(
        name,
        Week.parse("2017-02-11"),
        "MN0270000",
        "declined",
        "moved",
        dt.date(2017, 4, 1),
        "open",
        None,
        "",
        "",
        Action(tuple(action["rows"]), action["expect"], action["set"]),
    )


def _stale(extract, *records, ids=IDS, cohort="recorded"):
    with pytest.raises(NeedsCorrection) as error:
        corrected(extract, records, ids, cohort)
    assert error.value.exit_code == 2 and isinstance(error.value, UsageError)
    assert all(str(problem) in str(error.value) for problem in error.value.problems)
    return error.value.problems


# Reading


def test_a_folder_that_does_not_exist_holds_no_records(tmp_path):
    assert read_corrections(tmp_path / "corrections") == ()


def test_a_valid_file_is_a_typed_record_named_as_the_file(read):
    record = read(_record(**ANSWERED, action=ACTION), "tx227-moved.yaml")
    assert record == Record(
        name="tx227-moved",
        week=Week.parse("2017-02-18"),
        agency_id="TX2270000",
        figure="declined",
        ground="moved",
        received_on=dt.date(2017, 4, 1),
        status="upheld",
        answered_on=dt.date(2017, 4, 10),
        answer="The row is corrected.",
        notice="",
        action=Action(
            ("F3-12", "F3-13"),
            {"outcome": "declined", "releasing_agency_id": ""},
            {"releasing_agency_id": "TX2460000"},
        ),
    )


def test_the_file_of_the_documents_is_valid(read):
    text = """
        week: 2017-02-18            # any date in the week
        agency_id: TX2270000
        figure: declined
        ground: notice_given
        received_on: 2017-04-01
        status: upheld
        answered_on: 2017-04-10
        answer: The person was released by another jail; the row is corrected.
        notice: by fax on 2017-02-14 at 09:30
        action:
          rows: [F3-12, F3-13]
          expect: {outcome: declined, releasing_agency_id: ""}
          set: {releasing_agency_id: TX2460000}
    """
    record = read(text)
    assert record.notice == "by fax on 2017-02-14 at 09:30"
    assert record.action.expect == {"outcome": "declined", "releasing_agency_id": ""}


def test_any_date_of_a_week_names_it(read):
    assert read(_record(week="2017-02-24")).week == Week.parse("2017-02-18")


def test_keys_with_nothing_behind_them_count_as_left_out(read):
    record = read(_record(answered_on="", answer="", notice="", action=""))
    assert (record.answered_on, record.answer, record.action) == (None, "", None)


def test_text_over_several_lines_becomes_one_line(read):
    assert read(_record(**ANSWERED | {"answer": "The row\n  is corrected.\n"})).answer == (
        "The row is corrected."
    )


def test_codes_that_yaml_would_change_stay_text(read):
    action = "{rows: [F3-12], expect: {county_fips: ''}, set: {county_fips: 01001}}"
    text = yaml.safe_dump(_record(**ANSWERED)) + f"action: {action}\n"
    assert read(text).action.set == {"county_fips": "01001"}


def test_records_come_by_name(write):
    for file in ("b.yaml", "a.yaml", "a-1.yaml"):
        folder = write(_record(), file)
    assert [record.name for record in read_corrections(folder)] == ["a", "a-1", "b"]


def test_the_readme_and_what_an_editor_hides_are_no_records(write):
    folder = write("# Corrections", "README.md")
    write("", ".gitkeep")
    write("", ".moved.yaml")
    (folder / ".ipynb_checkpoints").mkdir()
    assert read_corrections(folder) == ()


@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_can_be_disputed(read, figure):
    assert read(_record(figure=figure)).figure == figure


@pytest.mark.parametrize("ground", GROUNDS)
def test_every_ground_can_be_given(read, ground):
    notice = "by fax on 2017-02-14" if ground == "notice_given" else None
    assert read(_record(ground=ground, notice=notice)).ground == ground


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_can_be_given(read, status):
    answered = ANSWERED if status != "open" else {}
    assert read(_record(**answered | {"status": status})).status == status


# What is refused


@pytest.mark.parametrize("key", ["week", "agency_id", "figure", "ground", "received_on", "status"])
@pytest.mark.parametrize("value", [None, ""])
def test_a_key_that_is_missing_or_empty_is_named(problems, key, value):
    (problem,) = problems(_record(**{key: value}))
    assert (problem.table, problem.column, problem.seen) == ("moved.yaml", key, "nothing")
    assert problem.rows == ()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("week", "2017-02-30"),
        ("week", "Feb 18"),
        ("week", "20170218"),
        ("week", "1017-02-18"),
        ("agency_id", "tx2270000"),
        ("agency_id", "TX2"),
        ("agency_id", "TX22700001234"),
        ("figure", "received"),
        ("figure", "Declined"),
        ("ground", "not here"),
        ("received_on", "04/01/2017"),
        ("status", "closed"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_what_was_seen(problems, key, value):
    (problem,) = problems(_record(**{key: value}))
    assert (problem.table, problem.column, problem.seen) == ("moved.yaml", key, f'"{value}"')


@pytest.mark.parametrize("key", ["week", "answer", "figure"])
def test_a_list_where_text_belongs_is_named(problems, key):
    found = problems(_record(**ANSWERED | {key: ["a", "b"]}))
    assert [(each.column, each.seen) for each in found] == [(key, "a list or nested keys")]


def test_the_nearest_word_is_offered_for_a_misspelt_one(problems):
    (problem,) = problems(_record(ground="never_hear"))
    assert 'write "never_here"' in problem.mend


@pytest.mark.parametrize(
    ("keys", "place", "nearest"),
    [
        ({"grounds": "moved"}, "grounds", "ground"),
        ({"action": _action(row=["F3-12"])}, "action.row", "rows"),
        (
            {"action": _action(set={"relesing_agency_id": "TX2460000"})},
            "action.set.relesing_agency_id",
            "releasing_agency_id",
        ),
        ({"action": _action(expect={"outcom": "declined"})}, "action.expect.outcom", "outcome"),
        ({"action": _action(set={"ncic_code": "1399"})}, "action.set.ncic_code", None),
        ({"action": _action(set={"request_id": "r9"})}, "action.set.request_id", None),
        ({"action": _action(expect={"request_id": "r9"})}, "action.expect.request_id", None),
    ],
)
def test_an_unknown_key_or_column_is_refused_with_the_nearest_known(problems, keys, place, nearest):
    (problem,) = problems(_record(**keys))
    assert (problem.column, problem.seen) == (place, "an unknown key")
    assert nearest is None or f"`{nearest}`" in problem.mend
    assert "request_id" not in problem.expected


@pytest.mark.parametrize("text", ["week: 2017-02-18\nweek: 2017-02-25\n", "week: a\nweek: a\n"])
def test_a_key_that_stands_twice_is_refused_and_the_rest_is_told_too(places, text):
    assert places(text)[0] == "week" and "agency_id" in places(text)


def test_a_column_that_stands_twice_in_an_action_is_refused(places):
    action = "{rows: [F3-12], expect: {outcome: declined, outcome: honored}, set: {area: Denver}}"
    assert places(yaml.safe_dump(_record(**ANSWERED)) + f"action: {action}\n") == ["outcome"]


@pytest.mark.parametrize("status", [status for status in STATUSES if status != "open"])
def test_an_answered_record_has_its_answer_and_date(places, status):
    assert places(_record(status=status)) == ["answered_on", "answer"]
    assert places(_record(**ANSWERED | {"status": status, "answer": None})) == ["answer"]
    assert places(_record(**ANSWERED | {"status": status, "answered_on": ""})) == ["answered_on"]


def test_an_open_record_has_neither(places):
    assert places(_record(**ANSWERED | {"status": "open"})) == ["answered_on", "answer"]


def test_notice_stands_with_the_ground_notice_given_and_with_no_other(places):
    assert places(_record(ground="notice_given")) == ["notice"]
    assert places(_record(notice="by fax on 2017-02-14")) == ["notice"]


def test_an_answer_is_not_older_than_the_dispute(places, read):
    assert places(_record(**ANSWERED | {"answered_on": "2017-03-31"})) == ["answered_on"]
    assert read(_record(**ANSWERED | {"answered_on": "2017-04-01"})).answer


def test_a_figure_is_not_disputed_before_its_week(places, read):
    assert places(_record(received_on="2017-02-17")) == ["received_on"]
    assert read(_record(received_on="2017-02-18")).received_on == dt.date(2017, 2, 18)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("rows", None),
        ("rows", []),
        ("rows", "F3-12"),
        ("rows", {"F3-12": "x"}),
        ("expect", None),
        ("expect", {}),
        ("expect", "declined"),
        ("expect", ["outcome"]),
        ("set", None),
        ("set", {}),
        ("set", ""),
    ],
)
def test_an_action_has_rows_expect_and_set(places, part, value):
    action = {key: each for key, each in _action(**{part: value}).items() if each is not None}
    assert places(_record(action=action)) == [f"action.{part}"]


@pytest.mark.parametrize("action", ["F3-12", ["F3-12"]])
def test_an_action_that_is_no_keys_is_refused(places, action):
    assert places(_record(action=action)) == ["action"]


@pytest.mark.parametrize("label", ["r1", "f3-12", "3-12", "F3_12", "F3-", "F3-1 2", "F3-1-2", ""])
def test_a_label_of_another_form_is_refused_by_place_and_never_shown(problems, label):
    (problem,) = problems(_record(action=_action(rows=["F3-12", label])))
    assert problem.column == "action.rows[2]"
    assert problem.seen == "something else (not shown)"


def test_a_row_listed_twice_is_refused(problems):
    (problem,) = problems(_record(action=_action(rows=["F3-12", "F3-13", "F3-12"])))
    assert (problem.column, problem.seen) == ("action.rows[3]", "the label of rows[1]")


@pytest.mark.parametrize("part", ["expect", "set"])
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("outcome", "Declined"),
        ("outcome", ""),
        ("form", "I-248"),
        ("state", "Texas"),
        ("county_fips", "1001"),
        ("county_fips", "03001"),
        ("area", "Nowhere"),
        ("releasing_agency_id", "tx2460000"),
        ("agency_name", ""),
        ("agency_name", "#REF!"),
        ("issued_at", ""),
        ("issued_at", "1989-12-31"),
        ("issued_at", "2017-02-30"),
        ("released_at", "2017-02-14T09:00Z"),
        ("released_at", "2019-02-25"),
        ("released_at", "14.2.2017"),
        ("sentence_ends_on", "2017-02-14T09:00"),
        ("citizenship", "XXX"),
        ("protected", "yes"),
        ("custody_confirmed", "TRUE"),
        ("decline_reason", "policies"),
        ("follow_up_status", "x"),
        ("agency_level", "town"),
    ],
)
def test_a_value_that_the_door_would_refuse_is_refused(problems, part, column, value):
    (problem,) = problems(_record(action=_action(**{part: {column: value}})))
    assert (problem.column, problem.rows) == (f"action.{part}.{column}", ())
    assert problem.seen == (f'"{value}"' if value else "an empty cell")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("area", "Saint Paul"),
        ("released_at", ""),
        ("released_at", "2019-02-24T23:59"),
        ("sentence_ends_on", "2060-01-01"),
        ("county_fips", ""),
        ("decline_reason", ""),
        ("agency_name", "Hennepin County Jail"),
        ("protected", "true"),
    ],
)
def test_a_value_that_the_door_would_take_is_taken(read, column, value):
    assert read(_record(action=_action(set={column: value}))).action.set == {column: value}


def test_a_value_of_an_action_is_text(places):
    assert places(_record(action=_action(set={"area": ["Denver"]}))) == ["action.set.area"]


@pytest.mark.parametrize("text", ["- a\n- b\n", "a word"])
def test_a_file_without_keys_is_refused(problems, text):
    (problem,) = problems(text)
    assert (problem.table, problem.column, problem.seen) == ("moved.yaml", "", "no keys")


@pytest.mark.parametrize("text", ["", "# a comment\n", "[]"])
def test_of_an_empty_file_every_key_that_is_needed_is_named(places, text):
    needed = ["week", "agency_id", "figure", "ground", "received_on", "status"]
    assert places(text) == needed


@pytest.mark.parametrize(
    "text",
    [
        "week: 2017-02-18\nanswer: [Maria Garcia\n",
        "answer: Maria Garcia: gone\n",
        "a: &x {b: *x}\n",
        "? [a]\n: Maria Garcia\n",
        "a: 1\n---\na: 2\n",
        "a: \x07\n",
        "answer: {Maria Garcia: " + "[" * 3000,
    ],
)
def test_yaml_that_cannot_be_read_is_refused_without_quoting_it(problems, text):
    (problem,) = problems(text)
    assert "cannot be read" in problem.seen
    assert "Garcia" not in str(problem)


def test_a_file_that_is_not_utf_8_is_named(problems):
    (problem,) = problems("answer: señor".encode("cp1252"))
    seen = 'byte 0xF1 at position 10, which is "ñ" in Windows-1252'
    assert (problem.table, problem.seen, problem.expected) == ("moved.yaml", seen, "UTF-8")


def test_a_byte_order_mark_is_no_problem(read):
    assert read(b"\xef\xbb\xbf" + yaml.safe_dump(_record()).encode()).figure == "declined"


@pytest.mark.parametrize("file", ["moved.yml", "moved.YAML"])
def test_another_ending_of_yaml_is_told_to_be_renamed(problems, file):
    (problem,) = problems(_record(), file)
    assert (problem.table, problem.seen) == (file, "its name")


@pytest.mark.parametrize("file", ["notes.txt", "readme.md", "moved.yaml~", "yaml", "moved"])
def test_other_files_in_the_folder_are_told(problems, file):
    (problem,) = problems(_record(), file)
    assert (problem.table, problem.seen) == (file, "its name")


def test_a_folder_in_the_folder_is_told(problems, write):
    (write(_record()) / "old.yaml").mkdir()
    (problem,) = problems(_record())
    assert problem.table == "old.yaml"


@pytest.mark.parametrize("file", ["Moved.yaml", "tx_227.yaml", "tx 227.yaml", "é.yaml"])
def test_a_name_of_other_characters_is_refused(problems, file):
    (problem,) = problems(_record(), file)
    assert (problem.table, problem.seen) == (file, "its name")


def test_all_problems_of_all_files_come_at_once(write, problems):
    write(_record(figure="all", status="closed"), "a.yaml")
    write("[", "b.yaml")
    found = problems(_record(action=_action(rows=["x", "y"], set={"area": "x", "state": "x"})))
    assert [(each.table, each.column) for each in found] == [
        ("a.yaml", "figure"),
        ("a.yaml", "status"),
        ("b.yaml", ""),
        ("moved.yaml", "action.rows[1]"),
        ("moved.yaml", "action.rows[2]"),
        ("moved.yaml", "action.set.area"),
        ("moved.yaml", "action.set.state"),
    ]


# No person is named


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The person, A 012 345 678, was moved.", "an A-number"),
        ("SSN 123-45-6789", "a Social Security number"),
        ("Write to clerk@example.org.", "an e-mail address"),
        ("Call 612-555-0100.", "a phone number"),
        ("The person was born 1985-03-12.", "a date of birth"),
        ("Garcia, Maria", "a person's name"),
        ("The jail says that Maria Garcia was moved.", "a person's name"),
        ("The jail says that GARCIA, MARIA was moved.", "a person's name"),
        ("Moved with Maria de la Garcia's papers to a jail.", "a person's name"),
        ("Sheriff Juan M. Garcia says so.", "a person's name"),
        ("Travis County Sheriff Maria Garcia says so.", "a person's name"),
        ("Not at Hennepin County Jail. Maria Garcia was moved.", "a person's name"),
        ("It was Maria Garcia, Travis County Jail says.", "a person's name"),
        ("It was Maria Elena Lopez Garcia of the jail.", "a person's name"),
    ],
)
@pytest.mark.parametrize("key", ["answer", "notice", "status"])
def test_text_that_identifies_a_person_is_refused_and_not_shown(problems, text, kind, key):
    keys = ANSWERED | {"ground": "notice_given", "notice": "by fax", key: text}
    found = problems(_record(**keys))
    assert [(each.column, each.seen) for each in found] == [
        (key, f"text that looks like {kind} (not shown)")
    ]
    assert "Garcia" not in str(found[0]) and "GARCIA" not in str(found[0])


@pytest.mark.parametrize(
    "text",
    [
        "The person was moved to Hennepin County Jail on 2017-02-14.",
        "The row is corrected: Maria Garcia Correctional Facility released the person.",
        "Travis County, San Antonio and El Paso agree.",
        "St. Paul and Santa Rosa Jail agree; ICE took custody at 09:30.",
        "Released by TX2460000; see Form I-247D and 8 CFR 287.7.",
    ],
)
def test_text_about_agencies_and_places_is_accepted(read, text):
    assert read(_record(**ANSWERED | {"answer": text})).answer == text


def test_no_message_about_a_wrong_key_or_file_name_holds_a_name(problems, write):
    write(_record(), "maria-garcia.yaml")
    write("", "Maria Garcia.txt")
    found = problems(_record(**{"Maria Garcia": "x", "maria_garcia": "y"}))
    assert len(found) == 4
    assert not any(name in str(each).lower() for each in found for name in ("maria", "garcia"))


def test_a_value_of_an_action_that_names_a_person_is_refused_and_not_shown(problems):
    (problem,) = problems(_record(action=_action(set={"agency_name": "Sheriff Maria Garcia"})))
    assert problem.column == "action.set.agency_name"
    assert "Garcia" not in str(problem)


# Applying


def test_the_rows_named_are_changed_and_no_other_cell():
    extract = _extract()
    result = _applied(extract, _made())
    expected = extract.requests.assign(
        releasing_agency_id=pd.array(["TX2460000", "TX2460000", None], dtype="str")
    )
    assert_frame_equal(result.requests, expected)
    assert_frame_equal(result.charges, extract.charges)
    assert result.about == extract.about


def test_the_extract_given_is_left_as_it_is():
    extract, untouched = _extract(), _extract()
    _applied(extract, _made())
    assert_frame_equal(extract.requests, untouched.requests)


def test_without_actions_the_extract_stays_the_same():
    extract = _extract()
    result = _applied(extract, replace(_made(), action=None))
    assert_frame_equal(result.requests, extract.requests)


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("released_at", "", None),
        ("released_at", "2017-02-16", pd.Timestamp("2017-02-16")),
        ("notice_at", "2017-02-13 08:15", pd.Timestamp("2017-02-13T08:15")),
        ("sentence_ends_on", "2060-01-01", pd.Timestamp("2060-01-01")),
        ("county_fips", "", None),
        ("county_fips", "01001", "01001"),
        ("area", "Saint Paul Area of Responsibility", "St. Paul"),
        ("custody_confirmed", "false", "false"),
    ],
)
def test_values_are_typed_as_the_extract_is(column, text, value):
    extract = extract_of(numbered(request(area="Denver"), request(area="Denver")))
    action = {"expect": {"outcome": "declined"}, "set": {column: text}}
    result = _applied(extract, _made(rows=["F3-12"], **action)).requests
    seen = result.loc[0, column]
    assert pd.isna(seen) if value is None else seen == value
    assert result.dtypes.to_dict() == extract.requests.dtypes.to_dict()
    assert list(result) == list(REQUEST_COLUMNS)
    assert result.index.equals(pd.RangeIndex(2))
    assert result.loc[1].equals(extract.requests.loc[1])


def test_an_expected_value_is_compared_as_typed():
    expect = {"released_at": "2017-02-14T00:00", "area": "Saint Paul", "notice_at": ""}
    assert _applied(_extract(), _made(expect=expect)).requests.loc[0, "releasing_agency_id"]


@pytest.mark.parametrize(
    ("row", "column", "seen", "expected"),
    [
        ({"outcome": "honored"}, "outcome", '"honored"', '"declined"'),
        (
            {"releasing_agency_id": "TX9990000"},
            "releasing_agency_id",
            '"TX9990000"',
            "an empty cell",
        ),
    ],
)
def test_a_row_that_holds_something_else_is_refused_with_both_values(row, column, seen, expected):
    extract = extract_of(numbered(request(), request(**row)))
    (problem,) = _stale(extract, _made())
    assert (problem.table, problem.column) == ("moved.yaml", f"F3-13 {column}")
    assert (problem.seen, problem.expected) == (seen, expected)
    assert problem.mend.startswith("the source may have been corrected")


def test_a_row_that_became_empty_is_refused_and_a_date_is_shown_as_it_is_written():
    extract = extract_of(numbered(request(released_at=""), request(sentence_ends_on="2020-01-31")))
    expect = {"released_at": "2017-02-14", "sentence_ends_on": ""}
    found = _stale(extract, _made(expect=expect))
    assert [(each.column, each.seen) for each in found] == [
        ("F3-12 released_at", "an empty cell"),
        ("F3-13 sentence_ends_on", '"2020-01-31"'),
    ]


def test_a_correction_that_the_source_has_taken_over_is_refused():
    extract = extract_of(numbered(request(releasing_agency_id="TX2460000"), request()))
    (problem,) = _stale(extract, _made(expect={"outcome": "declined"}))
    assert problem.column == "F3-12 releasing_agency_id"
    assert problem.seen == "what the record sets"


def test_a_label_that_the_ledger_does_not_have_is_refused():
    (problem,) = _stale(_extract(), _made(rows=["F3-12", "F9-9"]))
    assert (problem.column, problem.seen) == ("F9-9", "a label that is not in the ledger")


def test_a_row_that_is_not_in_the_extract_is_refused():
    (problem,) = _stale(extract_of(numbered(request())), _made())
    assert (problem.column, problem.seen) == ("F3-13", "no such row")


def test_a_label_of_a_request_to_another_agency_is_refused_unless_that_is_what_is_corrected():
    other = request(agency_id="TX2270000", state="TX", county_fips="48453", area="San Antonio")
    extract = extract_of(numbered(request(), other))
    (problem,) = _stale(extract, _made())
    assert (problem.column, problem.seen) == ("F3-13 agency_id", "a request to another agency")
    expect = {"agency_id": "TX2270000", "releasing_agency_id": ""}
    made = _made(rows=["F3-13"], expect=expect, set={"agency_id": "MN0270000"})
    assert _applied(extract, made).requests.at[1, "agency_id"] == "MN0270000"


@pytest.mark.parametrize("status", ["open", "not_upheld", "taken_back"])
def test_rows_are_corrected_only_where_the_answer_says_that_the_figure_was_wrong(places, status):
    answer = {} if status == "open" else ANSWERED
    assert places(
        _record(**answer | {"status": status}, action=ACTION)
        | ({"answered_on": "", "answer": ""} if status == "open" else {})
    ) == ["action"]


def test_no_message_holds_a_request_id():
    extract = extract_of([request(request_id="KEY-77", outcome="honored")])
    found = _stale(
        extract, _made(rows=["F3-12", "KEY-77", "KEY-88"]), ids={"F3-12": "KEY-77", "F1": "KEY-88"}
    )
    assert [each.column for each in found] == ["F3-12 outcome", "action.rows[2]", "action.rows[3]"]
    assert not any("KEY" in str(each) for each in found)


def test_all_that_is_stale_in_all_records_comes_at_once_by_name():
    extract = extract_of(numbered(request(outcome="honored")))
    found = _stale(extract, _made("b"), _made("a", rows=["F9-9"], set={"area": "Denver"}))
    assert [(each.table, each.column) for each in found] == [
        ("a.yaml", "F9-9"),
        ("b.yaml", "F3-12 outcome"),
        ("b.yaml", "F3-13"),
    ]


def test_two_records_that_set_one_cell_are_refused():
    (problem,) = _stale(_extract(), _made("b", rows=["F3-13"]), _made("a"))
    assert (problem.table, problem.column) == ("b.yaml", "F3-13 releasing_agency_id")
    assert "a.yaml (F3-13)" in problem.seen


def test_two_labels_of_one_row_are_one_row():
    ids = IDS | {"F3-13": "r0"}
    (problem,) = _stale(_extract(), _made(), ids=ids)
    assert problem.column == "F3-13 releasing_agency_id"


def test_two_records_may_set_different_cells_of_a_row_whatever_each_expects():
    first = _made("a", expect={"releasing_agency_id": ""})
    second = _made("b", expect={"releasing_agency_id": ""}, set={"area": "Denver"})
    one, other = _applied(_extract(), first, second), _applied(_extract(), second, first)
    assert one.requests.loc[0, ["releasing_agency_id", "area"]].tolist() == ["TX2460000", "Denver"]
    assert_frame_equal(one.requests, other.requests)


@pytest.mark.parametrize(
    ("changes", "cohort", "refused"),
    [
        ({"outcome": "pending"}, "recorded", True),
        ({"outcome": "pending"}, "issued", True),
        ({"outcome": "pending", "outcome_recorded_at": ""}, "recorded", False),
        ({"outcome_recorded_at": ""}, "recorded", True),
        ({"outcome_recorded_at": ""}, "issued", False),
        ({"outcome": "honored"}, "recorded", False),
    ],
)
def test_an_outcome_and_its_date_agree_after_the_correction(changes, cohort, refused):
    record = _made(rows=["F3-12"], set=changes)
    if not refused:
        assert _applied(_extract(), record, cohort=cohort)
        return
    (problem,) = _stale(_extract(), record, cohort=cohort)
    assert problem.column == "F3-12 outcome_recorded_at"


# Kept and hashed


def test_records_survive_a_round_trip_through_json(write):
    write(_record(**ANSWERED, action=ACTION), "a.yaml")
    records = read_corrections(write(_record(), "b.yaml"))
    assert RECORDS.validate_json(RECORDS.dump_json(records)) == records


def test_canonical_does_not_see_how_and_in_what_order_files_are_written(write):
    def written(text, file="a.yaml"):
        return canonical(read_corrections(write(text, file)))

    keys = _record(**ANSWERED, action=ACTION)
    turned = dict(reversed(keys.items())) | {"action": _action(rows=["F3-13", "F3-12"])}
    assert written(keys) == written(yaml.safe_dump(turned, sort_keys=False) + "# a comment\n")
    assert canonical([_made("a"), _made("b")]) == canonical([_made("b"), _made("a")])


@pytest.mark.parametrize(
    "change", [{"answer": "Otherwise."}, {"week": "2017-02-11"}, {"action": None}]
)
def test_canonical_sees_every_change(write, change):
    keys = _record(**ANSWERED, action=ACTION)
    before = canonical(read_corrections(write(keys)))
    after = canonical(read_corrections(write(_record(**{**keys, **change}))))
    assert before != after
