"""The two command lines: `run_week.py` and `ddor`. Arguments in, exit code out (DESIGN 4).

Progress and messages go to stderr; stdout carries the page's address, or with --json one object a
week and nothing else.
"""

import argparse
import contextlib
import datetime as dt
import functools
import json
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ddor.calendar import Period, Week, parse_date, parse_weeks
from ddor.errors import DdorError, UsageError
from ddor.reports import REPORTS, Report

# Asked for before they are built, these say so rather than being passed over.
LATER = {"jobs": "running several weeks at once", "scheduler": "running weeks on a Dask cluster"}


def run_week(arguments: list[str], project: Path) -> int:
    """The weekly job's command line. `project`: the checkout. Returns the exit code."""
    return _told(lambda: _run_weeks(_run_week_parser().parse_intermixed_args(arguments), project))


def ddor(arguments: list[str] | None = None) -> None:
    """The `ddor` command."""
    options = _ddor_parser().parse_args(arguments)
    sys.exit(_told(lambda: options.command(options)))


def _told(command: Callable[[], int]) -> int:
    """An error for the user is its message and its exit code, without a traceback."""
    try:
        return command()
    except DdorError as error:
        print(error, file=sys.stderr)
        return error.exit_code


def _run_week_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="run_week.py",
        description="Make and publish the Declined Detainer Outcome Report for one or more weeks.",
        epilog="Exit codes: 0 published or unchanged, 2 command line, parameters or texts, "
        "3 invalid extract, 4 held for review, 5 the notebook failed or shows what may not be "
        "published, 6 the archive is busy or cannot be written.",
    )
    parser.add_argument(
        "weeks",
        nargs="*",
        metavar="WEEK",
        help="any date in the week, or START..END; without one, the latest "
        "complete week that has an extract",
    )
    parser.add_argument("--extract", metavar="PATH|URL", help="the week's extract")
    parser.add_argument(
        "--sample",
        action="store_true",
        help="use the sample extracts, publish into outputs/sample/",
    )
    _shared_options(parser)
    _publishing_options(parser)
    parser.add_argument(
        "--decisions", metavar="FILE", help="the week's review.csv with the decisions filled in"
    )
    parser.add_argument(
        "--accept-held", action="store_true", help="publish a week under review; needs --reason"
    )
    for name in ("jobs", "scheduler"):
        parser.add_argument(f"--{name}", help=argparse.SUPPRESS)
    return parser


def _shared_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--params", metavar="FILE", help="use this in place of params/weekly.yaml")
    parser.add_argument(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        dest="settings",
        help="set a parameter; may be given several times",
    )
    parser.add_argument("--output", metavar="DIR", help="the folder that holds site/ and runs/")
    parser.add_argument("--json", action="store_true", help="print JSON: one object a line")


def _publishing_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--draft", action="store_true", help="make a draft and publish nothing")
    parser.add_argument("--force", action="store_true", help="publish even if nothing changed")
    parser.add_argument("--quiet", action="store_true", help="print errors only")
    parser.add_argument(
        "--correct",
        action="store_true",
        help="publish as the correction of a mistake; needs --reason",
    )
    parser.add_argument("--reason", metavar="TEXT", default="", help="published on the page")


def _run_weeks(options: argparse.Namespace, project: Path) -> int:
    from ddor.jobs.prepared import Order
    from ddor.maintained.parameters import sample_settings

    for name, what in LATER.items():
        if getattr(options, name) not in (None, False):
            raise UsageError(f"--{name.replace('_', '-')} is not available yet ({what})")
    settings = _settings(options)
    if options.sample:
        settings = sample_settings(project) | settings
    order = Order(
        project=project,
        params_file=_path(options.params),
        settings=settings,
        draft=options.draft,
        force=options.force,
        decisions=_path(options.decisions),
        accept_held=options.accept_held,
        correct=options.correct,
        reason=_reason(options),
    )
    weeks = parse_weeks(options.weeks) or [_latest_week(order)]
    if order.decisions and len(weeks) > 1:
        raise UsageError("--decisions applies to one week: name one WEEK")
    return _make(weeks, order, options)


def _make(periods: Sequence[Period], order, options: argparse.Namespace) -> int:
    """One report after the other; the exit code of the first that failed."""
    from tqdm import tqdm

    from ddor.jobs.report import attempt

    results = []
    few = options.quiet or len(periods) == 1
    for period in tqdm(periods, unit=periods[0].noun, disable=few):
        result = attempt(period, order)
        results.append(result)
        _tell(result, options)
    return next((result.exit_code for result in results if result.exit_code), 0)


def _make_others(report: Report, options: argparse.Namespace) -> int:
    """Of a report that is no weekly one."""
    from ddor.jobs.prepared import Order
    from ddor.maintained.project import find_project

    order = Order(
        project=find_project(),
        params_file=_path(options.params),
        settings=_settings(options),
        draft=options.draft,
        force=options.force,
        correct=options.correct,
        reason=_reason(options),
    )
    periods = {period.first_day: period for period in map(report.period.parse, options.periods)}
    return _make([periods[day] for day in sorted(periods)], order, options)


def _reason(options: argparse.Namespace) -> str:
    """Needed by --correct and --accept-held, and by nothing else; it is published as it stands."""
    from ddor.maintained.corrections.told import identifier

    reason = " ".join(options.reason.split())
    asking = [
        f"--{name}"
        for name in ("correct", "accept-held")
        if getattr(options, name.replace("-", "_"), False)
    ]
    if asking and not reason:
        raise UsageError(f"{' and '.join(asking)} needs --reason TEXT; the page shows it")
    if reason and not asking:
        raise UsageError("--reason can only be used with --correct or --accept-held")
    if kind := identifier(reason):
        raise UsageError(f"--reason holds text that looks like {kind}; it must not name a person")
    return reason


def _latest_week(order) -> Week:
    from ddor.maintained.parameters import load_parameters, weeks_with_extract

    parameters = load_parameters(order.project, None, order.params_file, order.settings)
    if "{week}" not in parameters.extract:
        raise UsageError("name a WEEK, or put {week} into `extract` to have the latest found")
    running = Week.containing(dt.date.today())
    complete = [week for week in weeks_with_extract(parameters.extract) if week < running]
    if not complete:
        raise UsageError(
            f"there is no extract of a complete week at {parameters.extract}; put one "
            "there, name one with --extract, or use --sample"
        )
    return max(complete)


def _tell(result, options: argparse.Namespace) -> None:
    if options.json:
        line = {
            result.period.noun: str(result.period),
            "status": result.status,
            "revision": result.revision,
            "page": result.page,
            "figures": result.figures,
            "messages": list(result.messages),
        }
        print(json.dumps(line), flush=True)
    elif result.page:
        revision = f" r{result.revision}" if result.revision else ""
        print(f"{result.period} {result.status}{revision}: {result.page}", flush=True)
    if result.exit_code or not options.quiet:
        heading = [f"{result.period} {result.status}:"] if result.exit_code else []
        print(
            *heading,
            *result.messages,
            sep="\n",
            end="\n" if result.messages else "",
            file=sys.stderr,
        )


def _settings(options: argparse.Namespace) -> dict[str, str]:
    settings = {}
    for text in options.settings:
        key, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f'--set "{text}": expected KEY=VALUE, such as cohort=issued')
        settings[key.strip()] = value.strip()
    for key in ("extract", "output"):
        if getattr(options, key, None):
            settings[key] = getattr(options, key)
    return settings


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None


def _ddor_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ddor", description="Tools that complement run_week.py.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    check = commands.add_parser("check", help="list every problem in an extract; runs nothing")
    check.add_argument("extract", metavar="EXTRACT", help="folder, .zip, .xlsx or URL")
    check.add_argument("--week", metavar="DATE", help="a date in the week that the extract covers")
    _shared_options(check)
    check.set_defaults(command=_check)

    imports = commands.add_parser("import", help="make extracts from another source")
    sources = imports.add_subparsers(required=True, metavar="SOURCE")
    foia = sources.add_parser("foia", help="a FOIA detainer file: CSV, Parquet or ICE's workbook")
    foia.add_argument("file", metavar="FILE")
    weeks = foia.add_mutually_exclusive_group(required=True)
    weeks.add_argument("--week", metavar="DATE", help="the week of issue: any date in it")
    weeks.add_argument("--weeks", metavar="START..END", help="every week of issue in the range")
    foia.add_argument("--out", required=True, metavar="DIR", help="the folder; may hold {week}")
    foia.add_argument(
        "--as-of", metavar="DATE", help="the date of the release, if the file does not give it"
    )
    _shared_options(foia)
    foia.set_defaults(command=_import_foia)

    sample = commands.add_parser("sample", help="make a synthetic extract with invented agencies")
    sample.add_argument("--week", required=True, metavar="DATE")
    sample.add_argument("--seed", type=int, default=1, help="the same seed gives the same bytes")
    sample.add_argument("--requests", type=int, default=600, help="requests issued in the week")
    sample.add_argument("--out", required=True, metavar="DIR", help="the folder; may hold {week}")
    _shared_options(sample)
    sample.set_defaults(command=_sample)

    rows = commands.add_parser("rows", help="the rows behind a published figure, as a workbook")
    rows.add_argument("week", metavar="WEEK")
    rows.add_argument("--figure", required=True, metavar="F", help="the figure; see docs/trace.md")
    rows.add_argument("--agency", metavar="ID", help="only the rows of this agency")
    _shared_options(rows)
    rows.set_defaults(command=_rows)

    any_period = "|".join(report.period.noun.upper() for report in REPORTS)
    verify = commands.add_parser("verify", help="run an archived revision again and compare")
    verify.add_argument("period", metavar=any_period)
    verify.add_argument("revision", nargs="?", metavar="rN", help="default: the current revision")
    _shared_options(verify)
    verify.set_defaults(command=_verify)

    withdraw = commands.add_parser("withdraw", help="take a report down and leave a notice")
    withdraw.add_argument("period", metavar=any_period)
    withdraw.add_argument("revision", nargs="?", metavar="rN", help="default: all revisions")
    withdraw.add_argument("--reason", required=True, choices=("legal", "privacy", "error"))
    _shared_options(withdraw)
    withdraw.set_defaults(command=_withdraw)

    for report in REPORTS:
        if report.period is not Week:
            noun = report.period.noun
            other = commands.add_parser(noun, help=f"make and publish the {report.name}")
            other.add_argument(
                "periods", metavar=noun.upper(), nargs="+", help=report.period.example or None
            )
            _shared_options(other)
            _publishing_options(other)
            other.set_defaults(command=functools.partial(_make_others, report))

    rebuild = commands.add_parser("rebuild", help="make all pages again; reports and data stay")
    _shared_options(rebuild)
    rebuild.set_defaults(command=_rebuild)
    return parser


def _parameters(options: argparse.Namespace, period: Period | None):
    from ddor.maintained.parameters import load_parameters
    from ddor.maintained.project import find_project

    return load_parameters(find_project(), period, _path(options.params), _settings(options))


def _check(options: argparse.Namespace) -> int:
    """Reads the extract as the job would; prints what is wrong with it, or what it holds."""
    from ddor.errors import ExtractInvalid
    from ddor.extract.read import read_extract
    from ddor.extract.request_keys import in_any_text

    week = Week.parse(options.week) if options.week else None
    # The extract is named on the command line, whatever `extract` the parameters hold.
    named, options.extract = options.extract, None
    parameters = _parameters(options, week)
    try:
        extract = read_extract(named, week, parameters.ignored_columns, parameters.cohort)
    except ExtractInvalid as error:
        if options.json:
            print(json.dumps({"valid": False, "problems": [str(p) for p in error.problems]}))
            return error.exit_code
        raise
    rows = {"requests": len(extract.requests), "charges": len(extract.charges)}
    if options.json:
        print(json.dumps({"valid": True, **rows}))
    else:
        print(f"{named}: valid, {rows['requests']:,} requests and {rows['charges']:,} charges")
    if ordinary := sum(map(in_any_text, extract.requests["request_id"])):
        print(
            f"note: texts are not searched for {ordinary:,} of the request_ids, too short or too "
            "ordinary for it (docs/extract.md, What identifies a person)",
            file=sys.stderr,
        )
    return 0


def _import_foia(options: argparse.Namespace) -> int:
    from ddor.importers.foia.importer import import_foia

    weeks = parse_weeks([options.week or options.weeks])
    as_of = parse_date(options.as_of) if options.as_of else None
    agencies = _parameters(options, None).agencies
    summary = import_foia(options.file, weeks, options.out, agencies, as_of=as_of)
    folders = {
        str(w.week): {"requests": w.requests, "folder": str(w.folder)} for w in summary.written
    }
    print(json.dumps({"weeks": folders, "summary": str(summary)}) if options.json else summary)
    return 0


def _sample(options: argparse.Namespace) -> int:
    from ddor.extract.write import write_extract
    from ddor.importers.samples.ordinary import make_sample

    week = Week.parse(options.week)
    folder = Path(options.out.replace("{week}", str(week)))
    write_extract(make_sample(week, options.seed, options.requests), folder)
    print(json.dumps({"week": str(week), "folder": str(folder)}) if options.json else folder)
    return 0


def _rows(options: argparse.Namespace) -> int:
    from ddor.jobs.rows import write_rows
    from ddor.narrative import count

    week = Week.parse(options.week)
    output = _parameters(options, week).output
    file = write_rows(output, week, options.figure, options.agency)
    told = {"week": str(week), "file": str(file.path), "rows": file.rows, "left_out": file.left_out}
    if options.json:
        print(json.dumps(told))
    else:
        rows, left_out = (count(n, "row", "rows") for n in (file.rows, file.left_out))
        print(f"{file.path}: {rows}; {left_out} of protected people left out")
    return 0


def _verify(options: argparse.Namespace) -> int:
    from ddor.jobs.verify import NotReproduced, verify
    from ddor.maintained.project import find_project
    from ddor.reports import parse_period, report_of

    period = parse_period(options.period)
    output = _parameters(options, period).output
    template = find_project() / "notebooks" / report_of(period).template
    try:
        done = verify(output, period, _revision(options.revision), template)
    except NotReproduced as error:
        if not options.json:
            raise
        print(
            json.dumps(
                {period.noun: str(period), "reproduced": False, "messages": str(error).splitlines()}
            )
        )
        return error.exit_code
    what = "withdrawn; its notices are in place" if done.withdrawn else "matches what was published"
    if options.json:
        print(
            json.dumps(
                {
                    period.noun: str(period),
                    "revision": done.revision,
                    "reproduced": True,
                    "withdrawn": done.withdrawn,
                    "messages": list(done.notes),
                }
            )
        )
    else:
        print(f"{period} r{done.revision}: {what}")
        print(*done.notes, sep="\n", end="\n" if done.notes else "", file=sys.stderr)
    return 0


def _withdraw(options: argparse.Namespace) -> int:
    from ddor.archive.withdraw import withdraw
    from ddor.reports import parse_period

    period = parse_period(options.period)
    with _published(options, period) as (archive, catalog, around):
        gone = withdraw(
            archive, catalog, period, _revision(options.revision), options.reason, around
        )
    numbers = [number for each, number in gone if each == period]
    others = [f"{each} r{number}" for each, number in gone if each != period]
    named = ", ".join(f"r{number}" for number in numbers)
    for number in numbers:
        if options.revision and f"r{number}" != options.revision:
            print(
                f"r{number} showed a table of {options.revision} too and was withdrawn with it",
                file=sys.stderr,
            )
    for other in others:
        print(f"{other} was made from it and was withdrawn with it; run it again", file=sys.stderr)
    told = {period.noun: str(period), "withdrawn": numbers, "reason": options.reason}
    told |= {"withdrawn_with_it": others} if others else {}
    print(json.dumps(told) if options.json else f"{period} {named}: withdrawn ({options.reason})")
    return 0


def _rebuild(options: argparse.Namespace) -> int:
    from ddor.archive.rebuild import rebuild

    with _published(options, None) as (archive, catalog, around):
        changed = rebuild(archive, catalog, around)
    told = {"site": str(archive.site), "changed": changed}
    print(json.dumps(told) if options.json else f"{archive.site}: {changed} files changed")
    return 0


@contextlib.contextmanager
def _published(options: argparse.Namespace, period: Period | None):
    """The archive, locked, its catalog, and what stands around revisions. Raises UsageError where
    nothing is published."""
    from ddor.archive.around import around_of
    from ddor.archive.publish import opened
    from ddor.jobs.publication import keys_of, refuse_unfit
    from ddor.maintained.directory import read_directory
    from ddor.published.catalog import open_catalog

    parameters = _parameters(options, period)
    directory = read_directory(parameters.agencies, parameters.policies, parameters.coverage)
    around = around_of(parameters, directory)
    nothing = UsageError(f"nothing is published in {parameters.output}")
    if not (parameters.output / "site").is_dir():
        raise nothing
    with opened(parameters.output) as archive:
        catalog = open_catalog(archive.site)
        if catalog is None:
            raise nothing
        refuse_unfit(around.written(), keys_of(archive))
        yield archive, catalog, around


def _revision(text: str | None) -> int | None:
    """ "r2" -> 2."""
    if text is None:
        return None
    if not re.fullmatch(r"r[1-9][0-9]{0,5}", text):
        raise UsageError(f'"{text}" is not a revision: expected rN, such as r2')
    return int(text[1:])
