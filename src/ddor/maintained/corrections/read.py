"""Reads the files of records: every problem of every file in one error, nothing guessed."""

import datetime as dt
import difflib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from ddor.calendar import Week, parse_date
from ddor.errors import Problem, UsageError
from ddor.extract.advice import nearest
from ddor.extract.table import shown
from ddor.maintained.corrections.cell import COLUMNS, ask_the_door
from ddor.maintained.corrections.records import FIGURES, GROUNDS, STATUSES, UPHELD, Action, Record
from ddor.maintained.corrections.told import Told, as_words, file_shown, identifier, key_shown
from ddor.maintained.text_yaml import TextLoader

_CHOICES = {"figure": FIGURES, "ground": GROUNDS, "status": STATUSES}
_REQUIRED = ("week", "agency_id", "figure", "ground", "received_on", "status")
_TEXTS = (*_REQUIRED, "answered_on", "answer", "notice")
_ACTION = ("rows", "expect", "set")
_NAME = re.compile("[a-z0-9-]+")
_LABEL = re.compile("[A-Z][A-Za-z0-9]*-[A-Za-z0-9]+")


class CorrectionsInvalid(UsageError):
    """The files of records need correction; lists every problem of every file."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        head = "these correction records cannot be used:"
        super().__init__("\n".join([head, *map(str, problems)]))


def read_corrections(folder: Path) -> tuple[Record, ...]:
    """The records by name; none where the folder does not exist. Raises CorrectionsInvalid."""
    problems: list[Problem] = []
    records: list[Record] = []
    for file in sorted(folder.iterdir()) if folder.exists() else ():
        told = Told(file_shown(file.name))
        if _holds_a_record(file, told) and (given := _read_yaml(file, told)) is not None:
            records.append(_record(file.stem, given, told))
        problems += told.problems
    if problems:
        raise CorrectionsInvalid(problems)
    return tuple(sorted(records, key=lambda record: record.name))


def _holds_a_record(file: Path, told: Told) -> bool:
    """Whether to read it. What begins with a dot is an editor's or the system's, unless it is
    YAML; a record under a wrong name is read too, so that its other problems are told as well."""
    is_yaml = file.name.lower().endswith((".yaml", ".yml"))
    if file.name == "README.md" or (file.name.startswith(".") and not is_yaml):
        return False
    if not is_yaml or not file.is_file():
        told.tell(
            "",
            "a file that is not a record",
            "only records (.yaml) and README.md",
            "move it out of this folder",
        )
        return False
    if not file.name.endswith(".yaml"):
        told.tell("", f"the ending {file.suffix}", "the ending .yaml", "rename it")
    if not _NAME.fullmatch(file.stem):
        told.tell("", "its name", "small letters, digits and hyphens before .yaml", "rename it")
    if kind := identifier(as_words(file.stem)):
        told.tell("", f"a file name that looks like {kind}", "no direct identifier", "rename it")
    return True


def _read_yaml(file: Path, told: Told) -> dict | None:
    try:
        loader = TextLoader(file.read_bytes().decode("utf-8-sig"))
        content = loader.get_single_data()
    except OSError as error:
        told.tell("", (error.strerror or "no file").lower(), "a readable file", "check the file")
    except UnicodeDecodeError as error:
        told.tell("", f"byte {error.start}, which is not UTF-8", "UTF-8", "save it as UTF-8")
    except (yaml.YAMLError, RecursionError) as error:
        # YAML's own words quote the line, and with it whatever stands there.
        mark = getattr(error, "problem_mark", None)
        seen = "text that cannot be read" + (f" (line {mark.line + 1})" if mark else "")
        told.tell(
            "",
            seen,
            "YAML with one `key: value` per line",
            "correct the file; put a value with a colon, a # or a bracket in quotes",
        )
    else:
        for key in loader.twice:
            told.tell(key_shown(key), "the key more than once", "each key once", "keep one line")
        if isinstance(content, dict):
            return content
        told.tell("", "no keys", "one `key: value` per line", "see docs/corrections.md")
    return None


def _record(name: str, given: dict, told: Told) -> Record:
    """The record; of use only where nothing is told."""
    _tell_unknown(given, (*_TEXTS, "action"), told)
    # None where a problem names the value already, "" where there is none.
    text = {key: told.text(key, given.get(key, "")) for key in _TEXTS}
    text = {key: value and " ".join(value.split()) for key, value in text.items()}
    for key in _REQUIRED:
        if text[key] == "":
            told.tell(key, "nothing", f"a line `{key}: …`", "add it; see docs/corrections.md")
    days = {key: _day(key, text[key], told) for key in ("week", "received_on", "answered_on")}
    week = Week.containing(days["week"]) if days["week"] else None
    if text["agency_id"]:
        ask_the_door("agency_id", "agency_id", text["agency_id"], week, told)
    for key, words in _CHOICES.items():
        _tell_no_choice(key, text[key], words, told)
    _tell_order(week, days["received_on"], days["answered_on"], told)
    _tell_status(text, told)
    action = _action(given.get("action", ""), week, told)
    _tell_action(action, text["status"], told)
    fields: dict[str, Any] = {**text, **days, "name": name, "week": week, "action": action}
    return Record(**fields)


def _tell_unknown(given: dict, known: tuple[str, ...], told: Told, prefix: str = "") -> None:
    for key in given:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0)[0]
            told.tell(
                prefix + key_shown(key),
                "an unknown key",
                ", ".join(known),
                f"remove it, or write `{near}`, the nearest known",
            )


def _day(key: str, text: str | None, told: Told) -> dt.date | None:
    try:
        return parse_date(text) if text else None
    except UsageError:
        told.tell(
            key,
            shown([text]),
            "a date such as 2017-02-18, from 1990 to 2100",
            "write it as YYYY-MM-DD",
        )
    return None


def _tell_no_choice(key: str, text: str | None, words: Mapping[str, str], told: Told) -> None:
    if text and text not in words:
        near = nearest(text, words)
        mend = f'write "{near}" if you meant that' if near else "choose one of them"
        told.tell(key, shown([text]), f"one of {', '.join(words)}", mend)


def _tell_order(week, received, answered, told: Told) -> None:
    if week and received and received < week.first_day:
        told.tell(
            "received_on",
            str(received),
            f"{week} or later, when the week begins",
            "correct this date or the week",
        )
    if received and answered and answered < received:
        told.tell(
            "answered_on",
            str(answered),
            f"{received} or later, when it was received",
            "correct one of the two dates",
        )


def _tell_status(text: dict[str, str | None], told: Told) -> None:
    """answered_on and answer stand with every status but open, notice with notice_given alone."""
    for key, says, belongs in (
        ("answered_on", "status", text["status"] != "open"),
        ("answer", "status", text["status"] != "open"),
        ("notice", "ground", text["ground"] == "notice_given"),
    ):
        if text[says] not in _CHOICES[says] or text[key] is None:
            continue
        because = f"since {says} is {text[says]}"
        if belongs and not text[key]:
            told.tell(key, "nothing", f"a line `{key}: …`, {because}", "add it")
        elif text[key] and not belongs:
            told.tell(key, "a value", f"none, {because}", f"remove it, or correct the {says}")


def check_agencies(records: Iterable[Record], known: set[str]) -> None:
    """Raises CorrectionsInvalid with every record of an agency that is not in `known`: a mistyped
    code would be published as a dispute by an agency that does not exist."""
    problems = [
        Problem(
            f"{record.name}.yaml",
            (),
            "agency_id",
            record.agency_id,
            "an agency of the directory, of the week's extract or of a published week",
            "correct the code, or add the agency to agencies.csv",
        )
        for record in records
        if record.agency_id not in known
    ]
    if problems:
        raise CorrectionsInvalid(problems)


def _tell_action(action: Action | None, status: str | None, told: Told) -> None:
    if action and status in STATUSES and status not in UPHELD:
        told.tell(
            "action",
            f"rows to correct, since status is {status}",
            f"an action only with status {' or '.join(UPHELD)}",
            "answer the dispute first, or remove the action",
        )


def _action(given, week: Week | None, told: Told) -> Action | None:
    if given == "":
        return None
    if not isinstance(given, dict):
        told.tell("action", "no keys", "the keys rows, expect and set below it", "add them")
        return None
    _tell_unknown(given, _ACTION, told, "action.")
    rows = _rows(given.get("rows"), told)
    return Action(rows, *(_values(part, given.get(part), week, told) for part in ("expect", "set")))


def _rows(given, told: Told) -> tuple[str, ...]:
    """The labels. None is shown that does not fit: it may be a request_id."""
    if not isinstance(given, list) or not given:
        told.tell("action.rows", "no list", "a list of labels, such as [F3-12]", "write a list")
        return ()
    for number, label in enumerate(given, start=1):
        if not isinstance(label, str) or not _LABEL.fullmatch(label):
            told.tell(
                f"action.rows[{number}]",
                "something else (not shown)",
                "a label of the private ledger, such as F3-12",
                "look it up in the ledger; never write a request_id here",
            )
        elif label in given[: number - 1]:
            told.tell(
                f"action.rows[{number}]",
                f"the label of rows[{given.index(label) + 1}]",
                "each row once",
                "remove one of the two",
            )
    return tuple(label for label in given if isinstance(label, str))


def _values(part: str, given, week: Week | None, told: Told) -> dict[str, str]:
    """expect or set. Both are asked at the door: what it refuses, no extract can hold."""
    if not isinstance(given, dict) or not given:
        told.tell(
            f"action.{part}",
            "nothing",
            "at least one column with its value, such as {outcome: declined}",
            "add them",
        )
        return {}
    _tell_unknown(given, COLUMNS, told, f"action.{part}.")
    for column in [column for column in given if column in COLUMNS]:
        key = f"action.{part}.{column}"
        if (text := told.text(key, given[column])) is not None:
            ask_the_door(key, column, text, week, told)
    return given
