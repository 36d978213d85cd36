"""Makes docs/checks.md from the registry and the re-enactment of the first report.

What a check asks, compares and cannot see is said once, in its module and in the registry; what it
finds is counted from samples/2017-01-28 with the tables in params/. `test_checks_doc` compares the
file with this; DDOR_WRITE_DOCS=1 writes it.
"""

import inspect
import re
import textwrap
from pathlib import Path

from frames import counted

from ddor.calendar import Week
from ddor.checks.check import Check, CheckedWeek
from ddor.checks.registry import CHECKS, CheckResults, run_checks
from ddor.extract.read import read_extract
from ddor.maintained.directory import read_directory
from ddor.published.history import no_history

PROJECT = Path(__file__).resolve().parents[1]
FILE = PROJECT / "docs" / "checks.md"
FIRST_REPORT = Week.parse("2017-01-28")
WIDTH = 128

OPENING = """
The weekly report of January 28, 2017 and the two that followed were suspended on April 10, 2017,
because their figures were wrong. The errors fall into twelve classes. A check looks for one class
of error in the rows of a week. It names the rows that it doubts, each with a sentence that says
why. It corrects nothing.

A check has one of three effects. **Hold**: the request is not counted as declined. It is counted
under the first check that stopped it, and every share is printed as a range: the low end counts
none of the held requests as declined, the high end all of them. **Review**: the whole week waits,
and nothing is published until a person has reviewed it. **Show**: every request stays counted, and
the page shows the finding beside the figures.

**An empty field never fails a check.** A check that finds no row with all the fields it compares
says *not assessed*. That is not the same as *ok*: the check could not look. Passing every check
does not prove a row right; each section below ends with what its check cannot see. To report a
request that was wrongly counted or held back, name the week, the agency's code and the number of
the check, but no person.
"""

MADE = "Made by tests/checks_document.py; DDOR_WRITE_DOCS=1 and tests/test_checks_doc.py write it."

E10_TITLE = "An expectation shown as a fact"
E10_PRINTED = (
    'the issued requests of Section I, "expected to reflect as declined"; six newspapers printed '
    "issued as declined"
)
E10_SECTION = """
*No check, because it cannot be expressed.*

No request is counted as declined before a decline is on record. Section I shows what became of
the requests issued in the week so far: honored, declined, other, and pending. No rate mixes them
with the requests recorded as declined. The reconciliation at the end of each report puts every
received request in exactly one class and proves that the classes add up; if they do not, nothing is
published.

**Limits.** It cannot keep a reader from confusing *issued* with *declined*. For that reason the two
are never in one column.
"""

# Names of columns and values, where a docstring has them without backticks.
SNAKE_CASE = re.compile(r"(?<!`)\b[a-z]+(?:_[a-z]+)+\b(?!`)")

EFFECTS = {"hold": "Hold", "review": "Review", "show": "Show"}
SCOPES = {
    "request": "every request received, whatever its dates; a request that it stops is in neither "
    "section",
    "outcome": "requests that would count as declined this week; a request that it stops still "
    "counts as issued, with its outcome held back",
    "volume": "the requests and declines of each agency, as received, before any is held back",
    "policy": "the table of policies; it never changes a count",
    "nothing": "requests that count as declined this week; they stay counted",
}


def reenactment() -> CheckedWeek:
    """The week of the first report, as it was printed, with no week published before it."""
    extract = read_extract(str(PROJECT / "samples" / str(FIRST_REPORT)), week=FIRST_REPORT)
    tables = (f"{name}.csv" for name in ("agencies", "policies", "coverage"))
    directory = read_directory(*(PROJECT / "params" / table for table in tables))
    return CheckedWeek(extract, FIRST_REPORT, directory, no_history(), "recorded")


def checks_document(case: CheckedWeek, checks: tuple[Check, ...] = CHECKS) -> str:
    """docs/checks.md as text, for a case of the first report's week."""
    results = run_checks(case, checks)
    pending = counted(case, checks).figures["issued_pending"]
    lines = [_summary(check, results) for check in checks]
    sections = [_section(check) for check in checks]
    at = [check.id for check in checks].index("E9") + 1
    found = (
        f"no check: {_of(pending, 'request')} issued and pending, none of them counted as declined"
    )
    lines.insert(at, _row("E10", E10_TITLE, E10_PRINTED, found))
    sections.insert(at, f"## E10 · {E10_TITLE}\n\n{_paragraphs(E10_SECTION)}")
    head = (
        "| class | what the original reports printed | what this report does with the "
        "re-enactment |"
    )
    table = "\n".join([head, "|---|---|---|", *lines])
    about = _wrapped(
        "The last column is counted from the re-enactment in `samples/2017-01-28`: agencies and "
        "counts as they were printed, details invented, and no week published before it. Names of "
        "columns are explained in [extract.md](extract.md) and [parameters.md](parameters.md)."
    )
    parts = ["# The checks", _paragraphs(OPENING), "## The twelve classes", about, table, *sections]
    return "\n\n".join([*parts, f"<!-- {MADE} -->"]) + "\n"


def _summary(check: Check, results: CheckResults) -> str:
    line = results.checks.set_index("check").loc[check.id]
    rows, at = int(line["rows"]), f"at {_of(int(line['agencies']), 'agency')}"
    if line["status"] in ("ok", "not assessed"):
        found = NOTHING[line["status"]] + (f"; {WHY[check.id]}" if check.id in WHY else "")
    elif check.effect == "hold":
        found = f"{_of(rows, 'request')} {at} held back"
    elif check.effect == "review":
        found = f"{_of(rows, 'request')} {at}: the week waits for a person"
    elif check.doubts == "policy":
        found = f"{_of(rows, 'policy')} shown as not verified"
    else:
        found = f"{_of(rows, 'decline')} {at} counted and also shown separately"
    return _row(check.id, check.title, check.printed, found)


NOTHING = {
    "ok": "nothing of this kind in the re-enactment",
    "not assessed": "not assessed: no row of the re-enactment has the fields it compares",
}
# Why a check that stopped something in 2017 finds nothing in the re-enactment.
WHY = {
    "E4": "its 14 requests to the state jail have the state jail's own code and are counted "
    "separately from the county's",
    "E11": "its two requests to Hennepin County are held back under E6",
}


def _section(check: Check) -> str:
    compares = SNAKE_CASE.sub(r"`\g<0>`", " ".join(inspect.getdoc(check.assess.func).split()))
    return "\n\n".join(
        [
            f"## {check.id} · {check.title}",
            f"*{check.question}*",
            _wrapped(f"**{EFFECTS[check.effect]}.** Looks at {SCOPES[check.doubts]}."),
            _wrapped(f"**How.** {compares}"),
            _wrapped(f"**Thresholds.** {check.thresholds}"),
            _wrapped(f"**Limits.** {check.limits}"),
        ]
    )


def _row(id: str, title: str, printed: str, found: str) -> str:
    return f"| [{id}](#{_anchor(id, title)}) {title} | {printed} | {found} |"


def _anchor(id: str, title: str) -> str:
    """What GitHub makes of the section's heading, where `·` vanishes between its two spaces."""
    kept = [each for each in f"{id} · {title}".lower() if each.isalnum() or each in " -"]
    return "".join(kept).replace(" ", "-")


def _of(count: int, word: str) -> str:
    """12 and "policy" -> "12 policies"."""
    plural = f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"
    return f"{count:,} {word if count == 1 else plural}"


def _paragraphs(text: str) -> str:
    return "\n\n".join(_wrapped(each) for each in text.strip().split("\n\n"))


def _wrapped(text: str) -> str:
    joined = " ".join(text.split())
    return textwrap.fill(joined, WIDTH, break_long_words=False, break_on_hyphens=False)
