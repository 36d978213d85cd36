"""Whatever comes in is counted with a sum that holds, or refused with a list: mutated inputs of
every form, through reading, checking and counting, each within bounds of time and memory.

The short run has some hundred, the long one 10,000. Each kind is read in a process of its own, so
that its memory is known. A failure names form and seed: `python tests/test_mutated_inputs.py FIRST
LAST FORM` runs these seeds again.
"""

import contextlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from conftest import PROJECT
from mutations import FORMS, files, mutated, with_other_cells, write
from weekly_runs import job, without_kernel

MOST_SECONDS, MOST_MB = 10, 1000
IMPORTED = ("foia.csv", "foia.xlsx", "foia.parquet", "foia.sav", "export.csv", "export.xlsx")
EVERY = (*FORMS, "maintained", *IMPORTED)
RECORD = """week: 2017-02-11
agency_id: MN0270000
figure: declined
ground: moved
received_on: 2017-04-01
status: upheld
answered_on: 2017-04-10
answer: The person was released by another jail.
action:
  rows: [E2-4f81c09a3d12]
  expect: {outcome: declined}
  set: {outcome: honored}
"""
CASE = """---
row: C-1f0c22d97ab4
agency_id: TX0150000
released: 2017-02
groups_before: 35, 54
groups_after: "13"
standing: charged
status: open
status_on: 2017-05-30
source_kind: court record
source: Bexar County, 186th District Court, 2017CR4411
described_by: analyst
approved_by: reviewer
approved_on: 2017-06-02
---
The person was arrested eleven days after the release.
"""
# Path below params/ -> a valid file.
MAINTAINED = {
    "weekly.yaml": b"publisher: Example County\ncontact: a@example.org\nrelease_lag_days: 45\n",
    "notes/2017-02-11.md": b"A *note* with [a link](https://example.org/).\n\n- one\n- two\n",
    "corrections/moved.yaml": RECORD.encode(),
    "statements/MN0270000.md": b"---\nreceived_on: 2017-04-03\n---\nOur jail sends faxes.\n",
    "cases/2017Q1/one.md": CASE.encode(),
    **{
        name: (PROJECT / "params" / name).read_bytes()
        for name in ("pages/overview.md", "agencies.csv", "policies.csv", "coverage.csv")
    },
}


class TooLong(BaseException):
    """What no reader takes for a damaged file."""


def outcome(form: str, seed: int, folder: Path) -> str:
    """What becomes of one input: "counted", or the name of the error that a user is shown."""
    from ddor.errors import DdorError

    chance = random.Random(f"{form}{seed}")
    try:
        if form == "maintained":
            return _maintained(chance, folder)
        if form in IMPORTED:
            return _imported(form, chance, folder)
        return _counted(write(a_mutant(form, chance), folder))
    except DdorError as error:
        message = str(error)
        assert error.exit_code in (2, 3), error
        assert len(message) < 100_000, "a message without end"
        message.encode()
        return type(error).__name__


def a_mutant(form: str, chance: random.Random) -> dict[str, bytes]:
    """The files of an extract, with other cells or other bytes."""
    if chance.random() < 0.5:
        return files(form, with_other_cells(chance))
    made = files(form)
    name = chance.choice(sorted(made))
    return made | {name: mutated(made[name], chance)}


def _counted(place: Path) -> str:
    import frames

    from ddor.calendar import Week
    from ddor.checks.check import CheckedWeek
    from ddor.extract.read import read_extract
    from ddor.published.history import no_history

    week = Week.parse("2017-02-11")
    extract = read_extract(str(place), week)
    case = CheckedWeek(extract, week, frames.directory_of(), no_history(), "recorded")
    counts = frames.counted(case)
    assert counts.reconciliation["rows"].sum() == len(extract.requests)
    return "counted"


def _imported(form: str, chance: random.Random, folder: Path) -> str:
    """A mutated file, and for half of the exports a mutated map, through the importer."""
    from test_foia import detainer
    from test_own_export import EXPORT, filled

    from ddor.calendar import Week
    from ddor.importers.foia.importer import Asked, import_foia
    from ddor.importers.own.draft import draft_map
    from ddor.importers.own.table import import_table

    kind, ending = form.split(".")
    file, own = folder / form, folder / "map.yaml"
    lines = [line.split(",") for line in EXPORT.splitlines()[3:]]
    frame = pd.DataFrame([detainer(birth_year=str(year)) for year in range(1960, 1972)])
    frame = frame if kind == "foia" else pd.DataFrame(lines[1:], columns=lines[0])
    to = {"csv": frame.to_csv, "xlsx": frame.to_excel, "parquet": frame.to_parquet}
    to["sav"] = lambda file, index: pyreadstat.write_sav(frame, file)
    cells = chance.random() < 0.5
    for _ in range(3 * cells):
        place = chance.randrange(len(frame)), chance.randrange(len(frame.columns))
        frame.iloc[place] = mutated(str(frame.iloc[place]).encode(), chance).decode("latin-1")
    with contextlib.suppress(openpyxl.utils.exceptions.IllegalCharacterError):
        to[ending](file, index=False)
    if kind == "foia":
        file.write_bytes(file.read_bytes() if cells else mutated(file.read_bytes(), chance))
        tables = folder / "agencies.csv"
        tables.write_bytes(MAINTAINED["agencies.csv"])
        asked = Asked([Week.parse("2026-02-07")], str(folder / "out"), tables)
        summary = import_foia([file], asked)
        assert summary.read == summary.kept + summary.outside + summary.set_aside.total()
        return "counted"
    own.write_text(filled(draft_map(file)), encoding="utf-8")
    spoiled = chance.choice([file, own])
    spoiled.write_bytes(mutated(spoiled.read_bytes(), chance))
    import_table(file, own, Week.parse("2017-03-04"), folder / "out", "recorded")
    return "counted"


def _maintained(chance: random.Random, folder: Path) -> str:
    from ddor.calendar import Week
    from ddor.extract.identifiers import RequestKeys
    from ddor.jobs.prepared import refuse_unfit, written_texts
    from ddor.jobs.report import site_context
    from ddor.maintained.cases import read_cases
    from ddor.maintained.corrections import read_corrections
    from ddor.maintained.parameters import load_parameters
    from ddor.report.attribute_tables import render_markdown

    name = chance.choice(sorted(MAINTAINED))
    for each, data in MAINTAINED.items():
        target = folder / each
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(mutated(data, chance) if each == name else data)
    week = Week.parse("2017-02-11")
    tables = {each: str(folder / f"{each}.csv") for each in ("agencies", "policies", "coverage")}
    parameters = load_parameters(PROJECT, week, folder / "weekly.yaml", tables)
    context = site_context(parameters)
    texts = written_texts(week, parameters.model_dump(), parameters.note)
    refuse_unfit(texts | context.written(), RequestKeys(()))
    render_markdown(parameters.note)
    read_corrections(parameters.corrections)
    read_cases(folder / "cases" / "2017Q1")
    return "read"


def run(form: str, seeds: range) -> dict:
    """Outcome -> how many; the slowest, in seconds; what ended otherwise."""
    found: dict = {"outcomes": {}, "slowest": 0, "wrong": []}

    def late(*_: object) -> None:
        raise TooLong(f"over {MOST_SECONDS} s")

    signal.signal(signal.SIGALRM, late)
    for seed in seeds:
        folder = Path(tempfile.mkdtemp())
        begun = time.monotonic()
        signal.alarm(MOST_SECONDS)
        try:
            what = outcome(form, seed, folder)
        except (Exception, TooLong) as error:
            what = "wrong"
            found["wrong"].append(f"{form} {seed}: {type(error).__name__}: {error}"[:300])
        signal.alarm(0)
        found["outcomes"][what] = found["outcomes"].get(what, 0) + 1
        found["slowest"] = max(found["slowest"], time.monotonic() - begun)
        shutil.rmtree(folder)
    most = re.search(r"VmHWM:\s+([0-9]+)", Path("/proc/self/status").read_text())[1]
    found["mb"] = int(most) >> 10
    return found


def judged(first: int, last: int, *forms: str) -> None:
    words = [sys.executable, __file__, str(first), str(last), *forms]
    paths = os.pathsep.join([str(PROJECT / "src"), str(PROJECT / "tests")])
    done = subprocess.run(
        words, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": paths}, timeout=3600
    )
    assert done.returncode == 0, done.stderr[-2000:]
    for found in map(json.loads, done.stdout.splitlines()):
        assert found["wrong"] == []
        assert found["mb"] < MOST_MB and found["slowest"] < MOST_SECONDS
        assert len(found["outcomes"]) > 1, "mutations that reach nothing, or break everything"


def test_a_mutated_input_is_counted_or_refused_with_a_list():
    judged(0, 12, *EVERY)


@pytest.mark.slow
@pytest.mark.parametrize("form", EVERY)
def test_thousands_of_mutated_inputs_are_counted_or_refused_with_a_list(form):
    judged(12, 2012, form)


@pytest.mark.slow
def test_a_mutated_extract_is_a_whole_run_that_publishes_holds_or_says_why(tmp_path):
    codes = []
    with without_kernel():
        for seed in range(100):
            chance = random.Random(seed)
            made = a_mutant(FORMS[seed % len(FORMS)], chance)
            place = write(made, tmp_path / str(seed))
            ran = job(tmp_path / f"out{seed}", "--extract", place, "--json")
            assert ran.code in (0, 2, 3, 4), ran.stderr
            assert "Traceback" not in ran.stderr
            codes.append(ran.code)
            if ran.code in (0, 4):
                (line,) = map(json.loads, ran.stdout.splitlines())
                where = f"out{seed}/**/data/reconciliation.csv"
                table = pd.read_csv(sorted(tmp_path.glob(where))[0], comment="#")
                assert table["rows"].sum() == line["figures"]["received_total"] > 0
    assert {0, 3} <= {*codes}


if __name__ == "__main__":
    for each in sys.argv[3:]:
        print(json.dumps(run(each, range(int(sys.argv[1]), int(sys.argv[2])))))
