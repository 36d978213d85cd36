"""What changed between two revisions of a week: figure by figure, agency by agency, from -> to.

Read from what both published, so it tells nothing that a reader could not find by comparing them.
It is made again with the page around a revision's article: when the earlier one is withdrawn it is
gone.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ddor.archive.agency_index import PLACE
from ddor.archive.data_files import DataFiles

# Table -> what its columns are of, in a weekly report and in another.
AGENCY_TABLES = {
    "issued_by_agency": ("Section I", "issued"),
    "declined_by_agency": ("Section II", "recorded"),
}
NOT_COUNTS = ("agency_id", *PLACE, "flags")


class Change(NamedTuple):
    """where: "" for a figure of the whole week, else the agency with its place and code."""

    where: str
    name: str
    before: int | None
    after: int | None


def changes_between(before: DataFiles, after: DataFiles) -> list[Change]:
    """Figures first, in their order, then agencies by state and name; what did not change is left
    out."""
    changes = [
        Change("", *each)
        for each in _differing(before.summary["figures"], after.summary["figures"])
    ]
    for table, sections in AGENCY_TABLES.items():
        if table not in before.tables or table not in after.tables:
            continue  # not every report has it
        section = sections[0 if "week" in after.summary else 1]
        old, new = before.by_agency(table), after.by_agency(table)
        lines = (old | new).values()  # an agency that was renamed is the same agency
        for line in sorted(lines, key=lambda line: (line["state"], line["agency"])):
            agency_id = line["agency_id"]
            where = " · ".join(filter(None, (line["agency"], line["state"], agency_id)))
            counts = (_counts(each.get(agency_id)) for each in (old, new))
            for name, *numbers in _differing(*counts):
                name = f"{name.replace('_', ' ')} ({section})"
                changes.append(Change(where, name, *numbers))
    return changes


def _differing(before: Mapping, after: Mapping) -> Iterator[tuple[str, int | None, int | None]]:
    for name in {**after, **before}:
        if before.get(name, 0) != after.get(name, 0):
            yield name, before.get(name, 0), after.get(name, 0)


def _counts(line: Mapping[str, str] | None) -> dict[str, int]:
    return {name: int(cell) for name, cell in (line or {}).items() if name not in NOT_COUNTS}
