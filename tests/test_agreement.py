"""Page, downloads, scraps, summary and an independent count agree, for every sample.

`independent_count` uses nothing of ddor and nothing but the standard library: it is DESIGN 3 read a
second time, straight from the samples' CSV files.
"""

import csv
import json
import re
from collections import Counter, namedtuple
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import scrapbook
from bs4 import BeautifulSoup
from conftest import PROJECT, SAMPLE_WEEKS
from small_archive import words_of

KINDS = {"I-247N": "notifications", "I-247G": "notifications", "I-247X": "transfers"}
CLASSES = ("insufficient_notice", "no_notice", "not_held", "unclassified")
FLAGS = ("release_not_confirmed", "law_or_court", "short_custody")
# The columns of the tables by agency, as a page has them; that of the declined has no kinds.
OF_KIND = ("detainers", "notifications", "transfers")
ISSUED = ("issued", *OF_KIND, "honored", "declined", "other", "pending")
DECLINED = ("declined", *CLASSES, *FLAGS, "honored")
LINES = "held_back declined honored withdrawn superseded left_custody issued_pending".split()
LINES += ["issued_outcome_another_week", "outside_week"]

RECORDED = "outcome_recorded_at"
Count = namedtuple("Count", "figures lines issued declined groups standing")


def independent_count(folder: Path, week: str) -> Count:
    """Counted from `folder`/requests.csv and charges.csv."""
    directory = {row["agency_id"]: row for row in rows_of(PROJECT / "params" / "agencies.csv")}
    charges: dict[str, list] = {}
    for row in rows_of(folder / "charges.csv"):
        if row["timing"] == "before_release":
            each = (row["ncic_code"][:2], row["disposition"])
            charges.setdefault(row["request_id"], []).append(each)
    figures, lines, issued, declined, groups, standing = (Counter() for _ in Count._fields)
    states = set()
    for row in rows_of(folder / "requests.csv"):
        figures["received_total"] += 1
        outcome, agency = row["outcome"], row["agency_id"]
        listed = directory.get(agency)
        if is_request_doubted(row, listed):
            figures.update(["held_back_requests", "held_back_total"])
            lines["held_back"] += 1
            continue
        kind = KINDS.get(row["form"], "detainers")
        is_issued, is_recorded = (in_week(row[name], week) for name in ("issued_at", RECORDED))
        held = is_recorded and outcome == "declined" and is_outcome_doubted(row, listed)
        if is_issued:
            told = outcome in ("honored", "declined", "pending") and not held
            so_far = outcome if told else "other"
            figures.update(f"issued_{name}" for name in ("total", kind, so_far))
            issued.update((agency, name) for name in ("issued", kind, so_far))
        if held:
            figures.update(["held_back_outcomes", "held_back_total"])
            lines["held_back"] += 1
            continue
        another = "issued_pending" if outcome == "pending" else "issued_outcome_another_week"
        lines[outcome if is_recorded else another if is_issued else "outside_week"] += 1
        if is_recorded and outcome == "honored":
            figures["honored_total"] += 1
            declined[agency, "honored"] += 1
        if is_recorded and outcome == "declined":
            names = [kind, class_of(row), *flags_of(row)]
            figures.update(f"declined_{name}" for name in ["total", *names])
            declined.update((agency, name) for name in ["declined", *names])
            states.add(listed["state"] if listed else row["state"])
            standing[standing_of(charges.get(row["request_id"], []), groups)] += 1
    figures["declined_with_charges"] = figures["declined_total"] - standing["none"]
    figures["declined_with_conviction"] = standing["convicted"]
    figures["agencies_declining"] = sum(name == "declined" for _, name in declined)
    figures["states_declining"] = len(states)
    figures["outside_week_total"] = lines["outside_week"]
    return Count(figures, lines, issued, declined, groups, standing)


def is_request_doubted(row: dict, listed: dict | None) -> bool:
    """E1, E3, E4. Every row that E1 stops in the samples differs from its agency's row in
    params/agencies.csv."""
    places = [(row[k], listed[k]) for k in ("state", "county_fips", "area")] if listed else []
    return (
        any(here and there and here != there for here, there in places)
        or row["custody_confirmed"] == "false"
        or row["decline_reason"] == "not_in_custody"
        or row["agency_level"] == "federal"
        or bool(listed and listed["level"] != row["agency_level"])
    )


def is_outcome_doubted(row: dict, listed: dict | None) -> bool:
    """E2, E6, E7, E11, of a row that would count as declined. No sample has a form I-247 with a
    release due on a weekend, and all E11 rows of theirs are of later forms."""
    own = {"", row["agency_id"], listed["same_as"] if listed else ""}
    released, booked, recorded = map(row.get, ("released_at", "ice_custody_at", RECORDED))
    if released:
        handed_over = booked and -24 <= hours(released, booked) <= 48
    else:
        handed_over = booked and row["issued_at"] <= booked and hours(recorded, booked) <= 48
    serving = not released and row["sentence_ends_on"] > recorded
    held = hours(row["release_due_at"], released)
    notice = hours(row["notice_at"], released)
    notified = KINDS.get(row["form"]) == "notifications" and notice is not None and notice >= 48
    done = row["form"] in ("I-247A", "I-247D") and held is not None and held >= 48
    reasons = (handed_over, serving, done, notified, row["decline_reason"] == "not_collected")
    return row["releasing_agency_id"] not in own or any(reasons)


def rows_of(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("# ")))


CATEGORY_OF = {
    group: row["category"]
    for row in rows_of(PROJECT / "src" / "ddor" / "reference" / "data" / "offense_categories.csv")
    for group in row["groups"].split()
}


def in_week(text: str, week: str) -> bool:
    start = datetime.fromisoformat(week)
    return bool(text) and start <= datetime.fromisoformat(text) < start + timedelta(days=7)


def hours(start: str, end: str) -> float | None:
    if not (start and end):
        return None
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)) / timedelta(hours=1)


def class_of(row: dict) -> str:
    notice = hours(row["notice_at"], row["released_at"])
    in_time = notice is not None and notice > 0
    if row["decline_reason"] == "insufficient_notice" or (in_time and notice < 48):
        return "insufficient_notice"
    if row["released_at"] and not in_time:
        return "no_notice"
    is_detainer = row["form"] not in KINDS
    return "not_held" if is_detainer and in_time and row["release_due_at"] else "unclassified"


def flags_of(row: dict) -> list[str]:
    custody = hours(row["issued_at"], row["released_at"])
    short = custody is not None and custody < 48
    holds = (not row["released_at"], row["decline_reason"] == "law_or_court", short)
    return [name for name, flag in zip(FLAGS, holds, strict=True) if flag]


def standing_of(charges: list[tuple[str, str]], groups: Counter) -> str:
    """Of a request: convicted, charged_only, neither or none. Adds its groups and its categories to
    `groups`: (group, "") -> requests; (category, "") too, and its two parts."""
    convicted = {group for group, disposition in charges if disposition == "convicted"}
    charged = {group for group, disposition in charges if disposition in ("charged", "unknown")}
    groups.update((group, "") for group in convicted | charged)
    categories = {CATEGORY_OF.get(group, "other") for group in convicted | charged}
    in_one = {CATEGORY_OF.get(group, "other") for group in convicted}
    groups.update((category, "") for category in categories)
    groups.update((category, "convicted") for category in in_one)
    groups.update((category, "charged_only") for category in categories - in_one)
    if convicted or charged:
        return "convicted" if convicted else "charged_only"
    return "neither" if charges else "none"


def page_of(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def text_of(part) -> str:
    return " ".join(part.get_text().split())


def tables_of(page) -> dict[str, list[list[str]]]:
    """Caption, or of a chart its name -> the rows below the head, as their cells."""
    found = {}
    for table in page.find_all("table"):
        chart = table.find_parent("figure")
        name = chart["data-name"] if chart else text_of(table.caption)
        assert name not in found
        found[name] = [
            [text_of(cell) for cell in row.find_all(["th", "td"])]
            for row in table.find_all("tr")[1:]
        ]
    return found


def charts_of(page) -> dict[str, str]:
    """Name -> text alternative."""
    return {chart["data-name"]: chart.img["alt"] for chart in page.find_all("figure")}


def numbers(cells: list[str]) -> list[int]:
    return [int(cell.replace(",", "")) for cell in cells]


def sums(rows: list[list[str]]) -> list[int]:
    return [sum(numbers(column)) for column in zip(*rows, strict=True)]


def bars(alternative: str) -> list[int]:
    """The figure of each bar of a text alternative, in the order drawn: "name: 12 (detail)"."""
    return numbers(re.findall(r": (\d[\d,]*)(?= \(|; |\.)", alternative))


def said(text: str, sentence: str) -> dict[str, int]:
    """The figures where `sentence` has {names}; its words have to be on the page, once."""
    pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[\\d,]+)", re.escape(sentence))
    pattern = pattern.replace(r"\(s\)", "s?").replace("ies/y", "(?:ies|y)")
    found = list(re.finditer(pattern, text))
    assert len(found) == 1, f"{len(found)} times on the page: {sentence}"
    return {name: numbers([value])[0] for name, value in found[0].groupdict().items()}


# Each begins a line.
SENTENCES = """
ICE recorded {declined_total} request(s) as declined, whenever they were issued, by
  {agencies_declining} agencies/y in {states_declining} state(s). A release date is on record for
  {confirmed} of the {declined_total_again} request(s).
of the {issued_total} request(s) that ICE issued in the week, {issued_honored} had been honored by
, {issued_declined} had been declined, {issued_other} had another outcome, and {issued_pending} had
  none on record. These {issued_declined_again} were issued in the week; the {declined_total} above
  were recorded as declined in it
ICE issued {issued_total} request(s) this week to {agencies_issued} agencies/y: {issued_detainers}
  detainer(s), {issued_notifications} request(s) for notification and {issued_transfers} request(s)
  for transfer.
; {issued_pending} had none on record by then.
This week ICE recorded {declined_total} request(s) as declined, whenever they were issued, by
  {agencies_declining} agencies/y in {states_declining} state(s): {declined_detainers} detainer(s),
  {declined_notifications} request(s) for notification and {declined_transfers} request(s) for
  transfer. {honored_total} request(s) w
Insufficient notice, {declined_insufficient_notice}:
No notice on record, {declined_no_notice}:
Not held, {declined_not_held}:
Unclassified, {declined_unclassified}:
for which no release date is on record: {declined_release_not_confirmed};
for which the record names a law or a court: {declined_law_or_court};
so that 48 hours' notice was not possible: {declined_short_custody}.
The extract holds {received_total} request(s). A check holds back {held_back_total} of them:
  {held_back_requests} because the request itself is in doubt (they count in neither section), and
  {held_back_outcomes} because the outcome is in doubt (none counts as declined; one that was issued
  in the week counts as issued).
{outside_week_total} lie outside the week.
"""
STANDINGS = {
    "convicted": "a person with a conviction on record",
    "charged_only": "a person with charges and no conviction",
    "neither": "a person whose charges were all dismissed or ended in acquittal",
    "none": "a person without a charge on record",
}
WITH_ANY = "a person with a charge or a conviction on record"


@pytest.mark.parametrize("week", SAMPLE_WEEKS)
def test_page_downloads_scraps_and_an_independent_count_agree(sample_archive, week):
    site_week = sample_archive / "site" / "weeks" / week
    figures = json.loads((site_week / "data" / "summary.json").read_bytes())["figures"]
    assert figures["received_total"] > 500 and figures["declined_total"] > 30
    count = independent_count(PROJECT / "samples" / week, week)
    assert {name: count.figures[name] for name in figures} == figures
    assert count.figures.keys() <= figures.keys()
    notebook = sample_archive / "runs" / week / "r1" / "report.ipynb"
    scraps = scrapbook.read_notebook(str(notebook)).scraps.data_dict
    assert list(scraps)[-1] == "report_complete"
    assert scraps == figures | {"report_complete": True}
    assert_downloads_agree(site_week / "data", count)
    for page in (site_week / "index.html", site_week / "r1" / "index.html"):
        assert_page_agrees(page, site_week / "data", count)


def assert_downloads_agree(data: Path, count: Count) -> None:
    for name, columns, counted in (
        ("issued_by_agency", ISSUED, count.issued),
        ("declined_by_agency", (*DECLINED, *OF_KIND), count.declined),
    ):
        rows = rows_of(data / f"{name}.csv")
        cells = {(row["agency_id"], column): int(row[column]) for row in rows for column in columns}
        assert len(rows) == len({row["agency_id"] for row in rows}) == len({a for a, _ in counted})
        assert {key: value for key, value in cells.items() if value} == dict(counted)
    for line in rows_of(data / "charges_by_group.csv"):
        code, requests = line["group_code"], int(line["requests"])
        cells = [line["convicted"], line["charged_only"]]
        parts = [count.groups[line["category"], part] for part in ("convicted", "charged_only")]
        if code:
            assert cells == ["", ""]
            assert code == "other" or requests == count.groups[code, ""] >= 3
        else:
            assert requests == count.groups[line["category"], ""] == sum(parts)
            assert cells == (["", ""] if {1, 2} & {*parts} else [str(part) for part in parts])
    lines = [(row["class"], int(row["rows"])) for row in rows_of(data / "reconciliation.csv")]
    assert lines == [(name, count.lines[name]) for name in LINES]
    held = sum(int(row["rows"]) for row in rows_of(data / "checks.csv") if row["effect"] == "hold")
    assert held == count.figures["held_back_total"]


def assert_page_agrees(file: Path, data: Path, count: Count) -> None:
    page, figures = page_of(file), count.figures
    text, tables = text_of(page), tables_of(page)
    known = {
        **figures,
        "confirmed": figures["declined_total"] - figures["declined_release_not_confirmed"],
        "agencies_issued": len({agency for agency, _ in count.issued}),
        "issued_declined_again": figures["issued_declined"],
        "declined_total_again": figures["declined_total"],
    }
    for sentence in re.split(r"\n(?! )", SENTENCES.strip()):
        for name, value in said(text, " ".join(sentence.split())).items():
            assert value == known.get(name, 0), f"{name} in: {sentence}"
    assert_charges_said(text, count)
    captions = [text_of(each) for each in page("caption")]
    assert len({*captions}) == len(captions) > len(charts_of(page))
    title = re.search(r"week of (.+? \d{4})", text)[1]
    asked, declining = (rows_of(data / f"{name}_by_agency.csv") for name in ("issued", "declined"))
    shown = tables[f"Requests issued, {title}, by agency: the 15 asked most"]
    rest = assert_agency_table(shown, asked, ISSUED)
    assert len(asked) - len(rest) == 15
    rest = assert_agency_table(
        tables["Requests recorded as declined, by agency"], declining, DECLINED
    )
    assert not any(cells[0] for cells in rest.values()), "an agency that declined is not named"
    shown = tables["Declined requests by category and offense group of the charges"]
    assert [[cell.replace(",", "") for cell in row[1:]] for row in shown] == [
        [row["requests"], row["convicted"], row["charged_only"]]
        for row in rows_of(data / "charges_by_group.csv")
    ]
    lines = numbers([row[1] for row in tables["Where every received request is counted"]])
    assert lines == [*(count.lines[name] for name in LINES), figures["received_total"]]
    assert_charts_agree(page, file.parent, data, count)


def assert_charges_said(text: str, count: Count) -> None:
    """In the key points. A part of nobody is left out; all are told apart, or none is."""
    total = count.figures["declined_total"]
    (told,) = re.findall(rf"Of the {total:,} requests? declined, (.+?)\.", text)
    pattern = r"([\d,]+) (?:concerns? )?(a person .+?)(?=, \d| and \d|$)"
    parts = {words: numbers([number]) for number, words in re.findall(pattern, told)}
    counted = {words: count.standing[name] for name, words in STANDINGS.items()}
    if WITH_ANY in parts:
        none = counted[STANDINGS["none"]]
        counted = {WITH_ANY: total - none, STANDINGS["none"]: none}
    assert parts == {words: [number] for words, number in counted.items() if number}
    (named,) = re.findall(rf"By category of the charges, the {total:,} include (.+?)\.", text)
    categories = {*CATEGORY_OF.values(), "other"}
    counted = [count.groups[each, ""] for each in categories if count.groups[each, ""]]
    assert numbers(re.findall(r"([\d,]*\d) for ", named)) == sorted(counted, reverse=True)


def assert_agency_table(shown: list[list[str]], rows: list[dict], columns: tuple) -> dict:
    """Each agency by its code; -> those that the page adds up in its last line."""
    rest = {row["agency_id"]: [int(row[column]) for column in columns] for row in rows}
    for label, *cells in shown:
        if "·" in label:
            code = label.rpartition("· ")[2]
            assert numbers(cells) == rest.pop(code), label
        else:
            assert label == f"{len(rest)} other agencies" and label == shown[-1][0]
            assert numbers(cells) == [sum(column) for column in zip(*rest.values(), strict=True)]
            return rest
    assert not rest, "agencies that the page leaves out"
    return rest


def assert_charts_agree(page, folder: Path, data: Path, count: Count) -> None:
    """The text alternative, the table and the file of each chart, against the downloads."""
    figures, charts, tables = count.figures, charts_of(page), tables_of(page)
    outcomes = [figures[f"issued_{name}"] for name in ("honored", "declined", "other", "pending")]
    assert bars(charts["outcomes-of-issued"]) == outcomes
    agencies = [number for (_, name), number in count.declined.items() if name == "declined"]
    agencies.sort(reverse=True)
    by_agency = bars(charts["declined-by-agency"])
    assert by_agency == ([*agencies[:11], sum(agencies[11:])] if len(agencies) > 12 else agencies)
    classes = sums([row[1:-1] for row in tables["declined-by-agency"]])
    assert classes == [figures[f"declined_{name}"] for name in CLASSES]
    categories = [
        int(row["requests"])
        for row in rows_of(data / "charges_by_group.csv")
        if not row["group_code"] and row["requests"] != "0"
    ]
    assert bars(charts["charges-by-category"]) == sorted(categories, reverse=True)
    for chart in ("days-to-recording", "citizenship"):
        assert sum(bars(charts[chart])) == figures["declined_total"]
    countries = tables["Declined requests by country of citizenship"]
    assert sums([row[-1:] for row in countries]) == [figures["declined_total"]]
    for chart, alternative in charts.items():
        assert numbers([row[-1] for row in tables[chart]]) == bars(alternative), chart
        links = page.find("figure", {"data-name": chart}).find_all("a", download=True)
        files = {link["download"]: (folder / link["href"]).read_bytes() for link in links}
        assert files.keys() == {f"{chart}.{kind}" for kind in ("svg", "png", "csv")}
        assert files[f"{chart}.csv"].count(b"\n") == 1 + len(tables[chart])


def charges_on(page) -> list[str]:
    """The tables, the charts and the sentences that have a figure of charges; those of the rules
    and the number of all declined are none."""
    taken = [link["download"] for link in page.select("figure a[download]")]
    found = [each for each in (*tables_of(page), *charts_of(page), *taken) if "charge" in each]
    rules = re.compile(
        r"fewer than \d+ (?:requests|agencies)|\d+ or more of its requests|"
        r"one agency has over \d+ % of the requests|Section \w+|"
        r"supplied for the [\d,]+ requests? declined"
    )
    blocks = map(words_of, page.article.find_all(["h2", "h3", "h4", "p", "li", "tr"]))
    sentences = [each for block in blocks for each in re.split(r"(?<=\.) ", rules.sub("", block))]
    of_charges = re.compile("charge|convict|dismiss|acquit|offense|categor", re.IGNORECASE)
    told = [each for each in sentences if of_charges.search(each)]
    assert len(told) > 3
    return found + [each for each in told if re.search(r"\d", each)]


def test_a_page_that_shows_charges_has_figures_of_them(sample_archive):
    page = page_of(sample_archive / "site" / "weeks" / SAMPLE_WEEKS[1] / "index.html")
    found = charges_on(page)
    for words in (
        *STANDINGS.values(),
        "By category of the charges",
        "charges-by-category.svg",
        "category and offense group of the charges",
    ):
        assert any(words in each for each in found), words


def test_the_lists_of_weeks_show_the_figures_of_each_week(sample_archive):
    site = sample_archive / "site"
    home = tables_of(page_of(site / "index.html"))["Requests by week, newest first"]
    tables = tables_of(page_of(site / "archive" / "index.html"))
    assert list(tables)[-1].startswith("Calendar of coming releases")
    archive = [row for row in tables["Weeks of 2017"] if "no report was published" not in row]
    assert home == archive and len(archive) == len(SAMPLE_WEEKS)
    for week, row in zip(sorted(SAMPLE_WEEKS, reverse=True), archive, strict=True):
        figures = independent_count(PROJECT / "samples" / week, week).figures
        listed = ("issued_total", "declined_total", "honored_total", "agencies_declining")
        assert numbers(row[2:6]) == [figures[name] for name in listed]
