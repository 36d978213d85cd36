"""The two tables of an extract, made from the kept rows of a FOIA file (docs/foia.md).

What the source does not have stays empty or `unknown`: no date of notice or of release, no
confirmation that the agency held the person; and, but for one form, no date of lifting and no
pending charge.
"""

import datetime as dt
import hashlib

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ddor.importers.foia.cleaning import dates, whole_numbers
from ddor.importers.foia.tables import CLAIMS_TO_CITIZENSHIP, DECLINE_REASONS, NEEDED, counted
from ddor.importers.foia.texts import casefolded, filled, matches, meant, of_words
from ddor.reference.codes import UNKNOWN

_FIRST_DATE = pd.Timestamp(1900, 1, 1)
_WITHOUT_ZERO = "[0-9]{3}"
_LAST_DATE = pd.Timestamp(9999, 12, 31).as_unit("s")
_LENGTHS = ("msc_sentence_years", "msc_sentence_months", "msc_sentence_days")


def shaped(rows: pd.DataFrame, directory: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """Translated rows with what an extract has of them: its columns, but those of `identified`, and
    convicted_on. directory: by agency_id, missing where empty."""
    code, name = rows["detention_facility_code"], rows["detention_facility"]
    reason = casefolded(rows["detainer_lift_reason"])
    known = rows.assign(
        agency_id=code,
        agency_name=name.astype("str").fillna(code.astype("str")).astype("category"),
        agency_level=filled(meant(code, directory["level"].get), "other"),
        county_fips=meant(code, directory["county_fips"].get),
        citizenship=filled(rows["citizenship"], UNKNOWN),
        outcome=filled(rows["outcome"], "pending"),
        decline_reason=meant(reason, DECLINE_REASONS.get),
        ncic_code=_ncic_codes(rows["msc_charge_code"]),
        description=rows["most_serious_conviction_charge"],
        charged_on=_past_dates(rows["msc_charge_date"], as_of),
        convicted_on=_past_dates(rows["msc_conviction_date"], as_of),
        pending_ncic_code=_ncic_codes(rows["pending_charge_code"]),
        pending_charged_on=_past_dates(rows["pending_charge_date"], as_of),
    )
    claims = reason.isin(CLAIMS_TO_CITIZENSHIP) | (known["citizenship"] == "USA")
    return known.assign(
        sentence_ends_on=_sentence_ends(known).clip(upper=_LAST_DATE),
        # The files cannot show that nothing protects a person, so no row is ever false.
        protected=(_is_minor(known) | claims).map({True: "true", False: "unknown"}),
    )


def identified(rows: pd.DataFrame) -> pd.DataFrame:
    """Shaped rows of whole weeks, with their ids and what an extract says of each of them."""
    return rows.assign(request_id=_request_ids(rows), custody_confirmed="unknown")


def charges_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Of identified rows the most serious conviction, number 1, and where the form has it the most
    serious pending charge, number 2."""
    convicted = rows[["request_id", "ncic_code", "description", "charged_on"]]
    pending = rows[["request_id", "pending_ncic_code", "pending_charge", "pending_charged_on"]]
    both = [
        convicted.assign(charge_no=1, disposition="convicted"),
        pending.set_axis(convicted.columns, axis=1).assign(charge_no=2, disposition="charged"),
    ]
    charges = pd.concat([each.dropna(subset="ncic_code") for each in both])
    return charges.assign(timing="before_release")


def notes_of(rows: pd.DataFrame) -> dict[str, int]:
    """How often each rule of this file was used on shaped rows."""
    code, charge = rows["msc_charge_code"], rows["most_serious_conviction_charge"]
    pending = rows["pending_charge_code"]
    of_lift = rows["detainer_lift_date"].notna()
    no_reason = rows["detainer_lift_reason"].isna()
    lengths = [rows[column].notna() & whole_numbers(rows[column]).isna() for column in _LENGTHS]
    convicted = rows["criminality"] == "convicted"
    met = {
        "citizenship": rows["citizenship_country"].isna(),
        "by_name": rows["by_name"],
        "by_area": rows["by_area"],
        "name": rows["detention_facility"].isna(),
        "no_conviction": convicted & code.isna() & charge.isna(),
        "no_code": code.isna() & charge.notna(),
        "bad_code": code.notna() & rows["ncic_code"].isna(),
        "bad_pending": pending.notna() & rows["pending_ncic_code"].isna(),
        "short_code": matches(code, _WITHOUT_ZERO),
        "charge_date": rows["msc_charge_date"].notna() & rows["charged_on"].isna(),
        "pending_date": rows["pending_charge_date"].notna() & rows["pending_charged_on"].isna(),
        "conviction_date": rows["msc_conviction_date"].notna() & rows["convicted_on"].isna(),
        "lift_date": of_lift & ~no_reason & rows["outcome_recorded_at"].isna(),
        "lift_alone": of_lift & no_reason,
        "old_type": rows["detainer_type"].isna(),
        "length": pd.concat(lengths),
        "end": rows["sentence_ends_on"] == _LAST_DATE,
    }
    return counted("note", {name: rows_met.sum() for name, rows_met in met.items()})


def _request_ids(rows: pd.DataFrame) -> pd.Series:
    """A row's id is made from what the row says, and nothing that tells one person from another
    (pseudonym, birth date): the same row has it in every release and in every form. Rows that say
    the same are numbered in the order of the file."""
    said = {column: pa.array(rows[column]) for column in NEEDED}
    # With the zero that a spreadsheet took.
    said["msc_charge_code"] = pa.array(_with_zero(rows["msc_charge_code"]))
    moments = pa.array(rows["issued_at"]).cast(pa.string())
    said["detainer_prepare_date"] = pc.replace_substring(moments, " ", "T")
    said["msc_charge_date"] = pa.array(rows["charged_on"]).cast(pa.date32())
    said["msc_conviction_date"] = pa.array(rows["convicted_on"]).cast(pa.date32())
    said |= {column: pa.array(whole_numbers(rows[column])) for column in _LENGTHS}
    cells = [values.cast(pa.large_string()) for values in said.values()]
    between = pa.scalar("\x1f", pa.large_string())
    lines = pc.binary_join_element_wise(*cells, between, null_handling="replace").to_pylist()
    digests = [hashlib.sha256(line.encode()).hexdigest()[:24] for line in lines]
    digests = pd.Series(digests, index=rows.index, dtype="str")
    numbers = digests.groupby(digests).cumcount() + 1
    return "foia-" + digests + "-" + numbers.astype("str")


@of_words
def _past_dates(texts: pd.Series, as_of: dt.date) -> pd.Series:
    days = dates(texts).dt.floor("D")
    return days.where(days.between(_FIRST_DATE, pd.Timestamp(as_of)))


@of_words
def _ncic_codes(codes: pd.Series) -> pd.Series:
    """Four characters or missing."""
    codes = _with_zero(codes)
    return codes.where(codes.str.fullmatch("[0-9A-Z]{4}"))


@of_words
def _with_zero(codes: pd.Series) -> pd.Series:
    """A code of three digits can only be one that lost its zero."""
    return codes.mask(codes.str.fullmatch(_WITHOUT_ZERO), "0" + codes)


def _sentence_ends(rows: pd.DataFrame) -> pd.Series:
    """Conviction date plus years, months, then days, by the calendar: a day that the month does
    not have becomes its last (January 31 and one month: February 28). Missing without a date or
    without any length above 0. No credit and no early release is known, so it is the latest end.
    """
    lengths = [whole_numbers(rows[column]).fillna(0).astype("int64") for column in _LENGTHS]
    years, months, days = lengths
    start = rows["convicted_on"].where(sum(lengths) > 0)
    month = start.to_numpy().astype("datetime64[M]") + (12 * years + months).to_numpy()
    last_of_month = (month + 1).astype("datetime64[D]") - 1
    day = month.astype("datetime64[D]") + (start.dt.day.fillna(1).to_numpy().astype("int64") - 1)
    # numpy's minimum of two missing dates is missing, so an empty start stays empty.
    end = (day.clip(max=last_of_month) + days.to_numpy()).astype("datetime64[s]")
    return pd.Series(end, index=rows.index)


def _is_minor(rows: pd.DataFrame) -> pd.Series:
    """Certainly under 18 at the prepare date. With a year of birth alone the years must differ by
    less than 18: at exactly 18 the person may be 17."""
    issued, born = rows["issued_at"], dates(rows["birth_date"])
    born = born.where(born.between(_FIRST_DATE, issued))
    years = (issued.dt.year - whole_numbers(rows["birth_year"])).astype("float64")
    by_date = issued < born + pd.DateOffset(years=18)
    return by_date | (born.isna() & years.between(0, 17))
