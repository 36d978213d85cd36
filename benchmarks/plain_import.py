"""A FOIA file to weekly extracts as a bare DuckDB script would do it: the same columns, the same
words, the same files, and nothing else: no checks, nothing set aside, no account, no stable ids.
What `ddor import foia` is compared with.

    python benchmarks/plain_import.py FILE OUT
"""

import csv
import sys
from pathlib import Path

import duckdb
from iso3166 import countries_by_name

SOURCE = Path(__file__).resolve().parents[1] / "src" / "ddor"
WORDS = SOURCE / "importers" / "foia" / "data" / "words.csv"
STATES = SOURCE / "reference" / "data" / "states.csv"
LABELS = SOURCE / "reference" / "data" / "ice_country_labels.csv"
COLUMNS = {
    "request_id": "'foia-' || row_number() over ()",
    "form": "'I-' || regexp_extract(detainer_type, '^I(247[A-Z]?)', 1)",
    "issued_at": "strftime(detainer_prepare_date::timestamp, '%Y-%m-%dT%H:%M')",
    "agency_id": "detention_facility_code",
    "agency_name": "detention_facility",
    "agency_level": "coalesce(agencies.level, 'other')",
    "state": "states.usps",
    "county_fips": "agencies.county_fips",
    "area": "replace(facility_aor, ' Area of Responsibility', '')",
    "citizenship": "coalesce(countries.code, 'UNK')",
    "custody_confirmed": "'unknown'",
    "outcome": "coalesce(reasons.becomes, 'pending')",
    "outcome_recorded_at": "null",
    "notice_at": "null",
    "release_due_at": "null",
    "released_at": "null",
    "releasing_agency_id": "null",
    "sentence_ends_on": """(msc_conviction_date::date
        + to_years(coalesce(try_cast(msc_sentence_years as int), 0))
        + to_months(coalesce(try_cast(msc_sentence_months as int), 0))
        + to_days(coalesce(try_cast(msc_sentence_days as int), 0)))::date""",
    "ice_custody_at": "null",
    "decline_reason": "nullif(reasons.decline_reason, '')",
    "protected": """if(birth_date::date + interval 18 years > detainer_prepare_date::timestamp
        or citizenship_country = 'UNITED STATES', 'true', 'unknown')""",
    "follow_up_status": "null",
    "follow_up_on": "null",
}
CHARGES = {
    "charge_no": "1",
    "ncic_code": "msc_charge_code",
    "description": "most_serious_conviction_charge",
    "disposition": "'convicted'",
    "charged_on": "msc_charge_date",
    "timing": "'before_release'",
}


def lines(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(line for line in text if not line.startswith("#")))


def listed(columns: dict[str, str]) -> str:
    return ", ".join(f"{what} as {name}" for name, what in columns.items())


def look_up(name: str, columns: str, found: list[tuple[str, ...]]) -> None:
    duckdb.execute(f"create table {name} ({columns})")
    duckdb.executemany(f"insert into {name} values ({', '.join('?' * len(found[0]))})", found)


def main(file: str, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    reasons = [line for line in lines(WORDS) if line["field"] == "detainer_lift_reason"]
    states = [(line["name"].upper(), line["usps"]) for line in lines(STATES)]
    countries = {name: country.alpha3 for name, country in countries_by_name.items()}
    countries |= {line["label"].upper(): line["alpha3"] for line in lines(LABELS)}
    look_up(
        "reasons",
        "word text, becomes text, decline_reason text",
        [(line["word"], line["becomes"], line["decline_reason"]) for line in reasons],
    )
    look_up("states", "name text, usps text", states)
    look_up("countries", "name text, code text", [*countries.items()])
    agencies = SOURCE.parents[1] / "params" / "agencies.csv"
    duckdb.execute(f"create table agencies as from read_csv('{agencies}', all_varchar=true)")

    source = "read_parquet(?)" if file.endswith(".parquet") else "read_csv(?, all_varchar=true)"
    duckdb.execute(
        f"""create table rows as select {listed(COLUMNS)}, {listed(CHARGES)},
            (detainer_prepare_date::date
                - ((isodow(detainer_prepare_date::date) + 1) % 7)::int) as week
        from {source} left join reasons on reasons.word = detainer_lift_reason
        left join states on states.name = facility_state
        left join countries on countries.name = citizenship_country
        left join agencies on agencies.agency_id = detention_facility_code""",
        [file],
    )
    write("requests", "", [*COLUMNS], out)
    write("charges", "where ncic_code is not null", ["request_id", *CHARGES], out)
    for folder in out.iterdir():
        for table in ("requests", "charges"):
            (folder / f"{table}0.csv").rename(folder / f"{table}.csv")
        about = f"as_of: '2026-03-11'\nsource: {Path(file).name}\nsynthetic: false\n"
        (folder / "about.yaml").write_text(about, encoding="utf-8")
        folder.rename(out / folder.name.removeprefix("week="))


def write(table: str, which: str, columns: list[str], out: Path) -> None:
    """A file for each week, in one pass over the sorted rows."""
    duckdb.execute("set partitioned_write_max_open_files = 2000")
    duckdb.execute(
        f"""copy (select {", ".join(columns)}, week from rows {which} order by week, request_id)
        to '{out}' (format csv, header, partition_by (week), filename_pattern '{table}',
            overwrite_or_ignore, per_thread_output false)"""
    )


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
