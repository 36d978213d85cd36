"""The two tables of an extract, made from the kept rows of a FOIA file (docs/foia.md).

What the source does not have stays empty or `unknown`: no date of decline, of notice or of
release, no pending charge, no confirmation that the agency held the person.
"""

import datetime as dt
import hashlib
from collections import Counter

import pandas as pd

from ddor.extract.foia import cells, vocabulary
from ddor.extract.foia.source import NEEDED
from ddor.extract.model import CHARGE_COLUMNS, DATETIMES, REQUEST_COLUMNS
from ddor.reference.areas import area_named
from ddor.reference.countries import UNKNOWN, country_from_ice_label
from ddor.reference.forms import form_from_ice_text
from ddor.reference.places import state_named

BAD_CHARGE_DATE = "MSC charge dates unreadable, before 1900 or after the release: left empty"
BAD_CONVICTION_DATE = (
    "MSC conviction dates unreadable, before 1900 or after the release: no end of sentence"
)
BAD_LENGTH = "MSC sentence lengths that are no whole number up to 99,999: left out"
NO_CITIZENSHIP = "citizenship empty: UNK"
NO_NAME = "facility name empty: its code stands for it"
ENDLESS = "sentences that end after the year 9999: written as 9999-12-31"
ZERO_LOST = "MSC charge codes of three digits: the leading zero that a spreadsheet took is back"
BAD_CODE = "MSC charge codes that do not have four capital letters or digits: no charge row"
NO_MSC_CODE = "MSC charge without a code: no charge row"
NO_CONVICTION = "'1 Convicted Criminal' without a most serious conviction: no charge row"

_FIRST_DATE = pd.Timestamp(1900, 1, 1)
_LAST_DATE = pd.Timestamp(9999, 12, 31).as_unit("s")
_LENGTHS = ("msc_sentence_years", "msc_sentence_months", "msc_sentence_days")
_ADULT = 18


def with_dates(rows: pd.DataFrame, prepared: pd.Series, as_of: dt.date) -> pd.DataFrame:
    """The kept rows with `issued_at`, `charged_on` and `convicted_on`, and their request_id."""
    dated = rows.assign(
        issued_at=prepared,
        charged_on=_past_date(rows["msc_charge_date"], as_of),
        convicted_on=_past_date(rows["msc_conviction_date"], as_of),
    )
    return dated.assign(request_id=_request_ids(dated))


def requests_of(rows: pd.DataFrame, directory: pd.DataFrame) -> pd.DataFrame:
    """requests as model.py has them. rows: of `with_dates`; directory: of `facilities`."""
    code, reason = rows["detention_facility_code"], rows["detainer_lift_reason"]
    citizenship = vocabulary.translated(rows["citizenship_country"], country_from_ice_label)
    made = pd.DataFrame({
        "request_id": rows["request_id"],
        "form": vocabulary.translated(rows["detainer_type"], form_from_ice_text),
        "issued_at": rows["issued_at"],
        "agency_id": code,
        "agency_name": rows["detention_facility"].fillna(code),
        "agency_level": code.map(directory["level"]).fillna("other"),
        "state": vocabulary.translated(rows["facility_state"], state_named),
        "county_fips": code.map(directory["county_fips"]),
        "area": vocabulary.translated(rows["facility_aor"], area_named),
        "citizenship": citizenship.fillna(UNKNOWN),
        "custody_confirmed": "unknown",
        "outcome": vocabulary.translated(reason, vocabulary.outcome_of).fillna("pending"),
        "sentence_ends_on": _sentence_end(rows).clip(upper=_LAST_DATE),
        "decline_reason": vocabulary.translated(reason, vocabulary.decline_reason_of),
        "protected": _protected(rows, citizenship),
    })  # fmt: skip
    return _typed(made, REQUEST_COLUMNS).sort_values("request_id", ignore_index=True)


def charges_of(rows: pd.DataFrame) -> pd.DataFrame:
    """charges as model.py has them: the most serious conviction, as the one charge of a row."""
    made = pd.DataFrame({
        "request_id": rows["request_id"],
        "charge_no": 1,
        "ncic_code": _ncic_codes(rows),
        "description": rows["most_serious_conviction_charge"],
        "disposition": "convicted",
        "charged_on": rows["charged_on"],
        "timing": "before_release",
    }).dropna(subset="ncic_code")  # fmt: skip
    return _typed(made, CHARGE_COLUMNS).sort_values("request_id", ignore_index=True)


def notes_of(rows: pd.DataFrame) -> Counter:
    """How often each rule of this file was used on these rows; a rule never used is left out."""
    code, charge = rows["msc_charge_code"], rows["most_serious_conviction_charge"]
    convicted = rows["detainer_prepared_criminality"].str.casefold() == vocabulary.CONVICTED
    lengths = [rows[c].notna() & cells.whole_numbers(rows[c]).isna() for c in _LENGTHS]
    used = {
        NO_CITIZENSHIP: rows["citizenship_country"].isna(),
        NO_NAME: rows["detention_facility"].isna(),
        NO_CONVICTION: convicted & code.isna() & charge.isna(),
        NO_MSC_CODE: code.isna() & charge.notna(),
        BAD_CODE: code.notna() & _ncic_codes(rows).isna(),
        ZERO_LOST: code.fillna("").str.fullmatch("[0-9]{3}"),
        BAD_CHARGE_DATE: rows["msc_charge_date"].notna() & rows["charged_on"].isna(),
        BAD_CONVICTION_DATE: rows["msc_conviction_date"].notna() & rows["convicted_on"].isna(),
        BAD_LENGTH: pd.concat(lengths),
        ENDLESS: _sentence_end(rows) > _LAST_DATE,
    }
    return +Counter({rule: int(met.sum()) for rule, met in used.items()})


def _request_ids(rows: pd.DataFrame) -> list[str]:
    """A row's id is made from what the row says, and nothing that tells one person from another
    (pseudonym, birth date): the same row has it in every release and in every form. Rows that say
    the same are numbered in the order of the file."""
    said = rows[list(NEEDED)].assign(
        detainer_prepare_date=rows["issued_at"].dt.strftime("%Y-%m-%dT%H:%M:%S"),
        msc_charge_date=rows["charged_on"].dt.strftime("%Y-%m-%d"),
        msc_conviction_date=rows["convicted_on"].dt.strftime("%Y-%m-%d"),
        **{column: cells.whole_numbers(rows[column]).astype("str") for column in _LENGTHS},
    ).fillna("")
    seen: Counter = Counter()
    ids = []
    for values in said.itertuples(index=False, name=None):
        digest = hashlib.sha256("\x1f".join(values).encode()).hexdigest()[:24]
        seen[digest] += 1
        ids.append(f"foia-{digest}-{seen[digest]}")
    return ids


def _past_date(texts: pd.Series, as_of: dt.date) -> pd.Series:
    days = cells.dates(texts).dt.floor("D")
    return days.where((days >= _FIRST_DATE) & (days <= pd.Timestamp(as_of)))


def _ncic_codes(rows: pd.DataFrame) -> pd.Series:
    """Four characters or missing. A code of three digits can only be one that lost its zero."""
    code = rows["msc_charge_code"]
    code = code.where(~code.fillna("").str.fullmatch("[0-9]{3}"), "0" + code)
    return code.where(code.fillna("").str.fullmatch("[0-9A-Z]{4}"))


def _sentence_end(rows: pd.DataFrame) -> pd.Series:
    """Conviction date plus years, months, then days, by the calendar: a day that the month does
    not have becomes its last (January 31 and one month: February 28). Missing without a date or
    without any length above 0. No credit and no early release is known, so it is the latest end.
    """
    years, months, days = (
        cells.whole_numbers(rows[column]).fillna(0).astype("int64") for column in _LENGTHS
    )
    start = rows["convicted_on"].where(years + months + days > 0)
    month = start.to_numpy().astype("datetime64[M]") + (12 * years + months).to_numpy()
    last_of_month = (month + 1).astype("datetime64[D]") - 1
    day = month.astype("datetime64[D]") + (start.dt.day.fillna(1).to_numpy().astype("int64") - 1)
    # numpy's minimum of two missing dates is missing, so an empty start stays empty.
    end = pd.Series(pd.NaT, index=rows.index, dtype="datetime64[s]")
    end[:] = (day.clip(max=last_of_month) + days.to_numpy()).astype("datetime64[s]")
    return end


def _protected(rows: pd.DataFrame, citizenship: pd.Series) -> pd.Series:
    """true: certainly under 18 at the prepare date, or with a claim to citizenship; else unknown.

    With a year of birth alone a person of 18 may be 17, and is unknown, like everyone else: the
    files cannot show that nothing protects a person, so no row is ever false.
    """
    issued, born = rows["issued_at"], cells.dates(rows["birth_date"])
    born = born.where(born >= _FIRST_DATE)
    birthday_to_come = (issued.dt.month * 100 + issued.dt.day) < (born.dt.month * 100 + born.dt.day)
    age = issued.dt.year - born.dt.year - birthday_to_come
    age = age.fillna(issued.dt.year - cells.whole_numbers(rows["birth_year"]).astype("float64"))
    claim = vocabulary.claims_citizenship(rows["detainer_lift_reason"]) | citizenship.eq("USA")
    protects = age.between(0, _ADULT - 1) | claim
    return protects.map({True: "true", False: "unknown"})


def _typed(made: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """All columns in their order and with the types that model.py gives them."""
    types = {c: "datetime64[s]" if c in DATETIMES else "str" for c in columns if c != "charge_no"}
    return made.reindex(columns=list(columns)).astype(types)
