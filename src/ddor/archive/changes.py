"""What changed between two revisions of a week: figure by figure, agency by agency, from -> to.

Read from what both published, so it tells nothing that a reader could not find by comparing them.
It is made again with the page around a revision's article: when the earlier one is withdrawn it is
gone.
"""

import csv
import io
import json
from dataclasses import dataclass, replace

from ddor.reference.figures import IDENTITY

SECTIONS = {"issued": "Section I", "recorded": "Section II"}  # of a weekly report
AGENCY_TABLES = {"issued_by_agency.csv": "issued", "declined_by_agency.csv": "recorded"}
NOT_COUNTS = (*IDENTITY, "flags")


@dataclass(frozen=True)
class Change:
    """where: "" for a figure of the whole week, else the agency with its place and code."""

    where: str
    name: str
    before: int | None
    after: int | None


def changes_between(before: dict[str, bytes], after: dict[str, bytes]) -> list[Change]:
    """`before` and `after`: the data files of two revisions, name -> bytes. Figures first, in their
    order, then agencies by state and name; what did not change is left out."""
    summaries = [json.loads(files["summary.json"]) for files in (before, after)]
    changes = _differing("", *(summary["figures"] for summary in summaries))
    sections = SECTIONS if "week" in summaries[1] else {}
    for table, words in AGENCY_TABLES.items():
        if table not in before or table not in after:
            continue  # not every report has it
        old, new = (_by_agency(files[table]) for files in (before, after))
        labels = {key: row[0] for rows in (old, new) for key, row in rows.items()}
        for agency_id, label in sorted(labels.items(), key=lambda item: item[1]):
            named = _differing(
                " · ".join(filter(None, (label[1], label[0], agency_id))),
                *(rows[agency_id][1] if agency_id in rows else {} for rows in (old, new)),
            )
            section = sections.get(words, words)
            changes += [replace(each, name=_words(each.name, section)) for each in named]
    return changes


def _words(column: str, section: str) -> str:
    """The column as a reader knows it, with the section it stands in."""
    return f"{column.replace('_', ' ')} ({section})"


def _differing(where: str, before: dict[str, int], after: dict[str, int]) -> list[Change]:
    names = [*after, *(name for name in before if name not in after)]
    return [
        Change(where, name, before.get(name, 0), after.get(name, 0))
        for name in names
        if before.get(name, 0) != after.get(name, 0)
    ]


def _by_agency(data: bytes) -> dict[str, tuple[tuple[str, str], dict[str, int]]]:
    """agency_id -> (state, name), counts. An agency that was renamed is the same agency."""
    rows = csv.DictReader(io.StringIO(data.decode()))
    return {
        row["agency_id"]: (
            (row["state"], row["agency"]),
            {name: int(value) for name, value in row.items() if name not in NOT_COUNTS},
        )
        for row in rows
        if row["agency_id"]  # an empty synthetic table has a line for its notice
    }
