"""`ddor import foia`: read, clean, sift, refuse what is unknown, shape, write, account for it."""

import datetime as dt
import hashlib
from collections import Counter
from pathlib import Path

import pandas as pd

from ddor.calendar import Week
from ddor.errors import UsageError
from ddor.extract.csv_files import write_extract
from ddor.extract.model import FOIA_SOURCE, About, extract_of
from ddor.importers.foia import cleaning, shape, vocabulary
from ddor.importers.foia.source import invalid, read_source
from ddor.importers.foia.summary import ImportSummary, Written, facilities_of, twins_of
from ddor.maintained.directory import read_agencies


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
    good = vocabulary.translated(rows[rule.isna()])
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
        unread=tuple(unread),
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
        seen, expected = "no readable date in any row", "dates such as 2026-02-11"
        mend = "use the file as it was released"
        raise invalid(file, seen, expected, mend, column="detainer_prepare_date")
    return latest.date(), "the latest prepare date; use --as-of to give the date of the release"
