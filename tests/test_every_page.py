"""What every kind of page has to stand, whatever it says: as files, and as readers meet it in
Debian's Chromium, by light and dark, on a wide screen and a phone, on paper and without a script.

A kind is loaded once for each screen it is looked at on, once from its file (`from_file`), and once
without JavaScript.
"""

import contextlib
import functools
import gzip
import itertools
import re
from collections import Counter
from types import SimpleNamespace
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from conftest import cases, serving
from html_checker import told_of
from in_the_browser import A4_CONTENT, TWO_FRAMES, listened, open_folds, too_wide_for_a4
from large_archive import ACCENT, FRANKLIN, MANY, MARKUP
from small_archive import broken_links

# The kind, whose archive has it, its screens but for the slow tests, its address, and words that
# only this kind has. On the narrow one there is one kind of each template, and that is dark; slow:
# another kind of the same template is looked at in each run.
TABLE = """
home                | large    | both | index.html               | Read the latest report
overview            | large    | slow | overview                 | Overview
faqs                | large    | both | faqs                     | Frequently asked questions
fact sheet          | large    | wide | fact-sheet               | Last reviewed
archive             | large    | both | archive                  | Coming releases
archive of a year   | large    | slow | archive/2017             | Archived reports of 2017
agencies by state   | large    | slow | agencies                 | Agencies by state
agencies, a to z    | large    | wide | agencies/a-z             | Agencies from A to Z
agencies of a state | large    | slow | agencies/by-state/oh     | Ohio
agency with laws    | large    | both | agencies/IL9SYN001       | Illinois
disputing agency    | large    | slow | agencies/{accent}        | Disputes and corrections
same-named agency   | large    | slow | agencies/{franklin}      | the same name
agency with markup  | large    | wide | agencies/{markup}        | <b>Bold & Co</b> "Jail"
latest week         | large    | both | weeks/{large.latest}     | Published after review.
disputed week       | large    | wide | weeks/{large.disputed}   | disputed
superseded revision | large    | slow | weeks/{large.revised}/r1 | Superseded.
corrected week      | large    | slow | weeks/{large.corrected}  | Correction.
withdrawn week      | large    | wide | weeks/{large.withdrawn}  | Withdrawn
methods             | large    | both | methods                  | What is published about people
corrections         | large    | wide | corrections              | Feed of all entries
data                | large    | wide | data                     | What the columns mean
search              | large    | both | search/index.html?q=ohio | If you do not find a place
re-enactment        | sample   | slow | weeks/2017-01-28         | Re-enactment
quarter             | followed | both | quarters/2017Q1          | Based on a superseded revision
quarter's revision  | followed | slow | quarters/2017Q1/r1       | Address of the quarter
withdrawn quarter   | followed | both | quarters/2017Q2          | Withdrawn
withdrawn revision  | followed | slow | quarters/2017Q2/r1       | Withdrawn
archive of quarters | followed | slow | archive                  | Quarterly reports
data of quarters    | followed | slow | data                     | What the columns mean
"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIZES = {"wide": {"width": 1280, "height": 800}, "narrow": {"width": 360, "height": 640}}
SCREENS = {
    f"{size} and {scheme}": {"viewport": SIZES[size], "color_scheme": scheme}
    for size, scheme in itertools.product(SIZES, ("light", "dark"))
}
WIDE, _, _, NARROW = SCREENS  # the two on which every kind of page is looked at
PHONES = (360, 320)
MOST_REQUESTS = 6
NEVER_MISSING = {"color-contrast", "target-size", "label", "link-name"}
KINDS = {kind: rest for kind, *rest in cases(TABLE)}


def marked(slow: bool):
    return [pytest.mark.slow] if slow else []


ON = {"both": (WIDE, NARROW), "wide": (WIDE,), "slow": ()}
VIEWS = [
    pytest.param(kind, screen, marks=marked(screen not in ON[on]))
    for kind, (_, on, *_) in KINDS.items()
    for screen in (SCREENS if kind == "quarter" else (WIDE, NARROW))
]
every_kind = pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=marked(on == "slow")) for kind, (_, on, *_) in KINDS.items()]
)
every_view = pytest.mark.parametrize("kind, screen", VIEWS)


@pytest.fixture(scope="module")
def sites(large, followed, sample_archive):
    """Name -> site/ of the three archives, which together have every kind of page."""
    return {"large": large.site, "followed": followed.site, "sample": sample_archive / "site"}


# As files


@pytest.fixture(scope="module", params=["large", "followed", "sample"])
def site(request, sites):
    return sites[request.param]


@pytest.fixture(scope="module")
def pages(site, sites, large) -> dict[str, BeautifulSoup]:
    """Path below site/ -> page; of the samples their reports, for the rest is as elsewhere. Of the
    agencies without an awkward name, which are alike, every tenth in an archive of few weeks."""
    files = sorted(site.glob("weeks/**/*.html" if site == sites["sample"] else "**/*.html"))
    alike = [file for file in files if "9SYN" in file.parent.name]
    left_out = {*alike} - {*(alike if len(large.weeks) >= MANY else alike[::10])}
    found = {
        file.relative_to(site).as_posix(): BeautifulSoup(file.read_text("utf-8"), "html.parser")
        for file in files
        if file not in left_out
    }
    assert len(found) > 7
    return found


def test_the_checker_of_html_and_css_finds_nothing(large, sites, kept):
    """All pages of the quarter's site; of the large one a page of each kind, or all if it has many
    weeks."""
    pages = [site / path.partition("?")[0] for site, path in map(kept, KINDS) if site == large.site]
    assert len(pages) > 20
    assert told_of(sites["followed"], *([large.site] if len(large.weeks) >= MANY else pages)) == {}


def test_every_link_and_every_anchor_leads_somewhere(site):
    assert broken_links(site) == []


def test_no_page_is_over_200_kilobytes_or_45_compressed(site):
    assert sum(file.stat().st_size for file in (site / "assets").iterdir()) < 30_000
    for file in site.rglob("*.html"):
        assert file.stat().st_size < 200_000, file
        assert len(gzip.compress(file.read_bytes())) < 45_000, file


def wrong_in(page: BeautifulSoup) -> list:
    """Of one page: its language, its policy, its ids, its heads, what is inline, and what it would
    load from another host."""
    found = [] if page.html.get("lang") == "en-US" else ["language"]
    policy = page.find("meta", {"http-equiv": "Content-Security-Policy"})
    rules = policy["content"].split("; ") if policy else []
    if "default-src 'none'" not in rules or any("unsafe" in rule for rule in rules):
        found.append(rules)
    ids = Counter(tag["id"] for tag in page.find_all(id=True))
    found += [name for name, times in ids.items() if times > 1]
    levels = [int(head.name[1]) for head in page.find_all(re.compile("^h[1-6]$"))]
    if levels.count(1) != 1 or any(b > a + 1 for a, b in zip([0, *levels], levels, strict=False)):
        found.append(levels)
    found += page.find_all("style")
    for script in page.find_all("script"):
        inline = not script.get("src") and script.get("type") != "application/ld+json"
        found += [script] if inline or (script.get("src") and script.string) else []
    loading = "src srcset href xlink:href action formaction data poster".split()
    for tag in page.find_all(True):
        found += [name for name in tag.attrs if name == "style" or name.startswith("on")]
        for name in loading:
            host = re.match(r"\s*([a-z+.-]+:|//)", tag.get(name, ""), re.IGNORECASE)
            followed = tag.name == "a" and host and host[1].lower() in ("https:", "http:")
            found += [tag[name]] if host and not followed else []
    return found


def test_every_page_has_one_title_its_language_and_a_policy_and_nothing_inline_or_of_others(pages):
    assert {path: found for path, page in pages.items() if (found := wrong_in(page))} == {}
    titles = [page.title.text for page in pages.values()]
    assert len(set(titles)) == len(titles)


def test_every_table_has_a_caption_and_every_head_its_scope(pages):
    tables = [table for page in pages.values() for table in page.find_all("table")]
    assert len(tables) > 30
    for table in tables:
        assert table.caption.get_text(strip=True)
        assert all(head.get("scope") in ("col", "row") for head in table.find_all("th"))
        assert all(row.find("th", scope="row") for row in table.tbody.find_all("tr"))


def test_no_page_shows_what_a_program_says_for_nothing(pages):
    for path, page in pages.items():
        words = set(re.findall(r"[\w&#;]+", page.get_text()))
        assert not words & {"nan", "NaN", "NaT", "None", "null", "undefined", "Undefined"}, path
        assert "&#" not in page.get_text() and "\ue000" not in page.get_text(), path


# In the browser


@pytest.fixture(scope="module")
def kept(large, sites):
    """kind -> site/ that has it, and its path below that."""
    names = {"accent": ACCENT, "franklin": FRANKLIN, "markup": MARKUP}
    ids = {key: large.agency(name) for key, name in names.items()}

    def found(kind):
        site, _, path, _ = KINDS[kind]
        file = path if "index.html" in path else f"{path}/index.html"
        return sites[site], file.format(large=large, **ids)

    return found


@pytest.fixture(scope="module")
def served(sites, kept):
    with contextlib.ExitStack() as running:
        at = {name: running.enter_context(serving(site)) for name, site in sites.items()}
        yield lambda kind: at[KINDS[kind][0]] + kept(kind)[1]


def first_view(browser, url: str, screen: str, folded=False) -> SimpleNamespace:
    """axe: what it found; ran: its rules; asked, at_first: what was asked for, in all and at first;
    loaded: style, script and icon; said: complaints; widths: width of a phone -> of the page.
    `folded`: whether the page is looked at with its folds closed too."""
    page = browser.new_context(**SCREENS[screen]).new_page()
    found = SimpleNamespace(**listened(page), axe=[], ran=set(), widths={})
    page.goto(url)
    page.evaluate(TWO_FRAMES)  # pictures near the view are asked for when it is drawn
    found.at_first = [*found.asked]
    found.loaded = page.evaluate(
        "[...document.querySelectorAll('link[rel=stylesheet], link[rel=icon], script[src]')]"
        ".map(e => e.href || e.src)"
    )
    if folded:
        look(page, screen, found)
    open_folds(page)
    look(page, screen, found)
    for width in PHONES:
        page.set_viewport_size({"width": width, "height": 640})
        found.widths[width] = page.evaluate("document.documentElement.scrollWidth")
    page.context.close()
    return found


def look(page, screen: str, found: SimpleNamespace) -> None:
    """axe, with the size of targets, which it leaves out unless told. Of a long table or list the
    beginning: its rows are alike."""
    options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    options["rules"] = {"target-size": {"enabled": True}}
    later = [["tbody tr:nth-child(n+5)"], ["ul.agencies li:nth-child(n+5)"]]
    told = Axe().run(page, {"exclude": later}, options=options).response
    found.ran |= {each["id"] for each in told["passes"]}
    found.axe += [f"{v['id']}: {n['html'][:160]}" for v in told["violations"] for n in v["nodes"]]


@pytest.fixture(scope="module")
def from_file(browser, kept):
    page = browser.new_page()
    heard = listened(page)

    @functools.cache
    def view(kind):
        for each in heard.values():
            each.clear()
        site, path = kept(kind)
        page.goto((site / path.partition("?")[0]).as_uri())
        found = SimpleNamespace(said=[*heard["said"]])
        found.skip = page.evaluate("getComputedStyle(document.querySelector('.skip')).position")
        found.links = page.evaluate("[...document.querySelectorAll('a')].map(e => e.href)")
        if kind == "faqs":
            page.get_by_role("button", name="Expand all").click()
            page.evaluate("document.querySelector('p.all').remove()")
        page.evaluate("document.querySelectorAll('p.filter').forEach(e => e.remove())")
        found.text = page.locator("main").inner_text()
        screen = page.viewport_size
        page.set_viewport_size({"width": A4_CONTENT, "height": 1000})
        found.beyond_paper = too_wide_for_a4(page)
        page.set_viewport_size(screen)
        page.emulate_media(media="screen")
        return found

    return view


@pytest.fixture(scope="module")
def without_javascript(browser, served):
    page = browser.new_context(java_script_enabled=False).new_page()

    def words(kind):
        page.goto(served(kind))
        return page.locator("main").inner_text()

    return words


@every_view
def test_axe_finds_nothing_and_a_page_asks_no_other_host_nor_for_much_nor_scrolls_sideways(
    browser, served, kept, kind, screen
):
    found = first_view(browser, served(kind), screen, folded=kind == "faqs")
    root = served(kind).removesuffix(kept(kind)[1])
    assert NEVER_MISSING <= found.ran
    assert (found.axe, found.said) == ([], [])
    assert [url for url in found.asked if not url.startswith(root)] == []
    assert len(found.loaded) == 3  # a style sheet, a script and the icon, which may come later
    assert len({*found.at_first, *found.loaded}) <= MOST_REQUESTS
    assert {width: of for width, of in found.widths.items() if of > width} == {}
    assert len(found.widths) == 2


@every_kind
def test_without_javascript_a_page_reads_the_same(without_javascript, from_file, kind):
    text = without_javascript(kind)
    assert KINDS[kind][-1] in text
    assert text == from_file(kind).text


@every_kind
def test_from_a_file_a_page_has_its_style_and_its_links_lead_to_files(from_file, kept, kind):
    found, (site, _) = from_file(kind), kept(kind)
    assert found.skip == "absolute" and found.said == []
    links = [urlsplit(link) for link in found.links]
    local = {unquote(link.path) for link in links if link.scheme == "file"}
    assert len(local) >= 8
    assert [path for path in local if not path.startswith(f"{site}/")] == []
    assert [path for path in local if not (site / path).is_file()] == []


@every_kind
def test_a_page_fits_paper(from_file, kind):
    assert from_file(kind).beyond_paper == []
