"""Keys of requests are found wherever they stand, and no sentence is refused for nothing."""

import re
import string
import time

import pytest
from extract_factory import WEEK, request
from hypothesis import assume, example, given
from hypothesis import strategies as st
from small_archive import FIRST_ROWS, NEXT_WEEK_ROWS, QUILLFEATHER, SmallArchive
from weekly_runs import extract, files_of, job, no_kernel

from ddor.errors import UsageError
from ddor.extract.identifiers import RequestKeys
from ddor.jobs.prepared import refuse_unfit
from ddor.publishable import as_read

PRINTABLE = st.characters(exclude_categories=["C", "Zl", "Zp"])
KEYS = st.text(PRINTABLE, min_size=1, max_size=24)
BOUND = st.characters(categories=["P", "S", "Zs"]) | st.just("\n")


def is_looked_for(key: str) -> bool:
    return RequestKeys([key]).in_text(f"\n{key}\n")


@given(KEYS, st.lists(KEYS, max_size=3), st.text(PRINTABLE), st.text(PRINTABLE), BOUND, BOUND)
@example("{ab-12}", [], "see", "", " ", ".")
@example("DET#0001234", [], "", "", "/", "/")
@example("R 17 é", [], "a", "b", "\n", "\n")
@example("\u0301x1", [], "e", "", "-", "-")
def test_a_key_of_any_characters_is_found_between_bounds(key, others, before, after, left, right):
    assume(is_looked_for(key))
    assert RequestKeys([*others, key]).in_text(before + left + key + right + after)


@given(
    st.text(st.sampled_from(string.ascii_letters + string.digits + "-/#"), min_size=1),
    st.sampled_from(string.ascii_letters + string.digits),
)
def test_a_key_is_part_of_no_longer_word(key, sign):
    assume(key[0].isalnum() and key[-1].isalnum() and sign.lower() not in key.lower())
    assert not RequestKeys([key]).in_text(f"so {sign}{key} and {key}{sign}")


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=7, max_size=20))
def test_only_short_keys_months_and_days_are_not_looked_for(key):
    assume(not key[:1].isdigit() and any(sign.isalnum() for sign in key))
    assert is_looked_for(key)


def test_a_key_is_found_as_people_write_it():
    keys = RequestKeys("R0000003|DET#0001234|2024:77:0001|ab-12|A 7 B|24-117".split("|"))
    texts = (
        "R0000003/R0000004|see r0000003.|(DET#0001234)|2024:77:0001, too|{ab-12}|A\n 7 b|"
        "**R00000**03|DET\\#0001234|[here](https://x.org/?id=R0000003)|_R0000003_|24-117;|"
        "R000\u200b0003|Det#0001234/5"
    )
    assert [text for text in texts.split("|") if not keys.in_text(as_read(text))] == []


CITED = (
    "8 CFR 287.7(d), 8 U.S.C. 1226(c)(1), 287(g); Galarza v. Szalczyk, 745 F.3d 634 (3d Cir. "
    "2014); 2d and 9th Cir.; § 236.6, Cal. App. 4th"
)


@pytest.mark.parametrize(
    "key", "3d 2D 9th 4th 287.7 7(d) 287.7(d) 1226(c) 1226(c)(1) 287(g) 236.6".split()
)
def test_no_key_makes_of_a_legal_citation_a_text_that_is_refused(key):
    assert not RequestKeys([key]).in_text(as_read(CITED))
    assert RequestKeys([key, "3d-1", "R3d"]).in_text("as 3d-1 or R3d has it")


def test_a_key_that_could_be_a_number_a_word_a_date_or_a_name_of_ours_is_not_looked_for():
    keys = "3 12 2017 (2) bus Texas -- 2017-02 2017-02-18 E11 I-247A".split()
    text = "Of 3 (2) people by bus -- in Texas, 2017-02 to 2017-02-18, I-247A, E11, 12 in 2017"
    assert not RequestKeys(keys).in_text(text)
    assert RequestKeys([*keys, "1234567"]).in_text(f"{text} 1234567")


def test_a_quarter_of_a_million_keys_and_a_whole_page_take_no_noticeable_time():
    kinds = ("R", "DET#", "2024:", "x-", "")
    keys = [f"{kind}{number:07}" for kind in kinds for number in range(50_000)]
    began = time.monotonic()
    found = RequestKeys(keys)
    made = time.monotonic()
    assert not found.in_text("Of 1,234 requests, R12 was declined (8 CFR 287.7(d)). " * 2000)
    looked = time.monotonic()
    assert found.in_text("word " * 20_000 + "2024:0049999")
    assert made - began < 5 and looked - made < 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A note.\n\nOf {{ declined.total }}.", 'line 3: "{{"'),
        ("Of {\\% if x %}.", 'line 1: "{%"'),
        ("One.\n\nOf {\u200b{ x }}.\n\nEnd.", 'line 3: "{{"'),
    ],
)
def test_braces_that_nothing_fills_are_named_by_their_line(text, said):
    with pytest.raises(UsageError, match=re.escape(f"a note, {said}")):
        refuse_unfit({"a note": text}, RequestKeys([]))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[a](javascript&amp;colon;x())", "a link that runs something"),
        ("[a][r]\n\n[r]: java&#115;cript:x()", "a link that runs something"),
        ("<data:image/gif;base64,AAAA>", "a link that runs something"),
        ("[a](data:image/gif;base64,AAAA)", "a link that runs something"),
        ("![a](//example.org/a.png)", "a picture from elsewhere"),
        ("![a](HTTPS://example.org/a.png)", "a picture from elsewhere"),
    ],
)
def test_a_picture_from_elsewhere_and_a_link_that_runs_something_are_refused(text, said):
    with pytest.raises(UsageError, match=f"a note: it has {said}"):
        refuse_unfit({"a note": text}, RequestKeys([]))


# Where people write


@pytest.fixture
def archive(tmp_path, monkeypatch) -> SmallArchive:
    """Without a notebook: what people wrote is looked at before one would run."""
    no_kernel(monkeypatch)
    archive = SmallArchive(tmp_path / "archive")
    archive.receive([*FIRST_ROWS[:3], KEYED])
    return archive


KEYED = FIRST_ROWS[0] | {"request_id": "DET#0001234"}
HEAD = "---\ntitle: A page\nlast_reviewed: 2017-05-01\nlast_updated: 2017-05-01\n---\n"
AGENCY = QUILLFEATHER["agency_id"]
PLACES = {
    f"notes/{WEEK}.md": "See {}, of {{{{ x }}}}.",
    f"statements/{AGENCY}.md": "---\nreceived_on: 2017-04-01\n---\nOf **{}** we know.",
    "pages/overview.md": HEAD + "One ({}).",
    "pages/faqs.md": HEAD + "## Who?\n\nIt is {}.",
    "pages/fact-sheet.md": HEAD + "{{% if latest %}}{{{{ '{}' }}}}{{% endif %}}",
}


def write(archive: SmallArchive, place: str, key: str) -> None:
    file = archive.root / place
    file.parent.mkdir(exist_ok=True)
    file.write_text(PLACES[place].format(key))


def test_a_key_in_a_text_a_parameter_or_an_answer_is_named_by_its_place_and_publishes_nothing(
    archive,
):
    for place in PLACES:
        write(archive, place, "DET#0001234")
    archive.record("quill", status="not_upheld", answered_on="2017-06-05", answer="DET#0001234 is")
    parameters = ("publisher", "contact", "authority")
    done = archive.run(*(f"--set={name}=Desk DET#0001234" for name in parameters))
    assert done.code == 2, done
    places = [*PLACES, "corrections/quill.yaml, answer", *(f"parameter {p}" for p in parameters)]
    for place in places:
        assert f"{place}: it holds the key of a request" in done.stderr, place
    assert f'notes/{WEEK}.md, line 1: "{{{{" is filled in the notebook' in done.stderr
    assert "0001234" not in done.stderr + done.stdout and not archive.site.exists()


def test_a_key_in_a_record_a_reason_a_source_or_an_agencys_name_is_refused(tmp_path, monkeypatch):
    no_kernel(monkeypatch)
    output, folder = tmp_path / "outputs", tmp_path / "extract"
    named = request(request_id="DET#0001234", agency_name="JAIL 2024:77:0001")
    extract(folder, named, request(request_id="2024:77:0001"))
    (folder / "about.yaml").write_text("as_of: 2017-03-01\nsource: Log (2024:77:0001)\n")
    done = job(output, "--extract", folder)
    assert done.code == 2 and "2024" not in done.stderr, done
    assert "about.yaml, source: it holds the key" in done.stderr
    assert "requests, agency_name: it holds the key" in done.stderr
    extract(folder, request(request_id="DET#0001234"))
    assert job(output, "--extract", folder).code == 0
    before = files_of(output)
    correct = ("--extract", folder, "--force", "--correct", "--reason")
    said = job(output, *correct, "as DET#0001234 has it")
    assert said.code == 2 and "--reason: it holds the key" in said.stderr
    said = job(output, *correct, "as {{ week }} has it")
    assert said.code == 2 and '--reason, line 1: "{{"' in said.stderr
    assert files_of(output) == before


def test_a_key_of_an_earlier_revision_or_week_is_refused_too_and_by_a_rebuild(archive):
    assert archive.published() == 1
    archive.receive([*FIRST_ROWS[:3], FIRST_ROWS[0] | {"request_id": "DET#0009999"}])
    assert archive.published() == 2
    before, note, statement = archive.files(), f"notes/{WEEK}.md", f"statements/{AGENCY}.md"
    for place in (note, statement):
        write(archive, place, "DET#0001234")
    archive.receive(NEXT_WEEK_ROWS[:2], week="2017-02-18")
    for place, done in (
        (note, archive.run()),
        (statement, archive.run(week="2017-02-18")),
        (statement, archive.ddor("rebuild")),
    ):
        assert done.code == 2 and f"{place}: it holds the key" in done.stderr, done
    assert archive.files() == before


def test_check_says_how_many_keys_no_text_is_searched_for(archive):
    folder = archive.root / "extracts" / WEEK
    assert "note:" not in archive.ddor("check", folder).stderr
    archive.receive([FIRST_ROWS[0] | {"request_id": key} for key in ("3d", "77", "DET#0001234")])
    for words in ((), ("--json",)):
        done = archive.ddor("check", folder, *words)
        assert done.code == 0 and done.stdout.count("\n") == 1
        (line,) = done.stderr.splitlines()
        assert line.startswith("note: texts are not searched for 2 of the request_ids")
