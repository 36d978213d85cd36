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
from ddor.measures.people import CHARGES
from ddor.measures.published import charge_group_lines
from ddor.narrative import Words, render_markdown
from ddor.publishable import HTML
from ddor.reference.places import STATES
from ddor.report import quarter_phrases as say
from ddor.report.charts import stacked_bars
from ddor.report.of_people import OfPeople
from ddor.report.opening import chosen_parameters, shown_note
from ddor.report.phrases import concentrated
from ddor.report.tables import NOT_TOLD, Several, Table, agency_label, agency_table, in_line
from ddor.report.words import CLASS_HEADS
from ddor.reports import parse_period

REPORT_WORDS = {WITHDRAWN: "withdrawn", MISSING: "no report"}


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


class CompiledReport(OfPeople):
    """counts: compiled.counts.CompiledCounts. The methods make what a cell shows."""

    elsewhere = ""
    noted, of_noted = POOLED, "The group of weeks that have no table of their own is"

    def __init__(self, inputs: CompiledInputs):
        self.inputs, self.period = inputs, inputs.period
        self.counts: CompiledCounts = count_compiled(inputs)
        self.threshold = inputs.parameters["disclosure_threshold"]
        self.synthetic = inputs.synthetic
        named = "".join(f"; {source}" for source in inputs.sources)
        self.chart_source = f"Source: the weekly reports of the {self.period.noun}{named}"

    def for_sentences(self) -> tuple:
        """The period, weeks, issued, declined, charges, after, cases, extract, phrases: what
        %%narrative names."""
        figures, cases = self.counts.figures, self.counts.cases
        issued = SimpleNamespace(**_named(figures, "issued_"))
        declined = SimpleNamespace(
            **_named(figures, "declined_"),
            agencies=figures["agencies_declining"],
            states=figures["states_declining"],
            honored=figures["honored_total"],
            held_back=figures["held_back_total"],
        )
        after = SimpleNamespace(
            **vars(self.counts.followed), days=FOLLOWED_DAYS, why=self._why_not_newer()
        )
        after.as_of = _date(after.as_of)
        shown = SimpleNamespace(shown=len(cases.shown), withdrawn=len(cases.withdrawn))
        told = (self._weeks(), issued, declined, self._charges(), after, shown, self._extract())
        return self.period, *told, self._phrases(*told)

    def _phrases(self, weeks, issued, declined, charges, after, cases, extract) -> SimpleNamespace:
        """Name -> phrase, of quarter_phrases."""
        return SimpleNamespace(
            published_by=say.published_by(extract.publisher),
            made_from=say.made_from(weeks, extract),
            fiscal=say.fiscal(self.period.noun, extract.fiscal),
            synthetic=say.synthetic(extract.synthetic),
            source=say.source(extract.source),
            recorded_as_declined=say.recorded_as_declined(
                self.period.title, weeks, declined, extract
            ),
            concentration=self._concentration(),
            outcomes_of_issued=say.outcomes_of_issued(issued, declined, extract),
            weeks_without_report=say.weeks_without_report(weeks),
            counted_twice=say.counted_twice(declined.repeated),
            charges_in_brief=say.charges_in_brief(charges, declined),
            charges_and_convictions=say.charges_and_convictions(charges, declined),
            weeks_with_charges=say.weeks_with_charges(charges),
            after_in_brief=say.after_in_brief(after),
            after_date=say.after_date(after),
            arrests_and_convictions=say.arrests_and_convictions(after),
            no_later_contact=say.no_later_contact(after, extract),
            not_observed_yet=say.not_observed_yet(after),
            cases_chosen=say.cases_chosen(cases),
            cases_withdrawn=say.cases_withdrawn(cases),
            write_to=say.write_to(extract.contact),
        )

    def _concentration(self) -> Words:
        rows, by_agency = self.inputs.declined, self.inputs.declined_by_agency
        found = concentration(rows["agency_id"], rows["day"])
        by_agency = by_agency.set_index("agency_id", drop=False)
        if self.inputs.repeated:  # the rows hold a request once, the table in each of its weeks
            counts = by_agency["declined"]
            largest = half_or_more(counts)
            of_agency = 0 if largest is None else int(counts[largest])
            found = Concentration(int(counts.sum()), largest, of_agency)
        names = in_line(by_agency)
        return concentrated(found, names.get(found.agency_id, ""), self.inputs.cohort == ISSUED)

    def _weeks(self) -> SimpleNamespace:
        weeks = self.inputs.weeks
        by_status = {
            name: weeks.loc[weeks["status"] == name, "week"]
            for name in (PUBLISHED, WITHDRAWN, MISSING)
        }
        return SimpleNamespace(
            total=len(weeks),
            first_day=Week.parse(weeks["week"].iloc[0]).first_day,
            last_day=Week.parse(weeks["week"].iloc[-1]).last_day,
            **{name: len(days) for name, days in by_status.items()},
            names_missing=_weeks_named(by_status[MISSING]),
            names_withdrawn=_weeks_named(by_status[WITHDRAWN]),
        )

    def _extract(self) -> SimpleNamespace:
        dates = self.inputs.published["as_of"]
        return SimpleNamespace(
            as_of=_date(dates.min() if len(dates) else ""),
            latest=_date(dates.max() if len(dates) else ""),
            source="; ".join(self.inputs.sources),
            synthetic=self.synthetic,
            by_issue=self.inputs.cohort == ISSUED,
            with_charges=self.inputs.with_charges,
            publisher=self.inputs.parameters["publisher"],
            contact=self.inputs.parameters["contact"],
            threshold=self.threshold,
            fiscal=getattr(self.period, "fiscal", ""),
        )

    def note(self) -> HTML | None:
        """The analyst's note of this period, params/notes/<period>.md, as Markdown."""
        return shown_note(self.inputs.note)

    # The period in figures

    def weeks_table(self) -> Table:
        heads = {
            "week": "Week",
            "report": "Report",
            "issued_total": "Issued",
            "declined_total": "Declined",
            "honored_total": "Honored",
            "held_back_total": "Held back",
            "as_of": "Data as of",
        }
        weeks = self.inputs.weeks
        published = weeks["status"] == PUBLISHED
        numbers = self.inputs.known(name for name in heads if name.endswith("_total"))
        frame = weeks.assign(
            week=[Week.parse(day).title for day in weeks["week"]],
            report=("revision " + weeks["revision"]).where(
                published, weeks["status"].map(REPORT_WORDS)
            ),
            **numbers,
        )
        total: dict[str, object] = {"week": f"The {self.period.noun}", "report": "", "as_of": ""}
        total |= {name: self.counts.figures[name] for name in numbers}
        frame = pd.concat([frame[list(heads)], pd.DataFrame([total])], ignore_index=True)
        caption = f"The weeks of the {self.period.noun}, each in its current revision"
        return Table(frame.astype(dict.fromkeys(numbers, "Int64")), heads, caption)

    def weeks_chart(self):
        """Declined requests by week; a week without a report says so in place of a bar."""
        parts = {f"declined_{name}": head for name, head in CLASS_HEADS.items()}
        weeks = self.inputs.weeks
        counts = self.inputs.known(parts)
        names = [re.sub(", [0-9]{4}", "", Week.parse(day).title) for day in weeks["week"]]
        return stacked_bars(
            "declined-by-week",
            weeks.assign(week=names, **counts),
            "week",
            parts,
            f"Requests declined, {self.period.title}, by week and class",
            self.synthetic,
            most=len(weeks),
            source=self.chart_source,
        )

    def declined_table(self) -> Table | Several:
        heads = {
            "declined": "Declined",
            **CLASS_HEADS,
            "release_not_confirmed": "Release not confirmed",
            "law_or_court": "Law or court",
            "honored": "Honored",
        }
        frame = self.inputs.declined_by_agency
        if frame.empty:
            frame = frame.assign(**dict.fromkeys(heads, pd.Series(dtype="int64")))
        return agency_table(
            frame.drop(columns="flags"),
            "declined",
            heads,
            f"Requests declined, {self.period.title}, by agency",
            _flags(frame),
        )

    # What people were charged with

    def _charges(self) -> SimpleNamespace:
        """As of a week, and weeks: of how many it is (compiled.people.WeeksOfSum)."""
        told = self.counts.told
        group = told.table(CHARGES, POOLED)
        return SimpleNamespace(
            **vars(super()._charges()),
            weeks=self.counts.people.weeks[CHARGES],
            why_left_out=group.why if group else told.untold.get((CHARGES, POOLED), ""),
        )

    def _why(self, attribute: str) -> str:
        if self.counts.nation(attribute):
            return ""
        return self.counts.told.untold[attribute, POOLED]

    def label(self, place: str) -> Markup | str:
        """A state by its name; an agency as in the tables."""
        if place in STATES:
            return STATES[place].name
        lines = self.inputs.declined_by_agency
        known = lines[lines["agency_id"] == place].to_dict("records")
        return agency_label(known[0]) if known else place

    # After release

    def five_numbers(self) -> Table:
        """Always together, and with equal weight how many had no later arrest."""
        followed = self.counts.followed
        day = long_date(_date(followed.as_of)) if followed.stands else ""
        stands = f"; follow-up as of {day}" if day else ""
        rows = [
            ("Declined", followed.declined),
            ("Release confirmed, of the declined", followed.confirmed),
            (f"Follow-up known for {FOLLOWED_DAYS} days, of the confirmed", followed.known),
            ("Later arrest or conviction that counts, of the known", followed.met),
            ("No later arrest or conviction that counts, of the known", followed.no_arrest),
            ("Cases chosen for this revision", len(self.counts.cases.shown)),
        ]
        frame = pd.DataFrame(
            [(words, NOT_TOLD if number is None else number) for words, number in rows],
            columns=["of", "requests"],
        ).astype({"requests": "object"})
        return Table(
            frame,
            {"of": "What is known after release", "requests": "Requests"},
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
        lines = self._after_release(DAYS_TO_ARREST)
        frame = pd.DataFrame(
            [(line.branch, line.requests) for line in lines], columns=["days", "requests"]
        )
        return (
            Table(
                frame,
                {"days": "Days", "requests": "Requests"},
                "Days from release to the first arrest or charge that counts",
            )
            if frame["requests"].any()
            else None
        )

    def _why_not_newer(self) -> str:
        """Why nothing is told of the follow-up, or nothing newer; "" where it is."""
        table = self.counts.after_release.table(AFTER_RELEASE)
        return table.why if table else self.counts.after_release.untold[AFTER_RELEASE, NATION]

    def _after_release(self, attribute: str) -> list:
        lines = after_release_lines(self.counts.after_release)
        return [line for line in lines if line.attribute == attribute]

    # Cases

    def cases(self) -> HTML | None:
        """The cases described, each with its public source. Between two marks: the archive shows
        them on the page of the current revision alone (archive/article.py)."""
        shown = self.counts.cases.shown
        if not shown:
            return None
        return HTML("\n".join([BEGIN, *map(self._case, shown), END]))

    def _case(self, case: Case) -> Markup:
        month = f"{dt.date.fromisoformat(f'{case.released}-01'):%B %Y}"
        rows = (
            ("Agency asked", self.label(case.agency_id)),
            ("Charges before release", _groups(case.groups_before) or "none on record"),
            ("After release", f"{case.standing}: {_groups(case.groups_after)}"),
            ("Status", f"{case.status}, as of {long_date(case.status_on)}"),
            ("Source", f"{case.source_kind}: {case.source}"),
            ("Approved", f"by a second person, {case.approved_by}, {long_date(case.approved_on)}"),
        )
        facts = Markup("\n").join(
            Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(head, cell) for head, cell in rows
        )
        return Markup(
            '<section class="case"><h3>Released in {}</h3>\n<dl class="facts">\n{}\n</dl>\n{}'
            "</section>"
        ).format(month, facts, Markup(render_markdown(case.body)))

    def prove(self) -> None:
        """The sums that have to hold, once more, on the numbers as shown. Raises DdorError."""
        figures, weeks = self.counts.figures, self.weeks_table().frame
        wrong = [
            name
            for name in weeks
            if name.endswith("_total") and weeks[name].iloc[:-1].sum() != weeks[name].iloc[-1]
        ]
        if len(self.inputs.declined) + self.inputs.repeated != figures["declined_total"]:
            wrong.append("declined_total by request")
        for name, table in (
            ("declined", self.inputs.declined_by_agency),
            ("issued", self.inputs.issued_by_agency),
        ):
            if len(table) and table[name].sum() != figures[f"{name}_total"]:
                wrong.append(f"{name}_total by agency")
        followed = self.counts.followed
        if (
            followed.met is not None
            and followed.no_arrest is not None
            and (followed.met + followed.no_arrest != followed.known)
        ):
            wrong.append("follow_up_known")
        if wrong:
            raise DdorError(f"these figures do not add up: {', '.join(wrong)}")


def _named(figures: dict, prefix: str) -> dict:
    return {
        name.removeprefix(prefix): value
        for name, value in figures.items()
        if name.startswith(prefix)
    }


def _weeks_named(days: pd.Series) -> str:
    """Weeks that follow each other as one span: of a year most may be ahead."""
    spans: list[list[Week]] = []
    for week in map(Week.parse, days):
        if spans and spans[-1][-1].next == week:
            spans[-1].append(week)
        else:
            spans.append([week])
    return "; ".join(
        f"{long_date(span[0].first_day)} to {long_date(span[-1].last_day)} ({len(span)} weeks)"
        if len(span) > 1
        else span[0].title
        for span in spans
    )


def _date(text: str):
    return pd.Timestamp(text).date() if text else "no date"


def _flags(table: pd.DataFrame) -> dict[str, str]:
    flagged = table[table["flags"] != ""]
    return dict(zip(flagged["agency_id"], flagged["flags"], strict=True))


def _groups(codes: tuple[str, ...]) -> str:
    return ", ".join(f"{GROUP_NAMES[code]} ({code})" for code in codes)
