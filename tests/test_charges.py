"""Charges of declined requests: what they say of each request, convicted and charged apart, and the
lines of charges_by_group.csv."""

import pandas as pd
import pytest
from conftest import cases
from extract_factory import charge, request
from frames import charge_groups_of, copies, counts_of, nation_of, numbered, said_of

from ddor.measures.people import CHARGES, UNLISTED, charge_group_lines, charge_values

THEFT, ASSAULT, DRUGS = "2399", "1399", "3599"


def counted(*charges, requests=None):
    """Charges of r0 unless they say otherwise; numbered as they come."""
    rows = [
        charge(**{"request_id": "r0", **each, "charge_no": str(number)})
        for number, each in enumerate(charges, start=1)
    ]
    return counts_of(requests or numbered(request(), request()), rows)


def said(counts) -> list[str]:
    """What is said of r0, r1, …"""
    return list(said_of(counts, CHARGES).values())


def of_all(counts) -> dict[str, int]:
    """Standing -> requests."""
    return {line.standing: line.requests for line in nation_of(counts, CHARGES) if not line.branch}


def enough(**of_group: list[str]) -> tuple[list, list]:
    """42 requests of three agencies and their charges: group -> the dispositions of the charges of
    the first requests, one each."""
    requests = copies(24, "r", agency_id="MN0010000") + copies(9, "s", agency_id="MN0020000")
    requests += copies(9, "t", agency_id="MN0030000")
    charges = [
        charge(
            request_id=row["request_id"],
            ncic_code=f"{group[1:]}99",
            disposition=disposition,
            charge_no=str(number),
        )
        for number, (group, dispositions) in enumerate(of_group.items(), start=1)
        for row, disposition in zip(requests, dispositions, strict=False)
    ]
    return requests, charges


# What is said of a request


# The dispositions of a request's charges, and what is said of it.
IN_A_GROUP = cases("""
    convicted           | convicted 13:convicted
    charged             | charged_only 13:charged_only
    unknown             | charged_only 13:charged_only
    charged convicted   | convicted 13:convicted
    dismissed convicted | convicted 13:convicted
    acquitted charged   | charged_only 13:charged_only
    dismissed           | dismissed_or_acquitted
    acquitted           | dismissed_or_acquitted
    dismissed acquitted | dismissed_or_acquitted
""")


def test_in_a_group_a_conviction_comes_first_and_a_dismissal_alone_counts_nowhere():
    charges = (
        {"request_id": f"r{at}", "ncic_code": ASSAULT, "disposition": each}
        for at, (dispositions, _) in enumerate(IN_A_GROUP)
        for each in dispositions.split()
    )
    requests = numbered(*(request() for _ in range(10)))
    expected = [*(words for _, words in IN_A_GROUP), "no_charge"]
    assert said(counted(*charges, requests=requests)) == expected


def test_a_request_with_two_groups_is_in_both_convicted_in_one_only_and_is_one_request():
    counts = counted(
        {"ncic_code": THEFT, "disposition": "convicted"},
        {"ncic_code": DRUGS, "disposition": "dismissed"},
        {"ncic_code": ASSAULT, "disposition": "unknown"},
        {"ncic_code": ASSAULT, "disposition": "charged"},
    )
    assert said(counts) == ["convicted 13:charged_only 23:convicted", "no_charge"]
    assert of_all(counts)["convicted"] == 1


def test_charges_of_requests_not_declined_this_week_count_nowhere():
    requests = numbered(
        request(outcome="honored"),
        request(outcome="pending", outcome_recorded_at=""),
        request(outcome_recorded_at="2017-02-18"),
        request(state="TX"),  # held back by E1
    )
    counts = counted(*({"request_id": f"r{at}"} for at in range(4)), requests=requests)
    assert said(counts) == []
    assert {*of_all(counts).values()} == {0}
    assert not counts.extract.charges.empty


def test_a_leading_zero_of_a_code_decides_its_group_and_codes_outside_the_list_are_one():
    counts = counted(
        {"ncic_code": "9999", "disposition": "charged"},
        {"ncic_code": "0499", "disposition": "convicted"},
        {"ncic_code": "8100", "disposition": "charged"},
        {"ncic_code": "0399", "request_id": "r1"},
    )
    unlisted = f"convicted 81:charged_only {UNLISTED}:convicted"
    assert said(counts) == [unlisted, "charged_only 03:charged_only"]


def test_the_order_of_charges_and_requests_changes_no_value_and_the_index_stays():
    given = [
        {"ncic_code": THEFT, "disposition": "charged"},
        {"ncic_code": ASSAULT, "disposition": "convicted"},
        {"ncic_code": DRUGS, "disposition": "charged", "request_id": "r1"},
    ]
    counts = counted(*given)
    values = ["convicted 13:convicted 23:charged_only", "charged_only 35:charged_only"]
    assert said(counts) == said(counted(*reversed(given))) == values
    requests = pd.Series(["r1", "r0"], index=[7, 3])
    found = charge_values(requests, counts.extract.charges)
    assert found.to_dict() == dict(zip((3, 7), values, strict=True))


# What is counted of all


def test_every_declined_request_stands_in_one_of_four_lines():
    requests = numbered(*(request() for _ in range(6)))
    counts = counted(
        {"request_id": "r0", "disposition": "convicted"},
        {"request_id": "r0", "disposition": "charged", "ncic_code": THEFT},
        {"request_id": "r1", "disposition": "dismissed"},
        {"request_id": "r1", "disposition": "unknown"},
        {"request_id": "r2", "disposition": "dismissed"},
        {"request_id": "r2", "disposition": "acquitted", "ncic_code": THEFT},
        {"request_id": "r3", "disposition": "convicted", "timing": "after_release"},
        requests=requests,
    )
    others = {"convicted": 1, "charged_only": 1, "dismissed_or_acquitted": 1}
    assert of_all(counts) == others | {"no_charge": 3}


def told_figures(counts) -> list[int | None]:
    return [counts.figures[f"declined_with_{name}"] for name in ("charges", "conviction")]


def test_declined_with_charges_is_any_charge_before_release_whatever_became_of_it():
    ended = counts_of(*enough(g13=["dismissed"] * 3, g23=["acquitted"] * 4 + ["charged"]))
    assert told_figures(ended) == [5, 0]
    assert told_figures(counts_of(*enough(g13=["convicted"] * 2 + ["charged"]))) == [3, 2]


def test_where_the_table_is_not_told_or_no_charge_was_supplied_its_two_figures_are_none():
    few = counted({"disposition": "convicted"})
    assert few.figures["declined_total"] == 2 and told_figures(few) == [None, None]
    without = counts_of(enough()[0])
    assert without.extract.charges.empty and told_figures(without) == [None, None]
    assert without.published.withheld[CHARGES, ""] == "no charge data was supplied"
    assert charge_groups_of(without.published).empty


# charges_by_group.csv


def lines_of_csv(counts) -> dict[tuple[str, str], list]:
    """(category, group_code) -> convicted, charged_only, requests; none for an empty cell."""
    frame = charge_groups_of(counts.published).set_index(["category", "group_code"])
    frame = frame.loc[frame["requests"] > 0, ["convicted", "charged_only", "requests"]]
    return {
        row.Index: [None if pd.isna(each) else each for each in row[1:]]
        for row in frame.itertuples()
    }


def test_a_category_has_its_exact_count_and_a_group_of_three_its_name():
    dispositions = ["convicted"] * 12 + ["charged"] * 9
    counts = counts_of(*enough(g13=dispositions, g36=["charged"] * 2, g35=["charged"]))
    assert lines_of_csv(counts) == {
        ("persons", ""): [12, 9, 21],
        ("persons", "13"): [None, None, 21],
        ("persons", "other"): [None, None, 2],
        ("drugs", ""): [None, None, 1],
        ("drugs", "other"): [None, None, 1],
    }


def test_a_request_with_two_groups_of_a_category_is_one_of_it_and_convicted_if_it_is_in_one():
    counts = counts_of(*enough(g22=["charged"] * 4, g23=["convicted"] * 4))
    assert lines_of_csv(counts) == {
        ("property", ""): [4, 0, 4],
        ("property", "22"): [None, None, 4],
        ("property", "23"): [None, None, 4],
    }


@pytest.mark.parametrize(
    "counts, split", [((0, 3), 1), ((3, 3), 1), ((1, 9), 0), ((2, 9), 0), ((1, 1), 0), ((2, 0), 0)]
)
def test_convicted_and_charged_only_are_told_apart_only_if_neither_is_1_or_2(counts, split):
    for convicted, charged in (counts, counts[::-1]):
        dispositions = ["convicted"] * convicted + ["charged"] * charged
        found = lines_of_csv(counts_of(*enough(g35=dispositions)))["drugs", ""]
        parts = [convicted, charged] if split else [None, None]
        assert found == [*parts, convicted + charged]


def test_the_columns_are_those_of_the_contract_and_every_category_has_a_line():
    frame = charge_groups_of(counts_of(*enough(g13=["convicted"] * 3)).published)
    numbers = ["convicted", "charged_only", "requests"]
    assert list(frame) == ["category", "group_code", "offense_group", *numbers]
    categories = """persons property drugs weapons_public_order traffic obstructing_justice
    immigration other""".split()
    assert frame.loc[frame["group_code"] == "", "category"].tolist() == categories
    names = frame.set_index("group_code")["offense_group"]
    assert names["13"] == "Assault"
    assert list(frame[frame["category"] == "persons"]["group_code"]) == ["", "13"]
    assert all(pd.api.types.is_integer_dtype(frame[name]) for name in numbers)


def test_a_code_outside_the_list_is_in_the_category_other_under_a_name_of_its_own():
    counts = counts_of(*enough(g99=["charged"] * 3, g81=["charged"] * 3))
    assert lines_of_csv(counts) == {
        ("other", ""): [0, 3, 3],
        ("other", "81"): [None, None, 3],
        ("other", UNLISTED): [None, None, 3],
    }
    names = charge_group_lines(nation_of(counts, CHARGES)).set_index("group_code")["offense_group"]
    assert names[UNLISTED] == "Code outside the NCIC list"
