"""Withdrawal: a notice in place of page and data, at the same addresses, wherever they stood.

The notice has the date and the kind of reason, and nothing of the content. The files under `runs/`
are private and stay, for whoever has to answer for the withdrawal.
"""

from collections.abc import Iterable

from ddor.archive.data_files import DataFiles, data_files_of
from ddor.archive.downloads import json_file
from ddor.archive.publish import Archive
from ddor.archive.report_pages import ReportPages, disputed_agencies
from ddor.archive.site import Site, SiteContext
from ddor.archive.site_pages import pages_made_from, publish_site, site_after
from ddor.archive.workbook import notice_workbook
from ddor.calendar import Period
from ddor.errors import UsageError
from ddor.published.catalog import Catalog, Revision

REASONS = ("legal", "privacy", "error")


def withdraw(
    archive: Archive,
    catalog: Catalog,
    period: Period,
    number: int | None,
    reason: str,
    context: SiteContext,
) -> list[tuple[Period, int]]:
    """Withdraw revision `number` of the period's report, or all of them, those that still show a
    table of it, and those of reports made from it; what was withdrawn.

    The date printed is that of `context`. Raises UsageError where there is nothing to withdraw.
    """
    revisions = catalog.of(period)
    chosen = [r for r in revisions if number in (None, r.revision) and not r.withdrawn_on]
    if not chosen:
        named = f"revision {number} of the {period.noun}" if number else f"the {period.noun}"
        raise UsageError(f"{named} of {period} is not published, or is withdrawn already")
    day = context.day.isoformat()
    gone = {period: _with_tables_of(chosen, revisions)}
    for other, theirs in catalog.everything():
        # What is withdrawn is printed in them, or is what they have beyond the other weeks.
        if made := [r for r in theirs if r.based_on.get(str(period)) in gone[period]]:
            gone[other] = _with_tables_of(made, theirs)
    before = data_files_of(archive.site / period.path)
    agencies = before.agencies | disputed_agencies(catalog, period)
    for each, numbers in gone.items():
        kept = [r.withdrawn(day, reason) if r.revision in numbers else r for r in catalog.of(each)]
        catalog = catalog.with_revisions(each, kept)
    site = Site(archive.site, catalog, context)
    folders: dict[str, dict[str, bytes]] = {}
    pages: dict[str, bytes] = {}
    for each, numbers in gone.items():
        report = ReportPages(site, each)
        # The neighbors said why they were superseded, or what changed since.
        pages |= report.pages(n + step for n in numbers for step in (-1, 0, 1))
        for n in sorted(numbers):
            here, data = f"{each.path}/r{n}", report.data(n)
            agencies |= data.agencies if each == period else set()
            notices = {
                f"data/{name}": file for name, file in notice_files(data, day, reason).items()
            }
            folders[f"site/{here}"] = {"index.html": pages.pop(f"{here}/index.html"), **notices}
            if n == report.last:
                pages |= {f"{each.path}/{name}": file for name, file in notices.items()}
    pages |= pages_made_from(site, period)
    after = DataFiles() if revisions[-1].revision in gone[period] else before
    site = site_after(site, period, agencies, _named(site), before, after)
    publish_site(archive, site, folders, pages)
    return [(each, number) for each, numbers in gone.items() for number in sorted(numbers)]


def _named(site: Site) -> set[str]:
    """The agencies to which the page of any report leads that is not withdrawn."""
    reports = (ReportPages(site, period) for period, _ in site.catalog.everything())
    return {agency_id for report in reports for agency_id in report.named()}


def _with_tables_of(chosen: list[Revision], revisions: list[Revision]) -> set[int]:
    """The chosen revisions, and those that still show a table of one, because too little had
    changed for another (measures/disclosure.py): its content stands there too."""
    dates, first = {revision.as_of for revision in chosen}, chosen[0].revision
    later = [r for r in revisions if r.revision > first and not r.withdrawn_on]
    return {r.revision for r in chosen} | {r.revision for r in later if dates & {*r.kept_tables}}


def notice_files(names: Iterable[str], day: str, reason: str) -> dict[str, bytes]:
    """For every data file of a revision a notice under its name."""
    text = f"Withdrawn on {day}; the kind of reason is: {reason}."
    notices = {
        "json": json_file({"withdrawn": text}),
        "csv": f"notice\n{text}\n".encode(),
        "xlsx": notice_workbook(text),
    }
    return {name: notices[name.rpartition(".")[2]] for name in names}
