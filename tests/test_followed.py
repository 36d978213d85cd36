"""What is told of people after their release: quarters with none, one, few and many followed up,
and revisions that are subtracted from each other."""

from dataclasses import asdict

import numpy as np
import pytest
from after_release_rows import rows_of
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
    subtracted,
)

from ddor.measures.after_release import after_release_frames
from ddor.measures.attributes import DAYS_TO_ARREST, FOLLOW_UP, LATER_CHARGES, MET_BY
from ddor.measures.disclosure import NATIONAL, Earlier, shown_attributes
from ddor.measures.followed import followed, shown_after_release

NUMBERS = ("known", "met", "no_arrest", "no_contact", "not_observed", "arrested", "convicted")
MANY = {ARREST: 14, BOTH: 6, NO_CONTACT: 30, OTHER_CONTACT: 10, NOT_OBSERVED: 25, NOT_KNOWN: 15}


def numbers(quarter, **given) -> dict:
    """The headline numbers of the only revision; those that are not told are left out."""
    (revision,) = revisions_of(quarter, **given)
    told = asdict(revision.followed)
    return {name: told[name] for name in NUMBERS if told[name] is not None}


def cells(revision, attribute) -> dict[str, int] | None:
    table = revision.shown[attribute].tables.get(NATIONAL)
    return None if table is None else table["requests"].to_dict()


# One revision


def test_a_quarter_without_a_confirmed_release_tells_zeros():
    rows, charges = rows_of([])
    shown = shown_after_release(rows, charges, 5, "2018-01-31", Earlier())
    told = asdict(followed(rows, shown))
    assert {told[name] for name in ("declined", "confirmed", *NUMBERS)} == {0}
    assert (told["as_of"], told["stands"]) == ("2018-01-31", False)


@pytest.mark.parametrize("count", [1, 4, 40])
def test_a_quarter_in_which_nobodys_follow_up_is_known_tells_zeros(count):
    told = dict.fromkeys(NUMBERS, 0)
    del told["not_observed"]
    assert numbers(people(**{NOT_KNOWN: count})) == told
    assert numbers(people(**{NOT_OBSERVED: count, NOT_KNOWN: 1})) == told


@pytest.mark.parametrize("kind", [ARREST, NO_CONTACT, OTHER_CONTACT])
@pytest.mark.parametrize("count", [1, 4])
@pytest.mark.parametrize("beside", [0, 40])
def test_few_people_followed_up_are_not_counted(kind, count, beside):
    assert not {*numbers(people(**{kind: count, NOT_KNOWN: beside}))} & {*NUMBERS[:3]}


def test_many_people_followed_up_are_counted():
    (revision,) = revisions_of(people(**MANY))
    assert cells(revision, FOLLOW_UP) == {
        "met": 20, "no_contact": 30, "other_contact": 10, "not_observed": 25, "not_known": 15,
    }  # fmt: skip
    told = asdict(revision.followed)
    assert told == {
        "declined": 100, "confirmed": 100, "known": 60, "met": 20, "no_arrest": 40,
        "no_contact": 30, "not_observed": 25, "arrested": 20, "convicted": 6,
        "as_of": "2018-02-01", "stands": False,
    }  # fmt: skip


def test_no_arrest_is_told_exactly_when_met_is():
    """`met` stands in the table, but what it is a part of does not."""
    (revision,) = revisions_of(people(**MANY | {OTHER_CONTACT: 2, NOT_KNOWN: 3}))
    assert cells(revision, FOLLOW_UP)["met"] == 20 and "other" in cells(revision, FOLLOW_UP)
    told = revision.followed
    assert (told.known, told.met, told.no_arrest, told.arrested) == (None, None, None, None)
    assert (told.no_contact, told.not_observed) == (30, 25)


def test_known_is_told_without_met_where_all_that_is_known_was_added_up():
    few = {ARREST: 3, NO_CONTACT: 4, NOT_OBSERVED: 25, NOT_KNOWN: 15}
    assert numbers(people(**few)) == {"known": 7, "not_observed": 25}


def test_a_zero_is_told_where_nothing_was_added_up():
    told = numbers(people(**{NO_CONTACT: 30, OTHER_CONTACT: 10, NOT_KNOWN: 15}))
    assert told == {"known": 40, "met": 0, "no_arrest": 40, "no_contact": 30, "not_observed": 0,
                    "arrested": 0, "convicted": 0}  # fmt: skip


@pytest.mark.parametrize(("kinds", "told"), [
    ({ARREST: 20}, (20, 0)),
    ({BOTH: 20}, (20, 20)),
    ({CONVICTION: 20}, (0, 20)),
    ({ARREST: 15, BOTH: 5}, (20, 5)),
    ({ARREST: 16, BOTH: 4}, (None, None)),
    ({ARREST: 10, BOTH: 5, CONVICTION: 5}, (15, 10)),
    ({ARREST: 13, BOTH: 4, CONVICTION: 3}, (None, 7)),
    ({ARREST: 3, BOTH: 4, CONVICTION: 13}, (7, None)),
    ({ARREST: 4, BOTH: 14, CONVICTION: 2}, (None, None)),
])  # fmt: skip
def test_arrested_convicted_and_both_are_each_none_or_many(kinds, told):
    quarter = people(**kinds, **{NO_CONTACT: 30, NOT_KNOWN: 15})
    (revision,) = revisions_of(quarter)
    assert revision.followed.met == 20
    assert (revision.followed.arrested, revision.followed.convicted) == told
    assert not subtracted([revision], 5)


def test_no_agency_has_a_table_of_its_own():
    quarter = people(agencies=3, **{kind: 3 * count for kind, count in MANY.items()})
    (revision,) = revisions_of(quarter)
    for name, shown in revision.shown.items():
        assert set(shown.tables) == {NATIONAL}, name


def test_the_tables_of_those_who_met_the_rule_are_of_them_alone():
    quarter = people(**MANY)
    for at in range(14):
        quarter[f"{ARREST}{at}"] = Person(f"AG{at:02d}", ARREST, on=(5, 20)[at % 2],
                                          code=("1399", "3599")[at // 2 % 2])  # fmt: skip
    (revision,) = revisions_of(quarter)
    assert cells(revision, DAYS_TO_ARREST) == {"0 to 7 days": 13, "8 to 30 days": 7}
    assert cells(revision, LATER_CHARGES) == {"13": 14, "35": 6}
    table = revision.shown[LATER_CHARGES].tables[NATIONAL]
    assert table["convicted"].to_dict() == {"13": 6, "35": 0}


# The tables together


def test_where_met_is_not_told_no_other_table_tells_it_by_its_sum():
    """8 met, 3 had no later contact: added up they are 11, and the days alone would tell the 8."""
    quarter = people(**{ARREST: 8, NO_CONTACT: 3, NOT_KNOWN: 30})
    for at in range(4):
        quarter[f"{ARREST}{at}"] = Person(f"AG{at:02d}", ARREST, on=40)
    quarter |= {"more": Person("AG09", ARREST, on=40), "again": Person("AG10", ARREST, on=5)}
    (alone,) = revisions_of(quarter, tell=each_by_itself)
    assert cells(alone, FOLLOW_UP) == {"not_known": 30, "other": 13}
    assert sum(cells(alone, DAYS_TO_ARREST).values()) == 10
    (together,) = revisions_of(quarter)
    for name in (MET_BY, LATER_CHARGES, DAYS_TO_ARREST):
        assert cells(together, name) is None
    withheld = together.shown[DAYS_TO_ARREST].withheld
    assert withheld == {NATIONAL: "how many met the rule is not told"}


def each_by_itself(rows, charges, threshold, as_of, earlier):
    """As disclosure control shows each attribute without a thought of the others."""
    base = rows[["request_id", "agency_id"]].astype("str").assign(listed_agency="")
    shown = {}
    for name, frame in after_release_frames(rows, charges).items():
        of = base if name in (FOLLOW_UP, MET_BY) else base[rows["standing"] == "met"]
        shown |= shown_attributes({name: frame}, of, threshold, as_of, earlier)
    return shown


def newcomers(count, kind, first=0, **given) -> dict[str, Person]:
    return {f"new-{kind}{at}": Person(f"AG{at % 12:02d}", kind, **given)
            for at in range(first, first + count)}  # fmt: skip


def one_by_one() -> list[dict[str, Person]]:
    """A quarter in three revisions. In the second ten more met the rule, five early and five late,
    and one person's contact makes the table of follow-up stand. In the third one more met it."""
    first = people(**{ARREST: 20, NO_CONTACT: 40})
    for at in range(10):
        first[f"{ARREST}{at}"] = Person(f"AG{at:02d}", ARREST, on=40)
    met = newcomers(5, ARREST) | newcomers(5, ARREST, first=5, on=40)
    second = changed(first | met, OTHER_CONTACT, "no_contact0")
    third = first | met | newcomers(1, ARREST, first=10) | newcomers(6, NO_CONTACT)
    return [first, second, third]


def test_a_table_that_is_new_while_another_stands_does_not_tell_of_one_person_later():
    alone = revisions_of(*one_by_one(), tell=each_by_itself)
    assert alone[1].shown[FOLLOW_UP].stands and sum(cells(alone[1], DAYS_TO_ARREST).values()) == 30
    assert cells(alone[2], FOLLOW_UP)["met"] == 31
    assert ((FOLLOW_UP, ("met",), None), 30, 31) in subtracted(alone, 5)
    together = revisions_of(*one_by_one())
    assert together[1].shown[DAYS_TO_ARREST].stands
    assert cells(together[1], DAYS_TO_ARREST) == cells(together[0], DAYS_TO_ARREST)
    assert cells(together[2], FOLLOW_UP)["met"] == 31
    assert not subtracted(together, 5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["arrest0", "arrest_and_conviction0", "no_contact0",
                                  "not_observed0", "not_known0"])  # fmt: skip
def test_what_becomes_of_one_person_is_not_told_by_the_next_revision(kind, name):
    before = people(**MANY)
    first, second = revisions_of(before, changed(before, kind, name))
    assert not subtracted([first, second], 5)
    assert asdict(second.followed) == asdict(first.followed) | {
        "as_of": second.followed.as_of, "stands": second.followed.stands,
    }  # fmt: skip
    assert second.followed.stands is (before[name].kind != kind)


def test_a_way_back_to_an_older_revision_is_not_told_after_one_that_repeats_a_table():
    """In the third revision one person takes another's place: it tells what the second did."""
    first = people(**MANY)
    names = [f"not_observed{at}" for at in range(7)]
    second = changed(first, ARREST, *names[:6])
    third = changed(first, ARREST, *names[:5], names[6])
    back_but_one = changed(first, ARREST, names[0])
    told = [each.followed.met for each in revisions_of(first, second, third, back_but_one)]
    assert told == [20, 26, 26, 26]


def test_many_changes_are_told_with_their_date():
    before = people(**MANY)
    after = changed(before, ARREST, *(f"not_observed{at}" for at in range(8)))
    after = changed(after, NO_CONTACT, *(f"not_observed{at}" for at in range(8, 25)))
    first, second = revisions_of(before, after)
    assert (first.followed.met, second.followed.met) == (20, 28)
    assert (first.followed.no_contact, second.followed.no_contact) == (30, 47)
    assert (second.followed.not_observed, second.followed.stands) == (0, False)
    assert second.followed.as_of == "2018-02-02"
    assert not subtracted([first, second], 5)


def test_numbers_of_another_extract_are_not_told_beside_those_of_this_one():
    """One more conviction among those who met the rule; many changes among all others."""
    before = people(**MANY)
    after = changed(before, BOTH, "arrest0")
    after = changed(after, NO_CONTACT, *(f"not_observed{at}" for at in range(10)))
    first, second = revisions_of(before, after)
    assert (first.followed.arrested, first.followed.convicted) == (20, 6)
    assert (second.followed.no_contact, second.followed.met) == (40, 20)
    assert (second.followed.arrested, second.followed.convicted) == (None, None)
    assert second.shown[MET_BY].as_of == "2018-02-01"
    assert not subtracted([first, second], 5)


def drawn(rng) -> dict[str, Person]:
    size = int(rng.choice([8, 30, 120, 300]))
    agencies = int(rng.choice([3, 12, 40]))
    weights = rng.dirichlet(np.ones(len(KINDS)))
    return {
        f"p{at}": Person(f"AG{rng.integers(agencies):02d}", str(rng.choice(KINDS, p=weights)),
                         int(rng.choice([3, 20, 50])), str(rng.choice(["1399", "3599", "5404"])))
        for at in range(size)
    }  # fmt: skip


def moved(rng, quarter: dict[str, Person]) -> dict[str, Person]:
    """Some people's follow-up is another, some came, some went."""
    many = int(rng.choice([0, 1, 1, 2, 4, 6, 15, 40]))
    names = [str(name) for name in rng.permutation(list(quarter))[:many]]
    into = list(rng.choice(KINDS, size=2))
    after = dict(quarter)
    for name in names:
        after[name] = Person(quarter[name].agency_id, str(rng.choice(into)),
                             int(rng.choice([3, 20])))  # fmt: skip
    for at in range(int(rng.choice([0, 0, 1, 7]))):
        after[f"q{len(quarter)}-{at}"] = Person("AG01", str(rng.choice(into)))
    for name in list(after)[: int(rng.choice([0, 0, 1, 6]))]:
        del after[name]
    return after


@pytest.mark.parametrize("seed", range(12))
def test_no_difference_of_generated_revisions_is_about_a_few_people(seed):
    rng = np.random.default_rng(seed)
    threshold = int(rng.choice([3, 5, 10]))
    quarters = [drawn(rng)]
    for _ in range(4):
        quarters.append(moved(rng, quarters[-1]))
    assert subtracted(revisions_of(*quarters, threshold=threshold), threshold) == []


def test_the_attack_finds_what_would_be_told_without_disclosure_control():
    before = people(**MANY)
    after = changed(before, ARREST, "not_observed0")
    first, second = revisions_of(before, after)
    assert not subtracted([first, second], 5)
    (as_if_first,) = revisions_of(after, as_of="2018-02-02")
    found = subtracted([first, as_if_first], 5)
    assert ((FOLLOW_UP, ("met",), None), 20, 21) in found
