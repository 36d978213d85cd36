"""Tables as HTML: a caption, a head for each column and row, nothing that only color says."""

import re
from numbers import Integral

import pandas as pd
from markupsafe import Markup, escape

from ddor.narrative import NarrativeError
from ddor.publishable import Publishable

NOT_TOLD = "not told"  # in place of a number that disclosure control keeps back
MOST_ROWS = 60  # a page stays under 100 KB
PROTECTED_NOTE = (
    "Agency not shown: requests about people whom the law protects, at agencies with few requests."
)


class Table(Publishable):
    """A table in a notebook. `heads` maps the columns shown to their heads, in order; the first
    is the head of its row. Numbers stand right, missing ones are an empty cell. note: a sentence
    beneath."""

    def __init__(self, frame: pd.DataFrame, heads: dict[str, str], caption: str, note: str = ""):
        missing = [name for name in heads if name not in frame]
        if missing:
            raise NarrativeError(f"the table has no column {missing}; it has {list(frame.columns)}")
        self.frame, self.heads = frame[list(heads)], heads
        self.caption, self.note = caption, note

    def __repr__(self) -> str:
        return f"Table: {self.caption}"

    def _repr_html_(self) -> str:
        if self.frame.empty:
            return f'<p class="empty">{escape(self.caption)}: no rows.</p>{self._note()}'
        numeric = [_is_numbers(self.frame[name]) for name in self.heads]
        head = "".join(
            f'<th scope="col"{_number(is_number)}>{escape(title)}</th>'
            for title, is_number in zip(self.heads.values(), numeric, strict=True)
        )
        body = "\n".join(
            f'<tr><th scope="row">{_text(row[0])}</th>'
            + "".join(
                f"<td{_kind(value, is_number)}>{_text(value)}</td>"
                for value, is_number in zip(row[1:], numeric[1:], strict=True)
            )
            + "</tr>"
            for row in self.frame.itertuples(index=False, name=None)
        )
        label = escape(self.caption)
        # tabindex: a region that scrolls on a narrow screen has to be reachable by keyboard.
        return (
            f'<div class="table" role="region" tabindex="0" aria-label="{label}">\n'
            f"<table><caption><span>{label}</span></caption>\n"
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>{self._note()}"
        )

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
) -> Table:
    """A table by agency with place, level and code beside each name. Agencies without any in
    column `by`, and those past the MOST_ROWS largest, are added up in a last line; the download
    beside the table has them all. `flags`: agency_id -> the disputes of its line, which is then
    shown however small."""
    named = frame.sort_values([by, "state", "agency", "agency_id"],
                              ascending=[False, True, True, True])  # fmt: skip
    is_hidden = named["agency_id"] == ""
    disputed = named["agency_id"].isin(flags)
    largest = named[(named[by] > 0) & ~is_hidden & ~disputed].head(MOST_ROWS)
    listed = pd.concat([named[disputed | named.index.isin(largest.index)], named[is_hidden]])
    labels = [agency_label(row, flags) for row in listed.to_dict("records")]
    rows = listed.assign(agency=pd.Series(labels, listed.index, dtype="object"))
    others = frame.drop(listed.index)
    if len(others):
        words = "1 other agency" if len(others) == 1 else f"{len(others)} other agencies"
        line = {"agency": words, **others.sum(numeric_only=True)}
        rows = pd.concat([rows, pd.DataFrame([line])])
    note = PROTECTED_NOTE if is_hidden.any() else ""
    return Table(rows, {"agency": "Agency", **heads}, caption, note)


def agency_label(row: dict, flags: dict[str, str] | None = None) -> Markup:
    """The name with its state, level and code beneath: two agencies of one name stay two. The
    archive makes a link to the agency's page of it."""
    if not row["agency_id"]:
        return Markup("{}").format(row["agency"])
    place = " · ".join((row["state"], row["level"], row["agency_id"]))
    label = Markup('<span data-agency="{}">{}</span><br><small>{}</small>').format(
        row["agency_id"], row["agency"], place
    )
    if row["agency_id"] in (flags or {}):
        disputed = flags[row["agency_id"]]
        label += Markup('<br><small><a href="#disputes">{}</a></small>').format(disputed)
    return label


def _is_numbers(column: pd.Series) -> bool:
    told = column[column != NOT_TOLD] if column.dtype == object else column
    return pd.api.types.is_numeric_dtype(told.infer_objects())


def _number(is_number: bool) -> str:
    return ' class="n"' if is_number else ""


def _kind(value: object, is_number: bool) -> str:
    """n: a number, stands right. d: a date or a month, not to be broken at its hyphens."""
    is_date = isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d(-\d\d)?", value)
    return ' class="d"' if is_date else _number(is_number)


def _text(value: object) -> str:
    if pd.isna(value):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return f"{value:,}" if isinstance(value, Integral) else str(escape(value))
