"""The pages that analysts write and what agencies say of themselves: read before anything runs,
every problem at once, nothing of a person, and no markup but Markdown's."""

import datetime as dt
import re
from pathlib import Path

import pytest
from conftest import PROJECT
from small_archive import BRACKENHOLT, FIRST_ROWS, QUILLFEATHER, WEEK, SmallArchive, words_of

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

    def said(examples=(NAMES,), **pages: str | bytes) -> list[str]:
        folder = tmp_path / "pages"
        folder.mkdir(exist_ok=True)
        for name, content in pages.items():
            content = content if isinstance(content, bytes) else content.encode()
            (folder / f"{name}.md".replace("_", "-")).write_bytes(content)
        with pytest.raises(NeedsCorrection) as invalid:
            read_texts(folder, project, list(examples))
        assert invalid.value.exit_code == 2
        first, *problems = str(invalid.value).splitlines()
        assert first == "the written pages need correction:"
        return problems

    return said


# Heads


@pytest.mark.parametrize("key", HEAD)
@pytest.mark.parametrize("value", [None, ""], ids=["missing", "empty"])
def test_a_key_that_is_missing_is_named(refused, key, value):
    (said,) = refused(overview=page(**{key: value}))
    assert said.startswith(f"overview.md, {key}: seen nothing, expected a line `{key}: …`")


def test_a_key_that_is_not_known_is_named(refused):
    (said,) = refused(overview=page(reviewed_by="the desk"))
    assert said.startswith("overview.md, reviewed_by: seen an unknown key")


def test_a_key_that_stands_twice_is_named(refused):
    content = page().replace("title: Overview\n", "title: Overview\ntitle: Another\n")
    (said,) = refused(overview=content)
    assert said.startswith("overview.md, title: seen the key more than once")


@pytest.mark.parametrize("value", ["[a, b]", "{a: b}"])
def test_a_value_that_is_no_text_is_refused(refused, value):
    (said,) = refused(overview=page(title=value))
    assert said.startswith("overview.md, title: seen a list or nested keys")


@pytest.mark.parametrize(
    "content", ["", "A page.\n", "---\ntitle: x\nA page.\n", " ---\ntitle: x\n---\nA page.\n"]
)
def test_a_page_without_a_head_is_refused(refused, content):
    (said,) = refused(overview=content)
    assert said.startswith("overview.md row 1: seen no readable head")
    assert all(key in said for key in HEAD)


@pytest.mark.parametrize(
    ("head", "seen"),
    [("- a\n- b\n", "no keys"), ("title: x\nby: [\n", "text that cannot be read (line 4)")],
)
def test_a_head_that_cannot_be_read_is_refused_with_its_line(refused, head, seen):
    (said,) = refused(overview=f"---\n{head}---\nA page.\n")
    assert said.startswith(f"overview.md: seen {seen}")


@pytest.mark.parametrize("key", ["last_reviewed", "last_updated"])
@pytest.mark.parametrize("value", ["2017-02-30", "May 1, 2017", "2017-05", "20170501x"])
def test_a_date_that_is_none_is_refused(refused, key, value):
    (said,) = refused(overview=page(**{key: value}))
    assert said.startswith(
        f'overview.md, {key}: seen "{value}", expected a date such as 2017-02-18'
    )


def test_a_page_that_is_not_utf8_is_refused(refused):
    (said,) = refused(overview=page("caf\xe9\n").encode("latin-1"))
    assert said.startswith("overview.md row 6: seen byte 0xE9 at position 78")
    assert "expected UTF-8" in said


def test_windows_line_ends_and_a_byte_order_mark_are_read(project, tmp_path):
    folder = tmp_path / "pages"
    folder.mkdir()
    content = "\ufeff" + page("## One\n\nA sentence.\n").replace("\n", "\r\n")
    (folder / "overview.md").write_bytes(content.encode())
    found = read_texts(folder, project, [NAMES])["overview"]
    assert (found.title, found.last_updated) == ("Overview", dt.date(2017, 5, 2))
    _, (section,) = sections_of(found, NAMES)
    assert section.id == "one" and "A sentence." in section.html


def test_all_problems_of_all_pages_come_in_one_error(refused):
    said = refused(
        overview=page(title=None, last_reviewed="soon", by="x"),
        faqs=page("## One\n## One\n{{ nobody }}\n"),
        fact_sheet=page("## Two {#same}\n## Three {#same}\n"),
    )
    assert [line.split(":")[0] for line in said] == [
        "overview.md, title",
        "overview.md, last_reviewed",
        "overview.md, by",
        "faqs.md",
        "fact-sheet.md",
    ]
    assert 'there is no name "nobody"' in said[3]
    assert "two sections with the address same" in said[4]


def test_a_page_that_is_nowhere_is_named(refused, project):
    (project / "faqs.md").unlink()
    (said,) = refused()
    assert said.startswith("faqs.md: seen no such file")


# Sentences


@pytest.mark.parametrize(
    "sentence",
    [
        "{{ typo }}",
        "{{ latest.figures.typo }}",
        "{{ 1 / 0 }}",
        "{{ latest.week",
        "{% if latest %}",
        "{{ x | nofilter }}",
        "## One {#One}",
    ],
)
def test_a_sentence_that_cannot_be_written_is_told_once(refused, sentence):
    latest = {"week": "a week", "figures": {"issued_total": 1}}
    (said,) = refused([NAMES | {"latest": latest}], overview=page(f"{sentence}\n"))
    assert said.startswith("overview.md: seen this sentence cannot be written: ")
    assert "expected the names in docs/pages.md; correct the sentence" in said


def test_a_name_that_only_some_weeks_have_is_refused(refused):
    """Without a published week there is no `latest`: a page has to say what it says then."""
    latest = {"figures": {"issued_total": 1}}
    (said,) = refused(
        [NAMES, NAMES | {"latest": latest}], overview=page("{{ latest.figures.issued_total }}\n")
    )
    assert "cannot be written" in said


def test_the_project_has_every_page_and_no_other():
    assert {file.stem for file in PROJECT_PAGES.glob("*.md")} - {"README"} == {*PAGES}


# Sections


def test_an_address_is_kept_when_the_heading_is_worded_anew():
    body = "Before.\n\n## {question} {{#the-address}}\n\nAn answer.\n"
    found = [
        sections_of(text(body.format(question=question)), NAMES)
        for question in ("What is *it*?", "And what is that?")
    ]
    assert [sections[0].id for _, sections in found] == ["the-address"] * 2
    before, (section,) = found[0]
    assert "Before." in before and "An answer." not in before
    assert section.heading == "What is <em>it</em>?"
    assert "An answer." in section.html and "the-address" not in section.html + section.heading


@pytest.mark.parametrize(
    ("heading", "address"),
    [
        ("What is a *detainer*?", "what-is-a-detainer"),
        ("AT&T, 48 hours & <b>more</b>", None),
        ("Who is {{ publisher }}?", "who-is-a-desk"),
        ("?!", "section"),
        ("Doña Ana", None),
    ],
)
def test_an_address_is_made_from_the_heading(heading, address):
    _, (section,) = sections_of(text(f"## {heading}\n\nx\n"), NAMES)
    assert re.fullmatch("[a-z0-9-]+", section.id)
    assert address in (section.id, None)


@pytest.mark.parametrize(
    "body",
    [
        "## One\n## One\n",
        "## One\n## Two {#one}\n",
        "## A {#x}\n## B {#x}\n## C {#x}\n",
        "## ?\n## !\n",
    ],
)
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


def test_an_address_in_a_page_leads_to_no_script():
    _, (section,) = sections_of(
        text("## One\n\n[a](javascript:alert(1)) [b](data:text/html,x)\n"), NAMES
    )
    assert "javascript:" not in section.html and "data:" not in section.html


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


@pytest.mark.parametrize("name", ["quillfeather.md", "QUIL 1.md", f"{AGENCY}.txt", "Quil00001.md"])
def test_a_file_that_is_not_named_by_an_agency_is_refused(statements, name):
    (statements / name).write_text(statement("We answered."))
    with pytest.raises(NeedsCorrection, match="expected <agency_id>.md") as invalid:
        read_statements(statements)
    assert name in str(invalid.value) and invalid.value.exit_code == 2


@pytest.mark.parametrize(
    "body",
    [
        "We held Maria Garcia for a day.",
        "His number is A123456789.",
        "SSN 123-45-6789.",
        "Ask for Sheriff John Miller, born later.",
        "He was born 1980-02-03, A 123-456-789.",
    ],
)
def test_a_statement_that_names_a_person_is_refused_and_not_shown(statements, body):
    (statements / f"{AGENCY}.md").write_text(statement(body))
    with pytest.raises(NeedsCorrection) as invalid:
        read_statements(statements)
    said = str(invalid.value)
    assert f"{AGENCY}.md: seen text that looks like" in said and "(not shown)" in said
    for word in ("Garcia", "Miller", "123", "1980"):
        assert word not in said


def test_every_problem_of_every_statement_comes_in_one_error(statements):
    (statements / f"{AGENCY}.md").write_text(statement("We answered.", received_on="soon"))
    (statements / f"{OTHER}.md").write_text(statement("We too.", by="x"))
    (statements / "other.md").write_text("x")
    with pytest.raises(NeedsCorrection) as invalid:
        read_statements(statements)
    assert len(str(invalid.value).splitlines()) == 4


def test_a_statement_is_markdown_and_no_figure_or_markup_of_it_is_run(statements):
    body = "We *answered*. <script>x</script> <b>b</b> {7 * 7} [a](javascript:x)"
    (statements / f"{AGENCY}.md").write_text(statement(body))
    (told,) = read_statements(statements).values()
    assert told.received_on == dt.date(2017, 6, 9)
    assert "<em>answered</em>" in told.html and "{7 * 7}" in told.html
    assert not re.search("<(script|b)>|javascript:", told.html)


# On the command line


def write(file: Path, content: str) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(content, encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("pages/overview.md", page("{{ typo }}"), "overview.md: seen this sentence cannot be"),
        ("pages/faqs.md", page("{% if latest %}{{ latest.figures.typo }}{% endif %}"), "typo"),
        ("pages/faqs.md", page(last_reviewed="never"), 'last_reviewed: seen "never"'),
        ("statements/nobody.md", statement("x"), "nobody.md: seen its name"),
        (
            f"statements/{AGENCY}.md",
            statement("\nWe\n\nhad {{ latest }}"),
            AGENCY + '.md row 7: seen "{{"',
        ),
        (
            "pages/faqs.md",
            page("## Who?\n\n{{ '{' ~ '{' }} latest }}"),
            'faqs.md, under "Who?": seen "{{" that nothing filled',
        ),
    ],
    ids=[
        "a name",
        "a figure",
        "a date",
        "a statement",
        "braces in a statement",
        "braces in a page",
    ],
)
def test_a_problem_ends_with_2_before_anything_runs(tmp_path, file, content, said):
    archive = SmallArchive(tmp_path / "archive")
    archive.receive(FIRST_ROWS[:3])
    write(archive.root / file, content)
    done = archive.run()
    assert done.code == 2 and said in done.stderr, done
    assert done.stdout == ""
    assert not archive.output.exists() or not any(p.is_file() for p in archive.output.rglob("*"))


@pytest.mark.parametrize(
    "command", [["rebuild"], ["withdraw", WEEK, "--reason", "error"]], ids=["rebuild", "withdraw"]
)
def test_a_problem_ends_with_2_and_a_published_site_stays(copy_of, command):
    archive = copy_of("first")
    before = archive.files()
    write(archive.root / "pages" / "overview.md", page("{{ latest.figures.typo }}"))
    write(archive.root / "pages" / "faqs.md", page(title=None))
    done = archive.ddor(*command)
    assert done.code == 2, done
    assert "overview.md" in done.stderr and "faqs.md, title" in done.stderr
    assert archive.files() == before


def test_a_page_beside_the_parameters_stands_in_for_the_projects_own(copy_of):
    archive = copy_of("first")
    faqs = (archive.site / "faqs" / "index.html").read_bytes()
    figures = "{{ latest.figures.declined_total | requests }}, {{ latest.week }}"
    body = "The heron page.\n\n## What is it? {#what}\n\n"
    body += f"{{% if latest %}}{figures}{{% endif %}}\n"
    write(archive.root / "pages" / "overview.md", page(body, title="The heron & all"))
    assert archive.ddor("rebuild", day="2017-05-20").code == 0
    shown = archive.page("overview/index.html")
    assert words_of(shown.h1) == "The heron & all"
    assert "The heron page." in words_of(shown.main)
    assert "138 requests, February 11 to 17, 2017" in words_of(shown.find(id="what").parent)
    assert "Last reviewed: May 1, 2017" in words_of(shown.main)
    assert (archive.site / "faqs" / "index.html").read_bytes() == faqs
    found = (archive.site / "search" / "index.json").read_text("utf-8")
    assert '["overview/index.html", "The heron & all", "page", ""]' in found


def test_a_statement_is_shown_on_the_page_of_its_agency_and_nowhere_else(copy_of):
    archive = copy_of("first")
    write(
        archive.root / "statements" / f"{AGENCY}.md",
        statement("We *answered* every fax. <b>Okapi</b> & {latest}"),
    )
    write(archive.root / "statements" / "NOBODY001.md", statement("Nothing of us is published."))
    assert archive.ddor("rebuild", day="2017-05-20").code == 0
    shown = archive.page(f"agencies/{AGENCY}/index.html")
    quoted = shown.find("blockquote")
    assert words_of(quoted) == "We answered every fax. <b>Okapi</b> & {latest}"
    assert quoted.find("em") and not quoted.find("b")
    assert "received June 9, 2017" in words_of(shown.main)
    assert [path for path, data in archive.files().items() if b"Okapi" in data] == [
        f"agencies/{AGENCY}/index.html"
    ]
    assert not (archive.site / "agencies" / "NOBODY001").exists()
    assert not [path for path, data in archive.files().items() if b"Nothing of us" in data]
