"""What is told of people after their release: quarters with none, few and many followed up, and
revisions beside each other."""

from dataclasses import asdict

import pytest
from after_release_rows import arrested, rows_of
from followed_quarters import (
    ARREST,
    BOTH,
    CONVICTION,
    KINDS,
    NO_CONTACT,
    NOT_KNOWN,
    NOT_OBSERVED,
    OTHER_CONTACT,
    Person,
    changed,
    people,
    revisions_of,
)

from ddor.measures.after_release import (
    AFTER_RELEASE,
    NUMBERS,
    Followed,
    after_release_lines,
    decide_after_release,
    followed,
)
from ddor.measures.disclosure import FEWER, NATION, TAKEN_DOWN, AttributeTable, PriorTables, Row
from ddor.measures.people import CHARGES

MANY = {ARREST: 14, BOTH: 6, NO_CONTACT: 30, OTHER_CONTACT: 10, NOT_OBSERVED: 25, NOT_KNOWN: 15}


def numbers(quarter) -> dict:
    """The headline numbers of the only revision; those that are not told are left out."""
    (revision,) = revisions_of(quarter)
    told = asdict(revision.followed)
    return {name: told[name] for name in NUMBERS if told[name] is not None}


def told_of(requests, tables=(), last=()) -> tuple:
    """What is told and the headline numbers, after `tables`."""
    rows, charges = rows_of(requests)
    told = decide_after_release(rows, charges, 5, "2018-01-31", PriorTables(tables, last))
    return told, followed(rows, told, "2018-01-31")


# One revision


def test_a_quarter_without_a_confirmed_release_tells_zeros():
    _, known = told_of([])
    assert {getattr(known, name) for name in ("declined", "confirmed", *NUMBERS)} == {0}
    assert (known.as_of, known.retained) == ("2018-01-31", False)


@pytest.mark.parametrize("count", [1, 40])
def test_a_quarter_in_which_nobodys_follow_up_is_known_tells_zeros(count):
    told = dict.fromkeys(NUMBERS, 0)
    del told["not_observed"]
    assert numbers(people(**{NOT_KNOWN: count})) == told
    assert numbers(people(**{NOT_OBSERVED: count, NOT_KNOWN: 1})) == told


@pytest.mark.parametrize("kind", [ARREST, NO_CONTACT, OTHER_CONTACT])
@pytest.mark.parametrize("count, beside", [(1, 0), (1, 40), (19, 0), (19, 40)])
def test_of_few_people_followed_up_nothing_is_told(kind, count, beside):
    (revision,) = revisions_of(people(**{kind: count, NOT_KNOWN: beside, NOT_OBSERVED: beside}))
    assert {getattr(revision.followed, name) for name in NUMBERS} == {None}
    assert revision.told.withheld == {(AFTER_RELEASE, ""): f"{FEWER} with a known follow-up"}
    assert after_release_lines(revision.told) == []


def test_the_confirmed_releases_have_to_be_enough_and_not_only_those_followed_up():
    of_one = {f"p{at}": Person("BIG0", NOT_OBSERVED) for at in range(200)}
    (revision,) = revisions_of(of_one | people(**{NO_CONTACT: 30}))
    assert revision.followed.known is None
    assert "over 85 %" in revision.told.withheld[AFTER_RELEASE, NATION]


def test_many_people_are_counted_in_full_a_count_of_one_too_and_no_agency_has_a_table():
    (revision,) = revisions_of(people(agencies=3, **MANY))
    given = {"known": 60, "met": 20, "no_arrest": 40, "no_contact": 30, "not_observed": 25}
    given |= {"declined": 100, "confirmed": 100, "arrested": 20, "convicted": 6}
    assert revision.followed == Followed(**given, as_of="2018-02-01")
    assert {*revision.told.tables} == {(AFTER_RELEASE, "")}
    assert {line.place for line in after_release_lines(revision.told)} == {""}
    few = {"known": 20, "met": 2, "no_arrest": 18, "no_contact": 18, "not_observed": 0}
    told = numbers(people(**{ARREST: 1, CONVICTION: 1, NO_CONTACT: 18}))
    assert told == few | {"arrested": 1, "convicted": 1}


def arrests(number: int) -> list[dict[str, str]]:
    return [arrested(5, request_id=f"r{at}", agency_id=f"AG{at % 5}") for at in range(number)]


@pytest.mark.parametrize("flag", ["true", "unknown"])
def test_a_flag_that_protects_takes_a_person_out_of_what_is_known(flag):
    def flagged(number: int, of: int) -> list[dict[str, str]]:
        return [each | {"protected": flag} for each in arrests(of)[:number]] + arrests(of)[number:]

    assert told_of(flagged(0, 20))[1].known == 20
    assert told_of(flagged(1, 20))[1].known is None
    # A flag that comes later: of one person it changes nothing, of many it does.
    first = tuple(told_of(arrests(40))[0].tables.values())
    one, many = (told_of(flagged(number, 40), first, first)[1] for number in (1, 20))
    assert (one.known, one.retained, one.gone) == (40, True, 0)
    assert (many.known, many.retained) == (20, False)


def test_what_is_told_before_release_is_no_part_of_what_is_told_after_it():
    rows = frozenset(
        Row(each["request_id"], "2017-01-28", each["agency_id"], "MN", "no_charge")
        for each in arrests(40)
    )
    before = (AttributeTable(CHARGES, NATION, rows, "2018-01-30", 5),)
    told, known = told_of(arrests(40), before, before)
    assert {*told.tables} == {(AFTER_RELEASE, NATION)} and not told.withheld
    assert (known.known, known.retained) == (40, False)


# Revisions beside each other


@pytest.mark.parametrize("name", ["arrest0", "no_contact0", "not_observed0", "not_known0"])
def test_what_becomes_of_one_person_is_not_told_by_the_next_revision(name):
    before = people(**MANY)
    for kind in KINDS:
        first, second = revisions_of(before, changed(before, kind, name))
        same = before[name].kind == kind
        known = {"as_of": "2018-02-02" if same else "2018-02-01", "retained": not same}
        assert asdict(second.followed) == asdict(first.followed) | known


def test_twenty_changed_persons_of_three_agencies_are_told_with_their_date():
    before = people(**MANY)
    after = changed(before, NO_CONTACT, *(f"not_observed{at}" for at in range(20)))
    first, second = revisions_of(before, after)
    assert (first.followed.no_contact, second.followed.no_contact) == (30, 50)
    assert (second.followed.as_of, second.followed.retained) == ("2018-02-02", False)
    almost = changed(before, NO_CONTACT, *(f"not_observed{at}" for at in range(19)))
    assert revisions_of(before, almost)[1].followed.retained


@pytest.mark.parametrize("gone, stands", [(1, True), (19, True), (25, True), (26, False)])
def test_the_numbers_stay_until_a_quarter_no_longer_counts_and_then_it_is_said_why(gone, stands):
    before = people(**MANY)
    # One of the others is changed: too few to be told anew.
    left = {name: before[name] for name in list(before)[gone:]}
    _, second = revisions_of(before, changed(left, OTHER_CONTACT, "no_contact29"))
    known = second.followed
    assert (known.retained, known.gone) == (stands, gone if stands else 0)
    assert (known.known, known.met) == ((60, 20) if stands else (None, None))
    assert second.told.withheld == ({} if stands else {(AFTER_RELEASE, ""): TAKEN_DOWN})
