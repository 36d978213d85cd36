"""All that is counted of a week: the figures of figures.csv, and its tables.

The figures are what is glued as scraps, printed by --json and kept in summary.json. All are counts
of requests, but agencies_declining and states_declining.

An agency is its agency_id. Name, level and place come from the directory, else from the extract's
latest row for that id, so that one agency written in three ways is one line, and two agencies with
one name are two.

A share names its base. The share declined is a range: held rows counted as none, and as all,
declined. A hold only ever takes declines away, so a single share would understate; the range
contains the value that the truth about the held rows would give, whatever it is. No share on a base
under 30. Whether one agency, or one day, makes up half or more of the declined requests is one rule
for the key points of a week and of a quarter, and for the home page.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from ddor.calendar import Week
from ddor.checks.check import CheckedWeek
from ddor.checks.registry import CheckResults, run_checks
from ddor.extract.model import Extract, recorded_this_week
from ddor.inputs import Inputs
from ddor.maintained.corrections import corrected
from ddor.measures import disclosure
from ddor.measures.disclosure import ENOUGH, PriorTables, PublishedTables, Row
from ddor.measures.people import CHARGES, Line, lines_of, place_candidates, week_rows, with_charges
from ddor.measures.status import CLASSES, counted_in, request_status
from ddor.published.ledger import LONG_HELD, cleared_flags, held_since
from ddor.reference import codes
from ddor.reference.figures import BY_AGENCY, IDENTITY, TABLE_COLUMNS, WEEKLY_FIGURES

NO_CHARGES = "no charge data was supplied"
ORDERS = codes.rows("date_orders", codes.DICTIONARY)
AFTER_EXTRACT = "a request or an outcome is dated after the extract was taken"
SMALLEST_BASE = 30
HELD_SHARE_BASE = 20
FEWEST = 10  # half of a few requests is no finding


@dataclass(frozen=True)
class ShareRange:
    """low and high as fractions, or None where the base is under 30. base: the requests recorded
    as declined or honored, or held back as declined; held_honored: those held back as honored,
    which are in the base of `low` beside them."""

    low: float | None
    high: float | None
    base: int
    held_honored: int = 0


@dataclass(frozen=True)
class Concentration:
    """What makes up half or more of `total` declined requests, None and 0 where nothing does.
    agency_id, with `of_agency` requests; day: one date of recording (of issue under the cohort
    *issued*), with `on_day` requests, of that agency if there is one (ENOUGH or more), else of
    all."""

    total: int
    agency_id: str | None = None
    of_agency: int = 0
    day: dt.date | None = None
    on_day: int = 0


@dataclass(frozen=True)
class Counts(CheckResults):
    """All that is counted of a week. The frames are described where they are made. What the checks
    found is as in CheckResults; `review` has a line more, without check and agency, where the share
    of held rows is a reason why a person has to look before the week is published.

    extract: as counted, with the week's corrections. agencies: see agency_identities. published:
    what is shown of people; people: attribute -> the rows of all declined requests, shown or not.
    reconciliation: columns class, rows, every received row in exactly one class, all CLASSES in
    order, so that rows add up to the rows received.
    long_held: of the requests held back this week, how many were first held over 90 days before
    the date of this extract.
    """

    figures: dict[str, int | None]
    agencies: pd.DataFrame
    issued_by_agency: pd.DataFrame
    declined_by_agency: pd.DataFrame
    held_back_by_agency: pd.DataFrame
    published: PublishedTables
    people: dict[str, frozenset[Row]]
    unusual_orders: pd.DataFrame
    reconciliation: pd.DataFrame
    declined_share: ShareRange
    held_declines: int
    long_held: int
    status: pd.DataFrame
    extract: Extract

    @property
    def known(self) -> dict[str, int]:
        """The figures that are shown."""
        return {name: count for name, count in self.figures.items() if count is not None}

    def nation(self, attribute: str) -> list[Line]:
        """The lines of the national table, none where it is not shown."""
        return lines_of(self.published.table(attribute))


def count_inputs(inputs: Inputs) -> Counts:
    """Corrections, checks, and then everything that is counted: the job and the notebook both
    count with this, and with nothing else."""
    cohort = inputs.parameters["cohort"]
    extract = corrected(inputs.extract, inputs.corrections, inputs.request_ids, cohort)
    case = CheckedWeek(extract, inputs.week, inputs.directory, inputs.history, cohort)
    checked = run_checks(case, cleared=cleared_flags(inputs.ledger))
    earlier = disclosure.EARLIER.validate_python(inputs.earlier)
    return count_week(case, checked, inputs.parameters, earlier, inputs.ledger)


def count_week(
    case: CheckedWeek,
    checked: CheckResults,
    parameters: Mapping[str, Any],
    earlier: PriorTables,
    ledger: pd.DataFrame,
) -> Counts:
    """`checked`: from run_checks; the rest: the parameters of the week, what earlier revisions of
    it showed, and the ledger's lines of it."""
    extract = case.extract
    as_of, charges = extract.about.as_of, extract.charges
    status = request_status(extract.requests, case.week, case.cohort, checked.held)
    agencies = agency_identities(status, case.directory.agencies)
    states = agencies.set_index("agency_id")["state"].to_dict()
    rows = week_rows(status, charges, states, str(case.week))
    nation = {(attribute, disclosure.NATION): each for attribute, each in rows.items()}
    shown = disclosure.decide(
        nation | place_candidates(rows.get(CHARGES, ()), "agency_id"),
        earlier,
        {*status.loc[status["declined"], "request_id"]},
        as_of.isoformat(),
        parameters["disclosure_threshold"],
        lacking={CHARGES: NO_CHARGES} if charges.empty else {},
    )
    figures = with_charges(lines_of(shown.table(CHARGES)))
    for name, figure in WEEKLY_FIGURES.items():
        if name not in figures:
            of_figure = status.loc[counted_in(status, figure.rows), "agency_id"]
            named = {"agencies": str, "states": states.get}.get(figure.unit)
            figures[name] = len({*map(named, of_figure.unique())}) if named else len(of_figure)
    classes = status["class"].value_counts().reindex(list(CLASSES), fill_value=0)
    held_declines = int(status["held_back_declined"].sum())
    if held_share := held_share_reason(status, parameters["max_held_back_share"]):
        line = pd.DataFrame([("", "", held_declines, held_share)], columns=checked.review.columns)
        checked = replace(checked, review=pd.concat([checked.review, line], ignore_index=True))
    since = held_since(ledger)
    waiting = since[since < (as_of - LONG_HELD).isoformat()]
    return Counts(
        **vars(checked),
        figures={name: figures[name] for name in WEEKLY_FIGURES},
        agencies=agencies,
        **{table: _counts_by_agency(case, status, agencies, table) for table in BY_AGENCY},
        published=shown,
        people=rows,
        unusual_orders=unusual_orders(extract.requests, as_of),
        reconciliation=classes.astype("int64").rename_axis("class").rename("rows").reset_index(),
        declined_share=declined_share(status, case.week, case.cohort),
        held_declines=held_declines,
        long_held=int(checked.held["request_id"].isin(waiting.index).sum()),
        status=status,
        extract=extract,
    )


def agency_identities(status: pd.DataFrame, agencies: pd.DataFrame) -> pd.DataFrame:
    """One row for each agency_id of `status`: the columns IDENTITY, text, "" where unknown.

    `agencies` is the directory's table. A row that a check holds back names its agency only where
    no other does: a request with a wrong place (E1) may not lend it to the agency.
    """
    order = ["_believed", "issued_at", "request_id"]
    status = status.rename(columns={"agency_name": "agency", "agency_level": "level"})
    latest = status.assign(_believed=status["held_by"].isna())[[*order, *IDENTITY]]
    latest = latest.sort_values(order, kind="stable").drop_duplicates("agency_id", keep="last")
    listed = agencies[agencies["agency_id"].isin(latest["agency_id"])]
    known = pd.concat([listed.rename(columns={"name": "agency"}), latest])[list(IDENTITY)]
    return known.drop_duplicates("agency_id", ignore_index=True).fillna("")


def _counts_by_agency(
    case: CheckedWeek, status: pd.DataFrame, agencies: pd.DataFrame, table: str
) -> pd.DataFrame:
    """A table by agency, of `agencies` with any figure in it, by state and name. Columns
    TABLE_COLUMNS[table]: IDENTITY, then numbers of requests, each column the sum of the rows of its
    figure, or of a flag of `status`.

    issued_by_agency: Section I, issued this week and what became of them so far; issued =
    detainers + notifications + transfers = honored + declined + other + pending.
    declined_by_agency: Section II, recorded as declined this week, by class, and honored beside
    them; declined is the sum of its four classes; the flags are not exclusive.
    held_back_by_agency: what the checks held back, under the code of the agency asked: requests in
    neither section (E1, E3, E4), and those whose outcome is not counted (E2, E6, E7, E11); of both,
    those that are missing in the issued and the declined of the week, so that what was received
    can be added up (history.py). Level and place are empty there where they are known from doubted
    requests alone: one with a wrong place (E1) may not lend it to the agency.
    """
    rows = {each.column: each.rows for each in WEEKLY_FIGURES.values() if each.table == table}
    names = TABLE_COLUMNS[table][len(IDENTITY) :]
    masks = pd.DataFrame({name: counted_in(status, rows.get(name, name)) for name in names})
    counts = masks.groupby(status["agency_id"]).sum().astype("int64")
    lines = agencies.merge(counts[counts.any(axis=1)], on="agency_id", validate="one_to_one")
    lines = lines.sort_values(["state", "agency", "agency_id"], ignore_index=True)
    if table == "held_back_by_agency":
        listed = case.directory.agencies["agency_id"]
        believed = {*listed, *status.loc[status["held_by"].isna(), "agency_id"]}
        doubted = ~lines["agency_id"].isin(believed)
        lines.loc[doubted, list(IDENTITY[2:])] = ""
    return lines


def unusual_orders(requests: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """Columns order (a sentence), requests: received rows whose dates stand in an order that needs
    a reason. Counted and shown, never corrected. Orders that do not occur are left out."""
    orders = {
        order["sentence"]: requests[order["earlier"]] < requests[order["later"]] for order in ORDERS
    }
    day_after = pd.Timestamp(as_of) + pd.Timedelta(days=1)
    dates = requests[["issued_at", "outcome_recorded_at"]]
    orders[AFTER_EXTRACT] = (dates >= day_after).any(axis=1)
    counts = [(sentence, int(found.sum())) for sentence, found in orders.items() if found.any()]
    return pd.DataFrame(counts, columns=["order", "requests"])


def bulk_recorded(counts: Counts) -> dict[str, int]:
    """agency_id -> declines of its published line, of each agency whose declines were recorded in
    bulk: that E8 named, or that a person cleared of it. Nothing for an agency without a line.

    They stand apart from the others in the trend. In 2017 a county's backlog of years was recorded
    on one day: such a week says nothing of how many people were released in it, whoever published
    it after a look.
    """
    of_request = counts.status.set_index("request_id")["agency_id"]
    cleared = counts.cleared.loc[counts.cleared["check"] == "E8", "subject"]
    named = {*of_request.loc[counts.shown["E8"].index], *cleared}
    listed = counts.declined_by_agency
    listed = listed[listed["agency_id"].isin(named) & (listed["declined"] > 0)]
    return {line.agency_id: int(line.declined) for line in listed.itertuples()}


# Shares


def declined_share(status: pd.DataFrame, week: Week, cohort: str) -> ShareRange:
    """Of the requests recorded this week as declined or honored, the share declined. Lowest where
    no held decline was one and every held honored request was; highest the other way round, when
    the held honored requests are not in the base."""
    honored = recorded_this_week(status, week, cohort) & (status["outcome"] == "honored")
    held_honored = int((honored & status["held_by"].notna()).sum())
    names = ["declined", "honored", "held_back_declined"]
    declined, base = int(status["declined"].sum()), int(status[names].to_numpy().sum())
    if base < SMALLEST_BASE:
        return ShareRange(None, None, base, held_honored)
    held = int(status["held_back_declined"].sum())
    low, high = declined / (base + held_honored), (declined + held) / base
    return ShareRange(low, high, base, held_honored)


def held_share_reason(status: pd.DataFrame, most: float) -> str:
    """Why a person has to look at the week: of the requests recorded as declined, the share that
    checks hold back is above `most`, on a base of 20 or more. "" if it is not."""
    held, declined = (int(status[name].sum()) for name in ("held_back_declined", "declined"))
    base = held + declined
    if base < HELD_SHARE_BASE or held / base <= most:
        return ""
    share = f"{held / base:.1%}, more than {most:.1%}".replace("%", " %")
    return f"{held} of {base} requests recorded as declined are held back by a check: {share}."


def concentration(agencies: pd.Series, days: pd.Series) -> Concentration:
    """Of declined requests: the agency_id and the day (datetime64) of each, on one index."""
    largest = half_or_more(agencies.value_counts())
    if largest is not None:
        days = days[agencies == largest]
    by_day = days.dt.date.value_counts()
    day = half_or_more(by_day)
    if largest is not None and day is not None and by_day[day] < ENOUGH:
        day = None  # the dates of a few requests of one agency are not shown
    of_agency = 0 if largest is None else len(days)
    on_day = 0 if day is None else int(by_day[day])
    return Concentration(len(agencies), largest, of_agency, day, on_day)


def half_or_more(counts: pd.Series) -> Any:
    """The label of the one with half or more of the sum of `counts` (whole numbers, labels once
    each). None where the sum is under FEWEST, where none has half, or where two have half each."""
    total = counts.sum()
    found = counts.index[2 * counts >= total]
    return found[0] if total >= FEWEST and len(found) == 1 else None
