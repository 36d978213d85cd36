"""The code lists: facts that a count or a check would go wrong without."""

import csv
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest
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


def places_by_base_name() -> dict[str, list[str]]:
    """Base name of a county -> the state of each county that has it."""
    places = defaultdict(list)
    for county in COUNTIES.values():
        places[base_name(county.name)].append(county.state)
    return places


def counties_of(area: str) -> set[str]:
    """The counties of an area's split states, without the word County."""
    return {
        base_name(county.name)
        for county in COUNTIES.values()
        if county.state in SPLIT_STATES and area_of(county.state, county.fips) == area
    }


def test_every_table_names_its_source():
    assert len(list(DATA.glob("*.csv"))) == 7
    for table in DATA.glob("*.csv"):
        assert table.read_text(encoding="utf-8").startswith("# source: "), table.name


# Forms


def test_each_form_asks_for_one_kind_of_thing():
    assert FORMS == {
        "I-247": "detainer",
        "I-247A": "detainer",
        "I-247D": "detainer",
        "I-247G": "notification",
        "I-247N": "notification",
        "I-247X": "transfer",
    }


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("I247A - Immigration Detainer - Notice of Action (as of May 2025)", "I-247A"),
        ("I247 - Immigration Detainer (prior to March 2013)", "I-247"),
        ("I247 ", "I-247"),
        ("i-247g", "I-247G"),
        ("I247N - Request for Voluntary Notification of Release", "I-247N"),
        ("I247B - a form that does not exist", None),
        ("I2470", None),
        ("Form I247A", None),
        ("", None),
    ],
)
def test_the_form_is_what_ice_text_begins_with(text, form):
    assert form_from_ice_text(text) == form


def test_every_code_is_its_own_text():
    assert [form_from_ice_text(code) for code in FORMS] == list(FORMS)


# Offense groups


def test_the_group_of_a_code_is_its_first_two_digits_and_keeps_the_leading_zero():
    assert offense_group("0399") == "03"
    assert OFFENSE_GROUPS["03"] == "Immigration"
    assert OFFENSE_GROUPS[offense_group("13AB")] == "Assault"
    assert OFFENSE_GROUPS[offense_group("70AA")] == "General crimes (person)"


def test_a_code_that_lost_its_leading_zero_is_in_no_group():
    assert "39" in OFFENSE_GROUPS
    assert offense_group("399") is None


def test_a_group_that_ncic_does_not_have_is_none():
    assert [offense_group(code) for code in ("9999", "1599", "XXXX", "")] == [None] * 4


def test_offense_groups_stand_in_code_order():
    assert len(OFFENSE_GROUPS) == 50
    assert list(OFFENSE_GROUPS) == sorted(OFFENSE_GROUPS)


def test_every_offense_group_is_in_exactly_one_category():
    listed = [group for row in rows("offense_categories") for group in row["groups"].split()]
    assert sorted(listed) == list(OFFENSE_GROUPS)
    assert {offense_category(group) for group in OFFENSE_GROUPS} == set(CATEGORIES)


@pytest.mark.parametrize(
    ("group", "category"),
    [
        ("13", "persons"),
        ("12", "property"),
        ("35", "drugs"),
        ("52", "weapons_public_order"),
        ("54", "traffic"),
        ("48", "obstructing_justice"),
        ("03", "immigration"),
        ("81", "other"),
    ],
)
def test_a_group_is_in_the_category_of_nibrs_robbery_with_property(group, category):
    assert offense_category(group) == category


@pytest.mark.parametrize("group", ["unlisted", "15", "99", ""])
def test_what_is_in_no_group_of_the_list_is_in_the_category_other(group):
    assert offense_category(group) == OTHER_OFFENSES == list(CATEGORIES)[-1]


def test_every_category_has_a_name_for_a_table_and_words_for_a_sentence():
    assert CATEGORIES.keys() == CATEGORY_PHRASES.keys()
    assert all(CATEGORIES.values()) and len({*CATEGORIES.values()}) == len(CATEGORIES)
    for phrase in CATEGORY_PHRASES.values():
        assert phrase and phrase == phrase.lower() and not phrase.endswith(".")


# Places


def test_states_are_the_fifty_the_district_and_five_territories():
    assert len(STATES) == 56
    assert {"DC", "PR", "VI", "GU", "MP", "AS"} < set(STATES)
    assert len({state.fips for state in STATES.values()}) == 56


def test_a_leading_zero_is_kept():
    assert STATES["AL"].fips == "01"
    assert COUNTIES["01001"].name == "Autauga County"
    assert state_of_fips("01001") == "AL"


def test_a_county_code_that_lost_its_leading_zero_has_no_state():
    assert STATES["DE"].fips == "10"
    assert state_of_fips("1001") is None


@pytest.mark.parametrize("code", ["03001", "99999", "00000", "", "27", "2714A", "２７１４５"])
def test_a_county_code_without_a_state_is_none(code):
    assert state_of_fips(code) is None


def test_every_county_lies_in_the_state_that_its_code_begins_with():
    assert len(COUNTIES) == 3234
    for fips, county in COUNTIES.items():
        assert county.fips == fips
        assert state_of_fips(fips) == county.state
    assert {county.state for county in COUNTIES.values()} == set(STATES)


def test_a_county_that_is_not_listed_still_has_its_state():
    assert "09110" not in COUNTIES  # a planning region of Connecticut, since 2022
    assert state_of_fips("09110") == "CT"
    assert area_of("CT", "09110") == "Boston"


def test_names_are_no_keys():
    # DOMAIN 2 has 444 names, Washington 32 times and two more pairs in one state: it counts
    # places that are gone, such as the city of Bedford, Virginia.
    places = places_by_base_name()
    assert sum(len(set(states)) > 1 for states in places.values()) == 440
    assert {name: len(places[name]) for name in ("Franklin", "Montgomery", "Washington")} == {
        "Franklin": 26,
        "Montgomery": 18,
        "Washington": 31,
    }


def test_a_name_can_stand_for_two_places_in_one_state():
    twins = {
        (name, state)
        for name, states in places_by_base_name().items()
        for state, times in Counter(states).items()
        if times > 1
    }
    assert twins == {
        ("Baltimore", "MD"),
        ("St. Louis", "MO"),
        ("Fairfax", "VA"),
        ("Franklin", "VA"),
        ("Richmond", "VA"),
        ("Roanoke", "VA"),
    }


def test_a_state_is_known_by_its_name_or_code_in_any_case():
    for state in STATES.values():
        assert state_named(state.name.upper()) == state_named(state.usps.lower()) == state.usps
    assert state_named("Washington, D.C.") == "DC"
    assert state_named("U.S. Virgin Islands") == "VI"
    assert state_named("Minesota") is None
    assert state_named("") is None


# Areas


def test_there_are_twenty_five_areas_one_of_them_newer_than_2017():
    assert len(AREAS) == 25
    assert len(set(AREAS) - {"Harlingen"}) == 24
    assert AREAS["Washington"] == {"DC", "VA"}
    assert AREAS["Dallas"] == {"OK", "TX"}


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("St. Paul Area of Responsibility", "St. Paul"),
        ("Saint Paul", "St. Paul"),
        ("St Paul", "St. Paul"),
        ("ST. PAUL FIELD OFFICE", "St. Paul"),
        ("Washington DC", "Washington"),
        ("washington, d.c. area of responsibility", "Washington"),
        ("New York", "New York City"),
        ("  new  york city aor", "New York City"),
        ("HQ Area of Responsibility", None),
        ("Minnesota", None),
        ("", None),
    ],
)
def test_an_area_is_known_by_its_aliases(text, area):
    assert area_named(text) == area


def test_an_area_is_known_by_its_own_name():
    assert [area_named(name) for name in AREAS] == list(AREAS)


def test_every_county_is_in_an_area_of_its_state_and_american_samoa_in_none():
    for county in COUNTIES.values():
        area = area_of(county.state, county.fips)
        if county.state == "AS":
            assert area is None
        else:
            assert county.state in AREAS[area]


def test_every_area_has_a_county_and_no_county_is_listed_twice():
    assert {area_of(c.state, c.fips) for c in COUNTIES.values()} == set(AREAS) | {None}
    listed = Counter((row["state"], row["part"]) for row in rows("areas"))
    assert {place for place, times in listed.items() if times > 1} == set()


def test_a_state_is_whole_or_split_but_never_both():
    parts = defaultdict(set)
    for row in rows("areas"):
        parts[row["state"]].add(row["part"])
    assert {state for state, listed in parts.items() if listed != {""}} == SPLIT_STATES
    for state in SPLIT_STATES:
        assert "" not in parts[state]
        assert "rest" in parts[state]


def test_a_split_state_is_split_by_county():
    assert area_of("TX", "48453") == "San Antonio"  # Travis
    assert area_of("TX", "48123") == "Houston"  # DeWitt
    assert area_of("TX", "48113") == "Dallas"  # Dallas, of the rest
    assert area_of("NY", "36033") == "Buffalo"  # Franklin, of the rest
    assert area_of("NY", "36059") == "New York City"  # Nassau
    assert area_of("CA", "06029") == "San Francisco"  # Kern, of the rest
    assert area_of("CA", "06025") == "San Diego"  # Imperial


def test_the_area_of_a_split_state_cannot_be_told_without_a_county_of_it():
    assert area_of("TX", None) is None
    assert area_of("TX", "") is None
    assert area_of("TX", "48999") is None
    assert area_of("TX", "06037") is None
    assert area_of("MN", None) == "St. Paul"
    assert area_of("XX", None) is None


@pytest.mark.skipif(not SHARED.exists(), reason="the shared folder is not beside the checkout")
@pytest.mark.parametrize(
    ("area", "number"),
    [
        ("El Paso", 1),
        ("Harlingen", 2),
        ("Houston", 3),
        ("Los Angeles", 4),
        ("New York City", 5),
        ("San Antonio", 6),
        ("San Diego", 7),
    ],
)
def test_the_counties_of_an_area_are_those_of_the_domain_document(area, number):
    domain = (SHARED / "DOMAIN.md").read_text(encoding="utf-8")
    listed = re.search(rf"\({number}\)\s([A-Z][^.]+)\.", domain)[1].replace(",", "")
    # Word by word, because the document does not always mark where a name of two words ends.
    assert sorted(" ".join(counties_of(area)).split()) == sorted(listed.split())


# Countries


def test_countries_are_those_of_iso_and_unknown():
    assert set(COUNTRIES) == set(countries_by_alpha3) | {"UNK"}
    assert COUNTRIES["MEX"] == "Mexico"
    assert COUNTRIES["UNK"] == "Unknown"
    assert COUNTRIES["XKX"] == "Kosovo"


@pytest.mark.parametrize(
    ("label", "alpha3"),
    [
        ("MEXICO", "MEX"),
        ("BURMA", "MMR"),
        ("BOSNIA-HERZEGOVINA", "BIH"),
        ("CHINA, PEOPLES REPUBLIC OF", "CHN"),
        ("China, People's Republic of", "CHN"),
        ("DEM REP OF THE CONGO", "COD"),
        ("CONGO", "COG"),
        ("IVORY COAST", "CIV"),
        ("Côte d’Ivoire", "CIV"),
        ("SOUTH KOREA", "KOR"),
        ("LAOS", "LAO"),
        ("VIETNAM", "VNM"),
        ("RUSSIA", "RUS"),
        ("VENEZUELA", "VEN"),
        ("ST. LUCIA", "LCA"),
        ("ST. KITTS-NEVIS", "KNA"),
        ("SINT MAARTEN(DUTCH)", "SXM"),
        ("MICRONESIA, FEDERATED STATES OF", "FSM"),
        ("NAURU", "NRU"),
        ("TURKEY", "TUR"),
        ("TÜRKİYE", "TUR"),
        ("UNITED KINGDOM", "GBR"),
        ("HONG KONG", "HKG"),
        ("TAIWAN", "TWN"),
        ("PALESTINE", "PSE"),
        ("KOSOVO", "XKX"),
        ("UNKNOWN", "UNK"),
        ("ATLANTIS", None),
        ("Not  Applicable", None),
        ("NA", None),
        ("", None),
    ],
)
def test_ice_labels_are_countries(label, alpha3):
    assert country_from_ice_label(label) == alpha3


@pytest.mark.parametrize(
    "label", ["USSR", "YUGOSLAVIA", "SERBIA AND MONTENEGRO", "CZECHOSLOVAKIA", "KOREA", "STATELESS"]
)
def test_no_successor_is_guessed_for_a_label_that_names_no_country_of_today(label):
    assert country_from_ice_label(label) == "UNK"


def test_every_unknown_label_says_why():
    unknown = [row for row in rows("ice_country_labels") if row["alpha3"] == "UNK"]
    assert unknown
    assert [row["label"] for row in unknown if not row["note"]] == []


def test_a_label_never_contradicts_a_name():
    named = defaultdict(set)
    for alpha3, country in countries_by_alpha3.items():
        named[name_key(country.name)].add(alpha3)
        named[name_key(country.apolitical_name)].add(alpha3)
    for alpha3, name in COUNTRIES.items():
        named[name_key(name)].add(alpha3)
    for row in rows("ice_country_labels"):
        assert row["alpha3"] in COUNTRIES
        named[name_key(row["label"])].add(row["alpha3"])
    assert {name: codes for name, codes in named.items() if len(codes) > 1} == {}


def test_every_country_is_found_by_its_own_name():
    assert [country_from_ice_label(name.upper()) for name in COUNTRIES.values()] == list(COUNTRIES)


def test_every_country_has_one_of_the_regions():
    assert {REGION_OF[alpha3] for alpha3 in COUNTRIES} == {
        "Africa",
        "Antarctica",
        "Asia",
        "Caribbean",
        "Central America",
        "Europe",
        "Mexico",
        "North America (other)",
        "Oceania",
        "South America",
        "Unknown",
    }
    assert REGION_OF["GTM"] == "Central America"
    assert REGION_OF["UNK"] == "Unknown"
    with pytest.raises(KeyError):
        REGION_OF["ZZZ"]


# Real labels


@pytest.mark.skipif(not SHARED.exists(), reason="the shared folder is not beside the checkout")
def test_every_label_of_the_public_release_is_known():
    file = SHARED / "data" / "foia" / "st_cloud_declined_2026.csv"
    with open(file, encoding="utf-8", newline="") as lines:
        records = list(csv.DictReader(lines))
    assert len(records) == 22
    for record in records:
        assert country_from_ice_label(record["citizenship_country"]) in COUNTRIES
        assert area_named(record["facility_aor"]) == "St. Paul"
        assert state_named(record["facility_state"]) == "MN"
        assert form_from_ice_text(record["detainer_type"]) in FORMS
        assert offense_group(record["msc_charge_code"]) or record["msc_charge_code"] == "NA"
