"""Tables as HTML: a caption, a head for each column and row, nothing that only color says.

What stands in angle brackets is in shown.html.j2, here which rows and columns there are.
"""

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from numbers import Integral
from pathlib import Path

import pandas as pd
from jinja2 import Environment, StrictUndefined
from jinja2.environment import TemplateModule
from markupsafe import Markup

from ddor.calendar import long_date
from ddor.narrative import NarrativeError
from ddor.publishable import HTML, Publishable

WITHHELD = "withheld"  # in place of a number that may not be shown
# A page may weigh 200 KB: agencies beyond these have their name and number alone.
MOST_ROWS = 250
MOST_LISTED = 1500  # in a fold; the download has every one
DATE = r"\d{4}-\d\d(-\d\d)?"
FEWEST_SORTED = 5  # below that a reader sees the order


@dataclass(repr=False, eq=False)
class Table(Publishable):
    """A table in a notebook. `heads` maps the columns shown to their heads, in order; the first
    is the head of its row. Numbers stand right, missing ones are an empty cell. note: a sentence
    beneath. anchors: an id for each row. states: the state of each row, by which a reader can
    filter it; "" for a last line that adds up others, which stays last however it is sorted."""

    frame: pd.DataFrame
    heads: Mapping[str, str]
    caption: str
    note: str = ""
    anchors: Sequence[str] = ()
    states: Sequence[str] = ()

    def __post_init__(self):
        if missing := [name for name in self.heads if name not in self.frame]:
            columns = list(self.frame.columns)
            raise NarrativeError(f"the table has no column {missing}; it has {columns}")
        self.frame = self.frame[list(self.heads)]

    def __repr__(self) -> str:
        return f"Table: {self.caption}"

    def _repr_html_(self) -> str:
        if self.frame.empty:
            return str(html_of("empty_table", table=self))
        first, *others = (self.frame[name] for name in self.heads)
        numbers = [_is_numbers(first), *map(_is_numbers, others)]
        of_numbers = len(numbers) > 1 and all(numbers[1:]) and not numbers[0]
        shown = html_of(
            "table",
            table=self,
            rows=self.frame.itertuples(index=False, name=None),
            numbers=[False] * len(numbers) if of_numbers else numbers,
            of_numbers=of_numbers,
            as_cards=sum(map(_is_words, others)) > 1,
            sorts=len(self.states) >= FEWEST_SORTED,
        )
        return str(shown)


class Several(HTML):
    """Several tables, charts or notes that one cell shows, one beneath the other."""

    def __init__(self, parts: Iterable[Publishable | None]):
        self.parts = [part for part in parts if part]
        super().__init__(Markup("\n").join(self.parts))

    def __repr__(self) -> str:
        return "; ".join(map(repr, self.parts))


def agency_table(
    frame: pd.DataFrame,
    by: str,
    heads: Mapping[str, str],
    caption: str,
    flags: Mapping[str, str],
    most: int = MOST_ROWS,
    folded: str = "",
) -> Table | Several:
    """A table by agency with place, level and code beside each name: the `most` largest. The
    others, and those without any in column `by`, are added up in a last line; those that have any
    are named in a list beneath, with their number. `flags`: agency_id -> the disputes of its line,
    which is then in the table however small. `folded`: what the caption says where that list is
    long and stands in a fold."""
    named = largest_first(frame, by)
    disputed = named["agency_id"].isin(flags)
    largest = named[(named[by] > 0) & ~disputed].head(most)
    listed = named[disputed | named.index.isin(largest.index)]
    labels = [agency_label(row, flags) for row in listed.to_dict("records")]
    rows = listed.assign(agency=pd.Series(labels, listed.index, dtype="object"))
    states, others = rows["state"].tolist(), named.drop(listed.index)
    if len(others):
        words = "1 other agency" if len(others) == 1 else f"{len(others):,} other agencies"
        last_line = pd.DataFrame([{"agency": words, **others.sum(numeric_only=True)}])
        rows = pd.concat([rows, last_line])
        states += [""] if states else []
    rest = others[others[by] > 0]
    caption += folded if len(rest) else ""
    table = Table(rows, {"agency": "Agency", **heads}, caption, states=states)
    if rest.empty:
        return table
    # The filter by state of the table takes a list along.
    names = {"states": " ".join(rest["state"]), "head": heads[by], "lines": _named(rest, by)}
    beneath = agency_fold(rest, by) if folded else HTML(html_of("agency_list", **names))
    return Several([table, beneath])


def largest_first(frame: pd.DataFrame, by: str) -> pd.DataFrame:
    order = [by, "state", "agency", "agency_id"]
    return frame.sort_values(order, ascending=[False, True, True, True])


def agency_fold(rest: pd.DataFrame, by: str) -> HTML:
    """Agencies behind a fold, each with its number alone. Of very many those with the smallest
    numbers are left to the download, all of one number together: nothing is cut by the alphabet."""
    rest = largest_first(rest, by)
    most = rest[by].iloc[MOST_LISTED] if len(rest) > MOST_LISTED else 0
    lines = _named(rest[rest[by] > most], by)
    return HTML(html_of("agency_fold", lines=lines, total=len(rest), most_of_the_rest=most))


def _named(agencies: pd.DataFrame, by: str) -> list[tuple[str, int]]:
    return list(zip(in_line(agencies), agencies[by], strict=True))


def in_line(frame: pd.DataFrame) -> pd.Series:
    """The name of each agency with its state, and with level and code where two have both."""
    twice = frame.duplicated(["agency", "state"], keep=False)
    whole = frame["state"] + " " + frame["level"] + " " + frame["agency_id"]
    return frame["agency"] + ", " + frame["state"].mask(twice, whole)


def agency_label(row: Mapping, flags: Mapping[str, str] | None = None) -> Markup:
    """The name of an agency with its state, level and code beneath."""
    return html_of("agency", row=row, flag=(flags or {}).get(row["agency_id"]))


def html_of(macro: str, **names) -> Markup:
    """A macro of shown.html.j2."""
    return Markup(getattr(_macros(), macro)(**names).strip())


@cache
def _macros() -> TemplateModule:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters |= {"cell": _cell, "text": _quoted, "long_date": long_date}
    environment.tests["date"] = _is_date
    text = Path(__file__).with_name("shown.html.j2").read_text("utf-8")
    return environment.from_string(text).module


def _is_numbers(column: pd.Series) -> bool:
    numbers = column[column != WITHHELD] if column.dtype == object else column
    return pd.api.types.is_numeric_dtype(numbers.infer_objects())


def _is_words(column: pd.Series) -> bool:
    return not _is_numbers(column) and not column.astype("str").str.fullmatch(DATE + "|").all()


def _is_date(value: object) -> bool:
    """A date or a month is not to be broken at its hyphens."""
    return isinstance(value, str) and bool(re.fullmatch(DATE, value))


def _quoted(text: str) -> Markup:
    return Markup(html.escape(text))


def _cell(value: object) -> object:
    if pd.isna(value):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return f"{value:,}" if isinstance(value, Integral) else value
