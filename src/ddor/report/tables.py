"""Tables as HTML: a caption, a head for each column and row, nothing that only color says."""

import re
from numbers import Integral

import pandas as pd
from markupsafe import Markup, escape

from ddor.narrative import NarrativeError
from ddor.publishable import HTML, Publishable

NOT_TOLD = "withheld"  # in place of a number that may not be told
# A page may weigh 200 KB: agencies beyond these have their name and number alone.
MOST_ROWS = 250
MOST_LISTED = 1500  # in a fold; the download has every one
DATE = r"\d{4}-\d\d(-\d\d)?"
FEWEST_SORTED = 5  # below that a reader sees the order


class Table(Publishable):
    """A table in a notebook. `heads` maps the columns shown to their heads, in order; the first
    is the head of its row. Numbers stand right, missing ones are an empty cell. note: a sentence
    beneath. anchors: an id for each row. states: the state of each row, by which a reader can
    filter it; "" for a last line that adds up others, which stays last however it is sorted."""

    def __init__(
        self,
        frame: pd.DataFrame,
        heads: dict[str, str],
        caption: str,
        note: str = "",
        anchors: list[str] | None = None,
        states: list[str] | None = None,
    ):
        missing = [name for name in heads if name not in frame]
        if missing:
            raise NarrativeError(f"the table has no column {missing}; it has {list(frame.columns)}")
        self.frame, self.heads = frame[list(heads)], heads
        self.caption, self.note = caption, note
        self.anchors, self.states = anchors, states

    def with_last_line(self, line: dict) -> "Table":
        """With a line that adds up others."""
        frame = pd.concat([self.frame, pd.DataFrame([line])])
        states = [*self.states, ""] if self.states else None
        return Table(frame, self.heads, self.caption, self.note, states=states)

    def __repr__(self) -> str:
        return f"Table: {self.caption}"

    def _repr_html_(self) -> str:
        if self.frame.empty:
            return f'<p class="empty">{escape(self.caption)}: no rows.</p>{self._note()}'
        numeric = [_is_numbers(self.frame[name]) for name in self.heads]
        # Said once of a table of numbers, for a page of hundreds of rows.
        all_numbers = len(numeric) > 1 and all(numeric[1:]) and not numeric[0]
        cells = [is_number and not all_numbers for is_number in numeric]
        # A table of sentences: on a phone each row is a card, with the head before each cell.
        heads = [""] * len(cells)
        as_cards = sum(map(_is_words, (self.frame[name] for name in [*self.heads][1:]))) > 1
        if as_cards:
            heads = [f' data-head="{escape(title)}"' for title in self.heads.values()]
        head = "".join(
            f'<th scope="col"{_number(is_number)}>{escape(title)}</th>'
            for title, is_number in zip(self.heads.values(), cells, strict=True)
        )
        body = "\n".join(
            f'<tr{about}><th scope="row">{_text(row[0])}</th>'
            + "".join(
                f"<td{_kind(value, is_number)}{named}>{_text(value)}</td>"
                for value, is_number, named in zip(row[1:], cells[1:], heads[1:], strict=True)
            )
            + "</tr>"
            for about, row in zip(
                self._rows(), self.frame.itertuples(index=False, name=None), strict=True
            )
        )
        label = escape(self.caption)
        sorts = " data-sorts" if self.states and len(self.states) >= FEWEST_SORTED else ""
        look = ' class="n"' if all_numbers else ' class="cards"' if as_cards else ""
        # tabindex: a region that scrolls on a narrow screen has to be reachable by keyboard.
        return (
            f'<div class="table"{sorts} role="region" tabindex="0" aria-label="{label}">\n'
            f"<table{look}><caption><span>{label}</span></caption>\n"
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>{self._note()}"
        )

    def _rows(self) -> list[str]:
        """The attributes of each row."""
        if self.anchors:
            return [f' id="{escape(each)}"' for each in self.anchors]
        if self.states:
            return [
                f' data-state="{escape(each)}"' if each else ' class="rest"' for each in self.states
            ]
        return [""] * len(self.frame)

    def _note(self) -> str:
        return f'\n<p class="note">{escape(self.note)}</p>' if self.note else ""


class Several(Publishable):
    """Several tables or charts that one cell shows, one beneath the other."""

    def __init__(self, parts: list):
        self.parts = parts

    def __repr__(self) -> str:
        return "; ".join(map(repr, self.parts))

    def _repr_html_(self) -> str:
        return "\n".join(part._repr_html_() for part in self.parts)


def agency_table(
    frame: pd.DataFrame, by: str, heads: dict[str, str], caption: str, flags: dict[str, str]
) -> Table | Several:
    """A table by agency with place, level and code beside each name: the MOST_ROWS largest. The
    others, and those without any in column `by`, are added up in a last line; those that have any
    are named in a list beneath, with their number. `flags`: agency_id -> the disputes of its line,
    which is then in the table however small."""
    named = largest_first(frame, by)
    disputed = named["agency_id"].isin(flags)
    largest = named[(named[by] > 0) & ~disputed].head(MOST_ROWS)
    listed = named[disputed | named.index.isin(largest.index)]
    labels = [agency_label(row, flags) for row in listed.to_dict("records")]
    rows = listed.assign(agency=pd.Series(labels, listed.index, dtype="object"))
    others = named.drop(listed.index)
    states = rows["state"].tolist()
    table = Table(rows, {"agency": "Agency", **heads}, caption, states=states)
    if len(others):
        table = table.with_last_line(others_added_up(others))
    rest = others[others[by] > 0]
    return Several([table, agency_list(rest, by, heads[by])]) if len(rest) else table


def others_added_up(others: pd.DataFrame) -> dict:
    words = "1 other agency" if len(others) == 1 else f"{len(others):,} other agencies"
    return {"agency": words, **others.sum(numeric_only=True)}


def largest_first(frame: pd.DataFrame, by: str) -> pd.DataFrame:
    return frame.sort_values(
        [by, "state", "agency", "agency_id"], ascending=[False, True, True, True]
    )


def agency_list(rest: pd.DataFrame, by: str, head: str) -> HTML:
    """The agencies of `rest`, largest first, each with its number alone; the filter by state of the
    table above takes them along."""
    states = Markup(' data-states="{}"').format(" ".join(rest["state"]))
    return HTML(
        Markup('<p class="rest">Others, each with its number under <i>{}</i>:</p>\n{}').format(
            head, _items(rest, by, states)
        )
    )


def agency_fold(rest: pd.DataFrame, by: str) -> HTML:
    """The same behind a fold. Of very many agencies those with the smallest numbers are left to the
    download, all of one number together: nothing is cut by the alphabet."""
    rest = largest_first(rest, by)
    told = rest
    if len(rest) > MOST_LISTED:
        told = rest[rest[by] > rest[by].iloc[MOST_LISTED]]
    left = len(rest) - len(told)
    more = (
        Markup("<p>{:,} more, with {:,} or fewer each, are in the download.</p>").format(
            left, rest[by].iloc[len(told)]
        )
        if left
        else ""
    )
    words = "The other agency" if len(rest) == 1 else f"The other {len(rest):,} agencies"
    return HTML(
        Markup('<details class="others"><summary>{}</summary>\n{}{}</details>').format(
            words, _items(told, by), more
        )
    )


def _items(rest: pd.DataFrame, by: str, attribute: str = "") -> Markup:
    """Without links, which would weigh more than all the rest."""
    items = Markup("\n").join(
        Markup("<li>{} <b>{:,}</b></li>").format(label, number)
        for label, number in zip(in_line(rest), rest[by], strict=True)
    )
    return Markup('<ul class="short"{}>\n{}\n</ul>').format(attribute, items)


def in_line(frame: pd.DataFrame) -> pd.Series:
    """The name of each agency with its state, and with level and code where two have both."""
    places = frame["state"]
    twice = frame.duplicated(["agency", "state"], keep=False)
    whole = frame["state"] + " " + frame["level"] + " " + frame["agency_id"]
    label = frame["agency"] + ", " + places.mask(twice, whole)
    return label.mask(frame["state"] == "", frame["agency"])


def agency_label(row: dict, flags: dict[str, str] | None = None) -> Markup:
    """The name with its state, level and code beneath: two agencies of one name stay two. The
    archive makes a link to the agency's page of it."""
    if not row["agency_id"]:
        return Markup("{}").format(row["agency"])
    place = " · ".join((row["state"], row["level"], row["agency_id"]))
    label = Markup('<span data-agency="{}">{}</span><br><small>{}</small>').format(
        row["agency_id"], row["agency"], place
    )
    disputed = (flags or {}).get(row["agency_id"])
    if disputed is not None:
        label += Markup('<br><small><a href="#disputes">{}</a></small>').format(disputed)
    return label


def _is_numbers(column: pd.Series) -> bool:
    told = column[column != NOT_TOLD] if column.dtype == object else column
    return pd.api.types.is_numeric_dtype(told.infer_objects())


def _is_words(column: pd.Series) -> bool:
    return not _is_numbers(column) and not column.astype("str").str.fullmatch(DATE + "|").all()


def _number(is_number: bool) -> str:
    return ' class="n"' if is_number else ""


def _kind(value: object, is_number: bool) -> str:
    """n: a number, stands right. d: a date or a month, not to be broken at its hyphens."""
    is_date = isinstance(value, str) and re.fullmatch(DATE, value)
    return ' class="d"' if is_date else _number(is_number)


def _text(value: object) -> str:
    if pd.isna(value):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return f"{value:,}" if isinstance(value, Integral) else str(escape(value))
