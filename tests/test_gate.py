"""The gate: what a cell may show on a published page, in the job, in a draft and in JupyterLab."""

import contextlib
import json
import re

import nbclient
import nbformat
import pandas as pd
import pytest
from conftest import PROJECT, PUBLISHED_ON, each_line
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell
from quarter_archive import FIRST, QUARTER
from small_archive import ran

from ddor import cli
from ddor.errors import NotebookFailed
from ddor.extract.identifiers import RequestKeys
from ddor.narrative import render_narrative
from ddor.publishable import HTML, MARK
from ddor.reference.codes import rows
from ddor.report.charts import stacked_bars
from ddor.report.magic import typed_numbers
from ddor.report.tables import Several, Table
from ddor.report.words import HERE
from ddor.run.gate import validate_cells
from ddor.run.notebook import check_template

WEEK = "2017-03-04"
FRAME = pd.DataFrame({"state": ["TX", "LA"], "requests": [3, 2]})
TABLE = Table(FRAME, {"state": "State", "requests": "Requests"}, "Requests by state")
CHART = stacked_bars("a", FRAME, "state", {"requests": "Requests"}, "Requests by state", False)
SCRAP = "application/scrapbook.scrap.json+json"
HIDDEN = {"tags": ["not-published"]}


def shows(shown) -> nbformat.NotebookNode:
    return new_output("display_data", shown._repr_mimebundle_())


def html(text: str, **others) -> nbformat.NotebookNode:
    return new_output("execute_result", {"text/html": text, "text/plain": "x", **others})


PLAIN = new_output("execute_result", {"text/plain": "   request_id\n0  R0000003"})
PRINTED = new_output("stream", name="stdout", text="R0000003\n")
PICTURE = new_output("display_data", {"image/png": "AAAA", "text/plain": "<Figure>"})
MARKED = TABLE._repr_mimebundle_()


def judged(*cells, keys=()) -> tuple[str, ...]:
    """What the gate tells of these cells; raises what it refuses."""
    return validate_cells(new_notebook(cells=list(cells)), RequestKeys(keys))


def refused(*cells, keys=()) -> list[str]:
    with pytest.raises(NotebookFailed) as failed:
        judged(*cells, keys=keys)
    return str(failed.value).splitlines()[1:]


def test_what_the_package_makes_is_published():
    narrative = HTML(render_narrative("Of {{ n }}.", {"n": 3}))
    several = Several([TABLE, CHART, HTML("<p>A note.</p>")])
    scrap = new_output("display_data", {SCRAP: {"data": 3}})
    outputs = [*map(shows, (narrative, TABLE, CHART, several)), scrap]
    assert judged(new_code_cell("x", outputs=outputs)) == ()


@pytest.mark.parametrize(
    "output, said",
    [
        (html(FRAME._repr_html_()), "shows a frame"),
        (html("<b>Own words</b>"), "shows something that is no narrative, table, chart or note"),
        (PLAIN, "shows something that is no narrative"),
        (PRINTED, "prints"),
        (PICTURE, "shows a picture that is no chart of the package"),
        (html("<b>1</b>", **{MARK: MARKED[MARK]}), "shows something"),
        (html(MARKED["text/html"] + " ", **{MARK: MARKED[MARK]}), "shows something"),
        (html("<b>1</b>", **{MARK: {}}), "shows something"),
        (new_output("display_data", MARKED | {"image/png": "AAAA"}), "shows a picture"),
        (new_output("display_data", {"application/javascript": "1"}), "shows something"),
        (new_output("display_data", {}), "shows something"),
        (new_output("display_data", {SCRAP: {}, "text/html": ""}), "shows something"),
        (shows(HTML("<p>Of {<!-- -->{ n }}</p>")), 'shows "{{"'),
        (shows(HTML("<p>Of {\u200b{ n }} and {&shy;{</p>")), 'shows "{{"'),
        (shows(HTML(render_narrative("Of {{ '{' }}{ n }}", {}))), 'shows "{{", which nothing'),
        (shows(HTML(render_narrative("{% raw %}{% if %}{% endraw %}", {}))), 'shows "{%"'),
        (shows(HTML("<p>&#123;&#123; n }}")), 'shows "{{"'),
    ],
)
def test_anything_else_is_refused_with_cell_and_first_line(output, said):
    cell = new_code_cell("\nlook = 1\nlook", outputs=[output])
    given = new_code_cell("inputs = 1", metadata={"tags": ["injected-parameters"]})
    (line,) = refused(new_markdown_cell("Text"), given, cell)
    assert line.startswith(f"cell 2 (look = 1): {said}"), line
    assert "R0000003" not in line
    hidden = new_code_cell("look", outputs=[output], metadata=HIDDEN)
    assert judged(hidden) == ()


BRACES = ["{{ x }}", "{% if", "&#123;&#123; x", "`{{ x }}`", "{\u200b{ x", "{&shy;{ x", "*{*{ x"]


@pytest.mark.parametrize("source", BRACES)
def test_braces_in_a_text_cell_are_refused_unless_it_is_not_published(source):
    (line,) = refused(new_markdown_cell(source))
    assert line.startswith("cell 1 (") and "which nothing fills" in line
    assert judged(new_markdown_cell(source, metadata=HIDDEN)) == ()


PASTED = "attachment:rows.png data:image/png;base64,AAAA DATA:x &#100;ata:x javascript:x".split()


@pytest.mark.parametrize("address", PASTED)
def test_a_pasted_picture_or_a_link_that_holds_what_it_leads_to_is_refused(address):
    pictures = ("![Rows]({})", "![Rows][1]\n\n[1]: {}", "![Rows]\n\n[rows]: {}")
    for text in (*pictures, "[rows]({})", "[rows][1]\n\n[1]: {}"):
        (line,) = refused(new_markdown_cell(text.format(address)))
        assert "has a pasted picture, or a link to no page" in line
    for elsewhere in ("https://example.org/x.png", "//example.org/x"):
        assert len(refused(new_markdown_cell(f"![Rows]({elsewhere})"))) == 1
    fine = "![A map][1] [a](https://x.org) [b][2] <c@x.org> [d](#head)\n\n[1]: map.svg\n[2]: ../m/"
    assert judged(new_markdown_cell(fine)) == ()


@pytest.mark.parametrize(
    "cell",
    [
        new_markdown_cell("See **R000\u200b00**03"),
        new_code_cell("x", outputs=[shows(HTML("<p>See r000&shy;0<b>003</b>.</p>"))]),
        new_code_cell("x", outputs=[shows(Table(FRAME.assign(s="r0000003"), {"s": "S"}, "T"))]),
        new_code_cell("x", outputs=[shows(Table(FRAME, {"state": "S"}, "T", "of R0000003"))]),
        new_code_cell("x", outputs=[shows(HTML('<a href="?id=R0000003">x</a>'))]),
    ],
)
def test_the_key_of_a_request_is_refused_and_not_shown(cell):
    (line,) = refused(cell, keys=["R0000003"])
    said = line.replace(cell.source, "")
    assert "holds the key of a request (not shown)" in said and "0003" not in said


def test_all_cells_are_told_at_once_and_a_line_with_a_key_is_not():
    sources = ["print(1)", '%%narrative\nIt is "{{ x }}"', "rows['R0000003']"]
    outputs = [PRINTED, PICTURE, PRINTED], [PLAIN], [html("<table>")]
    cells = [new_code_cell(s, outputs=o) for s, o in zip(sources, outputs, strict=True)]
    places = [line.partition(":")[0] for line in refused(*cells, keys=["R0000003"])]
    told = ['cell 2 (%%narrative It is "{{ x }}")', "cell 3 (its first line is not shown)"]
    assert places == [*["cell 1 (print(1))"] * 2, *told]


def test_what_a_library_says_is_told_and_is_no_reason_to_stop():
    warning = "/some/where/library.py:12: FutureWarning: This changes.\n  warn(x)\n"
    said = [new_output("stream", name="stderr", text=text) for text in (warning * 2, "loading\nx")]
    cells = [new_code_cell("x", outputs=[each]) for each in said]
    assert judged(*cells) == ("cell 1: FutureWarning: This changes.", "cell 2: loading")


OWN = ["<svg><path/></svg>", FRAME._repr_html_(), "A <b>bold</b>", "Of {<wbr>{ n }}", "<!-- -->"]


@pytest.mark.parametrize("source", OWN)
def test_no_cell_brings_html_of_its_own(source):
    (line,) = refused(new_markdown_cell(source))
    assert "has HTML of its own" in line
    (line,) = refused(new_raw_cell(source))
    assert "is a raw cell" in line


# Numbers typed by hand


@each_line("""
    text                                                                         | typed
    Of 41 requests 1,234 were {{ declined.total }}, 25.3 %.                      | 41 1,234 25.3
    {% if n > 3 %}Some 12{% endif %}                                             | 12
    over 300 requests and 7.                                                     | 300 7
    8 CFR 287.7(d), 8 U.S.C. 1367, 287(g), § 12.3(a): 48 hours, 90-day, in 2017  |
    On March 4, 2017, I-247A, E12, group 03, 20 or more, under 5, over 85 %      |
    1. One [link](data/12.csv) <br> 2. `code 3` <https://x.org/4>                |
""")
def test_a_number_typed_by_hand_is_told_from_what_a_sentence_may_say(text, typed):
    assert typed_numbers(text.replace(" <br> ", "\n")) == typed.split()


def test_each_example_of_words_that_are_no_figure_fits_its_pattern():
    lines = rows("no_figures", HERE)
    unlike = [line for line in lines if not re.fullmatch(line["pattern"], line["such_as"])]
    assert lines and unlike == []


def test_the_templates_have_no_number_typed_by_hand():
    for file in (PROJECT / "notebooks").glob("*_report.ipynb"):
        sources = [cell.source for cell in nbformat.read(file, as_version=4).cells]
        narratives = [source for source in sources if source.startswith("%%narrative\n")]
        assert len(narratives) > 8
        assert [typed for text in narratives if (typed := typed_numbers(text))] == []


# What a notebook imports


@each_line("""
    line                                        | allowed
    from ddor.report import open_week           | yes
    from ddor.report.scraps import glue_figures | yes
    %load_ext ddor.report                       | yes
    from ddor.report.tables import Table        |
    from ddor.report import tables              |
    import ddor.report.charts as charts         |
    import ddor                                 |
    from ddor import report                     |
""")
def test_a_notebook_imports_nothing_that_makes_a_table_of_rows(tmp_path, line, allowed):
    template = nbformat.read(PROJECT / "notebooks" / "weekly_report.ipynb", as_version=4)
    template.cells.insert(3, new_code_cell(f"x = 1\n{line}"))
    nbformat.write(template, tmp_path / "t.ipynb")
    said = pytest.raises(NotebookFailed, match=re.escape(f"the line `{line}`"))
    with contextlib.nullcontext() if allowed else said:
        assert check_template(tmp_path / "t.ipynb", ("week", "inputs")) is None


# With a kernel


# What an analyst leaves in a notebook -> what is said of it.
LEAKS = {
    "requests = report.counts.status\nrequests.head(3)": "shows a frame",
    "print(requests)": "prints",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()": "shows a picture",
    "from IPython.display import HTML, display\ndisplay(HTML('<b>x</b>'))": "shows something",
    "%%narrative\nOne is {{ report.counts.status.request_id.iloc[0] }}": "holds the key",
    "%%narrative\nOf {{ '{' ~ '{' }} declined.total }}": '"{{"',
}


def with_cells(project, name: str, *cells) -> None:
    """A template with these cells before its last three."""
    file = project / "notebooks" / f"{name}.ipynb"
    notebook = nbformat.read(file, as_version=4)
    notebook.cells[-3:-3] = cells
    nbformat.write(notebook, file)


def week(project, output) -> int:
    words = [WEEK, "--sample", "--force", "--output", str(output)]
    return cli.run_week([*words, "--set", f"published_on={PUBLISHED_ON}"], project)


def test_a_leftover_look_at_the_data_publishes_nothing(project_copy, tmp_path, capsys):
    text = new_markdown_cell("Of {{ declined.total }}.")
    with_cells(project_copy, "weekly_report", text, *map(new_code_cell, LEAKS))
    output = tmp_path / "outputs"
    assert week(project_copy, output) == 5
    said = capsys.readouterr()
    told = [line for line in said.err.splitlines() if line.startswith("cell ")]
    assert len(told) == len(LEAKS) + 1 and "which nothing fills" in told[0]
    for line, (source, reason) in zip(told[1:], LEAKS.items(), strict=True):
        assert f"({' '.join(source.splitlines()[: 2 if source[0] == '%' else 1])}):" in line
        assert reason in line
    assert not (output / "site").exists() and said.out == ""
    assert [path.name for path in (output / "runs" / WEEK).iterdir()] == ["failed"]


def test_a_draft_and_the_quarterly_notebook_are_judged_too(project_copy, quarters_copy):
    archive = quarters_copy("weeks")
    before, given = archive.files(), ["--params", str(archive.root / "weekly.yaml")]
    for name in ("weekly_report", "quarterly_report"):
        with_cells(project_copy, name, new_code_cell("__import__('pandas').DataFrame([1])"))
    with archive.in_project(kernel=False), contextlib.chdir(project_copy):
        draft = ran(lambda: cli.run_week([FIRST, "--draft", *given], project_copy))
        quarter = ran(lambda: cli.ddor(["quarter", QUARTER, *given]))
    for done in (draft, quarter):
        assert (done.code, done.stdout) == (5, "")
        assert "(__import__('pandas').DataFrame([1])): shows a frame" in done.stderr
    assert archive.files() == before


def test_the_examples_of_the_docs_run_and_warnings_are_told(project_copy, tmp_path, capsys):
    text = (PROJECT / "docs" / "notebook.md").read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    own = ["import warnings\nwarnings.warn('a library says')", "%%narrative\nSome 77 requests."]
    hidden = new_code_cell("print(report.counts.status)", metadata=HIDDEN)
    with_cells(project_copy, "weekly_report", *map(new_code_cell, [*examples, *own]), hidden)
    assert week(project_copy, tmp_path / "outputs") == 0
    said = capsys.readouterr()
    assert re.search(r"^cell \d+: UserWarning: a library says$", said.err, re.MULTILINE)
    assert re.search(r"^cell \d+: typed by hand: 77\.", said.err, re.MULTILINE)
    page = (tmp_path / "outputs" / "site" / "weeks" / WEEK / "index.html").read_text("utf-8")
    assert len(examples) == 2 and "a library says" not in page and "request_id" not in page
    kept = json.loads((tmp_path / "outputs" / "runs" / WEEK / "r1" / "report.ipynb").read_text())
    (warned,) = [cell for cell in kept["cells"] if "a library says" in "".join(cell["source"])]
    assert warned["outputs"] == []
    assert re.search(r"\d+ of the \d+ requests recorded as declined, by agency", page)
    assert page.count("What became of the detainers issued this week") >= 2
    assert re.search(r'src="r1/own-outcome-[0-9a-f]{8}\.svg"', page)


def test_in_jupyterlab_all_is_shown_with_a_note():
    stop = "a publication would stop here: the cell "
    picture = f"{stop}shows a picture that is no chart of the package"
    said = {
        "%load_ext ddor.report\nimport pandas as pd": "",
        "pd.DataFrame({'a': [1]})": f"{stop}shows a frame",
        "print(1)": f"{stop}prints",
        "import matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()": picture,
        "%%narrative\nOf 12.": "typed by hand: 12",
        "%%narrative\nAll is well.": "",
        "pd.DataFrame({'a': [1]});": "",
        "plt.plot([2]); x = 1": picture,
    }
    wrong = "%%narrative\nAll is\n\n{{ declned }}."
    notebook = new_notebook(cells=[new_code_cell(source) for source in (*said, wrong)])
    nbclient.NotebookClient(notebook, kernel_name="python3", allow_errors=True).execute()
    *cells, stopped = notebook.cells
    (told,) = stopped.outputs[0].traceback
    assert "no name" in told and "line 4: {{ declned }}." in told and told.count("\n") == 2
    errors = [[o.text for o in cell.outputs if o.get("name") == "stderr"] for cell in cells]
    assert ["".join(texts).partition(".")[0] for texts in errors] == [*said.values()]
    assert cells[1].outputs[0].data["text/html"] and cells[2].outputs[0].text
