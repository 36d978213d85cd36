"""Single looks at a page in Debian's Chromium, shared by the tests of readers."""

import re
import subprocess
from pathlib import Path

import pytest
from conftest import need, until

A4_CONTENT = 794 - 2 * 53  # pixels at 96 dpi, less the margins of ddor.css
TWO_FRAMES = "new Promise(f => requestAnimationFrame(() => requestAnimationFrame(f)))"


def listened(page) -> dict[str, list[str]]:
    """All that the page will ask for, and all that goes wrong; filled while it is open."""
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("requestfailed", lambda request: said.append(f"failed: {request.url}"))
    page.on("response", lambda r: r.status >= 400 and said.append(f"{r.status}: {r.url}"))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return {"asked": asked, "said": said}


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
    for _ in range(99):
        page.keyboard.press("Tab")
        if page.evaluate(f"(e => {condition})(document.activeElement)"):
            return
    pytest.fail(f"Tab does not reach: {condition}")


def not_printed(page, said: str, more_than: int, file: Path, paper: str) -> list[str]:
    """The words of the elements of this selector that are not on paper; `file`: where to print."""
    need("pdftotext")
    words = page.evaluate(
        "said => [...document.querySelectorAll(said)].map(e => e.textContent)", said
    )
    assert len(words) > more_than
    page.pdf(path=file, format=paper)
    done = subprocess.run(["pdftotext", file, "-"], capture_output=True, text=True)
    printed = re.sub(r"[\s-]", "", done.stdout)  # pdftotext drops the hyphen at a line's end
    return [each for each in words if re.sub(r"[\s-]", "", each) not in printed]
