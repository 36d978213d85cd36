"""docs/methodology.md, made from the page of methods of a site with the default parameters: so the
page and the document say the same."""

import re
from pathlib import Path

from bs4 import BeautifulSoup, NavigableString, Tag
from conftest import PROJECT

FILE = PROJECT / "docs" / "methodology.md"
HEAD = """\
# The method, for a statistician

What the page *Methods* of every site says, with the default parameters. It is made from that page;
CONTRIBUTING.md says how. What each check does with the re-enactment of the first report is in
[checks.md](checks.md), how the rules for people were found and attacked in
[disclosure.md](disclosure.md), the trend in [trend.md](trend.md).
"""


def methodology_document(page: Path) -> str:
    main = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").main
    blocks = [block for block in main.find_all(["h2", "h3", "p", "li", "dt"]) if _stands(block)]
    text = "\n".join([HEAD, *map(_written, blocks)])
    return re.sub("\n{3,}", "\n\n", text).rstrip() + "\n"


def _stands(block: Tag) -> bool:
    return not block.find_parent("nav") and not block.find_parent(["li", "p"])


def _written(block: Tag) -> str:
    text = " ".join("".join(_inline(each) for each in block.children).split())
    if block.name == "dt":
        return f"- **{text}.** {' '.join(block.find_next('dd').get_text().split())}"
    if block.name == "li":
        return f"- {text}"
    return f"\n{'#' * int(block.name[1])} {text}\n" if block.name[0] == "h" else f"\n{text}\n"


def _inline(part) -> str:
    if isinstance(part, NavigableString):
        return re.sub(r"([*_])", r"\\\1", str(part))
    inner = "".join(map(_inline, part.children))
    return {"strong": f"**{inner}**", "em": f"*{inner}*"}.get(part.name, inner)
