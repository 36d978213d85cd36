"""All that a report of several weeks is made from, in one hand: what is kept, hashed and run again.

    weeks.csv               one line for each week of the period: published, withdrawn or missing
    issued_by_agency.csv declined_by_agency.csv   the weeks' published lines, added up
    declined.parquet charges.parquet              the requests that the weeks count as declined
    people.json             what the weeks tell of people, and the rows behind it
    period.json             the period, cohort, sources, parameters, note, cases, what was told

Made from the current revision of each week; one that is withdrawn, or was never published, is
named and has no figures. A week belongs to the period that holds its last day.
"""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from ddor.calendar import Period
from ddor.compiled.people import WeekOfPeople, plain_weeks, week_of_people, weeks_from_plain
from ddor.compiled.week_runs import DECLINED_COLUMNS, WeekRun, read_run
from ddor.extract.model import CHARGE_COLUMNS, DATETIMES
from ddor.maintained import cases
from ddor.maintained.cases import Case, read_cases
from ddor.maintained.parameters import Parameters
from ddor.published.catalog import Catalog, open_catalog
from ddor.published.history import NOTHING_EARLIER, read_earlier
from ddor.reference.figures import IDENTITY, OF_CHARGES, WEEKLY_FIGURES
from ddor.reports import shelved

FILES = (
    "weeks.csv",
    "issued_by_agency.csv",
    "declined_by_agency.csv",
    "declined.parquet",
    "charges.parquet",
    "people.json",
    "period.json",
)
# Of parameters.IN_EFFECT, what such a report depends on.
PARAMETERS = ("disclosure_threshold", "publisher", "contact", "site_url")
PUBLISHED, WITHDRAWN, MISSING = "published", "withdrawn", "missing"
ABOUT = ("week", "status", "revision", "as_of", "kind")
# Missing: not told of the week.
FIGURE_TYPES = dict.fromkeys(WEEKLY_FIGURES, "int64") | dict.fromkeys(OF_CHARGES, "Int64")


@dataclass(frozen=True)
class CompiledInputs:
    """weeks: ABOUT as text, revision "" for a week without figures; then the weekly figures, 0
    there. issued_by_agency, declined_by_agency: as reference.figures.TABLE_COLUMNS has them, and `flags`.
    declined: week_runs.DECLINED_COLUMNS, a request once, from the latest extract; charges: theirs.
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
    effective = parameters.model_dump(mode="json", include=set(PARAMETERS))
    runs: list[WeekRun] = []
    lines: list[dict] = []
    for week in period.weeks():
        revision = catalog.current(week)
        if revision is None or revision.withdrawn_on:
            status = WITHDRAWN if revision else MISSING
            lines.append(dict.fromkeys(ABOUT, "") | {"week": str(week), "status": status})
            continue
        run = read_run(parameters.output, week, revision.revision)
        runs.append(run)
        about = {
            "week": str(week),
            "status": PUBLISHED,
            "revision": str(run.revision),
            "as_of": run.as_of,
            "kind": revision.kind,
        }
        lines.append(about | run.figures)
    declined, charges, repeated = _requests(runs)
    return CompiledInputs(
        period,
        _weeks(lines),
        _added_up([run.issued_by_agency for run in runs]),
        _added_up([run.declined_by_agency for run in runs]),
        declined,
        charges,
        repeated,
        {agency_id: state for run in runs for agency_id, state in run.states.items()},
        catalog.cohort,
        catalog.synthetic,
        tuple(dict.fromkeys(run.source for run in runs if run.source)),
        any(run.with_charges for run in runs),
        tuple(week_of_people(run.week, run.told, run.people) for run in runs),
        effective,
        parameters.note,
        read_cases(parameters.cases),
        read_earlier(parameters.output, period),
        frozenset().union(*(run.request_ids for run in runs)),
    )


def _weeks(lines: list[dict]) -> pd.DataFrame:
    frame = pd.DataFrame(lines, columns=[*ABOUT, *WEEKLY_FIGURES])
    frame = frame.fillna(dict.fromkeys(set(WEEKLY_FIGURES) - {*OF_CHARGES}, 0))
    return frame.astype(dict.fromkeys(ABOUT, "str") | FIGURE_TYPES)


def _added_up(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """The lines of one agency as one, under its name in the latest week; by state and name."""
    if not tables:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in (*IDENTITY, "flags")})
    lines = pd.concat(tables, ignore_index=True)
    by_agency = lines.groupby("agency_id", sort=False)
    counts = [name for name in lines if name not in (*IDENTITY, "flags")]
    table = by_agency[list(IDENTITY[1:])].last().join(by_agency[counts].sum())
    table["flags"] = by_agency["flags"].agg(lambda told: "; ".join(filter(None, told)))
    table = table.reset_index()
    table = table.sort_values(["state", "agency", "agency_id"], ignore_index=True)
    table = table[[*IDENTITY, *counts, "flags"]].astype({"flags": "str"})
    return table.astype(dict.fromkeys(counts, "int64"))


def _requests(runs: list[WeekRun]) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """-> declined, charges, repeated. ICE may date an outcome anew between two extracts, so that
    two weeks have it: what the latest extract says of the request stands."""
    if not runs:
        empty = pd.DataFrame(columns=list(DECLINED_COLUMNS))
        return _typed(empty), _typed(pd.DataFrame(columns=list(CHARGE_COLUMNS))), 0
    rows = pd.concat([run.declined for run in runs], ignore_index=True)
    rows = rows.sort_values(["request_id", "as_of", "week"], kind="stable")
    declined = rows.drop_duplicates("request_id", keep="last").reset_index(drop=True)
    charges = pd.concat([run.charges.assign(week=str(run.week)) for run in runs])
    charges = charges.merge(declined[["request_id", "week"]], on=["request_id", "week"])
    charges = charges.drop(columns="week").sort_values(["request_id", "charge_no"])
    return declined, charges.reset_index(drop=True), len(rows) - len(declined)


def save_compiled(inputs: CompiledInputs, folder: Path) -> None:
    """Write FILES into `folder`; equal inputs give equal bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("weeks", "issued_by_agency", "declined_by_agency"):
        table = getattr(inputs, name)
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    for name in ("declined", "charges"):
        getattr(inputs, name).to_parquet(folder / f"{name}.parquet", index=False)
    content = {
        "shelf": inputs.period.shelf,
        "period": str(inputs.period),
        "repeated": inputs.repeated,
        "states": dict(sorted(inputs.states.items())),
        "cohort": inputs.cohort,
        "synthetic": inputs.synthetic,
        "sources": list(inputs.sources),
        "with_charges": inputs.with_charges,
        "parameters": inputs.parameters,
        "note": inputs.note,
        "cases": cases.to_plain(inputs.cases),
        "earlier": dict(inputs.earlier),
    }
    for name, each in (("people", plain_weeks(inputs.people)), ("period", content)):
        (folder / f"{name}.json").write_text(json.dumps(each, indent=1) + "\n", encoding="utf-8")


def load_compiled(folder: Path) -> CompiledInputs:
    """What save_compiled wrote, equal to what it was given."""
    content = json.loads((folder / "period.json").read_text(encoding="utf-8"))
    shelf, key = content.pop("shelf"), content.pop("period")
    return CompiledInputs(
        **content
        | {
            "period": shelved(shelf).period.parse(key),
            "weeks": _read_csv(folder / "weeks.csv", ABOUT),
            "sources": tuple(content["sources"]),
            "cases": cases.from_plain(content["cases"]),
            "people": weeks_from_plain(json.loads((folder / "people.json").read_bytes())),
        },
        **{
            name: _read_csv(folder / f"{name}.csv", (*IDENTITY, "flags"))
            for name in ("issued_by_agency", "declined_by_agency")
        },
        **{
            name: _typed(pd.read_parquet(folder / f"{name}.parquet"))
            for name in ("declined", "charges")
        },
    )


def _read_csv(file: Path, texts: tuple[str, ...]) -> pd.DataFrame:
    frame = pd.read_csv(file, dtype=dict.fromkeys(texts, "str"), keep_default_na=False)
    numbers = {name: FIGURE_TYPES.get(name, "int64") for name in frame if name not in texts}
    missing = {
        name: frame[name].replace("", None).astype("float64")
        for name in numbers
        if numbers[name] == "Int64"
    }
    return frame.assign(**missing).astype(dict.fromkeys(texts, "str") | numbers)


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Parquet knows no seconds, only milliseconds, and an empty column has no type."""
    times = {name for name in (*DATETIMES, "as_of", "day") if name in frame}
    types = {name: "datetime64[s]" if name in times else "str" for name in frame}
    if "charge_no" in frame:
        types["charge_no"] = "int64"
    return frame.astype(types)


def as_of(inputs: CompiledInputs) -> dt.date:
    """The date of the oldest of the weeks' extracts: all of them reach as far at least."""
    return dt.date.fromisoformat(inputs.published["as_of"].min())
