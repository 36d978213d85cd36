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
from ddor.measures.agencies import agency_identities
from ddor.measures.figures import Counts
from ddor.published.ledger import COLUMNS as LEDGER_COLUMNS
from ddor.published.ledger import DECISIONS, flag_label, held_since

FLAG_COLUMNS = LEDGER_COLUMNS[: LEDGER_COLUMNS.index("first_held") + 1]
REVIEW_COLUMNS = (
    "flag",
    "check",
    "effect",
    "request_id",
    "agency_id",
    "agency",
    "state",
    "why",
    "held_since",
    "earlier_decisions",
    "decision",
    "reason",
    "by",
)
FILLED_IN = ("flag", "decision", "reason", "by")
MOST_EARLIER = 5
MOST_LINES = 12
BOM = "\ufeff"  # without it Excel reads UTF-8 as Windows-1252


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
    return pd.DataFrame(
        [
            (flag_label(check, scope, subject, why), str(week), check, subject, agency, why, as_of)
            for check, scope, subject, agency, why in rows
        ],
        columns=list(FLAG_COLUMNS),
        dtype="str",
    )


def review_list(
    counts: Counts, agencies: pd.DataFrame, flags: pd.DataFrame, ledger: pd.DataFrame
) -> bytes:
    """review.csv: REVIEW_COLUMNS, one line for each of `flags`, agencies under review first. A
    decision that the ledger has already is filled in. `agencies`: the directory's table."""
    effects = counts.checks.set_index("check")["effect"]
    places = agency_identities(counts.status, agencies).set_index("agency_id")
    by_flag, decided = ledger.set_index("flag"), ledger[ledger["decision"] != ""]
    since = held_since(ledger)  # of a request by any check; an agency's week is a flag of its own
    lines = []
    for flag in flags.itertuples():
        effect = effects[flag.check]
        known = by_flag.loc[flag.flag] if flag.flag in by_flag.index else None
        lines.append(
            {
                "flag": flag.flag,
                "check": flag.check,
                "effect": effect,
                "request_id": flag.subject if effect == "hold" else "",
                "agency_id": flag.agency_id,
                "agency": places.at[flag.agency_id, "agency"],
                "state": places.at[flag.agency_id, "state"],
                "why": flag.why,
                "held_since": since.get(flag.subject, flag.first_held)
                if effect == "hold"
                else flag.first_held,
                "earlier_decisions": _earlier(decided, flag),
                **{name: "" if known is None else known[name] for name in FILLED_IN[1:]},
            }
        )
    lines.sort(key=lambda line: (line["effect"] != "review", line["agency_id"], line["flag"]))
    text = io.StringIO()
    writer = csv.DictWriter(text, REVIEW_COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: safe_cell(value) for name, value in line.items()} for line in lines)
    return (BOM + text.getvalue()).encode()


def _earlier(decided: pd.DataFrame, flag) -> str:
    """What was decided of this agency before, latest first."""
    lines = decided[(decided["agency_id"] == flag.agency_id) & (decided["flag"] != flag.flag)]
    lines = lines.sort_values("decided_on", ascending=False)
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
    problems: list[Problem] = []

    def tell(row, column, seen, expected, mend):
        problems.append(Problem(file.name, (row,) if row else (), column, seen, expected, mend))

    known = {*flags["flag"], *ledger["flag"]}
    decided: dict[str, dict[str, str]] = {}
    for row, line in _lines(file, tell):
        line["decision"] = line["decision"].lower()
        if not line["decision"]:
            continue  # not decided yet, whatever else was noted
        if line["decision"] not in DECISIONS:
            tell(row, "decision", _shown(line["decision"]), "count or hold", "write one of them")
        for name in ("reason", "by"):
            if not line[name]:
                tell(
                    row,
                    name,
                    "nothing",
                    "why, in words" if name == "reason" else "a role",
                    "fill it in",
                )
            elif kind := identifier(line[name]):
                tell(
                    row,
                    name,
                    f"text that looks like {kind} (not shown)",
                    "no name",
                    "write the role of the person who decided",
                )
        if line["flag"] not in known:
            tell(
                row,
                "flag",
                _shown(line["flag"]),
                "a flag of this week",
                "use the latest review.csv of the week",
            )
        elif decided.setdefault(line["flag"], line) != line:
            tell(row, "flag", f'another decision on "{line["flag"]}"', "one", "keep one line")
    if not decided and not problems:
        tell(0, "decision", "no decision", "at least one line with a decision", "fill one in")
    if problems:
        raise DecisionsInvalid(problems)
    return pd.DataFrame(list(decided.values()), columns=list(FILLED_IN), dtype="str")


def _shown(text: str) -> str:
    """For a message, unless it may name a person."""
    return "text that looks like a name (not shown)" if identifier(text) else f'"{text}"'


def _lines(file: Path, tell) -> list[tuple[int, dict[str, str]]]:
    """Row number as a spreadsheet shows it, and its FILLED_IN, as a spreadsheet program may have
    saved them: UTF-8 or Windows-1252; commas, semicolons or tabs; any line ends."""
    save = "save review.csv as CSV UTF-8"
    try:
        data = file.read_bytes()
    except OSError as error:
        seen = (error.strerror or "no file").lower()
        tell(0, "", seen, "the filled-in list", "give its path after --decisions")
        return []
    for start, seen in ((b"PK", "a workbook"), (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16")):
        if data.startswith(start):
            tell(0, "", seen, "a CSV file", save)
            return []
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    first = text.split("\n", 1)[0]
    try:
        head, *rows = csv.reader(io.StringIO(text), delimiter=max(",;\t", key=first.count))
    except (csv.Error, ValueError) as error:
        tell(0, "", f"no table ({error})", "a CSV file with a header", save)
        return []
    missing = [name for name in FILLED_IN if name not in head]
    if missing:
        tell(1, ", ".join(missing), "no such column", ", ".join(FILLED_IN), save)
        return []
    named = [(row, dict(zip(head, line, strict=False))) for row, line in enumerate(rows, start=2)]
    return [
        (row, {name: plain_cell(line.get(name, "").strip()) for name in FILLED_IN})
        for row, line in named
    ]


def review_lines(counts: Counts, agencies: pd.DataFrame, folder: Path) -> list[str]:
    """For stderr and --json: why the week waits, and what to do; a few lines. `agencies`: the
    directory's table."""
    names = _names(counts, agencies)
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


def _names(counts: Counts, agencies: pd.DataFrame) -> dict[str, str]:
    """agency_id -> its name with state and code, as the report has them."""
    places = agency_identities(counts.status, agencies)
    return {p.agency_id: f"{p.agency}, {p.state} ({p.agency_id})" for p in places.itertuples()}


def _agencies(ids: pd.Series, names: dict[str, str]) -> str:
    several = sorted(set(ids))
    shown = ", ".join(names[each] for each in several[:4])
    return shown + (f" and {len(several) - 4} more" if len(several) > 4 else "")
