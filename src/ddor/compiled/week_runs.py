"""What one week's private run gives to a report that is made from several.

The figures come from the scraps of its executed notebook, by scrapbook, and have to be those that
the week publishes. The requests come from its inputs, counted again by the same functions: a run
that another version of the program counted otherwise is refused, since its figures and its
requests would not be of one kind.
"""

import json
from pathlib import Path

from ddor.calendar import Week
from ddor.errors import UsageError
from ddor.inputs import INPUT_FILES, Inputs, load_inputs, not_as_kept, with_newest_flags
from ddor.measures.figures import Counts, count_inputs

# Without --force the same extract would be *unchanged*, and nothing made again.
AGAIN = "run the week again with --force"


def read_run(output: Path, week: Week, revision: int) -> tuple[Inputs, Counts]:
    """The run of this published revision: its inputs, and what is counted of them, whose figures
    are those that it published. Raises UsageError where runs/ lacks it, where it is not what was
    published, or where it would be counted otherwise now."""
    folder = output / "runs" / str(week) / f"r{revision}"
    _refuse_what_was_not_kept(folder)
    figures = glued_figures(folder / "report.ipynb")
    summary = output / "site" / week.path / f"r{revision}" / "data" / "summary.json"
    compare = f"`ddor verify {week}` says what is different there: "
    published = _kept(summary, "figures", compare)
    inputs = with_newest_flags(load_inputs(folder), folder.parent, revision)
    counts = count_inputs(inputs)
    for what, others in (("published", published), ("counted again", counts.figures)):
        differing = [
            f"{name} {figures.get(name, 'none')} and {others.get(name, 'none')}"
            for name in others | figures
            if others.get(name) != figures.get(name)
        ]
        if differing:
            raise UsageError(
                f"{week} r{revision}: the figures of its notebook differ from those {what}: "
                f"{', '.join(differing)}; {AGAIN}"
            )
    return inputs, counts


def _refuse_what_was_not_kept(folder: Path) -> None:
    """What is known after release stands in the inputs alone, where no figure of the week would
    tell that it was changed: so they have to be what the run left, byte for byte."""
    names = ("manifest.json", "report.ipynb", *INPUT_FILES)
    if missing := [name for name in names if not (folder / name).exists()]:
        raise UsageError(
            f"{folder} lacks {', '.join(missing)}; a report of several weeks needs their private "
            f"runs: restore it, or {AGAIN}"
        )
    kept = _kept(folder / "manifest.json", "private")
    if changed := not_as_kept(folder, {name: kept.get(name, "") for name in names[1:]}):
        named = ", ".join(changed)
        raise UsageError(f"{folder}: {named} changed since the run; restore it, or {AGAIN}")


def _kept(file: Path, key: str, hint: str = "") -> dict:
    """What a JSON file of a revision has under this name."""
    try:
        return json.loads(file.read_bytes())[key]
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = f"{file} cannot be read ({type(error).__name__})"
        raise UsageError(f"{why}; {hint}restore it, or {AGAIN}") from error


def glued_figures(executed: Path) -> dict[str, int | None]:
    """The figures of a weekly notebook, from its scraps. Raises UsageError where the run did not
    reach its end."""
    import nbformat  # a kernel does without both: the second pulls in all of papermill
    import scrapbook

    scraps = scrapbook.models.Notebook(nbformat.read(executed, 4)).scraps.data_dict
    if scraps.pop("report_complete", None) is not True:
        raise UsageError(f"{executed} did not run to its end; {AGAIN}")
    return scraps
