"""Direct identifiers are refused by head and by look, and no message repeats one."""

import csv
import datetime as dt
import random
from pathlib import Path

import pytest
from extract_factory import charge, request, write_csv_extract

from ddor.errors import ExtractInvalid
from ddor.extract.identifiers import birth_dates, hashes, head_is_identifier, looks, name_column
from ddor.extract.model import CHARGE_COLUMNS, REQUEST_COLUMNS
from ddor.extract.read import read_extract

FOIA = Path(__file__).resolve().parents[2] / "shared" / "data" / "foia"
NAMES = ["GARCIA LOPEZ, JUAN", "Nguyen, Thuy", "SMITH, JOHN A.", "O'Neill, Patrick", "VANG, KOU"]
ISSUED = dt.date(2017, 2, 12)


def message(folder, ignored=()) -> str:
    with pytest.raises(ExtractInvalid) as error:
        read_extract(str(folder), ignored_columns=ignored)
    return str(error.value)


def named(tmp_path, values: list[str], column: str, ignored=()) -> str:
    """The message about an extract whose rows hold these values in a column."""
    rows = [{**request(request_id=f"r{at}"), column: value} for at, value in enumerate(values)]
    return message(write_csv_extract(tmp_path / "extract", rows), ignored)


@pytest.mark.parametrize(
    "head",
    [
        "name",
        "Name",
        "NAMES",
        "first_name",
        "FirstName",
        "Last Name",
        "surname",
        "full-name",
        "detainee name",
        "Subject Name",
        "name_last",
        "alien_number",
        "Alien No.",
        "A-Number",
        "a_number",
        "A Num",
        "AlienRegistrationNumber",
        "SSN",
        "ssn_last4",
        "social security no",
        "DOB",
        "date_of_birth",
        "BirthDate",
        "Birth Date",
        "birth_year",
        "Birth Year",
        "FINS",
        "fins_number",
        "FBI No",
        "fbi_number",
        "passport",
        "Passport Number",
        "drivers_license",
        "address",
        "Home Address",
        "phone",
        "Phone Number",
        "telephone",
        "email",
        "E-mail",
        "booking_number",
        "EID Civ ID",
        "photo",
        "maiden_name",
        "alias",
    ],
)
def test_a_head_that_promises_an_identifier_is_known(head):
    assert head_is_identifier(head)


def test_no_head_of_the_contract_and_no_plain_head_of_the_foia_release_is_an_identifier():
    plain = [
        "facility_name",
        "county_name",
        "birth_country",
        "gender",
        "entry_date",
        "anonymized_id",
        "unique_identifier",
        "detention_facility",
        "detainer_prepare_date",
        "case_status",
        "biometric_match_yes_no",
        "duplicate_likely",
        "visa_yes_no",
        "file_original",
        "remarks",
    ]
    for head in [*REQUEST_COLUMNS, *CHARGE_COLUMNS, *plain]:
        assert not head_is_identifier(head), head


def test_an_identifier_column_is_refused_even_if_it_is_ignored_or_empty(tmp_path):
    text = named(tmp_path, ["", ""], "Date of Birth", ignored=("Date of Birth",))
    assert 'a column "Date of Birth"' in text and "no direct identifier" in text


@pytest.mark.parametrize(
    "value, kind",
    [
        ("A12345678", "an A-number"),
        ("A 012-345-678", "an A-number"),
        ("A#012345678", "an A-number"),
        ("assault, see a012 345 678", "an A-number"),
        ("Alien number 012345678", "an A-number"),
        ("012-345-678", "an A-number"),
        ("123-45-6789", "a Social Security number"),
        ("write to j.doe@example.org", "an e-mail address"),
        ("(612) 555-0100", "a phone number"),
        ("+1 612-555-0100", "a phone number"),
        ("Assault, DOB 3/12/1985", "a date of birth"),
        ("born 1985-03-12 in Mexico", "a date of birth"),
        ("year of birth: 1985", "a date of birth"),
        ("GARCIA LOPEZ, JUAN", "a person's name"),
        ("Juan Garcia", "a person's name"),
        ("MARTINEZ JUAN", "a person's name"),
        ("assault of Smith, John", "a person's name"),
        ("María Peña-López", "a person's name"),
    ],
)
def test_a_value_is_known_by_its_look(value, kind):
    assert looks(value) == kind


@pytest.mark.parametrize(
    "value",
    [
        "012345678",
        "1234567890",
        "MN2017-02-1234",
        "2017-123-456-7890",
        "R-000123",
        "3f2b9c1e-a123-4567-8901-a12345678901",
        "9f86d081884c7d65",
        "Aggravated Assault, 1 count",
        "Drug possession, born by mistake",
        "A 1st offense of 1990",
        "charged 2017-01-28",
    ],
)
def test_an_ordinary_key_or_phrase_is_no_identifier(value):
    assert looks(value) is None


@pytest.mark.parametrize("column", ["agency_name", "request_id", "remarks"])
def test_names_under_another_head_are_refused_and_not_shown(tmp_path, column):
    text = named(tmp_path, NAMES, column, ignored=("remarks",))
    assert f"{column}: seen 5 different values that look like a person's name" in text
    assert "rows 2-6" in text
    assert not [name for name in NAMES if name in text]


@pytest.mark.parametrize("column", ["decline_reason", "citizenship", "agency_id", "released_at"])
def test_names_under_the_head_of_a_code_are_refused_and_not_shown(tmp_path, column):
    text = named(tmp_path, NAMES, column)
    assert f"{column}: seen what looks like a person's name (not shown)" in text
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


def test_no_facility_of_the_public_record_is_taken_for_a_person():
    if not FOIA.exists():
        pytest.skip("the shared data is absent")
    with open(FOIA / "minnesota_facility_outcomes.csv", newline="") as file:
        facilities = [row["facility"] for row in csv.DictReader(file)]
    assert len(facilities) == 75
    assert not [name for name in facilities if looks(name)]
    assert not name_column(facilities)
    with_comma = [name for name in facilities if "," in name]
    assert len(with_comma) > 10 and not name_column(with_comma)


def test_no_charge_of_the_public_record_is_taken_for_a_person():
    if not FOIA.exists():
        pytest.skip("the shared data is absent")
    with open(FOIA / "st_cloud_declined_2026.csv", newline="") as file:
        charges = {row["most_serious_conviction_charge"] for row in csv.DictReader(file)}
    assert len(charges) > 8
    assert not [text for text in charges if looks(text)] and not name_column(charges)


def test_no_place_or_offense_with_a_comma_is_taken_for_a_person():
    places = [
        "CHARLOTTE, NORTH CAROLINA",
        "JACKSON, MS",
        "MARTINEZ, CA",
        "SANTA ROSA, CALIFORNIA",
        "Franklin County, IA",
        "BERKS COUNTY, READING",
        "PHILADELPHIA, CITY OF",
        "SAN JUAN, PR",
        "DAKOTA CO. JAIL, MN",
        "US MARSHALS, MINNESOTA",
        "RAMSEY ADC ANNEX, SPM",
        "SANTA CRUZ",
        "Clark County",
        "LEE COUNTY JAIL",
        "Theo Lacy Facility",
        "Garcia County Jail",
        "FORT SMITH",
    ]
    offenses = [
        "Larceny, Grand",
        "Assault, Simple",
        "Weapons, Carrying Prohibited",
        "Homicide, Negligent",
        "Battery, Domestic",
        "Aggravated Assault - Non-family-Gun",
        "Robbery - Street-Strongarm",
    ]
    for texts in (places, offenses):
        assert not [text for text in texts if looks(text)]
        assert not name_column(texts)


def test_names_are_known_by_their_column_where_no_single_one_is():
    for names in (
        ["Okafor, Chidi", "Haddad, Rami", "SOTO, XOCHITL", "Le, Kim Anh"],
        ["Chidi Okafor", "Rami Haddad", "XOCHITL SOTO", "Maria Xiuhcoatl"],
    ):
        assert not any(looks(name) for name in names)
        assert name_column(names) == set(names)


@pytest.mark.parametrize(
    "names",
    [
        ["Henry County Jail", "Christian County Jail", "Gregory County Jail"],
        ["City of Taylor", "City of Jackson", "County of Clark"],
        ["Justin PD", "Edgar County Jail", "Paul Police Dept"],
        ["Clark County, Jail", "Nassau County, Jail"],
        ["Jackson, Henry County Sheriff"],
    ],
)
def test_places_that_bear_the_names_of_people_are_not_people(names):
    assert name_column(names) == set()
    assert [looks(name) for name in names] == [None] * len(names)
