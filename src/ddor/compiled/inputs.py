"""All that a report of several weeks is made from, in one hand: what is kept, hashed and run again.

    weeks.csv               one line for each week of the period: published, withdrawn or missing
    issued_by_agency.csv declined_by_agency.csv   the weeks' published lines, added up
    declined.parquet charges.parquet              the requests that the weeks count as declined
    people.json             what the weeks show of people, and the rows behind it
    period.json             the period, cohort, sources, parameters, note, cases, what was shown

Made from the current revision of each week; one that is withdrawn, or was never published, is
named and has no figures. A week belongs to the period that holds its last day.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from ddor.calendar import Period
from ddor.compiled.people import WEEKS, WeekOfPeople, week_of_people
from ddor.compiled.week_runs import read_run
from ddor.extract.model import CHARGE_COLUMNS, DATE_COLUMN, DATETIMES
from ddor.inputs import Inputs
from ddor.maintained.cases import CASES, Case, read_cases
from ddor.maintained.corrections import flagged, flags_for
from ddor.maintained.parameters import Parameters
from ddor.measures.figures import Counts
from ddor.published.catalog import Catalog, open_catalog
from ddor.published.history import NOTHING_EARLIER, read_earlier
from ddor.reference.figures import IDENTITY, OF_CHARGES, TABLE_COLUMNS, WEEKLY_FIGURES
from ddor.reports import shelved

TABLES = ("issued_by_agency", "declined_by_agency")
REQUESTS = ("declined", "charges")
FILES = (*(f"{name}.csv" for name in ("weeks", *TABLES)), *(f"{name}.parquet" for name in REQUESTS))
FILES += ("people.json", "period.json")
# What period.json has as it stands.
PLAIN = "repeated states cohort synthetic sources with_charges parameters note earlier".split()
# Of parameters.IN_EFFECT, what such a report depends on.
PARAMETERS = ("disclosure_threshold", "publisher", "contact", "site_url")
PUBLISHED, WITHDRAWN, MISSING = "published", "withdrawn", "missing"
ABOUT = ("week", "status", "revision", "as_of", "kind")
DECLINED = (
    "request_id agency_id week day released_at follow_up_status follow_up_on protected as_of"
).split()
# Missing: not shown of the week.
FIGURE_TYPES = dict.fromkeys(WEEKLY_FIGURES, "int64") | dict.fromkeys(OF_CHARGES, "Int64")


@dataclass(frozen=True)
class CompiledInputs:
    """weeks: ABOUT as text, revision "" for a week without figures; then the weekly figures, 0
    there. issued_by_agency, declined_by_agency: columns as reference.figures.TABLE_COLUMNS, and
    `flags`. declined: DECLINED, a request once, from the latest extract; charges: theirs.
    repeated: requests that more than one week counts as declined, less one each. states: agency_id
    -> state, of the agencies declining that are named. earlier: see history.read_earlier.
    request_ids: of all rows that the weeks received, which nobody may write; not saved."""

    period: Period
    weeks: pd.DataFrame
    issued_by_agency: pd.DataFrame
    declined_by_agency: pd.DataFrame
    declined: pd.DataFrame
    charges: pd.DataFrame
    repeated: int
    states: Mapping[str, str]
    cohort: str
    synthetic: bool
    sources: tuple[str, ...]
    with_charges: bool
    people: tuple[WeekOfPeople, ...]
    parameters: dict
    note: str
    cases: tuple[Case, ...] = ()
    earlier: Mapping = field(default_factory=lambda: NOTHING_EARLIER)
    request_ids: frozenset[str] = frozenset()

    @property
    def published(self) -> pd.DataFrame:
        """The lines of `weeks` that have figures."""
        return self.weeks[self.weeks["status"] == PUBLISHED]

    def known(self, figures: Iterable[str]) -> dict[str, pd.Series]:
        """Weekly figure -> its column of `weeks`, Int64, missing where a week has no figures: of
        such a week nothing is known, which is not 0."""
        published = self.weeks["status"] == PUBLISHED
        return {name: self.weeks[name].astype("Int64").where(published) for name in figures}


def gather_compiled(period: Period, parameters: Parameters) -> CompiledInputs:
    """From the archive in `parameters.output`. Raises UsageError (a week's private run, a case)
    or ArchiveUnavailable."""
    catalog = open_catalog(parameters.output / "site") or Catalog(parameters.cohort, False, {})
    runs: list[tuple[Inputs, Counts]] = []
    lines = []
    states: dict[str, str] = {}
    for week in period.weeks():
        revision = catalog.current(week)
        status = WITHDRAWN if revision and revision.withdrawn_on else MISSING
        line: dict = dict.fromkeys(ABOUT, "") | {"week": str(week), "status": status}
        if revision and not revision.withdrawn_on:
            inputs, counts = read_run(parameters.output, week, revision.revision)
            runs.append((inputs, counts))
            declining = counts.declined_by_agency[counts.declined_by_agency["declined"] > 0]
            states |= dict(zip(declining["agency_id"], declining["state"], strict=True))
            day = inputs.extract.about.as_of.isoformat()
            about = (str(week), PUBLISHED, str(revision.revision), day, revision.kind)
            line = dict(zip(ABOUT, about, strict=True)) | counts.figures
        lines.append(line)
    abouts = [inputs.extract.about for inputs, _ in runs]
    declined, charges, repeated = _requests(runs)
    # What is not shown of a week is missing; a week without figures has 0 of all others.
    weeks = pd.DataFrame(lines, columns=[*ABOUT, *WEEKLY_FIGURES])
    weeks = weeks.fillna(dict.fromkeys(set(WEEKLY_FIGURES) - {*OF_CHARGES}, 0))
    return CompiledInputs(
        period=period,
        weeks=weeks.astype(dict.fromkeys(ABOUT, "str") | FIGURE_TYPES),
        declined=declined,
        charges=charges,
        repeated=repeated,
        states=dict(sorted(states.items())),
        cohort=catalog.cohort,
        synthetic=catalog.synthetic,
        sources=tuple(dict.fromkeys(about.source for about in abouts if about.source)),
        with_charges=any(len(counts.extract.charges) for _, counts in runs),
        people=tuple(week_of_people(run.week, each.published, each.people) for run, each in runs),
        parameters=parameters.model_dump(mode="json", include=set(PARAMETERS)),
        note=parameters.note,
        cases=read_cases(parameters.cases),
        earlier=read_earlier(parameters.output, period),
        request_ids=frozenset().union(*(counts.status["request_id"] for _, counts in runs)),
        **{name: _merged(runs, name) for name in TABLES},
    )


def _merged(runs: list[tuple[Inputs, Counts]], name: str) -> pd.DataFrame:
    """A table by agency as the weeks publish it, the lines of one agency as one, under its name in
    the latest week; by state and name. `flags`: where a figure of a week is disputed."""
    texts = dict.fromkeys((*IDENTITY, "flags"), "str")
    types = dict.fromkeys(TABLE_COLUMNS[name], "int64") | texts
    tables = [pd.DataFrame(columns=list(types)).astype(types)]  # for a period without any week
    for inputs, counts in runs:
        table = getattr(counts, name)
        flags = flags_for(inputs.corrections, table.columns)
        named = {agency: f"week of {inputs.week}: {words}" for agency, words in flags.items()}
        tables.append(flagged(table, named))
    lines = pd.concat(tables, ignore_index=True)
    rules: dict = dict.fromkeys(lines, "sum") | dict.fromkeys(IDENTITY, "last")
    rules["flags"] = lambda of_agency: "; ".join(filter(None, of_agency))
    table = lines.groupby(lines["agency_id"].rename("")).agg(rules).astype({"flags": "str"})
    return table.sort_values(["state", "agency", "agency_id"], ignore_index=True)


def _requests(runs: list[tuple[Inputs, Counts]]) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """-> declined, charges, repeated. ICE may date an outcome anew between two extracts, so that
    two weeks have it: what the latest extract says of the request stands."""
    rows = [_typed(pd.DataFrame(columns=DECLINED))]
    charges = [_typed(pd.DataFrame(columns=[*CHARGE_COLUMNS, "week"]))]
    for inputs, counts in runs:
        week = str(inputs.week)
        status = counts.status[counts.status["declined"]]
        day = status[DATE_COLUMN[inputs.parameters["cohort"]]].dt.normalize()
        as_of = pd.Timestamp(inputs.extract.about.as_of).as_unit("s")
        rows.append(status.assign(week=week, day=day, as_of=as_of)[DECLINED])
        charges.append(counts.extract.charges.assign(week=week))
    declined = pd.concat(rows).sort_values(["request_id", "as_of", "week"], kind="stable")
    repeated = int(declined["request_id"].duplicated().sum())
    declined = declined.drop_duplicates("request_id", keep="last").reset_index(drop=True)
    kept = pd.concat(charges).merge(declined[["request_id", "week"]], on=["request_id", "week"])
    kept = kept.drop(columns="week").sort_values(["request_id", "charge_no"], ignore_index=True)
    return declined, kept, repeated


def save_compiled(inputs: CompiledInputs, folder: Path) -> None:
    """Write FILES into `folder`; equal inputs give equal bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("weeks", *TABLES):
        getattr(inputs, name).to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    for name in REQUESTS:
        getattr(inputs, name).to_parquet(folder / f"{name}.parquet", index=False)
    period = {
        "shelf": inputs.period.shelf,
        "period": str(inputs.period),
        "cases": CASES.dump_python(inputs.cases, mode="json"),
        **{name: getattr(inputs, name) for name in PLAIN},
    }
    (folder / "people.json").write_bytes(WEEKS.dump_json(inputs.people, indent=1))
    (folder / "period.json").write_text(json.dumps(period, indent=1) + "\n", encoding="utf-8")


def load_compiled(folder: Path) -> CompiledInputs:
    """What save_compiled wrote, equal to what it was given."""
    plain = json.loads((folder / "period.json").read_text(encoding="utf-8"))
    tables = {name: _read_csv(folder / f"{name}.csv", (*IDENTITY, "flags")) for name in TABLES}
    requests = {name: _typed(pd.read_parquet(folder / f"{name}.parquet")) for name in REQUESTS}
    read = {
        "period": shelved(plain.pop("shelf")).period.parse(plain["period"]),
        "weeks": _read_csv(folder / "weeks.csv", ABOUT),
        "sources": tuple(plain["sources"]),
        "cases": CASES.validate_python(plain["cases"]),
        "people": WEEKS.validate_json((folder / "people.json").read_bytes()),
    }
    return CompiledInputs(**plain | read | tables | requests)


def _read_csv(file: Path, texts: Iterable[str]) -> pd.DataFrame:
    types = defaultdict(lambda: "int64", FIGURE_TYPES | dict.fromkeys(texts, "str"))
    missing = dict.fromkeys(OF_CHARGES, [""])
    return pd.read_csv(file, dtype=types, keep_default_na=False, na_values=missing)


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Parquet knows no seconds, only milliseconds, and an empty column has no type."""
    times = {name for name in (*DATETIMES, "as_of", "day") if name in frame}
    types = {name: "datetime64[s]" if name in times else "str" for name in frame}
    if "charge_no" in frame:
        types["charge_no"] = "int64"
    return frame.astype(types)
