"""What differs between a draft and the published revision: figures, and sentences."""

import difflib
from html.parser import HTMLParser

BLOCKS = ("p", "li", "h1", "h2", "h3", "figcaption", "caption")


def figure_differences(before: dict[str, int | None], after: dict[str, int | None]) -> list[str]:
    """ "declined_total: 41 -> 43", in the order of `after`; a figure that one lacks is *none*, one
    that may not be told *withheld*."""
    return [
        f"{name}: {_told(before, name)} -> {_told(after, name)}"
        for name in after | before
        if before.get(name, "none") != after.get(name, "none")
    ]


def _told(figures: dict[str, int | None], name: str) -> str:
    value = figures.get(name, "none")
    return "withheld" if value is None else str(value)


def sentence_differences(before: str, after: str) -> list[str]:
    """Paragraphs of two pages' HTML that stand in one only: "- " gone, "+ " new."""
    lines = difflib.ndiff(paragraphs(before), paragraphs(after))
    return [line for line in lines if line.startswith(("- ", "+ "))]


def paragraphs(html: str) -> list[str]:
    """The text of an article's paragraphs, list items, headings and captions, in order."""
    reader = _Paragraphs()
    reader.feed(html)
    return [text for text in (" ".join(part.split()) for part in reader.parts) if text]


class _Paragraphs(HTMLParser):
    def __init__(self):
        super().__init__()
        self.parts: list[str] = []
        self.inside = 0

    def handle_starttag(self, tag, attrs):
        if tag in BLOCKS:
            self.parts.append("")
            self.inside += 1

    def handle_endtag(self, tag):
        if tag in BLOCKS:
            self.inside -= 1

    def handle_data(self, data):
        if self.inside:
            self.parts[-1] += data
