"""The checks that hold a row: E1 to E4 doubt the request, E2, E6, E7 and E11 its outcome. The hours
that E11 counts are in test_check_e11.

A line of CASES is one row: its check, what the case is, the row's fields, the directory, and the
words of the reason. The fields are over the row of BASE; `passes` and `not assessed` stop nothing.
The directory lists the agency as the row has it ("same") with these fields over it, an agency each
between semicolons; nothing: it does not list the agency.
"""

import pytest
from cases import OUT_OF_SCOPE, case, fields, finding, line, status
from conftest import cases
from extract_factory import request
from frames import agency, counts_of, numbered

from ddor.checks.registry import CHECKS, run_checks
from ddor.extract.model import WORDS

HOLDS = {check.id: check for check in CHECKS if check.effect == "hold"}
OF_REQUESTS = [id for id, check in HOLDS.items() if check.doubts == "request"]
OF_OUTCOMES = [id for id, check in HOLDS.items() if check.doubts == "outcome"]
BASE = {id: request() for id in HOLDS} | {
    "E1": request(
        agency_id="IA0350000", agency_name="FRANKLIN COUNTY", state="IA", county_fips="19069"
    ),
    "E3": request(decline_reason=""),
    "E6": request(released_at="2017-02-14T10:00"),
    "E7": request(released_at=""),  # recorded on 2017-02-15 at 14:00
    "E11": request(decline_reason=""),
}
WRONG = {
    "E1": "county_fips=36033",
    "E2": "releasing_agency_id=MN0270099",
    "E3": "custody_confirmed=false",
    "E4": "agency_level=federal",
    "E6": "ice_custody_at=2017-02-14T11:00",
    "E7": "sentence_ends_on=2019-05-31",
    "E11": "decline_reason=not_collected",
}
CASES = cases("""
E1 | one place | | | passes
E1 | one place, as listed | | same | passes
E1 | a county of another state | county_fips=36033, area= | | 36033; New York; Iowa
E1 | another county, unlisted | county_fips=19137 | | passes
E1 | another county than listed | county_fips=19137 | county_fips=19069 | 19137; 19069
E1 | an area elsewhere | area=Buffalo, county_fips= | | Buffalo; Iowa
E1 | an area elsewhere | area=Philadelphia, county_fips= | | Philadelphia; Iowa
E1 | a part of the state | state=TX, county_fips=48453, area=Houston | | passes
E1 | a part of the state | state=TX, county_fips=48453, area=Dallas | | passes
E1 | not the part listed | state=TX, county_fips=48453, area=Houston | area=Dallas | Houston; Dallas
E1 | a state alone, not as listed | state=PA, county_fips=, area= | state=IA | IA; PA; IA0350000
E1 | another name and level | agency_level=municipal | level=county, name=Montgomery | passes
E1 | another agency is listed | | agency_id=IA0350001, state=NY, county_fips=36033 | passes
E1 | no county and no area | county_fips=, area= | | not assessed
E1 | no county and no area, listed | county_fips=, area= | county_fips=19069, area=Dallas | passes
E1 | no county | county_fips= | | passes
E1 | no area | area= | | passes
E1 | a directory without county and area | county_fips=19137 | county_fips=, area= | passes
E1 | three ways | county_fips=36033, area=Dallas | county_fips=19069 | New York; Dallas; 19069
E2 | released by the agency asked | releasing_agency_id=MN0270000 | | passes
E2 | released elsewhere | releasing_agency_id=MN0270099 | | MN0270000; MN0270099
E2 | in the same county | releasing_agency_id=MN0270099 | same; agency_id=MN0270099 | MN0270099
E2 | the same as | releasing_agency_id=MN0270099 | same_as=MN0270099 | passes
E2 | of the other's row | releasing_agency_id=MN99 | agency_id=MN99, same_as=MN0270000 | asked
E2 | of a third row | releasing_agency_id=MN0270099 | agency_id=MN0270100, same_as=MN0270099 | asked
E2 | not followed | releasing_agency_id=MN99 | same_as=MN88; agency_id=MN88, same_as=MN99 | asked
E2 | no other than the same as | releasing_agency_id=MN0270099 | same_as=MN0270100 | asked
E2 | the agency asked itself | releasing_agency_id=MN0270000 | same_as=MN0270099 | passes
E2 | no releasing agency | | | not assessed
E3 | held when asked | custody_confirmed=true | | passes
E3 | not held when asked | custody_confirmed=false | | did not hold
E3 | confirmed, but the reason | decline_reason=not_in_custody | | not in the agency's custody
E3 | unknown, and the reason | custody_confirmed=unknown, decline_reason=not_in_custody | | custody
E3 | unknown, no reason | custody_confirmed=unknown | | not assessed
E3 | unknown, another reason | custody_confirmed=unknown, decline_reason=policy | | passes
E3 | both | custody_confirmed=false, decline_reason=not_in_custody | | did not hold; not in the
E4 | unlisted | agency_level=county | | passes
E4 | federal, unlisted | agency_level=federal | | MN0270000; federal
E4 | federal, as listed | agency_level=federal | same | federal
E4 | as listed | agency_level=municipal | same | passes
E4 | another level | agency_level=state | level=county | MN0270000; state; county
E4 | another level | agency_level=municipal | level=county | municipal; county
E4 | a federal level hidden | | level=federal | federal
E4 | the level of another agency | | agency_id=MN0270099, level=state | passes
E4 | another name | agency_name=TRAVIS COUNTY STATE JAIL | same | passes
E6 | 24 hours before | ice_custody_at=2017-02-13T10:00 | | February 13, 2017, 10:00; 14, 2017, 10:00
E6 | a minute earlier | ice_custody_at=2017-02-13T09:59 | | passes
E6 | 48 hours after | ice_custody_at=2017-02-16T10:00 | | February 16, 2017, 10:00
E6 | a minute later | ice_custody_at=2017-02-16T10:01 | | passes
E6 | of a midnight | ice_custody_at=2017-02-13, released_at=2017-02-14 | | February 13, 2017; 14
E6 | before it | ice_custody_at=2017-02-12T23:59, released_at=2017-02-14 | | passes
E6 | a midnight too late | ice_custody_at=2017-02-16, released_at=2017-02-13T23:59 | | passes
E6 | at the issue | ice_custody_at=2017-02-12T09:15, released_at= | | February 12, 2017, 09:15
E6 | before the issue | ice_custody_at=2017-02-12T09:14, released_at= | | passes
E6 | 48 hours after the record | ice_custody_at=2017-02-17T14:00, released_at= | | 15, 2017, 14:00
E6 | a minute after those | ice_custody_at=2017-02-17T14:01, released_at= | | passes
E6 | after the issue, before the release | ice_custody_at=2017-02-12T12:00 | | passes
E6 | before the issue | ice_custody_at=2017-01-20, released_at=2017-01-20 | | January 20, 2017
E6 | no booking | | | not assessed
E6 | no booking, no release | released_at= | | not assessed
E7 | after the decline | sentence_ends_on=2019-05-31 | | May 31, 2019
E7 | on the next day | sentence_ends_on=2017-02-16 | | February 16, 2017
E7 | at midnight of its day | sentence_ends_on=2017-02-15 | | passes
E7 | of the same time | sentence_ends_on=2017-02-15, outcome_recorded_at=2017-02-15 | | passes
E7 | a minute on | sentence_ends_on=2017-02-16, outcome_recorded_at=2017-02-15T23:59 | | ends
E7 | before the decline | sentence_ends_on=2016-12-31 | | passes
E7 | released | sentence_ends_on=2030-01-01, released_at=2017-02-14 | | passes
E7 | no end | | | not assessed
E11 | not collected | decline_reason=not_collected | | ICE did not collect
E11 | of a request for notification | form=I-247N, decline_reason=not_collected | | did not collect
E11 | of a request for transfer | form=I-247X, decline_reason=not_collected | | did not collect
E11 | neither dates nor reason | | | not assessed
""")


def row_of(check_id: str, overrides: str, **more) -> dict[str, str]:
    return BASE[check_id] | fields(overrides) | more


def listed(row: dict[str, str], directory: str) -> list[dict[str, str]]:
    columns = {name: row[name] for name in ("agency_id", "state", "county_fips", "area")}
    as_row = agency(**columns, level=row["agency_level"])
    return [as_row | fields(each.strip()) for each in directory.split(";") if each.strip()]


@pytest.mark.parametrize(("check_id", "what", "overrides", "directory", "told"), CASES)
def test_a_row_is_held_for_what_it_says_passes_or_is_not_assessed(
    check_id, what, overrides, directory, told
):
    row = row_of(check_id, overrides)
    found = finding(HOLDS[check_id].assess, row, agencies=listed(row, directory))
    assert found.assessed == (told != "not assessed")
    reason = found.stopped.get("r1", "")
    if told in ("passes", "not assessed"):
        assert reason == ""
    else:
        assert [word for word in told.split("; ") if word not in reason] == []


@pytest.mark.parametrize("check_id", HOLDS)
def test_every_row_is_judged_by_itself_and_those_with_something_to_compare_are_counted(check_id):
    of_check = [row_of(check_id, each[2]) for each in CASES if each[0] == check_id]
    assess = HOLDS[check_id].assess
    alone = [finding(assess, row) for row in numbered(*of_check)]
    together = finding(assess, *numbered(*of_check))
    assert together.assessed == sum(each.assessed for each in alone) > 1
    reasons = {id: why for each in alone for id, why in each.stopped.items()}
    assert together.stopped.to_dict() == reasons != {}


@pytest.mark.parametrize(
    ("check_id", "date", "overrides", "given", "told"),
    cases("""
    E6 | 2017-02-14 | released_at=, outcome_recorded_at= | cohort=issued | not assessed
    E6 | 2017-02-14T11:00 | outcome_recorded_at= | cohort=issued | stopped
    E6 | 2017-02-17T14:00 | released_at= | cohort=issued | stopped
    E7 | 2017-03-10 | outcome_recorded_at= | cohort=issued, as_of=2017-03-10 | ok
    E7 | 2017-03-11 | outcome_recorded_at= | cohort=issued, as_of=2017-03-10 | stopped
    E7 | 2017-02-16 | | cohort=issued, as_of=2017-03-10 | stopped
    E7 | 2017-02-15 | | cohort=issued, as_of=2017-03-10 | ok
    E7 | 2017-02-20 | | as_of=2017-12-31 | stopped
    """),
)
def test_a_date_of_recording_goes_before_the_date_of_the_extract(
    check_id, date, overrides, given, told
):
    compared = {"E6": "ice_custody_at", "E7": "sentence_ends_on"}[check_id]
    row = row_of(check_id, overrides, **{compared: date})
    assert status(check_id, row, **fields(given)) == told


def test_of_the_reasons_on_record_two_hold_a_row_and_one_is_shown():
    reasons = ("", *WORDS["decline_reason"])
    of_rows = case(*(request(request_id=f"r {why}", decline_reason=why) for why in reasons))
    stopped = [(c.id, c.assess(of_rows.extract.requests, of_rows).stopped.index) for c in CHECKS]
    told = {why: {id for id, rows in stopped if f"r {why}" in rows} for why in reasons}
    expected = {"not_in_custody": {"E3"}, "not_collected": {"E11"}, "law_or_court": {"E12"}}
    assert told == dict.fromkeys(told, set()) | expected


# What becomes of them


@pytest.mark.parametrize("check_id", OF_OUTCOMES)
def test_rows_that_do_not_count_as_declined_this_week_are_not_looked_at(check_id):
    wrong = row_of(check_id, WRONG[check_id])
    told = line(check_id, *numbered(*(wrong | changed for changed in OUT_OF_SCOPE)))
    assert (told["status"], told["rows"]) == ("not assessed", 0)
    assert line(check_id, wrong | {"issued_at": "2010-10-16"})["rows"] == 1


@pytest.mark.parametrize("check_id", OF_REQUESTS)
def test_every_received_row_is_looked_at_and_one_from_outside_the_week_is_held(check_id):
    rows = (
        row_of(check_id, WRONG[check_id], outcome="pending", outcome_recorded_at=""),
        row_of(check_id, WRONG[check_id], outcome="honored"),
        row_of(check_id, WRONG[check_id], issued_at="2016-02-01", outcome_recorded_at="2016-03-01"),
    )
    figures = counts_of(numbered(*rows)).figures
    assert (figures["held_back_requests"], figures["held_back_total"]) == (3, 3)
    assert figures["issued_total"] == figures["declined_total"] == 0
    assert figures["outside_week_total"] == 0


@pytest.mark.parametrize("check_id", HOLDS)
def test_a_doubted_request_is_in_neither_section_and_a_doubted_outcome_still_counts_as_issued(
    check_id,
):
    figures = counts_of(numbered(row_of(check_id, WRONG[check_id]), request())).figures
    names = "issued_total issued_other declined_total held_back_requests held_back_outcomes"
    of_request = (1, 0, 1, 1, 0)
    expected = of_request if check_id in OF_REQUESTS else (2, 1, 1, 0, 1)
    assert tuple(figures[name] for name in names.split()) == expected
    assert figures["issued_declined"] == 1


@pytest.mark.parametrize("check_id", HOLDS)
def test_its_line_counts_the_rows_and_the_agencies_asked(check_id):
    wrong = row_of(check_id, WRONG[check_id])
    told = line(check_id, *numbered(wrong, wrong, wrong | {"agency_id": "MN0270100"}, request()))
    assert (told["effect"], told["status"]) == ("hold", "stopped")
    assert (told["rows"], told["agencies"]) == (3, 2)


@pytest.mark.parametrize("at", range(len(HOLDS)))
def test_a_row_wrong_in_every_later_way_is_counted_by_the_first_hold_in_order(at):
    order = [*OF_REQUESTS, *OF_OUTCOMES]
    row = request(released_at="")
    for later in order[at:]:
        row |= fields(WRONG[later])
    results = run_checks(case(row))
    assert results.held["check"].tolist() == [order[at]]
    rows = results.checks.set_index("check").loc[order, "rows"]
    assert rows.tolist() == [int(id == order[at]) for id in order]


def test_two_agencies_of_one_county_are_two_lines_of_the_table_and_never_added_up():
    rows = numbered(request(), request(agency_id="MN0270099", agency_level="state"))
    agencies = [agency(), agency(agency_id="MN0270099", name="A state jail", level="state")]
    table = counts_of(rows, agencies=agencies).declined_by_agency
    assert table.set_index("agency_id")["declined"].to_dict() == {"MN0270000": 1, "MN0270099": 1}
