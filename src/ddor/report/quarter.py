"""`open_compiled`: a quarter, or another period made of weeks, as a notebook sees it: names for
sentences, tables, charts, scraps."""

import datetime as dt
import re
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
from markupsafe import Markup

from ddor.calendar import Period, Week, long_date
from ddor.compiled.counts import CompiledCounts, count_compiled
from ddor.compiled.inputs import (
    MISSING,
    PUBLISHED,
    WITHDRAWN,
    CompiledInputs,
    gather_compiled,
    load_compiled,
)
from ddor.errors import DdorError
from ddor.extract.cohort import ISSUED
from ddor.maintained.cases import BEGIN, END, Case
from ddor.measures.after_release import FOLLOWED_DAYS
from ddor.measures.charges import GROUP_NAMES
from ddor.measures.concentration import Concentration, concentration, half_or_more
from ddor.measures.disclosure import NATION, POOLED
from ddor.measures.followed import AFTER_RELEASE, DAYS_TO_ARREST, LATER_CHARGES, after_release_lines
from ddor.measures.people import CHARGES, Line
from ddor.measures.published import charge_group_lines
from ddor.narrative import Words, render_markdown
from ddor.publishable import HTML
from ddor.reference.places import STATES
from ddor.report import tables
from ddor.report.attribute_tables import AttributeTables
from ddor.report.charts import Chart
from ddor.report.opening import chosen_parameters
from ddor.report.sentences import sentences
from ddor.report.tables import NOT_TOLD, Several, Table
from ddor.report.words import CLASS_HEADS, WORDS, heads
from ddor.reports import parse_period


def open_compiled(
    period: str | Period,
    params: str = "",
    settings: dict | None = None,
    inputs: str = "",
    sample: bool = False,
) -> "CompiledReport":
    """`period`: as `ddor verify` would name it. `inputs`: the folder of inputs that the job hands
    over; without it (JupyterLab, plain papermill) they are read from the archive as the job would
    read them, with the others as in opening.chosen_parameters."""
    if inputs:
        return CompiledReport(load_compiled(Path(inputs)))
    chosen = period if isinstance(period, Period) else parse_period(period)
    parameters = chosen_parameters(chosen, params, settings, sample)
    return CompiledReport(gather_compiled(chosen, parameters))


class CompiledReport(AttributeTables):
    """counts: compiled.counts.CompiledCounts. The methods make what a cell shows."""

    noted, of_noted = POOLED, "The group of weeks that have no table of their own is"

    def __init__(self, inputs: CompiledInputs):
        self.inputs: CompiledInputs = inputs
        self.period = inputs.period
        self.counts: CompiledCounts = count_compiled(inputs)
        self.synthetic = inputs.synthetic
        named = "; ".join([f"the weekly reports of the {self.period.noun}", *inputs.sources])
        self.chart_source = f"Source: {named}"

    def for_sentences(self) -> tuple:
        """The period, weeks, issued, declined, charges, after, cases, extract, phrases: what
        %%narrative names."""
        figures, cases, followed = self.counts.figures, self.counts.cases, self.counts.followed
        after = vars(followed) | {
            "days": FOLLOWED_DAYS,
            "why": Words(self._why_not_newer()),
            "as_of": _date(followed.as_of),
        }
        names = {
            "weeks": self._weeks(),
            "issued": self._figures("issued_"),
            "declined": self._declined(held_back=figures["held_back_total"]),
            "charges": self._charges(),
            "after": SimpleNamespace(**after),
            "cases": SimpleNamespace(shown=len(cases.shown), withdrawn=len(cases.withdrawn)),
            "extract": self._extract(),
        }
        found, largest = self._concentration()
        phrases = sentences(
            "quarter", period=self.period, concentrated=found, largest=largest, **names
        )
        return self.period, *names.values(), phrases

    def _concentration(self) -> tuple[Concentration, str]:
        """What makes up half or more of the declined, and the name and state of the agency."""
        rows, by_agency = self.inputs.declined, self.inputs.declined_by_agency
        found = concentration(rows["agency_id"], rows["day"])
        by_agency = by_agency.set_index("agency_id", drop=False)
        if self.inputs.repeated:  # the rows hold a request once, the table in each of its weeks
            counts = by_agency["declined"]
            largest = half_or_more(counts)
            of_agency = 0 if largest is None else int(counts[largest])
            found = Concentration(int(counts.sum()), largest, of_agency)
        return found, tables.in_line(by_agency).get(found.agency_id, "")

    def _weeks(self) -> SimpleNamespace:
        weeks = self.inputs.weeks
        days = {
            name: [*map(Week.parse, weeks.loc[weeks["status"] == name, "week"])]
            for name in (PUBLISHED, WITHDRAWN, MISSING)
        }
        return SimpleNamespace(
            total=len(weeks),
            first_day=Week.parse(weeks["week"].iloc[0]).first_day,
            last_day=Week.parse(weeks["week"].iloc[-1]).last_day,
            **{name: len(each) for name, each in days.items()},
            names_missing=_weeks_named(days[MISSING]),
            names_withdrawn=_weeks_named(days[WITHDRAWN]),
        )

    def _extract(self) -> SimpleNamespace:
        dates = self.inputs.published["as_of"]
        return self._about(
            as_of=_date(dates.min() if len(dates) else ""),
            latest=_date(dates.max() if len(dates) else ""),
            source="; ".join(self.inputs.sources),
            by_issue=self.inputs.cohort == ISSUED,
            with_charges=self.inputs.with_charges,
            fiscal=getattr(self.period, "fiscal", ""),
        )

    # The period in figures

    def weeks_table(self) -> Table:
        columns = heads(
            "week report issued_total declined_total honored_total held_back_total as_of"
        )
        numbers = self.inputs.known(name for name in columns if name.endswith("_total"))
        weeks = self.inputs.weeks
        revisions = "revision " + weeks["revision"]
        frame = weeks.assign(
            week=[Week.parse(day).title for day in weeks["week"]],
            report=revisions.where(
                weeks["status"] == PUBLISHED, weeks["status"].map(WORDS["weeks"])
            ),
            **numbers,
        )
        total: dict[str, object] = {"week": f"The {self.period.noun}", "report": "", "as_of": ""}
        total |= {name: self.counts.figures[name] for name in numbers}
        frame = pd.concat([frame[list(columns)], pd.DataFrame([total])], ignore_index=True)
        caption = f"The weeks of the {self.period.noun}, each in its current revision"
        return Table(frame.astype(dict.fromkeys(numbers, "Int64")), columns, caption)

    def weeks_chart(self) -> Chart | Table:
        """Declined requests by week; a week without a report says so in place of a bar."""
        parts = {f"declined_{name}": head for name, head in CLASS_HEADS.items()}
        weeks = self.inputs.weeks
        names = [re.sub(", [0-9]{4}", "", Week.parse(day).title) for day in weeks["week"]]
        return self._chart(
            "declined-by-week",
            weeks.assign(week=names, **self.inputs.known(parts)),
            "week",
            parts,
            f"Requests declined, {self.period.title}, by week and class",
            most=len(weeks),
        )

    def declined_table(self) -> Table | Several:
        columns = heads("declined") | CLASS_HEADS
        columns |= heads("release_not_confirmed law_or_court honored")
        frame = self.inputs.declined_by_agency
        if frame.empty:
            frame = frame.assign(**dict.fromkeys(columns, pd.Series(dtype="int64")))
        caption = f"Requests declined, {self.period.title}, by agency"
        flagged = frame[frame["flags"] != ""].set_index("agency_id")["flags"]
        frame = frame.drop(columns="flags")
        return tables.agency_table(frame, "declined", columns, caption, flagged.to_dict())

    # What people were charged with

    def _charges(self) -> SimpleNamespace:
        """As of a week, and weeks: of how many it is (compiled.people.WeeksOfSum)."""
        told = self.counts.told
        group = told.table(CHARGES, POOLED)
        return SimpleNamespace(
            **vars(super()._charges()),
            weeks=self.counts.people.weeks[CHARGES],
            why_left_out=Words(group.why if group else told.untold.get((CHARGES, POOLED), "")),
        )

    def label(self, place: str) -> Markup | str:
        """A state by its name; an agency as in the tables."""
        if place in STATES:
            return STATES[place].name
        lines = self.inputs.declined_by_agency
        known = lines[lines["agency_id"] == place].to_dict("records")
        return tables.agency_label(known[0]) if known else place

    # After release

    def five_numbers(self) -> Table:
        """Always together, and with equal weight how many had no later arrest."""
        followed = self.counts.followed
        stands = f"; follow-up as of {long_date(followed.as_of)}" if followed.stands else ""
        numbers = {
            "Declined": followed.declined,
            "Release confirmed, of the declined": followed.confirmed,
            f"Follow-up known for {FOLLOWED_DAYS} days, of the confirmed": followed.known,
            "Later arrest or conviction that counts, of the known": followed.met,
            "No later arrest or conviction that counts, of the known": followed.no_arrest,
            "Cases chosen for this revision": len(self.counts.cases.shown),
        }
        return tables.table_of(
            [(words, NOT_TOLD if number is None else number) for words, number in numbers.items()],
            ("What is known after release", "Requests"),
            f"After release: requests declined, {self.period.title}{stands}",
        )

    def later_charges_table(self) -> Table | None:
        """Of those whom the rule counts, by category and group; None where that is not told."""
        lines = self._after_release(LATER_CHARGES)
        frame = charge_group_lines(line for line in lines if line.branch)
        frame = frame[frame["requests"] > 0]
        caption = "Later charges that count, by category and offense group"
        return None if frame.empty else self.by_offense(frame, caption)

    def days_table(self) -> Table | None:
        lines = [(each.branch, each.requests) for each in self._after_release(DAYS_TO_ARREST)]
        if not any(number for _, number in lines):
            return None
        caption = "Days from release to the first arrest or charge that counts"
        return tables.table_of(lines, ("Days", "Requests"), caption)

    def _why_not_newer(self) -> str:
        """Why nothing is told of the follow-up, or nothing newer; "" where it is."""
        table = self.counts.after_release.table(AFTER_RELEASE)
        return table.why if table else self.counts.after_release.untold[AFTER_RELEASE, NATION]

    def _after_release(self, attribute: str) -> list[Line]:
        lines = after_release_lines(self.counts.after_release)
        return [line for line in lines if line.attribute == attribute]

    # Cases

    def cases(self) -> HTML | None:
        """The cases described, each with its public source. Between two marks: the archive shows
        them on the page of the current revision alone (archive/kept.py)."""
        shown = self.counts.cases.shown
        return HTML("\n".join([BEGIN, *map(self._case, shown), END])) if shown else None

    def _case(self, case: Case) -> Markup:
        month = f"{dt.date.fromisoformat(f'{case.released}-01'):%B %Y}"
        facts = {
            "Agency asked": self.label(case.agency_id),
            "Charges before release": _groups(case.groups_before) or "none on record",
            "After release": f"{case.standing}: {_groups(case.groups_after)}",
            "Status": f"{case.status}, as of {long_date(case.status_on)}",
            "Source": f"{case.source_kind}: {case.source}",
            "Approved": f"by a second person, {case.approved_by}, {long_date(case.approved_on)}",
        }
        body = Markup(render_markdown(case.body))
        return tables.html_of("case", facts=facts.items(), month=month, body=body)

    def prove(self) -> None:
        """The sums that have to hold, once more, on the numbers as shown. Raises DdorError."""
        figures, weeks = self.counts.figures, self.weeks_table().frame
        followed = self.counts.followed
        holds = {
            name: weeks[name].iloc[:-1].sum() == weeks[name].iloc[-1]
            for name in weeks
            if name.endswith("_total")
        }
        by_request = len(self.inputs.declined) + self.inputs.repeated
        holds["declined_total by request"] = by_request == figures["declined_total"]
        by_agency = {
            "declined": self.inputs.declined_by_agency,
            "issued": self.inputs.issued_by_agency,
        }
        for name, table in by_agency.items():
            equal = table.empty or table[name].sum() == figures[f"{name}_total"]
            holds[f"{name}_total by agency"] = equal
        if followed.met is not None and followed.no_arrest is not None:
            holds["follow_up_known"] = followed.met + followed.no_arrest == followed.known
        if wrong := [name for name, equal in holds.items() if not equal]:
            raise DdorError(f"these figures do not add up: {', '.join(wrong)}")


def _weeks_named(weeks: list[Week]) -> Words:
    """Weeks that follow each other as one span: of a year most may be ahead."""
    spans: list[list[Week]] = []
    for week in weeks:
        if spans and spans[-1][-1].next == week:
            spans[-1].append(week)
        else:
            spans.append([week])
    named = (
        f"{long_date(span[0].first_day)} to {long_date(span[-1].last_day)} ({len(span)} weeks)"
        if len(span) > 1
        else span[0].title
        for span in spans
    )
    return Words("; ".join(named))


def _date(text: str) -> dt.date | str:
    return pd.Timestamp(text).date() if text else "no date"


def _groups(codes: tuple[str, ...]) -> str:
    return ", ".join(f"{GROUP_NAMES[code]} ({code})" for code in codes)
