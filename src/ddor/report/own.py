"""`report.table` and `report.bars`: an analyst's own table and chart of requests.

They take requests and count them themselves, so that what they show follows the rules of every
other table (docs/disclosure.md). A selection by what belongs to an agency or to the request
(OF_REQUESTS) may be counted; a selection by anything else is refused, whatever it is counted by,
since it would say something of people. By what belongs to people (OF_PEOPLE) all declined requests
are counted, where this revision shows the nation's table anew; a part of them is not, since the
part and the whole would show the rest.
"""

from collections import Counter
from collections.abc import Iterable

import pandas as pd

from ddor.errors import DdorError
from ddor.extract.model import LEVELS
from ddor.measures.people import CHARGES, CITIZENSHIP, DAYS, Line, whole_branches
from ddor.measures.status import ISSUED_OUTCOMES
from ddor.reference.codes import CATEGORIES
from ddor.report.words import CLASS_HEADS, WORDS

OF_REQUESTS, OF_PEOPLE = WORDS["of_requests"], WORDS["of_people"]
ATTRIBUTE = {"category": CHARGES, "citizenship": CITIZENSHIP, "days": DAYS}
LABELS = OF_REQUESTS | OF_PEOPLE
VALUES = WORDS["kinds"] | CLASS_HEADS
VALUES |= {name: name.capitalize() for name in (*LEVELS, *ISSUED_OUTCOMES)}
MARKS = ["issued", "declined", "honored", "release_not_confirmed", "law_or_court", "short_custody"]
OF_AGENCIES = ("agency", "state", "level", "area")
NOT_ON_RECORD = "Not on record"


def countable_requests(status: pd.DataFrame, agencies: pd.DataFrame) -> pd.DataFrame:
    """The requests that the week counts, one row each: agency_id, the columns OF_REQUESTS, and yes
    or no for each of MARKS. Nothing in it is of a person, so that any selection by its columns can
    be published. `status`: that of Counts; `agencies`: of those."""
    counted = status[status[["issued", "declined", "honored"]].any(axis=1)]
    outcome = counted["issued_outcome"].astype("object")
    outcome = outcome.mask(counted["declined"], "declined").mask(counted["honored"], "honored")
    places = agencies.set_index("agency_id")
    of_agencies = {name: counted["agency_id"].map(places[name]) for name in OF_AGENCIES}
    renamed = {"class": counted["declined_class"], "outcome": outcome}
    return counted.assign(**of_agencies, **renamed)[["agency_id", *OF_REQUESTS, *MARKS]]


def selected(rows: pd.DataFrame, own: pd.DataFrame, status: pd.DataFrame) -> pd.DataFrame:
    """The rows of `own` (countable_requests) that `rows` names, whatever was written into them;
    `rows` may be of `status` (Counts.status) too. Raises DdorError where conditions on the columns
    of `own` cannot have picked them."""
    if "request_id" in rows:
        keys = status["request_id"]
        rows = own.reindex(keys.index[keys.isin(rows["request_id"])])
    plain = own.astype("object").fillna("")
    given = rows[rows.columns.intersection(own.columns)].astype("object").fillna("")
    known = rows.index.isin(own.index).all() and rows.index.is_unique and len(given.columns)
    if not known or not given.equals(plain.loc[rows.index, given.columns]):
        raise DdorError(
            "these are not rows of report.requests as they are there. Select rows, and change "
            "neither their values nor their index."
        )
    # Whatever conditions on columns, all of them to hold, have picked these, pick these alone.
    alike = pd.concat([plain[name].isin(plain.loc[rows.index, name]) for name in plain], axis=1)
    if alike.all(axis=1).sum() != len(rows):
        raise DdorError(
            "this selection leaves out requests that are like the selected ones in every column of "
            "report.requests, so it was made by something else, which could tell of people. Select "
            "by conditions on these columns, joined with &."
        )
    return own.loc[rows.index]


def check_countable(by: str) -> None:
    """Raises DdorError where nothing can be counted by it."""
    if by not in LABELS:
        raise DdorError(
            f'requests cannot be counted by "{by}". Any selection of them can be counted by '
            f"{_either(OF_REQUESTS)}; all declined requests together also by {_either(OF_PEOPLE)}."
        )


def counted_by(rows: pd.DataFrame, by: str, label) -> list[tuple[str, int]]:
    """What belongs to requests: each value in words, the most frequent first; `label`: of a line of
    an agency."""
    values, words = rows[by], VALUES
    if by == "agency":
        values, lines = rows["agency_id"], rows.drop_duplicates("agency_id")
        words = {line["agency_id"]: label(line) for line in lines.to_dict("records")}
    counts = Counter(values.where(values.notna() & (values != ""), NOT_ON_RECORD))
    ranked = sorted(counts, key=lambda value: (-counts[value], value))
    return [(words.get(value, value), counts[value]) for value in ranked]


def branches(lines: Iterable[Line]) -> list[tuple[str, int]]:
    """What belongs to people: the whole branches of the national table."""
    counts = {line.branch: line.requests for line in whole_branches(lines) if line.requests}
    return [(CATEGORIES.get(branch, branch), count) for branch, count in counts.items()]


def title_of(rows: pd.DataFrame, own: pd.DataFrame, by: str, since: str) -> str:
    """How many of which requests `rows` are; since: how the declined are spoken of."""
    named = {"declined": f"requests {since}", "issued": "requests issued this week"}
    mark = next((mark for mark in named if rows[mark].all()), "")
    total = own[mark].sum() if mark else len(own)
    of = named.get(mark, "requests counted this week")
    part = "All" if len(rows) == total else f"{len(rows):,} of the {total:,}"
    return f"{part} {of}, by {LABELS[by].lower()}"


def _either(names) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}"
