"""Direct identifiers are refused by head and by look, and no message repeats one."""

import csv
import datetime as dt
import random
from pathlib import Path

import pytest
from conftest import cases
from extract_factory import charge, refused, request, write_csv_extract

from ddor.extract.identifiers import birth_dates, hashes, head_is_identifier, looks, name_column
from ddor.extract.model import CHARGE_COLUMNS, REQUEST_COLUMNS

FOIA = Path(__file__).resolve().parents[2] / "shared" / "data" / "foia"
NAMES = ["GARCIA LOPEZ, JUAN", "Nguyen, Thuy", "SMITH, JOHN A.", "O'Neill, Patrick", "VANG, KOU"]
ISSUED = dt.date(2017, 2, 12)


def message(folder, ignored=()) -> str:
    return "\n".join(map(str, refused(folder, ignored_columns=ignored)))


def named(tmp_path, values: list[str], column: str, ignored=()) -> str:
    """The message about an extract whose rows hold these values in a column."""
    rows = [{**request(request_id=f"r{at}"), column: value} for at, value in enumerate(values)]
    return message(write_csv_extract(tmp_path / "extract", rows), ignored)


def test_a_head_that_promises_an_identifier_is_known():
    promising = (
        "name|Name|NAMES|first_name|FirstName|Last Name|surname|full-name|detainee name|"
        "Subject Name|name_last|maiden_name|alias|alien_number|Alien No.|A-Number|a_number|A Num|"
        "AlienRegistrationNumber|SSN|ssn_last4|social security no|DOB|date_of_birth|BirthDate|"
        "Birth Date|birth_year|Birth Year|FINS|fins_number|FBI No|fbi_number|passport|"
        "Passport Number|drivers_license|address|Home Address|phone|Phone Number|telephone|email|"
        "E-mail|booking_number|EID Civ ID|photo"
    )
    assert [head for head in promising.split("|") if not head_is_identifier(head)] == []


def test_no_head_of_the_contract_and_no_plain_head_of_the_foia_release_is_an_identifier():
    plain = (
        "facility_name county_name birth_country gender entry_date anonymized_id unique_identifier "
        "detention_facility detainer_prepare_date case_status biometric_match_yes_no "
        "duplicate_likely visa_yes_no file_original remarks"
    )
    heads = [*REQUEST_COLUMNS, *CHARGE_COLUMNS, *plain.split()]
    assert [head for head in heads if head_is_identifier(head)] == []


def test_an_identifier_column_is_refused_even_if_it_is_ignored_or_empty(tmp_path):
    text = named(tmp_path, ["", ""], "Date of Birth", ignored=("Date of Birth",))
    assert 'a column "Date of Birth"' in text and "no direct identifier" in text


def test_a_value_is_known_by_its_look():
    kinds = {
        "an A-number": (
            "A12345678|A 012-345-678|A#012345678|assault, see a012 345 678|Alien number 012345678|"
            "012-345-678"
        ),
        "a Social Security number": "123-45-6789",
        "an e-mail address": "write to j.doe@example.org",
        "a phone number": "(612) 555-0100|+1 612-555-0100",
        "a date of birth": ("Assault, DOB 3/12/1985|born 1985-03-12 in Mexico|year of birth: 1985"),
        "a person's name": (
            "GARCIA LOPEZ, JUAN|Juan Garcia|MARTINEZ JUAN|assault of Smith, John|María Peña-López"
        ),
        None: (
            "012345678|1234567890|MN2017-02-1234|2017-123-456-7890|R-000123|9f86d081884c7d65|"
            "3f2b9c1e-a123-4567-8901-a12345678901|Aggravated Assault, 1 count|"
            "Drug possession, born by mistake|A 1st offense of 1990|charged 2017-01-28"
        ),
    }
    for kind, values in kinds.items():
        for value in values.split("|"):
            assert looks(value) == kind, value


@pytest.mark.parametrize(
    ("columns", "seen", "rows"),
    cases("""
    agency_name request_id remarks | 5 different values that look like a person's name | rows 2-6
    decline_reason citizenship agency_id released_at | what looks like a person's name (not shown) |
    """),
)
def test_names_under_another_head_are_refused_and_not_shown(tmp_path, columns, seen, rows):
    for column in columns.split():
        text = named(tmp_path, NAMES, column, ignored=("remarks",))
        assert f"{column}: seen {seen}" in text and rows in text
        assert not [name for name in NAMES if name in text]


def test_names_in_an_unknown_column_are_told_beside_the_column(tmp_path):
    text = named(tmp_path, NAMES, "remarks")
    assert 'an unknown column "remarks"' in text and "look like a person's name" in text


def test_an_identifier_in_a_description_is_refused_and_not_shown(tmp_path):
    charges = [charge(), charge(charge_no="2", description="Assault, A012345678")]
    text = message(write_csv_extract(tmp_path, [request()], charges))
    assert "charges.csv row 3, description" in text and "012345678" not in text


def test_an_identifier_that_also_breaks_another_rule_is_shown_by_none(tmp_path):
    rows = [request(request_id="A012345678"), request(request_id="A012345678")]
    charges = [charge(request_id="A087654321")]
    text = message(write_csv_extract(tmp_path, rows, charges))
    assert "an A-number" in text and "012345678" not in text and "087654321" not in text


def test_a_column_of_birth_dates_is_known_by_its_age():
    assert birth_dates(["1985-03-12", "3/12/1970", "01.12.1999", "x"], ISSUED)
    assert not birth_dates(["2016-03-12", "3/12/2015", "01/12/16"], ISSUED)
    assert not birth_dates(["1985-03-12", "a", "b"], ISSUED)


def test_birth_dates_under_another_head_are_refused(tmp_path):
    text = named(tmp_path, ["1985-03-12", "1990-07-01"], "extra", ignored=("extra",))
    assert "a date of birth (not shown)" in text and "1985" not in text


def test_random_hexadecimal_keys_are_no_a_numbers():
    keys = [f"{random.Random(n).getrandbits(36):09x}" for n in range(20_000)]
    assert any(looks(key) for key in keys)
    assert hashes(keys)
    assert not hashes(["a12345678", "a87654321"])


@pytest.mark.skipif(not FOIA.exists(), reason="the shared data is absent")
@pytest.mark.parametrize(
    ("file", "column", "fewest", "commas"),
    [
        ("minnesota_facility_outcomes.csv", "facility", 75, 11),
        ("st_cloud_declined_2026.csv", "most_serious_conviction_charge", 9, 0),
    ],
)
def test_no_facility_and_no_charge_of_the_public_record_is_taken_for_a_person(
    file, column, fewest, commas
):
    with open(FOIA / file, newline="") as lines:
        texts = sorted({row[column] for row in csv.DictReader(lines)})
    with_comma = [text for text in texts if "," in text]
    assert len(texts) >= fewest and len(with_comma) >= commas
    assert not [text for text in texts if looks(text)]
    assert not name_column(texts) and not name_column(with_comma)


@pytest.mark.parametrize(
    "texts",
    [
        "CHARLOTTE, NORTH CAROLINA|JACKSON, MS|MARTINEZ, CA|SANTA ROSA, CALIFORNIA|"
        "Franklin County, IA|BERKS COUNTY, READING|PHILADELPHIA, CITY OF|SAN JUAN, PR|"
        "DAKOTA CO. JAIL, MN|US MARSHALS, MINNESOTA|RAMSEY ADC ANNEX, SPM|SANTA CRUZ|Clark County|"
        "LEE COUNTY JAIL|Theo Lacy Facility|Garcia County Jail|FORT SMITH",
        "Larceny, Grand|Assault, Simple|Weapons, Carrying Prohibited|Homicide, Negligent|"
        "Battery, Domestic|Aggravated Assault - Non-family-Gun|Robbery - Street-Strongarm",
        "Henry County Jail|Christian County Jail|Gregory County Jail",
        "City of Taylor|City of Jackson|County of Clark",
        "Justin PD|Edgar County Jail|Paul Police Dept",
        "Clark County, Jail|Nassau County, Jail",
        "Jackson, Henry County Sheriff",
    ],
)
def test_no_place_or_offense_is_taken_for_a_person_whatever_its_words(texts):
    texts = texts.split("|")
    assert [text for text in texts if looks(text)] == []
    assert not name_column(texts)


def test_names_are_known_by_their_column_where_no_single_one_is():
    for names in (
        ["Okafor, Chidi", "Haddad, Rami", "SOTO, XOCHITL", "Le, Kim Anh"],
        ["Chidi Okafor", "Rami Haddad", "XOCHITL SOTO", "Maria Xiuhcoatl"],
    ):
        assert not any(looks(name) for name in names)
        assert name_column(names) == set(names)
