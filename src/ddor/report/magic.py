"""What `%load_ext ddor.report` brings: `%%narrative`, a cell of Markdown with figures in it that is
shown as it will be published, and a note beneath each cell that a publication would stop at."""

import os
import re
import sys

from ddor.narrative import render_narrative
from ddor.publishable import HTML, refusal
from ddor.reference.codes import rows
from ddor.report.words import HERE
from ddor.reports import IN_THE_JOB

_NOT_READ = re.compile(
    r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}"  # figures, conditions, comments
    r"|`[^`]*`|\]\([^)]*\)|<[^>\s]*>"  # code and addresses
    r"|^[ \t>]*\d+[.)][ \t]",  # the numbers of a list
    re.DOTALL | re.MULTILINE,
)
# What a sentence may say with a number that is no figure of the report (no_figures.csv).
_NO_FIGURE = re.compile("|".join(row["pattern"] for row in rows("no_figures", HERE)), re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.,/#-])\d[\d,.]*(?<=\d)(?![\w-])")


def typed_numbers(narrative: str) -> list[str]:
    """The numbers of a narrative that are typed by hand and could be figures: not in braces, and
    no year, day, span of time, legal citation, bound (*20 or more*, *under 5*) or name (*group 03*,
    *I-247A*). A guess, for a warning."""
    text = " ".join(_NOT_READ.sub(" _ ", narrative).split())
    return _NUMBER.findall(_NO_FIGURE.sub("_", text))


def load_ipython_extension(ipython) -> None:
    """Called by `%load_ext ddor.report`."""
    from IPython.display import display

    def narrative(line: str, cell: str) -> None:
        # One HTML output, so that JupyterLab shows what nbconvert will publish.
        # The line of the magic itself is counted, where a line is named.
        display(HTML(render_narrative(f"\n{cell}", ipython.user_ns)))
        if typed := typed_numbers(cell):
            _say(
                f"typed by hand: {', '.join(typed)}. If this is a figure, write its name in "
                "double braces, so that it follows the data."
            )

    displayed = []

    def seen(message: dict) -> dict:
        displayed.append(message["content"].get("data"))
        return message

    def note(result) -> None:
        shown = [data for data in displayed if data is not None]
        displayed.clear()
        if result.result is not None:
            shown.append(ipython.display_formatter.format(result.result)[0])
        kept = getattr(ipython.history_manager, "outputs", {}).get(result.execution_count, ())
        printed = any(each.output_type == "out_stream" for each in kept)
        reasons = [*(["prints"] if printed else []), *map(refusal, shown)]
        for reason in dict.fromkeys(filter(None, reasons)):
            _say(
                f"a publication would stop here: the cell {reason}. Take that out, or give the "
                "cell the tag not-published."
            )

    ipython.register_magic_function(narrative, magic_kind="cell")
    # Only the kernel of a notebook has such hooks.
    if IN_THE_JOB not in os.environ and hasattr(ipython.display_pub, "register_hook"):
        ipython.display_pub.register_hook(seen)
        ipython.events.register("post_run_cell", note)


def _say(words: str) -> None:
    # On stderr, which JupyterLab shows, the job reports, and neither publishes.
    print(words, file=sys.stderr)
