"""The pages that analysts write and what agencies say of themselves: read before anything runs,
every problem at once, nothing of a person, and no markup but Markdown's."""

import datetime as dt
import re
import shutil
from pathlib import Path

import pytest
from conftest import PROJECT, each_line
from small_archive import BRACKENHOLT, FIRST_ROWS, QUILLFEATHER, WEEK, found_in, words_of

from ddor.archive.render import TEMPLATES
from ddor.errors import NeedsCorrection
from ddor.maintained.texts import PAGES, Text, read_statements, read_texts, sections_of

PROJECT_PAGES = PROJECT / "params" / "pages"
AGENCY, OTHER = QUILLFEATHER["agency_id"], BRACKENHOLT["agency_id"]
HEAD = {"title": "Overview", "last_reviewed": "2017-05-01", "last_updated": "2017-05-02"}
NAMES = {"publisher": "A desk", "latest": None}


def page(body: str = "A page.\n", **keys: str | None) -> str:
    head = "".join(f"{key}: {value}\n" for key, value in (HEAD | keys).items() if value is not None)
    return f"---\n{head}---\n{body}"


def text(body: str) -> Text:
    return Text("A page", dt.date(2017, 5, 1), dt.date(2017, 5, 2), body)


@pytest.fixture
def project(tmp_path) -> Path:
    """The project's own pages, each of one sentence."""
    folder = tmp_path / "project"
    folder.mkdir()
    for name in PAGES:
        (folder / f"{name}.md").write_text(page(f"The project's {name}.\n", title=name))
    return folder


@pytest.fixture
def refused(project, tmp_path):
    """What is said of these pages, name -> content, one line for each problem."""

    def said(examples=(NAMES,), **pages: str) -> list[str]:
        folder = tmp_path / "pages"
        folder.mkdir(exist_ok=True)
        for name, content in pages.items():
            (folder / f"{name}.md".replace("_", "-")).write_text(content)
        with pytest.raises(NeedsCorrection) as invalid:
            read_texts(folder, project, list(examples))
        assert invalid.value.exit_code == 2
        first, *problems = str(invalid.value).splitlines()
        assert first == "the written pages need correction:"
        return problems

    return said


# Heads: how a key and its value are read is tested by test_corrections.py


NO_HEAD = ["", "---\ntitle: x\nA page.\n", " ---\ntitle: x\n---\nA page.\n"]
UNREADABLE = [(each, " row 1: seen no readable head") for each in NO_HEAD]
UNREADABLE += [("---\na word\n---\nA page.\n", ": seen no keys")]
UNREADABLE += [("---\nby: [\n---\nA page.\n", ": seen text that cannot be read (line 3)")]


@pytest.mark.parametrize("content, said", UNREADABLE)
def test_a_page_whose_head_cannot_be_read_is_refused_with_its_line(refused, content, said):
    (line,) = refused(overview=content)
    assert line.startswith(f"overview.md{said}")
    assert "no readable head" not in said or all(key in line for key in HEAD)


def test_windows_line_ends_and_a_byte_order_mark_are_read(project):
    content = "\ufeff" + page("## One\n\nA sentence.\n").replace("\n", "\r\n")
    (project / "overview.md").write_bytes(content.encode())
    found = read_texts(project / "none", project, [NAMES])["overview"]
    assert (found.title, found.last_updated) == ("Overview", dt.date(2017, 5, 2))
    _, (section,) = sections_of(found, NAMES)
    assert section.id == "one" and "A sentence." in section.html


def test_all_problems_of_all_pages_come_in_one_error(refused):
    wrong = page("## One\n## One\n{{ nobody }}\n"), page("## Two {#same}\n## Three {#same}\n")
    overview = page(title=None, last_reviewed="soon", by="x")
    said = refused(overview=overview, faqs=wrong[0], fact_sheet=wrong[1])
    keys = [f"overview.md, {key}" for key in ("title", "last_reviewed", "by")]
    assert [line.split(":")[0] for line in said] == [*keys, "faqs.md", "fact-sheet.md"]
    assert "seen nothing, expected a line `title: …`" in said[0]
    assert 'seen "soon", expected a date such as 2017-02-18' in said[1]
    assert "seen an unknown key" in said[2]
    assert 'there is no name "nobody"' in said[3]
    assert "two sections with the address same" in said[4]


def test_a_page_that_is_nowhere_is_named(refused, project):
    (project / "faqs.md").unlink()
    (said,) = refused()
    assert said.startswith("faqs.md: seen no such file")


# Sentences


WRONG = ["{{ typo }}", "{{ latest.figures.typo }}", "{{ 1 / 0 }}", "{{ latest.week", "## A {#A}"]


@pytest.mark.parametrize("sentence", WRONG)
def test_a_sentence_that_cannot_be_written_is_told_once(refused, sentence):
    latest = {"week": "a week", "figures": {"issued_total": 1}}
    (said,) = refused([NAMES | {"latest": latest}], overview=page(f"{sentence}\n"))
    assert said.startswith("overview.md: seen this sentence cannot be written: ")
    assert "expected the names in docs/pages.md; correct the sentence" in said


def test_a_name_that_only_some_weeks_have_is_refused(refused):
    """Without a published week there is no `latest`: a page has to say what it says then."""
    latest = {"figures": {"issued_total": 1}}
    sentence = page("{{ latest.figures.issued_total }}\n")
    (said,) = refused([NAMES, NAMES | {"latest": latest}], overview=sentence)
    assert "cannot be written" in said


def test_braces_that_nothing_filled_are_refused_under_their_heading(refused):
    (said,) = refused(faqs=page("## Who?\n\n{{ '{' ~ '{' }} latest }}"))
    assert said.startswith('faqs.md, under "Who?": seen "{{" that nothing filled')


def test_the_project_has_every_page_and_no_other():
    assert {file.stem for file in PROJECT_PAGES.glob("*.md")} - {"README"} == {*PAGES}


# Sections


def test_an_address_is_kept_when_the_heading_is_worded_anew():
    body = "Before.\n\n## {question} {{#the-address}}\n\nAn answer.\n"
    questions = ("What is *it*?", "And what is that?")
    found = [sections_of(text(body.format(question=each)), NAMES) for each in questions]
    assert [sections[0].id for _, sections in found] == ["the-address"] * 2
    before, (section,) = found[0]
    assert "Before." in before and "An answer." not in before
    assert section.heading == "What is <em>it</em>?"
    assert "An answer." in section.html and "the-address" not in section.html + section.heading


@each_line("""
    heading                       | address
    What is a *detainer*?         | what-is-a-detainer
    AT&T, 48 hours & <b>more</b>  |
    Who is {{ publisher }}?       | who-is-a-desk
    ?!                            | section
    Doña Ana                      |
""")
def test_an_address_is_made_from_the_heading(heading, address):
    _, (section,) = sections_of(text(f"## {heading}\n\nx\n"), NAMES)
    assert re.fullmatch("[a-z0-9-]+", section.id)
    assert address in (section.id, "")


SAME = ["## One\n## Two {#one}\n", "## A {#x}\n## B {#x}\n## C {#x}\n", "## ?\n## !\n"]


@pytest.mark.parametrize("body", SAME)
def test_two_sections_with_one_address_are_refused(refused, body):
    (said,) = refused(faqs=page(body))
    assert said.startswith("faqs.md: seen two sections with the address ")
    assert said.endswith("give one of them another {#address}")


@pytest.mark.parametrize("address", ["content", "q"])
def test_an_address_that_every_page_has_already_is_refused(refused, address):
    """The skip link leads to one of them, the label of the search to the other."""
    assert f'id="{address}"' in (TEMPLATES / "page.html.j2").read_text("utf-8")
    (said,) = refused(faqs=page(f"## {address}\n\nx\n"))
    assert said.startswith("faqs.md: seen ") and address in said


def test_markup_in_a_page_is_shown_as_text():
    body = "<script>alert(1)</script>\n\n## <i>One</i>\n\n<b onclick=x>b</b> {{ publisher }}\n"
    intro, (section,) = sections_of(text(body), NAMES | {"publisher": "<u>*us*</u>"})
    for html in (intro, section.heading, section.html):
        assert not re.search("<(script|i|b|u)[ >]", html)
    assert "&lt;u&gt;*us*&lt;/u&gt;" in section.html


def test_a_table_has_a_caption_and_heads_for_its_rows():
    _, (section,) = sections_of(text("## *One* & two\n\n| a | b |\n|---|--:|\n| c | 4 |\n"), NAMES)
    assert "<caption><span>One &amp; two</span></caption>" in section.html
    assert '<th scope="row">c</th>' in section.html
    assert 'aria-label="One &amp; two"' in section.html
    assert 'style="' not in section.html


# Statements


@pytest.fixture
def statements(tmp_path) -> Path:
    folder = tmp_path / "statements"
    folder.mkdir()
    return folder


def statement(body: str, **keys: str) -> str:
    keys = {"received_on": "2017-06-09"} | keys
    head = "".join(f"{key}: {value}\n" for key, value in keys.items())
    return f"---\n{head}---\n{body}\n"


def test_no_folder_and_a_readme_are_no_statement(statements):
    (statements / "README.md").write_text("How to.")
    (statements / ".hidden").write_text("x")
    assert read_statements(statements) == read_statements(statements / "none") == {}


def test_every_problem_of_every_statement_comes_in_one_error_and_names_nobody(statements):
    """How a person is known is tested by test_corrections.py."""
    names = ("quillfeather.md", "QUIL 1.md", f"{AGENCY}.txt", "Quil00001.md")
    wrong = dict.fromkeys(names, statement("We answered."))
    wrong[f"{AGENCY}.md"] = statement("We held Maria Garcia, A 123-456-789, for a day.")
    wrong[f"{OTHER}.md"] = statement("We too.", by="x", received_on="soon")
    wrong["THIS00004.md"] = statement("\nWe had {{ x }}")
    for name, content in wrong.items():
        (statements / name).write_text(content)
    with pytest.raises(NeedsCorrection) as invalid:
        read_statements(statements)
    said = str(invalid.value)
    assert invalid.value.exit_code == 2 and len(said.splitlines()) == 1 + len(names) + 4
    assert all(f"{name}: seen its name, expected <agency_id>.md" in said for name in names)
    assert f"{AGENCY}.md: seen text that looks like" in said and "(not shown)" in said
    assert "Garcia" not in said and "123" not in said
    assert f'{OTHER}.md, received_on: seen "soon"' in said
    assert f"{OTHER}.md, by: seen an unknown key" in said
    assert 'THIS00004.md row 5: seen "{{"' in said


# On the command line


def write(file: Path, content: str) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(content, encoding="utf-8")


STOPPED = [
    ("", "statements/nobody.md", statement("x"), "nobody.md: seen its name"),
    ("", "pages/overview.md", page("{{ typo }}"), "overview.md: seen this sentence cannot be"),
    ("rebuild", "pages/faqs.md", page("{{ latest.figures.typo }}"), "faqs.md: seen this"),
    (f"withdraw {WEEK} --reason error --yes", "pages/faqs.md", page(title=None), "faqs.md, title"),
]


@pytest.mark.parametrize("command, file, content, said", STOPPED)
def test_a_problem_ends_with_2_before_anything_runs_and_a_published_site_stays(
    copy_of, command, file, content, said
):
    archive = copy_of("first")
    archive.receive(FIRST_ROWS[:3])
    before = archive.files()
    write(archive.root / file, content)
    done = archive.ddor(*command.split()) if command else archive.run()
    assert (done.code, done.stdout) == (2, "") and said in done.stderr, done
    assert archive.files() == before


def test_what_lies_beside_the_parameters_is_shown_where_it_belongs_and_nowhere_else(copy_of):
    """A page in place of the project's own, and a statement on the page of its agency."""
    archive = copy_of("first")
    archive.with_the_projects_pages()
    assert archive.rebuilt(day="2017-05-20") > 0
    before = archive.files()
    body = "The heron page.\n\n## Is it? {#what}\n{% if latest %}{{ latest.week }}{% endif %}\n"
    write(archive.root / "pages" / "overview.md", page(body, title="The heron & all"))
    folder, said = archive.root / "statements", "We *answered* every fax. <b>Okapi</b> & {latest}"
    write(folder / f"{AGENCY}.md", statement(said))
    write(folder / "NOBODY001.md", statement("Nothing of us is published."))
    assert archive.ddor("rebuild", day="2017-05-20").code == 0
    shown = archive.page("overview/index.html")
    assert words_of(shown.h1) == "The heron & all"
    assert "February 11 to 17, 2017" in words_of(shown.find(id="what").parent)
    assert "The heron page. Is it?" in words_of(shown.main)
    assert "Last reviewed: May 1, 2017" in words_of(shown.main)
    found = (archive.site / "search" / "index.json").read_text("utf-8")
    assert '["overview/index.html", "The heron & all", "page", ""]' in found
    shown = archive.page(f"agencies/{AGENCY}/index.html")
    quoted = shown.find("blockquote")
    assert words_of(quoted) == "We answered every fax. <b>Okapi</b> & {latest}"
    assert quoted.find("em") and not quoted.find("b")
    assert "received June 9, 2017" in words_of(shown.main)
    assert not (archive.site / "agencies" / "NOBODY001").exists()
    after = archive.files()
    found = found_in(after, ["Okapi", "Nothing of us"])
    assert found == {(f"agencies/{AGENCY}/index.html", "Okapi")}
    assert after["faqs/index.html"] == before["faqs/index.html"]
    for gone in (archive.root / "pages", folder):
        shutil.rmtree(gone)
    assert archive.ddor("rebuild", day="2017-05-20").code == 0
    assert archive.files() == before
