"""What each column is: the part of the contract that readers and rules share.

`KINDS` says which native types of a workbook or a Parquet file stand for a value: a "time" or
"date" may be a date there, a "tristate" a boolean, a "number" a whole number; "text" must be text,
since a code that was ever a number has lost its leading zeros.
"""

from ddor.extract.model import CHARGE_COLUMNS, DATES_ONLY, DATETIMES, REQUEST_COLUMNS

TABLES = {"requests": REQUEST_COLUMNS, "charges": CHARGE_COLUMNS}
TRISTATES = ("custody_confirmed", "protected")
FREE_TEXT = ("request_id", "agency_name", "description")

MAY_BE_EMPTY = frozenset(
    """
    county_fips area outcome_recorded_at notice_at release_due_at released_at releasing_agency_id
    sentence_ends_on ice_custody_at decline_reason follow_up_status follow_up_on description
    charged_on
    """.split()
)

KINDS = {
    column: (
        "date"
        if column in DATES_ONLY
        else "time"
        if column in DATETIMES
        else "tristate"
        if column in TRISTATES
        else "number"
        if column == "charge_no"
        else "text"
    )
    for column in REQUEST_COLUMNS + CHARGE_COLUMNS
}

NATIVE = {
    "date": "a date",
    "time": "a date and time",
    "tristate": "true, false or unknown",
    "number": "a whole number",
    "text": "text",
}
