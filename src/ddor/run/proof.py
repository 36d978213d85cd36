"""Proof of run: an executed notebook counts only if it says everything it should.

papermill marks a notebook whose kernel died as completed. So the last scrap has to be there, every
code cell has to have run, and the figures it glued have to be those counted beside it.
"""

from pathlib import Path

from ddor.errors import NotebookFailed
from ddor.run.executed import numbered


def prove_run(executed: Path, figures: dict[str, int | None]) -> dict[str, int | None]:
    """The figures as the notebook glued them, in the order of `figures`, read with scrapbook.

    `figures`: what was counted from the same inputs outside the notebook; None for one that may not
    be told, and must not be glued. Raises NotebookFailed with everything that is missing or
    differs.
    """
    import scrapbook  # seconds to import: it pulls in all of papermill

    problems = []
    for number, cell in numbered(executed):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        if cell.execution_count is None:
            problems.append(f"cell {number} never ran")
        for output in cell.outputs:
            if output.output_type == "error":
                problems.append(f"cell {number} ended with {output.ename}: {output.evalue}")
    scraps = scrapbook.read_notebook(str(executed)).scraps.data_dict
    if scraps.get("report_complete") is not True:
        problems.append("the last scrap, report_complete, is missing: the end was not reached")
    for name, counted in figures.items():
        if counted is not None and name not in scraps:
            problems.append(f"the figure {name} was not glued")
        elif scraps.get(name) != counted:
            problems.append(f"the figure {name} is {scraps[name]!r}, counted {counted}")
    if problems:
        raise NotebookFailed("\n".join(["the notebook did not prove its run:", *problems]))
    return {name: scraps.get(name) for name in figures}
