"""Described cases: every problem at once, nobody named, and only what the quarter's data says."""

import datetime as dt
import itertools
import textwrap

import pytest
from after_release_rows import arrested, later, numbered_charges, released, rows_of
from conftest import PROJECT, each_line
from extract_factory import charge

from ddor.compiled.cases import NOT_MET, ValidatedCases, validated
from ddor.errors import NeedsCorrection
from ddor.maintained.cases import CASES, candidate_label, read_cases

QUARTER = "2017Q1"
HEAD = {"row": candidate_label(QUARTER, "r1"), "agency_id": "MN0270000", "released": "2017-02"}
HEAD |= {"groups_before": "13", "groups_after": "13", "standing": "charged", "status": "open"}
HEAD |= {"status_on": "2017-05-30", "source_kind": "court record"}
HEAD |= {"source": "Fourth Judicial District Court, 27-CR-17-4411, https://courts.example/4411"}
HEAD |= {"described_by": "analyst", "approved_by": "reviewer", "approved_on": "2017-06-02"}
BODY = "The person was arrested ten days after the release.\n"


def text(body: str = BODY, **keys: str | None) -> str:
    head = "".join(f"{key}: {value}\n" for key, value in (HEAD | keys).items() if value is not None)
    return f"---\n{head}---\n{body}"


@pytest.fixture
def cases(tmp_path):
    """Reads these cases, name -> content."""

    def read(**contents: str):
        folder = tmp_path / QUARTER
        folder.mkdir(exist_ok=True)
        for name, content in contents.items():
            (folder / f"{name}.md".replace("_", "-")).write_text(content, encoding="utf-8")
        return read_cases(folder)

    return read


@pytest.fixture
def refused(cases):
    """What is said of a case that does not fit, one line for each problem."""

    def said(body: str = BODY, **keys: str | None) -> list[str]:
        with pytest.raises(NeedsCorrection) as invalid:
            cases(one=text(body, **keys))
        assert invalid.value.exit_code == 2
        first, *problems = str(invalid.value).splitlines()
        assert first == "the described cases need correction:"
        return problems

    return said


# Reading. What a folder may hold is key_files', and proved in test_corrections.py.


def test_a_case_is_read_and_comes_back_from_json(cases):
    two = text(row=candidate_label(QUARTER, "r2"), groups_before="none")
    read = cases(bexar_assault=text(groups_before="54, 03", groups_after='"13"'), two=two)
    first, second = read
    assert (first.name, first.row, first.released) == ("bexar-assault", HEAD["row"], "2017-02")
    assert (first.groups_before, first.groups_after) == (("03", "54"), ("13",))
    assert (first.status_on, first.approved_on) == (dt.date(2017, 5, 30), dt.date(2017, 6, 2))
    assert first.body == BODY and second.groups_before == ()
    assert CASES.validate_json(CASES.dump_json(read)) == read


@pytest.mark.parametrize("place", ["docs/cases.md", "src/ddor/maintained/cases.py"])
def test_the_examples_of_the_documents_are_cases(cases, place):
    block = (PROJECT / place).read_text("utf-8").split("    ---\n", 1)[1]
    lines = itertools.takewhile(lambda line: line.startswith("    "), block.splitlines())
    (case,) = cases(one="---\n" + textwrap.dedent("\n".join(lines)) + "\n")
    assert case.row == "C-1f0c22d97ab4" and case.body.startswith("The person was arrested")


@pytest.mark.parametrize("key", HEAD)
def test_a_key_that_is_missing_or_no_text_is_named(refused, key):
    for value, seen in ((None, "nothing"), ("", "nothing"), ("[a, b]", "a list or nested keys")):
        (said,) = refused(**{key: value})
        assert said.startswith(f"one.md, {key}: seen {seen}")


@each_line("""
    key           | value                          | said
    row           | C-123                          | not shown
    row           | C-1F0C22D97AB4                 | not shown
    row           | request-0042                   | not shown
    agency_id     | Bexar                          | Bexar
    released      | 2017-13                        | 2017-13
    released      | 2017-02-03                     | 2017-02-03
    released      | Feb 2017                       | Feb 2017
    groups_before | 1                              | each once
    groups_before | 13; 35                         | 13; 35
    groups_before | 13, 13                         | each once
    groups_before | assault                        | assault
    groups_before | 13, 81                         | no case of a juvenile offender
    groups_after  | 13, 81                         | no case of a juvenile offender
    groups_after  | none                           | none
    groups_after  | 99                             | 99
    standing      | arrested                       | arrested
    status        | closed                         | closed
    status_on     | 2017-02-30                     | 2017-02-30
    status_on     | 2017-05                        | 2017-05
    status_on     | 2017-01-31                     | expected a day after the release
    approved_on   | soon                           | soon
    approved_on   | 2017-05-29                     | expected 2017-05-30 or later
    approved_by   | analyst                        | the role that described it
    approved_by   | "  Analyst "                   | the role that described it
    source_kind   | newspaper                      | newspaper
    source        | ftp://courts.example/1         | another kind of address
    source        | javascript://courts.example/1  | another kind of address
    reviewed_by   | the desk                       | an unknown key
""")
def test_a_value_or_a_key_that_does_not_fit_is_named(refused, key, value, said):
    (problem,) = refused(**{key: value})
    assert problem.startswith(f"one.md, {key}: seen ") and said in problem
    assert "request-0042" not in problem


def test_the_day_of_the_release_and_of_the_status_are_early_enough(cases):
    assert cases(one=text(status_on="2017-02-01", approved_on="2017-02-01"))


NAMED = ["Maria Garcia", "A 012-345-678", "m.garcia@desk.example", "born 3/12/1985"]


@pytest.mark.parametrize("key", ["source", "described_by", "approved_by", "body"])
@pytest.mark.parametrize("named", NAMED)
def test_a_name_or_number_of_a_person_is_refused_and_not_repeated(refused, key, named):
    said = refused(**{key: f"Desk of {named}"})
    where = "one.md: seen" if key == "body" else f"one.md, {key}: seen"
    assert any(each.startswith(where) for each in said)
    assert named not in "".join(said) and "(not shown)" in "".join(said)


def test_so_is_a_name_in_the_address_of_a_source_and_in_the_name_of_the_file(refused, cases):
    (said,) = refused(source="https://news.example/2017/juan-hernandez-arrested")
    assert "an address that looks like a person's name (not shown)" in said
    with pytest.raises(NeedsCorrection) as invalid:
        cases(juan_hernandez=text())
    assert "hernandez" not in said + str(invalid.value)


@pytest.mark.parametrize("body", ["![x](x.png)\n", "# One\n", "## One\n", "One\n===\n", "\n"])
def test_no_description_a_picture_or_a_large_heading_is_refused(refused, body):
    (said,) = refused(body)
    expected = "a picture, a heading of # or ##" if body.strip() else "no text below the head"
    assert expected in said


def test_all_problems_of_all_cases_come_in_one_error_and_a_request_is_one_case(cases):
    broken = {"one": text(status="closed", source=None), "two": "A text.\n"}
    with pytest.raises(NeedsCorrection) as invalid:
        cases(**broken, three=text(released="2017"))
    said = [line.split(":")[0] for line in str(invalid.value).splitlines()[1:]]
    assert said == ["one.md, status", "one.md, source", "three.md, released", "two.md row 1"]
    with pytest.raises(NeedsCorrection, match="the label of another case too"):
        cases(one=text(), two=text(), three=text(row=candidate_label(QUARTER, "r2")))


def test_a_label_is_of_one_request_in_one_quarter():
    labels = {candidate_label(q, each) for q in ("2017Q1", "2017Q2") for each in ("1", "2")}
    assert len(labels) == 4 and candidate_label("2017Q1", "1") in labels


# What the data says

KNOWN = (candidate_label(QUARTER, "r1"),)
BEFORE = charge()
AFTER = later(10)
NOBODY = arrested(10, request_id="r2")


def judge(cases, request, *charges, described=(), **keys):
    """The only case, of the only request, judged."""
    rows, of = rows_of([request], charges)
    return validated(cases(one=text(**keys)), rows, of, QUARTER, described)


def problems(cases, request, *charges, **keys) -> list[str]:
    with pytest.raises(NeedsCorrection) as invalid:
        judge(cases, request, *charges, **keys)
    assert "r1" not in str(invalid.value) and HEAD["row"] not in str(invalid.value)
    return str(invalid.value).splitlines()[1:]


CONVICTED = later(10, disposition="convicted")
# Of groups 23 and 13 alone the charges after the release stand, of 35 alone those before it.
MANY_CHARGES = [charge(ncic_code=code) for code in ("3599", "9999")]
MANY_CHARGES += [charge(ncic_code="5404", disposition="acquitted"), AFTER, later(10, code="0399")]
MANY_CHARGES += [later(10, code="2499", disposition="dismissed"), later("", code="2399")]
MANY_CHARGES += [later(200, code="1299")]


FOUND_GUILTY = {"standing": "convicted", "status": "convicted"}
MANY_GROUPS = {"groups_before": "35", "groups_after": "23, 13"}
SHOWN = {
    "a charge": (arrested(10), (BEFORE, AFTER), {}),
    "a conviction": (released("removed"), (BEFORE, CONVICTED), FOUND_GUILTY),
    "groups that stand": (arrested(10), MANY_CHARGES, MANY_GROUPS),
    "no charge before": (arrested(10), (AFTER,), {"groups_before": "none"}),
}


@pytest.mark.parametrize("row, charges, keys", SHOWN.values(), ids=SHOWN)
def test_a_case_that_is_what_the_data_says_is_shown(cases, row, charges, keys):
    found = judge(cases, row, *charges, **keys)
    assert [case.name for case in found.shown] == ["one"] and found.withdrawn == ()


@each_line("""
    key           | value     | data
    agency_id     | TX0150000 | MN0270000
    released      | 2017-03   | 2017-02
    groups_before | 35        | 13
    groups_before | none      | 13
    groups_after  | 13, 35    | 13
    standing      | convicted | charged
""")
def test_what_the_data_does_not_say_is_refused_with_what_it_says(cases, key, value, data):
    (said,) = problems(cases, arrested(10), BEFORE, AFTER, **{key: value})
    assert said.startswith(f"one.md row 1, {key}: seen {value}, expected {data}, as the data")


PROTECTED = [arrested(10, protected=known) for known in ("true", "unknown")]
OF_A_JUVENILE = [charge(ncic_code="8101", disposition="dismissed"), later(200, code="8101")]
SHIELDED = [(row, ()) for row in PROTECTED] + [(arrested(10), (each,)) for each in OF_A_JUVENILE]


@pytest.mark.parametrize("status", ["open", "dismissed"])
@pytest.mark.parametrize("row, charges", SHIELDED)
def test_a_protected_person_and_a_juvenile_are_answered_like_a_row_that_is_not_there(
    cases, row, charges, status
):
    nowhere = problems(cases, NOBODY)
    assert nowhere[0].startswith("one.md row 1, row: seen a label that is not in the list")
    assert problems(cases, row, BEFORE, AFTER, *charges, status=status) == nowhere


@pytest.mark.parametrize("status", ["dismissed", "acquitted"])
def test_a_case_that_ended_without_a_conviction_is_withdrawn_or_never_described(cases, status):
    known = {"described": KNOWN, "status": status, "released": "2017-03"}
    found = judge(cases, arrested(10), BEFORE, AFTER, **known)
    why = f"it ended without a conviction: {status} as of May 30, 2017"
    assert (found.shown, found.withdrawn) == ((), (("one", why),))
    (said,) = problems(cases, arrested(10), BEFORE, AFTER, status=status)
    assert said.startswith(f"one.md row 1, status: seen {status}, expected open or convicted")


UNMET = [arrested(91), *map(released, ("at_large", "unknown")), arrested(10, released_at="")]
NOT_CHARGED = [later(10, disposition="dismissed"), later(10, code="0399")]
NOT_BORNE_OUT = [(row, AFTER) for row in (*UNMET, *PROTECTED, NOBODY)]
NOT_BORNE_OUT += [(arrested(10), after) for after in NOT_CHARGED]


@pytest.mark.parametrize("row, after", [*NOT_BORNE_OUT, (released("at_large"), CONVICTED)])
def test_a_case_that_the_data_does_not_bear_out_any_more_is_withdrawn_in_the_same_words(
    cases, row, after
):
    found = judge(cases, row, BEFORE, after, described=KNOWN)
    assert (found.shown, found.withdrawn) == ((), (("one", NOT_MET),))
    assert problems(cases, row, BEFORE, after) == problems(cases, NOBODY)


def test_all_problems_of_all_cases_come_in_one_error_and_nothing_is_shown(cases):
    second = candidate_label(QUARTER, "r2")
    two = text(row=second, standing="convicted", groups_after="35")
    read = cases(one=text(released="2017-03", agency_id="TX0150000"), two=two)
    charges = numbered_charges(BEFORE, AFTER, charge(request_id="r2"), later(5, request_id="r2"))
    rows, of = rows_of([arrested(10), arrested(5, request_id="r2")], charges)
    with pytest.raises(NeedsCorrection) as invalid:
        validated(read, rows, of, QUARTER)
    said = [line.split(":")[0] for line in str(invalid.value).splitlines()[1:]]
    assert said[:2] == ["one.md row 1, agency_id", "one.md row 1, released"]
    assert said[2:] == ["two.md row 1, groups_after", "two.md row 1, standing"]
    assert validated((), rows, of, QUARTER) == ValidatedCases((), ())
