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
nothing is known. Whether a case is what the data says is judged in measures/judged_cases.py.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from ddor.calendar import parse_date
from ddor.errors import Problem, UsageError
from ddor.maintained.corrections.told import Told, as_words, file_shown, identifier
from ddor.maintained.directory import AGENCY_ID
from ddor.maintained.headed_text import read_headed
from ddor.narrative import render_markdown
from ddor.reference.offenses import OFFENSE_GROUPS

STANDINGS = ("charged", "convicted")
STATUSES = ("open", "convicted", "dismissed", "acquitted")
WITHOUT_CONVICTION = ("dismissed", "acquitted")
SOURCE_KINDS = ("court record", "official release")
JUVENILE = "81"
NONE = "none"
# Between these stand the described cases of a notebook: see archive/article.py.
BEGIN, END = "<!--cases-->", "<!--/cases-->"
KEYS = (
    "row",
    "agency_id",
    "released",
    "groups_before",
    "groups_after",
    "standing",
    "status",
    "status_on",
    "source_kind",
    "source",
    "described_by",
    "approved_by",
    "approved_on",
)
GUIDE = "docs/cases.md"
_NAME = re.compile("[a-z0-9-]+")
_LABEL = re.compile("C-[0-9a-f]{12}")
_CHOICES = {"standing": STANDINGS, "status": STATUSES, "source_kind": SOURCE_KINDS}


@dataclass(frozen=True)
class Case:
    """name: of its file, without the ending. released: YYYY-MM. groups: in order, each once.
    body: Markdown, for narrative.render_markdown. row is private; the rest is published."""

    name: str
    row: str
    agency_id: str
    released: str
    groups_before: tuple[str, ...]
    groups_after: tuple[str, ...]
    standing: str
    status: str
    status_on: dt.date
    source_kind: str
    source: str
    described_by: str
    approved_by: str
    approved_on: dt.date
    body: str


class CasesInvalid(UsageError):
    """The described cases need correction; lists every problem of every file."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__("\n".join(["the described cases need correction:", *map(str, problems)]))


def candidate_label(quarter: str, request_id: str) -> str:
    """What the private list of candidates calls a request, and a case its `row`."""
    return "C-" + hashlib.sha256(f"{quarter} {request_id}".encode()).hexdigest()[:12]


def read_cases(folder: Path) -> tuple[Case, ...]:
    """The cases of one quarter by name; none where the folder does not exist. Raises
    CasesInvalid."""
    problems: list[Problem] = []
    cases: list[Case] = []
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        if file.name == "README.md" or file.name.startswith("."):
            continue
        told = Told(file_shown(file.name))
        if _is_a_case(file, told):
            head, body = read_headed(file, dict.fromkeys(KEYS, str.strip), told.problems, GUIDE)
            cases += _case(file.stem, head, body, told)
        problems += told.problems
    problems += _same_rows(cases)
    if problems:
        raise CasesInvalid(problems)
    return tuple(sorted(cases, key=lambda case: case.name))


def _is_a_case(file: Path, told: Told) -> bool:
    if kind := identifier(as_words(file.stem)):
        told.tell("", f"a file name that looks like {kind}", "no direct identifier", "rename it")
    elif file.suffix != ".md" or not _NAME.fullmatch(file.stem) or not file.is_file():
        told.tell(
            "",
            "its name",
            "small letters, digits and hyphens before .md",
            "rename it, or move it out of this folder",
        )
    return not told.problems


def _case(name: str, head: dict, body: str, told: Told) -> list[Case]:
    """The case, or none where anything is told."""
    given = {
        key: value
        for key, value in head.items()
        if key == "row" or told.text(key, value) is not None
    }
    _tell_place(given, told)
    for key, words in _CHOICES.items():
        if key in given and given[key] not in words:
            told.tell(key, f'"{given[key]}"', f"one of {', '.join(words)}", "choose one of them")
    groups = {key: _groups(key, given, told) for key in ("groups_before", "groups_after")}
    days = {
        key: _day(key, given[key], told) for key in ("status_on", "approved_on") if key in given
    }
    _tell_order(given, days, told)
    _tell_source(given, told)
    _tell_approval(given, told)
    _tell_body(body if head else "-", told)
    return [] if told.problems else [Case(**{**head, **groups, **days}, name=name, body=body)]


def _tell_place(given: dict, told: Told) -> None:
    # Not shown: what stands there may be a request_id.
    if "row" in given and not _LABEL.fullmatch(given["row"]):
        told.tell(
            "row",
            "something else (not shown)",
            "a label such as C-1f0c22d97ab4",
            "look it up in the private list of candidates",
        )
    if "agency_id" in given and not AGENCY_ID.fullmatch(given["agency_id"]):
        told.tell(
            "agency_id",
            f'"{given["agency_id"]}"',
            "4 to 12 capital letters and digits",
            "look it up in agencies.csv",
        )
    if "released" in given and not _is_month(given["released"]):
        told.tell("released", f'"{given["released"]}"', "a month, YYYY-MM", "write 2017-02")


def _is_month(text: str) -> bool:
    try:
        return bool(re.fullmatch("[0-9]{4}-[0-9]{2}", text) and parse_date(f"{text}-01"))
    except UsageError:
        return False


def _groups(key: str, given: dict, told: Told) -> tuple[str, ...]:
    """A case says what was charged after the release, so that only groups_before may be NONE."""
    if key not in given or (given[key] == NONE and key == "groups_before"):
        return ()
    groups = [part.strip() for part in given[key].split(",")]
    if not {*groups} <= OFFENSE_GROUPS.keys() or len({*groups}) < len(groups):
        may_be = f", or {NONE}" if key == "groups_before" else ""
        told.tell(
            key,
            f'"{given[key]}"',
            f"NCIC offense groups such as 13, 35, each once{may_be}",
            "write two digits each, with a comma between them",
        )
    elif JUVENILE in groups:
        told.tell(key, JUVENILE, "no case of a juvenile offender", "remove the case")
    return tuple(sorted(groups))


def _day(key: str, text: str, told: Told) -> dt.date | None:
    try:
        return parse_date(text)
    except UsageError as error:
        told.tell(key, f'"{text}"', "YYYY-MM-DD", str(error))
    return None


def _tell_order(given: dict, days: dict, told: Told) -> None:
    status_on, approved_on = days.get("status_on"), days.get("approved_on")
    if status_on and approved_on and approved_on < status_on:
        told.tell(
            "approved_on",
            str(approved_on),
            f"{status_on} or later, the day of the status",
            "let the case be approved as it is now",
        )
    released = given.get("released", "")
    if status_on and _is_month(released) and f"{status_on:%Y-%m}" < released:
        told.tell("status_on", str(status_on), "a day after the release", "correct one of the two")


def _tell_source(given: dict, told: Told) -> None:
    source = given.get("source", "")
    if kind := identifier(as_words(source)):
        told.tell(
            "source",
            f"an address that looks like {kind} (not shown)",
            "no direct identifier",
            "name the court and the number of the case instead",
        )
    if any(scheme not in ("http", "https") for scheme in re.findall(r"(\w*)://", source)):
        told.tell(
            "source",
            "another kind of address",
            "http:// or https://, or words only",
            "write the address at which the public finds it",
        )


def _tell_approval(given: dict, told: Told) -> None:
    one, other = (
        " ".join(given.get(key, "").lower().split()) for key in ("described_by", "approved_by")
    )
    if one and one == other:
        told.tell(
            "approved_by",
            "the role that described it",
            "a second person's role",
            "let another person read it against the source",
        )


def _tell_body(body: str, told: Told) -> None:
    if not body.strip():
        told.tell("", "no text below the head", "a description", "write it in plain Markdown")
    if kind := identifier(body):
        told.tell(
            "", f"text that looks like {kind} (not shown)", "text that names nobody", "remove it"
        )
    if re.search("<img|<h[12]", render_markdown(body)):
        told.tell(
            "",
            "a picture or a heading of # or ##",
            "text, with headings of ### or smaller",
            "change it",
        )


def _same_rows(cases: list[Case]) -> list[Problem]:
    rows = [case.row for case in cases]
    return [
        Problem(
            f"{case.name}.md",
            (1,),
            "row",
            "the label of another case too",
            "one case for a request",
            "keep one of them",
        )
        for case in cases
        if rows.count(case.row) > 1
    ]


def to_plain(cases: Iterable[Case]) -> list[dict]:
    """The cases as JSON can hold them: dates in ISO form, groups as lists. Private: with row."""
    return [
        asdict(case)
        | {
            "groups_before": list(case.groups_before),
            "groups_after": list(case.groups_after),
            "status_on": case.status_on.isoformat(),
            "approved_on": case.approved_on.isoformat(),
        }
        for case in cases
    ]


def from_plain(plain: list[dict]) -> tuple[Case, ...]:
    """What to_plain was given, also after a round trip through JSON; judged no second time."""
    return tuple(
        Case(
            **each
            | {
                "groups_before": tuple(each["groups_before"]),
                "groups_after": tuple(each["groups_after"]),
                "status_on": dt.date.fromisoformat(each["status_on"]),
                "approved_on": dt.date.fromisoformat(each["approved_on"]),
            }
        )
        for each in plain
    )
