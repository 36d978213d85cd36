"""The parameters of a week: `params/weekly.yaml`, then `params/weeks/<first day>.yaml`, then --set.

The files hold one `key: value` a line. They are read as text and typed here, because YAML itself
turns 01001 into 513 and 2017-01 into a date. A path in a file is relative to that file, one on the
command line to the working directory. An unknown key is refused with the nearest known one, and
all problems of all files come in one error.

    extract: ../extracts/{week}     where a week's extract is; {week} is the week's first day
    cohort: recorded                or `issued`, for a source without recording dates
    ignored_columns: [internal_no]  columns of the extract that are known and left unread

The analyst's note of a week, `notes/<first day>.md` beside weekly.yaml, is read with them; the
records of corrections and disputes are in `corrections/` beside it (corrections/), the pages that
analysts write and what agencies say of themselves in `pages/` and `statements/` (texts.py), and
the cases of a quarter in `cases/<quarter>/` (cases.py).
"""

import datetime as dt
import difflib
import os
import re
from pathlib import Path
from typing import Any, Literal

import fsspec
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails

from ddor.calendar import Period, Week
from ddor.errors import UsageError
from ddor.maintained.text_yaml import TextLoader

PATH_KEYS = ("extract", "output", "agencies", "policies", "coverage")


class Parameters(BaseModel):
    """A week's parameters, typed. Paths are absolute; extract may be a URL; note is Markdown;
    corrections, pages, statements and cases are folders, project_pages that of the project's own
    pages.
    authority: under which authority the publisher publishes; official: whether it is ICE or DHS."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    extract: str
    output: Path
    cohort: Literal["recorded", "issued"] = "recorded"
    ignored_columns: tuple[str, ...] = ()
    disclosure_threshold: int = Field(5, ge=3, le=100)
    max_held_back_share: float = Field(0.25, ge=0, le=1)
    agencies: Path
    policies: Path
    coverage: Path
    publisher: str = ""
    contact: str = ""
    authority: str = ""
    official: bool = False
    site_url: str = Field("", pattern=r"^(https?://.+)?$")
    release_lag_days: int = Field(45, ge=0, le=3650)
    published_on: dt.date | None = None
    note: str = Field("", exclude=True)
    corrections: Path = Field(Path(), exclude=True)
    pages: Path = Field(Path(), exclude=True)
    project_pages: Path = Field(Path(), exclude=True)
    statements: Path = Field(Path(), exclude=True)
    cases: Path = Field(Path(), exclude=True)

    @field_validator("ignored_columns", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value


# What the page depends on. Not the paths: the same rows from another folder are the same report.
# Nor authority and official: they stand around revisions alone, and `ddor rebuild` brings them.
IN_EFFECT = (
    "cohort",
    "ignored_columns",
    "disclosure_threshold",
    "max_held_back_share",
    "publisher",
    "contact",
    "site_url",
    "release_lag_days",
)
# Beside weekly.yaml, wherever that is; not keys in it.
BESIDE = ("note", "corrections", "pages", "project_pages", "statements", "cases")
KEYS = tuple(name for name in Parameters.model_fields if name not in BESIDE)


def load_parameters(
    project: Path,
    period: Period | None,
    params_file: Path | None = None,
    settings: dict[str, str] | None = None,
) -> Parameters:
    """The parameters in effect for `period` (None: what holds for every one).

    `project` is the checkout; `params_file` stands in for its params/weekly.yaml, and `settings`
    are the --set values. Raises UsageError with every unknown key and every value that misfits.
    """
    weekly = (params_file or project / "params" / "weekly.yaml").absolute()
    params = project / "params"
    values: dict[str, tuple[Any, str]] = {
        "extract": (str(project / "extracts" / "{week}"), "default"),
        "output": (str(project / "outputs"), "default"),
        "agencies": (str(params / "agencies.csv"), "default"),
        "policies": (str(params / "policies.csv"), "default"),
        "coverage": (str(params / "coverage.csv"), "default"),
    }
    problems: list[str] = []
    if params_file is not None and not weekly.is_file():
        problems.append(f"{weekly.name}: no such file; name a YAML file after --params")
    files = [weekly] if period is None else [weekly, weekly.parent / f"{period.path}.yaml"]
    for file in files:
        if file.is_file():
            _take(values, _read_yaml(file, problems), file.name, file.parent, problems)
    _take(values, dict(settings or {}), "--set", Path.cwd(), problems)

    note_file = weekly.parent / "notes" / f"{period}.md"
    note = _read_text(note_file, problems) if period and note_file.is_file() else ""
    try:
        parameters = Parameters(
            note=note,
            corrections=weekly.parent / "corrections",
            pages=weekly.parent / "pages",
            project_pages=params / "pages",
            statements=weekly.parent / "statements",
            cases=weekly.parent / "cases" / str(period),
            **{key: value for key, (value, _) in values.items()},
        )
    except ValidationError as error:
        for each in error.errors():
            key = str(each["loc"][0])
            value, source = values[key]
            problems.append(f'{source}, {key}: seen "{value}", expected {_expected(each)}')
    if problems:
        raise UsageError("\n".join(["the parameters need correction:", *problems]))
    return parameters


def sample_settings(project: Path) -> dict[str, str]:
    """As --set would have them, for the sample extracts: synthetic and real weeks share no site."""
    return {
        "extract": str(project / "samples" / "{week}"),
        "output": str(project / "outputs" / "sample"),
    }


def extract_location(parameters: Parameters, week: Week) -> str:
    """Where this week's extract is. A folder named without its ending may be a .zip or .xlsx."""
    location = parameters.extract.replace("{week}", str(week))
    try:
        fs, path = fsspec.core.url_to_fs(location)
        endings = [ending for ending in ("", ".zip", ".xlsx") if fs.exists(path + ending)]
    except Exception:  # every back end has its own; reading the extract will tell it
        return location
    return location + endings[0] if endings else location


def weeks_with_extract(pattern: str) -> list[Week]:
    """The weeks for which something lies at `pattern`, a path or URL that holds {week}."""
    try:
        fs, path = fsspec.core.url_to_fs(pattern.replace("{week}", "*"))
        found = fs.glob(path) + fs.glob(path + ".zip") + fs.glob(path + ".xlsx")
    except Exception as error:  # every back end has its own
        raise UsageError(f"{pattern}: cannot look for extracts there ({error})") from error
    # Where the week stands twice in a path, both have to be the same day.
    start, *rest = map(re.escape, path.split("*"))
    named = re.compile(start + "(.{10})" + r"\1".join(rest) + r"(\.zip|\.xlsx)?/?")
    days = {_as_day(match[1]) for name in found if (match := named.fullmatch(name))}
    return sorted(Week(day) for day in days if day and Week.containing(day).first_day == day)


def _as_day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _read_text(file: Path, problems: list[str]) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        problems.append(f"{file.name}: byte {error.start} is not UTF-8; save the file as UTF-8")
        return ""


def _read_yaml(file: Path, problems: list[str]) -> dict[str, Any]:
    try:
        loader = TextLoader(_read_text(file, problems))
        content = loader.get_single_data()
        if loader.twice:
            raise yaml.YAMLError(f"{', '.join(loader.twice)} more than once; keep one line")
    except yaml.YAMLError as error:
        problems.append(f"{file.name}: cannot be read: {' '.join(str(error).split())}")
        return {}
    if content in (None, ""):
        return {}
    if not isinstance(content, dict):
        problems.append(f"{file.name}: expected `key: value` lines, seen {type(content).__name__}")
        return {}
    return content


def _take(values, given: dict[str, Any], source: str, folder: Path, problems: list[str]) -> None:
    for key, value in given.items():
        if key not in KEYS:
            near = difflib.get_close_matches(key, KEYS, n=1, cutoff=0)
            problems.append(f'{source}: unknown parameter "{key}"; the nearest known is {near[0]}')
            continue
        if value == "" and key in ("published_on", *PATH_KEYS):
            continue  # `published_on:` with nothing behind it leaves the default
        if key in PATH_KEYS and isinstance(value, str) and value and "://" not in value:
            value = os.path.normpath(folder.absolute() / Path(value).expanduser())
        values[key] = (value, source)


def _expected(error: ErrorDetails) -> str:
    words = {
        "int_parsing": "a whole number",
        "float_parsing": "a number",
        "date_from_datetime_parsing": "a date, YYYY-MM-DD",
        "string_pattern_mismatch": "an address such as https://example.org/",
    }
    return words.get(error["type"]) or error["msg"].removeprefix("Input should be ")
