"""`ddor check`, `import`, `directory` and `sample`: what makes an extract, and looks at one."""

import re
from pathlib import Path

from ddor.calendar import Week, parse_date, parse_weeks
from ddor.commands.command import Options, command, flag, note, option
from ddor.errors import ExtractInvalid, UsageError, address_without_secrets, time_limit


@command(
    option("source", "EXTRACT", "folder, .zip, .xlsx or URL"),
    option("--week", "DATE", "a date in the week that the extract covers", type=Week.parse),
)
def _check(options: Options) -> int:
    """List every problem in an extract, or what it holds; run nothing."""
    from ddor.extract.identifiers import in_any_text
    from ddor.extract.read import read_extract

    parameters = options.parameters(options.week)
    try:
        ignored, cohort = parameters.ignored_columns, parameters.cohort
        named = address_without_secrets(options.source)
        with time_limit(parameters.run_time_limit, named):
            extract = read_extract(options.source, options.week, ignored, cohort, parameters.limits)
    except ExtractInvalid as error:
        content = {"valid": False, "problems": [str(problem) for problem in error.problems]}
        foreign = re.compile("no header|no known column name|an unknown column").match
        if any(foreign(problem.seen) for problem in error.problems):
            note("a table of your own? `ddor import table` maps its columns (docs/own-data.md)")
        return options.refuse(error, content)
    if ordinary := sum(map(in_any_text, extract.requests["request_id"])):
        note(
            f"note: texts are not searched for {ordinary:,} of the request_ids, too short or too "
            "ordinary for it (docs/extract.md, What identifies a person)"
        )
    requests, charges = len(extract.requests), len(extract.charges)
    content = {"valid": True, "requests": requests, "charges": charges}
    words = f"{options.source}: valid, {requests:,} requests and {charges:,} charges"
    if options.week:
        times = extract.requests[["issued_at", "outcome_recorded_at"]]
        outside = requests - int(times.apply(options.week.holds).any(axis=1).sum())
        content["outside_the_week"] = outside
        words += f"; {outside:,} of the requests outside the week" if outside else ""
    return options.reply(content, words)


@command(
    ("source", {"choices": ["foia", "table"]}),
    option("files", "FILE", "several of one release are read as one", nargs="+", type=Path),
    option("--weeks", "DATE|START..END", "the week or weeks of issue; of a table, its week"),
    option("--out", "DIR", "the folder; may hold {week}", default=""),
    option("--map", "MAP.yaml", "how the columns of a table become an extract", type=Path),
    flag("--draft-map", "write a first MAP.yaml for the table"),
    option("--as-of", "DATE", "of the release, if the file does not give it", type=parse_date),
    option("--before", "OLD", "a file of an earlier release", action="append", type=Path),
    option("--facilities", "FILE", "a CSV of name, state and agency_id", type=Path),
    option("--propose", "FILE", "write rows for the directory, to be accepted", type=Path),
    flag("--recorded", "give a week what was recorded in it too, by the date of lifting"),
    flag("--replace", "replace extracts that are there already"),
)
def _import(options: Options) -> int:
    """Make extracts from FOIA files (docs/foia.md) or from a table of your own."""
    if options.source == "table":
        return _import_table(options)
    if not options.weeks:
        raise UsageError("--weeks is missing: name the week or weeks of issue")
    from ddor.importers.foia.importer import Asked, import_foia

    asked = Asked(
        weeks=parse_weeks([options.weeks]),
        out=options.out,
        agencies=options.parameters().agencies,
        as_of=options.as_of,
        facilities=options.facilities,
        proposals=options.propose,
        before=options.before or (),
        recorded=options.recorded,
        replace=options.replace,
    )
    summary = import_foia(options.files, asked)
    folders = {
        str(w.week): {"requests": w.requests, "folder": str(w.folder)} for w in summary.written
    }
    return options.reply({"weeks": folders, "summary": str(summary)}, summary)


def _import_table(options: Options) -> int:
    from ddor.extract.csv_files import has_extract
    from ddor.importers.own.draft import draft_map
    from ddor.importers.own.table import import_table
    from ddor.narrative import count

    if len(options.files) > 1 or not options.map:
        raise UsageError("import table takes one FILE and --map MAP.yaml")
    (file,) = options.files
    if options.draft_map:
        if options.map.exists():
            raise UsageError(f"{options.map} is there already; name another --map")
        options.map.write_text(draft_map(file), encoding="utf-8")
        words = f"{options.map}: a draft; read each line, then import with it"
        return options.reply({"map": str(options.map)}, words)
    weeks = parse_weeks([options.weeks]) if options.weeks else []
    if len(weeks) != 1 or not options.out:
        raise UsageError("import table needs one --week and --out DIR")
    folder = _folder(options.out, weeks[0])
    if has_extract(folder) and not options.replace:
        raise UsageError(f"{folder} has an extract already; name another --out, or use --replace")
    cohort = options.parameters(weeks[0]).cohort
    requests, charges, repeated, outside = import_table(file, options.map, weeks[0], folder, cohort)
    if repeated:
        note(
            f"{count(repeated, 'row', 'rows')} of {file.name} say the same as a row above; each "
            "counted again: two counts of one charge are two. Remove them if they are repeats"
        )
    if outside == requests:
        note("none of the requests is of this week: are --week and date_order right?")
    content = {"week": str(weeks[0]), "folder": str(folder), "requests": requests}
    words = f"{folder}: {requests:,} requests and {charges:,} charges"
    words += f"; {count(outside, 'request is', 'requests are')} of other weeks" if outside else ""
    return options.reply(content, words)


@command(option("proposals", "FILE", "what --propose wrote, accepted rows marked", type=Path))
def _directory(options: Options) -> int:
    """Add accepted rows to the directory of agencies."""
    from ddor.maintained.directory import add_agencies
    from ddor.narrative import count

    agencies = options.parameters().agencies
    added = add_agencies(agencies, options.proposals)
    none = "" if added else f"; no row of {options.proposals} has yes under accept"
    words = f"{agencies}: {count(len(added), 'agency', 'agencies')} added{none}"
    return options.reply({"added": added}, words)


@command(
    option("--week", "DATE", type=Week.parse),
    option("--seed", "N", "the same seed gives the same bytes", type=int, default=1),
    option("--requests", "N", "requests issued in the week", type=int, default=600),
    option("--out", "DIR", "the folder; may hold {week}"),
    option("--blank", "DIR", "write the empty contract, to fill in", type=Path),
)
def _sample(options: Options) -> int:
    """Make a synthetic extract with invented agencies, or an empty one to fill in."""
    if options.blank:
        from ddor.importers.own.blank import write_blank

        files = [str(file) for file in write_blank(options.blank)]
        return options.reply({"files": files}, "\n".join(files))
    if not (options.week and options.out):
        raise UsageError("sample needs --week and --out, or --blank DIR")
    from ddor.extract.csv_files import has_extract, write_extract
    from ddor.importers.samples.ordinary import make_sample

    week = options.week
    folder = _folder(options.out, week)
    about = folder / "about.yaml"
    said = about.read_text(encoding="utf-8") if about.exists() else ""
    if has_extract(folder) and "synthetic: true" not in said:
        raise UsageError(f"{folder} has an extract that is no sample; name another --out")
    write_extract(make_sample(week, options.seed, options.requests), folder)
    return options.reply({"week": str(week), "folder": str(folder)}, folder)


def _folder(out: str, week: Week) -> Path:
    return Path(out.replace("{week}", str(week)))
