"""A quarter, or another period made of weeks, as a notebook sees it: names for sentences, tables,
charts, scraps."""

import datetime as dt
import re
from types import SimpleNamespace

import pandas as pd
from markupsafe import Markup

from ddor.calendar import Week, long_date, weeks_in_a_row
from ddor.compiled.counts import CompiledCounts, count_compiled
from ddor.compiled.inputs import MISSING, WITHDRAWN, CompiledInputs
from ddor.errors import DdorError
from ddor.extract.model import ISSUED
from ddor.maintained.cases import BEGIN, END, Case
from ddor.measures import after_release
from ddor.measures.after_release import AFTER_RELEASE, FOLLOWED_DAYS, LATER_CHARGES
from ddor.measures.disclosure import NATION, POOLED
from ddor.measures.figures import Concentration, concentration
from ddor.measures.people import CHARGES, GROUP_NAMES, Line
from ddor.narrative import Words, render_markdown
from ddor.publishable import HTML
from ddor.report.attribute_tables import AttributeTables, with_unsplit
from ddor.report.charts import Chart
from ddor.report.tables import WITHHELD, Several, Table, html_of
from ddor.report.words import CLASS_HEADS, TABLES, WORDS


class CompiledReport(AttributeTables):
    """counts: compiled.counts.CompiledCounts. The methods make what a cell shows."""

    noted, of_noted = POOLED, "The group of weeks that have no table of their own is"

    def __init__(self, inputs: CompiledInputs, counts: CompiledCounts | None = None):
        """counts: of these inputs, where they were counted."""
        self.inputs: CompiledInputs = inputs
        self.period = inputs.period
        self.counts: CompiledCounts = counts or count_compiled(inputs)
        self.agencies = inputs.declined_by_agency
        self.synthetic = inputs.synthetic
        named = "; ".join([f"the weekly reports of the {self.period.label}", *inputs.sources])
        self.chart_source = f"Source: {named}"

    def for_sentences(self) -> tuple:
        """The period, weeks, issued, declined, charges, after, cases, extract, phrases: what
        %%narrative names."""
        names = {
            "period": self.period,
            "weeks": self._weeks(),
            "issued": self._figures("issued_"),
            "declined": self._declined(held_back=self.counts.figures["held_back_total"]),
            "charges": self._charges(),
            "after": self._after(),
            "cases": self._figures("cases_"),
            "extract": self._extract(),
        }
        found = self._concentration()
        return *names.values(), self._sentences("quarter", found, self.agencies, names)

    def _concentration(self) -> Concentration:
        """What makes up half or more of the declined."""
        rows = self.inputs.declined
        if self.inputs.repeated:
            # The rows hold a request once, the table in each of its weeks, of which it has no day.
            rows = self.agencies.loc[self.agencies.index.repeat(self.agencies["declined"])]
            rows = rows.reset_index(drop=True).assign(day=pd.NaT)
        return concentration(rows["agency_id"], rows["day"])

    def _weeks(self) -> SimpleNamespace:
        days = self.inputs.weeks["week"]
        return self._figures(
            "weeks_",
            first_day=Week.parse(days.iloc[0]).first_day,
            last_day=Week.parse(days.iloc[-1]).last_day,
            names_missing=self._named(MISSING),
            names_withdrawn=self._named(WITHDRAWN),
        )

    def _named(self, status: str) -> Words:
        """The weeks of a status; those that follow each other as one span: of a year most may be
        ahead."""
        weeks, named = self.inputs.weeks, []
        found = [*map(Week.parse, weeks.loc[weeks["status"] == status, "week"])]
        for row in weeks_in_a_row(found):
            days = f"{long_date(row[0].first_day)} to {long_date(row[-1].last_day)}"
            named.append(f"{days} ({len(row)} weeks)" if len(row) > 1 else row[0].title)
        return Words("; ".join(named))

    def _after(self) -> SimpleNamespace:
        """why: nothing is shown of the follow-up, or nothing newer; "" where it is."""
        followed, shown = self.counts.followed, self.counts.published
        table = shown.table(AFTER_RELEASE)
        why = Words(table.why if table else shown.withheld[AFTER_RELEASE, NATION])
        more = {"days": FOLLOWED_DAYS, "why": why, "as_of": _date(followed.as_of)}
        return SimpleNamespace(**vars(followed) | more)

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
        weeks = self.inputs.weeks
        columns = TABLES["weeks"]["columns"].split()
        numbers = self.inputs.known(name for name in columns if name.endswith("_total"))
        report = weeks["status"].map(WORDS["weeks"]).fillna("revision " + weeks["revision"])
        titles = [Week.parse(day).title for day in weeks["week"]]
        frame = weeks.assign(week=titles, report=report, **numbers)
        total: dict[str, object] = {"week": f"The {self.period.label}", "report": "", "as_of": ""}
        total |= {name: self.counts.figures[name] for name in numbers}
        frame = pd.concat([frame[columns], pd.DataFrame([total])], ignore_index=True)
        return self._table("weeks", frame.astype(dict.fromkeys(numbers, "Int64")))

    def weeks_chart(self) -> Chart | Table:
        """Declined requests by week; one that has none says why in place of a bar."""
        parts = {f"declined_{name}": head for name, head in CLASS_HEADS.items()}
        weeks = self.inputs.weeks
        names = [re.sub(", [0-9]{4}", "", Week.parse(day).title) for day in weeks["week"]]
        instead = weeks["status"].map(WORDS["weeks"])
        frame = weeks.assign(week=names, instead=instead, **self.inputs.known(parts))
        title = f"Requests declined, {self.period.title}, by week and class"
        return self._chart("weeks", frame, parts, title, most=len(weeks))

    def declined_table(self) -> Table | Several:
        frame = self.inputs.declined_by_agency
        flagged = frame[frame["flags"] != ""].set_index("agency_id")["flags"]
        return self._by_agency("quarter_declined", frame.drop(columns="flags"), flagged.to_dict())

    # What people were charged with

    def _charges(self) -> SimpleNamespace:
        """As of a week, and weeks: of how many it is (compiled.people.WeeksOfSum)."""
        shown = self.counts.published
        group = shown.table(CHARGES, POOLED)
        return SimpleNamespace(
            **vars(super()._charges()),
            weeks=self.counts.people.weeks[CHARGES],
            why_left_out=Words(group.why if group else shown.withheld.get((CHARGES, POOLED), "")),
        )

    # After release

    def five_numbers(self) -> Table:
        """Always together, and with equal weight how many had no later arrest."""
        followed = self.counts.followed
        numbers = vars(followed) | {"cases": len(self.counts.cases.shown)}
        rows = [
            (words.format(days=FOLLOWED_DAYS), WITHHELD if numbers[name] is None else numbers[name])
            for name, words in WORDS["followed"].items()
        ]
        as_of = f"; follow-up as of {long_date(followed.as_of)}" if followed.retained else ""
        return self._table("followed", rows, as_of=as_of)

    def later_charges_table(self) -> Table | None:
        """Of those whom the rule counts, by category and group; None where that is not shown."""
        frame = with_unsplit(line for line in self._after_release(LATER_CHARGES) if line.branch)
        frame = frame[frame["requests"] > 0]
        return None if frame.empty else self.by_offense("later_charges", frame)

    def days_table(self) -> Table | None:
        lines = self._after_release(after_release.DAYS_TO_ARREST)
        rows = [(line.branch, line.requests) for line in lines]
        return self._table("days_to_arrest", rows) if any(line.requests for line in lines) else None

    def _after_release(self, attribute: str) -> list[Line]:
        lines = after_release.after_release_lines(self.counts.published)
        return [line for line in lines if line.attribute == attribute]

    # Cases

    def cases(self) -> HTML | None:
        """The cases described, each with its public source. Between two marks: the archive shows
        them on the page of the current revision alone (archive/kept.py)."""
        shown = self.counts.cases.shown
        return HTML("\n".join([BEGIN, *map(self._case, shown), END])) if shown else None

    def _case(self, case: Case) -> Markup:
        names = {
            "agency": self.label(case.agency_id),
            "month": f"{dt.date.fromisoformat(f'{case.released}-01'):%B %Y}",
            "body": Markup(render_markdown(case.body)),
        }
        return html_of("case", case=case, groups=GROUP_NAMES, **names)

    def prove(self) -> None:
        """The sums that have to hold, once more, on the numbers as shown. Raises DdorError."""
        figures, weeks = self.counts.figures, self.weeks_table().frame
        followed = self.counts.followed
        totals = [name for name in weeks if name.endswith("_total")]
        holds = {name: weeks[name].iloc[:-1].sum() == weeks[name].iloc[-1] for name in totals}
        by_request = len(self.inputs.declined) + self.inputs.repeated
        holds["declined_total by request"] = by_request == figures["declined_total"]
        for name in ("declined", "issued"):
            by_agency = getattr(self.inputs, f"{name}_by_agency")[name].sum()
            holds[f"{name}_total by agency"] = by_agency == figures[f"{name}_total"]
        if followed.met is not None and followed.no_arrest is not None:
            holds["follow_up_known"] = followed.met + followed.no_arrest == followed.known
        if wrong := [name for name, equal in holds.items() if not equal]:
            raise DdorError(f"these figures do not add up: {', '.join(wrong)}")


def _date(text: str) -> dt.date | str:
    return pd.Timestamp(text).date() if text else "no date"
