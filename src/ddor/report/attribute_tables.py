"""What a report tells of people: charges by category, citizenship, days from issue; or why a table
is not told, or from when it is (measures/disclosure.py)."""

from collections.abc import Mapping
from types import SimpleNamespace

import pandas as pd
from markupsafe import Markup

from ddor.calendar import Period, Week, long_date
from ddor.compiled.counts import CompiledCounts
from ddor.compiled.inputs import CompiledInputs
from ddor.inputs import Inputs
from ddor.measures import attributes, people
from ddor.measures.attributes import CHARGES, CITIZENSHIP, DAYS
from ddor.measures.disclosure import ENOUGH, NATION, POOLED
from ddor.measures.figures import Counts
from ddor.measures.people import Line, charge_group_lines, with_charges
from ddor.narrative import Words, part_of, render_markdown
from ddor.publishable import HTML
from ddor.reference.codes import CATEGORIES, CATEGORY_PHRASES, COUNTRIES
from ddor.report.charts import Chart, stacked_bars
from ddor.report.sentences import listed
from ddor.report.tables import Several, Table, html_of, table_of
from ddor.report.words import WORDS, heads

UNSPLIT = "not_told_apart"
# Attribute -> the name of its chart, what a bar of it is, and how its subtitle says so.
CHARTS = {
    CHARGES: (
        "charges-by-category",
        "offense category",
        "by category of the charges; a request can be in several",
    ),
    CITIZENSHIP: ("citizenship", "world region", "by world region of citizenship"),
    DAYS: ("days-to-recording", "days", "by days from issue to recording"),
}


class AttributeTables:
    """A report, and the part of it that shows attributes of people."""

    inputs: Inputs | CompiledInputs
    counts: Counts | CompiledCounts
    period: Period
    synthetic: bool
    chart_source: str
    noted, of_noted = NATION, "This table is"  # the table that may stand from before

    def label(self, place: str) -> Markup | str:
        """How an agency or a state is named in a table."""
        raise NotImplementedError

    def _chart(self, *what, **how) -> Chart | Table:
        """charts.stacked_bars of this report; what: name, frame, label, parts and caption."""
        how = {"source": self.chart_source, "synthetic": self.synthetic, **how}
        return stacked_bars(*what, **how)

    def note(self) -> HTML | None:
        """The analyst's note, params/notes/<period>.md, as it is published."""
        note = self.inputs.note
        return HTML(render_markdown(note)) if note.strip() else None

    def _about(self, **more) -> SimpleNamespace:
        """What sentences say of the extract, with what both reports have."""
        parameters = self.inputs.parameters
        return SimpleNamespace(
            synthetic=self.synthetic,
            publisher=parameters["publisher"],
            contact=parameters["contact"],
            threshold=parameters["disclosure_threshold"],
            **more,
        )

    def _figures(self, prefix: str, **more) -> SimpleNamespace:
        """issued_total, issued_pending, … -> .total, .pending, …"""
        figures = self.counts.figures.items()
        named = {k.removeprefix(prefix): v for k, v in figures if k.startswith(prefix)}
        return SimpleNamespace(**named, **more)

    def _declined(self, **more) -> SimpleNamespace:
        """The declined, with what both reports say of them."""
        figures = self.counts.figures
        agencies, states = figures["agencies_declining"], figures["states_declining"]
        more |= {"agencies": agencies, "states": states, "honored": figures["honored_total"]}
        return self._figures("declined_", **more)

    # The nation

    def _charges(self) -> SimpleNamespace:
        """What a sentence says of charges. told: whether the national table is; why: if it is not.
        convicted, charged_only, dismissed_or_acquitted, no_charges: every declined request in one
        of them; None where not told. by_category: "21 for crimes against persons, 14 for …". of:
        the requests that the table is of; dated: its date, where it is an earlier one."""
        lines = self.counts.nation(CHARGES)
        standing = {line.standing: line.requests for line in lines if not line.branch}
        figures, table = with_charges(lines), self.counts.told.table(CHARGES)
        return SimpleNamespace(
            of=sum(standing.values()),
            dated=pd.Timestamp(table.as_of).date() if table and table.retained else None,
            told=bool(lines),
            why=Words(self._why(CHARGES)),
            convicted=standing.get(attributes.CONVICTED),
            charged_only=standing.get(attributes.CHARGED_ONLY),
            dismissed_or_acquitted=standing.get(attributes.DISMISSED),
            no_charges=standing.get(attributes.NO_CHARGE),
            with_charges=figures["declined_with_charges"],
            with_conviction=figures["declined_with_conviction"],
            by_category=_by_category(lines),
        )

    def charges_chart(self) -> Chart | Table | None:
        """By category, the largest first: convicted, charged only, and where the two are not told
        apart. None where nobody had a charge that counts."""
        lines = self.counts.nation(CHARGES)
        rows = charge_group_lines(line for line in lines if not line.leaf)
        rows = rows[rows["requests"] > 0].rename(columns={"offense_group": "branch"})
        if rows.empty:
            return None
        rows = rows.assign(**{UNSPLIT: _unsplit(rows)})
        split = heads(f"{attributes.CONVICTED} {attributes.CHARGED_ONLY} {UNSPLIT}")
        parts = {name: head for name, head in split.items() if rows[name].any()}
        total = sum(line.requests for line in lines if not line.branch)
        return self._by_attribute(CHARGES, _largest_first(rows), parts, total)

    def charges_table(self) -> Several | HTML | None:
        """Each category, and beneath it its offense groups; or why there is none."""
        frame = charge_group_lines(self.counts.nation(CHARGES))
        if frame.empty:
            return self._not_told(CHARGES)
        caption = "Declined requests by category and offense group of the charges"
        in_a_week = "" if isinstance(self.period, Week) else " in a week"
        return self._with_note(CHARGES, self.by_offense(frame, caption, in_a_week))

    def by_offense(self, frame: pd.DataFrame, caption: str, in_a_week: str = "") -> Table:
        """frame: published.charge_group_lines; in_a_week: said of a sum of weeks."""
        names = [html_of("offense", row=row, other=people.OTHER) for row in frame.itertuples()]
        whole = frame["group_code"] == ""
        unsplit = _unsplit(frame).where(whole)
        frame = frame.assign(
            offense=pd.Series(names, index=frame.index, dtype="object"), **{UNSPLIT: unsplit}
        )
        columns = f"offense requests {attributes.CONVICTED} {attributes.CHARGED_ONLY}"
        # Only a sum of weeks can be split in part.
        if ((unsplit > 0) & (unsplit < frame["requests"])).any():
            columns += f" {UNSPLIT}"
        empty, note = frame[attributes.CONVICTED].isna() | (unsplit > 0), ""
        if empty.any():
            note = "Convicted and charged only are counted by category, not by offense group"
            if empty[whole].any():
                note += f"; they are left out where either of the two is 1 or 2{in_a_week}"
            note += "."
        return Table(frame, heads(columns), caption, note)

    def citizenship_chart(self) -> Several | HTML | None:
        """By world region, with the countries behind it in a table; or why there is none."""
        lines = self.counts.nation(CITIZENSHIP)
        if not lines:
            return self._not_told(CITIZENSHIP)
        chart = self._by_attribute(CITIZENSHIP, _largest_first(_branches(lines)))
        countries = table_of(
            [(line.branch, _country(line.leaf), line.requests) for line in lines if line.leaf],
            ("World region", "Country", "Requests"),
            "Declined requests by country of citizenship",
        )
        return self._with_note(CITIZENSHIP, chart, countries)

    def timing_chart(self) -> Several | HTML | None:
        """In fixed bands of days; or why there is none."""
        lines = self.counts.nation(DAYS)
        if not lines:
            return self._not_told(DAYS)
        return self._with_note(DAYS, self._by_attribute(DAYS, _branches(lines)))

    def _by_attribute(
        self, attribute: str, rows: pd.DataFrame, parts: Mapping | None = None, of: int = 0
    ) -> Chart | Table:
        """The largest bar is its title. rows: branch, and the columns `parts`; of: the requests
        of the table, if they are not the sum. The week's table may be of an earlier extract."""
        name, label, by = CHARTS[attribute]
        most = rows["requests"].max()
        largest = rows.loc[rows["requests"] == most, "branch"]
        of = of or rows["requests"].sum()
        part = part_of(most, of, "declined request", "declined requests")
        each = " each" if len(largest) > 1 else ""
        table, source = self.counts.told.table(attribute), self.chart_source
        if table is not None and table.retained:
            source = f"{source.rpartition('; data as of ')[0]}; data as of {long_date(table.as_of)}"
        return self._chart(
            name,
            rows.rename(columns={"branch": label}),
            label,
            parts or heads("requests"),
            f"{'; '.join(largest)}: {part}{each}",
            subtitle=f"Declined requests, United States, {self.period.title}, {by}",
            source=source,
        )

    # Places

    def place_tables(self) -> Several | None:
        """The charges of each agency (in a quarter also of each state) that has a table."""
        told, parts = self.counts.told, []
        for place in told.places(CHARGES):
            table = told.tables[CHARGES, place]
            count, lines = len(table.rows), people.lines_of(table)
            parts += [
                HTML(Markup("<h4>{}</h4>").format(self.label(place))),
                table_of(
                    [(_of_place(line), line.requests) for line in lines if line.requests],
                    ("Charges", "Requests"),
                    f"Charges of the {count:,} declined requests of {self._in_words(place)}",
                ),
                self._as_of(table),
            ]
        if not parts:
            if self._is_silent(CHARGES):
                return None
            parts = [HTML(html_of("no_place", enough=ENOUGH, period=self.period))]
        by_reason: dict[str, list[str]] = {}
        for (attribute, place), why in told.untold.items():
            if attribute == CHARGES and place not in (NATION, POOLED):
                by_reason.setdefault(why, []).append(self._in_words(place))
        parts += [
            HTML(html_of("places_without", places=places, why=why, period=self.period))
            for why, places in by_reason.items()
        ]
        return Several([part for part in parts if part])

    def _in_words(self, place: str) -> str:
        return Markup(str(self.label(place)).replace("<br>", " ")).striptags()

    # What is not told, or stands from before

    def _why(self, attribute: str) -> str:
        if self.counts.nation(attribute):
            return ""
        untold, few = self.counts.told.untold, "too few requests were declined"
        return untold.get((attribute, self.noted), few)

    def _is_silent(self, attribute: str) -> bool:
        """Whether a report says nothing of why this is not told, because nobody would miss it."""
        return False

    def _not_told(self, attribute: str) -> HTML | None:
        if self._is_silent(attribute):
            return None
        what, why = WORDS["not_shown"][attribute], self._why(attribute)
        return HTML(html_of("not_told", what=what, why=why, period=self.period))

    def _with_note(self, attribute: str, *parts) -> Several:
        table = self.counts.told.table(attribute, self.noted)
        note = self._as_of(table, self.of_noted) if table else None
        return Several([*parts, note] if note else [*parts])

    def _as_of(self, table, of="This table is") -> HTML | None:
        """From when a table of an earlier revision is, and how much of it no longer counts."""
        if not (table.retained or table.gone):
            return None
        return HTML(html_of("as_of", table=table, of=of))


def _unsplit(frame: pd.DataFrame) -> pd.Series:
    """Of each line of published.charge_group_lines, the requests that are in neither part."""
    return frame["requests"] - frame[[attributes.CONVICTED, attributes.CHARGED_ONLY]].sum(axis=1)


def _branches(lines: list[Line]) -> pd.DataFrame:
    return pd.DataFrame([line for line in lines if not line.leaf and line.requests])


def _largest_first(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values("requests", ascending=False, kind="stable")


def _by_category(lines: list[Line]) -> Words:
    counts = {
        line.branch: line.requests
        for line in lines
        if line.branch and not line.leaf and line.standing == people.ALL
    }
    order = [*CATEGORIES]
    largest = sorted(counts, key=lambda category: (-counts[category], order.index(category)))
    return listed((counts[each], f"for {CATEGORY_PHRASES[each]}") for each in largest)


def _country(leaf: str) -> str:
    return "Other countries of this region" if leaf == people.OTHER else COUNTRIES[leaf]


def _of_place(line: Line) -> str:
    if line.branch == people.REST:
        return "All other categories together"
    return CATEGORIES[line.branch] if line.branch else WORDS["of_place"][line.standing]
