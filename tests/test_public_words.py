"""What people write and the site publishes: reasons, answers, notes; and what waits for them."""

import json
import re

import pytest
from conftest import PROJECT
from large_archive import brief_articles
from small_archive import FIRST_FINAL_DAY, FIRST_ROWS, WEEK, WRENFALL, SmallArchive, numbered

# Forty declines of one day, all old: E8 asks for a review.
OLD = {"issued_at": "2016-11-02", "outcome_recorded_at": "2017-02-14", "released_at": "2017-02-13"}
BULK = numbered("k", 40, WRENFALL, **OLD)
REASON = "The dates are those of the agency's own log"
# Said by the filter `movement` alone, which knows the range (src/ddor/variation.py).
MOVED = re.compile(
    r"\b(rose|risen|rising|fell|fallen|falling|increas\w+|decreas\w+|(up|down)\s+from)\b", re.I
)
OURS = ("notebooks/*.ipynb", "params/**/*.md", "src/ddor/archive/templates/**/*.j2")


@pytest.fixture(scope="module")
def accepted(tmp_path_factory) -> SmallArchive:
    archive = SmallArchive(tmp_path_factory.mktemp("accepted") / "archive")
    archive.receive([*FIRST_ROWS, *BULK], FIRST_FINAL_DAY)
    with brief_articles():
        assert archive.run().code == 4
    assert archive.published("--accept-held", "--reason", REASON) == 1
    return archive


def test_a_dispute_of_an_accepted_week_is_marked_without_a_new_acceptance(accepted, tmp_path):
    """Of whose review no list and no draft is left."""
    assert sorted(path.name for path in (accepted.runs / WEEK).iterdir()) == ["r1", "seen.json"]
    archive = accepted.copied_to(tmp_path / "copy")
    archive.record("quill")
    with brief_articles():
        assert archive.published(day="2017-06-15") == 2
    assert f"The reason for publishing it: {REASON}." in archive.status()
    assert "1 figure of this week is or was disputed" in archive.status()
    assert [entry for entry in archive.feed() if entry["category"] == "dispute"]


def test_a_flag_that_was_counted_is_told_on_the_page(accepted, tmp_path):
    archive = accepted.copied_to(tmp_path / "copy")
    listed = (archive.runs / WEEK / "r1" / "review.csv").read_text("utf-8-sig")
    flag = next(line for line in listed.splitlines() if line.startswith("E8-")).split(",")[0]
    decisions = tmp_path / "decisions.csv"
    decisions.write_text(f"flag,decision,reason,by\n{flag},count,{REASON},records officer\n")
    assert archive.published("--decisions", decisions) == 2
    article = " ".join(archive.page(f"weeks/{WEEK}/index.html").article.get_text(" ").split())
    assert "ok (1 looked at and counted)" in article
    assert "1 flag of a check was looked at by a person and counted" in article


def test_verify_tells_a_difference_as_json_too(accepted, tmp_path):
    archive = accepted.copied_to(tmp_path / "copy")
    with open(archive.week / "r1" / "data" / "checks.csv", "a") as checks:
        checks.write("E99\n")
    done = archive.ddor("verify", WEEK, "--json")
    told = json.loads(done.stdout)
    assert done.code == 5 and told["reproduced"] is False
    assert "data/checks.csv: the archive holds a different file" in told["messages"]


@pytest.mark.parametrize("pattern", OURS)
def test_no_text_of_the_project_says_by_itself_that_a_count_moved(pattern):
    files = sorted(PROJECT.glob(pattern))
    found = [
        f"{file.name}: {match[0]}"
        for file in files
        for match in MOVED.finditer(words_published(file))
    ]
    assert files and found == []


def words_published(file) -> str:
    """The text of a file; of a notebook its sources, for a line of which ends in the middle of a
    sentence."""
    text = file.read_text(encoding="utf-8")
    if file.suffix != ".ipynb":
        return text
    return "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])


@pytest.mark.parametrize("sentence", ["It rose", "went up\nfrom 3", "an increase", "Decreased"])
def test_the_words_of_movement_are_recognized(sentence):
    assert MOVED.search(sentence)
