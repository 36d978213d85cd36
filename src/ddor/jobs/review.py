"""What a person has to look at: the flags of a week as a list to fill in, and the list read back.

review.csv has one line for each flag: a request that a check holds back, or an agency for which
the week waits (E5, E8). Whoever looks at it fills in *decision* (count or hold), *reason* and *by*
(a role, no name), and hands it to `run_week.py WEEK --decisions FILE`. The label in `flag` says
which flag is meant, whatever a spreadsheet does to the other columns.
"""

import csv
import io
from pathlib import Path

import pandas as pd

from ddor.calendar import Week
from ddor.errors import Problem, UsageError
from ddor.extract.csv_files import plain_cell, safe_cell
from ddor.extract.identifiers import identifier
from ddor.measures.figures import Counts, agency_identities
from ddor.published.ledger import COLUMNS as LEDGER_COLUMNS
from ddor.published.ledger import DECISIONS, flag_label, held_since

FLAG_COLUMNS = LEDGER_COLUMNS[: LEDGER_COLUMNS.index("first_held") + 1]
REVIEW_COLUMNS = tuple(
    "flag check effect request_id agency_id agency state why held_since earlier_decisions decision "
    "reason by".split()
)
FILLED_IN = ("flag", "decision", "reason", "by")
MOST_EARLIER = 5
MOST_LINES = 12
BOM = "\ufeff"  # without it Excel reads UTF-8 as Windows-1252
# How a file begins that is no CSV file in UTF-8 or Windows-1252.
NO_CSV = {b"PK": "a workbook", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
SAVE = "save review.csv as CSV UTF-8"


def flags_of(counts: Counts, week: Week) -> pd.DataFrame:
    """FLAG_COLUMNS as text, one row for each request held back and each agency under review."""
    agency_of = counts.status.set_index("request_id")["agency_id"]
    as_of = counts.extract.about.as_of.isoformat()
    rows = [
        (row.check, "", row.request_id, agency_of[row.request_id], row.reason)
        for row in counts.held.itertuples()
    ] + [
        (row.check, str(week), row.agency_id, row.agency_id, row.reason)
        for row in counts.review.itertuples()
        if row.check
    ]
    lines = [
        (flag_label(check, scope, subject, why), str(week), check, subject, agency, why, as_of)
        for check, scope, subject, agency, why in rows
    ]
    return pd.DataFrame(lines, columns=list(FLAG_COLUMNS), dtype="str")


def review_list(
    counts: Counts, agencies: pd.DataFrame, flags: pd.DataFrame, ledger: pd.DataFrame
) -> bytes:
    """review.csv: REVIEW_COLUMNS, one line for each of `flags`, agencies under review first. A
    decision that the ledger has already is filled in. `agencies`: the directory's table."""
    places = agency_identities(counts.status, agencies).set_index("agency_id")
    lines = flags.merge(ledger[list(FILLED_IN)], on="flag", how="left")
    lines["effect"] = flags["check"].map(counts.checks.set_index("check")["effect"])
    holds = lines["effect"] == "hold"
    # Of a request by any check; an agency's week is a flag of its own.
    since, first = held_since(ledger), flags["first_held"]
    days = [since.get(subject, day) for subject, day in zip(flags["subject"], first, strict=True)]
    lines["held_since"] = pd.Series(days, flags.index, dtype="str").where(holds, first)
    lines["request_id"] = flags["subject"].where(holds, "")
    for name in ("agency", "state"):
        lines[name] = flags["agency_id"].map(places[name])
    decided = ledger[ledger["decision"] != ""].sort_values("decided_on", ascending=False)
    lines["earlier_decisions"] = [_earlier(decided, flag) for flag in flags.itertuples()]
    lines = lines.assign(holds=holds).sort_values(["holds", "agency_id", "flag"])
    table = lines[list(REVIEW_COLUMNS)].astype("str").fillna("").map(safe_cell)
    return (BOM + table.to_csv(index=False, lineterminator="\r\n")).encode()


def _earlier(decided: pd.DataFrame, flag) -> str:
    """What was decided of this agency before, latest first."""
    lines = decided[(decided["agency_id"] == flag.agency_id) & (decided["flag"] != flag.flag)]
    told = [
        f"{line.decided_on} {line.check} {line.decision} ({line.by}): {line.reason}"
        for line in lines.head(MOST_EARLIER).itertuples()
    ]
    return " | ".join(told)


class DecisionsInvalid(UsageError):
    """The file of decisions needs correction; nothing of it was taken."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__("\n".join(["the decisions need correction:", *map(str, problems)]))


def read_decisions(file: Path, flags: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame:
    """Columns FILLED_IN of the lines with a decision. `flags`: those of this week's run; `ledger`:
    its lines about this week, which may be decided anew. Raises DecisionsInvalid with every
    problem."""
    known = {*flags["flag"], *ledger["flag"]}
    problems: list[Problem] = []
    decided: dict[str, dict[str, str]] = {}
    for row, line in _lines(file):
        if not line["decision"]:
            continue  # not decided yet, whatever else was noted
        found = [(name, *problem) for name in FILLED_IN[1:] if (problem := _problem(name, line))]
        label = line["flag"]
        if label not in known:
            mend = "use the latest review.csv of the week"
            found.append(("flag", _shown(label), "a flag of this week", mend))
        elif decided.setdefault(label, line) != line:
            found.append(("flag", f'another decision on "{label}"', "one", "keep one line"))
        problems += [Problem(file.name, (row,), *each) for each in found]
    if not decided and not problems:
        raise _unreadable(
            file, (), "decision", "no decision", "at least one line with a decision", "fill one in"
        )
    if problems:
        raise DecisionsInvalid(problems)
    return pd.DataFrame(list(decided.values()), columns=list(FILLED_IN), dtype="str")


def _problem(name: str, line: dict[str, str]) -> tuple[str, str, str] | None:
    """Of a cell: what was seen, what was expected, and what to do."""
    text = line[name]
    if name == "decision":
        if text in DECISIONS:
            return None
        return _shown(text), "count or hold", "write one of them"
    if not text:
        return "nothing", "why, in words" if name == "reason" else "a role", "fill it in"
    if kind := identifier(text):
        seen = f"text that looks like {kind} (not shown)"
        return seen, "no name", "write the role of the person who decided"
    return None


def _shown(text: str) -> str:
    """For a message, unless it may name a person."""
    return "text that looks like a name (not shown)" if identifier(text) else f'"{text}"'


def _unreadable(
    file: Path, rows: tuple[int, ...], column: str, seen: str, expected: str, mend: str = SAVE
) -> DecisionsInvalid:
    return DecisionsInvalid([Problem(file.name, rows, column, seen, expected, mend)])


def _lines(file: Path) -> list[tuple[int, dict[str, str]]]:
    """Row number as a spreadsheet shows it, and its FILLED_IN, as a spreadsheet program may have
    saved them: UTF-8 or Windows-1252; commas, semicolons or tabs; any line ends."""
    try:
        data = file.read_bytes()
    except OSError as error:
        seen, mend = (error.strerror or "no file").lower(), "give its path after --decisions"
        raise _unreadable(file, (), "", seen, "the filled-in list", mend) from error
    if kind := next((NO_CSV[start] for start in NO_CSV if data.startswith(start)), ""):
        raise _unreadable(file, (), "", kind, "a CSV file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    first = text.split("\n", 1)[0]
    try:
        head, *rows = csv.reader(io.StringIO(text), delimiter=max(",;\t", key=first.count))
    except (csv.Error, ValueError) as error:
        seen = f"no table ({error})"
        raise _unreadable(file, (), "", seen, "a CSV file with a header") from error
    if missing := ", ".join(name for name in FILLED_IN if name not in head):
        raise _unreadable(file, (1,), missing, "no such column", ", ".join(FILLED_IN))
    named = [(row, dict(zip(head, line, strict=False))) for row, line in enumerate(rows, start=2)]
    lines = [
        (row, {name: plain_cell(line.get(name, "").strip()) for name in FILLED_IN})
        for row, line in named
    ]
    return [(row, line | {"decision": line["decision"].lower()}) for row, line in lines]


def review_lines(counts: Counts, agencies: pd.DataFrame, folder: Path) -> list[str]:
    """For stderr and --json: why the week waits, and what to do; a few lines. `agencies`: the
    directory's table."""
    places = agency_identities(counts.status, agencies)
    names = {p.agency_id: f"{p.agency}, {p.state} ({p.agency_id})" for p in places.itertuples()}
    reasons = [
        f"{line.check} {names[line.agency_id]}: {line.reason}" if line.check else line.reason
        for line in counts.review.itertuples()
    ]
    if len(reasons) > MOST_LINES:
        reasons = [*reasons[:MOST_LINES], f"and {len(reasons) - MOST_LINES} more, in the list"]
    held = counts.held.merge(counts.status[["request_id", "agency_id"]], on="request_id")
    by_check = [
        f"{check}: {len(rows)} held back at {_agencies(rows['agency_id'], names)}"
        for check in counts.checks["check"]
        if len(rows := held[held["check"] == check])
    ]
    return [
        "a person has to review this week before it is published; nothing was published",
        *reasons,
        *by_check,
        f"draft: {folder / 'draft' / 'index.html'}",
        f"list: {folder / 'review.csv'}",
        "fill in decision, reason and by, and run again with --decisions FILE; or publish the week "
        "unchanged with --accept-held --reason TEXT",
    ]


def _agencies(ids: pd.Series, names: dict[str, str]) -> str:
    several = sorted(set(ids))
    shown = ", ".join(names[each] for each in several[:4])
    return shown + (f" and {len(several) - 4} more" if len(several) > 4 else "")
