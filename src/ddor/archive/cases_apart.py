"""The described cases of a report stand on the page of its current revision, and in the catalog,
from which that page is made; nowhere else.

A revision keeps its article for good; a description of one person must not be kept so, for the case
may end without a conviction. So what the notebook shows between two marks (BEGIN, END) is taken out
of the article that is kept, stands in the catalog as long as the revision is the current one, and
is put back by the page around the article.
"""

import re

from ddor.maintained.cases import BEGIN, END

CASES = re.compile(f"{BEGIN}(.*?){END}", re.DOTALL)


def cases_in(article: str) -> str:
    """What stands between the marks, "" where nothing does."""
    return "\n".join(filter(None, CASES.findall(article)))


def without_cases(article: str) -> str:
    """The article as it is kept: with the marks, and nothing between them."""
    return CASES.sub(BEGIN + END, article)


def with_cases(article: str, cases: str) -> str:
    """An article that is kept, with this between its marks."""
    return article.replace(BEGIN + END, f"{BEGIN}{cases}{END}")
