"""The parameters of a week: `params/weekly.yaml`, then `params/weeks/<first day>.yaml`, then --set.

The files hold one `key: value` a line. They are read as text and typed here, because YAML itself
turns 01001 into 513 and 2017-01 into a date. A path in a file is relative to that file, one on the
command line to the working directory. An unknown key is refused with the nearest known one, and
all problems of all files come in one error.

    extract: ../extracts/{week}     where a week's extract is; {week} is the week's first day
    cohort: recorded                or `issued`, for a source without recording dates
    ignored_columns: [internal_no]  columns of the extract that are known and left unread

The analyst's note of a week, `notes/<first day>.md` beside weekly.yaml, is read with them; the
records of corrections and disputes are in `corrections/` beside it (corrections.py), the pages that
analysts write and what agencies say of themselves in `pages/` and `statements/` (texts.py), and
the cases of a quarter in `cases/<quarter>/` (cases.py).
"""

import contextlib
import datetime as dt
import glob
import os
import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ddor.calendar import Period, Week
from ddor.errors import NeedsCorrection, Problem, Problems, UsageError, address_without_secrets
from ddor.extract import key_files
from ddor.extract.key_files import unknown_key
from ddor.extract.limits import LIMITS, Limits
from ddor.extract.table import worded

# A command, or one of the addresses that jobs/notify.py knows.
NOTIFY = re.compile(r"(?i)(?!mailto:)(?!smtps?:(?!//.*[?&]from=.+&to=|//.*[?&]to=.+&from=)).*")
PATH_KEYS = ("extract", "output", "agencies", "policies", "coverage")


def _listed(value: Any) -> Any:
    """What commas divide, if it is a text."""
    return re.findall(r"[^\s,][^,]*", value) if isinstance(value, str) else value


_HEAD = re.compile(r" {0,3}(#[ \t]|=+[ \t]*$)")  # in Markdown, of a title
Line = Annotated[str, Field(max_length=key_files.MOST_OF_A_LINE)]


class Parameters(BaseModel):
    """A week's parameters, typed. Paths are absolute; extract may be a URL; note is Markdown;
    corrections, pages, statements and cases are folders, project_pages that of the project's own
    pages.
    authority: under which authority the publisher publishes; official: whether it is ICE or DHS.
    run_time_limit: seconds that one report may take. size_limit_factor: of extract.limits.
    keep_runs: days for which what no revision needs is kept in runs/, 0 for good; notify: who is
    told what became of a run (jobs/notify.py)."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    extract: str
    output: Path
    cohort: Annotated[str, key_files.one_of(("recorded", "issued"))] = "recorded"
    ignored_columns: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    disclosure_threshold: int = Field(5, ge=3, le=100)
    max_held_back_share: float = Field(0.25, ge=0, le=1)
    agencies: Path
    policies: Path
    coverage: Path
    publisher: Line = ""
    contact: Line = ""
    authority: Line = ""
    official: bool = False
    site_url: Line = Field("", pattern=r"^(https?://[^\s@?#]+)?$")
    release_lag_days: int = Field(45, ge=0, le=3650)
    published_on: key_files.Day | None = None
    run_time_limit: int = Field(3600, ge=1, le=86_400)
    size_limit_factor: int = Field(1, ge=1, le=100)
    keep_runs: int = Field(0, ge=0, le=36_500)
    notify: Annotated[
        Line, key_files.must(NOTIFY.fullmatch, "a command, or https://…, or smtp://…?from=…&to=…")
    ] = ""
    note: str = Field("", exclude=True)
    corrections: Path = Field(Path(), exclude=True)
    pages: Path = Field(Path(), exclude=True)
    project_pages: Path = Field(Path(), exclude=True)
    statements: Path = Field(Path(), exclude=True)
    cases: Path = Field(Path(), exclude=True)

    @property
    def today(self) -> dt.date:
        return self.published_on or dt.date.today()

    @property
    def limits(self) -> Limits:
        """How large an extract may be."""
        return LIMITS.times(self.size_limit_factor)


# What the page depends on. Not the paths: the same rows from another folder are the same report.
# Nor authority and official: they stand around revisions alone, and `ddor rebuild` brings them.
IN_EFFECT = (
    *("cohort", "ignored_columns", "disclosure_threshold", "max_held_back_share"),
    *("publisher", "contact", "site_url", "release_lag_days"),
)
# What is excluded lies beside weekly.yaml, wherever that is, and is no key in it.
KEYS = tuple(name for name, field in Parameters.model_fields.items() if not field.exclude)


def load_parameters(
    project: Path,
    period: Period | None,
    params_file: Path | None = None,
    settings: dict[str, str] | None = None,
) -> Parameters:
    """The parameters in effect for `period` (None: what holds for every one).

    `project` is the checkout; `params_file` stands in for its params/weekly.yaml, and `settings`
    are the --set values. A path is relative to the file that gives it. Raises UsageError with
    every unknown key and every value that misfits.
    """
    weekly = (params_file or project / "params" / "weekly.yaml").absolute()
    beside, params = weekly.parent, project / "params"
    values: dict[str, Any] = {
        "extract": str(project / "extracts" / "{week}"),
        "output": project / "outputs",
        "project_pages": params / "pages",
        "cases": beside / "cases" / str(period),
        **{name: beside / name for name in ("corrections", "pages", "statements")},
        **{name: params / f"{name}.csv" for name in ("agencies", "policies", "coverage")},
    }
    files: list[tuple[Problems, dict[str, Any], Path]] = []
    for path in [weekly, *([beside / f"{period.path}.yaml"] if period else [])]:
        if path.exists() or (path == weekly and params_file):
            file = Problems(path.name, "docs/parameters.md")
            text = key_files.read_text(path, file)
            given = {} if file else key_files.read_keys(text, file)
            files.append((file, given, path.parent))
    typed_in = Problems("--set")
    for value in (settings or {}).values():
        key_files.report_unseen(value, typed_in)
    files.append((typed_in, dict(settings or {}), Path.cwd()))
    sources: dict[str, str] = {}
    problems: list[Problem] = []
    for file, given, folder in files:
        for key, value in given.items():
            if key not in KEYS:
                seen, _, mend, shown = unknown_key(key, KEYS)
                file.report(shown, seen, "a parameter", mend)
                continue
            if key in PATH_KEYS and isinstance(value, str) and value and "://" not in value:
                value = os.path.normpath(folder.absolute() / os.path.expanduser(value))
            elif key in PATH_KEYS and key != "extract" and "://" in str(value):
                file.report(key, "an address", "a path on this machine", "write a path")
                continue
            elif not value and key in ("published_on", *PATH_KEYS):
                continue  # the default is left
            values[key], sources[key] = value, file.label
        problems += file
    if (note := beside / "notes" / f"{period}.md").exists():
        file = Problems(note.name)
        values["note"] = text = key_files.read_text(note, file)
        if rows := [row for row, line in enumerate(text.split("\n"), 1) if _HEAD.match(line)]:
            file.report("", *worded("title_in_note"), rows)
        problems += file
    try:
        parameters = Parameters(**values)
    except ValidationError as error:
        found = key_files.findings(error)
        problems += [Problem(sources[key], (), key, *each[:3]) for key, each in found]
    NeedsCorrection.raise_if("the parameters need correction", problems)
    return parameters


def sample_settings(project: Path) -> dict[str, str]:
    """As --set would have them, for the sample extracts: synthetic and real weeks share no site."""
    output = str(project / "outputs" / "sample")
    return {"extract": str(project / "samples" / "{week}"), "output": output}


def is_remote(location: str) -> bool:
    """Whether an extract is at another place than on this machine's disks."""
    return "://" in location or "::" in location


def extract_location(parameters: Parameters, week: Period) -> str:
    """Where this week's extract is. A folder named without its ending may be a .zip or .xlsx."""
    location, exists = parameters.extract.replace("{week}", str(week)), os.path.exists
    try:
        path = location
        if is_remote(location):
            import fsspec  # which takes a while

            fs, path = fsspec.core.url_to_fs(location)
            exists = fs.exists
        endings = [ending for ending in ("", ".zip", ".xlsx") if exists(path + ending)]
    except Exception:  # every back end has its own; reading the extract will tell it
        return location
    return location + endings[0] if endings else location


def weeks_with_extract(pattern: str) -> list[Week]:
    """The weeks for which something lies at `pattern`, a path or URL that holds {week}."""
    import fsspec

    from ddor.extract.location import reaching

    with reaching(address_without_secrets(pattern)):
        fs, path = fsspec.core.url_to_fs(pattern.replace("{week}", "*"))
        # A folder of this machine may have a name such as `data [old]`.
        parts = path.split("*") if is_remote(pattern) else map(glob.escape, path.split("*"))
        place = "*".join(parts)
        found = fs.glob(place) + fs.glob(place + ".zip") + fs.glob(place + ".xlsx")
    # Where the week stands twice in a path, both have to be the same day.
    start, *rest = map(re.escape, path.split("*"))
    named = re.compile(start + "(.{10})" + r"\1".join(rest) + r"(\.zip|\.xlsx)?/?")
    names = {match[1] for name in found if (match := named.fullmatch(name))}
    weeks = []
    for name in sorted(names):
        with contextlib.suppress(UsageError):  # no date
            weeks += [week] if str(week := Week.parse(name)) == name else []
    return weeks


def find_project() -> Path:
    """The checkout around the working directory, else the one this package is installed from.

    Raises UsageError where neither holds params/ and notebooks/.
    """
    here = Path.cwd()
    for folder in (here, *here.parents, Path(__file__).resolve().parents[3]):
        if (folder / "params").is_dir() and (folder / "notebooks").is_dir():
            return folder
    raise UsageError(f"no project around {here}: expected a folder with params/ and notebooks/")
