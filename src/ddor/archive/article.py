"""What a revision keeps of its article: without what the page around it adds, links to other pages
of the site and the described cases.

A revision keeps its article for good; a description of one person must not be kept so, for the case
may end without a conviction. So what the notebook shows between two marks (BEGIN, END) is taken out
of the article that is kept, stands in the catalog as long as the revision is the current one, and
is put back by the page around the article. It is nowhere else.
"""

import re
from pathlib import Path

from ddor.errors import ArchiveUnavailable
from ddor.maintained.cases import BEGIN, END

CASES_FILE = "cases.html"
CASES = re.compile(f"{BEGIN}(.*?){END}", re.DOTALL)
LINK = re.compile(
    r'<a href="[^"]*?([A-Za-z0-9-]+)/index\.html(#[\w-]+)?" data-(agency|page)(?:="[^"]*")?>'
    r"([^<]*)</a>"
)


def cases_in(article: str) -> str:
    """What stands between the marks, "" where nothing does."""
    return "\n".join(filter(None, CASES.findall(article)))


def cases_file(article: str) -> dict[str, bytes]:
    """The described cases by their name in a manifest, none where there are none: kept by no
    revision, and compared as long as it is the current one (`ddor verify`)."""
    cases = cases_in(article)
    return {CASES_FILE: cases.encode()} if cases else {}


def without_cases(article: str) -> str:
    """The article as it is kept: with the marks, and nothing between them."""
    return CASES.sub(BEGIN + END, article)


def with_cases(article: str, cases: str) -> str:
    """An article that is kept, with this between its marks."""
    return article.replace(BEGIN + END, f"{BEGIN}{cases}{END}")


def article_of(page: Path) -> str:
    """The article of a page, without its links to other pages. Raises ArchiveUnavailable."""
    article = re.search(r"<article>.*</article>\n", page.read_text(encoding="utf-8"), re.DOTALL)
    if article is None:
        raise ArchiveUnavailable(f"{page} has no article; restore it")
    return LINK.sub(r'<span data-\3="\1\2">\4</span>', article[0])


def kept_article(page: Path) -> str:
    """The article of a revision's own page, as it is kept."""
    return without_cases(article_of(page))
