"""Charges of declined requests: convicted and charged apart, groups that do not add up."""

import pandas as pd
import pytest
from extract_factory import charge, request
from frames import copies, counts_of, numbered, raw_table

from ddor.measures.attributes import CHARGES, category_name
from ddor.measures.published import charge_group_lines

THEFT, ASSAULT, DRUGS = "2399", "1399", "3599"


def counted(*charges, requests=None):
    """Charges of r0 unless they say otherwise; numbered as they come."""
    rows = [
        charge(**{"request_id": "r0", **each, "charge_no": str(number)})
        for number, each in enumerate(charges, start=1)
    ]
    return counts_of(requests or numbered(request(), request()), rows)


def groups(counts) -> dict[str, tuple[int, int, int]]:
    """group_code -> convicted, charged_only, requests."""
    table = raw_table(counts, CHARGES)[["convicted", "charged_only", "requests"]]
    return {code: tuple(row) for code, row in table.iterrows()}


def test_the_columns_are_those_of_the_contract_and_groups_are_named():
    enough = copies(24, "r", agency_id="MN0010000") + copies(9, "s", agency_id="MN0020000")
    requests = enough + copies(9, "t", agency_id="MN0030000")
    charges = [
        charge(request_id=f"{agency}{at}", ncic_code="13AB", disposition=disposition)
        for agency in "rst"
        for at, disposition in enumerate(["convicted"] * 4 + ["charged"] * 3)
    ]
    shown = counts_of(requests, charges).attributes[CHARGES]
    frame = charge_group_lines(shown)
    columns = ["group_code", "offense_group", "convicted", "charged_only", "requests"]
    assert list(frame) == columns
    assert frame.to_numpy().tolist() == [["13", "Assault", 12, 9, 21]]


@pytest.mark.parametrize(
    ("dispositions", "expected"),
    [
        (["convicted"], (1, 0, 1)),
        (["charged"], (0, 1, 1)),
        (["unknown"], (0, 1, 1)),
        (["charged", "convicted"], (1, 0, 1)),
        (["dismissed", "convicted"], (1, 0, 1)),
        (["acquitted", "charged"], (0, 1, 1)),
        (["dismissed"], None),
        (["acquitted"], None),
        (["dismissed", "acquitted"], None),
    ],
)
def test_in_a_group_a_conviction_comes_first_and_a_dismissal_alone_counts_nowhere(
    dispositions, expected
):
    counts = counted(*({"ncic_code": ASSAULT, "disposition": each} for each in dispositions))
    assert groups(counts) == ({"13": expected} if expected else {})


def test_a_request_with_two_groups_is_in_both_and_is_one_request():
    counts = counted(
        {"ncic_code": ASSAULT, "disposition": "convicted"},
        {"ncic_code": THEFT, "disposition": "charged"},
        {"ncic_code": THEFT, "disposition": "charged"},
    )
    assert groups(counts) == {"13": (1, 0, 1), "23": (0, 1, 1)}
    assert counts.figures["declined_with_charges"] == 1
    assert counts.figures["declined_with_conviction"] == 1


def test_a_conviction_in_one_group_does_not_make_another_group_convicted():
    counts = counted(
        {"ncic_code": THEFT, "disposition": "convicted"},
        {"ncic_code": DRUGS, "disposition": "dismissed"},
        {"ncic_code": ASSAULT, "disposition": "unknown"},
    )
    assert groups(counts) == {"13": (0, 1, 1), "23": (1, 0, 1)}


def test_two_requests_in_a_group_are_two():
    counts = counted(
        {"disposition": "convicted"},
        {"disposition": "charged", "request_id": "r1"},
    )
    assert groups(counts) == {"13": (1, 1, 2)}


def test_a_charge_after_the_release_counts_nowhere():
    counts = counted({"disposition": "convicted", "timing": "after_release"})
    assert groups(counts) == {}
    assert counts.figures["declined_with_charges"] == 0
    assert counts.charge_standing["no_charges"] == 2


def test_charges_of_requests_not_declined_this_week_count_nowhere():
    requests = numbered(
        request(outcome="honored"),
        request(outcome="pending", outcome_recorded_at=""),
        request(outcome_recorded_at="2017-02-18"),
        request(state="TX"),  # held back by E1
    )
    counts = counted(*({"request_id": f"r{at}"} for at in range(4)), requests=requests)
    assert groups(counts) == {}
    assert counts.charge_standing == {
        "convicted": 0, "charged_only": 0, "dismissed_or_acquitted": 0, "no_charges": 0,
    }  # fmt: skip
    assert counts.charges_supplied


def test_declined_with_charges_is_any_charge_before_release_whatever_became_of_it():
    counts = counted(
        {"disposition": "dismissed"},
        {"disposition": "acquitted", "request_id": "r1"},
    )
    assert counts.figures["declined_with_charges"] == 2
    assert counts.figures["declined_with_conviction"] == 0


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
    assert counts.charge_standing == {
        "convicted": 1, "charged_only": 1, "dismissed_or_acquitted": 1, "no_charges": 3,
    }  # fmt: skip
    assert counts.figures["declined_with_charges"] == 3


def test_codes_outside_the_list_stand_together_in_a_last_group():
    counts = counted(
        {"ncic_code": "9999", "disposition": "charged"},
        {"ncic_code": "0499", "disposition": "convicted"},
        {"ncic_code": "8100", "disposition": "charged"},
    )
    assert list(groups(counts).items()) == [("81", (0, 1, 1)), ("unlisted", (1, 0, 1))]
    assert category_name(CHARGES, "unlisted") == "Code outside the NCIC list"


def test_a_leading_zero_of_a_code_decides_its_group():
    counts = counted({"ncic_code": "0399"}, {"ncic_code": "3999", "request_id": "r1"})
    names = [category_name(CHARGES, code) for code in groups(counts)]
    assert names == ["Immigration", "Gambling"]


def test_a_charges_table_with_a_header_alone_says_that_none_were_supplied():
    counts = counts_of([request()])
    assert not counts.charges_supplied
    assert raw_table(counts, CHARGES).empty
    assert counts.charge_standing["no_charges"] == 1
    assert counts.figures["declined_with_charges"] == 0


def test_the_groups_are_in_code_order_and_all_counts_are_integers():
    counts = counted({"ncic_code": DRUGS}, {"ncic_code": "0101"}, {"ncic_code": ASSAULT})
    frame = raw_table(counts, CHARGES)
    assert list(frame.index) == ["01", "13", "35"]
    assert all(pd.api.types.is_integer_dtype(frame[name])
               for name in ("convicted", "charged_only", "requests"))  # fmt: skip
