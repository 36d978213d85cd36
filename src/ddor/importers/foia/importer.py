"""`ddor import foia`: read, clean, sift, refuse what is unknown, shape, write, account for it.

The account says what was read, kept, set aside, and wants a look. Of each facility it has the
directory's word, or what to propose where that has none. A level guessed from a name is only ever
proposed: the extract's own row says `other` until a person has put the facility into
`agencies.csv`.
"""

import datetime as dt
import difflib
import hashlib
import re
from collections import Counter, namedtuple
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace

import jinja2
import pandas as pd

from ddor.calendar import Week
from ddor.errors import UsageError
from ddor.extract.csv_files import write_extract
from ddor.extract.model import FOIA_SOURCE, About, extract_of
from ddor.extract.table import worded
from ddor.importers.foia import cleaning, shape
from ddor.importers.foia.source import invalid, read_source
from ddor.importers.foia.tables import LEVELS
from ddor.maintained.directory import COLUMNS, read_agencies

TEMPLATE = Path(__file__).with_name("summary.txt.j2")
# Of names: what most jails share.
_COMMON_WORDS = set(
    "COUNTY CNTY CO JAIL SHERIFF SHERIFFS S SO OFFICE DEPT DEPARTMENT DETENTION DET CENTER CTR "
    "ADULT ADC LAW ENFORCEMENT".split()
)
_ALIKE = 0.9
# One extract folder, with the number of its requests and charges.
Written = namedtuple("Written", "week folder requests charges")


class ImportSummary(SimpleNamespace):
    """Counts of rows: read == kept + outside + the sum of set_aside. str() is the closing text.

    source: name of the file; tables: read in it; unread: sheets without a header; as_of, and
    as_of_from: where that is known from; duplicates: how they were looked for. kept: rows of the
    weeks asked for; outside: of other weeks; set_aside: by rule; cells: cells cleaned in the whole
    file, by rule; notes: rules used on kept rows; facilities and twins: of kept rows, as the
    functions below make them; written; weeks_without_rows.
    """

    def __str__(self) -> str:
        template = jinja2.Environment(
            trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
        ).from_string(TEMPLATE.read_text(encoding="utf-8"))
        lacking = self.facilities[~self.facilities["known"]]
        columns = list(COLUMNS["agencies"])
        rows = lacking.rename(columns={"code": "agency_id"}).reindex(columns=columns, fill_value="")
        return template.render(
            vars(self),
            federal=self.facilities[self.facilities["level"] == "federal"],
            lacking=lacking,
            columns=columns,
            proposed=rows.to_csv(index=False, header=False, lineterminator="\n"),
        ).rstrip("\n")


def import_foia(
    file: Path | str, weeks: list[Week], out: str, agencies: Path, as_of: dt.date | None = None
) -> ImportSummary:
    """Writes an extract folder for each of these weeks in which the file has requests issued.

    out: the folder, `{week}` in it standing for the first day of a week. agencies: the directory,
    for level and county. as_of: the day of the release, where no file name tells it.
    Raises UsageError, or ExtractInvalid with all missing columns or all unknown words; in both
    cases nothing was written.
    """
    weeks = sorted(set(weeks))
    if len(weeks) > 1 and "{week}" not in out:
        place = 'put {week} into it, such as "extracts/{week}"'
        raise UsageError(f'"{out}" is one folder for {len(weeks)} weeks; {place}')
    directory = read_agencies(Path(agencies)).set_index("agency_id").replace("", None)

    file = Path(file)
    rows, tables, unread = read_source(file)
    rows, cells = cleaning.cleaned(rows)
    rows = rows.assign(issued_at=cleaning.dates(rows["detainer_prepare_date"]))
    as_of, as_of_from = (as_of, "as given") if as_of else _release_day(file.name, rows)
    rule, duplicates = cleaning.set_aside(rows, as_of)
    good = cleaning.translated(rows[rule.isna()])
    asked = pd.concat([week.holds(good["issued_at"]) for week in weeks], axis=1).any(axis=1)
    kept = shape.shaped(good[asked], directory, as_of)

    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:16]
    about = About(as_of, f"{FOIA_SOURCE}: {file.name}, sha256 {digest}", synthetic=False)
    written = []
    for week in weeks:
        issued = kept[week.holds(kept["issued_at"])]
        if len(issued):
            # The most serious conviction is the one charge of a row.
            extract = extract_of(issued, issued.dropna(subset="ncic_code"), about)
            folder = Path(out.replace("{week}", str(week)))
            write_extract(extract, folder)
            written.append(Written(week, folder, len(extract.requests), len(extract.charges)))

    facilities = facilities_of(kept, directory)
    return ImportSummary(
        source=file.name,
        tables=tuple(tables),
        unread=unread,
        as_of=as_of,
        as_of_from=as_of_from,
        duplicates=duplicates,
        read=len(rows),
        kept=len(kept),
        outside=int((~asked).sum()),
        set_aside=Counter(rule.value_counts().to_dict()),
        cells=cells,
        notes=shape.notes_of(kept),
        facilities=facilities,
        twins=twins_of(facilities),
        written=written,
        weeks_without_rows=[w for w in weeks if w not in {each.week for each in written}],
    )


def _release_day(file: str, rows: pd.DataFrame) -> tuple[dt.date, str]:
    """The day the records were taken, and where that is known from. A file merged from several
    releases is as of the latest."""
    for names in (rows["file_original"].drop_duplicates(), pd.Series([file])):
        digits = names.str.extractall(r"(?<!\d)(20\d{6})(?!\d)")[0]
        days = pd.to_datetime(digits, format="%Y%m%d", errors="coerce").dropna()
        if len(days):
            return days.max().date(), f"from the file name {names[days.idxmax()[0]]}"
    latest = rows["issued_at"].max()
    if pd.isna(latest):
        raise invalid(file, *worded("no_prepare_date"), column="detainer_prepare_date")
    return latest.date(), "the latest prepare date; use --as-of to give the date of the release"


def facilities_of(rows: pd.DataFrame, directory: pd.DataFrame) -> pd.DataFrame:
    """A row for each facility, most requests first: code; name, state and area, as most of its rows
    have them; requests; level; known: whether the level is the directory's, not guessed."""
    columns = {"agency_id": "code", "agency_name": "name", "state": "state", "area": "area"}
    counts = rows[list(columns)].rename(columns=columns).fillna({"area": ""}).value_counts()
    counts = counts.reset_index(name="requests")
    found = counts.drop_duplicates("code")
    level = found["code"].map(directory["level"])
    found = found.assign(
        requests=found["code"].map(counts.groupby("code")["requests"].sum()),
        level=level.fillna(found["name"].map(_guessed_level)),
        known=level.notna(),
    )
    return found.sort_values(["requests", "code"], ascending=[False, True])


def twins_of(facilities: pd.DataFrame) -> list[tuple]:
    """Pairs of facilities of one state whose names are nearly the same, as if one had been
    misspelt: without the words that most jails share, and only where the first letter agrees."""
    cores = facilities.assign(core=facilities["name"].map(_core)).itertuples(index=False)
    return [
        (one, other)
        for one, other in combinations(cores, 2)
        if one.core
        and one.state == other.state
        and one.core[0] == other.core[:1]
        and difflib.get_close_matches(other.core, [one.core], cutoff=_ALIKE)
    ]


def _guessed_level(name: str) -> str:
    return next((level for level, sign in LEVELS if re.search(sign, name.upper())), "other")


def _core(name: str) -> str:
    words = re.findall("[A-Z0-9]+", name.upper())
    return " ".join(word for word in words if word not in _COMMON_WORDS)
