"""E11, did as asked: held for 48 hours, or 48 hours' notice where only notice is asked.

That ICE did not collect the person is in test_check_holds.
"""

import pytest
from cases import assess_of, finding, line, reason
from conftest import cases
from extract_factory import request
from frames import counts_of, numbered

assess = assess_of("E11")


SILENT = {"decline_reason": ""}
HELD = request(release_due_at="2017-02-13T10:00", released_at="2017-02-15T10:00")
NOTIFIED = request(form="I-247N", notice_at="2017-02-13T10:00", released_at="2017-02-15T10:00")
# "held" counts from the time the release was due, "notified" from the notice, both to the release.
HOURS = cases("""
held     | I-247 I-247A I-247D | 2017-02-13T10:00 | 2017-02-15T10:00 | as asked
held     | I-247 I-247A I-247D | 2017-02-13T10:00 | 2017-02-15T09:59 | passes
held     | I-247 I-247A I-247D | 2017-02-13T10:00 | 2017-02-17T10:00 | as asked
held     | I-247D              | 2017-02-13       | 2017-02-15       | as asked
held     | I-247D              | 2017-02-13T00:01 | 2017-02-15       | passes
held     | I-247D              | 2017-02-13       | 2017-02-14T23:59 | passes
held     | I-247D              | 2017-02-15T10:00 | 2017-02-13T10:00 | passes
held     | I-247A I-247D       | 2017-02-10T17:00 | 2017-02-12T17:00 | as asked
held     | I-247               | 2017-02-10T17:00 | 2017-02-12T17:00 | passes
held     | I-247               | 2017-02-10T17:00 | 2017-02-14T16:59 | passes
held     | I-247               | 2017-02-10T17:00 | 2017-02-14T17:00 | as asked
held     | I-247               | 2017-02-17T12:00 | 2017-02-22T11:59 | passes
held     | I-247               | 2017-02-17T12:00 | 2017-02-22T12:00 | as asked
held     | I-247               | 2015-07-02T12:00 | 2015-07-07T11:59 | passes
held     | I-247               | 2015-07-02T12:00 | 2015-07-07T12:00 | as asked
held     | I-247 I-247A I-247D |                  | 2017-02-15T10:00 | not assessed
held     | I-247 I-247A I-247D | 2017-02-13T10:00 |                  | not assessed
held     | I-247G I-247N I-247X | 2017-02-10      | 2017-02-15       | not assessed
notified | I-247G I-247N       | 2017-02-13T10:00 | 2017-02-15T10:00 | as asked
notified | I-247G I-247N       | 2017-02-13T10:01 | 2017-02-15T10:00 | passes
notified | I-247G I-247N       | 2017-02-10T17:00 | 2017-02-12T17:00 | as asked
notified | I-247G I-247N       | 2017-02-17T10:00 | 2017-02-15T10:00 | passes
notified | I-247G I-247N       |                  | 2017-02-15T10:00 | not assessed
notified | I-247G I-247N       | 2017-02-13T10:00 |                  | not assessed
notified | I-247 I-247A I-247D I-247X | 2017-02-10 | 2017-02-15      | not assessed
""")


@pytest.mark.parametrize(("asked", "forms", "start", "end", "told"), HOURS)
def test_48_hours_are_elapsed_hours_and_of_the_plain_form_working_hours(
    asked, forms, start, end, told
):
    column = "release_due_at" if asked == "held" else "notice_at"
    row = request(**{column: start}, released_at=end, **SILENT)
    for form in forms.split():
        found = finding(assess, row | {"form": form})
        assert len(found.stopped) == (told == "as asked"), form
        assert found.assessed == (told != "not assessed"), form


def test_each_row_is_counted_by_its_own_form():
    weekend = {"release_due_at": "2017-02-10T17:00", "released_at": "2017-02-12T17:00"}
    forms = ("I-247", "I-247A", "I-247D")
    rows = numbered(*(request(form=form, **weekend, **SILENT) for form in forms))
    assert sorted(finding(assess, *rows).stopped.index) == ["r1", "r2"]


@pytest.mark.parametrize("row", [HELD, NOTIFIED])
def test_its_sentence_tells_both_dates_and_every_ground(row):
    told = reason(assess, row | {"decline_reason": "not_collected"})
    for said in ("February 13, 2017, 10:00", "February 15, 2017, 10:00", "ICE did not collect"):
        assert said in told
    assert ("Notice" in told) == (row is NOTIFIED)


def test_an_agency_that_did_as_asked_is_not_counted_as_declining():
    rows = numbered(HELD, NOTIFIED, request())
    figures = counts_of(rows).figures
    assert (figures["declined_total"], figures["held_back_outcomes"]) == (1, 2)
    assert line("E11", *rows)["rows"] == 2
