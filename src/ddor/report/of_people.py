"""What the report tells of people: charts and tables after disclosure control, each with a note of
what was added up or left out, and why."""

import datetime as dt

from markupsafe import Markup, escape

from ddor.calendar import long_date
from ddor.compiled.counts import CompiledCounts
from ddor.measures.attributes import (
    CHARGES,
    CITIZENSHIP,
    DAYS,
    DAYS_TO_ARREST,
    LATER_CHARGES,
    OTHER,
)
from ddor.measures.disclosure import AGENCY_AT_LEAST, NATIONAL
from ddor.measures.figures import Counts
from ddor.measures.published import table_lines
from ddor.publishable import HTML
from ddor.report.charts import stacked_bars
from ddor.report.tables import Several, Table

GROUP_HEADS = {
    "category": "Offense group", "code": "Code", "convicted": "Convicted",
    "charged_only": "Charged only", "requests": "Requests",
}  # fmt: skip
ATTRIBUTE_TABLES = {
    CHARGES: (
        "Offense groups of declined requests",
        GROUP_HEADS,
    ),
    CITIZENSHIP: (
        "World regions of citizenship of declined requests",
        {"category": "World region", "requests": "Requests"},
    ),
    DAYS: (
        "Days from issue to recording of declined requests",
        {"category": "Days", "requests": "Requests"},
    ),
    LATER_CHARGES: (
        "Offense groups of later charges of those who met the rule",
        GROUP_HEADS,
    ),
    DAYS_TO_ARREST: (
        "Days from release to the first arrest or charge that counts",
        {"category": "Days", "requests": "Requests"},
    ),
}  # fmt: skip


class OfPeople:
    """The part of a report that shows attributes of people. counts: with `attributes`, attribute ->
    Shown."""

    counts: Counts | CompiledCounts
    threshold: int
    synthetic: bool

    def charges_chart(self):
        table = self.counts.attributes[CHARGES].tables.get(NATIONAL)
        if table is None:
            return None
        frame = table_lines(CHARGES, table).rename(columns={"category": "offense group"})
        frame = frame.assign(last=frame["code"] == "other")
        frame = frame.sort_values(["last", "requests", "code"], ascending=[True, False, True])
        return stacked_bars("charge-groups", frame, "offense group",
                            {"convicted": "Convicted", "charged_only": "Charged only"},
                            "Declined requests by offense group", self.synthetic)  # fmt: skip

    def charges_table(self) -> Table | HTML:
        return self._attribute_table(CHARGES, NATIONAL)

    def citizenship_chart(self):
        return self._attribute_chart(CITIZENSHIP, "citizenship", "world region",
                                     "Declined requests by world region of citizenship")

    def timing_chart(self):
        return self._attribute_chart(DAYS, "days-to-recording", "days",
                                     "Declined requests by days from issue to recording")

    def _attribute_chart(self, attribute: str, name: str, label: str, caption: str):
        table = self.counts.attributes[attribute].tables.get(NATIONAL)
        note = self._note(attribute, NATIONAL)
        if table is None:
            return note
        frame = table_lines(attribute, table).rename(columns={"category": label})
        chart = stacked_bars(name, frame, label, {"requests": "Requests"}, caption, self.synthetic)
        return Several([chart, note] if note else [chart])

    def _attribute_table(self, attribute: str, agency_id: str, of: str = "") -> Table | HTML:
        """The table of one attribute, of all agencies or `of` one; or why there is none."""
        title, heads = ATTRIBUTE_TABLES[attribute]
        table = self.counts.attributes[attribute].tables.get(agency_id)
        note = self._note(attribute, agency_id)
        if table is None:
            return note
        parts = [Table(table_lines(attribute, table), heads, title + of)]
        return Several([*parts, note] if note else parts)

    def _note(self, attribute: str, agency_id: str) -> HTML | None:
        """What was added up or withheld, and why; or from when the table is."""
        shown = self.counts.attributes[attribute]
        told = []
        if agency_id not in shown.tables:
            why = shown.withheld.get(agency_id, "no table was shown in the revision before")
            told.append(f"{ATTRIBUTE_TABLES[attribute][0]}: no table is shown ({why}).")
        elif OTHER in shown.tables[agency_id].index:
            told.append(
                f"Categories with counts under {self.threshold}, or that would let such a count be "
                "worked out, are added up in the last line, so that nobody can be identified."
            )
        if shown.stands and agency_id in shown.tables:
            told.append(
                f"This table stands as of {long_date(dt.date.fromisoformat(shown.as_of))}: another "
                "one, beside it, would tell too much of the few requests that changed since."
            )
        return HTML(f'<p class="note">{escape(" ".join(told))}</p>') if told else None

    def agency_attributes(self):
        """The same tables of each agency with 20 or more declined requests."""
        shown = self.counts.attributes.values()
        listed = sorted({a for each in shown for a in (*each.tables, *each.withheld)} - {NATIONAL})
        if not listed:
            return HTML(f"<p>No agency has {AGENCY_AT_LEAST} or more declined requests "
                        "this week, so none is shown by itself.</p>")  # fmt: skip
        parts = []
        for agency_id in listed:
            label = self.label(agency_id)
            parts.append(HTML(f"<h4>{label}</h4>"))
            named = f", {Markup(str(label).replace('<br>', ' ')).striptags()}"
            parts += [self._attribute_table(name, agency_id, named)
                      for name in self.counts.attributes]  # fmt: skip
        return Several([part for part in parts if part])
