"""What every page has to stand in Debian's Chromium: shared by the tests of readers.

`first_view` opens a page as a reader does and gathers all about it at once, since opening one is
what costs; the rest are single looks.
"""

from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import until

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCREENS = {
    "wide and light": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"},
    "narrow and dark": {"viewport": {"width": 360, "height": 640}, "color_scheme": "dark"},
    "wide and dark": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
    "narrow and light": {"viewport": {"width": 360, "height": 640}, "color_scheme": "light"},
}
WIDE, NARROW, *_ = SCREENS  # the two on which every kind of page is looked at
PHONES = (360, 320)
A4_CONTENT = 794 - 2 * 53  # pixels at 96 dpi, less the margins of ddor.css
TWO_FRAMES = "new Promise(f => requestAnimationFrame(() => requestAnimationFrame(f)))"
MOST_REQUESTS, MOST_BYTES = 6, 230_000  # a page of 200 KB, its style and script
NEVER_MISSING = {"color-contrast", "target-size", "label", "link-name"}


def first_view(browser, url: str, screen: str, folded=False) -> SimpleNamespace:
    """axe: what it found; ran: its rules; asked, at_first: what was asked for, in all and at first;
    loaded: style, script and icon; said: complaints; widths: width of a phone -> of the page.
    `folded`: whether the page is looked at with its folds closed too."""
    page = browser.new_context(**SCREENS[screen]).new_page()
    found = SimpleNamespace(**listened(page), axe=[], ran=set(), widths={})
    page.goto(url)
    page.evaluate(TWO_FRAMES)  # pictures near the view are asked for when it is drawn
    found.at_first, found.url = [*found.asked], page.url
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


def listened(page) -> dict[str, list[str]]:
    """All that the page will ask for, and all that goes wrong; filled while it is open."""
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("requestfailed", lambda request: said.append(f"failed: {request.url}"))
    page.on("response", lambda r: r.status >= 400 and said.append(f"{r.status}: {r.url}"))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return {"asked": asked, "said": said}


def look(page, screen: str, found: SimpleNamespace) -> None:
    """axe, with the size of targets, which it leaves out unless told. A long table or list is
    looked at whole on the wide screen; on the narrow one, its beginning, since that is slow."""
    options = {
        "runOnly": {"type": "tag", "values": RULES},
        "resultTypes": ["violations"],
        "rules": {"target-size": {"enabled": True}},
    }
    later = [["tbody tr:nth-child(n+5)"], ["ul.agencies li:nth-child(n+5)"]]
    left_out = {"exclude": later if screen.startswith("narrow") else []}
    told = Axe().run(page, left_out, options=options).response
    found.ran |= {each["id"] for each in told["passes"]}
    found.axe += [f"{v['id']}: {n['html'][:160]}" for v in told["violations"] for n in v["nodes"]]


def open_folds(page) -> None:
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")


def all_seen(page) -> None:
    """Charts come when a reader is near them."""
    for chart in page.locator("figure.chart img").all():
        chart.scroll_into_view_if_needed()
    until(page, "[...document.images].every(i => i.complete && i.naturalWidth)")


def too_wide_for_a4(page) -> list[str]:
    """Of a page as wide as A4_CONTENT: what does not fit, on paper."""
    page.emulate_media(media="print")
    return page.evaluate(
        """width => [...document.querySelectorAll('main *')]
            .filter(e => e.getClientRects().length && e.getBoundingClientRect().right > width + 1)
            .map(e => e.outerHTML.slice(0, 80))""",
        A4_CONTENT,
    )


def tab_to(page, condition: str) -> None:
    """Tab until the focused element `e` is the one."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(f"(e => {condition})(document.activeElement)"):
            return
    pytest.fail(f"Tab does not reach: {condition}")
