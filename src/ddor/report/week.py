"""`open_week`: a week as a notebook sees it: names for sentences, tables, charts, scraps."""

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
from markupsafe import Markup

from ddor.calendar import Week, long_date
from ddor.checks.registry import CHECKS
from ddor.errors import DdorError
from ddor.extract.cohort import ISSUED, date_column
from ddor.extract.model import FOIA_SOURCE
from ddor.inputs import Inputs, gather_inputs, load_inputs
from ddor.maintained.corrections.records import flags_for
from ddor.measures.agencies import agency_identities
from ddor.measures.concentration import concentration
from ddor.measures.figures import NO_CHARGES, Counts, count_inputs
from ddor.measures.status import DECLINED_CLASSES, ISSUED_OUTCOMES, KINDS
from ddor.narrative import part_of, requests
from ddor.publishable import HTML
from ddor.report.charts import SOURCE, stacked_bars
from ddor.report.opening import chosen_parameters, shown_note
from ddor.report.own import OwnTables
from ddor.report.phrases import WeekPhrases
from ddor.report.tables import (
    Several,
    Table,
    agency_fold,
    agency_label,
    agency_table,
    in_line,
    largest_first,
    others_added_up,
)
from ddor.report.words import CLASS_HEADS, CLASS_WORDS, CLASS_WORDS_ISSUED, dispute_words

HELD_SHARE = "Share of the declines held back"
Named = tuple[
    Week, SimpleNamespace, SimpleNamespace, SimpleNamespace, SimpleNamespace, SimpleNamespace
]
MOST_ISSUED = 15  # of Section I in its table; the others stand in a fold
EFFECTS = {"hold": "holds a request back", "review": "asks for a review", "show": "is shown"}


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


class WeeklyReport(OwnTables):
    """counts: measures.figures.Counts. The methods make what a cell shows."""

    def __init__(self, inputs: Inputs):
        self.inputs, self.week = inputs, inputs.week
        self.period = self.week
        self.cohort = inputs.parameters["cohort"]
        self.counts: Counts = count_inputs(inputs)
        self.threshold = inputs.parameters["disclosure_threshold"]
        about = inputs.extract.about
        self.synthetic = about.synthetic
        source = f"Source: {about.source}" if about.source else SOURCE
        self.chart_source = f"{source}; data as of {long_date(about.as_of)}"

    def for_sentences(self) -> Named:
        """week (a Week), issued, declined, charges, held_back, extract: what %%narrative names."""
        figures, known, counts = self.counts.figures, self.counts.known, self.counts
        issued = _group(figures, "issued_", agencies=len(counts.issued_by_agency))
        declined = _group(
            figures,
            "declined_",
            agencies=figures["agencies_declining"],
            states=figures["states_declining"],
            confirmed=known["declined_total"] - known["declined_release_not_confirmed"],
            honored=figures["honored_total"],
            share=counts.declined_share,
            since=self._since(),
            previous=self._previous(),
            law_forbids=len(counts.shown["E12"]),
        )
        held_back = _group(
            figures,
            "held_back_",
            declines=counts.held_declines,
            long_held=counts.long_held,
            cleared=len(counts.cleared),
            review=len(counts.review),
        )
        charges = self._charges()
        charges.supplied = counts.charges_supplied
        return self.week, issued, declined, charges, held_back, self._extract()

    def phrases(self) -> WeekPhrases:
        """The sentences that depend on the data, by name."""
        declined = self.counts.status[self.counts.status["declined"]]
        days = declined[date_column(self.cohort)]
        found = concentration(declined["agency_id"], days)
        names = in_line(self.counts.declined_by_agency.set_index("agency_id", drop=False))
        return WeekPhrases(*self.for_sentences(), found, names.get(found.agency_id, ""))

    def _since(self) -> str:
        """How a declined request is spoken of, which differs by cohort (DESIGN 3, *Cohorts*)."""
        if self.cohort == ISSUED:
            as_of = long_date(self.inputs.extract.about.as_of)
            return f"issued this week, and since declined, as of {as_of}"
        return "recorded as declined"

    def _previous(self) -> SimpleNamespace | None:
        """The published week before this one, and how many more or fewer were declined; between:
        the weeks in between, of which no report stands. None where nothing was published."""
        history = self.inputs.history
        if history.last_declined is None:
            return None
        week = Week.parse(history.weeks[-1])
        more = self.counts.known["declined_total"] - history.last_declined
        between = (self.week.first_day - week.first_day).days // 7 - 1
        return SimpleNamespace(
            week=week,
            total=history.last_declined,
            more=max(more, 0),
            fewer=max(-more, 0),
            between=between,
        )

    def _extract(self) -> SimpleNamespace:
        about, requests = self.inputs.extract.about, self.inputs.extract.requests
        parameters = SimpleNamespace(**self.inputs.parameters)
        return SimpleNamespace(
            received=len(requests),
            outside_week=self.counts.figures["outside_week_total"],
            as_of=about.as_of,
            source=about.source,
            synthetic=about.synthetic,
            is_foia=about.source.startswith(FOIA_SOURCE),
            by_issue=self.cohort == ISSUED,
            has_recording_dates=self.cohort != ISSUED
            or bool(requests["outcome_recorded_at"].notna().any()),
            has_release_dates=bool(requests["released_at"].notna().any()),
            publisher=parameters.publisher,
            contact=parameters.contact,
            threshold=self.threshold,
            is_final=self.week.is_final_on(about.as_of),
        )

    def note(self):
        """The analyst's note of this week, params/notes/<first day>.md, as Markdown."""
        return shown_note(self.inputs.note)

    # Section I

    def issued_table(self) -> Several | Table | None:
        """The agencies asked most; the others in a fold, with their number alone."""
        heads = {
            "issued": "Issued",
            "detainers": "Detainers",
            "notifications": "For notification",
            "transfers": "For transfer",
            "honored": "Honored",
            "declined": "Declined",
            "other": "Other outcome",
            "pending": "Pending",
        }
        frame = self.counts.issued_by_agency
        if frame.empty:
            return None
        flags = flags_for(self.inputs.corrections, frame.columns)
        caption = f"Requests issued, {self.week.title}, by agency"
        rest = largest_first(frame[~frame["agency_id"].isin(flags)], "issued").iloc[MOST_ISSUED:]
        if rest.empty:
            return agency_table(frame, "issued", heads, caption, flags)
        top = frame[~frame["agency_id"].isin(rest["agency_id"])]
        table = agency_table(
            top, "issued", heads, f"{caption}: the {MOST_ISSUED} asked most", flags
        )
        assert isinstance(table, Table)  # so few have no list beneath
        return Several([table.with_last_line(others_added_up(rest)), agency_fold(rest, "issued")])

    def outcomes_chart(self):
        figures = self.counts.figures
        names = {
            "honored": "Honored",
            "declined": "Declined",
            "other": "Other outcome",
            "pending": "Pending",
        }
        rows = [(name, title, figures[f"issued_{name}"]) for name, title in names.items()]
        frame = pd.DataFrame(rows, columns=["meaning", "outcome", "requests"])
        as_of = long_date(self.inputs.extract.about.as_of)
        total, pending = figures["issued_total"], figures["issued_pending"]
        if not total:
            return None
        had = f"{pending:,} of the {requests(total)} issued this week had no outcome"
        if pending in (0, total):
            had = f"{'No' if pending else 'Every'} request issued this week had an outcome"
        return stacked_bars(
            "outcomes-of-issued",
            frame,
            "outcome",
            {"requests": "Requests"},
            f"{had} on record by {as_of}",
            self.synthetic,
            meaning="meaning",
            source=self.chart_source,
            subtitle=f"Requests issued, {self._where_and_when()}, by outcome",
        )

    # Section II

    def declined_table(self) -> Table | Several | None:
        """Every agency that declined."""
        heads = {
            "declined": "Declined",
            **CLASS_HEADS,
            "release_not_confirmed": "Release not confirmed",
            "law_or_court": "Law or court",
            "short_custody": "Short custody",
            "honored": "Honored",
        }
        frame = self.counts.declined_by_agency
        flags = flags_for(self.inputs.corrections, frame.columns)
        if not (frame["declined"].any() or frame["agency_id"].isin(flags).any()):
            return None
        return agency_table(frame, "declined", heads, f"Requests {self._since()}, by agency", flags)

    def declined_chart(self):
        frame = largest_first(self.counts.declined_by_agency, "declined")
        frame = frame[frame["declined"] > 0]
        if frame.empty:
            return None
        most, total = int(frame["declined"].iloc[0]), int(frame["declined"].sum())
        if len(frame) > 1 and frame["declined"].iloc[1] == most:
            title = f"{len(frame)} agencies declined {total:,} requests, none more than {most:,}"
        else:
            part = part_of(most, total, "declined request", "declined requests")
            title = f"{in_line(frame).iloc[0]}: {part}"
        return stacked_bars(
            "declined-by-agency",
            frame.assign(agency=in_line(frame)),
            "agency",
            CLASS_HEADS,
            title,
            self.synthetic,
            source=self.chart_source,
            subtitle=f"Requests {self._since()}, {self._where_and_when()}, by agency and class",
        )

    def _where_and_when(self) -> str:
        return f"United States, {self.week.title}"

    def law_table(self) -> Table | Several | None:
        """E12: declined, but a law or a court forbids holding; by agency."""
        status = self.counts.status.set_index("request_id")
        forbidden = status.loc[self.counts.shown["E12"].index, "agency_id"].value_counts()
        frame = self.counts.declined_by_agency
        frame = frame.assign(forbidden=frame["agency_id"].map(forbidden).fillna(0).astype(int))
        frame = frame[frame["forbidden"] > 0]
        if frame.empty:
            return None
        return agency_table(
            frame,
            "forbidden",
            {"forbidden": "A law or a court is named", "declined": "Declined"},
            f"Requests {self._since()} where a law or a court is named, by agency",
            {},
        )

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
        heads = {
            "place": "Jurisdiction (area)",
            "enacted": "Date enacted",
            "kind": "Kind",
            "policy": "Policy",
            "criteria": "Criteria for honoring",
            "verified_on": "Verified on",
            "source": "Source",
        }
        return Table(frame, _filled(frame, heads), caption)

    def coverage_table(self) -> Table | None:
        if self.inputs.directory.coverage.empty:
            return None
        heads = {
            "jurisdiction": "Jurisdiction",
            "state": "State",
            "limit": "Limit",
            "since": "Since",
            "source": "Source",
        }
        coverage = self.inputs.directory.coverage
        return Table(coverage, _filled(coverage, heads), "Where few requests exist")

    def checks_table(self) -> Table:
        """Each check with an anchor of its own, #check-E5, and a link to its rule."""
        about = {check.id: check for check in CHECKS}
        frame = self.counts.checks
        looked_at = frame["check"].map(self.counts.cleared["check"].value_counts())
        words = " (" + looked_at.fillna(0).astype(int).astype("str") + " looked at and counted)"
        beneath = Markup("{}<br><small>{}</small>")
        rule = Markup('<span data-page="methods#check-{}">{}</span>')
        names = [
            beneath.format(rule.format(row.check, f"{row.check} {row.title}"), EFFECTS[row.effect])
            for row in frame.itertuples()
        ]
        questions = [
            beneath.format(about[id].question, f"Limits: {about[id].limits}")
            for id in frame["check"]
        ]
        frame = frame.assign(
            status=frame["status"] + words.where(looked_at.notna(), ""),
            name=pd.Series(names, frame.index, dtype="object"),
            question=pd.Series(questions, frame.index, dtype="object"),
        )
        heads = {
            "name": "Check",
            "question": "What it asks",
            "status": "Result",
            "rows": "Requests or policies",
            "agencies": "Agencies",
        }
        return Table(
            frame,
            heads,
            "Checks run on this week's extract",
            anchors=[f"check-{id}" for id in frame["check"]],
        )

    def review_table(self) -> Table | None:
        """Why a person had to look at the week before it was published."""
        if self.counts.review.empty:
            return None
        review = self.counts.review
        titles = {check.id: f"{check.id} {check.title}" for check in CHECKS}
        agencies = [self.label(each) if each else "All" for each in review["agency_id"]]
        frame = pd.DataFrame(
            {
                "agency": pd.Series(agencies, dtype="object"),
                "check": review["check"].map(titles).fillna(HELD_SHARE),
            }
        )
        return Table(
            frame.drop_duplicates(),
            {"check": "Check", "agency": "Agency"},
            "What a person had to look at before publication",
        )

    def label(self, agency_id: str) -> Markup | str:
        """An agency of the extract or of an earlier table."""
        places = agency_identities(self.counts.status, self.inputs.directory.agencies)
        known = places[places["agency_id"] == agency_id].to_dict("records")
        return agency_label(known[0]) if known else agency_id

    def _is_silent(self, attribute: str) -> bool:
        """Where nothing was declined, or a sentence says that no charge data was supplied."""
        return not self.counts.figures["declined_total"] or self._why(attribute) == NO_CHARGES

    def disputes(self) -> HTML | None:
        """The week's disputes and corrections; the marks in the tables lead here."""
        if not self.inputs.corrections:
            return None
        items = "\n".join(f"<li>{dispute_words(record)}</li>" for record in self.inputs.corrections)
        return HTML(f'<h3 id="disputes">Disputes and corrections</h3>\n<ul>\n{items}\n</ul>')

    def reconciliation_table(self) -> Table:
        words = CLASS_WORDS_ISSUED if self.cohort == ISSUED else CLASS_WORDS
        rows = [(words[name], rows) for name, rows in self.counts.reconciliation.to_numpy()]
        frame = pd.DataFrame(
            [*rows, ("Received", self.counts.figures["received_total"])], columns=["class", "rows"]
        )
        return Table(
            frame,
            {"class": "Counted as", "rows": "Requests"},
            "Where every received request is counted",
        )

    def orders_table(self) -> Table | None:
        if not self.counts.unusual_orders["requests"].sum():
            return None
        return Table(
            self.counts.unusual_orders,
            {"order": "Order of dates", "requests": "Requests"},
            "Dates in an unusual order: counted, never corrected",
        )

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


def _filled(frame: pd.DataFrame, heads: dict[str, str]) -> dict[str, str]:
    """The heads without those of columns in which nothing is written; of an empty frame, all."""
    return {
        name: head
        for name, head in heads.items()
        if frame.empty or frame[name].fillna("").ne("").any()
    }


def _group(figures: Mapping[str, int | None], prefix: str, **more) -> SimpleNamespace:
    """issued_total, issued_pending, … -> .total, .pending, …"""
    named = {k.removeprefix(prefix): v for k, v in figures.items() if k.startswith(prefix)}
    return SimpleNamespace(**named | more)
