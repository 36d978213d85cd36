"""What a report tells of people: charges by category, citizenship, days from issue; or why a table
is not told, or from when it is (measures/disclosure.py)."""

from types import SimpleNamespace

import pandas as pd
from markupsafe import Markup, escape

from ddor.calendar import Period, Week, long_date
from ddor.compiled.counts import CompiledCounts
from ddor.measures.disclosure import ENOUGH, NATION, POOLED
from ddor.measures.disclosure import Table as DisclosedTable
from ddor.measures.figures import Counts
from ddor.measures.people import (
    ALL,
    CHARGED_ONLY,
    CHARGES,
    CITIZENSHIP,
    CONVICTED,
    DAYS,
    DISMISSED,
    NO_CHARGE,
    OTHER,
    REST,
    Line,
    lines_of,
    with_charges,
)
from ddor.measures.published import charge_group_lines
from ddor.narrative import Words, part_of
from ddor.publishable import HTML
from ddor.reference.countries import COUNTRIES
from ddor.reference.offenses import CATEGORIES, CATEGORY_PHRASES
from ddor.report.charts import stacked_bars
from ddor.report.tables import Several, Table

UNSPLIT = "not_told_apart"
SPLIT_HEADS = {CONVICTED: "Convicted", CHARGED_ONLY: "Charged only", UNSPLIT: "Not told apart"}
PLACE_NAMES = {
    CONVICTED: "Convicted",
    CHARGED_ONLY: "Charged, not convicted",
    NO_CHARGE: "No charge on record, or all dismissed or ended in acquittal",
}
NOT_SHOWN = {
    CHARGES: "The charges of the people concerned are not shown",
    CITIZENSHIP: "The citizenship of the people concerned is not shown",
    DAYS: "The days from issue to recording are not shown",
}
TO_THE_QUARTER = Markup(
    '<span data-page="archive">The quarterly report</span> adds up the weeks and can show what one '
    "week cannot."
)


class OfPeople:
    """The part of a report that shows attributes of people. counts: with `nation` and `told`."""

    counts: Counts | CompiledCounts
    period: Period
    threshold: int
    synthetic: bool
    chart_source: str
    elsewhere: str = TO_THE_QUARTER  # where to look for what is not told
    noted, of_noted = NATION, "This table is"  # the table that may stand from before

    def _charges(self) -> SimpleNamespace:
        """What a sentence says of charges. told: whether the national table is; why: if it is not.
        convicted, charged_only, dismissed_or_acquitted, no_charges: every declined request in one
        of them; None where not told. by_category: "21 for crimes against persons, 14 for …". of:
        the requests that the table is of; dated: ", as of April 1, 2017," where it is an earlier
        one."""
        lines = self.counts.nation(CHARGES)
        standing = {line.standing: line.requests for line in lines if not line.branch}
        figures, table = with_charges(lines), self.counts.told.table(CHARGES)
        return SimpleNamespace(
            of=sum(standing.values()),
            dated=f", as of {long_date(table.as_of)}," if table and table.stands else "",
            told=bool(lines),
            why=self._why(CHARGES),
            convicted=standing.get(CONVICTED),
            charged_only=standing.get(CHARGED_ONLY),
            dismissed_or_acquitted=standing.get(DISMISSED),
            no_charges=standing.get(NO_CHARGE),
            with_charges=figures["declined_with_charges"],
            with_conviction=figures["declined_with_conviction"],
            by_category=Words(_by_category(lines)),
        )

    def charges_chart(self):
        """By category, the largest first: convicted, charged only, and where the two are not told
        apart. None where nobody had a charge that counts."""
        lines = self.counts.nation(CHARGES)
        rows = charge_group_lines(line for line in lines if not line.leaf)
        if not rows["requests"].any():
            return None
        frame = rows.assign(**{UNSPLIT: _unsplit(rows)})
        frame = frame[frame["requests"] > 0].rename(columns={"offense_group": "offense category"})
        frame = frame.sort_values("requests", ascending=False, kind="stable")
        heads = {name: head for name, head in SPLIT_HEADS.items() if frame[name].any()}
        return self._bars(
            "charges-by-category",
            frame,
            "offense category",
            heads,
            "by category of the charges; a request can be in several",
            sum(line.requests for line in lines if not line.branch),
            self.counts.told.table(CHARGES),
        )

    def charges_table(self):
        """Each category, and beneath it its offense groups; or why there is none."""
        frame = charge_group_lines(self.counts.nation(CHARGES))
        if frame.empty:
            return self._not_told(CHARGES)
        caption = "Declined requests by category and offense group of the charges"
        in_a_week = "" if isinstance(self.period, Week) else " in a week"
        return self._with_note(CHARGES, self.by_offense(frame, caption, in_a_week))

    def by_offense(self, frame: pd.DataFrame, caption: str, in_a_week: str = "") -> Table:
        """frame: published.charge_group_lines; in_a_week: said of a sum of weeks."""
        names = [
            Markup("{} <small>{}</small>").format(row.offense_group, row.group_code)
            if row.group_code not in ("", OTHER)
            else row.offense_group
            if row.group_code
            else Markup("<b>{}</b>").format(row.offense_group)
            for row in frame.itertuples()
        ]
        unsplit = _unsplit(frame).where(frame["group_code"] == "")
        frame = frame.assign(
            offense=pd.Series(names, index=frame.index, dtype="object"), **{UNSPLIT: unsplit}
        )
        heads = {"offense": "Offense category and group", "requests": "Requests", **SPLIT_HEADS}
        # Only a sum of weeks can be split in part.
        if not ((unsplit > 0) & (unsplit < frame["requests"])).any():
            del heads[UNSPLIT]
        return Table(frame, heads, caption, self._why_empty(frame, in_a_week))

    def _why_empty(self, frame: pd.DataFrame, in_a_week: str) -> str:
        """Why cells of the charges table are empty, and requests are not told apart."""
        empty = frame["convicted"].isna() | (frame[UNSPLIT] > 0)
        told = "Convicted and charged only are counted by category, not by offense group"
        if not empty[frame["group_code"] == ""].any():
            return f"{told}." if empty.any() else ""
        return f"{told}; they are left out where either of the two is 1 or 2{in_a_week}."

    def citizenship_chart(self):
        """By world region, with the countries behind it in a table; or why there is none."""
        lines = self.counts.nation(CITIZENSHIP)
        if not lines:
            return self._not_told(CITIZENSHIP)
        rows = pd.DataFrame([line for line in lines if not line.leaf and line.requests])
        rows = rows.rename(columns={"branch": "world region"})
        rows = rows.sort_values("requests", ascending=False, kind="stable")
        chart = self._bars(
            "citizenship",
            rows,
            "world region",
            {"requests": "Requests"},
            "by world region of citizenship",
            rows["requests"].sum(),
            self.counts.told.table(CITIZENSHIP),
        )
        countries = [
            (line.branch, _country(line.leaf), line.requests) for line in lines if line.leaf
        ]
        table = Table(
            pd.DataFrame(countries, columns=["region", "country", "requests"]),
            {"region": "World region", "country": "Country", "requests": "Requests"},
            "Declined requests by country of citizenship",
        )
        return self._with_note(CITIZENSHIP, chart, table)

    def timing_chart(self):
        """In fixed bands of days; or why there is none."""
        lines = self.counts.nation(DAYS)
        if not lines:
            return self._not_told(DAYS)
        rows = pd.DataFrame([line for line in lines if line.requests])
        rows = rows.rename(columns={"branch": "days"})
        return self._with_note(
            DAYS,
            self._bars(
                "days-to-recording",
                rows,
                "days",
                {"requests": "Requests"},
                "by days from issue to recording",
                rows["requests"].sum(),
                self.counts.told.table(DAYS),
            ),
        )

    def _bars(
        self,
        name: str,
        frame: pd.DataFrame,
        label: str,
        heads: dict[str, str],
        by: str,
        of: int,
        table: DisclosedTable | None,
    ):
        """With the largest bar as its title; `of`: the requests that the table is of; table: the
        week's, which may be of an earlier extract."""
        most = frame["requests"].max()
        largest = "; ".join(frame.loc[frame["requests"] == most, label])
        each = "" if (frame["requests"] == most).sum() == 1 else " each"
        source = self.chart_source
        if table is not None and table.stands:
            source = f"{source.rpartition('; data as of ')[0]}; data as of {long_date(table.as_of)}"
        return stacked_bars(
            name,
            frame,
            label,
            heads,
            f"{largest}: {part_of(most, of, 'declined request', 'declined requests')}{each}",
            self.synthetic,
            subtitle=f"Declined requests, United States, {self.period.title}, {by}",
            source=source,
        )

    def place_tables(self):
        """The charges of each agency (in a quarter also of each state) that has a table."""
        told = self.counts.told
        parts = []
        for place in told.places(CHARGES):
            table = told.tables[CHARGES, place]
            lines = [line for line in lines_of(table) if line.requests]
            frame = pd.DataFrame(
                [(_of_place(line), line.requests) for line in lines], columns=["what", "requests"]
            )
            parts += [
                HTML(f"<h4>{escape(self.label(place))}</h4>"),
                Table(
                    frame,
                    {"what": "Charges", "requests": "Requests"},
                    f"Charges of the {len(table.rows):,} declined requests of "
                    f"{self._in_words(place)}",
                ),
                self._as_of(table),
            ]
        if not parts and self._is_silent(CHARGES):
            return None
        if not parts:
            parts = [
                HTML(
                    f"<p>No agency has a table of its own. That takes {ENOUGH} declined requests or "
                    f"more, and enough others beside it. {self.elsewhere}</p>"
                )
            ]
        return Several([part for part in [*parts, *self._places_without()] if part])

    def _places_without(self) -> list[HTML]:
        """Which places that are large enough have no table, by the reason."""
        by_reason: dict[str, list[str]] = {}
        for (attribute, place), why in self.counts.told.untold.items():
            if attribute == CHARGES and place not in (NATION, POOLED):
                by_reason.setdefault(why, []).append(self._in_words(place))
        return [
            HTML(
                Markup("<p>No table is shown for {}: {}. {}</p>").format(
                    "; ".join(places), why, self.elsewhere
                )
            )
            for why, places in by_reason.items()
        ]

    def _in_words(self, place: str) -> str:
        return Markup(str(self.label(place)).replace("<br>", " ")).striptags()

    def label(self, place: str) -> Markup | str:
        raise NotImplementedError

    def _why(self, attribute: str) -> str:
        if self.counts.nation(attribute):
            return ""
        return self.counts.told.untold.get((attribute, NATION), "too few requests were declined")

    def _is_silent(self, attribute: str) -> bool:
        """Whether a report says nothing of why this is not told, because nobody would miss it."""
        return False

    def _not_told(self, attribute: str) -> HTML | None:
        if self._is_silent(attribute):
            return None
        words = Markup("{}: {}. {}").format(
            NOT_SHOWN[attribute], self._why(attribute), self.elsewhere
        )
        return HTML(f'<p class="note">{words.rstrip()}</p>')

    def _with_note(self, attribute: str, *parts):
        table = self.counts.told.table(attribute, self.noted)
        note = self._as_of(table, self.of_noted) if table else None
        return Several([*parts, note] if note else [*parts])

    def _as_of(self, table, of="This table is") -> HTML | None:
        """From when a table of an earlier revision is, and how much of it no longer counts."""
        if not (table.stands or table.gone):
            return None
        day = long_date(table.as_of)
        gone = (
            "1 request in it no longer counts"
            if table.gone == 1
            else (f"{table.gone:,} of the requests in it no longer count")
        )
        if not table.stands:  # it has a week as the week's own table stands
            return HTML(f'<p class="note">{gone}.</p>')
        return HTML(
            f'<p class="note">{of} as of {day}, and {gone}. A newer one is not shown: '
            f"{table.why}.</p>"
        )


def _unsplit(frame: pd.DataFrame) -> pd.Series:
    """Of each line of published.charge_group_lines, the requests that are in neither part."""
    return frame["requests"] - frame[[CONVICTED, CHARGED_ONLY]].sum(axis=1)


def _by_category(lines: list[Line]) -> str:
    counts = {
        line.branch: line.requests
        for line in lines
        if line.branch and not line.leaf and line.standing == ALL and line.requests
    }
    order = [*CATEGORIES]
    largest = sorted(counts, key=lambda category: (-counts[category], order.index(category)))
    named = [f"{counts[each]:,} for {CATEGORY_PHRASES[each]}" for each in largest]
    return " and ".join(filter(None, (", ".join(named[:-1]), *named[-1:])))


def _country(leaf: str) -> str:
    return "Other countries of this region" if leaf == OTHER else COUNTRIES[leaf]


def _of_place(line: Line) -> str:
    if line.branch == REST:
        return "All other categories together"
    if line.branch:
        return CATEGORIES[line.branch]
    return PLACE_NAMES.get(line.standing, "All others together")
