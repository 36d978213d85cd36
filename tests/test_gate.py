"""The gate: what a cell may show on a published page, in the job, in a draft and in JupyterLab."""

import json
import re
import shutil

import nbclient
import nbformat
import pandas as pd
import pytest
from conftest import PROJECT, PUBLISHED_ON
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from ddor import cli
from ddor.errors import NotebookFailed
from ddor.extract.identifiers import RequestKeys
from ddor.narrative import render_narrative
from ddor.publishable import HTML, MARK
from ddor.report.charts import stacked_bars
from ddor.report.magic import typed_numbers
from ddor.report.tables import Several, Table
from ddor.run.gate import judge
from ddor.run.notebook import check_template

WEEK = "2017-03-04"
FRAME = pd.DataFrame({"state": ["TX", "LA"], "requests": [3, 2]})
TABLE = Table(FRAME, {"state": "State", "requests": "Requests"}, "Requests by state")
CHART = stacked_bars("a", FRAME, "state", {"requests": "Requests"}, "Requests by state", False)
NO_KEYS = RequestKeys([])
HIDDEN = {"tags": ["not-published"]}


def shows(shown) -> nbformat.NotebookNode:
    return new_output("display_data", shown._repr_mimebundle_())


def html(text: str, **others) -> nbformat.NotebookNode:
    return new_output("execute_result", {"text/html": text, "text/plain": "x", **others})


PLAIN = new_output("execute_result", {"text/plain": "   request_id\n0  R0000003"})
PRINTED = new_output("stream", name="stdout", text="R0000003\n")
PICTURE = new_output("display_data", {"image/png": "AAAA", "text/plain": "<Figure>"})
MARKED = TABLE._repr_mimebundle_()


@pytest.fixture
def judged(tmp_path):
    """judged(cells, keys) -> what the gate tells of them; raises what it refuses."""

    def judged(*cells, keys=NO_KEYS):
        file = tmp_path / "report.ipynb"
        nbformat.write(new_notebook(cells=list(cells)), file)
        return judge(file, keys)

    return judged


def refused(judged, *cells, keys=NO_KEYS) -> list[str]:
    with pytest.raises(NotebookFailed) as failed:
        judged(*cells, keys=keys)
    return str(failed.value).splitlines()[1:]


@pytest.mark.parametrize(
    "shown",
    [
        HTML(render_narrative("Of {{ n }}.", {"n": 3})),
        TABLE,
        CHART,
        Several([TABLE, CHART, HTML("<p>A note.</p>")]),
    ],
)
def test_what_the_package_makes_is_published(judged, shown):
    scrap = new_output("display_data", {"application/scrapbook.scrap.json+json": {"data": 3}})
    assert judged(new_code_cell("x", outputs=[shows(shown), scrap])) == ()


@pytest.mark.parametrize(
    ("output", "said"),
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
        (
            new_output(
                "display_data", {"application/scrapbook.scrap.json+json": {}, "text/html": ""}
            ),
            "shows something",
        ),
        (shows(HTML("<p>Of {<!-- -->{ n }}</p>")), 'shows "{{"'),
        (shows(HTML("<p>Of {\u200b{ n }} and {&shy;{</p>")), 'shows "{{"'),
        (
            shows(HTML(render_narrative("Of {{ '{' }}{ n }}", {}))),
            'shows "{{", which nothing filled',
        ),
        (shows(HTML(render_narrative("{% raw %}{% if %}{% endraw %}", {}))), 'shows "{%"'),
        (shows(HTML("<p>&#123;&#123; n }}")), 'shows "{{"'),
    ],
)
def test_anything_else_is_refused_with_cell_and_first_line(judged, output, said):
    cell = new_code_cell("\nlook = 1\nlook", outputs=[output])
    given = new_code_cell("inputs = 1", metadata={"tags": ["injected-parameters"]})
    (line,) = refused(judged, new_markdown_cell("Text"), given, cell)
    assert line.startswith(f"cell 2 (look = 1): {said}"), line
    assert "R0000003" not in line
    hidden = new_code_cell("look", outputs=[output], metadata=HIDDEN)
    assert judged(hidden) == ()


@pytest.mark.parametrize(
    "source",
    [
        "Of {{ declined.total }}.",
        "{% if x %}",
        "&#123;&#123; x",
        "# A head\n\n`{{ x }}`",
        "{\u200b{ x",
        "{&shy;{ x",
        "{\u2060\u200d% if",
        "*{*{ x",
    ],
)
def test_braces_in_a_text_cell_are_refused_unless_it_is_not_published(judged, source):
    (line,) = refused(judged, new_markdown_cell(source))
    assert line.startswith("cell 1 (") and "which nothing fills" in line
    assert judged(new_markdown_cell(source, metadata=HIDDEN)) == ()


ADDRESSES = (
    "attachment:rows.png",
    "data:image/png;base64,AAAA",
    "DATA:x",
    "&#100;ata:x",
    "javascript:x",
)


@pytest.mark.parametrize("address", [*ADDRESSES, "https://example.org/x.png", "//example.org/x"])
@pytest.mark.parametrize("text", ["![Rows]({})", "![Rows][1]\n\n[1]: {}", "![Rows]\n\n[rows]: {}"])
def test_a_picture_pasted_into_a_text_cell_is_refused(judged, text, address):
    (line,) = refused(judged, new_markdown_cell(text.format(address)))
    assert "has a pasted picture" in line
    assert judged(new_markdown_cell("![A map of the state][1]\n\n[1]: map.svg")) == ()


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("text", ["[rows]({})", "[rows][1]\n\n[1]: {}"])
def test_a_link_that_holds_what_it_leads_to_is_refused(judged, text, address):
    assert "a link to no page" in refused(judged, new_markdown_cell(text.format(address)))[0]
    linked = "[a](https://x.org) [b][1] <c@x.org> [d](#head)\n\n[1]: ../methods/"
    assert judged(new_markdown_cell(linked)) == ()


@pytest.mark.parametrize(
    "cell",
    [
        new_markdown_cell("See **R00000**03"),
        new_markdown_cell("R&#48;000003"),
        new_markdown_cell("R000\u200b0003"),
        new_code_cell("x", outputs=[shows(HTML("<p>See r000&shy;0003.</p>"))]),
        new_code_cell("x", outputs=[shows(HTML("<p>See R000<b>0003</b>.</p>"))]),
        new_code_cell("x", outputs=[shows(Table(FRAME.assign(s="r0000003"), {"s": "S"}, "T"))]),
        new_code_cell("x", outputs=[shows(Table(FRAME, {"state": "S"}, "T", "of R0000003"))]),
        new_code_cell("x", outputs=[shows(HTML('<a href="?id=R0000003">x</a>'))]),
    ],
)
def test_the_key_of_a_request_is_refused_and_not_shown(judged, cell):
    (line,) = refused(judged, cell, keys=RequestKeys(["R0000003"]))
    said = line.replace(cell.source, "")
    assert "holds the key of a request (not shown)" in said and "0003" not in said


def test_all_cells_are_told_at_once_and_a_line_with_a_key_is_not(judged):
    cells = [
        new_code_cell("print(1)", outputs=[PRINTED, PICTURE, PRINTED]),
        new_code_cell('%%narrative\nIt is "{{ x }}"', outputs=[PLAIN]),
        new_code_cell("rows['R0000003']", outputs=[html("<table>")]),
    ]
    lines = refused(judged, *cells, keys=RequestKeys(["R0000003"]))
    assert [line.partition(":")[0] for line in lines] == [
        "cell 1 (print(1))",
        "cell 1 (print(1))",
        'cell 2 (%%narrative It is "{{ x }}")',
        "cell 3 (its first line is not shown)",
    ]


def test_what_a_library_says_is_told_and_is_no_reason_to_stop(judged):
    warning = "/some/where/library.py:12: FutureWarning: This changes.\n  warn(x)\n"
    cells = [
        new_code_cell("x", outputs=[new_output("stream", name="stderr", text=text)])
        for text in (warning * 2, "loading\nmore")
    ]
    assert judged(*cells) == ("cell 1: FutureWarning: This changes.", "cell 2: loading")


# Numbers typed by hand


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("Of 41 requests 1,234 were {{ declined.total }}, 25.3 %.", ["41", "1,234", "25.3"]),
        ("{% if n > 3 %}Some 12{% endif %}", ["12"]),
        ("over 300 requests and 7.", ["300", "7"]),
        ("8 CFR 287.7(d), 8 U.S.C. 1367, 287(g), § 12.3(a): 48 hours, 90-day, in 2017", []),
        ("On March 4, 2017, I-247A, E12, group 03, 20 or more, under 5, over 85 %", []),
        ("1. One [link](data/12.csv)\n2. `code 3` <https://x.org/4>", []),
    ],
)
def test_a_number_typed_by_hand_is_told_from_what_a_sentence_may_say(text, typed):
    assert typed_numbers(text) == typed


@pytest.mark.parametrize("name", ["weekly_report", "quarterly_report"])
def test_the_templates_have_no_number_typed_by_hand(name):
    cells = nbformat.read(PROJECT / "notebooks" / f"{name}.ipynb", as_version=4).cells
    narratives = [cell.source for cell in cells if cell.source.startswith("%%narrative\n")]
    assert len(narratives) > 8
    assert [typed for text in narratives if (typed := typed_numbers(text))] == []


# What a notebook imports


@pytest.mark.parametrize(
    ("line", "allowed"),
    [
        ("from ddor.report import open_week", True),
        ("    from ddor.report.scraps import glue_figures", True),
        ("%load_ext ddor.report", True),
        ("from ddor.report.tables import Table", False),
        ("from ddor.report import tables", False),
        ("import ddor.report.charts as charts", False),
        ("import ddor", False),
        ("from ddor import report", False),
    ],
)
def test_a_notebook_imports_nothing_that_makes_a_table_of_rows(tmp_path, line, allowed):
    template = nbformat.read(PROJECT / "notebooks" / "weekly_report.ipynb", as_version=4)
    template.cells.insert(3, new_code_cell(f"x = 1\n{line}"))
    nbformat.write(template, tmp_path / "t.ipynb")
    if allowed:
        check_template(tmp_path / "t.ipynb", ("week", "inputs"))
    else:
        with pytest.raises(NotebookFailed, match=re.escape(f"the line `{line}`")):
            check_template(tmp_path / "t.ipynb", ("week", "inputs"))


# With a kernel


LEAKS = (
    "requests = report.counts.status\nrequests.head(3)",
    "print(requests)",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
    "from IPython.display import HTML, display\ndisplay(HTML('<b>x</b>'))",
    "%%narrative\nOne is {{ report.counts.status.request_id.iloc[0] }}",
    "%%narrative\nOf {{ '{' ~ '{' }} declined.total }}",
)
SAID = ("shows a frame", "prints", "shows a picture", "shows something", "holds the key", '"{{"')


def with_cells(project, name: str, *cells) -> None:
    """A template with these cells before its last three."""
    file = project / "notebooks" / f"{name}.ipynb"
    notebook = nbformat.read(file, as_version=4)
    notebook.cells[-3:-3] = cells
    nbformat.write(notebook, file)


def week(project, output, *words) -> int:
    return cli.run_week(
        [
            WEEK,
            "--sample",
            "--force",
            "--output",
            str(output),
            "--set",
            f"published_on={PUBLISHED_ON}",
            *words,
        ],
        project,
    )


@pytest.mark.parametrize("words", [(), ("--draft",)], ids=["published", "draft"])
def test_a_leftover_look_at_the_data_publishes_nothing(project_copy, tmp_path, capsys, words):
    with_cells(
        project_copy,
        "weekly_report",
        new_markdown_cell("Of {{ declined.total }}."),
        *map(new_code_cell, LEAKS),
    )
    output = tmp_path / "outputs"
    assert week(project_copy, output, *words) == 5
    said = capsys.readouterr()
    told = [line for line in said.err.splitlines() if line.startswith("cell ")]
    assert len(told) == len(LEAKS) + 1 and "which nothing fills" in told[0]
    for line, source, reason in zip(told[1:], LEAKS, SAID, strict=True):
        assert f"({' '.join(source.splitlines()[: 2 if source[0] == '%' else 1])}):" in line
        assert reason in line
    assert not (output / "site").exists() and said.out == ""
    assert [path.name for path in (output / "runs" / WEEK).iterdir()] == ["failed"]


def test_the_quarterly_notebook_is_judged_too(
    project_copy, sample_archive, tmp_path, capsys, monkeypatch
):
    output = tmp_path / "outputs"
    shutil.copytree(sample_archive, output)
    with_cells(project_copy, "quarterly_report", new_code_cell("report.inputs.declined.head(2)"))
    monkeypatch.chdir(project_copy)
    with pytest.raises(SystemExit) as ended:
        cli.ddor(["quarter", "2017Q1", "--output", str(output)])
    assert ended.value.code == 5
    assert "(report.inputs.declined.head(2)): shows a frame" in capsys.readouterr().err
    assert not (output / "site" / "quarters").exists()


def examples() -> list[str]:
    text = (PROJECT / "docs" / "notebook.md").read_text(encoding="utf-8")
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


def test_the_examples_of_the_docs_run_and_warnings_are_told(project_copy, tmp_path, capsys):
    cells = [
        *map(new_code_cell, examples()),
        new_code_cell("import warnings\nwarnings.warn('a library says')"),
        new_code_cell("%%narrative\nSome 77 requests."),
        new_code_cell("print(report.counts.status)", metadata=HIDDEN),
    ]
    with_cells(project_copy, "weekly_report", *cells)
    assert week(project_copy, tmp_path / "outputs") == 0
    said = capsys.readouterr()
    assert re.search(r"^cell \d+: UserWarning: a library says$", said.err, re.MULTILINE)
    assert re.search(r"^cell \d+: typed by hand: 77\.", said.err, re.MULTILINE)
    page = (tmp_path / "outputs" / "site" / "weeks" / WEEK / "index.html").read_text("utf-8")
    assert len(examples()) == 2 and "a library says" not in page and "request_id" not in page
    kept = json.loads((tmp_path / "outputs" / "runs" / WEEK / "r1" / "report.ipynb").read_text())
    (warned,) = [cell for cell in kept["cells"] if "a library says" in "".join(cell["source"])]
    assert warned["outputs"] == []
    assert re.search(r"\d+ of the \d+ requests recorded as declined, by agency", page)
    assert page.count("What became of the detainers issued this week") >= 2
    assert re.search(r'src="r1/own-outcome-[0-9a-f]{8}\.svg"', page)


def test_in_jupyterlab_all_is_shown_with_a_note(tmp_path):
    sources = [
        "%load_ext ddor.report\nimport pandas as pd",
        "pd.DataFrame({'a': [1]})",
        "print(1)",
        "import matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()",
        "%%narrative\nOf 12.",
        "%%narrative\nAll is well.",
        "pd.DataFrame({'a': [1]});",
        "plt.plot([2]); x = 1",
        "%%narrative\nAll is\n\n{{ declned }}.",
    ]
    notebook = new_notebook(cells=list(map(new_code_cell, sources)))
    nbclient.NotebookClient(notebook, kernel_name="python3", allow_errors=True).execute()
    (wrong,) = notebook.cells.pop().outputs
    (told,) = wrong.traceback
    assert "no name" in told and "line 4: {{ declned }}." in told and told.count("\n") == 2
    said = [
        "".join(o.text for o in cell.outputs if o.get("name") == "stderr")
        for cell in notebook.cells
    ]
    stop = "a publication would stop here: the cell "
    assert [text.partition(".")[0] for text in said] == [
        "",
        f"{stop}shows a frame",
        f"{stop}prints",
        f"{stop}shows a picture that is no chart of the package",
        "typed by hand: 12",
        "",
        "",
        f"{stop}shows a picture that is no chart of the package",
    ]
    assert notebook.cells[1].outputs[0].data["text/html"] and notebook.cells[2].outputs[0].text


@pytest.mark.parametrize(
    ("kind", "source", "reason"),
    [
        ("raw", "key <b>hi</b>", "is a raw cell"),
        *(
            ("markdown", text, "has HTML of its own")
            for text in (
                "<img src='data:image/png;base64,AAAA'>",
                "<svg><path/></svg>",
                "<script>1</script>",
                FRAME._repr_html_(),
                "A <b>bold</b> word",
                "Of {<wbr>{ n }}",
                "<!-- a remark -->",
                "{<x-y>{",
            )
        ),
    ],
)
def test_no_cell_brings_html_of_its_own(tmp_path, kind, source, reason):
    make = {"raw": nbformat.v4.new_raw_cell, "markdown": nbformat.v4.new_markdown_cell}[kind]
    notebook = nbformat.v4.new_notebook(cells=[make(source)])
    nbformat.write(notebook, tmp_path / "executed.ipynb")
    with pytest.raises(NotebookFailed, match=reason):
        judge(tmp_path / "executed.ipynb", RequestKeys(()))
