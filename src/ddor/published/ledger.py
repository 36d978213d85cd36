"""The private ledger: every flag that a check ever raised, since when, and what was decided of it.

A flag is what one check says of one request, or of one agency's week (E5, E8), in one sentence. A
decision stands as long as the check says the same: when the row changes so that the sentence does,
it is a new flag, which nobody has looked at. So a decision follows a request through every week
and revision in which it appears.

    outputs/runs/ledger.csv

    flag        label, such as E2-4f81c09a3d12: the flag in review.csv, the row in a correction
    week        first day of the week in which it was first held; of E5 and E8 the week it is about
    check       subject: request_id, or agency_id for E5 and E8
    agency_id   the agency asked
    why         the check's sentence
    first_held  the date of the extract in which it was first held
    decision    count, hold, or empty; with reason, by (a role, no name) and decided_on

Left out on purpose: a decision is never taken back by deleting a line; a later line of review.csv
decides anew.
"""

import datetime as dt
import hashlib
from pathlib import Path

import pandas as pd

from ddor.calendar import Week
from ddor.errors import ArchiveUnavailable

LEDGER, LABELS = "ledger.csv", "labels.csv"
COLUMNS = tuple(
    "flag week check subject agency_id why first_held decision reason by decided_on".split()
)
LONG_HELD = dt.timedelta(days=90)  # what was held longer has waited too long
COUNT, HOLD = "count", "hold"
DECISIONS = (COUNT, HOLD)

# (check, subject, why) of each flag that a person decided to count.
Cleared = frozenset[tuple[str, str, str]]


def no_ledger() -> pd.DataFrame:
    return pd.DataFrame(columns=list(COLUMNS), dtype="str")


def read_ledger(folder: Path) -> pd.DataFrame:
    """The ledger in runs/, or the lines of it that a run was given. COLUMNS as text, "" for empty,
    one row per flag, in the order of the file; empty where there is none yet. Raises
    ArchiveUnavailable where it cannot be read."""
    file = folder / LEDGER
    if not file.exists():
        return no_ledger()
    try:
        return pd.read_csv(file, dtype="str", keep_default_na=False)[list(COLUMNS)].astype("str")
    except (OSError, ValueError, KeyError) as error:
        raise ArchiveUnavailable(f"{LEDGER} cannot be read ({error}); restore it") from error


def flag_label(check: str, week: str, subject: str, why: str) -> str:
    """`week` is "" for a flag about a request, which is the same in every week."""
    text = "\x1f".join((check, week, subject, why))
    # A letter first and a hyphen in it: no spreadsheet takes it for a number or a date.
    return f"{check}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def lines_of(ledger: pd.DataFrame, week: Week, request_ids: pd.Series) -> pd.DataFrame:
    """What the ledger says of these requests, in any week, and of agencies in this one; by flag."""
    about_week = ledger["week"] == str(week)
    # As objects, since pandas looks for the values of a `str` column one by one.
    of_requests = ledger["subject"].astype("object").isin(request_ids)
    lines = ledger[of_requests | about_week]
    return lines.sort_values("flag", ignore_index=True)


def cleared_flags(lines: pd.DataFrame) -> Cleared:
    """The flags decided to be counted, of what `lines_of` gave."""
    count = lines[lines["decision"] == COUNT]
    return frozenset(zip(count["check"], count["subject"], count["why"], strict=True))


def held_since(lines: pd.DataFrame) -> pd.Series:
    """Index subject, value the earliest first_held: since when each has been held, by any check."""
    return lines.groupby("subject")["first_held"].min()


def read_labels(runs: Path) -> dict[str, str]:
    """label -> request_id, of every flag and of every workbook that `ddor rows` wrote (jobs.rows):
    the names by which a correction may name a row."""
    ledger = read_ledger(runs)
    labels = dict(zip(ledger["flag"], ledger["subject"], strict=True))
    file = runs / LABELS
    if file.exists():
        table = pd.read_csv(file, dtype="str", keep_default_na=False)
        rows = table[table["request_id"] != ""]  # a line without one keeps a file's number
        labels |= dict(zip(rows["label"], rows["request_id"], strict=True))
    return labels


def with_flags(ledger: pd.DataFrame, flags: pd.DataFrame) -> pd.DataFrame:
    """The ledger with the new ones of `flags` (COLUMNS up to first_held) added at its end; one that
    it has may turn out to have been held earlier."""
    first = flags.set_index("flag")["first_held"].to_dict()
    held = zip(ledger["flag"], ledger["first_held"], strict=True)
    since = [min(day, first.get(flag, day)) for flag, day in held]
    ledger = ledger.assign(first_held=pd.Series(since, ledger.index, dtype="str"))
    new = flags[~flags["flag"].isin(ledger["flag"])].reindex(columns=list(COLUMNS), fill_value="")
    return pd.concat([ledger, new.astype("str")], ignore_index=True)


def with_decisions(ledger: pd.DataFrame, decisions: pd.DataFrame, day: str) -> pd.DataFrame:
    """The ledger with `decisions` (columns flag, decision, reason, by), taken on `day`; one that
    it has already keeps its day. Every flag of them has to be in it."""
    ledger, columns = ledger.set_index("flag"), ["decision", "reason", "by"]
    for line in decisions.itertuples():
        decided = (line.decision, line.reason, line.by)
        if tuple(ledger.loc[line.flag, columns]) != decided:
            ledger.loc[line.flag, [*columns, "decided_on"]] = (*decided, day)
    return ledger.reset_index()[list(COLUMNS)]
