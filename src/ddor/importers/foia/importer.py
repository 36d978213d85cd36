"""`ddor import foia`: read, clean, sift, refuse what is unknown, shape, write, account for it.

The account says what was read, kept, set aside, and wants a look. A level guessed from a name is
only ever proposed (facilities.py): the extract's own row says `other` until a person has put the
facility into `agencies.csv`.
"""

import datetime as dt
import hashlib
import operator
from collections import Counter, namedtuple
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import pandas as pd

from ddor.calendar import Week, first_days
from ddor.errors import Problems, UsageError
from ddor.extract.csv_files import has_extract, write_extract
from ddor.extract.key_files import read_keys, read_text
from ddor.extract.model import FOIA_SOURCE, About, Extract, extract_of
from ddor.extract.table import invalid, worded
from ddor.importers.containers import refuse_no_file
from ddor.importers.foia import cleaning, facilities, shape
from ddor.importers.foia.before import compared
from ddor.importers.foia.source import read_source
from ddor.importers.foia.tables import RULES
from ddor.maintained.directory import read_agencies

TEMPLATE = Path(__file__).with_name("summary.txt.j2")
OWN_WORDS = "foia_words.csv"  # beside the directory
_AGENCY = ["agency_id", "agency_name"]
MOST_SHAPES = 3  # of dates
A_WEEK = dt.timedelta(days=7)
MOST_NAMED = 20  # facilities in the summary; a file of proposals has all
# One extract folder, with the number of its requests and charges, and which part of its week the
# files hold, in words, "" for all.
Written = namedtuple("Written", "week folder requests charges part")


@dataclass(frozen=True)
class Asked:
    """What an import is to do. out: the folder, `{week}` in it standing for the first day of a
    week; agencies: the directory, for level and county; as_of: the day of the release, where no
    file name tells it; facilities: as in facilities.py; proposals: where to write rows for the
    directory; before: the files of an earlier release; recorded: a week gets the requests recorded
    in it too; replace: extracts that were made from other files."""

    weeks: Sequence[Week]
    out: str
    agencies: Path
    as_of: dt.date | None = None
    facilities: Path | None = None
    proposals: Path | None = None
    before: Sequence[Path] = ()
    recorded: bool = False
    replace: bool = False

    def folder(self, week: Week) -> Path:
        return Path(self.out.replace("{week}", str(week)))


class ImportSummary(SimpleNamespace):
    """What a `_Source` says of the files, and counts of rows: read == kept + outside + the sum of
    set_aside. str() is the closing text.

    source: names of the files; tables: read in it, with the form of each; unread: sheets without a
    header; as_of, and as_of_from: where that is known from; first, last: the days of issue that the
    files hold; duplicates: how they were looked for. kept: rows of the weeks asked for; outside: of
    other weeks; set_aside: by rule; unread_dates: how they look; cells: cells cleaned in the whole
    file, by rule; notes: rules used on kept rows; lifted, dated: kept rows with a lift reason, and
    of them with its date;
    facilities and twins: of kept rows, and unplaced: of rows without a code or a state;
    earlier: the day of an earlier release, where it is known from, and what became of the requests
    that were pending in it;
    newly_declined: of those kept, by facility; written; weeks_without_rows;
    outdated: the folders of these that hold an extract of an earlier import.
    """

    def __str__(self) -> str:
        template = jinja2.Environment(
            trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
        ).from_string(TEMPLATE.read_text(encoding="utf-8"))
        return template.render(
            vars(self),
            federal=self.facilities[self.facilities["level"] == "federal"],
            lacking=self.facilities[~self.facilities["known"]],
            most=MOST_NAMED,
        ).rstrip("\n")


@dataclass(frozen=True)
class _Source:
    """All rows of one or more files, cleaned and located, with `issued_at` and
    `outcome_recorded_at`, and the rule that sets each aside; what they are as of; and what the
    summary says of the files: tables, unread, as_of, as_of_from, cells, duplicates."""

    rows: pd.DataFrame
    rule: pd.Series
    as_of: dt.date
    told: Mapping[str, Any]

    @property
    def kept(self) -> pd.DataFrame:
        return self.rows[self.rule.isna()]

    def held(self) -> list[tuple[dt.date, dt.date]]:
        """The first and last days of issue that the files hold; of files that follow on each other
        within a week those of them together."""
        issued = self.kept.groupby("file")["issued_at"].agg(["min", "max"]).sort_values("min")
        days = issued.apply(lambda times: times.dt.floor("D"))
        begins = days["min"] > days["max"].cummax().shift() + A_WEEK
        held = days.groupby(begins.cumsum()).agg({"min": "min", "max": "max"})
        return [(first.date(), last.date()) for first, last in held.itertuples(index=False)]

    def unread_dates(self) -> list[str]:
        """How the cells look that are no date: they are not quoted, for anything may be in them."""
        texts = self.rows.loc[self.rule == RULES["row"]["date"], "detainer_prepare_date"]
        texts = texts.dropna().astype("str").str[:30]
        shapes = texts.replace([r"\d", r"[^\W\d_]"], ["9", "A"], regex=True)
        return [*shapes.value_counts().index[:MOST_SHAPES]]

    def unplaced(self) -> pd.DataFrame:
        rules = [RULES["row"][name] for name in ("code", "state")]
        return facilities.unplaced(self.rows[self.rule.isin(rules)])


def import_foia(files: Sequence[Path], asked: Asked) -> ImportSummary:
    """Writes an extract folder for each of the weeks in which the files have requests.

    Raises UsageError, or ExtractInvalid with all missing columns, all unknown words, or why no row
    was kept: no extract was written then. Raises OSError where a folder cannot be written: the
    weeks before it were, each whole.
    """
    weeks = sorted(set(asked.weeks))
    if not asked.out:
        raise UsageError("--out DIR is missing: name a folder")
    if len(weeks) > 1 and "{week}" not in asked.out:
        place = 'put {week} into it, such as "extracts/{week}"'
        raise UsageError(f'"{asked.out}" is one folder for {len(weeks)} weeks; {place}')
    if asked.proposals and asked.proposals.exists():
        raise UsageError(f"{asked.proposals} is there already; name another --propose")
    directory = read_agencies(asked.agencies).set_index("agency_id").replace("", None)
    places = facilities.read_facilities(asked.facilities, directory)
    words = cleaning.own_words(asked.agencies.with_name(OWN_WORDS))
    said = _said(files)
    _refuse_to_replace(weeks, asked, said)

    source = _read(files, asked, places, words)
    _refuse_without_codes(source, asked)
    rows, earlier = source.kept.assign(newly=False), None
    if asked.before:
        old = _read(asked.before, replace(asked, as_of=None, recorded=False), places, words)
        if old.as_of >= source.as_of:
            days = f"it is as of {old.as_of}, the others as of {source.as_of}"
            raise UsageError(f"--before {old.told['source']}: expected an earlier release; {days}")
        rows["newly"], fates = compared(old.kept, rows, words["detainer_lift_reason"])
        earlier = old.as_of, old.told["as_of_from"], fates
    rows = cleaning.translated(rows.drop(columns="anonymized_identifier"), words)
    starts = [pd.Timestamp(week.first_day) for week in weeks]
    issued_in = first_days(rows["issued_at"])
    of_weeks = issued_in.isin(starts)
    if asked.recorded:
        of_weeks |= first_days(rows["outcome_recorded_at"]).isin(starts)
    kept = shape.shaped(rows[of_weeks], directory, source.as_of)
    set_aside = Counter(source.rule.dropna().astype("str").value_counts().to_dict())
    days = rows["issued_at"].agg(["min", "max"]).dt.date
    unplaced, mend = source.unplaced(), "name other --weeks, or see the rules in docs/foia.md"
    if kept.empty:
        if asked.proposals and len(unplaced):
            facilities.write_proposals(asked.proposals, unplaced)
            mend = f"look up the facilities in {asked.proposals}, which was written"
        why = [f"{number} {rule}" for rule, number in set_aside.items()]
        if shapes := source.unread_dates():
            why += [f"dates look like {' or '.join(shapes)}; 9 is a digit, A a letter"]
        why += [f"{len(rows)} of other weeks"] if len(rows) else []
        has = f"{days['min']} to {days['max']}" if len(rows) else "no week"
        counts = {"read": len(source.rows), "why": "; ".join(why) or "none"}
        finding = worded("no_row_kept", **counts, held=has, mend=mend)
        raise invalid(source.told["source"], *finding)

    about = About(source.as_of, said, False, pending_on=earlier and earlier[0])
    written: list[Written] = []
    held = source.held()
    # In parts, which takes less memory; but the week of recording may be in another part.
    parts = [kept] if asked.recorded else [own for _, own in kept.groupby(issued_in.dt.year)]
    for part in parts:
        written += _write(asked, about, held, {*starts}, shape.identified(part))
    found = facilities.facilities_of(kept, directory)
    if asked.proposals:
        facilities.write_proposals(asked.proposals, pd.concat([found, unplaced]))
    lifted = kept["outcome"] != "pending"
    nothing = [week for week in weeks if week not in {each.week for each in written}]
    return ImportSummary(
        **source.told,
        first=days["min"],
        last=days["max"],
        read=len(source.rows),
        kept=len(kept),
        outside=int((~of_weeks).sum()),
        set_aside=set_aside,
        unread_dates=source.unread_dates(),
        notes=shape.notes_of(kept),
        lifted=int(lifted.sum()),
        dated=int((lifted & kept["outcome_recorded_at"].notna()).sum()),
        facilities=found,
        twins=facilities.twins_of(found),
        unplaced=unplaced,
        proposals=asked.proposals,
        earlier=earlier,
        newly_declined=kept[kept["newly"]].groupby(_AGENCY, observed=True).size(),
        written=written,
        weeks_without_rows=nothing,
        outdated=[*filter(has_extract, map(asked.folder, nothing))],
    )


def _said(files: Sequence[Path]) -> str:
    """What an extract says of its source."""
    digests = []
    for file in files:
        refuse_no_file(file)
        with file.open("rb") as content:
            digests.append(hashlib.file_digest(content, "sha256").hexdigest()[:16])
    if len({*digests}) < len(digests):
        raise UsageError("the same file twice: its requests would count twice")
    named = [f"{file.name}, sha256 {own}" for file, own in zip(files, digests, strict=True)]
    return f"{FOIA_SOURCE}: {'; '.join(named)}"


def _refuse_to_replace(weeks: Sequence[Week], asked: Asked, said: str) -> None:
    """An extract that was made from other files, or by hand, is not replaced unless asked."""
    others, unreadable = [], Problems("about.yaml")
    for folder in map(asked.folder, weeks):
        about = read_keys(read_text(folder / "about.yaml", unreadable), unreadable)
        source = about.get("source")
        if has_extract(folder) and source != said:
            others.append(f"{folder} is there already, from {source or 'an unnamed source'}")
    if others and not asked.replace:
        mend = "name all files of a release in one import, or another --out, or use --replace"
        head = f"extracts from other files would be replaced; {mend}:"
        raise UsageError("\n".join([head, *others]))


def _read(
    files: Sequence[Path], asked: Asked, places: facilities.Facilities, words: cleaning.Words
) -> _Source:
    table, tables, unread = read_source(files)
    rows, cells = cleaning.cleaned(table, words)
    del table  # as large as the rows
    rows = facilities.located(rows, places, words)
    cleaning.refuse_day_first(rows)
    rows = rows.assign(issued_at=cleaning.dates(rows["detainer_prepare_date"]))
    if asked.recorded and rows["detainer_lift_date"].isna().all():
        raise UsageError("--recorded: the files have no date of lifting (docs/foia.md)")
    as_of, known = asked.as_of, "as given"
    if not as_of:  # the latest of the days on which the records of the files were taken
        days = (_own_day(file.name, rows[rows["file"] == at]) for at, file in enumerate(files))
        as_of, known = max(days, key=operator.itemgetter(0))
    rows = rows.assign(outcome_recorded_at=cleaning.lifted_at(rows, as_of))
    rule, duplicates = cleaning.set_aside(rows, as_of, words, asked.recorded)
    told = {"as_of": as_of, "as_of_from": known, "tables": tables, "unread": unread}
    told["source"] = ", ".join(file.name for file in files)
    return _Source(rows, rule, as_of, told | {"cells": cells, "duplicates": duplicates})


def _refuse_without_codes(source: _Source, asked: Asked) -> None:
    """Of a form that names facilities only; their names are proposed first."""
    for label, form in source.told["tables"].items():
        if "detention_facility_code" in form.lacks and not asked.facilities:
            mend = "write their names with --propose FILE, and look up each code and state"
            if asked.proposals:
                facilities.write_proposals(asked.proposals, source.unplaced())
                mend = f"their names are in {asked.proposals} now: look up each code and state"
            raise invalid(label, *worded("no_facility_codes", form=form.name, mend=mend))


def _write(
    asked: Asked, about: About, held: list[tuple[dt.date, dt.date]], starts: set, rows: pd.DataFrame
) -> Iterator[Written]:
    """The extracts of the weeks of identified rows, each of which is there whole. `held`: of the
    _Source."""
    both = extract_of(rows, shape.charges_of(rows), about)
    newly = rows.loc[rows["newly"], "request_id"]
    requests = both.requests.assign(week=first_days(both.requests["issued_at"]))
    if asked.recorded:
        again = requests.assign(week=first_days(requests["outcome_recorded_at"]))
        requests = pd.concat([requests, again[again["week"] != requests["week"]]])
    requests = requests[requests["week"].isin(starts)]
    all_charges = both.charges.merge(requests[["request_id", "week"]], on="request_id")
    for start, own in requests.groupby("week"):
        week, folder = Week(start.date()), asked.folder(Week(start.date()))
        own = own.drop(columns="week").sort_values("request_id", ignore_index=True)
        charges = all_charges[all_charges["week"] == start].drop(columns="week")
        within = [(a, b) for a, b in held if a <= week.last_day and b >= week.first_day] or held
        part = replace(
            about,
            covers_from=within[0][0] if within[0][0] > week.first_day else None,
            covers_to=within[-1][1] if within[-1][1] < week.last_day else None,
            newly_declined=" ".join(own.loc[own["request_id"].isin(newly), "request_id"]),
        )
        write_extract(Extract(own, charges, part), folder)
        yield Written(week, folder, len(own), len(charges), part.part_of_week)


def _own_day(file: str, rows: pd.DataFrame) -> tuple[dt.date, str]:
    """The day on which the records of a file were taken, and where that is known from. A file
    merged from several releases is as of the latest."""
    for names in (rows["file_original"].drop_duplicates().astype("str"), pd.Series([file])):
        digits = names.str.extractall(r"(?<!\d)(20\d{6})(?!\d)")[0]
        days = pd.to_datetime(digits, format="%Y%m%d", errors="coerce").dropna()
        if len(days):
            return days.max().date(), f"from the file name {names[days.idxmax()[0]]}"
    # An outcome may be of later than the last request. A date that is still to come is a mistake.
    days = pd.concat([rows["issued_at"], cleaning.dates(rows["detainer_lift_date"])])
    latest = days[days < pd.Timestamp.now()].max()
    if pd.isna(latest):
        raise invalid(file, *worded("no_prepare_date"), column="detainer_prepare_date")
    return latest.date(), "the latest date in the file; use --as-of to give the date of the release"
