"""Twenty weeks in a row, small and large, as an archive publishes them: what each tells of charges.

The weeks are the samples' (docs/samples.md), in which every twentieth charge is of any group of the
NCIC list, or of none. A week has those before it in its history, comes again from a later extract
13 weeks on, and the first thirteen are a quarter.
"""

from collections import namedtuple
from dataclasses import replace

import numpy as np
import pytest
from frames import directory_of
from generated_weeks import FIRST, Archive
from later import make_later

from ddor.calendar import Week
from ddor.checks.check import CheckedWeek
from ddor.extract.model import Extract
from ddor.importers.samples.agencies import COMMITTED, invented_agencies
from ddor.importers.samples.ordinary import make_sample
from ddor.measures.disclosure import NATION
from ddor.measures.people import ALL, CHARGED_ONLY, CHARGES, CONVICTED, DISMISSED, NO_CHARGE
from ddor.reference.codes import CATEGORIES, OFFENSE_GROUPS, OTHER_OFFENSES, offense_category

WEEKS, OF_QUARTER = 20, 13
RARE_SHARE, UNLISTED_CODE = 0.05, "9Z99"
# About so many declined -> the rows of its extract, and the share of the requests convicted or
# charged that has at least to stand in a category with a name of its own.
SIZES = {40: (600, 0.90), 80: (1_550, 0.95), 150: (3_100, 0.98), 200: (4_300, 0.98)}


# first: the report of each week as it was first published; again: as it came later.
Weeks = namedtuple("Weeks", "about archive first again")


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=[40, 80, 150, 200], ids="about-{}-declined".format)
def weeks(request) -> Weeks:
    rows, _ = SIZES[request.param]
    archive, extracts, week = Archive(), {}, FIRST
    agencies = directory_of(invented_agencies(max(COMMITTED, rows // 4)).to_dict("records"))

    def publish(of: Week, extract: Extract) -> None:
        archive.extract(CheckedWeek(extract, of, agencies, archive.history(of), "recorded"))

    for seed in range(WEEKS):
        extracts[week] = with_rare_codes(make_sample(week, seed, rows), seed)
        publish(week, extracts[week])
        if seed + 1 == OF_QUARTER:
            archive.quarter()
        if seed >= OF_QUARTER:
            earlier = [*extracts][seed - OF_QUARTER]
            publish(earlier, make_later(extracts[earlier], earlier, seed))
        week = week.next
    reports = [each for each in archive.reports if each.counts]
    first, again = ([r for r in reports if (r.revision > 1) is later] for later in (False, True))
    return Weeks(request.param, archive, first, again)


def with_rare_codes(extract: Extract, seed: int) -> Extract:
    """So many of its charges are of any group, each as likely as another."""
    rng = np.random.default_rng(seed)
    codes = [*(f"{group}99" for group in OFFENSE_GROUPS), UNLISTED_CODE]
    ncic_code = extract.charges["ncic_code"]
    rare = rng.random(len(ncic_code)) < RARE_SHARE
    ncic_code = ncic_code.mask(rare, rng.choice(codes, len(ncic_code))).astype("str")
    return replace(extract, charges=extract.charges.assign(ncic_code=ncic_code))


def national(report):
    lines = report.attributes
    return lines[(lines["attribute"] == CHARGES) & (lines["place"] == NATION)]


def test_the_weeks_are_as_large_as_they_say(weeks):
    declined = [each.counts.figures["declined_total"] for each in weeks.first]
    assert len(declined) == WEEKS and len(weeks.again) == WEEKS - OF_QUARTER
    assert 0.9 * weeks.about < sum(declined) / WEEKS < 1.1 * weeks.about, sum(declined) / WEEKS
    last = Week.parse(weeks.first[-1].period)
    assert len(weeks.archive.history(last).weeks) == WEEKS - 1


def test_every_week_has_its_table_of_charges_with_the_same_categories(weeks):
    for each in weeks.first + weeks.again:
        told, total = each.counts.published, each.counts.figures["declined_total"]
        assert told.table(CHARGES), (each.period, told.withheld)
        lines = national(each)
        standings = lines[lines["branch"] == ""].set_index("standing")["requests"]
        assert [*standings.index] == [CONVICTED, CHARGED_ONLY, DISMISSED, NO_CHARGE]
        # A table that stands counts the requests of its own day.
        assert standings.sum() == total or told.table(CHARGES).retained
        assert each.counts.figures["declined_with_charges"] is not None
        whole = lines[(lines["branch"] != "") & (lines["leaf"] == "") & (lines["standing"] == ALL)]
        assert [*whole["branch"]] == [*CATEGORIES], each.period
    assert len(CATEGORIES) == 8
    assert not any(each.counts.published.table(CHARGES).retained for each in weeks.first)


def test_most_people_with_charges_are_in_a_category_with_a_name(weeks):
    """Of those convicted or charged; a request with charges that were all dismissed is in none."""
    named = standing = 0
    for each in weeks.first:
        lines = national(each)
        shown = {*lines.loc[(lines["leaf"] == "") & (lines["requests"] > 0), "branch"]}
        values = [row.value.split() for row in each.counts.published.table(CHARGES).rows]
        standing += sum(first in (CONVICTED, CHARGED_ONLY) for first, *_ in values)
        named += sum(bool(categories(groups) & shown - {OTHER_OFFENSES}) for _, *groups in values)
    assert 0 < named < standing and named / standing > SIZES[weeks.about][1]


def categories(groups: list[str]) -> set[str]:
    return {offense_category(each.partition(":")[0]) for each in groups}
