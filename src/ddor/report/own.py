"""`report.table` and `report.bars`: an analyst's own table and chart of requests.

They take requests and count them themselves, so that what they tell follows the rules of every
other table (DESIGN 3, *What is told of people*). By what belongs to an agency or to the request
itself (OF_REQUESTS) any selection may be counted that conditions on such columns can make: one by
something else would tell of people, whatever it is counted by. By what belongs to people
(OF_PEOPLE) all declined requests are counted, where this revision tells the nation's table anew; a
part of them is not, since the part and the whole would tell of the rest.
"""

import hashlib
from collections import Counter

import pandas as pd

from ddor.errors import DdorError
from ddor.extract.model import LEVELS
from ddor.inputs import Inputs
from ddor.measures.agencies import agency_identities
from ddor.measures.figures import Counts
from ddor.measures.people import ALL, CHARGES, CITIZENSHIP, DAYS
from ddor.measures.status import ISSUED_OUTCOMES
from ddor.reference.offenses import CATEGORIES
from ddor.report.charts import Chart, stacked_bars
from ddor.report.of_people import OfPeople
from ddor.report.tables import Table, agency_label
from ddor.report.words import CLASS_HEADS

OF_REQUESTS = {
    "agency": "Agency",
    "state": "State",
    "level": "Level",
    "area": "Area",
    "form": "Form",
    "kind": "Kind",
    "class": "Class",
    "outcome": "Outcome",
}
OF_PEOPLE = {
    "category": "Offense category",
    "citizenship": "World region",
    "days": "Days from issue to recording",
}
ATTRIBUTE = {"category": CHARGES, "citizenship": CITIZENSHIP, "days": DAYS}
LABELS = OF_REQUESTS | OF_PEOPLE
KIND_WORDS = {
    "detainer": "Detainer",
    "notification": "Request for notification",
    "transfer": "Request for transfer",
}
WORDS = KIND_WORDS | CLASS_HEADS | {name: name.capitalize() for name in (*LEVELS, *ISSUED_OUTCOMES)}
MARKS = ("issued", "declined", "honored", "release_not_confirmed", "law_or_court", "short_custody")
NOT_ON_RECORD = "Not on record"


class OwnTables(OfPeople):
    """The part of a weekly report that an analyst uses."""

    inputs: Inputs
    counts: Counts

    def _since(self) -> str:
        raise NotImplementedError

    @property
    def requests(self) -> pd.DataFrame:
        """The requests that the week counts, one row each: agency_id, the columns OF_REQUESTS, and
        yes or no for each of MARKS. Nothing in it is of a person, so that any selection by its
        columns can be published."""
        status = self.counts.status
        counted = status[status[["issued", "declined", "honored"]].any(axis=1)]
        places = agency_identities(status, self.inputs.directory.agencies).set_index("agency_id")
        outcome = counted["issued_outcome"].astype("object")
        outcome = outcome.mask(counted["declined"], "declined").mask(counted["honored"], "honored")
        named = {
            name: counted["agency_id"].map(places[name])
            for name in ("agency", "state", "level", "area")
        }
        return pd.DataFrame(
            {
                "agency_id": counted["agency_id"],
                **named,
                "form": counted["form"],
                "kind": counted["kind"],
                "class": counted["declined_class"],
                "outcome": outcome,
                **counted[list(MARKS)],
            }
        )

    @property
    def issued_rows(self) -> pd.DataFrame:
        return self.requests[lambda rows: rows["issued"]]

    @property
    def declined_rows(self) -> pd.DataFrame:
        return self.requests[lambda rows: rows["declined"]]

    def table(self, rows: pd.DataFrame, by: str, caption: str = "") -> Table:
        """How many of `rows`, a selection of `report.requests`, there are by one of OF_REQUESTS or
        OF_PEOPLE, largest first. Raises DdorError where that may not be told."""
        counted = self._counted(rows, by, agency_label)
        heads = dict(zip(counted, (LABELS[by], "Requests"), strict=True))
        return Table(counted, heads, caption or self._caption(rows, by))

    def bars(self, rows: pd.DataFrame, by: str, caption: str = "") -> Chart | Table:
        """The same as bars."""
        counted = self._counted(rows, by, lambda row: f"{row['agency']}, {row['state']}")
        caption = caption or self._caption(rows, by)
        shown = hashlib.sha256(f"{caption}\n{counted.to_csv()}".encode()).hexdigest()
        return stacked_bars(
            f"own-{by}-{shown[:8]}",
            counted,
            counted.columns[0],
            {"requests": "Requests"},
            caption,
            self.synthetic,
            source=self.chart_source,
        )

    def _counted(self, rows: pd.DataFrame, by: str, label) -> pd.DataFrame:
        """Two columns: the name of `by`, with `label` of a line of an agency, and requests."""
        if by not in LABELS:
            raise DdorError(
                f'requests cannot be counted by "{by}". Any selection of them can be '
                f"counted by {_either(OF_REQUESTS)}; all declined requests together "
                f"also by {_either(OF_PEOPLE)}."
            )
        rows = self._own(rows)
        if by in OF_PEOPLE:
            return self._of_people(rows, by)
        values, words = rows[by], dict(WORDS)
        if by == "agency":
            values, lines = rows["agency_id"], rows.drop_duplicates("agency_id")
            words = {line["agency_id"]: label(line) for line in lines.to_dict("records")}
        counts = Counter(values.where(values.notna() & (values != ""), NOT_ON_RECORD))
        ranked = sorted(counts, key=lambda value: (-counts[value], value))
        named = [words.get(value, value) for value in ranked]
        frame = pd.DataFrame({LABELS[by].lower(): pd.Series(named, dtype="object")})
        return frame.assign(requests=pd.Series([counts[each] for each in ranked], dtype="int64"))

    def _own(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The report's own rows that `rows` names, whatever was written into them."""
        own = self.requests
        if "request_id" in rows:  # of report.counts.status
            keys = self.counts.status["request_id"]
            rows = own.reindex(keys.index[keys.isin(rows["request_id"])])
        plain = own.astype("object").fillna("")
        given = rows[rows.columns.intersection(own.columns)].astype("object").fillna("")
        known = rows.index.isin(own.index).all() and rows.index.is_unique and len(given.columns)
        if not known or not given.equals(plain.loc[rows.index, given.columns]):
            raise DdorError(
                "these are not rows of report.requests as they are there. Select rows, "
                "and change neither their values nor their index."
            )
        # Whatever conditions on columns, all of them to hold, have picked these, pick these alone.
        alike = pd.concat([plain[name].isin(plain.loc[rows.index, name]) for name in plain], axis=1)
        if alike.all(axis=1).sum() != len(rows):
            raise DdorError(
                "this selection leaves out requests that are like the selected ones in "
                "every column of report.requests, so it was made by something else, "
                "which could tell of people. Select by conditions on these columns, "
                "joined with &."
            )
        return own.loc[rows.index]

    def _of_people(self, rows: pd.DataFrame, by: str) -> pd.DataFrame:
        """The whole branches of the national table, where this revision tells it anew."""
        if {*rows.index} != {*self.declined_rows.index}:
            raise DdorError(
                f'by="{by}" counts all declined requests together: give it '
                "report.declined_rows. A table of some of them, compared with that of "
                "all, would tell of the others."
            )
        table = self.counts.told.table(ATTRIBUTE[by])
        if table is None or table.stands:
            why = self._why(ATTRIBUTE[by]) if table is None else table.why
            raise DdorError(f'by="{by}" cannot be counted in this report: {why}.')
        told = [
            (CATEGORIES.get(line.branch, line.branch), line.requests)
            for line in self.counts.nation(ATTRIBUTE[by])
            if line.branch and not line.leaf and line.standing == ALL and line.requests
        ]
        return pd.DataFrame(told, columns=[LABELS[by].lower(), "requests"])

    def _caption(self, rows: pd.DataFrame, by: str) -> str:
        own, rows = self.requests, self._own(rows)
        named = {"declined": f"requests {self._since()}", "issued": "requests issued this week"}
        mark = next((mark for mark in named if rows[mark].all()), "")
        total = own[mark].sum() if mark else len(own)
        of = named.get(mark, "requests counted this week")
        part = "All" if len(rows) == total else f"{len(rows):,} of the {total:,}"
        return f"{part} {of}, by {LABELS[by].lower()}"


def _either(names) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}"
