"""`open_week`: a week as a notebook sees it: names for sentences, tables, charts, scraps."""

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
from IPython.display import HTML

from ddor.calendar import Week, long_date
from ddor.checks.check import Case
from ddor.checks.registry import CHECKS, run_checks
from ddor.cohort import ISSUED
from ddor.errors import DdorError
from ddor.extract.model import FOIA_SOURCE
from ddor.inputs import Inputs, gather_inputs, load_inputs
from ddor.measures.figures import Counts, count_week
from ddor.parameters import load_parameters
from ddor.project import find_project
from ddor.report.charts import stacked_bars
from ddor.report.narrative import render_markdown
from ddor.report.tables import Table, agency_table


def open_week(week: str | Week, params: str = "", settings: dict | None = None, inputs: str = ""):
    """-> WeeklyReport. `inputs`: the folder of checked inputs that the weekly job hands over;
    without it (JupyterLab, plain papermill) they are read as the job would read them, with
    `params` in place of params/weekly.yaml and `settings` as --set would change them."""
    if inputs:
        return WeeklyReport(load_inputs(Path(inputs)))
    chosen = Week.parse(str(week))
    settings = {key: str(value) for key, value in (settings or {}).items()}
    file = Path(params) if params else None
    return WeeklyReport(
        gather_inputs(chosen, load_parameters(find_project(), chosen, file, settings))
    )


class WeeklyReport:
    """counts: measures.figures.Counts. The methods make what a cell shows."""

    def __init__(self, inputs: Inputs):
        self.inputs, self.week = inputs, inputs.week
        self.cohort = inputs.parameters["cohort"]
        case = Case(inputs.extract, inputs.week, inputs.directory, inputs.history, self.cohort)
        agencies = inputs.directory.agencies
        self.counts: Counts = count_week(
            inputs.extract, inputs.week, self.cohort, agencies, run_checks(case)
        )
        self.synthetic = inputs.extract.about.synthetic

    def for_sentences(self) -> tuple:
        """week (a Week), issued, declined, charges, held_back, extract: what %%narrative names."""
        figures, counts = self.counts.figures, self.counts
        issued = _group(figures, "issued_", agencies=len(counts.issued_by_agency))
        declined = _group(
            figures,
            "declined_",
            agencies=figures["agencies_declining"],
            states=figures["states_declining"],
            confirmed=figures["declined_total"] - figures["declined_release_not_confirmed"],
            honored=figures["honored_total"],
            share=counts.declined_share,
            since=self._since(),
        )
        charges = SimpleNamespace(supplied=counts.charges_supplied, **counts.charge_standing)
        held_back = _group(figures, "held_back_", declines=counts.held_declines)
        return self.week, issued, declined, charges, held_back, self._extract()

    def _since(self) -> str:
        """How a declined request is spoken of, which differs by cohort (DESIGN 3, *Cohorts*)."""
        if self.cohort == ISSUED:
            as_of = long_date(self.inputs.extract.about.as_of)
            return f"issued this week, and since declined, as of {as_of}"
        return "recorded as declined"

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
        )

    def note(self) -> HTML | None:
        """The analyst's note of this week, params/notes/<first day>.md, as Markdown."""
        note = self.inputs.note
        return HTML(render_markdown(note)) if note.strip() else None

    # Section I

    def issued_table(self) -> Table:
        heads = {"issued": "Issued", "detainers": "Detainers", "notifications": "For notification",
                 "transfers": "For transfer", "honored": "Honored", "declined": "Declined",
                 "other": "Other outcome", "pending": "Pending"}  # fmt: skip
        return agency_table(self.counts.issued_by_agency, "issued", heads,
                            f"Requests issued, {self.week.title}, by agency")  # fmt: skip

    def outcomes_chart(self):
        figures = self.counts.figures
        names = {"honored": "Honored", "declined": "Declined", "other": "Other outcome",
                 "pending": "Pending"}  # fmt: skip
        rows = [(title, figures[f"issued_{name}"]) for name, title in names.items()]
        frame = pd.DataFrame(rows, columns=["outcome", "requests"])
        as_of = long_date(self.inputs.extract.about.as_of)
        return stacked_bars("outcomes-of-issued", frame, "outcome", {"requests": "Requests"},
                            f"What became of the requests issued this week, as of {as_of}",
                            self.synthetic)  # fmt: skip

    # Section II

    def declined_table(self) -> Table:
        heads = {"declined": "Declined", **CLASS_HEADS,
                 "release_not_confirmed": "Release not confirmed", "law_or_court": "Law or court",
                 "short_custody": "Short custody", "honored": "Honored"}  # fmt: skip
        frame = self.counts.declined_by_agency
        return agency_table(frame, "declined", heads, f"Requests {self._since()}, by agency")

    def declined_chart(self):
        frame = self.counts.declined_by_agency
        frame = frame[frame["declined"] > 0]
        frame = frame.sort_values(["declined", "state", "agency"], ascending=[False, True, True])
        frame = frame.assign(agency=frame["agency"] + ", " + frame["state"])
        return stacked_bars("declined-by-agency", frame, "agency", CLASS_HEADS,
                            f"Requests {self._since()}, by agency and class",
                            self.synthetic)  # fmt: skip

    def charges_table(self) -> Table:
        heads = {"offense_group": "Offense group", "group_code": "Code", "convicted": "Convicted",
                 "charged_only": "Charged only", "requests": "Requests"}  # fmt: skip
        return Table(self.counts.charges_by_group, heads,
                     "Offense groups of declined requests")  # fmt: skip

    def charges_chart(self):
        frame = self.counts.charges_by_group.rename(columns={"offense_group": "offense group"})
        frame = frame.sort_values(["requests", "group_code"], ascending=[False, True])
        return stacked_bars("charge-groups", frame, "offense group",
                            {"convicted": "Convicted", "charged_only": "Charged only"},
                            "Declined requests by offense group", self.synthetic)  # fmt: skip

    def timing_chart(self):
        return stacked_bars("days-to-recording", self.counts.days_to_recording, "days",
                            {"requests": "Requests"},
                            "Declined requests by days from issue to recording",
                            self.synthetic)  # fmt: skip

    # Sections III and IV

    def policies_table(self) -> Table:
        policies = self.inputs.directory.policies
        place = policies["jurisdiction"].str.cat(" (" + policies["area"] + ")")
        frame = policies.assign(place=place.where(policies["area"] != "", policies["jurisdiction"]))
        heads = {"place": "Jurisdiction (area)", "enacted": "Date enacted", "kind": "Kind",
                 "policy": "Policy", "criteria": "Criteria for honoring",
                 "verified_on": "Verified on", "source": "Source"}  # fmt: skip
        return Table(frame, heads, "Laws and policies that limit cooperation, newest first")

    def coverage_table(self) -> Table:
        heads = {"jurisdiction": "Jurisdiction", "state": "State", "limit": "Limit",
                 "since": "Since", "source": "Source"}  # fmt: skip
        return Table(self.inputs.directory.coverage, heads, "Where few requests can exist")

    def checks_table(self) -> Table:
        about = {check.id: check for check in CHECKS}
        frame = self.counts.checks
        frame = frame.assign(
            name=frame["check"] + " " + frame["title"],
            question=[about[id].question for id in frame["check"]],
            limits=[about[id].limits for id in frame["check"]],
        )
        heads = {"name": "Check", "question": "What it asks", "effect": "Effect",
                 "status": "Result", "rows": "Requests", "agencies": "Agencies",
                 "limits": "What it cannot see"}  # fmt: skip
        return Table(frame, heads, "Checks run on this week's extract")

    def reconciliation_table(self) -> Table:
        words = CLASS_WORDS_ISSUED if self.cohort == ISSUED else CLASS_WORDS
        rows = [(words[name], rows) for name, rows in self.counts.reconciliation.to_numpy()]
        frame = pd.DataFrame([*rows, ("Received", self.counts.figures["received_total"])],
                             columns=["class", "rows"])  # fmt: skip
        return Table(frame, {"class": "Counted as", "rows": "Requests"},
                     "Where every received request is counted")  # fmt: skip

    def orders_table(self) -> Table:
        return Table(self.counts.unusual_orders,
                     {"order": "Order of dates", "requests": "Requests"},
                     "Dates in an unusual order: counted, never corrected")  # fmt: skip

    def prove(self) -> None:
        """The sums that have to hold, once more, on the numbers as shown. Raises DdorError."""
        figures, counts = self.counts.figures, self.counts
        kinds = ("detainers", "notifications", "transfers")
        classes = ("insufficient_notice", "no_notice", "not_held", "unclassified")
        outcomes = ("honored", "declined", "pending", "other")
        sums = {
            "received_total": counts.reconciliation["rows"].sum(),
            "held_back_total": figures["held_back_requests"] + figures["held_back_outcomes"],
            "declined_total": sum(figures[f"declined_{name}"] for name in classes),
            "issued_total": sum(figures[f"issued_{name}"] for name in outcomes),
        }
        wrong = [name for name, total in sums.items() if figures[name] != total]
        for total, prefix in (("issued_total", "issued_"), ("declined_total", "declined_")):
            if figures[total] != sum(figures[prefix + kind] for kind in kinds):
                wrong.append(f"{total} by kind")
        if counts.status.loc[counts.status["declined"], "outcome"].ne("declined").any():
            wrong.append("declined_total: a request without that outcome is in it (E10)")
        if wrong:
            raise DdorError("the report does not add up: " + "; ".join(wrong))


CLASS_HEADS = {
    "insufficient_notice": "Insufficient notice",
    "no_notice": "No notice on record",
    "not_held": "Not held",
    "unclassified": "Unclassified",
}
CLASS_WORDS = {
    "held_back": "Held back by a check",
    "declined": "Recorded this week as declined",
    "honored": "Recorded this week as honored",
    "withdrawn": "Recorded this week as withdrawn by ICE",
    "superseded": "Recorded this week as superseded by another request",
    "left_custody": "Recorded this week as having left custody",
    "issued_pending": "Issued this week, outcome pending",
    "issued_outcome_another_week": "Issued this week, outcome recorded in another week",
    "outside_week": "Outside the week",
}
CLASS_WORDS_ISSUED = {
    name: words.replace("Recorded this week as", "Issued this week, and since")
    for name, words in CLASS_WORDS.items()
}


def _group(figures: dict[str, int], prefix: str, **more) -> SimpleNamespace:
    """issued_total, issued_pending, … -> .total, .pending, …"""
    named = {k.removeprefix(prefix): v for k, v in figures.items() if k.startswith(prefix)}
    return SimpleNamespace(**named | more)
