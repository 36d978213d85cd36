"""All that a week's report is made from, in one hand: what is kept, hashed and run again.

The job gathers the inputs, saves them beside the run, and the notebook reads them from there; in
JupyterLab the notebook gathers them itself. Either way the same report comes out, because nothing
else goes in: no clock, no path, no environment.

    extract.parquet charges.parquet         the two tables of the extract, as model.py types them
    agencies.csv policies.csv coverage.csv  the directory in effect
    history.csv                             counts of the weeks already published
    ledger.csv                              what was decided of these requests, and since when held
    corrections.json                        the week's records, and the requests that they correct
    earlier.json                            what earlier revisions of the week showed of people
    week.json                               the week, about, the parameters in effect, the note
"""

import hashlib
import json
import os
import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from ddor.calendar import Week
from ddor.errors import NeedsCorrection, NoExtractYet, Problem, address_without_secrets
from ddor.extract.model import DATETIMES, About, Extract
from ddor.extract.table import worded
from ddor.maintained.corrections import RECORDS, UNUSABLE, Record, read_corrections
from ddor.maintained.directory import COLUMNS, Directory, read_directory
from ddor.maintained.parameters import IN_EFFECT, Parameters, extract_location
from ddor.published import history
from ddor.published.history import NOTHING_EARLIER, History, no_history
from ddor.published.ledger import lines_of, no_ledger, read_labels, read_ledger
from ddor.reports import IN_THE_JOB

NEWER_FLAGS, COUNTED = "protected.json", "counted.pickle"
INPUT_FILES = tuple(
    "extract.parquet charges.parquet agencies.csv policies.csv coverage.csv history.csv ledger.csv "
    "corrections.json earlier.json week.json".split()
)


@dataclass(frozen=True)
class Inputs:
    """extract: as received, before any correction. parameters: the keys of parameters.IN_EFFECT,
    as plain values. ledger: the lines about this extract's requests. request_ids: label -> request
    of the rows that `corrections` name. earlier: see history.read_earlier."""

    week: Week
    extract: Extract
    directory: Directory
    history: History
    parameters: dict
    note: str
    ledger: pd.DataFrame = field(default_factory=no_ledger)
    corrections: tuple[Record, ...] = ()
    request_ids: Mapping[str, str] = field(default_factory=dict)
    earlier: Mapping = field(default_factory=lambda: NOTHING_EARLIER)


def read_inputs(week: Week, parameters: Parameters) -> Inputs:
    """What does not come from the archive, read and checked.

    Raises UsageError (parameters, tables, no extract there), NoExtractYet where one may still come,
    or ExtractInvalid.
    """
    # openpyxl and fsspec take long to import, which a kernel that loads saved inputs need not pay.
    from ddor.extract.location import NothingThere
    from ddor.extract.read import read_extract

    directory = read_directory(parameters.agencies, parameters.policies, parameters.coverage)
    location, ignored = extract_location(parameters, week), parameters.ignored_columns
    try:
        extract = read_extract(location, week, ignored, parameters.cohort, parameters.limits)
    except NothingThere:
        if "{week}" not in parameters.extract:
            raise
        place = address_without_secrets(location)
        raise NoExtractYet(
            f"no extract yet at {place}; put it there, or name it: --set extract=PATH"
        ) from None
    effective = parameters.model_dump(mode="json", include=set(IN_EFFECT))
    records = tuple(r for r in read_corrections(parameters.corrections) if r.week == week)
    published = (page.name for page in (parameters.output / "site" / "agencies").glob("*"))
    known = {*directory.agencies["agency_id"], *extract.requests["agency_id"].unique(), *published}
    # A mistyped code would be published as a dispute by an agency that does not exist.
    problems = [
        Problem(f"{r.name}.yaml", (), "agency_id", *worded("unknown_agency", agency=r.agency_id))
        for r in records
        if r.agency_id not in known
    ]
    NeedsCorrection.raise_if(UNUSABLE, problems)
    return Inputs(
        week, extract, directory, no_history(), effective, parameters.note, corrections=records
    )


def with_archive(inputs: Inputs, output: Path) -> Inputs:
    """`inputs` with all that an archive holds for them, as it is now."""
    runs = output / "runs"
    labels = read_labels(runs)
    named = {row for record in inputs.corrections if record.action for row in record.action.rows}
    return replace(
        inputs,
        history=history.read_history(output / "site", inputs.week),
        ledger=lines_of(read_ledger(runs), inputs.week, inputs.extract.requests["request_id"]),
        request_ids={label: labels[label] for label in sorted(named & labels.keys())},
        earlier=history.read_earlier(output, inputs.week),
    )


def save_inputs(inputs: Inputs, folder: Path) -> None:
    """Write INPUT_FILES into `folder`; equal inputs give equal bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    extract, known = inputs.extract, inputs.history
    extract.requests.to_parquet(folder / "extract.parquet", index=False)
    extract.charges.to_parquet(folder / "charges.parquet", index=False)
    tables = {name: getattr(inputs.directory, name) for name in COLUMNS}
    tables |= {"history": known.counts, "ledger": inputs.ledger}
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    records = RECORDS.dump_python(inputs.corrections, mode="json")
    contents = {
        "corrections": {"records": records, "request_ids": dict(inputs.request_ids)},
        "earlier": dict(inputs.earlier),
        "week": {
            "week": str(inputs.week),
            "about": extract.about.keys(),
            "parameters": inputs.parameters,
            "note": inputs.note,
            "history": list(known.weeks),
            "last_declined": known.last_declined,
        },
    }
    for name, content in contents.items():
        text = json.dumps(content, indent=1, default=str) + "\n"  # str: of dates
        (folder / f"{name}.json").write_text(text, encoding="utf-8")


def save_counted(save: Callable[[Any, Path], None], inputs: Any, counts: Any, folder: Path) -> None:
    """The inputs of a report, as `save` writes them, and with them what was counted of them, so
    that the notebook does not count again. A revision keeps the inputs alone."""
    save(inputs, folder)
    with open(folder / COUNTED, "wb") as file:
        pickle.dump((inputs, counts), file, pickle.HIGHEST_PROTOCOL)


def load_counted(load: Callable[[Path], Any], folder: Path) -> tuple[Any, Any]:
    """Inputs and counts; the counts None where the folder holds what a revision kept."""
    file = folder / COUNTED
    # A pickle can run anything, so it is read only where the job has just written it.
    if IN_THE_JOB in os.environ and file.exists():
        return pickle.loads(file.read_bytes())
    return load(folder), None


def protected_flags(requests: pd.DataFrame) -> dict[str, str]:
    """request_id -> its flag `protected`."""
    return dict(zip(requests["request_id"], requests["protected"], strict=True))


def newest_flags(folder: Path, revision: int) -> dict[str, str]:
    """As protected_flags, of a week's private `folder`: those that an unchanged run left there,
    else those of the revision, else, where that is lost, none."""
    newer, kept = folder / NEWER_FLAGS, folder / f"r{revision}" / "extract.parquet"
    if newer.exists():
        return json.loads(newer.read_bytes())
    if not kept.exists():
        return {}
    return protected_flags(pd.read_parquet(kept, columns=["request_id", "protected"]))


def newer_flags(inputs: Inputs, folder: Path, revision: int) -> dict[str, bytes]:
    """Path below runs/ -> the flags of an extract that makes no new revision, where they differ
    from newest_flags: the quarter and its cases go by the newest."""
    own = protected_flags(inputs.extract.requests)
    newer = {f"{inputs.week}/{NEWER_FLAGS}": (json.dumps(own) + "\n").encode()}
    return {} if own == newest_flags(folder, revision) else newer


def with_newest_flags(inputs: Inputs, folder: Path, revision: int) -> Inputs:
    """The kept inputs of a revision, with newest_flags. Corrections are applied to them later."""
    requests = inputs.extract.requests
    newest = requests["request_id"].map(newest_flags(folder, revision))
    requests = requests.assign(protected=newest.astype(requests["protected"].dtype))
    return replace(inputs, extract=replace(inputs.extract, requests=requests))


def not_as_kept(folder: Path, digests: Mapping[str, str]) -> list[str]:
    """Of the files named in `digests` (name -> sha256) those that `folder` lacks, or that are not
    what was kept."""
    files = {name: folder / name for name in digests}
    kept = {n: hashlib.sha256(f.read_bytes()).hexdigest() for n, f in files.items() if f.exists()}
    return [name for name, digest in digests.items() if kept.get(name) != digest]


def load_inputs(folder: Path) -> Inputs:
    """What save_inputs wrote, equal to what it was given."""
    week, records, earlier = (
        json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("week", "corrections", "earlier")
    )
    counts = pd.read_csv(folder / "history.csv", dtype=history.COUNT_TYPES, keep_default_na=False)
    # Parquet knows no seconds, only milliseconds.
    requests, charges = (
        frame.astype({column: "datetime64[s]" for column in DATETIMES if column in frame})
        for frame in (pd.read_parquet(folder / f"{n}.parquet") for n in ("extract", "charges"))
    )
    return Inputs(
        week=Week.parse(week["week"]),
        extract=Extract(requests, charges, About.of(week["about"])),
        directory=read_directory(*(folder / f"{name}.csv" for name in COLUMNS)),
        history=History(tuple(week["history"]), counts, week["last_declined"]),
        parameters=week["parameters"],
        note=week["note"],
        ledger=read_ledger(folder),
        corrections=RECORDS.validate_python(records["records"]),
        request_ids=records["request_ids"],
        earlier=earlier,
    )
