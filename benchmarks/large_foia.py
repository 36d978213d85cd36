"""A synthetic national FOIA file in the layout of a cleaned release: 65 columns, some ten years.

    python benchmarks/large_foia.py ROWS FILE.csv FILE.parquet …

The same rows, whatever the form and the machine: each is made from its number alone. No person and
no facility is real.
"""

import sys

import duckdb

FIRST_DAY, DAYS = "2016-10-01", 3_400
# Of the columns that no import reads, so that the file is as wide as the widest that were released.
UNREAD = (
    "apprehension_date apprehension_method birth_country bond_posted_amount bond_posted_date "
    "case_category case_status case_threat_level city_of_birth departed_date departure_country "
    "deportation_ordered detainer_threat_level eid_case_id eid_subject_id entry_date entry_status "
    "ethnicity facility_city family_status federal_interest felon final_order_date final_order "
    "final_program gender initial_book_in marital_status msc_crime_class msc_charge_status "
    "notify_release_request order_to_show_cause_served port_of_departure prior_removals "
    "processing_disposition projected_release_date race religion request_acceptance resume_custody "
    "statements_made transfer_reason weapons_flag"
).split()
STATES = "MINNESOTA TEXAS CALIFORNIA FLORIDA OREGON GEORGIA ARIZONA ILLINOIS OHIO UTAH"
TREES = (
    "ASH BIRCH CEDAR ELM FIR GUM HAZEL IVY JUNIPER KAPOK LINDEN MAPLE NUTMEG OAK PINE QUINCE ROWAN "
    "SPRUCE TEAK UPAS VINE WILLOW YEW ZELKOVA ALDER BEECH CHERRY DATE EBONY FIG GINKGO HOLLY IRON "
    "JASMINE KUMQUAT LAUREL MANGO NEEM OLIVE PALM"
)
PLACES = (
    "FALLS RIVER HILLS LAKE PRAIRIE VALLEY GROVE HARBOR MEADOWS JUNCTION CANYON SPRINGS MOUNTAIN "
    "BLUFF CROSSING ISLAND BROOK MILLS HEIGHTS FORKS DESERT SUMMIT PARK COVE TIMBER GARDENS BEND "
    "MARSH QUARRY ORCHARD WELLS BRIDGE STATION POINT CLIFFS DALE BASIN LANDING GLEN TERRACE PLAINS "
    "BAY FORD NECK GAP SHORE SANDS KNOB PASS HOLLOW"
)
LISTS = {
    "state": STATES.split(),
    "area": [
        *("St. Paul", "Houston", "Los Angeles", "Miami", "Seattle"),
        *("Atlanta", "Phoenix", "Chicago", "Detroit", "Salt Lake City"),
    ],
    "tree": TREES.split(),
    "place": PLACES.split(),
    "country": [
        *"MEXICO GUATEMALA HONDURAS CUBA ECUADOR INDIA BRAZIL HAITI JAMAICA COLOMBIA PERU".split(),
        *"VIETNAM LAOS SOMALIA KENYA NIGERIA CANADA".split(),
        *("EL SALVADOR", "CHINA, PEOPLES REPUBLIC OF", "UNITED STATES"),
    ],
    "lift": [
        *("Booked into Detention", "Detainer Declined by LEA", "", "Prosecutorial Discretion"),
        *("Lifted", "No longer in State, Local, or Federal Custody", "", "Died"),
        *("Insufficient Notice to ICE", "Case Closed"),
    ],
    "kind": [
        "I247A - Immigration Detainer - Notice of Action",
        "I247G - Request for Advance Notification of Release",
        "I247D - Immigration Detainer - Request for Voluntary Action",
    ],
    "criminality": [
        "1 Convicted Criminal",
        "2 Pending Criminal Charges",
        "3 Other Immigration Violator",
    ],
    "charge": [
        *("Homicide", "Drug Possession", "Assault", "Larceny", "Fraud, Impersonation", "Burglary"),
        *("Robbery", "Driving Under Influence Liquor", "Traffic Offense"),
        "Illegal Entry (INA SEC.101(a)(43)(O))",
    ],
    "code": "0999 3599 1399 2399 2604 2299 1299 5404 5499 0301".split(),
}


def one_of(name: str, number: str) -> str:
    """SQL: an entry of a list, by a number."""
    entries = LISTS[name]
    words = ", ".join(f"'{entry}'" for entry in entries)
    return f"[{words}][1 + ({number}) % {len(entries)}]"


def drawn(salt: int, below: int) -> str:
    """SQL: a whole number of the row, in no order; no function that another version may change."""
    return f"((n + 1) * {7_919_317 * salt + 1_299_709} % 2147483647 % {below})::int"


def rows(count: int) -> str:
    """SQL of the whole file. Four in ten rows have a conviction, one in two a name that is empty or
    NA somewhere in the columns that are not read."""
    convicted = f"{drawn(1, 10)} < 4"
    place = drawn(2, 2_000)
    when = f"date '{FIRST_DAY}' + {drawn(3, DAYS)}"
    moment = f"{when} + to_minutes({drawn(4, 1440)})"
    name = f"{one_of('tree', place)} || ' ' || {one_of('place', f'{place} // 40')}"
    charge = one_of("charge", drawn(7, 10))
    columns = {
        "detainer_prepare_date": f"strftime({moment}, '%Y-%m-%d %H:%M')",
        "facility_state": one_of("state", place),
        "facility_aor": f"{one_of('area', place)} || ' Area of Responsibility'",
        "detention_facility": f"{name} || ' COUNTY JAIL, WING \"A\"'",
        "detention_facility_code": f"'SMP' || lpad({place}::varchar, 4, '0')",
        "detainer_prepared_criminality": one_of("criminality", drawn(5, 3)),
        "citizenship_country": one_of("country", drawn(6, 20)),
        "most_serious_conviction_charge": f"if({convicted}, {charge}, null)",
        "msc_sentence_days": f"if({convicted}, {drawn(8, 90)}::varchar, 'NA')",
        "msc_sentence_months": f"if({convicted}, {drawn(9, 12)}::varchar, 'NA')",
        "msc_sentence_years": f"if({convicted}, {drawn(10, 8)}::varchar, 'NA')",
        "msc_charge_code": f"if({convicted}, {one_of('code', drawn(7, 10))}, null)",
        "msc_charge_date": f"if({convicted}, ({when} - {drawn(11, 3000)})::varchar, null)",
        "msc_conviction_date": f"if({convicted}, ({when} - {drawn(12, 2000)})::varchar, null)",
        "detainer_lift_reason": f"nullif({one_of('lift', drawn(13, 10))}, '')",
        "detainer_type": one_of("kind", drawn(14, 3)),
        "file_original": "'Detainers_20260311.xlsx'",
        "birth_date": f"(date '1950-01-01' + {drawn(15, 21_000)})::varchar",
        "birth_year": f"(1950 + {drawn(15, 21_000)} // 365)::varchar",
        "anonymized_identifier": f"sha1(({drawn(16, count)})::varchar)",
        "duplicate_likely": "null::varchar",
    }
    told = ["null", "'NA'", "'Yes'", "'3 None'", "'Sample text'", "strftime({}, '%Y-%m-%d')"]
    for at, name in enumerate(UNREAD):
        columns[name] = told[at % 6].format(when)
    columns["row_original"] = "n::varchar"
    listed = ", ".join(f"{what} as {name}" for name, what in columns.items())
    return f"select {listed} from range({count}) as numbers(n)"


def main(count: int, files: list[str]) -> None:
    for file in files:
        form = "format parquet" if file.endswith(".parquet") else "format csv, header"
        duckdb.sql(f"copy ({rows(count)}) to '{file}' ({form})")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
