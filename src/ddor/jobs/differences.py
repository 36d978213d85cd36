"""What differs between a draft and the published revision: figures, and sentences."""

import difflib

from bs4 import BeautifulSoup

BLOCKS = ["p", "li", "h1", "h2", "h3", "figcaption", "caption"]


def figure_differences(before: dict[str, int | None], after: dict[str, int | None]) -> list[str]:
    """ "declined_total: 41 -> 43", in the order of `after`; a figure that one lacks is *none*, one
    that may not be told *withheld*."""
    then, now = (
        {name: "withheld" if value is None else value for name, value in figures.items()}
        for figures in (before, after)
    )
    return [
        f"{name}: {then.get(name, 'none')} -> {now.get(name, 'none')}"
        for name in now | then
        if then.get(name) != now.get(name)
    ]


def sentence_differences(before: str, after: str) -> list[str]:
    """Paragraphs of two pages' HTML that stand in one only: "- " gone, "+ " new."""
    lines = difflib.ndiff(paragraphs(before), paragraphs(after))
    return [line for line in lines if line.startswith(("- ", "+ "))]


def paragraphs(html: str) -> list[str]:
    """The text of an article's paragraphs, list items, headings and captions, in order; what stands
    in one within another is that one's alone."""
    texts = [
        "".join(text for text in block.strings if text.find_parent(BLOCKS) is block)
        for block in BeautifulSoup(html, "html.parser").find_all(BLOCKS)
    ]
    return [" ".join(text.split()) for text in texts if text.strip()]
