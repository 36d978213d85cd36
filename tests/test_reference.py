"""The code lists: facts that a count or a check would go wrong without."""

import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from conftest import cases, each_line
from iso3166 import countries_by_alpha3

from ddor.reference.codes import (
    CATEGORIES,
    CATEGORY_PHRASES,
    COUNTRIES,
    DATA,
    FORMS,
    OFFENSE_GROUPS,
    OTHER_OFFENSES,
    REGION_OF,
    country_from_ice_label,
    form_from_ice_text,
    name_key,
    offense_category,
    offense_group,
    rows,
)
from ddor.reference.places import (
    AREAS,
    COUNTIES,
    HEADQUARTERS,
    STATES,
    area_named,
    area_of,
    state_named,
    state_of_fips,
)

SHARED = Path(__file__).resolve().parents[2] / "shared"
SPLIT_STATES = {"CA", "NY", "TX"}


def base_name(county: str) -> str:
    kinds = "City and Borough|Census Area|County|Parish|Borough|Municipality|Municipio|city"
    return re.sub(f" ({kinds})$", "", county)


def counties_of(area: str) -> set[str]:
    """The counties of an area's split states, without the word County."""
    return {
        base_name(county.name)
        for county in COUNTIES.values()
        if county.state in SPLIT_STATES and area_of(county.state, county.fips) == area
    }


def test_every_table_names_its_source():
    assert len(list(DATA.glob("*.csv"))) == 8
    for table in DATA.glob("*.csv"):
        assert table.read_text(encoding="utf-8").startswith("# source: "), table.name


# Words that the files of ICE have: what is known, and the texts it goes by. What no text stands for
# is empty. No successor is guessed for a label that names no country of today.
FORM_TEXTS = """
I-247A | I247A - Immigration Detainer - Notice of Action (as of May 2025)
I-247  | I247 - Immigration Detainer (prior to March 2013); I247
I-247G | i-247g
I-247N | I247N - Request for Voluntary Notification of Release
       | I247B - a form that does not exist; I2470; Form I247A;
"""
AREA_TEXTS = """
St. Paul      | St. Paul Area of Responsibility; Saint Paul; St Paul; ST. PAUL FIELD OFFICE
Washington    | Washington DC; washington, d.c. area of responsibility
New York City | New York; new  york city aor; NYC
HQ            | HQ Area of Responsibility; Headquarters
St. Paul      | SPM; spm
              | Minnesota; XYZ;
"""
STATE_TEXTS = """
DC | Washington, D.C.
VI | U.S. Virgin Islands
   | Minesota;
"""
COUNTRY_TEXTS = """
MEX | MEXICO
MMR | BURMA
BIH | BOSNIA-HERZEGOVINA
CHN | CHINA, PEOPLES REPUBLIC OF; China, People's Republic of
COD | DEM REP OF THE CONGO
COG | CONGO
CIV | IVORY COAST; Côte d’Ivoire
KOR | SOUTH KOREA
LAO | LAOS
KNA | ST. KITTS-NEVIS
SXM | SINT MAARTEN(DUTCH)
FSM | MICRONESIA, FEDERATED STATES OF
TUR | TURKEY; TÜRKİYE
VNM | VIETNAM
RUS | RUSSIA
VEN | VENEZUELA
LCA | ST. LUCIA
NRU | NAURU
GBR | UNITED KINGDOM
HKG | HONG KONG
TWN | TAIWAN
PSE | PALESTINE
XKX | KOSOVO
UNK | UNKNOWN; USSR; YUGOSLAVIA; SERBIA AND MONTENEGRO; CZECHOSLOVAKIA; KOREA; STATELESS
    | ATLANTIS; Not  Applicable; NA;
"""


@pytest.mark.parametrize(
    ("meaning", "texts"),
    [
        (form_from_ice_text, FORM_TEXTS),
        (area_named, AREA_TEXTS),
        (state_named, STATE_TEXTS),
        (country_from_ice_label, COUNTRY_TEXTS),
    ],
)
def test_a_text_of_ice_is_known_as_its_form_area_state_or_country_or_not_at_all(meaning, texts):
    for known, theirs in cases(texts):
        for text in theirs.split(";"):
            assert meaning(text.removeprefix(" ")) == (known or None), text


def test_every_form_area_state_and_country_is_known_by_its_own_name():
    assert [form_from_ice_text(code) for code in FORMS] == list(FORMS)
    assert [area_named(name) for name in AREAS] == list(AREAS)
    assert [country_from_ice_label(name.upper()) for name in COUNTRIES.values()] == list(COUNTRIES)
    for state in STATES.values():
        assert state_named(state.name.upper()) == state_named(state.usps.lower()) == state.usps


def test_each_form_asks_for_one_kind_of_thing():
    detainers, notifications = ("I-247", "I-247A", "I-247D"), ("I-247G", "I-247N")
    kinds = dict.fromkeys(detainers, "detainer") | dict.fromkeys(notifications, "notification")
    assert FORMS == kinds | {"I-247X": "transfer"}


# Offense groups


def test_the_group_of_a_code_is_its_first_two_digits_with_a_leading_zero_or_there_is_none():
    known = cases("0399 | Immigration\n13AB | Assault\n70AA | General crimes (person)")
    for code, group in known:
        assert offense_group(code) == code[:2] and OFFENSE_GROUPS[code[:2]] == group
    assert "39" in OFFENSE_GROUPS
    assert [offense_group(code) for code in ("399", "9999", "1599", "XXXX", "")] == [None] * 5


def test_the_offense_groups_are_in_code_order_and_each_in_exactly_one_category():
    assert len(OFFENSE_GROUPS) == 50
    assert list(OFFENSE_GROUPS) == sorted(OFFENSE_GROUPS)
    listed = [group for row in rows("offense_categories") for group in row["groups"].split()]
    assert sorted(listed) == list(OFFENSE_GROUPS)
    assert {offense_category(group) for group in OFFENSE_GROUPS} == set(CATEGORIES)


def test_a_group_is_in_the_category_of_nibrs_robbery_with_property_and_what_is_in_none_in_other():
    known = (
        "13 persons, 12 property, 35 drugs, 52 weapons_public_order, 54 traffic, "
        "48 obstructing_justice, 03 immigration, 81 other"
    )
    for group, category in (pair.split() for pair in known.split(", ")):
        assert offense_category(group) == category
    assert OTHER_OFFENSES == list(CATEGORIES)[-1] == "other"
    assert {offense_category(group) for group in ("unlisted", "15", "99", "")} == {"other"}


def test_every_category_has_a_name_for_a_table_and_words_for_a_sentence():
    assert CATEGORIES.keys() == CATEGORY_PHRASES.keys()
    assert all(CATEGORIES.values()) and len({*CATEGORIES.values()}) == len(CATEGORIES)
    for phrase in CATEGORY_PHRASES.values():
        assert phrase and phrase == phrase.lower() and not phrase.endswith(".")


# Places


def test_states_are_the_fifty_the_district_and_five_territories():
    assert len(STATES) == len({state.fips for state in STATES.values()}) == 56
    assert {"DC", "PR", "VI", "GU", "MP", "AS"} < set(STATES)


def test_a_leading_zero_is_kept_and_a_code_without_it_has_no_state():
    assert STATES["AL"].fips == "01" and STATES["DE"].fips == "10"
    assert COUNTIES["01001"].name == "Autauga County"
    assert state_of_fips("01001") == "AL"
    lost = ("1001", "03001", "99999", "00000", "", "27", "2714A", "２７１４５")
    assert [state_of_fips(code) for code in lost] == [None] * len(lost)


def test_every_county_lies_in_the_state_that_its_code_begins_with_and_in_an_area_of_it():
    assert len(COUNTIES) == 3234
    for fips, county in COUNTIES.items():
        assert county.fips == fips
        assert state_of_fips(fips) == county.state
        area = area_of(county.state, fips)
        assert (area is None) if county.state == "AS" else county.state in AREAS[area], fips
    assert {county.state for county in COUNTIES.values()} == set(STATES)


def test_a_county_that_is_not_listed_still_has_its_state():
    assert "09110" not in COUNTIES  # a planning region of Connecticut, since 2022
    assert state_of_fips("09110") == "CT"
    assert area_of("CT", "09110") == "Boston"


def test_names_are_no_keys_and_can_stand_for_two_places_in_one_state():
    # DOMAIN 2 has 444 names, Washington 32 times and two more pairs in one state: it counts
    # places that are gone, such as the city of Bedford, Virginia.
    places = defaultdict(list)
    for county in COUNTIES.values():
        places[base_name(county.name)].append(county.state)
    assert sum(len(set(states)) > 1 for states in places.values()) == 440
    times = [len(places[name]) for name in ("Franklin", "Montgomery", "Washington")]
    assert times == [26, 18, 31]
    twins = [(name, {s for s in states if states.count(s) > 1}) for name, states in places.items()]
    of_virginia = [(name, {"VA"}) for name in "Fairfax Franklin Richmond Roanoke".split()]
    expected = [("Baltimore", {"MD"}), *of_virginia, ("St. Louis", {"MO"})]
    assert sorted(twin for twin in twins if twin[1]) == expected


# Areas


def test_there_are_twenty_five_areas_one_of_them_newer_than_2017():
    assert len({*AREAS} - {HEADQUARTERS}) == 25 and "Harlingen" in AREAS
    assert AREAS[HEADQUARTERS] == set(STATES), "it is no office, and may ask anywhere"
    assert (AREAS["Washington"], AREAS["Dallas"]) == ({"DC", "VA"}, {"OK", "TX"})
    of_texas = "Dallas|El Paso|HQ|Harlingen|Houston|San Antonio".split("|")
    assert sorted(area for area, states in AREAS.items() if "TX" in states) == of_texas


def test_every_area_has_a_county_and_a_state_is_whole_or_split_and_never_both():
    assert {area_of(c.state, c.fips) for c in COUNTIES.values()} == set(AREAS) - {HEADQUARTERS} | {
        None
    }
    listed = Counter((row["state"], row["part"]) for row in rows("areas"))
    assert {place for place, times in listed.items() if times > 1} == set()
    parts = defaultdict(set)
    for state, part in listed:
        parts[state].add(part)
    assert {state for state, of_it in parts.items() if of_it != {""}} == SPLIT_STATES
    for state in SPLIT_STATES:
        assert "" not in parts[state] and "rest" in parts[state]


@each_line("""
    state | fips                  | area
    TX    | 48453                 | San Antonio
    TX    | 48123                 | Houston
    TX    | 48113                 | Dallas
    NY    | 36033                 | Buffalo
    NY    | 36059                 | New York City
    CA    | 06029                 | San Francisco
    CA    | 06025                 | San Diego
    TX    | none empty 48999 06037 |
    MN    | none                  | St. Paul
    XX    | none                  |
""")
def test_a_split_state_is_split_by_county_and_without_one_of_its_own_in_no_area(state, fips, area):
    """Dallas County, Franklin and Kern are of the rest of their state."""
    for code in fips.split():
        assert area_of(state, {"none": None, "empty": ""}.get(code, code)) == (area or None), code


@pytest.mark.skipif(not SHARED.exists(), reason="the shared folder is not beside the checkout")
def test_the_counties_of_an_area_are_those_of_the_domain_document():
    domain = (SHARED / "DOMAIN.md").read_text(encoding="utf-8")
    areas = "El Paso,Harlingen,Houston,Los Angeles,New York City,San Antonio,San Diego"
    for number, area in enumerate(areas.split(","), start=1):
        listed = re.search(rf"\({number}\)\s([A-Z][^.]+)\.", domain)[1].replace(",", "")
        # Word by word, because the document does not always mark where a name of two words ends.
        assert sorted(" ".join(counties_of(area)).split()) == sorted(listed.split()), area


# Countries


def test_countries_are_those_of_iso_and_unknown_and_every_unknown_label_says_why():
    assert set(COUNTRIES) == set(countries_by_alpha3) | {"UNK"}
    assert [COUNTRIES[code] for code in ("MEX", "UNK", "XKX")] == ["Mexico", "Unknown", "Kosovo"]
    notes = [row["note"] for row in rows("ice_country_labels") if row["alpha3"] == "UNK"]
    assert notes and all(notes)


def test_a_label_never_contradicts_a_name():
    named = defaultdict(set)
    known = [(name, alpha3) for alpha3, name in COUNTRIES.items()]
    for alpha3, country in countries_by_alpha3.items():
        known += [(country.name, alpha3), (country.apolitical_name, alpha3)]
    known += [(row["label"], row["alpha3"]) for row in rows("ice_country_labels")]
    for name, alpha3 in known:
        assert alpha3 in COUNTRIES
        named[name_key(name)].add(alpha3)
    assert {name: codes for name, codes in named.items() if len(codes) > 1} == {}


def test_every_country_has_one_of_the_regions():
    regions = (
        "Africa|Antarctica|Asia|Caribbean|Central America|Europe|Mexico|North America (other)|"
        "Oceania|South America|Unknown"
    )
    assert {REGION_OF[alpha3] for alpha3 in COUNTRIES} == {*regions.split("|")}
    assert (REGION_OF["GTM"], REGION_OF["UNK"]) == ("Central America", "Unknown")
    with pytest.raises(KeyError):
        REGION_OF["ZZZ"]
