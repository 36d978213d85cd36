"""docs/checks.md is what tests/checks_document.py makes; DDOR_WRITE_DOCS=1 writes it."""

import os
import re

import pytest
from cases import case
from checks_document import FILE, WHY, checks_document, reenactment
from extract_factory import request
from frames import copies, policy

from ddor.checks.registry import CHECKS, run_checks

CLASSES = [f"E{number}" for number in range(1, 13)]
HENNEPIN, STATE_JAIL = "MN9RE001", "TX9RE002"


@pytest.fixture(scope="module")
def first_report():
    return reenactment()


@pytest.fixture(scope="module")
def made(first_report) -> str:
    return checks_document(first_report)


def found(document: str, check_id: str) -> str:
    """The last cell of a class's line in the table."""
    row = next(line for line in document.splitlines() if line.startswith(f"| [{check_id}]("))
    return row.strip("| ").split(" | ")[-1]


def test_the_committed_file_is_what_the_registry_and_the_re_enactment_make(made):
    if os.environ.get("DDOR_WRITE_DOCS") == "1":
        FILE.write_text(made, encoding="utf-8")
    assert FILE.read_text(encoding="utf-8") == made


def test_each_of_the_twelve_classes_has_a_line_in_order_that_links_to_its_section(made):
    assert re.findall(r"^\| \[(E\d+)\]\(", made, re.MULTILINE) == CLASSES
    assert re.findall(r"^## (E\d+) · ", made, re.MULTILINE) == CLASSES
    headings = re.findall(r"^## (.*)$", made, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    links = re.findall(r"\]\(#([^)]*)\)", made)
    assert len(links) == 12
    assert [link for link in links if link not in anchors] == []


def test_a_check_is_told_with_its_question_its_limits_and_what_was_printed(made):
    for check in CHECKS:
        section = made.split(f"## {check.id} · ")[1].split("\n## ")[0]
        joined = " ".join(section.split())
        assert f"*{check.question}*" in joined
        assert f"**Limits.** {check.limits}" in joined
        row = next(line for line in made.splitlines() if line.startswith(f"| [{check.id}]("))
        assert check.printed in row


def test_only_lines_of_the_table_are_longer_than_130_characters(made):
    lines = [line for line in made.splitlines() if not line.startswith("|")]
    assert [line for line in lines if len(line) > 130] == []


# What is said of the re-enactment


def test_the_figures_of_the_first_report_are_told_for_each_effect(made):
    assert found(made, "E2") == "7 requests at 2 agencies held back"
    assert found(made, "E6") == "2 requests at 1 agency held back"
    assert found(made, "E8") == "142 requests at 2 agencies: the week waits for a person"
    assert found(made, "E9") == "2 policies shown as not verified"


def test_why_two_checks_find_nothing_of_2017_is_true_of_the_re_enactment(first_report, made):
    assert WHY["E4"] in found(made, "E4") and "14 requests" in WHY["E4"]
    assert WHY["E11"] in found(made, "E11")
    requests = first_report.extract.requests.set_index("agency_id")
    assert requests.loc[STATE_JAIL, "agency_level"].tolist() == ["state"] * 14
    held = run_checks(first_report).held.set_index("request_id")["check"]
    assert held.reindex(requests.loc[HENNEPIN, "request_id"]).tolist() == ["E6", "E6"]


# What would be said of other rows


def test_a_check_that_could_not_look_is_not_assessed_and_not_nothing_of_this_kind():
    document = checks_document(case(request()))
    assert found(document, "E2").startswith("not assessed")
    assert found(document, "E1").startswith("nothing of this kind")


def test_one_of_a_kind_is_told_in_the_singular():
    stale = policy(verified_on="2014-04-11")
    row = request(decline_reason="law_or_court")
    document = checks_document(case(row, policies=[stale]))
    assert found(document, "E9") == "1 policy shown as not verified"
    assert found(document, "E12") == "1 decline at 1 agency counted and also shown separately"


def test_the_pending_requests_are_those_issued_this_week_without_an_outcome():
    pending = copies(3, "p", outcome="pending", outcome_recorded_at="")
    before = copies(2, "b", outcome="pending", outcome_recorded_at="", issued_at="2016-01-01")
    document = checks_document(case(request(), *pending, *before))
    assert "3 requests issued and pending" in found(document, "E10")
