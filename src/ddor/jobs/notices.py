"""`ddor notices`: each agency with a declined request is asked before the week is published.

    runs/<week>/notices/F4-MN0270000.xlsx   every row of the agency in the extract
    runs/<week>/notices/F4-MN0270000.md     the letter, made from params/letter.md

Nothing is sent. The workbook names a request by a label, as `ddor rows` does. It lists every row of
the agency, whatever it counts as, and never says whom a law protects: an absence would say it. What
the publisher's counsel has to decide first is in docs/asking-agencies.md. An answer becomes the
record of a dispute (`record_answer`), which the next run of the week shows on its page.
"""

import datetime as dt
import glob
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import yaml

from ddor import inputs as week_inputs
from ddor.archive.publish import opened
from ddor.calendar import Week, long_date
from ddor.errors import DdorError, NeedsCorrection, Problems, UsageError
from ddor.extract.key_files import read_text
from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.jobs.rows import LABELS, label_lines, labelled, labels_file, workbook_of
from ddor.maintained.corrections import ANSWER_WITHIN, GROUNDS, read_corrections
from ddor.maintained.directory import read_agencies
from ddor.maintained.parameters import Parameters
from ddor.measures.figures import count_inputs
from ddor.narrative import StrictEnvironment, in_sentence

LETTER = "letter.md"
ABOUT = {
    "labels": "Labels are valid in this file only. Name a row by its label in your answer.",
    "rows": "Every row of your agency in the extract, whatever it counts as.",
    "private": "These rows are about single people. Do not pass the file on.",
}


@dataclass(frozen=True)
class Notice:
    """declined: of its requests, recorded in the week, those that are held back too; rows: of its
    workbook; letter, workbook: their paths."""

    agency_id: str
    declined: int
    rows: int
    letter: str
    workbook: str


def write_notices(week: Week, parameters: Parameters) -> list[Notice]:
    """For each agency with a request that the extract calls declined this week, held back or not.
    Raises as read_inputs; NeedsCorrection and UsageError where the letter cannot be written."""
    letter = parameters.corrections.with_name(LETTER)
    if not letter.exists():
        letter = parameters.project_pages.with_name(LETTER)
    gathered = week_inputs.read_inputs(week, parameters)
    found = Problems(letter.name, "docs/asking-agencies.md")
    text = read_text(letter, found)
    if not text.strip():
        found.report("", "nothing", "the text of a letter", "write it; params/letter.md is one")
    NeedsCorrection.raise_if("the letter needs correction", found)
    with opened(parameters.output) as archive:
        inputs = week_inputs.with_archive(gathered, archive.output)
        counts = count_inputs(inputs)
        status, agencies = counts.status, counts.agencies.set_index("agency_id")
        of_week = status[status["declined"] | status["held_back_declined"]]
        kept, files, notices = label_lines(archive.output), {}, []
        by_agency = of_week.groupby("agency_id")["held_back_declined"].agg(["size", "sum"])
        notice = SYNTHETIC_NOTICE if inputs.extract.about.synthetic else ""
        of_all = {
            "grounds": list(GROUNDS.values()),
            "days": ANSWER_WITHIN.days,
            "publisher": parameters.publisher or "the publisher",
            "contact": parameters.contact or "(the parameter contact is empty)",
            "as_of": long_date(inputs.extract.about.as_of),
        }
        for agency_id, declined, held in by_agency.itertuples():
            rows = status[status["agency_id"] == agency_id]
            label, shown = labelled(kept, week, rows)
            path = f"runs/{week}/notices/{label}-{agency_id}"
            about = {"notice": notice, "week": week.title, "agency": agency_id} | ABOUT
            own = agencies.loc[agency_id]
            names = {"agency": own["agency"], "agency_id": agency_id, "state": own["state"]}
            names |= {"week": week.title, "declined": declined, "held": held, "rows": len(shown)}
            names |= {"workbook": f"{label}-{agency_id}.xlsx"} | of_all
            files[f"{path}.md"] = _written(text, names, letter).encode()
            files[f"{path}.xlsx"] = workbook_of(shown, about, week)
            written = [f"{archive.output / path}{ending}" for ending in (".md", ".xlsx")]
            notices += [Notice(str(agency_id), declined, len(shown), *written)]
        archive.publish({}, {LABELS: labels_file(kept), **files})
    return notices


def _written(text: str, names: dict, letter: Path) -> str:
    try:
        environment = StrictEnvironment(partial(in_sentence, of_text=str))
        environment.trim_blocks = environment.lstrip_blocks = True
        return environment.from_string(text).render(names)
    except Exception as error:  # of the template's author, whatever Jinja calls it
        known = ", ".join(names)
        raise UsageError(
            f"{letter}: it cannot be filled in ({error}); the names that it can use: {known}"
        ) from None


def record_answer(
    parameters: Parameters,
    week: Week,
    agency_id: str,
    figure: str,
    ground: str,
    day: dt.date,
    notice: str,
) -> Path:
    """Writes the record of an open dispute into the folder of corrections, under a name of its own.
    Raises UsageError (a later day than today, an agency that nobody knows, the same again) and
    NeedsCorrection where it, or another record, does not fit; nothing is then written."""
    folder, today = parameters.corrections, parameters.today
    if day > today:
        raise UsageError(f"--received-on {day} is later than today, {today}")
    pages = parameters.output / "site" / "agencies"
    asked = parameters.output.glob(f"runs/{week}/notices/F*-{glob.escape(agency_id)}.md")
    known = {*read_agencies(parameters.agencies)["agency_id"]}
    if agency_id not in known and not (pages / agency_id).is_dir() and not [*asked]:
        raise UsageError(f"{agency_id} is unknown: not in agencies.csv, on no page, in no letter")
    for each in read_corrections(folder):
        same = (each.week, each.agency_id, each.figure, each.ground, each.status)
        if same == (week, agency_id, figure, ground, "open"):
            raise UsageError(f"{each.name}.yaml records that dispute already, and it is open")
    stem, number = f"{week}-{agency_id.lower()}", 1
    while (file := folder / f"{stem}-{number}.yaml").exists():
        number += 1
    keys = {"week": str(week), "agency_id": agency_id, "figure": figure, "ground": ground}
    keys |= {"received_on": str(day), "status": "open"} | ({"notice": notice} if notice else {})
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(keys, sort_keys=False, allow_unicode=True), encoding="utf-8")
    try:
        read_corrections(folder)
    except DdorError:
        file.unlink()
        raise
    return file
