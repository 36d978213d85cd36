"""`ddor rows`, `notices`, `verify`, `withdraw`, `rebuild`: what is done with published weeks, and
before one is published."""

import contextlib
import re
from dataclasses import asdict

from ddor.calendar import Period, Week, parse_date
from ddor.commands.command import YES, Options, agree, command, note, option
from ddor.errors import NotAgreed, UsageError, time_limit
from ddor.maintained.parameters import find_project
from ddor.reports import REPORTS, parse_period, report_of


def _revision(text: str) -> int:
    """ "r2" -> 2."""
    if not re.fullmatch(r"r[1-9][0-9]{0,5}", text):
        raise UsageError(f'"{text}" is not a revision: expected rN, such as r2')
    return int(text[1:])


PERIOD = option("period", "|".join(r.period.label.upper() for r in REPORTS), type=parse_period)


@command(
    option("week", "WEEK", type=Week.parse),
    option("--figure", "F", "the figure; see docs/trace.md", required=True),
    option("--agency", "ID", "only the rows of this agency"),
)
def _rows(options: Options) -> int:
    """Write the rows behind a published figure into a workbook."""
    from ddor.jobs.rows import write_rows
    from ddor.narrative import count

    week = options.week
    file = write_rows(options.parameters(week).output, week, options.figure, options.agency)
    content = dict(week=str(week), file=str(file.path), rows=file.rows, left_out=file.left_out)
    rows, left_out = (count(n, "row", "rows") for n in (file.rows, file.left_out))
    return options.reply(content, f"{file.path}: {rows}; {left_out} of protected people left out")


@command(
    option("week", "WEEK", type=Week.parse),
    option("--answer", "AGENCY", "record what this agency answered, as a dispute"),
    option("--figure", "F", "with --answer: the figure in dispute, if not declined"),
    option("--ground", "G", "with --answer: why (docs/corrections.md)"),
    option("--received-on", "DATE", "with --answer: when it arrived", type=parse_date),
    option("--notice", "TEXT", "with the ground notice_given: when and how", default=""),
)
def _notices(options: Options) -> int:
    """Write letters and rows for the agencies that a week names, or record an answer."""
    from ddor.jobs.notices import record_answer, write_notices
    from ddor.published.catalog import Catalog, open_catalog

    week, parameters = options.week, options.parameters(options.week)
    given = options.figure, options.ground, options.received_on, options.notice
    dispute = options.figure or "declined", options.ground, options.received_on
    if options.answer and not all(dispute):
        raise UsageError("--answer needs --ground and --received-on")
    if not options.answer and any(given):
        raise UsageError("--figure, --ground, --received-on and --notice go with --answer AGENCY")
    if options.answer:
        file = record_answer(parameters, week, options.answer, *dispute, options.notice)
        content = {"week": str(week), "record": str(file)}
        return options.reply(content, f"{file}: the next run of the week shows the dispute")
    with time_limit(parameters.run_time_limit, f"the notices of {week}"):
        notices = write_notices(week, parameters)
    words = [f"{n.agency_id}: declined {n.declined}, {n.letter}" for n in notices]
    if last := (open_catalog(parameters.output / "site") or Catalog()).current(week):
        words.append(
            f"r{last.revision} of {week} is already published; the letters say that it is not"
        )
    if not (parameters.publisher and parameters.contact):
        words.append("publisher or contact is empty in the parameters: the letters need both")
    said = "\n".join([*words, "nothing was sent (docs/asking-agencies.md)"])
    return options.reply({"week": str(week), "notices": [*map(asdict, notices)]}, said)


@command(
    (PERIOD[0], {**PERIOD[1], "nargs": "?"}),
    option("revision", "rN", "default: the current revision", nargs="?", type=_revision),
    option("--site", "DIR|URL", "compare this copy of the site with what is published"),
)
def _verify(options: Options) -> int:
    """Run an archived revision again and compare, or compare a copy of the site."""
    from ddor.jobs.verify import NotReproduced, verify

    period, parameters = options.period, options.parameters(options.period)
    if bool(period) == bool(options.site):
        raise UsageError("verify takes a week or another period, or --site DIR|URL")
    if options.site:
        return _verify_site(options, parameters)
    template = find_project() / "notebooks" / report_of(period).template
    try:
        with time_limit(parameters.run_time_limit, f"verifying {period}"):
            revision, notes = verify(parameters.output, period, options.revision, template)
    except NotReproduced as error:
        content = {"reproduced": False, "messages": str(error).splitlines()}
        return options.refuse(error, {period.label: str(period)} | content)
    number, withdrawn = revision.revision, bool(revision.withdrawn_on)
    what = "withdrawn; its notices are in place" if withdrawn else "matches what was published"
    content = {"revision": number, "reproduced": True, "withdrawn": withdrawn, "messages": notes}
    content = {period.label: str(period)} | content
    return options.reply(content, f"{period} r{number}: {what}", notes)


def _verify_site(options: Options, parameters) -> int:
    from ddor.jobs.served import verify_site
    from ddor.jobs.verify import NotReproduced

    try:
        with time_limit(parameters.run_time_limit, options.site):
            notes = verify_site(parameters.output / "site", options.site)
    except NotReproduced as error:
        return options.refuse(error, {"whole": False, "messages": str(error).splitlines()})
    content = {"whole": True, "site": options.site, "messages": notes}
    return options.reply(content, f"{options.site}: whole and current", notes)


@command(
    PERIOD,
    option("revision", "rN", "default: all revisions", nargs="?", type=_revision),
    ("--reason", {"required": True, "choices": ("legal", "privacy", "error")}),
    YES,
)
def _withdraw(options: Options) -> int:
    """Take a report down and leave a notice."""
    from ddor.archive.acts import going_with, withdraw
    from ddor.published.catalog import open_catalog

    period, revision, reason = options.period, options.revision, options.reason
    catalog = open_catalog(options.parameters(period).output / "site")
    agreed = going_with(catalog, period, revision) if catalog and not options.yes else {}
    if agreed:
        agree([f"{each} r{n}" for each, numbers in agreed.items() for n in sorted(numbers)])
    with _published(options, period) as (archive, site):
        if agreed and going_with(site.catalog, period, revision) != agreed:
            raise NotAgreed("the archive changed meanwhile, so nothing was withdrawn; ask again")
        gone = withdraw(archive, site, period, revision, reason)
    numbers = [number for each, number in gone if each == period]
    others = [f"{each} r{number}" for each, number in gone if each != period]
    beside = [number for number in numbers if revision not in (None, number)]
    note(*(f"r{n} showed a table of r{revision} too and was withdrawn with it" for n in beside))
    note(*(f"{each} was made from it and was withdrawn with it; run it again" for each in others))
    content = {period.label: str(period), "withdrawn": numbers, "reason": reason}
    content |= {"withdrawn_with_it": others} if others else {}
    named = ", ".join(f"r{number}" for number in numbers)
    return options.reply(content, f"{period} {named}: withdrawn ({reason})")


@command()
def _rebuild(options: Options) -> int:
    """Make all pages again; reports and data stay."""
    from ddor.archive.acts import rebuild

    with _published(options, None) as (archive, site):
        changed = rebuild(archive, site)
    content = {"site": str(archive.site), "changed": changed}
    return options.reply(content, f"{archive.site}: {changed} files changed")


@contextlib.contextmanager
def _published(options: Options, period: Period | None):
    """The archive, locked, and its site. Raises UsageError where nothing is published."""
    from ddor.archive.publish import opened
    from ddor.archive.site import Site
    from ddor.jobs.prepared import keys_of, refuse_unfit
    from ddor.jobs.report import site_context
    from ddor.published.catalog import open_catalog

    parameters = options.parameters(period)
    context = site_context(parameters)
    nothing = UsageError(f"nothing is published in {parameters.output}")
    if not (parameters.output / "site").is_dir():
        raise nothing  # to open an archive would make the folder
    with opened(parameters.output) as archive:
        catalog = open_catalog(archive.site)
        if catalog is None:
            raise nothing
        refuse_unfit(context.written(), keys_of(archive))
        yield archive, Site(archive.site, catalog, context)
