"""Records of corrections and disputes: read as a whole, refused in full, applied with a guard."""

import datetime as dt
import itertools
from dataclasses import replace

import pandas as pd
import pytest
import yaml
from conftest import cases, each_line
from extract_factory import request
from frames import extract_of, numbered
from pandas.testing import assert_frame_equal

from ddor.calendar import Week
from ddor.errors import NeedsCorrection, UsageError
from ddor.extract.model import REQUEST_COLUMNS
from ddor.maintained.corrections import (
    FIGURES,
    GROUNDS,
    RECORDS,
    STATUSES,
    Action,
    Record,
    canonical,
    corrected,
    read_corrections,
)

ANSWERED = {"status": "upheld", "answered_on": "2017-04-10", "answer": "The row is corrected."}
ACTION = {"rows": ["F3-12", "F3-13"], "set": {"releasing_agency_id": "TX2460000"}}
ACTION["expect"] = {"outcome": "declined", "releasing_agency_id": ""}
IDS = {"F3-12": "r0", "F3-13": "r1", "F3-14": "r2"}


def _keys(text: str) -> dict:
    """`a: x, b: y` as keys, every value text."""
    return yaml.load(f"{{{text}}}", yaml.BaseLoader)


OPEN = _keys("week: 2017-02-18, agency_id: TX2270000, figure: declined, ground: moved")
OPEN |= _keys("received_on: 2017-04-01, status: open")


def _record(**overrides) -> dict:
    """The keys of one valid record, open and without action; None leaves a key out."""
    keys = OPEN | (ANSWERED if overrides.get("action") else {}) | overrides
    return {key: value for key, value in keys.items() if value is not None}


def _action(**overrides) -> dict:
    return ACTION | overrides


def _extract():
    return extract_of(numbered(request(), request(), request()))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "corrections").mkdir()
    return tmp_path / "corrections"


def _write(folder, content, file="moved.yaml") -> None:
    """content: keys, or the text or bytes of the file."""
    if isinstance(content, dict):
        content = yaml.safe_dump(content, default_style='"', allow_unicode=True)
    (folder / file).write_bytes(content if isinstance(content, bytes) else content.encode())


def _read(folder, content, file="moved.yaml") -> Record:
    _write(folder, content, file)
    (record,) = read_corrections(folder)
    return record


def _problems(folder, content) -> list:
    """Every problem of one file, each also in the message."""
    _write(folder, content)
    return _refused(lambda: read_corrections(folder))


def _places(folder, content) -> list[str]:
    """The keys of all problems, in order."""
    return [each.column for each in _problems(folder, content)]


def _refused(act) -> list:
    with pytest.raises(NeedsCorrection) as error:
        act()
    assert error.value.exit_code == 2 and isinstance(error.value, UsageError)
    assert all(str(problem) in str(error.value) for problem in error.value.problems)
    assert all(each.seen and each.expected and each.mend for each in error.value.problems)
    return error.value.problems


def _applied(extract, *records, cohort="recorded") -> pd.DataFrame:
    return corrected(extract, records, IDS, cohort).requests


def _made(name="moved", **action) -> Record:
    """A record as read, with an action."""
    keys = _record(week="2017-02-11", agency_id="MN0270000", action=_action(**action))
    return RECORDS.validate_python([{"name": name, **keys}])[0]


def _stale(extract, *records, ids=IDS, cohort="recorded") -> list:
    return _refused(lambda: corrected(extract, records, ids, cohort))


# Reading


def test_the_file_of_the_documents_is_a_typed_record_named_as_the_file(folder):
    """Any date of the week names it; text over several lines becomes one line."""
    text = """
        week: 2017-02-24            # any date in the week
        agency_id: TX2270000
        figure: declined
        ground: notice_given
        received_on: 2017-04-01
        status: upheld
        answered_on: 2017-04-10
        answer: The person was released by another jail;
          the row is corrected.
        notice: by fax on 2017-02-14 at 09:30
        action:
          rows: [F3-12, F3-13]
          expect: {outcome: declined, releasing_agency_id: ""}
          set: {releasing_agency_id: TX2460000}
    """
    told = _keys("agency_id: TX2270000, figure: declined, ground: notice_given, status: upheld")
    told |= {"week": Week.parse("2017-02-18"), "received_on": dt.date(2017, 4, 1)}
    told["answer"] = "The person was released by another jail; the row is corrected."
    told |= {"answered_on": dt.date(2017, 4, 10), "notice": "by fax on 2017-02-14 at 09:30"}
    told["action"] = Action(("F3-12", "F3-13"), ACTION["expect"], ACTION["set"])
    assert _read(folder, text, "tx227-moved.yaml") == Record(name="tx227-moved", **told)


def test_keys_with_nothing_behind_them_count_as_left_out_and_codes_stay_text(folder):
    record = _read(folder, _record(answered_on="", answer="", notice="", action=""))
    assert (record.answered_on, record.answer, record.action) == (None, "", None)
    action = "{rows: [F3-12], expect: {county_fips: ''}, set: {county_fips: 01001}}"
    text = yaml.safe_dump(_record(**ANSWERED)) + f"action: {action}\n"
    assert _read(folder, text).action.set == {"county_fips": "01001"}


def test_records_come_by_name_without_the_readme_and_what_an_editor_hides(folder):
    for file in ("b.yaml", "a.yaml", "a-1.yaml"):
        _write(folder, _record(), file)
    for file in ("README.md", ".gitkeep", ".moved.yaml"):
        _write(folder, "# Corrections", file)
    (folder / ".ipynb_checkpoints").mkdir()
    assert read_corrections(folder / "none") == ()
    assert [record.name for record in read_corrections(folder)] == ["a", "a-1", "b"]


def test_every_figure_ground_and_status_can_be_given(folder):
    known = {"figure": FIGURES, "ground": GROUNDS, "status": STATUSES}
    for key, value in [(key, value) for key, values in known.items() for value in values]:
        needed = {"notice": "by fax"} if value == "notice_given" else {}
        needed |= ANSWERED if key == "status" and value != "open" else {}
        assert getattr(_read(folder, _record(**needed | {key: value})), key) == value


# What is refused: lists, files without keys and encodings in test_cases.py and test_parameters.py


def test_a_key_that_is_missing_or_empty_is_named(folder):
    needed = ["week", "agency_id", "figure", "ground", "received_on", "status"]
    for key, value in itertools.product(needed, (None, "")):
        (problem,) = _problems(folder, _record(**{key: value}))
        assert (problem.table, problem.column, problem.seen) == ("moved.yaml", key, "nothing")
        assert problem.rows == ()
    assert [each.column for each in _problems(folder, "# a comment\n")] == needed


@each_line("""
    key         | values
    week        | 2017-02-30; Feb 18; 20170218; 1017-02-18
    agency_id   | tx2270000; TX2; TX22700001234
    figure      | received; Declined
    ground      | not here; never_hear
    received_on | 04/01/2017
    status      | closed
""")
def test_a_value_that_does_not_fit_is_named_with_what_was_seen(folder, key, values):
    for value in values.split("; "):
        (problem,) = _problems(folder, _record(**{key: value}))
        assert (problem.table, problem.column, problem.seen) == ("moved.yaml", key, f'"{value}"')
        assert value != "never_hear" or 'write "never_here"' in problem.mend, "the nearest word"


def test_an_unknown_key_or_column_is_refused_with_the_nearest_known(folder):
    for keys, place, mend in (
        ({"grounds": "moved"}, "grounds", "`ground`"),
        ({"action": _action(row=["F3-12"])}, "action.row", "`rows`"),
        ({"action": _action(set={"are": "Denver"})}, "action.set.are", "`area`"),
        ({"action": _action(expect={"outcom": "declined"})}, "action.expect.outcom", "`outcome`"),
        ({"action": _action(set={"ncic_code": "1399"})}, "action.set.ncic_code", "remove it"),
        ({"action": _action(set={"request_id": "r9"})}, "action.set.request_id", "remove it"),
    ):
        (problem,) = _problems(folder, _record(**keys))
        assert (problem.column, problem.seen) == (place, "an unknown key")
        assert mend in problem.mend and "request_id" not in problem.expected


def test_a_key_or_column_that_stands_twice_is_refused_and_the_rest_is_told_too(folder):
    found = _places(folder, "week: 2017-02-18\nweek: 2017-02-25\n")
    assert found[0] == "week" and "agency_id" in found
    action = "{rows: [F3-12], expect: {outcome: declined, outcome: honored}, set: {area: Denver}}"
    text = yaml.safe_dump(_record(**ANSWERED)) + f"action: {action}\n"
    assert _places(folder, text) == ["outcome"]


@each_line("""
    keys                                                    | refused
    status: upheld                                          | answered_on answer
    status: partly_upheld                                   | answered_on answer
    status: not_upheld, answered_on: 2017-04-10             | answer
    status: taken_back, answer: They took it back.          | answered_on
    answered_on: 2017-04-10, answer: It is corrected.       | answered_on answer
    ground: notice_given                                    | notice
    notice: by fax on 2017-02-14                            | notice
    received_on: 2017-02-17                                 | received_on
    received_on: 2017-02-18                                 |
    status: upheld, answer: Yes., answered_on: 2017-03-31   | answered_on
    status: upheld, answer: Yes., answered_on: 2017-04-01   |
""")
def test_answer_notice_and_dates_agree_with_status_ground_and_each_other(folder, keys, refused):
    """An answer is with every status but open; nothing is disputed before its week is there."""
    given = _record(**_keys(keys))
    if refused:
        assert _places(folder, given) == refused.split()
    else:
        assert _read(folder, given).name == "moved"


def test_an_action_has_rows_expect_and_set(folder):
    wrong = {"rows": ([], "F3-12", {"F3-12": "x"}), "expect": ({}, ["outcome"]), "set": ({}, "")}
    for part, values in wrong.items():
        for value in values:
            assert _places(folder, _record(action=_action(**{part: value}))) == [f"action.{part}"]
    found = _places(folder, _record(action={"other": "x"}))
    assert found == ["action.other", "action.rows", "action.expect", "action.set"]
    for action in ("F3-12", ["F3-12"]):
        assert _places(folder, _record(action=action)) == ["action"]


def test_a_label_of_another_form_is_refused_by_place_and_never_shown(folder):
    wrong = ["r1", "f3-12", "3-12", "F3_12", "F3-", "F3-1 2", "F3-1-2", ""]
    found = _problems(folder, _record(action=_action(rows=["F3-12", *wrong, "F3-12"])))
    *others, twice = [(each.column, each.seen) for each in found]
    hidden = "something else (not shown)"
    assert others == [(f"action.rows[{at}]", hidden) for at in range(2, 10)]
    assert twice == ("action.rows[10]", "the label of rows[1]")


@pytest.mark.parametrize("part", ["expect", "set"])
def test_a_value_that_validation_would_refuse_is_refused(folder, part):
    """By the rules of an extract, which have their own tests: a code, a place, a time, a date."""
    for column, value in cases("""
        outcome          |
        county_fips      | 03001
        agency_name      | #REF!
        released_at      | 2019-02-25
        sentence_ends_on | 2017-02-14T09:00
    """):
        (problem,) = _problems(folder, _record(action=_action(**{part: {column: value}})))
        assert (problem.column, problem.rows) == (f"action.{part}.{column}", ())
        assert problem.seen == (f'"{value}"' if value else "an empty cell")
    (problem,) = _problems(folder, _record(action=_action(**{part: {"area": ["Denver"]}})))
    assert problem.column == f"action.{part}.area"


UNREADABLE = ["answer: [Maria Garcia\n", "answer: Maria Garcia: gone\n", "? [a]\n: Maria Garcia\n"]
UNREADABLE += ["a: 1\n---\na: 2\n", "answer: {Maria Garcia: " + "[" * 3000]


@pytest.mark.parametrize("text", UNREADABLE)
def test_yaml_that_cannot_be_read_is_refused_without_quoting_it(folder, text):
    (problem,) = _problems(folder, text)
    assert "cannot be read" in problem.seen
    assert "Garcia" not in str(problem)


def test_what_is_no_file_of_a_record_by_its_name_is_told(folder):
    wrong = "Moved.yaml moved moved.YAML moved.yaml~ moved.yml notes.txt readme.md tx_227.yaml"
    names = [*wrong.split(), "tx 227.yaml", "é.yaml", "yaml"]
    for name in names:
        _write(folder, _record(), name)
    (folder / "old.yaml").mkdir()
    found = _problems(folder, _record())
    assert {each.table for each in found} == {*names, "old.yaml"}
    assert {each.seen for each in found} == {"its name"}


def test_all_problems_of_all_files_come_at_once(folder):
    _write(folder, _record(figure="all", status="closed"), "a.yaml")
    _write(folder, "[", "b.yaml")
    action = _action(rows=["x", "y"], set={"area": "x", "state": "x"})
    found = _problems(folder, _record(action=action))
    places = "action.rows[1] action.rows[2] action.set.area action.set.state".split()
    assert [(each.table, each.column) for each in found] == [
        *(("a.yaml", "figure"), ("a.yaml", "status"), ("b.yaml", "")),
        *(("moved.yaml", place) for place in places),
    ]


# No person is named


@each_line("""
    text                                                 | kind
    The person, A 012 345 678, was moved.                | an A-number
    The person was born 1985-03-12.                      | a date of birth
    Garcia, Maria                                        | a person's name
    The jail says that Maria Garcia was moved.           | a person's name
    The jail says that GARCIA, MARIA was moved.          | a person's name
    Moved with Maria de la Garcia's papers to a jail.    | a person's name
    Sheriff Juan M. Garcia says so.                      | a person's name
    Travis County Sheriff Maria Garcia says so.          | a person's name
    Not at Hennepin County Jail. Maria Garcia was moved. | a person's name
    It was Maria Garcia, Travis County Jail says.        | a person's name
    It was Maria Elena Lopez Garcia of the jail.         | a person's name
""")
def test_text_that_identifies_a_person_is_refused_and_not_shown(folder, text, kind):
    keys = ANSWERED | {"ground": "notice_given", "notice": "by fax"}
    for key in ("answer", "notice", "status"):
        (problem,) = _problems(folder, _record(**keys | {key: text}))
        seen = f"text that looks like {kind} (not shown)"
        assert (problem.column, problem.seen) == (key, seen)
        assert "garcia" not in str(problem).lower()


@each_line("""
    text
    The person was moved to Hennepin County Jail on 2017-02-14.
    The row is corrected: Maria Garcia Correctional Facility released the person.
    Travis County, San Antonio and El Paso agree; ICE took custody at 09:30.
    St. Paul and Santa Rosa Jail agree; see Form I-247D and 8 CFR 287.7 of TX2460000.
""")
def test_text_about_agencies_and_places_is_accepted(folder, text):
    assert _read(folder, _record(**ANSWERED | {"answer": text})).answer == text


def test_no_message_about_a_key_a_file_name_or_a_value_of_an_action_holds_a_name(folder):
    _write(folder, _record(), "maria-garcia.yaml")
    _write(folder, "", "Maria Garcia.txt")
    _write(folder, _record(action=_action(set={"agency_name": "Sheriff Maria Garcia"})), "set.yaml")
    found = _problems(folder, _record(**{"Maria Garcia": "x", "maria_garcia": "y"}))
    assert len(found) == 5
    assert "action.set.agency_name" in [each.column for each in found]
    assert not any(name in str(each).lower() for each in found for name in ("maria", "garcia"))


# Applying


def test_the_rows_named_are_changed_and_no_other_cell():
    extract, untouched = _extract(), _extract()
    result = corrected(extract, [_made()], IDS)
    changed = pd.array(["TX2460000", "TX2460000", None], dtype="str")
    expected = extract.requests.assign(releasing_agency_id=changed)
    assert_frame_equal(result.requests, expected)
    assert_frame_equal(result.charges, extract.charges)
    assert result.about == extract.about
    assert_frame_equal(extract.requests, untouched.requests)
    assert_frame_equal(_applied(extract, replace(_made(), action=None)), untouched.requests)


@each_line("""
    column           | text                              | value
    released_at      |                                   | NaT
    released_at      | 2019-02-24T23:59                  | 2019-02-24 23:59:00
    notice_at        | 2017-02-13 08:15                  | 2017-02-13 08:15:00
    sentence_ends_on | 2060-01-01                        | 2060-01-01 00:00:00
    county_fips      | 01001                             | 01001
    area             | Saint Paul Area of Responsibility | St. Paul
    agency_name      | Hennepin County Jail              | Hennepin County Jail
""")
def test_values_are_typed_as_the_extract_is(folder, column, text, value):
    extract = extract_of(numbered(request(area="Denver"), request(area="Denver")))
    action = {"rows": ["F3-12"], "expect": {"outcome": "declined"}, "set": {column: text}}
    result = _applied(extract, _read(folder, _record(agency_id="MN0270000", action=action)))
    assert str(result.loc[0, column]) == value
    assert result.dtypes.to_dict() == extract.requests.dtypes.to_dict()
    assert list(result) == list(REQUEST_COLUMNS) and result.index.equals(pd.RangeIndex(2))
    assert result.loc[1].equals(extract.requests.loc[1])


def test_an_expected_value_is_compared_as_typed():
    expect = {"released_at": "2017-02-14T00:00", "area": "Saint Paul", "notice_at": ""}
    assert _applied(_extract(), _made(expect=expect)).loc[0, "releasing_agency_id"]


@each_line("""
    row                            | expect                  | seen                 | expected
    outcome: honored               | outcome: declined       | "honored"            | "declined"
    sentence_ends_on: 2020-01-31   | sentence_ends_on: ''    | "2020-01-31"         | an empty cell
    released_at: ''                | released_at: 2017-02-14 | an empty cell        | "2017-02-14"
    releasing_agency_id: TX2460000 | outcome: declined       | what the record sets | something
""")
def test_a_row_that_holds_something_else_is_refused_with_both_values(row, expect, seen, expected):
    """Or that holds what the record sets, for the source has taken the correction over."""
    (column,) = keys = _keys(row)
    extract, record = extract_of([request(**keys)]), _made(rows=["F3-12"], expect=_keys(expect))
    (problem,) = _stale(extract, record, ids={"F3-12": "r1"})
    assert (problem.table, problem.column) == ("moved.yaml", f"F3-12 {column}")
    assert problem.seen == seen and problem.expected.startswith(expected)
    assert problem.mend.startswith("the source may have been corrected")


def test_a_label_of_a_request_to_another_agency_is_refused_unless_that_is_what_is_corrected():
    other = request(agency_id="TX2270000", state="TX", county_fips="48453", area="San Antonio")
    extract = extract_of(numbered(request(), other))
    (problem,) = _stale(extract, _made())
    assert (problem.column, problem.seen) == ("F3-13 agency_id", "a request to another agency")
    expect = {"agency_id": "TX2270000", "releasing_agency_id": ""}
    made = _made(rows=["F3-13"], expect=expect, set={"agency_id": "MN0270000"})
    assert _applied(extract, made).at[1, "agency_id"] == "MN0270000"


def test_rows_are_corrected_only_where_the_answer_says_that_the_figure_was_wrong(folder):
    for status in {*STATUSES} - {"upheld", "partly_upheld"}:
        none = {"answered_on": "", "answer": ""} if status == "open" else {}
        assert _places(folder, _record(action=ACTION, status=status, **none)) == ["action"]


def test_no_message_holds_a_request_id():
    extract = extract_of([request(request_id="KEY-77", outcome="honored")])
    ids = {"F3-12": "KEY-77", "F1": "KEY-88"}
    found = _stale(extract, _made(rows=["F3-12", "KEY-77", "KEY-88"]), ids=ids)
    assert [each.column for each in found] == ["F3-12 outcome", "action.rows[2]", "action.rows[3]"]
    assert not any("KEY" in str(each) for each in found)


def test_all_that_is_stale_in_all_records_comes_at_once_by_name():
    extract = extract_of(numbered(request(outcome="honored")))
    found = _stale(extract, _made("b"), _made("a", rows=["F9-9"], set={"area": "Denver"}))
    assert [(each.table, each.column, each.seen) for each in found] == [
        ("a.yaml", "F9-9", "a label that is not in the ledger"),
        ("b.yaml", "F3-12 outcome", '"honored"'),
        ("b.yaml", "F3-13", "no such row"),
    ]


def test_one_cell_is_set_once_whatever_its_row_is_called():
    (problem,) = _stale(_extract(), _made("b", rows=["F3-13"]), _made("a"))
    assert (problem.table, problem.column) == ("b.yaml", "F3-13 releasing_agency_id")
    assert "a.yaml (F3-13)" in problem.seen
    (problem,) = _stale(_extract(), _made(), ids=IDS | {"F3-13": "r0"})
    assert problem.column == "F3-13 releasing_agency_id"


def test_two_records_may_set_different_cells_of_a_row_whatever_each_expects():
    first = _made("a", expect={"releasing_agency_id": ""})
    second = _made("b", expect={"releasing_agency_id": ""}, set={"area": "Denver"})
    one, other = _applied(_extract(), first, second), _applied(_extract(), second, first)
    assert one.loc[0, ["releasing_agency_id", "area"]].tolist() == ["TX2460000", "Denver"]
    assert_frame_equal(one, other)


def test_an_outcome_and_its_date_agree_after_the_correction():
    """By the rule of an extract, which has its own tests."""
    pending, undated = {"outcome": "pending"}, {"outcome_recorded_at": ""}
    for changes, cohort in ((pending, "recorded"), (pending, "issued"), (undated, "recorded")):
        record = _made(rows=["F3-12"], set=changes)
        (problem,) = _stale(_extract(), record, cohort=cohort)
        assert problem.column == "F3-12 outcome_recorded_at"
    for changes, cohort in ((pending | undated, "recorded"), (undated, "issued")):
        record = _made(rows=["F3-12"], set=changes)
        assert len(_applied(_extract(), record, cohort=cohort)) == 3


# Kept and hashed


def test_records_survive_a_round_trip_through_json(folder):
    _write(folder, _record(**ANSWERED, action=ACTION), "a.yaml")
    _write(folder, _record(), "b.yaml")
    records = read_corrections(folder)
    assert RECORDS.validate_json(RECORDS.dump_json(records)) == records


def test_canonical_sees_every_change_but_not_how_and_in_what_order_files_are_written(folder):
    def written(keys) -> str:
        _write(folder, keys)
        return canonical(read_corrections(folder))

    keys = _record(**ANSWERED, action=ACTION)
    turned = dict(reversed(keys.items())) | {"action": _action(rows=["F3-13", "F3-12"])}
    assert written(keys) == written(yaml.safe_dump(turned, sort_keys=False) + "# a comment\n")
    assert canonical([_made("a"), _made("b")]) == canonical([_made("b"), _made("a")])
    for change in ({"answer": "Otherwise."}, {"week": "2017-02-11"}, {"action": None}):
        others = {key: each for key, each in {**keys, **change}.items() if each is not None}
        assert written(others) != written(keys), change
