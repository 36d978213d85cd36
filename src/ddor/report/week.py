"""`open_week`: a week as a notebook sees it: names for sentences, tables, charts, scraps."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
from markupsafe import Markup

from ddor.calendar import Week, long_date
from ddor.checks.registry import CHECKS
from ddor.errors import DdorError
from ddor.extract.model import FOIA_SOURCE, ISSUED, date_column
from ddor.inputs import Inputs, gather_inputs, load_inputs
from ddor.maintained.corrections import FIGURES, GROUNDS, STATUSES, flags_for
from ddor.measures.figures import NO_CHARGES, Counts, agency_identities, count_inputs
from ddor.measures.shares import concentration
from ddor.measures.status import DECLINED_CLASSES, ISSUED_OUTCOMES, KINDS
from ddor.narrative import part_of, requests
from ddor.publishable import HTML
from ddor.report import own, tables
from ddor.report.attribute_tables import AttributeTables
from ddor.report.charts import SOURCE, Chart
from ddor.report.opening import chosen_parameters
from ddor.report.sentences import sentences
from ddor.report.tables import Several, Table
from ddor.report.words import CLASS_HEADS, WORDS, heads

HELD_SHARE = "Share of the declines held back"
MOST_ISSUED = 15  # of Section I in its table; the others stand in a fold


def open_week(
    week: str | Week,
    params: str = "",
    settings: dict | None = None,
    inputs: str = "",
    sample: bool = False,
):
    """-> WeeklyReport. `inputs`: the folder of checked inputs that the weekly job hands over;
    without it (JupyterLab, plain papermill) they are read as the job would read them, with the
    others as in opening.chosen_parameters."""
    if inputs:
        return WeeklyReport(load_inputs(Path(inputs)))
    chosen = Week.parse(str(week))
    return WeeklyReport(gather_inputs(chosen, chosen_parameters(chosen, params, settings, sample)))


class WeeklyReport(AttributeTables):
    """counts: measures.figures.Counts. The methods make what a cell shows."""

    def __init__(self, inputs: Inputs):
        self.inputs: Inputs = inputs
        self.period = self.week = inputs.week
        self.counts: Counts = count_inputs(inputs)
        about = inputs.extract.about
        self.synthetic, self.as_of = about.synthetic, long_date(about.as_of)
        source = f"Source: {about.source}" if about.source else SOURCE
        self.chart_source = f"{source}; data as of {self.as_of}"
        # How a declined request is spoken of, which differs by cohort (DESIGN 3, *Cohorts*).
        self.by_issue = inputs.parameters["cohort"] == ISSUED
        self.since = "recorded as declined"
        if self.by_issue:
            self.since = f"issued this week, and since declined, as of {self.as_of}"

    # What %%narrative names

    def for_sentences(self) -> tuple:
        """week (a Week), issued, declined, charges, held_back, extract."""
        counts = self.counts
        unconfirmed = counts.known["declined_release_not_confirmed"]
        issued = self._figures("issued_", agencies=len(counts.issued_by_agency))
        declined = self._declined(
            confirmed=counts.known["declined_total"] - unconfirmed,
            share=counts.declined_share,
            since=self.since,
            previous=self._previous(),
            law_forbids=len(counts.shown["E12"]),
        )
        held_back = self._figures(
            "held_back_",
            declines=counts.held_declines,
            long_held=counts.long_held,
            cleared=len(counts.cleared),
            review=len(counts.review),
        )
        charges = self._charges()
        charges.supplied = counts.charges_supplied
        return self.period, issued, declined, charges, held_back, self._extract()

    def phrases(self) -> SimpleNamespace:
        """The sentences that depend on the data, by name (sentences/week.md.j2)."""
        declined = self.counts.status[self.counts.status["declined"]]
        days = declined[date_column(self.inputs.parameters["cohort"])]
        found = concentration(declined["agency_id"], days)
        largest = tables.in_line(self.counts.declined_by_agency.set_index("agency_id", drop=False))
        names = "week issued declined charges held_back extract".split()
        return sentences(
            "week",
            **dict(zip(names, self.for_sentences(), strict=True)),
            concentrated=found,
            largest=largest.get(found.agency_id, ""),
        )

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
        return self._about(
            received=len(received),
            outside_week=self.counts.figures["outside_week_total"],
            as_of=about.as_of,
            source=about.source,
            is_foia=about.source.startswith(FOIA_SOURCE),
            by_issue=self.by_issue,
            has_recording_dates=not self.by_issue or bool(recorded.notna().any()),
            has_release_dates=bool(released.notna().any()),
            is_final=self.period.is_final_on(about.as_of),
        )

    # Section I

    def issued_table(self) -> Several | Table | None:
        """The agencies asked most; the others in a fold, with their number alone."""
        columns = heads("issued detainers notifications transfers honored declined other pending")
        frame = self.counts.issued_by_agency
        if frame.empty:
            return None
        flags = flags_for(self.inputs.corrections, frame.columns)
        caption = f"Requests issued, {self.period.title}, by agency"
        rest = tables.largest_first(frame[~frame["agency_id"].isin(flags)], "issued").iloc[
            MOST_ISSUED:
        ]
        if rest.empty:
            return tables.agency_table(frame, "issued", columns, caption, flags)
        top = frame[~frame["agency_id"].isin(rest["agency_id"])]
        caption += f": the {MOST_ISSUED} asked most"
        table = tables.agency_table(top, "issued", columns, caption, flags)
        assert isinstance(table, Table)  # so few have no list beneath
        return Several([table.with_others(rest), tables.agency_fold(rest, "issued")])

    def outcomes_chart(self) -> Chart | Table | None:
        figures = self.counts.known
        total, pending = figures["issued_total"], figures["issued_pending"]
        if not total:
            return None
        had = f"{pending:,} of the {requests(total)} issued this week had no outcome"
        if pending in (0, total):
            had = f"{'No' if pending else 'Every'} request issued this week had an outcome"
        outcomes = heads("honored declined other pending")
        frame = pd.DataFrame({"meaning": outcomes.keys(), "outcome": outcomes.values()})
        return self._chart(
            "outcomes-of-issued",
            frame.assign(requests=[figures[f"issued_{name}"] for name in outcomes]),
            "outcome",
            heads("requests"),
            f"{had} on record by {self.as_of}",
            meaning="meaning",
            subtitle=f"Requests issued, United States, {self.period.title}, by outcome",
        )

    # Section II

    def declined_table(self) -> Table | Several | None:
        """Every agency that declined."""
        columns = heads("declined") | CLASS_HEADS
        columns |= heads("release_not_confirmed law_or_court short_custody honored")
        frame = self.counts.declined_by_agency
        flags = flags_for(self.inputs.corrections, frame.columns)
        if not (frame["declined"].any() or frame["agency_id"].isin(flags).any()):
            return None
        return tables.agency_table(
            frame, "declined", columns, f"Requests {self.since}, by agency", flags
        )

    def declined_chart(self) -> Chart | Table | None:
        frame = tables.largest_first(self.counts.declined_by_agency, "declined")
        frame = frame[frame["declined"] > 0]
        if frame.empty:
            return None
        most, total = int(frame["declined"].iloc[0]), int(frame["declined"].sum())
        if len(frame) > 1 and frame["declined"].iloc[1] == most:
            title = f"{len(frame)} agencies declined {total:,} requests, none more than {most:,}"
        else:
            part = part_of(most, total, "declined request", "declined requests")
            title = f"{tables.in_line(frame).iloc[0]}: {part}"
        what = f"Requests {self.since}, United States, {self.period.title}"
        return self._chart(
            "declined-by-agency",
            frame.assign(agency=tables.in_line(frame)),
            "agency",
            CLASS_HEADS,
            title,
            subtitle=f"{what}, by agency and class",
        )

    def law_table(self) -> Table | Several | None:
        """E12: declined, but a law or a court forbids holding; by agency."""
        status = self.counts.status.set_index("request_id")
        forbidden = status.loc[self.counts.shown["E12"].index, "agency_id"].value_counts()
        frame = self.counts.declined_by_agency
        frame = frame.assign(forbidden=frame["agency_id"].map(forbidden).fillna(0).astype(int))
        frame = frame[frame["forbidden"] > 0]
        if frame.empty:
            return None
        caption = f"Requests {self.since} where a law or a court is named, by agency"
        return tables.agency_table(frame, "forbidden", heads("forbidden declined"), caption, {})

    # Sections III and IV

    def policies_table(self) -> Table:
        return self._policies(False, "Laws and policies that limit cooperation, newest first")

    def stale_policies_table(self) -> Table | None:
        """E9: policies that nobody has verified for long."""
        if self.counts.shown["E9"].empty:
            return None
        return self._policies(True, "Not verified since")

    def _policies(self, stale: bool, caption: str) -> Table:
        policies = self.inputs.directory.policies
        policies = policies[policies.index.isin(self.counts.shown["E9"].index) == stale]
        place = policies["jurisdiction"].str.cat(" (" + policies["area"] + ")")
        frame = policies.assign(place=place.where(policies["area"] != "", policies["jurisdiction"]))
        columns = heads("place enacted kind policy criteria verified_on source")
        return Table(frame, _filled(frame, columns), caption)

    def coverage_table(self) -> Table | None:
        coverage = self.inputs.directory.coverage
        if coverage.empty:
            return None
        columns = heads("jurisdiction state limit since source")
        return Table(coverage, _filled(coverage, columns), "Where few requests exist")

    def checks_table(self) -> Table:
        """Each check with an anchor of its own, #check-E5, and a link to its rule."""
        about = {check.id: check for check in CHECKS}
        looked_at = self.counts.cleared["check"].value_counts()
        rows = []
        for row in self.counts.checks.itertuples():
            name = tables.html_of("check", check=row, effect=WORDS["effects"][row.effect])
            question = tables.html_of("question", check=about[row.check])
            seen = looked_at.get(row.check)
            status = f"{row.status} ({seen} looked at and counted)" if seen else row.status
            rows.append((name, question, status, row.rows, row.agencies))
        columns = ("Check", "What it asks", "Result", "Requests or policies", "Agencies")
        table = tables.table_of(rows, columns, "Checks run on this week's extract")
        return replace(table, anchors=[f"check-{id}" for id in self.counts.checks["check"]])

    def review_table(self) -> Table | None:
        """Why a person had to look at the week before it was published."""
        review = self.counts.review
        if review.empty:
            return None
        titles = {check.id: f"{check.id} {check.title}" for check in CHECKS}
        rows = {
            (titles.get(check, HELD_SHARE), self.label(agency) if agency else "All"): None
            for check, agency in zip(review["check"], review["agency_id"], strict=True)
        }
        caption = "What a person had to look at before publication"
        return tables.table_of(rows, ("Check", "Agency"), caption)

    def label(self, agency_id: str) -> Markup | str:
        """An agency of the extract or of an earlier table."""
        places = agency_identities(self.counts.status, self.inputs.directory.agencies)
        known = places[places["agency_id"] == agency_id].to_dict("records")
        return tables.agency_label(known[0]) if known else agency_id

    def _is_silent(self, attribute: str) -> bool:
        """Where nothing was declined, or a sentence says that no charge data was supplied."""
        return not self.counts.figures["declined_total"] or self._why(attribute) == NO_CHARGES

    def disputes(self) -> HTML | None:
        """The week's disputes and corrections; the marks in the tables lead here."""
        records = self.inputs.corrections
        if not records:
            return None
        words = {"figures": FIGURES, "grounds": GROUNDS, "statuses": STATUSES}
        return HTML(tables.html_of("disputes", records=records, **words))

    def reconciliation_table(self) -> Table:
        words = WORDS["reconciliation"]
        rows = [(words[name], rows) for name, rows in self.counts.reconciliation.to_numpy()]
        if self.by_issue:
            this_week, since = "Recorded this week as", "Issued this week, and since"
            rows = [(name.replace(this_week, since), number) for name, number in rows]
        rows.append(("Received", self.counts.figures["received_total"]))
        return tables.table_of(
            rows, ("Counted as", "Requests"), "Where every received request is counted"
        )

    def orders_table(self) -> Table | None:
        orders = self.counts.unusual_orders
        if not orders["requests"].sum():
            return None
        rows = orders[["order", "requests"]].itertuples(index=False)
        caption = "Dates in an unusual order: counted, never corrected"
        return tables.table_of(rows, ("Order of dates", "Requests"), caption)

    # An analyst's own tables and charts (own.py)

    @property
    def requests(self) -> pd.DataFrame:
        return own.countable_requests(self.inputs, self.counts)

    @property
    def issued_rows(self) -> pd.DataFrame:
        return self.requests[lambda rows: rows["issued"]]

    @property
    def declined_rows(self) -> pd.DataFrame:
        return self.requests[lambda rows: rows["declined"]]

    def table(self, rows: pd.DataFrame, by: str, caption: str = "") -> Table:
        """How many of `rows`, a selection of `report.requests`, there are by one of OF_REQUESTS or
        OF_PEOPLE, largest first. Raises DdorError where that may not be told."""
        counted, title = self._counted(rows, by, tables.agency_label)
        return tables.table_of(counted, (own.LABELS[by], "Requests"), caption or title)

    def bars(self, rows: pd.DataFrame, by: str, caption: str = "") -> Chart | Table:
        """The same as bars."""
        counted, title = self._counted(rows, by, lambda row: f"{row['agency']}, {row['state']}")
        label, title = own.LABELS[by].lower(), caption or title
        frame = pd.DataFrame(counted, columns=[label, "requests"])
        shown = hashlib.sha256(f"{title}\n{frame.to_csv()}".encode()).hexdigest()
        return self._chart(f"own-{by}-{shown[:8]}", frame, label, heads("requests"), title)

    def _counted(self, rows: pd.DataFrame, by: str, label: Callable) -> tuple[list, str]:
        """What `rows` are counted as, and what that is called."""
        own.check_countable(by)
        every = self.requests
        rows = own.selected(rows, every, self.counts.status)
        title = own.title_of(rows, every, by, self.since)
        if by in own.OF_REQUESTS:
            return own.counted_by(rows, by, label), title
        attribute = own.ATTRIBUTE[by]
        if {*rows.index} != {*every.index[every["declined"]]}:
            raise DdorError(
                f'by="{by}" counts all declined requests together: give it report.declined_rows. '
                "A table of some of them, compared with that of all, would tell of the others."
            )
        table, why = self.counts.told.table(attribute), self._why(attribute)
        if table is None or table.retained:
            why = table.why if table else why
            raise DdorError(f'by="{by}" cannot be counted in this report: {why}.')
        return own.branches(self.counts.nation(attribute)), title

    def prove(self) -> None:
        """The sums that have to hold, once more, on the numbers as shown. Raises DdorError."""
        figures, counts = self.counts.known, self.counts
        sums = {
            "received_total": counts.reconciliation["rows"].sum(),
            "held_back_total": figures["held_back_requests"] + figures["held_back_outcomes"],
            "declined_total": sum(figures[f"declined_{name}"] for name in DECLINED_CLASSES),
            "issued_total": sum(figures[f"issued_{name}"] for name in ISSUED_OUTCOMES),
        }
        wrong = [name for name, total in sums.items() if figures[name] != total]
        for total, prefix in (("issued_total", "issued_"), ("declined_total", "declined_")):
            if figures[total] != sum(figures[prefix + kind] for kind in KINDS):
                wrong.append(f"{total} by kind")
        if counts.status.loc[counts.status["declined"], "outcome"].ne("declined").any():
            wrong.append("declined_total: a request without that outcome is in it (E10)")
        if wrong:
            raise DdorError("the report does not add up: " + "; ".join(wrong))


def _filled(frame: pd.DataFrame, columns: Mapping[str, str]) -> dict[str, str]:
    """The heads without those of columns in which nothing is written; of an empty frame, all."""
    written = frame.fillna("").ne("").any()
    return {name: head for name, head in columns.items() if frame.empty or written[name]}
