"""What a person has to look at: the flags of a week as a list to fill in, and the list read back.

review.csv has one line for each flag: a request that a check holds back, or an agency for which
the week waits (E5, E8). Whoever looks at it fills in *decision* (count or hold), *reason* and *by*
(a role, no name), and hands it to `run_week.py WEEK --decisions FILE`. The label in `flag` says
which flag is meant, whatever a spreadsheet does to the other columns.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from ddor.calendar import Week
from ddor.errors import NeedsCorrection, Problems
from ddor.extract.csv_files import plain_cell, safe_cell
from ddor.extract.identifiers import identifier
from ddor.extract.limits import LIMITS, read_file
from ddor.measures.figures import Counts
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
MOST_AGENCIES = 4
# How a file begins that is no CSV file in UTF-8 or Windows-1252.
NO_CSV = {b"PK": "a workbook", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def flags_of(counts: Counts, week: Week) -> pd.DataFrame:
    """FLAG_COLUMNS as text, one row for each request held back and each agency under review."""
    agency_of = counts.status.set_index("request_id")["agency_id"]
    held, review = counts.held, counts.review[counts.review["check"] != ""]
    held = held.assign(subject=held["request_id"], about="")
    held["agency_id"] = held["subject"].map(agency_of)
    review = review.assign(subject=review["agency_id"], about=str(week))
    flags = pd.concat([held, review], ignore_index=True).rename(columns={"reason": "why"})
    said = flags[["check", "about", "subject", "why"]].itertuples(index=False)
    labels = [flag_label(*each) for each in said]
    as_of = counts.extract.about.as_of.isoformat()
    flags = flags.assign(flag=labels, week=str(week), first_held=as_of)
    return flags[list(FLAG_COLUMNS)].astype("str")


def review_list(counts: Counts, flags: pd.DataFrame, ledger: pd.DataFrame) -> bytes:
    """review.csv: REVIEW_COLUMNS, one line for each of `flags`, agencies under review first. A
    decision that the ledger has already is filled in."""
    places = counts.agencies[["agency_id", "agency", "state"]]
    lines = flags.merge(ledger[list(FILLED_IN)], on="flag", how="left")
    lines = lines.merge(places, on="agency_id", how="left")
    lines["effect"] = lines["check"].map(counts.checks.set_index("check")["effect"])
    lines["holds"] = lines["effect"] == "hold"
    # Of a request by any check; an agency's week is a flag of its own.
    since = lines["subject"].map(held_since(ledger)).astype("str").where(lines["holds"])
    lines["held_since"] = since.fillna(lines["first_held"])
    lines["request_id"] = lines["subject"].where(lines["holds"], "")
    decided = ledger[ledger["decision"] != ""].sort_values("decided_on", ascending=False)
    lines["earlier_decisions"] = [_earlier(decided, flag) for flag in flags.itertuples()]
    lines = lines.sort_values(["holds", "agency_id", "flag"])
    table = lines[list(REVIEW_COLUMNS)].astype("str").fillna("").map(safe_cell)
    # With a byte order mark: without it Excel reads UTF-8 as Windows-1252.
    return table.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def _earlier(decided: pd.DataFrame, flag) -> str:
    """What was decided of this agency before, latest first."""
    lines = decided[(decided["agency_id"] == flag.agency_id) & (decided["flag"] != flag.flag)]
    return " | ".join(
        f"{line.decided_on} {line.check} {line.decision} ({line.by}): {line.reason}"
        for line in lines.head(MOST_EARLIER).itertuples()
    )


def read_decisions(file: Path, flags: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame:
    """Columns FILLED_IN of the lines with a decision. `flags`: those of this week's run; `ledger`:
    its lines about this week, which may be decided anew. Raises NeedsCorrection with every problem;
    nothing of the file is then taken."""
    known = {*flags["flag"], *ledger["flag"]}
    problems = Problems(file.name)
    decided: dict[str, dict[str, str]] = {}
    for row, line in _lines(file, problems):
        if not line["decision"]:
            continue  # not decided yet, whatever else was noted
        for problem in _problems(line):
            problems.report(*problem, rows=[row])
        label = line["flag"]
        if label not in known:
            mend = "use the latest review.csv of the week"
            problems.report("flag", _shown(label), "a flag of this week", mend, [row])
        elif decided.setdefault(label, line) != line:
            seen = f'another decision on "{label}"'
            problems.report("flag", seen, "one", "keep one line", [row])
    if not decided and not problems:
        expected = "at least one line with a decision"
        problems.report("decision", "no decision", expected, "fill one in")
    NeedsCorrection.raise_if("the decisions need correction", problems)
    return pd.DataFrame(list(decided.values()), columns=list(FILLED_IN), dtype="str")


def _problems(line: dict[str, str]) -> Iterator[tuple[str, str, str, str]]:
    """Of a line with a decision: the column, what was seen, what was expected, and what to do."""
    if line["decision"] not in DECISIONS:
        yield "decision", _shown(line["decision"]), "count or hold", "write one of them"
    for name, expected in (("reason", "why, in words"), ("by", "a role")):
        if not line[name]:
            yield name, "nothing", expected, "fill it in"
        elif kind := identifier(line[name]):
            seen = f"text that looks like {kind} (not shown)"
            yield name, seen, "no name", "write the role of the person who decided"


def _shown(text: str) -> str:
    """For a message, unless it may name a person."""
    return "text that looks like a name (not shown)" if identifier(text) else f'"{text}"'


def _lines(file: Path, problems: Problems) -> Iterator[tuple[int, dict[str, str]]]:
    """Row number as a spreadsheet shows it, and its FILLED_IN, as a spreadsheet program may have
    saved them: UTF-8 or Windows-1252; commas, semicolons or tabs; any line ends. None of a file
    that cannot be read, which `problems` then says."""
    save = "save review.csv as CSV UTF-8"
    try:
        data = read_file(file, LIMITS.bytes)
    except OSError as error:
        seen = "is a directory" if file.is_dir() else (error.strerror or "no file").lower()
        mend = f"give its path after --decisions; looked for it at {file.absolute()}"
        return problems.report("", seen, "the filled-in list", mend)
    if kind := next((NO_CSV[start] for start in NO_CSV if data.startswith(start)), ""):
        return problems.report("", kind, "a CSV file", save)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    first = text.split("\n", 1)[0]
    try:
        head, *rows = csv.reader(io.StringIO(text), delimiter=max(",;\t", key=first.count))
    except (csv.Error, ValueError) as error:
        return problems.report("", f"no table ({error})", "a CSV file with a header", save)
    if missing := ", ".join(name for name in FILLED_IN if name not in head):
        return problems.report(missing, "no such column", ", ".join(FILLED_IN), save, [1])
    for row, cells in enumerate(rows, start=2):
        named = dict(zip(head, cells, strict=False))
        line = {name: plain_cell(named.get(name, "").strip()) for name in FILLED_IN}
        yield row, line | {"decision": line["decision"].lower()}


def review_lines(counts: Counts, folder: Path) -> list[str]:
    """For stderr and --json: why the week waits, and what to do; a few lines."""
    agencies = counts.agencies.itertuples()
    names = {each.agency_id: f"{each.agency}, {each.state} ({each.agency_id})" for each in agencies}
    reasons = [
        f"{line.check} {names[line.agency_id]}: {line.reason}" if line.check else line.reason
        for line in counts.review.itertuples()
    ]
    if len(reasons) > MOST_LINES:
        reasons = [*reasons[:MOST_LINES], f"and {len(reasons) - MOST_LINES} more, in the list"]
    held = counts.held.merge(counts.status[["request_id", "agency_id"]], on="request_id")
    by_check = []
    for check in counts.checks["check"]:
        if len(rows := held[held["check"] == check]):
            several = sorted(set(rows["agency_id"]))
            shown = ", ".join(names[each] for each in several[:MOST_AGENCIES])
            if len(several) > MOST_AGENCIES:
                shown += f" and {len(several) - MOST_AGENCIES} more"
            by_check.append(f"{check}: {len(rows)} held back at {shown}")
    return [
        "a person has to review this week before it is published; nothing was published",
        *reasons,
        *by_check,
        f"draft: {folder / 'draft' / 'index.html'}",
        f"list: {folder / 'review.csv'}",
        "fill in decision, reason and by, and run again with --decisions FILE; or publish the week "
        "unchanged with --accept-held --reason TEXT",
    ]
