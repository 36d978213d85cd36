"""Described cases: every problem at once, nobody named, and only what the quarter's data says."""

import datetime as dt
import itertools
import textwrap

import pytest
from after_release_rows import arrested, later, numbered_charges, released, rows_of
from conftest import PROJECT
from extract_factory import charge

from ddor.compiled.cases import NOT_MET, judged
from ddor.errors import NeedsCorrection
from ddor.maintained.cases import CASES, candidate_label, read_cases

QUARTER = "2017Q1"
HEAD = {
    "row": candidate_label(QUARTER, "r1"),
    "agency_id": "MN0270000",
    "released": "2017-02",
    "groups_before": "13",
    "groups_after": "13",
    "standing": "charged",
    "status": "open",
    "status_on": "2017-05-30",
    "source_kind": "court record",
    "source": "Fourth Judicial District Court, 27-CR-17-4411, https://courts.example/27-CR-17-4411",
    "described_by": "analyst",
    "approved_by": "reviewer",
    "approved_on": "2017-06-02",
}
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


# Reading


def test_a_case_is_read(cases):
    (case,) = cases(bexar_assault=text(groups_before="54, 35", groups_after='"13"'))
    assert (case.name, case.row, case.released) == ("bexar-assault", HEAD["row"], "2017-02")
    assert (case.groups_before, case.groups_after) == (("35", "54"), ("13",))
    assert (case.status_on, case.approved_on) == (dt.date(2017, 5, 30), dt.date(2017, 6, 2))
    assert case.body == BODY


@pytest.mark.parametrize("place", ["docs/cases.md", "src/ddor/maintained/cases.py"])
def test_the_examples_of_the_documents_are_cases(cases, place):
    block = (PROJECT / place).read_text("utf-8").split("    ---\n", 1)[1]
    lines = itertools.takewhile(lambda line: line.startswith("    "), block.splitlines())
    (case,) = cases(one="---\n" + textwrap.dedent("\n".join(lines)) + "\n")
    assert case.row == "C-1f0c22d97ab4" and case.body.startswith("The person was arrested")


def test_no_folder_a_readme_and_a_hidden_file_are_no_case(cases, tmp_path):
    assert read_cases(tmp_path / "none") == ()
    assert cases(README="How to.") == cases(**{".hidden": "x"}) == ()


def test_a_group_keeps_its_zero_and_none_is_said_in_words(cases):
    (case,) = cases(one=text(groups_before="03", groups_after="09"))
    assert (case.groups_before, case.groups_after) == (("03",), ("09",))
    (case,) = cases(one=text(groups_before="none"))
    assert case.groups_before == ()


@pytest.mark.parametrize("key", HEAD)
@pytest.mark.parametrize(
    ("value", "seen"),
    [(None, "nothing"), ("", "nothing"), ("[a, b]", "a list or nested keys")],
    ids=["missing", "empty", "a list"],
)
def test_a_key_that_is_missing_or_no_text_is_named(refused, key, value, seen):
    (said,) = refused(**{key: value})
    assert said.startswith(f"one.md, {key}: seen {seen}")


def test_a_key_that_is_not_known_is_named(refused):
    (said,) = refused(reviewed_by="the desk")
    assert said.startswith("one.md, reviewed_by: seen an unknown key")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("row", "C-123"),
        ("row", "C-1F0C22D97AB4"),
        ("row", "request-0042"),
        ("agency_id", "Bexar"),
        ("released", "2017-13"),
        ("released", "2017-02-03"),
        ("released", "Feb 2017"),
        ("groups_before", "1"),
        ("groups_before", "13; 35"),
        ("groups_before", "13, 13"),
        ("groups_before", "assault"),
        ("groups_after", "none"),
        ("groups_after", "99"),
        ("standing", "arrested"),
        ("status", "closed"),
        ("status_on", "2017-02-30"),
        ("status_on", "2017-05"),
        ("approved_on", "soon"),
        ("source_kind", "newspaper"),
        ("source", "ftp://courts.example/1"),
        ("source", "javascript://courts.example/1"),
    ],
)
def test_a_value_that_does_not_fit_is_named(refused, key, value):
    (said,) = refused(**{key: value})
    assert said.startswith(f"one.md, {key}: seen ")


def test_a_label_that_is_none_is_not_repeated(refused):
    (said,) = refused(row="request-0042")
    assert "request-0042" not in said and "not shown" in said


@pytest.mark.parametrize("key", ["groups_before", "groups_after"])
def test_a_case_of_a_juvenile_offender_is_refused(refused, key):
    (said,) = refused(**{key: "13, 81"})
    assert "no case of a juvenile offender" in said


def test_an_approval_before_what_it_approves_is_refused(refused, cases):
    (said,) = refused(approved_on="2017-05-29")
    assert said.startswith("one.md, approved_on: seen 2017-05-29, expected 2017-05-30 or later")
    assert cases(one=text(approved_on="2017-05-30"))


def test_a_status_before_the_release_is_refused(refused, cases):
    (said,) = refused(status_on="2017-01-31")
    assert said.startswith("one.md, status_on: seen 2017-01-31, expected a day after the release")
    assert cases(one=text(status_on="2017-02-01"))


@pytest.mark.parametrize("role", ["analyst", "  Analyst "])
def test_nobody_approves_what_they_described(refused, role):
    (said,) = refused(approved_by=f'"{role}"')
    assert said.startswith("one.md, approved_by: seen the role that described it")


@pytest.mark.parametrize("key", ["source", "described_by", "approved_by"])
@pytest.mark.parametrize("named", ["Maria Garcia", "A 012-345-678", "m.garcia@desk.example"])
def test_a_name_or_number_of_a_person_in_the_head_is_refused_and_not_repeated(refused, key, named):
    said = refused(**{key: f"Desk of {named}"})
    assert any(each.startswith(f"one.md, {key}: seen") for each in said)
    assert named not in "".join(said)


def test_so_is_a_name_in_the_address_of_a_source(refused):
    (said,) = refused(source="https://news.example/2017/juan-hernandez-arrested")
    assert "an address that looks like a person's name (not shown)" in said
    assert "hernandez" not in said


@pytest.mark.parametrize(
    "named", ["Juan Hernandez was arrested.", "Born 3/12/1985.", "His number is A012345678."]
)
def test_so_is_one_in_the_text(refused, named):
    (said,) = refused(named)
    assert "(not shown)" in said and named.split()[-1] not in said


def test_so_is_one_in_the_name_of_the_file(cases):
    with pytest.raises(NeedsCorrection) as invalid:
        cases(juan_hernandez=text())
    assert "hernandez" not in str(invalid.value)


def test_a_file_of_another_kind_is_refused(cases, tmp_path):
    cases()
    (tmp_path / QUARTER / "photo.png").write_bytes(b"x")
    with pytest.raises(NeedsCorrection, match=r"photo\.png: seen its name"):
        cases()


@pytest.mark.parametrize("body", ["![x](x.png)\n", "# One\n", "## One\n", "One\n===\n"])
def test_a_picture_or_a_large_heading_is_refused(refused, body):
    (said,) = refused(body)
    assert "a picture or a heading of # or ##" in said


def test_a_case_without_a_description_is_refused(refused):
    (said,) = refused("\n")
    assert "no text below the head" in said


def test_all_problems_of_all_cases_come_in_one_error(cases):
    with pytest.raises(NeedsCorrection) as invalid:
        cases(one=text(status="closed", source=None), two="A text.\n", three=text(released="2017"))
    assert [line.split(":")[0] for line in str(invalid.value).splitlines()[1:]] == [
        "one.md, status",
        "one.md, source",
        "three.md, released",
        "two.md row 1",
    ]


def test_a_request_is_one_case(cases):
    with pytest.raises(NeedsCorrection, match="the label of another case too"):
        cases(one=text(), two=text())


def test_cases_come_back_from_json(cases):
    read = cases(one=text(), two=text(row=candidate_label(QUARTER, "r2"), groups_before="none"))
    assert CASES.validate_json(CASES.dump_json(read)) == read


def test_a_label_is_of_one_request_in_one_quarter():
    labels = {
        candidate_label(quarter, request_id)
        for quarter in ("2017Q1", "2017Q2")
        for request_id in ("1", "2")
    }
    assert len(labels) == 4 and candidate_label("2017Q1", "1") in labels


# What the data says

KNOWN = (candidate_label(QUARTER, "r1"),)
BEFORE = charge()
AFTER = later(10)


def judge(cases, request, *charges, described=(), **keys):
    """The only case, of the only request, judged."""
    rows, of = rows_of([request], charges)
    return judged(cases(one=text(**keys)), rows, of, QUARTER, described)


def problems(cases, request, *charges, **keys) -> list[str]:
    with pytest.raises(NeedsCorrection) as invalid:
        judge(cases, request, *charges, **keys)
    assert "r1" not in str(invalid.value) and HEAD["row"] not in str(invalid.value)
    return str(invalid.value).splitlines()[1:]


def test_a_case_that_is_what_the_data_says_is_shown(cases):
    found = judge(cases, arrested(10), BEFORE, AFTER)
    assert [case.name for case in found.shown] == ["one"] and found.withdrawn == ()


def test_a_conviction_is_shown_as_one(cases):
    after = later(10, disposition="convicted")
    assert judge(
        cases, released("removed"), BEFORE, after, standing="convicted", status="convicted"
    ).shown


def test_groups_are_those_of_charges_that_stand(cases):
    charges = [
        charge(ncic_code="3599"),
        charge(ncic_code="5404", disposition="acquitted"),
        charge(ncic_code="9999"),
        AFTER,
        later(10, code="0399"),
        later("", code="2399"),
        later(10, code="2499", disposition="dismissed"),
        later(200, code="1299"),
    ]
    assert judge(cases, arrested(10), *charges, groups_before="35", groups_after="23, 13").shown


def test_a_person_without_a_charge_before_has_none(cases):
    assert judge(cases, arrested(10), AFTER, groups_before="none").shown


@pytest.mark.parametrize(
    ("key", "value", "data"),
    [
        ("agency_id", "TX0150000", "MN0270000"),
        ("released", "2017-03", "2017-02"),
        ("groups_before", "35", "13"),
        ("groups_before", "none", "13"),
        ("groups_after", "13, 35", "13"),
        ("standing", "convicted", "charged"),
    ],
)
def test_what_the_data_does_not_say_is_refused_with_what_it_says(cases, key, value, data):
    (said,) = problems(cases, arrested(10), BEFORE, AFTER, **{key: value})
    assert said.startswith(f"one.md row 1, {key}: seen {value}, expected {data}, as the data")


def test_a_row_that_is_not_there_is_refused_without_its_label(cases):
    (said,) = problems(cases, arrested(10), BEFORE, AFTER, row=candidate_label("2017Q2", "r1"))
    assert said.startswith("one.md row 1, row: seen a label that is not in the list")


@pytest.mark.parametrize("status", ["open", "dismissed"])
@pytest.mark.parametrize("protected", ["true", "unknown"])
def test_a_person_whom_the_law_may_protect_is_answered_like_a_row_that_is_not_there(
    cases, protected, status
):
    nowhere = problems(cases, arrested(10, request_id="r2"))
    assert (
        problems(cases, arrested(10, protected=protected), BEFORE, AFTER, status=status) == nowhere
    )


@pytest.mark.parametrize(
    "juvenile", [charge(ncic_code="8101", disposition="dismissed"), later(200, code="8101")]
)
def test_so_is_a_juvenile_offender(cases, juvenile):
    nowhere = problems(cases, arrested(10, request_id="r2"))
    assert problems(cases, arrested(10), BEFORE, AFTER, juvenile) == nowhere


@pytest.mark.parametrize("status", ["dismissed", "acquitted"])
def test_a_case_that_ended_without_a_conviction_is_withdrawn(cases, status):
    found = judge(
        cases, arrested(10), BEFORE, AFTER, described=KNOWN, status=status, released="2017-03"
    )
    why = f"it ended without a conviction: {status} as of May 30, 2017"
    assert (found.shown, found.withdrawn) == ((), (("one", why),))


@pytest.mark.parametrize(
    ("row", "after"),
    [
        (arrested(10), later(10, disposition="dismissed")),
        (arrested(10), later(10, code="0399")),
        (arrested(91), AFTER),
        (released("at_large"), AFTER),
        (released("at_large"), later(10, disposition="convicted")),
        (released("unknown"), AFTER),
        (arrested(10, released_at=""), AFTER),
    ],
)
def test_a_case_that_the_data_does_not_bear_out_any_more_is_withdrawn_in_the_same_words(
    cases, row, after
):
    found = judge(cases, row, BEFORE, after, described=KNOWN)
    assert (found.shown, found.withdrawn) == ((), (("one", NOT_MET),))
    assert problems(cases, row, BEFORE, after) == problems(cases, arrested(10, request_id="r2"))


@pytest.mark.parametrize(
    "row",
    [
        arrested(10, protected="true"),
        arrested(10, protected="unknown"),
        arrested(10, request_id="r2"),
    ],
)
def test_so_is_one_of_a_person_who_turns_out_protected_or_is_no_declined_request_any_more(
    cases, row
):
    found = judge(cases, row, BEFORE, AFTER, described=KNOWN)
    assert (found.shown, found.withdrawn) == ((), (("one", NOT_MET),))


@pytest.mark.parametrize("status", ["dismissed", "acquitted"])
def test_a_case_that_had_ended_before_it_was_ever_described_is_refused(cases, status):
    (said,) = problems(cases, arrested(10), BEFORE, AFTER, status=status)
    assert said.startswith(f"one.md row 1, status: seen {status}, expected open or convicted")


def test_all_problems_of_all_cases_come_in_one_error_and_nothing_is_shown(cases):
    second = candidate_label(QUARTER, "r2")
    read = cases(
        one=text(released="2017-03", agency_id="TX0150000"),
        two=text(row=second, standing="convicted", groups_after="35"),
    )
    charges = numbered_charges(BEFORE, AFTER, charge(request_id="r2"), later(5, request_id="r2"))
    rows, of = rows_of([arrested(10), arrested(5, request_id="r2")], charges)
    with pytest.raises(NeedsCorrection) as invalid:
        judged(read, rows, of, QUARTER)
    assert [line.split(":")[0] for line in str(invalid.value).splitlines()[1:]] == [
        "one.md row 1, agency_id",
        "one.md row 1, released",
        "two.md row 1, groups_after",
        "two.md row 1, standing",
    ]


def test_a_quarter_without_cases_is_judged_too():
    rows, of = rows_of([arrested(10)], [AFTER])
    found = judged((), rows, of, QUARTER)
    assert (found.shown, found.withdrawn) == ((), ())
