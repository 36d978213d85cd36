"""`ddor import foia`: read, clean, sift, refuse what is unknown, shape, write, account for it.

The account says what was read, kept, set aside, and wants a look. Of each facility it has the
directory's word, or what to propose where that has none. A level guessed from a name is only ever
proposed: the extract's own row says `other` until a person has put the facility into
`agencies.csv`.
"""

import datetime as dt
import difflib
import hashlib
import operator
import re
from collections import Counter, namedtuple
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace

import jinja2
import pandas as pd

from ddor.calendar import Week, first_days
from ddor.errors import UsageError
from ddor.extract.csv_files import write_extract
from ddor.extract.model import FOIA_SOURCE, About, Extract, extract_of
from ddor.extract.table import worded
from ddor.importers.foia import cleaning, shape
from ddor.importers.foia.source import invalid, read_source
from ddor.importers.foia.tables import LEVELS
from ddor.importers.foia.texts import filled
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

    source: names of the files; tables: read in it; unread: sheets without a header; as_of, and
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
    files: Sequence[Path], weeks: list[Week], out: str, agencies: Path, as_of: dt.date | None = None
) -> ImportSummary:
    """Writes an extract folder for each of these weeks in which the files have requests issued.

    out: the folder, `{week}` in it standing for the first day of a week. agencies: the directory,
    for level and county. as_of: the day of the release, where no file name tells it.
    Raises UsageError, or ExtractInvalid with all missing columns or all unknown words; in both
    cases nothing was written.
    """
    weeks = sorted(set(weeks))
    if not out:
        raise UsageError("--out is empty; name a folder")
    if len(weeks) > 1 and "{week}" not in out:
        place = 'put {week} into it, such as "extracts/{week}"'
        raise UsageError(f'"{out}" is one folder for {len(weeks)} weeks; {place}')
    directory = read_agencies(Path(agencies)).set_index("agency_id").replace("", None)

    digests = [_digest(file) for file in files if file.is_file()]
    if len({*digests}) < len(digests):
        raise UsageError("the same file twice: its requests would count twice")
    source, tables, unread = read_source(files)
    rows, cells = cleaning.cleaned(source)
    del source  # as large as the rows
    rows = rows.assign(issued_at=cleaning.dates(rows["detainer_prepare_date"]))
    as_of, as_of_from = (as_of, "as given") if as_of else _release_day(files, rows)
    rule, duplicates = cleaning.set_aside(rows, as_of)
    read = len(rows)
    rows = cleaning.translated(rows[rule.isna()].drop(columns="anonymized_identifier"))
    week = first_days(rows["issued_at"])
    asked = week.isin([pd.Timestamp(each.first_day) for each in weeks])
    kept = shape.shaped(rows[asked], directory, as_of)

    named = [
        f"{file.name}, sha256 {digest[:16]}" for file, digest in zip(files, digests, strict=True)
    ]
    about = About(as_of, f"{FOIA_SOURCE}: {'; '.join(named)}", synthetic=False)
    written = []
    for _, some in kept.groupby(week[asked].dt.year):  # in parts, which takes less memory
        written += [*_write(shape.identified(some), out, about)]

    facilities = facilities_of(kept, directory)
    return ImportSummary(
        source=", ".join(file.name for file in files),
        tables=tuple(tables),
        unread=unread,
        as_of=as_of,
        as_of_from=as_of_from,
        duplicates=duplicates,
        read=read,
        kept=len(kept),
        outside=int((~asked).sum()),
        set_aside=Counter(rule.dropna().astype("str").value_counts().to_dict()),
        cells=cells,
        notes=shape.notes_of(kept),
        facilities=facilities,
        twins=twins_of(facilities),
        written=written,
        weeks_without_rows=[w for w in weeks if w not in {each.week for each in written}],
    )


def _write(rows: pd.DataFrame, out: str, about: About) -> Iterator[Written]:
    """The extracts of the weeks of shaped rows, each of which is there whole."""
    # The most serious conviction is the one charge of a row.
    both = extract_of(rows, rows.dropna(subset="ncic_code"), about)
    issued_in = first_days(both.requests["issued_at"])
    of_request = pd.Series(issued_in.to_numpy(), both.requests["request_id"])
    charges = dict([*both.charges.groupby(both.charges["request_id"].map(of_request))])
    for first_day, requests in both.requests.groupby(issued_in):
        week, own = Week(first_day.date()), charges.get(first_day, both.charges[:0])
        folder = Path(out.replace("{week}", str(week)))
        try:
            write_extract(Extract(requests, own, about), folder)
        except (OSError, ValueError) as error:
            raise UsageError(f"{folder} cannot be written: {error}; name another --out") from None
        yield Written(week, folder, len(requests), len(own))


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _release_day(files: Sequence[Path], rows: pd.DataFrame) -> tuple[dt.date, str]:
    """The latest of the days on which the records of the files were taken, and where that is known
    from."""
    days = [_own_day(file.name, rows[rows["file"] == at]) for at, file in enumerate(files)]
    return max(days, key=operator.itemgetter(0))


def _own_day(file: str, rows: pd.DataFrame) -> tuple[dt.date, str]:
    """A file merged from several releases is as of the latest."""
    for names in (rows["file_original"].drop_duplicates().astype("str"), pd.Series([file])):
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
    named = rows.assign(area=filled(rows["area"], "")).rename(columns=columns)
    counts = named.groupby([*columns.values()], sort=False).size()
    counts = counts.sort_values(ascending=False, kind="stable").reset_index(name="requests")
    counts = counts.astype(dict.fromkeys(columns.values(), "str"))
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
    alike = facilities.assign(core=facilities["name"].map(_core), place=range(len(facilities)))
    near = alike[alike["core"] != ""].groupby(["state", alike["core"].str[:1]])
    pairs = [
        (one, other)
        for _, group in near
        for one, other in combinations(group.itertuples(index=False), 2)
        if difflib.get_close_matches(other.core, [one.core], cutoff=_ALIKE)
    ]
    return sorted(pairs, key=lambda pair: (pair[0].place, pair[1].place))


def _guessed_level(name: str) -> str:
    return next((level for level, sign in LEVELS if re.search(sign, name.upper())), "other")


def _core(name: str) -> str:
    words = re.findall("[A-Z0-9]+", name.upper())
    return " ".join(word for word in words if word not in _COMMON_WORDS)
