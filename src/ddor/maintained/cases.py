"""Cases that an analyst describes: `params/cases/<quarter>/<name>.md`, a head and Markdown.

    ---
    row: C-1f0c22d97ab4           # label in the private list of candidates; never published
    agency_id: TX0150000
    released: 2017-02             # the month of the release
    groups_before: 35, 54         # NCIC offense groups before it, or none
    groups_after: "13"            # of the charges after it
    standing: charged             # of the charge after release, one of STANDINGS
    status: open                  # what became of the case, one of STATUSES
    status_on: 2017-05-30         # the day on which the source says so
    source_kind: court record     # one of SOURCE_KINDS
    source: Bexar County, 186th District Court, 2017CR4411
    described_by: analyst
    approved_by: reviewer         # another role
    approved_on: 2017-06-02       # not before status_on
    ---
    The person was arrested eleven days after the release.

Every key is required: no case without a public source and the approval of a second person. No
person is named, here or in the name of the file: text that looks like it is refused, unshown.

Left out on purpose: a case of group 81 (juvenile offender), or of a person at large, of whom
nothing is known. Whether a case is what the data says is judged in compiled/cases.py.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, TypeAdapter, ValidationInfo
from pydantic.dataclasses import dataclass

from ddor.errors import NeedsCorrection, Problem
from ddor.extract import key_files
from ddor.extract.identifiers import identifier
from ddor.extract.key_files import Finding, must, one_of
from ddor.extract.table import worded
from ddor.maintained.directory import AgencyId, Month
from ddor.maintained.texts import Quotation
from ddor.reference.codes import OFFENSE_GROUPS

STANDINGS = ("charged", "convicted")
STATUSES = ("open", "convicted", "dismissed", "acquitted")
WITHOUT_CONVICTION = ("dismissed", "acquitted")
SOURCE_KINDS = ("court record", "official release")
JUVENILE = "81"
NONE = "none"
# Between these stand the described cases of a notebook: see archive/kept.py.
BEGIN, END = "<!--cases-->", "<!--/cases-->"


def _groups(value: Any, info: ValidationInfo) -> Any:
    """A case says what was charged after the release, so that only groups_before may be NONE."""
    if not isinstance(value, str):
        if info.context:
            raise ValueError("written as a text")
        return value
    may_be_none = info.field_name == "groups_before"
    groups = [] if may_be_none and value == NONE else [part.strip() for part in value.split(",")]
    if not {*groups} <= OFFENSE_GROUPS.keys() or len({*groups}) < len(groups):
        or_none = f", or {NONE}" if may_be_none else ""
        key_files.refuse(*worded("no_groups", seen=key_files.quoted(value), or_none=or_none))
    if JUVENILE in groups:
        key_files.refuse(JUVENILE, "no case of a juvenile offender", "remove the case")
    return sorted(groups)


_LABEL = re.compile("C-[0-9a-f]{12}").fullmatch
_LOOK_UP = "look it up in the private list of candidates"
# Not shown where it does not fit: what stands there may be a request_id.
Label = Annotated[
    str, must(_LABEL, "a label such as C-1f0c22d97ab4", _LOOK_UP, "something else (not shown)")
]
Groups = Annotated[tuple[str, ...], BeforeValidator(_groups)]


@dataclass(frozen=True)
class Case(key_files.Written):
    """name: of its file, without the ending. released: YYYY-MM. groups: in order, each once.
    body: Markdown, for narrative.render_markdown. row is private; the rest is published."""

    name: str
    row: Label
    agency_id: AgencyId
    released: Month
    groups_before: Groups
    groups_after: Groups
    standing: Annotated[str, one_of(STANDINGS)]
    status: Annotated[str, one_of(STATUSES)]
    status_on: key_files.Day
    source_kind: Annotated[str, one_of(SOURCE_KINDS)]
    source: key_files.OneLine
    described_by: key_files.OneLine
    approved_by: key_files.OneLine
    approved_on: key_files.Day
    body: Quotation

    @classmethod
    def contradictions(cls, key: str, value: Any, before: Mapping[str, Any]) -> Iterator[Finding]:
        if key == "status_on" and f"{value:%Y-%m}" < before.get("released", ""):
            yield Finding(str(value), "a day after the release", "correct one of the two")
        if key == "approved_on" and value < before.get("status_on", value):
            yield Finding(*worded("approved_early", value=value, status_on=before["status_on"]))
        if key == "approved_by" and value.lower() == before.get("described_by", "").lower():
            yield Finding(*worded("approved_by_its_author"))
        if key == "source" and (kind := identifier(key_files.as_words(value))):
            yield Finding(*worded("source_of_person", kind=kind))
        schemes = re.findall(r"(\w*)://", value) if key == "source" else ()
        if not {"http", "https"}.issuperset(schemes):
            yield Finding(*worded("source_address"))


CASES = TypeAdapter(tuple[Case, ...])


def candidate_label(quarter: str, request_id: str) -> str:
    """What the private list of candidates calls a request, and a case its `row`."""
    return "C-" + hashlib.sha256(f"{quarter} {request_id}".encode()).hexdigest()[:12]


def read_cases(folder: Path) -> tuple[Case, ...]:
    """The cases of one quarter by name; none where the folder does not exist. Raises
    NeedsCorrection."""
    named = "small letters, digits and hyphens before .md"
    cases, problems = key_files.read_folder(folder, Case, r"[a-z0-9-]+\.md", named, "docs/cases.md")
    rows = [case.row for case in cases]
    words = "row", "the label of another case too", "one case for a request", "keep one of them"
    problems += [Problem(f"{c.name}.md", (1,), *words) for c in cases if rows.count(c.row) > 1]
    NeedsCorrection.raise_if("the described cases need correction", problems)
    return tuple(cases)
