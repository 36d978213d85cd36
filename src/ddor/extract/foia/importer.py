"""`ddor import foia`: read, clean, sift, refuse what is unknown, shape, write, account for it."""

import datetime as dt
import re
from collections import Counter
from pathlib import Path

import pandas as pd

from ddor.calendar import Week
from ddor.directory import read_agencies
from ddor.errors import ExtractInvalid, Problem, UsageError
from ddor.extract.foia import cells, facilities, shape, sifting, vocabulary
from ddor.extract.foia.source import TITLES, Source, read_source
from ddor.extract.foia.summary import ImportSummary, Written
from ddor.extract.model import FOIA_SOURCE, About, Extract
from ddor.extract.write import write_extract

_RELEASE_DATE = re.compile(r"(?<!\d)(20\d\d)(\d\d)(\d\d)(?!\d)")


def import_foia(
    file: Path | str,
    weeks: list[Week] | None,
    out: str,
    agencies: Path,
    as_of: dt.date | None = None,
) -> ImportSummary:
    """Writes an extract folder for each of these weeks in which the file has requests issued.

    out: the folder, `{week}` in it standing for the first day of a week. agencies: the directory,
    for level and county. as_of: the day of the release, where no file name tells it.
    Raises UsageError, or ExtractInvalid with all missing columns or all unknown words; in both
    cases nothing was written.
    """
    weeks = _asked(weeks, out)
    directory = read_agencies(Path(agencies)).set_index("agency_id").replace("", None)
    source = read_source(Path(file))
    rows, mended = cells.clean_cells(source.rows, list(TITLES))
    prepared = cells.dates(rows["detainer_prepare_date"])
    as_of, as_of_from = _release_day(as_of, source, rows, prepared)

    rule = sifting.set_aside(rows, prepared, as_of, source.fields)
    good = rule.isna()
    vocabulary.refuse_unknown_words(rows[good])

    asked = good & prepared.dt.floor("D").isin(_days(weeks))
    kept = shape.with_dates(rows[asked], prepared[asked], as_of)
    about = About(as_of, f"{FOIA_SOURCE}: {source.name}, sha256 {source.sha256[:16]}", False)
    written = []
    for week in weeks:
        issued = kept[week.holds(kept["issued_at"])]
        if len(issued):
            extract = Extract(
                shape.requests_of(issued, directory), shape.charges_of(issued), about
            )
            folder = Path(out.replace("{week}", str(week)))
            write_extract(extract, folder)
            written.append(Written(week, folder, len(extract.requests), len(extract.charges)))

    there = facilities.facilities_of(kept, directory)
    return ImportSummary(
        source=source.name,
        tables=source.tables,
        unread=source.unread,
        as_of=as_of,
        as_of_from=as_of_from,
        duplicates=sifting.duplicates_found_by(source.fields),
        read=len(rows),
        kept=len(kept),
        outside=int((good & ~asked).sum()),
        set_aside=Counter({name: n for name in sifting.RULES if (n := int((rule == name).sum()))}),
        cells=mended,
        notes=shape.notes_of(kept),
        facilities=there,
        twins=facilities.twins(there),
        written=written,
        weeks_without_rows=[w for w in weeks if w not in {each.week for each in written}],
    )


def _asked(weeks: list[Week] | None, out: str) -> list[Week]:
    if not weeks:
        raise UsageError("say which weeks to import: --week DATE or --weeks START..END")
    if len(set(weeks)) > 1 and "{week}" not in out:
        raise UsageError(
            f'"{out}" is one folder for {len(set(weeks))} weeks; put {{week}} into it, such as '
            '"extracts/{week}"'
        )
    return sorted(set(weeks))


def _days(weeks: list[Week]) -> pd.DatetimeIndex:
    days = [pd.date_range(week.first_day, week.last_day) for week in weeks]
    return days[0].append(days[1:])


def _release_day(
    given: dt.date | None, source: Source, rows: pd.DataFrame, prepared: pd.Series
) -> tuple[dt.date, str]:
    """The day the records were taken, and where that is known from."""
    if given:
        return given, "as given"
    names = [*rows["file_original"].dropna().unique(), source.name]
    for name, days in ((name, _days_in(name)) for name in names):
        if days:
            return max(days), f"from the file name {name}"
    if prepared.isna().all():
        raise ExtractInvalid([Problem(
            source.name, (), "detainer_prepare_date", "no readable date in any row",
            "dates such as 2026-02-11", "use the file as it was released",
        )], source.name)  # fmt: skip
    return prepared.max().date(), "the latest prepare date: no release is named, --as-of can"


def _days_in(name: str) -> list[dt.date]:
    days = []
    for year, month, day in _RELEASE_DATE.findall(name):
        try:
            days.append(dt.date(int(year), int(month), int(day)))
        except ValueError:
            continue
    return days
