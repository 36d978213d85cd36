"""Texts in a CSV file that a spreadsheet may open: nothing in it runs as a formula."""

RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(text: str) -> str:
    """As a spreadsheet may open it: what it would run gets an apostrophe in front, and so does a
    text that looks as if it had one. `plain_cell` takes it away again."""
    return f"'{text}" if text.startswith(RUN_BY_SPREADSHEETS) or _looks_safe(text) else text


def plain_cell(text: str) -> str:
    return text[1:] if _looks_safe(text) else text


def _looks_safe(text: str) -> bool:
    return text.startswith("'") and text[1:].startswith((*RUN_BY_SPREADSHEETS, "'"))
