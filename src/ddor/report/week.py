"""A week as a notebook sees it: names for sentences, tables, charts, scraps."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import pandas as pd

from ddor.calendar import Week, long_date
from ddor.checks.registry import CHECKS
from ddor.errors import DdorError
from ddor.extract.model import DATE_COLUMN, FOIA_SOURCE, ISSUED
from ddor.inputs import Inputs
from ddor.maintained.corrections import FIGURES, GROUNDS, STATUSES, flags_for
from ddor.measures.figures import NO_CHARGES, Counts, concentration, count_inputs
from ddor.measures.status import DECLINED_CLASSES, ISSUED_OUTCOMES, KINDS
from ddor.narrative import part_of, requests
from ddor.publishable import HTML
from ddor.report import own
from ddor.report.attribute_tables import AttributeTables
from ddor.report.charts import SOURCE, Chart, stacked_bars
from ddor.report.tables import Several, Table, agency_label, html_of, in_line, largest_first
from ddor.report.words import CLASS_HEADS, WORDS, heads

HELD_SHARE = "Share of the declines held back"
MOST_ISSUED = 15  # of Section I in its table; the others stand in a fold


class WeeklyReport(AttributeTables):
    """counts: measures.figures.Counts. The methods make what a cell shows."""

    def __init__(self, inputs: Inputs, counts: Counts | None = None):
        """counts: of these inputs, where they were counted."""
        self.inputs: Inputs = inputs
        self.period = self.week = inputs.week
        self.counts: Counts = counts or count_inputs(inputs)
        self.agencies = self.counts.agencies
        about = inputs.extract.about
        self.synthetic, self.as_of = about.synthetic, long_date(about.as_of)
        source = f"Source: {about.source}" if about.source else SOURCE
        self.chart_source = f"{source}; data as of {self.as_of}"
        # How a declined request is spoken of, which differs by cohort.
        self.by_issue = inputs.parameters["cohort"] == ISSUED
        self.since = "recorded as declined"
        if self.by_issue:
            self.since = f"issued this week, and since declined, as of {self.as_of}"

    # What %%narrative names

    def for_sentences(self) -> tuple:
        """week (a Week), issued, declined, charges, held_back, extract."""
        return tuple(self._names().values())

    def phrases(self) -> SimpleNamespace:
        """The sentences that depend on the data, by name (sentences/week.md.j2)."""
        declined = self.counts.status[self.counts.status["declined"]]
        days = declined[DATE_COLUMN[self.inputs.parameters["cohort"]]]
        found = concentration(declined["agency_id"], days)
        return self._sentences("week", found, self.counts.declined_by_agency, self._names())

    def _names(self) -> dict[str, object]:
        counts, known = self.counts, self.counts.known
        charges = self._charges()
        charges.supplied = not counts.extract.charges.empty
        return {
            "week": self.period,
            "issued": self._figures("issued_", agencies=len(counts.issued_by_agency)),
            "declined": self._declined(
                confirmed=known["declined_total"] - known["declined_release_not_confirmed"],
                share=counts.declined_share,
                since=self.since,
                previous=self._previous(),
                law_forbids=len(counts.shown["E12"]),
            ),
            "charges": charges,
            "held_back": self._figures(
                "held_back_",
                declines=counts.held_declines,
                long_held=counts.long_held,
                cleared=len(counts.cleared),
                review=len(counts.review),
            ),
            "extract": self._extract(),
        }

    def _previous(self) -> SimpleNamespace | None:
        """The published week before this one, and how many more or fewer were declined; between:
        the weeks in between, of which no report stands. None where nothing was published."""
        history = self.inputs.history
        if history.last_declined is None:
            return None
        week = Week.parse(history.weeks[-1])
        more = self.counts.known["declined_total"] - history.last_declined
        between = (self.period.first_day - week.first_day).days // 7 - 1
        known = {"week": week, "total": history.last_declined, "between": between}
        return SimpleNamespace(**known, more=max(more, 0), fewer=max(-more, 0))

    def _extract(self) -> SimpleNamespace:
        about, received = self.inputs.extract.about, self.inputs.extract.requests
        recorded, released = received["outcome_recorded_at"], received["released_at"]
        has_lift_dates = bool(recorded.notna().any())
        declined = self.counts.status.loc[self.counts.status["declined"], "request_id"]
        found = {
            "received": len(received),
            "outside_week": self.counts.figures["outside_week_total"],
            "is_foia": about.source.startswith(FOIA_SOURCE),
            "by_issue": self.by_issue,
            "has_recording_dates": not self.by_issue or has_lift_dates,
            "has_release_dates": bool(released.notna().any()),
            "has_lift_dates": has_lift_dates,
            "has_pending_charges": "charged" in set(self.counts.extract.charges["disposition"]),
            "newly_declined": int(declined.isin(about.newly_declined.split()).sum()),
            "is_final": self.period.is_final_on(about.as_of),
        }
        return self._about(**vars(about) | found)

    # Section I

    def issued_table(self) -> Several | Table | None:
        """The agencies asked most; the others in a fold, with their number alone."""
        frame = self.counts.issued_by_agency
        if frame.empty:
            return None
        flags = flags_for(self.inputs.corrections, frame.columns)
        asked_most = f": the {MOST_ISSUED} asked most"
        return self._by_agency("issued", frame, flags, most=MOST_ISSUED, folded=asked_most)

    def outcomes_chart(self) -> Chart | Table | None:
        figures = self.counts.known
        total, pending = figures["issued_total"], figures["issued_pending"]
        if not total:
            return None
        had = f"{pending:,} of the {requests(total)} issued this week had no outcome"
        if pending in (0, total):
            had = f"{'No' if pending else 'Every'} request issued this week had an outcome"
        outcomes = heads("honored declined other pending")
        counted = [figures[f"issued_{name}"] for name in outcomes]
        frame = pd.DataFrame({"meaning": outcomes.keys(), "outcome": outcomes.values()})
        title = f"{had} on record by {self.as_of}"
        return self._chart("outcomes", frame.assign(requests=counted), heads("requests"), title)

    # Section II

    def declined_table(self) -> Table | Several | None:
        """Every agency that declined."""
        frame = self.counts.declined_by_agency
        flags = flags_for(self.inputs.corrections, frame.columns)
        if not (frame["declined"].any() or frame["agency_id"].isin(flags).any()):
            return None
        return self._by_agency("declined", frame, flags)

    def declined_chart(self) -> Chart | Table | None:
        frame = largest_first(self.counts.declined_by_agency, "declined")
        frame = frame[frame["declined"] > 0]
        if frame.empty:
            return None
        frame = frame.assign(agency=in_line(frame))
        most, total = int(frame["declined"].iloc[0]), int(frame["declined"].sum())
        if len(frame) > 1 and frame["declined"].iloc[1] == most:
            title = f"{len(frame)} agencies declined {total:,} requests, none more than {most:,}"
        else:
            part = part_of(most, total, "declined request", "declined requests")
            title = f"{frame['agency'].iloc[0]}: {part}"
        return self._chart("declined", frame, CLASS_HEADS, title)

    def law_table(self) -> Table | Several | None:
        """E12: declined, but a law or a court forbids holding; by agency."""
        status = self.counts.status.set_index("request_id")
        forbidden = status.loc[self.counts.shown["E12"].index, "agency_id"].value_counts()
        frame = self.counts.declined_by_agency
        frame = frame.assign(forbidden=frame["agency_id"].map(forbidden).fillna(0).astype(int))
        frame = frame[frame["forbidden"] > 0]
        return None if frame.empty else self._by_agency("law", frame, {})

    # Sections III and IV

    def policies_table(self) -> Table:
        return self._policies("policies", stale=False)

    def stale_policies_table(self) -> Table | None:
        """E9: policies that nobody has verified for long."""
        stale = self.counts.shown["E9"]
        return None if stale.empty else self._policies("stale_policies", stale=True)

    def _policies(self, name: str, stale: bool) -> Table:
        policies = self.inputs.directory.policies
        policies = policies[policies.index.isin(self.counts.shown["E9"].index) == stale]
        place = policies["jurisdiction"].str.cat(" (" + policies["area"] + ")")
        frame = policies.assign(place=place.where(policies["area"] != "", policies["jurisdiction"]))
        return _without_empty_columns(self._table(name, frame))

    def coverage_table(self) -> Table | None:
        coverage = self.inputs.directory.coverage
        return _without_empty_columns(self._table("coverage", coverage)) if len(coverage) else None

    def checks_table(self) -> Table:
        """Each check with an anchor of its own, #check-E5, and a link to its rule."""
        looked_at = self.counts.cleared["check"].value_counts()
        rows = []
        for row, check in zip(self.counts.checks.itertuples(), CHECKS, strict=True):
            name = html_of("check", check=row, effect=WORDS["effects"][row.effect])
            question = html_of("question", check=check)
            seen = looked_at.get(row.check)
            result = f"{row.status} ({seen} looked at and counted)" if seen else row.status
            rows.append((name, question, result, row.rows, row.agencies))
        anchors = [f"check-{check.id}" for check in CHECKS]
        return replace(self._table("checks", rows), anchors=anchors)

    def review_table(self) -> Table | None:
        """Why a person had to look at the week before it was published."""
        titles = {check.id: f"{check.id} {check.title}" for check in CHECKS}
        rows = {
            (titles.get(row.check, HELD_SHARE), self.label(row.agency_id) or "All"): None
            for row in self.counts.review.itertuples()
        }
        return self._table("review", rows) if rows else None

    def _is_silent(self, attribute: str) -> bool:
        """Where nothing was declined, or a sentence says that no charge data was supplied."""
        return not self.counts.figures["declined_total"] or self._why(attribute) == NO_CHARGES

    def disputes(self) -> HTML | None:
        """The week's disputes and corrections; the marks in the tables lead here."""
        records = self.inputs.corrections
        if not records:
            return None
        words = {"figures": FIGURES, "grounds": GROUNDS, "statuses": STATUSES}
        return HTML(html_of("disputes", records=records, **words))

    def reconciliation_table(self) -> Table:
        counted = self.counts.reconciliation
        words = counted["class"].map(WORDS["reconciliation"])
        if self.by_issue:
            words = words.str.replace("Recorded this week as", "Issued this week, and since")
        received = ("Received", self.counts.figures["received_total"])
        return self._table("reconciliation", [*zip(words, counted["rows"], strict=True), received])

    def orders_table(self) -> Table | None:
        orders = self.counts.unusual_orders
        return self._table("orders", orders) if orders["requests"].any() else None

    # An analyst's own tables and charts (own.py)

    @property
    def requests(self) -> pd.DataFrame:
        return own.countable_requests(self.counts.status, self.agencies)

    @property
    def issued_rows(self) -> pd.DataFrame:
        return self.requests[lambda rows: rows["issued"]]

    @property
    def declined_rows(self) -> pd.DataFrame:
        return self.requests[lambda rows: rows["declined"]]

    def table(self, rows: pd.DataFrame, by: str, caption: str = "") -> Table:
        """How many of `rows`, a selection of `report.requests`, there are by one of OF_REQUESTS or
        OF_PEOPLE, largest first. Raises DdorError where that may not be shown."""
        frame, title = self._counted(rows, by, agency_label)
        return Table(frame, {by: own.LABELS[by]} | heads("requests"), caption or title)

    def bars(self, rows: pd.DataFrame, by: str, caption: str = "") -> Chart | Table:
        """The same as bars."""
        frame, title = self._counted(rows, by, lambda row: f"{row['agency']}, {row['state']}")
        label, title = own.LABELS[by].lower(), caption or title
        frame = frame.rename(columns={by: label})
        shown = hashlib.sha256(f"{title}\n{frame.to_csv()}".encode()).hexdigest()
        drawn = f"own-{by}-{shown[:8]}", frame, label, heads("requests"), title, self.synthetic
        return stacked_bars(*drawn, source=self.chart_source)

    def _counted(self, rows: pd.DataFrame, by: str, label: Callable) -> tuple[pd.DataFrame, str]:
        """How many of `rows` there are of each, and what that is called."""
        own.check_countable(by)
        every = self.requests
        rows = own.selected(rows, every, self.counts.status)
        if by in own.OF_REQUESTS:
            counted = own.counted_by(rows, by, label)
        else:
            attribute = own.ATTRIBUTE[by]
            if {*rows.index} != {*every.index[every["declined"]]}:
                raise DdorError(
                    f'by="{by}" counts all declined requests together: give it '
                    "report.declined_rows. A table of some of them, compared with that of all, "
                    "would tell of the others."
                )
            table = self.counts.published.table(attribute)
            if table is None or table.retained:
                why = table.why if table else self._why(attribute)
                raise DdorError(f'by="{by}" cannot be counted in this report: {why}.')
            counted = own.branches(self.counts.nation(attribute))
        frame = pd.DataFrame(counted, columns=[by, "requests"], dtype="object")
        frame = frame.astype({"requests": "int64"})  # and a label stays Markup
        return frame, own.title_of(rows, every, by, self.since)

    def prove(self) -> None:
        """The sums that have to hold, once more, on the numbers as shown. Raises DdorError."""
        figures, counts = self.counts.known, self.counts
        totals = {
            "received_total": counts.reconciliation["rows"].sum(),
            "held_back_total": figures["held_back_requests"] + figures["held_back_outcomes"],
        }
        for what, names in (("declined", DECLINED_CLASSES), ("issued", ISSUED_OUTCOMES)):
            totals[f"{what}_total"] = sum(figures[f"{what}_{name}"] for name in names)
            totals[f"{what}_total by kind"] = sum(figures[f"{what}_{kind}"] for kind in KINDS)
        wrong = [name for name, total in totals.items() if figures[name.split()[0]] != total]
        if counts.status.loc[counts.status["declined"], "outcome"].ne("declined").any():
            wrong.append("declined_total: a request without that outcome is in it (E10)")
        if wrong:
            raise DdorError("the report does not add up: " + "; ".join(wrong))


def _without_empty_columns(table: Table) -> Table:
    """Without those in which nothing is written."""
    written = table.frame.fillna("").ne("").any()
    return replace(table, heads={name: head for name, head in table.heads.items() if written[name]})
