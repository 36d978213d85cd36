"""Weeks drawn from a seed, each with a second revision, for the attack on disclosure control.

They are small and lopsided on purpose: 1 to 40 agencies and 5 to 300 declined requests, often one
agency with most of them, few world regions, few or many charges, protected requests. Of the rows 0
to 15 change, come or go from one revision to the next; what comes, comes at times from agencies
that were not in the week before, and at times all alike.
"""

import datetime as dt
import json
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
from extract_factory import charge, request
from frames import WEEK, directory_of, extract_of, inputs_of

from ddor.checks.check import Case
from ddor.history import no_history
from ddor.jobs.publication import data_files
from ddor.jobs.weekly import WeekEdition
from ddor.measures.attributes import attributes_of_declined, category_name
from ddor.measures.charges import declined_charges
from ddor.measures.disclosure import Earlier, from_plain, last_shown, plain_shown
from ddor.measures.figures import Counts, count_inputs

COUNTRIES = ("MEX", "GTM", "COL", "CHN", "NGA", "JAM", "POL", "CAN", "FJI", "UNK")
CODES = ("5404", "35AA", "1399", "0399", "2399", "2299", "5299", "3699", "1199", "4801", "9Z99")
AGES = (0, 1, 4, 12, 45, 200, 900)
AS_OF = ("2017-03-01", "2017-03-20")


@dataclass(frozen=True)
class Drawn:
    """One revision's rows. requests and charges: as extract_factory makes them."""

    requests: list[dict[str, str]]
    charges: list[dict[str, str]]


@dataclass(frozen=True)
class Revision:
    counts: Counts
    files: dict[str, bytes]


def drawn_week(seed: int) -> tuple[int, list[Drawn]]:
    """-> the disclosure threshold, and two revisions."""
    rng = np.random.default_rng(seed)
    threshold = int(rng.choice([3, 5, 10]))
    agencies = [f"MN{at:07d}" for at in range(int(rng.choice([1, 2, 3, 5, 12, 25, 40])))]
    declined = int(rng.choice([5, 20, 60, 120, 300]))
    volume = rng.dirichlet(np.full(len(agencies), rng.choice([0.3, 1, 5])))
    if rng.random() < 0.4:
        volume = volume * 0.2 + np.eye(len(agencies))[0] * rng.choice([0.6, 0.8])
        volume = volume / volume.sum()
    draws = _Draws(rng)
    rows = [draws.one(f"r{at}", str(rng.choice(agencies, p=volume))) for at in range(declined)]
    others = [
        draws.one(f"h{at}", str(rng.choice(agencies, p=volume)),
                  outcome=str(rng.choice(["honored", "withdrawn"])))
        for at in range(declined // 4)
    ]  # fmt: skip
    changed = draws.revised(rows, agencies, int(rng.integers(0, 16)))
    return threshold, [_whole([*each, *others]) for each in (rows, changed)]


class _Draws:
    """One week's mix of regions, ages and charges, and its requests."""

    def __init__(self, rng):
        self.rng = rng
        self.regions = rng.dirichlet(np.full(len(COUNTRIES), rng.choice([0.2, 0.6, 3])))
        self.ages = rng.dirichlet(np.full(len(AGES), rng.choice([0.3, 2])))
        self.codes = rng.dirichlet(np.full(len(CODES), rng.choice([0.2, 1, 5])))
        self.charged = rng.choice([0.1, 0.8, 2])
        self.protected = rng.choice([0, 0.05, 0.3])

    def one(self, name: str, agency_id: str, **overrides):
        """-> (request, its charges)."""
        recorded = dt.date(2017, 2, 13)
        age = dt.timedelta(days=int(self.rng.choice(AGES, p=self.ages)))
        row = request(
            request_id=name, agency_id=agency_id, agency_name=f"Agency {agency_id}",
            citizenship=str(self.rng.choice(COUNTRIES, p=self.regions)),
            issued_at=(recorded - age).isoformat(), outcome_recorded_at=recorded.isoformat(),
            released_at="", protected="true" if self.rng.random() < self.protected else "false",
        ) | overrides  # fmt: skip
        charges = [
            charge(
                request_id=name, charge_no=str(number + 1),
                ncic_code=str(self.rng.choice(CODES, p=self.codes)),
                disposition=str(self.rng.choice(["charged", "convicted", "dismissed"],
                                                p=[0.5, 0.4, 0.1])),
            )
            for number in range(min(self.rng.poisson(self.charged), 4))
        ]  # fmt: skip
        return row, charges

    def revised(self, rows: list, agencies: list[str], count: int) -> list:
        """`rows` after `count` changes. In one week of two nothing goes and nothing changes in
        place, which is what an attacker hopes for."""
        only_more, alike = self.rng.random() < 0.5, self.rng.random() < 0.3
        newcomers = [f"MN9{at:06d}" for at in range(5)]
        where = newcomers if self.rng.random() < 0.4 else agencies
        same = self.one("alike", where[0])
        after = list(rows)
        for at in range(count):
            what = 0 if only_more or len(after) < 3 else int(self.rng.integers(0, 3))
            if what == 0:
                row, charges = self.one(f"n{at}", str(self.rng.choice(where)))
                if alike:
                    row |= {key: same[0][key] for key in ("citizenship", "issued_at")}
                    charges = [each | {"request_id": f"n{at}"} for each in same[1]]
                after.append((row, charges))
                continue
            place = int(self.rng.integers(0, len(after)))
            row, _ = after.pop(place)
            if what == 1:
                after.append(self.one(row["request_id"], row["agency_id"]))
        return after


def _whole(parts) -> Drawn:
    return Drawn([row for row, _ in parts], [each for _, charges in parts for each in charges])


def published(drawn: list[Drawn], threshold: int) -> list[Revision]:
    """Each revision as the job publishes it, the one after the other."""
    revisions, told = [], {}
    for number, each in enumerate(drawn):
        extract = extract_of(each.requests, each.charges, as_of=AS_OF[number])
        case = Case(extract, WEEK, directory_of(), no_history(), "recorded")
        inputs = replace(
            inputs_of(case, disclosure_threshold=threshold),
            earlier={"attributes": told, "listed": {}, "gone": ""},
        )
        counts = count_inputs(inputs)
        revisions.append(Revision(counts, data_files(WeekEdition(inputs, counts), counts.figures)))
        shown = last_shown(Earlier(from_plain(told)), counts.attributes)
        told = json.loads(json.dumps(plain_shown(shown)))
    return revisions


def facts(revision: Revision, named: list[str], unnamed: str) -> dict:
    """What is true of a revision, as tests/attack.py takes it: *cells*, *hidden* and *rows*.
    `named`: the agencies that tables name; every other one is `unnamed`."""
    counts = revision.counts
    status = counts.status
    place = status.set_index("request_id")["agency_id"].map(lambda a: a if a in named else unnamed)
    frames = attributes_of_declined(status, declined_charges(status, counts.extract.charges))
    cells, rows = {}, {}
    for name, frame in frames.items():
        lines = [
            (request_id, place[request_id], category_name(name, code), standing)
            for request_id, code, standing in
            frame[["request_id", "code", "standing"]].itertuples(index=False)
        ]  # fmt: skip
        cells[name] = Counter((agency, *rest) for _, agency, *rest in lines)
        rows[name] = {}
        for request_id, agency, category, standing in lines:
            rows[name].setdefault(request_id, (agency, {}))[1][category] = standing
    hidden = status["request_id"][status["declined"] & (status["listed_agency"] == "")]
    return {"cells": cells, "hidden": Counter(place[each] for each in hidden), "rows": rows}
