"""`ddor rows`: the rows behind a published figure, as a private workbook for answering an agency.

    runs/<week>/rows/F3-declined_total-MN0270000.xlsx   sheets rows and about
    runs/labels.csv                                     label, week, request_id; never passed on

A workbook names a request only by its label, F3-12: the twelfth row of the third file. The next
file labels the same request anew, so that two files cannot be joined; labels.csv alone can tell
which request is meant. A file's own line there, F3 without a request_id, keeps its number taken
where it has no rows.
"""

import csv
import datetime as dt
import io
import json
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ddor.archive.publish import Archive, last_revision, opened
from ddor.archive.workbook import new_book
from ddor.calendar import Week
from ddor.errors import UsageError
from ddor.extract.model import DATETIMES, SYNTHETIC_NOTICE
from ddor.inputs import INPUT_FILES, load_inputs, with_newest_flags
from ddor.jobs.prepared import figure_differences
from ddor.measures.figures import count_inputs
from ddor.measures.trace import rows_behind
from ddor.published import ledger

# Not among them, on purpose: request_id, citizenship, protected, follow-up, charges. They tell who
# a person is or what the person is said to have done, and no clerk needs them to find a request.
SHOWN = """
    form agency_id agency_name issued_at custody_confirmed notice_at release_due_at released_at
    releasing_agency_id sentence_ends_on ice_custody_at outcome outcome_recorded_at decline_reason
    counted_as held_by
""".split()
COLUMNS = ("label", *SHOWN)
LOOK = {"valign": "top", "text_wrap": True}
WIDEST = 80

LABELS = f"runs/{ledger.LABELS}"
LABEL_COLUMNS = ["label", "week", "request_id"]
LABEL = re.compile(r"F[1-9][0-9]*(-[1-9][0-9]*)?")

ONLY_HERE = "Labels are valid in this file only. Another file has other labels for the same rows."
LEFT_OUT = (
    "People whom the law protects (8 U.S.C. 1367 and others) are counted in totals only. "
    "Requests counted in the figure and left out of this file"
)


@dataclass(frozen=True)
class RowsFile:
    """rows: requests in the workbook; left_out: protected ones, counted in the figure only."""

    path: Path
    rows: int
    left_out: int


def write_rows(output: Path, week: Week, figure: str, agency_id: str | None) -> RowsFile:
    """Write the workbook of `figure` (measures.trace), of all agencies or of one, from the inputs
    of the latest revision in `output`/runs/<week>/.

    Raises UsageError: no revision, a later one published elsewhere, figures that this version of
    the program counts otherwise, an unknown figure or agency, a labels.csv that was changed.
    Raises ArchiveUnavailable: busy, or it cannot be written.
    """
    if not (output / "runs").is_dir():
        _latest_revision(Archive(output), week)  # it raises; to open the archive makes the folder
    with opened(output) as archive:
        revision = _latest_revision(archive, week)
        inputs = with_newest_flags(load_inputs(revision), revision.parent, int(revision.name[1:]))
        counts = count_inputs(inputs)
        _prove_unchanged(archive, week, revision.name, counts.figures)

        charges = counts.extract.charges
        counted = rows_behind(counts.status, charges, figure, agency_id, counts.shown)
        # 8 U.S.C. 1367: not shown as an individual, to an agency or to whom the file is passed on.
        protected = counted["protected"] == "true"
        kept, left_out = label_lines(archive.output), int(protected.sum())
        file_label, shown = labelled(kept, week, counted[~protected])
        name = "-".join(filter(None, (file_label, figure.replace(":", "-"), agency_id)))
        path = f"runs/{week}/rows/{name}.xlsx"
        about = {
            "notice": SYNTHETIC_NOTICE if inputs.extract.about.synthetic else "",
            "week": f"{week} to {week.last_day}",
            "figure": figure,
            "agency": agency_id or "all agencies",
            "revision": revision.name,
            "rows": str(len(shown)),
            "labels": ONLY_HERE,
            "protected": f"{LEFT_OUT}: {left_out}.",
        }
        # The archive's journal makes the two files one: after a crash the next run finishes both,
        # or neither was begun. The labels are moved first, because whoever finds a workbook must
        # find its labels, and because a number that two files share could not be mended.
        archive.publish({}, {LABELS: labels_file(kept), path: workbook_of(shown, about, week)})
        return RowsFile(archive.output / path, len(shown), left_out)


# The revision


def _latest_revision(archive: Archive, week: Week) -> Path:
    folder = archive.runs / str(week)
    number, published = last_revision(folder), last_revision(archive.site / week.path)
    latest = folder / f"r{number}"
    if not number:
        raise UsageError(f"{folder}: no revision of this week was published here; runs/ is needed")
    if published > number:
        raise UsageError(
            f"r{published} of the week of {week} is published, and the latest in {folder} "
            f"is {latest.name}: the folder r{published} from where it was published is needed"
        )
    if missing := ", ".join(name for name in INPUT_FILES if not (latest / name).exists()):
        raise UsageError(f"{latest} lacks {missing}: the inputs of the run are needed")
    return latest


def _prove_unchanged(
    archive: Archive, week: Week, revision: str, figures: dict[str, int | None]
) -> None:
    """A later version of the program may count otherwise; the rows would then not be those that
    readers were shown. Without site/ there is nothing to compare with."""
    summary = archive.site / week.path / revision / "data" / "summary.json"
    if not summary.exists():
        return
    published = json.loads(summary.read_bytes()).get("figures")
    if published is None:
        raise UsageError(f"{revision} of the week of {week} was withdrawn: it has no figures")
    now = {name: value for name, value in figures.items() if name in published}
    if changed := figure_differences(published, now):
        raise UsageError(
            f"{revision} of the week of {week} was counted by other rules than this version uses "
            f"({'; '.join(changed)}); publish the week anew, or use the version in its "
            "manifest.json"
        )


# The rows as they are shown


def labelled(kept: list[list[str]], week: Week, rows: pd.DataFrame) -> tuple[str, pd.DataFrame]:
    """The label of a file, and COLUMNS of these rows of `figures.Counts.status`, each with its own;
    `kept`, the lines of the labels, gets those of this file."""
    shown = _shown(rows)
    numbers = (int(label[1:].partition("-")[0]) for label, *_ in kept)
    file = f"F{1 + max(numbers, default=0)}"
    shown.insert(0, "label", [f"{file}-{number}" for number in range(1, len(shown) + 1)])
    new = zip(shown["label"], rows.loc[shown.index, "request_id"], strict=True)
    kept += [[file, str(week), ""], *([label, str(week), key] for label, key in new)]
    return file, shown


def _shown(rows: pd.DataFrame) -> pd.DataFrame:
    """Columns SHOWN, text, "" where missing, on the index of `rows`. In an order made of what is
    shown alone: the order of request_id would be a trace of it."""
    rows = rows.assign(counted_as=rows["declined_class"].where(rows["declined"], rows["class"]))
    shown = rows[SHOWN]
    for name in shown.columns.intersection(DATETIMES):
        times = shown[name].dt.strftime("%Y-%m-%dT%H:%M:%S").astype("str")
        shown = shown.assign(**{name: times.str.replace("(T00:00)?:00$", "", regex=True)})
    shown = shown.astype("str").fillna("")
    return shown.sort_values(sorted(SHOWN, key="issued_at".__ne__), kind="stable")


def workbook_of(shown: pd.DataFrame, about: dict[str, str], week: Week) -> bytes:
    """Its sheets: the rows, and `about`, but for what says nothing. The week's first day dates the
    file."""
    book, data = new_book(dt.datetime.combine(week.first_day, dt.time()), author="ddor")
    rows = [tuple(shown.columns), *shown.itertuples(index=False)]
    for name, lines in (("rows", rows), ("about", [each for each in about.items() if each[1]])):
        sheet = book.add_worksheet(name)
        for row, line in enumerate(lines):
            bold = {"bold": name == "rows" and row == 0}
            sheet.write_row(row, 0, line, book.add_format(LOOK | bold))
        for column, texts in enumerate(zip(*lines, strict=True)):
            sheet.set_column(column, column, min(2 + max(map(len, texts)), WIDEST))
    book.get_worksheet_by_name("rows").freeze_panes(1, 0)
    book.close()
    return data.getvalue()


# The labels


def labels_file(lines: list[list[str]]) -> bytes:
    table = pd.DataFrame(lines, columns=LABEL_COLUMNS)
    return table.to_csv(index=False, lineterminator="\n").encode()


def label_lines(output: Path) -> list[list[str]]:
    """LABEL_COLUMNS of each line. Raises UsageError where one was changed."""
    file, header = output / LABELS, ",".join(LABEL_COLUMNS)
    text = file.read_text(encoding="utf-8") if file.exists() else header
    first, *lines = [line for line in csv.reader(io.StringIO(text)) if line] or [[]]
    wrong = [] if first == LABEL_COLUMNS else [(1, ",".join(first), header)]
    for row, line in enumerate(lines, start=2):
        if len(line) != len(LABEL_COLUMNS) or not LABEL.fullmatch(line[0]):
            wrong.append((row, line[0], "a label such as F3-12"))
    for row, seen, expected in wrong:
        raise UsageError(
            f'{file} row {row}: seen "{seen}", expected {expected}; restore the file as it was '
            "written, since a label must not be given twice"
        )
    return lines
