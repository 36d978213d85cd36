"""E12, the law forbids it: the agency's reason, or a law or ruling where the agency is.

That no other reason is shown is in test_check_holds.
"""

import pytest
from cases import assess_of, case, fields, finding, line, reason, status
from conftest import cases
from extract_factory import request
from frames import agency, counts_of, numbered, policy

from ddor.calendar import Week
from ddor.checks.registry import CHECKS, run_checks

assess = assess_of("E12")

# The agency asked is MN0270000 in Hennepin County, 27053, Minnesota, 27; the week is of
# February 2017.
RULING = {
    "jurisdiction": "Hennepin County",
    "kind": "court",
    "enacted": "2014-04",
    "policy": "A court held so",
    "verified_on": "2017-02-01",
}
NAMED = request(decline_reason="law_or_court")
# What is over RULING, over the row, and over the directory's row of the agency, if it lists it.
LAWS = cases("""
of the agency | place_code=MN0270000 | | | shown
of its county | place_code=27053, kind=law | | | shown
of its state | place_code=27, kind=law | | | shown
of another agency | place_code=MN0270099 | | | passes
of another county | place_code=27123 | | | passes
of another state | place_code=19 | | | passes
an ordinance | place_code=27053, kind=ordinance | | | passes
a policy of the agency | place_code=MN0270000, kind=agency | | | passes
of long ago | place_code=27, enacted=1990-01 | | | shown
of the week's month | place_code=27, enacted=2017-02 | | | shown
of the month after | place_code=27, enacted=2017-03 | | | passes
of a later year | place_code=27, enacted=2018-01 | | | passes
stale | place_code=27, verified_on=2014-04-11 | | | shown
verified later | place_code=27, verified_on=2017-03-01 | | | shown
a county that nothing names | place_code=27053 | county_fips= | | passes
the state of such a row | place_code=27 | county_fips= | | shown
a county that the directory names | place_code=27053 | county_fips= | listed | shown
a county that only the row names | place_code=27053 | | county_fips= | shown
a state with a leading zero | place_code=06 | state=CA, county_fips=06001, area= | | shown
""")


@pytest.mark.parametrize(("what", "law", "row", "listed", "told"), LAWS)
def test_a_law_or_ruling_in_force_where_the_agency_is_is_shown(what, law, row, listed, told):
    given = {"policies": [policy(**RULING | fields(law))]}
    given["agencies"] = [agency(**fields(listed))] if listed else []
    expected = "Hennepin County: A court held so." if told == "shown" else ""
    assert reason(assess, request(**fields(row)), **given) == expected
    assert status("E12", request(**fields(row)), **given) == ("shown" if expected else "ok")


def test_a_reason_and_two_laws_are_all_told():
    of_state = RULING | {"jurisdiction": "Minnesota", "kind": "law"}
    both = [policy(**RULING, place_code="27053"), policy(**of_state, place_code="27")]
    sentence = reason(assess, NAMED, policies=both)
    assert "Hennepin County" in sentence and "Minnesota" in sentence and "reason" in sentence


def test_a_week_without_a_decline_is_not_assessed():
    row = request(outcome="pending", outcome_recorded_at="")
    assert status("E12", row, policies=[policy(**RULING, place_code="27")]) == "not assessed"


def test_only_rows_that_count_as_declined_this_week_are_shown_and_they_stay_counted():
    rows = numbered(
        NAMED,
        NAMED | {"outcome_recorded_at": "2017-02-18"},
        NAMED | {"outcome": "honored"},
        NAMED | {"custody_confirmed": "false"},
        NAMED | {"releasing_agency_id": "MN0270099"},
        request(),
    )
    assert list(run_checks(case(*rows)).shown["E12"].index) == ["r0"]
    without = tuple(each for each in CHECKS if each.id != "E12")
    assert counts_of(rows).figures == counts_of(rows, checks=without).figures
    assert counts_of(rows).figures["declined_total"] == 2


def test_its_line_counts_the_rows_shown_and_their_agencies():
    rows = numbered(
        request(),
        request(),
        request(agency_id="MN0270099"),
        request(agency_id="IA0350000", state="IA", county_fips="19069"),
    )
    told = line("E12", *rows, policies=[policy(**RULING, place_code="27")])
    assert (told["effect"], told["status"]) == ("show", "shown")
    assert (told["rows"], told["agencies"]) == (3, 2)


def test_it_looks_at_the_month_of_the_week_it_is_given():
    row = request(issued_at="2017-03-12", outcome_recorded_at="2017-03-14")
    march = {"policies": [policy(**RULING | {"enacted": "2017-03"}, place_code="27")]}
    found = finding(assess, row, **march, week=Week.parse("2017-03-11"))
    assert list(found.stopped.index) == ["r1"]
    assert reason(assess, row, **march, week=Week.parse("2017-02-18")) == ""
