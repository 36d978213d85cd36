"""What both reports show in the same way: a table, a chart, the names of sentences; and of people
the charges by category, citizenship, days from issue; or why a table is not shown, or from when it
is (measures/disclosure.py).

Which columns a table has and what it is called stands in tables.csv, of a chart in charts.csv.
"""

from collections.abc import Iterable, Mapping
from operator import attrgetter
from types import SimpleNamespace

import pandas as pd
from markupsafe import Markup

from ddor.calendar import Period, Week, long_date
from ddor.compiled.counts import CompiledCounts
from ddor.compiled.inputs import CompiledInputs
from ddor.inputs import Inputs
from ddor.measures import people
from ddor.measures.disclosure import ENOUGH, NATION, POOLED, AttributeTable
from ddor.measures.figures import Concentration, Counts
from ddor.measures.people import CHARGES, CITIZENSHIP, DAYS, Line, charge_group_lines, with_charges
from ddor.narrative import Words, part_of, render_markdown
from ddor.publishable import HTML
from ddor.reference.codes import CATEGORIES, CATEGORY_PHRASES, COUNTRIES
from ddor.reference.places import STATES
from ddor.report.charts import Chart, stacked_bars
from ddor.report.sentences import listed, sentences
from ddor.report.tables import Several, Table, agency_label, agency_table, html_of, in_line
from ddor.report.words import CHARTS, TABLES, WORDS, heads

UNSPLIT = "not_told_apart"


class AttributeTables:
    """A report. agencies: one line for each, as the tables name it."""

    inputs: Inputs | CompiledInputs
    counts: Counts | CompiledCounts
    period: Period
    synthetic: bool
    chart_source: str
    agencies: pd.DataFrame
    noted, of_noted = NATION, "This table is"  # the table that may stand from before

    def label(self, place: str) -> Markup | str:
        """An agency of the extract or of an earlier table as in tables; a state by its name."""
        known = self.agencies[self.agencies["agency_id"] == place].to_dict("records")
        if known:
            return agency_label(known[0])
        return STATES[place].name if place in STATES else place

    def _titles(self, name: str, words: Mapping[str, object]) -> tuple[dict[str, str], str]:
        """The heads of the columns and the caption of a table, in which `words` are filled in."""
        line = TABLES[name]
        return heads(line["columns"]), line["caption"].format(report=self, **words)

    def _table(self, name: str, rows: pd.DataFrame | Iterable[tuple], **words) -> Table:
        """A table of tables.csv, from a frame with its columns or from its lines."""
        columns, caption = self._titles(name, words)
        if not isinstance(rows, pd.DataFrame):  # Markup stays Markup
            rows = pd.DataFrame(list(rows), columns=list(columns), dtype="object")
        return Table(rows, columns, caption)

    def _by_agency(
        self, name: str, frame: pd.DataFrame, flags: Mapping[str, str], **how
    ) -> Table | Several:
        """A table of tables.csv by agency, the largest first by the first of its columns."""
        columns, caption = self._titles(name, {})
        return agency_table(frame, next(iter(columns)), columns, caption, flags, **how)

    def _chart(
        self, name: str, frame: pd.DataFrame, parts: Mapping[str, str], title: str, **how
    ) -> Chart | Table:
        """A chart of charts.csv, as charts.stacked_bars draws it."""
        line = CHARTS[name]
        how = {"subtitle": line["subtitle"].format(report=self), "source": self.chart_source} | how
        frame = frame.rename(columns={"branch": line["label"]})
        return stacked_bars(line["name"], frame, line["label"], parts, title, self.synthetic, **how)

    def note(self) -> HTML | None:
        """The analyst's note, params/notes/<period>.md, as it is published."""
        note = self.inputs.note
        return HTML(render_markdown(note)) if note.strip() else None

    # What sentences name

    def _sentences(
        self, of: str, found: Concentration, by_agency: pd.DataFrame, names: Mapping[str, object]
    ) -> SimpleNamespace:
        """Those of sentences/<of>.md.j2. found: what makes up half or more of the declined, which
        is named from the table `by_agency`."""
        largest = in_line(by_agency.set_index("agency_id", drop=False)).get(found.agency_id, "")
        return sentences(of, concentrated=found, largest=largest, **names)

    def _about(self, **more) -> SimpleNamespace:
        """What sentences say of the extract, with what both reports have."""
        names = {name: self.inputs.parameters[name] for name in ("publisher", "contact")}
        names |= {"threshold": self.inputs.parameters["disclosure_threshold"]}
        return SimpleNamespace(**{"synthetic": self.synthetic, **names, **more})

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
        of them; None where not shown. by_category: "21 for crimes against persons, 14 for …". of:
        the requests that the table is of; dated: its date, where it is an earlier one."""
        lines = self.counts.nation(CHARGES)
        standing = {line.standing: line.requests for line in lines if not line.branch}
        table = self.counts.published.table(CHARGES)
        return SimpleNamespace(
            of=sum(standing.values()),
            dated=pd.Timestamp(table.as_of).date() if table and table.retained else None,
            told=bool(lines),
            why=Words(self._why(CHARGES)),
            **{each: standing.get(each) for each in people.STANDINGS if each != people.NO_CHARGE},
            no_charges=standing.get(people.NO_CHARGE),
            **{name.removeprefix("declined_"): n for name, n in with_charges(lines).items()},
            by_category=_by_category(lines),
        )

    def charges_chart(self) -> Chart | Table | None:
        """By category, the largest first: convicted, charged only, and where the two are not shown
        apart. None where nobody had a charge that counts."""
        lines = self.counts.nation(CHARGES)
        rows = with_unsplit(line for line in lines if not line.leaf)
        rows = rows[rows["requests"] > 0].rename(columns={"offense_group": "branch"})
        if rows.empty:
            return None
        split = heads(f"{people.CONVICTED} {people.CHARGED_ONLY} {UNSPLIT}")
        parts = {name: head for name, head in split.items() if rows[name].any()}
        total = sum(line.requests for line in lines if not line.branch)
        return self._by_attribute(CHARGES, rows, parts, total)

    def charges_table(self) -> Several | HTML | None:
        """Each category, and beneath it its offense groups; or why there is none."""
        frame = with_unsplit(self.counts.nation(CHARGES))
        if frame.empty:
            return self._withheld(CHARGES)
        in_a_week = "" if isinstance(self.period, Week) else " in a week"
        return self._with_note(CHARGES, self.by_offense(CHARGES, frame, in_a_week))

    def by_offense(self, name: str, frame: pd.DataFrame, in_a_week: str = "") -> Table:
        """frame: with_unsplit; in_a_week: said of a sum of weeks."""
        names = [html_of("offense", row=row, other=people.OTHER) for row in frame.itertuples()]
        whole = frame["group_code"] == ""
        unsplit = frame[UNSPLIT].where(whole)
        offense = pd.Series(names, index=frame.index, dtype="object")
        columns, caption = self._titles(name, {})
        # Only a sum of weeks can be split in part.
        if not ((unsplit > 0) & (unsplit < frame["requests"])).any():
            del columns[UNSPLIT]
        empty, note = frame[people.CONVICTED].isna() | (unsplit > 0), ""
        if empty.any():
            note = "Convicted and charged only are counted by category, not by offense group"
            if empty[whole].any():
                note += f"; they are left out where either of the two is 1 or 2{in_a_week}"
            note += "."
        return Table(frame.assign(offense=offense, **{UNSPLIT: unsplit}), columns, caption, note)

    def citizenship_chart(self) -> Several | HTML | None:
        """By world region, with the countries behind it in a table; or why there is none."""
        leaves = [line for line in self.counts.nation(CITIZENSHIP) if line.leaf]
        names = COUNTRIES | {people.OTHER: "Other countries of this region"}
        countries = [(line.branch, names[line.leaf], line.requests) for line in leaves]
        return self._national_chart(CITIZENSHIP, self._table("countries", countries))

    def timing_chart(self) -> Several | HTML | None:
        """In fixed bands of days; or why there is none."""
        return self._national_chart(DAYS)

    def _national_chart(self, attribute: str, *beneath: Table) -> Several | HTML | None:
        lines = self.counts.nation(attribute)
        if not lines:
            return self._withheld(attribute)
        rows = pd.DataFrame([line for line in lines if not line.leaf and line.requests])
        return self._with_note(attribute, self._by_attribute(attribute, rows), *beneath)

    def _by_attribute(
        self, attribute: str, rows: pd.DataFrame, parts: Mapping | None = None, of: int = 0
    ) -> Chart | Table:
        """The largest bar is its title. rows: branch, and the columns `parts`; of: the requests
        of the table, if they are not the sum. The week's table may be of an earlier extract."""
        if attribute != DAYS:  # whose bands have an order of their own
            rows = rows.sort_values("requests", ascending=False, kind="stable")
        most = rows["requests"].max()
        largest = rows.loc[rows["requests"] == most, "branch"]
        part = part_of(most, of or rows["requests"].sum(), "declined request", "declined requests")
        title = f"{'; '.join(largest)}: {part}{' each' if len(largest) > 1 else ''}"
        table, source = self.counts.published.table(attribute), self.chart_source
        if table and table.retained:
            source = f"{source.rpartition('; data as of ')[0]}; data as of {long_date(table.as_of)}"
        return self._chart(attribute, rows, parts or heads("requests"), title, source=source)

    # Places

    def place_tables(self) -> Several | None:
        """The charges of each agency (in a quarter also of each state) that has a table."""
        shown = self.counts.published
        parts: list[HTML | Table | None] = []
        names = {"": "", people.REST: "All other categories together", **CATEGORIES}
        for place in shown.places(CHARGES):
            table = shown.tables[CHARGES, place]
            lines = [line for line in people.lines_of(table) if line.requests]
            of = WORDS["of_place"]
            rows = [(names[line.branch] or of[line.standing], line.requests) for line in lines]
            where = {"total": len(table.rows), "place": self._in_words(place)}
            heading = HTML(Markup("<h4>{}</h4>").format(self.label(place)))
            parts += [heading, self._table("place_charges", rows, **where), _as_of(table)]
        if not parts:
            if self._is_silent(CHARGES):
                return None
            parts = [HTML(html_of("no_place", enough=ENOUGH, period=self.period))]
        by_reason: dict[str, list[str]] = {}
        for (attribute, place), why in shown.withheld.items():
            if attribute == CHARGES and place not in (NATION, POOLED):
                by_reason.setdefault(why, []).append(self._in_words(place))
        for why, places in by_reason.items():
            words = html_of("places_without", places=places, why=why, period=self.period)
            parts.append(HTML(words))
        return Several(parts)

    def _in_words(self, place: str) -> str:
        return Markup(str(self.label(place)).replace("<br>", " ")).striptags()

    # What is not shown, or stands from before

    def _why(self, attribute: str) -> str:
        if self.counts.nation(attribute):
            return ""
        withheld, few = self.counts.published.withheld, "too few requests were declined"
        return withheld.get((attribute, self.noted), few)

    def _is_silent(self, attribute: str) -> bool:
        """Whether a report says nothing of why this is not shown, because nobody would miss it."""
        return False

    def _withheld(self, attribute: str) -> HTML | None:
        if self._is_silent(attribute):
            return None
        what, why = WORDS["not_shown"][attribute], self._why(attribute)
        return HTML(html_of("withheld", what=what, why=why, period=self.period))

    def _with_note(self, attribute: str, *parts: Chart | Table) -> Several:
        table = self.counts.published.table(attribute, self.noted)
        return Several([*parts, _as_of(table, self.of_noted)])


def _as_of(table: AttributeTable | None, of: str = "This table is") -> HTML | None:
    """From when a table of an earlier revision is, and how much of it no longer counts."""
    if table and (table.retained or table.gone):
        return HTML(html_of("as_of", table=table, of=of))
    return None


def with_unsplit(lines: Iterable[Line]) -> pd.DataFrame:
    """people.charge_group_lines, and of each the requests that are in neither part."""
    frame = charge_group_lines(lines)
    split = frame[[people.CONVICTED, people.CHARGED_ONLY]].sum(axis=1)
    return frame.assign(**{UNSPLIT: frame["requests"] - split})


def _by_category(lines: list[Line]) -> Words:
    """The largest first; those of one size stay in the order of the categories."""
    largest = sorted(people.whole_branches(lines), key=attrgetter("requests"), reverse=True)
    return listed((line.requests, f"for {CATEGORY_PHRASES[line.branch]}") for line in largest)
