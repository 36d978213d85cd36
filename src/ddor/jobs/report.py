"""A run, whatever the report: from its inputs to a published revision, or to nothing and the
reason why; and the site context, which the pages around reports show.

`make_report` is the whole of it in order. Reading, checking and counting come first and write
nothing; the notebook runs in a folder of its own; only a proved run reaches the archive. What a
weekly or a quarterly report is made from is in weekly.py and quarterly.py; PREPARATIONS names them.

The archive prints RULES, by which requests are counted, on its pages and knows nothing else of
counting; they are taken from the modules that go by them, so that no rule is stated twice.
"""

import contextlib
import json
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ddor.archive.kept import Article, article_of, kept_files
from ddor.archive.publish import Archive, Files, last_revision, opened
from ddor.archive.site import Site, SiteContext, address_of, lines_in, load_templates
from ddor.calendar import Period, Week
from ddor.checks.e9_stale_policy import VERIFIED_WITHIN
from ddor.checks.registry import CHECKS
from ddor.errors import (
    ArchiveUnavailable,
    DdorError,
    NeedsCorrection,
    NoExtractYet,
    TimeLimitExceeded,
    UsageError,
    time_limit,
    undisturbed,
)
from ddor.inputs import NEWER_FLAGS
from ddor.jobs import prepared, seen
from ddor.jobs.log import RunLog
from ddor.jobs.notebooks import NOTEBOOK, Ran, Task, run_task
from ddor.jobs.order import HELD, REVIEW_LIST, Order, Result
from ddor.jobs.prepared import Preparation, Prepared, figure_differences
from ddor.jobs.quarterly import COMPILED
from ddor.jobs.weekly import WEEKLY
from ddor.maintained.directory import read_directory
from ddor.maintained.parameters import Parameters
from ddor.maintained.texts import read_statements, read_texts
from ddor.measures import disclosure, figures
from ddor.measures.people import NAMED
from ddor.narrative import count
from ddor.published.catalog import CATALOG, Catalog, Revision
from ddor.reference.figures import WEEKLY_FIGURES
from ddor.reports import refuse_shared_key, report_of
from ddor.run.notebook import check_template

if TYPE_CHECKING:
    from ddor.archive.acts import Around, Publication

Outcome = TypeVar("Outcome")

TEMPLATE = "template.ipynb"
# What a failed run, a report under review, a draft or an unchanged run left; a publication makes it
# old.
MADE_OLD = ("draft", "failed", REVIEW_LIST, NEWER_FLAGS)
WEEKS_LOOKED_AT = 26  # of which a text may not hold a key; `ddor rebuild` looks at all of them
# How a report is prepared, by the folder of its periods (`Period.shelf`). One that is not named
# here is made from weekly reports.
PREPARATIONS = {Week.shelf: WEEKLY}
RULES = {
    "checks": CHECKS,
    "shares": figures,
    "people": disclosure,
    "named": NAMED,
    "verified_within": VERIFIED_WITHIN,
    "no_charges": figures.NO_CHARGES,
}


def preparation_of(period: Period) -> Preparation:
    return PREPARATIONS.get(period.shelf, COMPILED)


def attempt(period: Period, order: Order) -> Result:
    return attempted(period, partial(make_report, period, order))


def attempted(period: Period, make: Callable[[], Outcome]) -> Outcome | Result:
    """What `make` gives, or what went wrong as a result, so that others still run."""
    try:
        return make()
    except (DdorError, TimeLimitExceeded) as error:
        code, message = error.exit_code, str(error)
    except Exception:  # a bug of ours: the traceback is all that can be said
        code, message = DdorError.exit_code, traceback.format_exc()
    return failed(period, code, message)


def failed(period: Period, exit_code: int, message: str) -> Result:
    status = "missing" if exit_code == NoExtractYet.exit_code else "failed"
    return Result(period, status, exit_code, messages=tuple(message.splitlines()))


def make_report(period: Period, order: Order) -> Result:
    """One report, whole. Raises DdorError; nothing is then published."""
    with begun(period, order) as (archive, pending):
        result = _finished(archive, pending)
        return replace(result, messages=(*pending.recovered, *result.messages))


def _finished(archive: Archive, pending: "Pending") -> Result:
    """Runs the notebook, unless nothing changed, and what becomes of the report. What does not
    depend on the article is made while the kernel works."""
    if pending.unchanged:
        return unchanged(archive, pending)
    ahead: list[Around] = []
    with pending.log.step("notebook"):
        ran = run_task(pending.task, lambda: ahead.extend(meanwhile(archive, pending)))
    pending = replace(pending, around=ahead[0] if ahead else None)
    return ended(archive, [(pending, ran)])[0]


@contextlib.contextmanager
def begun(period: Period, order: Order) -> Iterator[tuple[Archive, "Pending"]]:
    """A report that is read, checked and counted, and the archive, locked for it."""
    parameters = checked_parameters(period, order)
    with time_limit(parameters.run_time_limit, str(period)):
        recovered = recover(parameters.output)
        saw = seen.look_at(period, order, parameters)
        log = RunLog()
        with log.step("read"):
            gathered = preparation_of(period).gather(period, parameters)
            context = site_context(parameters)
        with opened(parameters.output) as archive:
            with log.step("count"):
                pending = prepare(archive, order, gathered, period, context)
            yield archive, replace(pending, saw=saw, log=log, recovered=recovered)


def checked_parameters(period: Period, order: Order) -> Parameters:
    """Those of the period, whose template can be run. Raises DdorError."""
    refuse_shared_key(period)
    check_template(template_of(period, order), (period.label, "inputs"))
    return order.parameters(period)


def template_of(period: Period, order: Order) -> Path:
    return order.project / "notebooks" / report_of(period).template


@dataclass(frozen=True)
class Pending:
    """A report that is prepared, with what its notebook and its publication need. hashes: of its
    inputs, by name; revision: the next one, or, of a report that is unchanged, its last; task: its
    notebook; going: published figures that it takes away, unless that is agreed to; saw: as in
    seen.py; log: what was logged of it so far; recovered: what the archive had to be recovered
    from, in words; around: what was made of the site while the notebook ran; catalog: of the
    archive, where it is not the one that it was prepared with."""

    report: Prepared
    order: Order
    context: SiteContext
    hashes: dict[str, str]
    revision: Revision
    task: Task
    unchanged: bool = False
    going: tuple[str, ...] = ()
    saw: seen.Saw = field(default_factory=dict)
    log: RunLog = field(default_factory=RunLog)
    recovered: tuple[str, ...] = ()
    around: "Around | None" = None
    catalog: Catalog | None = None

    @property
    def may_be_published(self) -> bool:
        waits = (self.report.review and not self.revision.accepted) or self.going
        return not (self.unchanged or self.order.draft or waits)


def prepare(
    archive: Archive, order: Order, gathered: Any, period: Period, context: SiteContext
) -> Pending:
    """`archive`: what is read of it is what the report is made with. `gathered`: what its
    Preparation made. Raises DdorError."""
    template = template_of(period, order)
    kept, shown = map(last_revision, (archive.runs / str(period), archive.site / period.path))
    if kept > shown:
        raise ArchiveUnavailable(
            f"r{kept} of {period} was published here, and {archive.site} does not have it: restore "
            "site/, or what was withdrawn and what was cited would be published anew"
        )
    report = preparation_of(period).prepare(gathered, archive, order, context.day)
    last = report.catalog.current(period)
    if shown and last is None:
        raise ArchiveUnavailable(f"{archive.site / CATALOG} lacks {period}: restore it")
    if order.correct and last is None:
        raise UsageError(f"{period} is not published, so there is nothing to correct")
    hashes = prepared.hashed(report.input_texts, template)
    task = Task(period, (template.name, template.read_bytes()), {}, report.figures)
    if last and last.identity == prepared.identity_of(hashes) and not (order.draft or order.force):
        return Pending(report, order, context, hashes, last, task, unchanged=True)
    revision = prepared.revision_line(archive, report, order, hashes, context.day)
    written = {"--reason": f"{order.reason}\n{revision.because}\n{revision.accepted}"}
    keys = prepared.keys_of(archive, report.request_ids, WEEKS_LOOKED_AT)
    prepared.refuse_unfit({**written, **report.texts, **context.written()}, keys)
    going = () if order.yes else tuple(_taken_away(archive, report))
    with archive.writing():
        task = replace(task, inputs=prepared.saved_inputs(report, archive.staging), keys=keys)
    return Pending(report, order, context, hashes, revision, task, going=going)


def _taken_away(archive: Archive, report: Prepared) -> Iterator[str]:
    """What is published of the period, and is not in the report any more."""
    for name, value in (_published_figures(archive, report.period) or {}).items():
        if value is not None and report.figures.get(name) is None:
            yield name
    file = archive.site / report.period.path / "data" / "attributes.csv"
    if "attributes" in report.tables:
        told = {line.get("place", "") for line in lines_in(file)}
        for place in sorted(told - {*report.tables["attributes"]["place"]} - {""}):
            yield f"the charges of {place}"


def ended(archive: Archive, reports: Sequence[tuple[Pending, Ran]]) -> list[Result]:
    """What becomes of reports whose notebooks ran: all are published, or none. Of one whose
    notebook failed that is kept for the analyst; of one that may not be published a draft is left.
    `reports`: in the order of their periods; several only where all may be published."""
    pending, ran = reports[0]
    if ran.failure:
        results = [_not_run(archive, pending, ran)]
    elif pending.may_be_published:
        results = publish(archive, reports)
    else:
        results = [_not_published(archive, pending, ran)]
    for (pending, _), result in zip(reports, results, strict=True):
        if not pending.order.draft:
            # What was published stays published, whatever becomes of this.
            with undisturbed(), contextlib.suppress(ArchiveUnavailable, OSError, ValueError):
                pending.log.end(archive, result, pending.hashes, pending.report.figures)
            remember(archive, pending, result)
    return results


def publish(archive: Archive, reports: Sequence[tuple[Pending, Ran]]) -> list[Result]:
    """As `ended`, of reports that may be published."""
    from ddor.archive.acts import publish_revisions

    # Before anything is published: a result says how its report differs from the last revision.
    results = [_published(archive, *each) for each in reports]
    publications = [publication(archive, *each) for each in reports]
    log = reports[0][0].log
    with log.step("publish"):
        publish_revisions(archive, publications)
    for pending, _ in reports[1:]:
        pending.log.lines += log.lines[-1:]  # it was one act
    return results


def _published(archive: Archive, pending: Pending, ran: Ran) -> Result:
    """What is told of it once it is published."""
    report, period = pending.report, pending.report.period
    return Result(
        period,
        "published",
        revision=pending.revision.revision,
        page=str(archive.site / address_of(period)),
        figures=report.figures,
        messages=(*ran.article.messages, *report.messages),
        because=_because(archive, pending),
        held=_held(archive, pending),
    )


def _held(archive: Archive, pending: Pending) -> str:
    report = pending.report
    number = report.figures.get("held_back_total") if isinstance(report.period, Week) else None
    if not number:
        return ""
    listed = archive.runs / str(report.period) / f"r{pending.revision.revision}" / REVIEW_LIST
    return f"{count(number, 'request is', 'requests are')} held back: {listed}"


def _because(archive: Archive, pending: Pending) -> str:
    """ "new data, 3 figures differ", of what is not published yet; "" of a first revision."""
    report, why = pending.report, pending.revision.because
    if not why or (before := _published_figures(archive, report.period)) is None:
        return why
    differ = len(figure_differences(before, report.figures))
    said = count(differ, "figure differs", "figures differ") if differ else "no figure differs"
    return f"{why}, {said}"


def _published_figures(archive: Archive, period: Period) -> dict[str, int | None] | None:
    """None where nothing is published of it, or not any more."""
    file = archive.site / period.path / "data" / "summary.json"
    return json.loads(file.read_bytes()).get("figures") if file.exists() else None


def publication(archive: Archive, pending: Pending, ran: Ran | None = None) -> "Publication":
    """Without its notebook, of which there is nothing yet, it has what the pages around need."""
    from ddor.archive.acts import Publication

    report = pending.report
    return Publication(
        site=Site(archive.site, pending.catalog or report.catalog, pending.context),
        period=report.period,
        revision=pending.revision,
        article=(ran or Ran()).article,
        data=report.downloads,
        private=_private_files(pending, ran) if ran else {},
        beside=report.beside,
        old=MADE_OLD,
        around=pending.around,
    )


def _private_files(pending: Pending, ran: Ran) -> Files:
    """With manifest.json: what went in, what came out, and with which programs."""
    report, line, task = pending.report, pending.revision, pending.task
    private = {
        NOTEBOOK: ran.notebook,
        TEMPLATE: task.template[1],
        **report.private_files,
        **{name: task.inputs[name] for name in preparation_of(report.period).files},
    }
    manifest = {
        "identity": line.identity,
        "published_on": line.published_on,
        "inputs": pending.hashes,
        "history": report.history,
        "outputs": prepared.digests(kept_files(ran.article, report.downloads)),
        "private": prepared.digests(private),
        "review": report.review,
        "packages": prepared.package_versions(),
        "git_commit": prepared.git_commit(pending.order.project),
    }
    return private | {"manifest.json": (json.dumps(manifest, indent=1) + "\n").encode()}


def remember(archive: Archive, pending: Pending, result: Result) -> None:
    """For the next run of the week; what was published stays published, whatever becomes of
    this."""
    if pending.saw and result.exit_code in (0, HELD):
        with undisturbed(), contextlib.suppress(ArchiveUnavailable):
            file = seen.seen_file(archive.output, result, pending.saw)
            archive.publish({}, {f"runs/{result.period}/{seen.SEEN}": file})


def site_context(parameters: Parameters) -> SiteContext:
    """What stands around the reports of a site. Raises UsageError (a table of `params/`) and
    NeedsCorrection, with every problem of the written pages."""
    directory = read_directory(parameters.agencies, parameters.policies, parameters.coverage)
    day = parameters.today
    lines = directory.agencies.to_dict("records")
    agencies = {line["agency_id"]: line | {"agency": line["name"]} for line in lines}
    policies = tuple(directory.policies.to_dict("records"))
    coverage = tuple(directory.coverage.to_dict("records"))
    context = SiteContext(parameters, day, agencies, policies, coverage, RULES)
    week = {"week": Week.containing(day), "as_of": day, "published_on": day}
    week |= {"revision": 1, "status": "final"}
    # With all figures 0, since a sentence has to stand such a week, and 2, for its other branch.
    weeks = [week | {"figures": dict.fromkeys(WEEKLY_FIGURES, number)} for number in (0, 2)]
    examples = [context.names(parameters.cohort, latest) for latest in (None, *weeks)]
    problems = []
    try:
        context = replace(context, statements=read_statements(parameters.statements))
    except NeedsCorrection as error:
        problems += error.problems
    try:
        texts = read_texts(parameters.pages, parameters.project_pages, examples)
        context = replace(context, texts=texts)
    except NeedsCorrection as error:
        problems += error.problems
    NeedsCorrection.raise_if("the written pages need correction", problems)
    return context


def recover(output: Path) -> tuple[str, ...]:
    """First thing: finish or drop what a crash left, so that what is read next is whole."""
    left = Archive(output)
    with left.writing():
        if not (left.journal.exists() or left.staging.exists()):
            return ()
    with opened(output) as archive:
        return (archive.recovered,)


def _not_run(archive: Archive, pending: Pending, ran: Ran) -> Result:
    """Keeps the notebook as far as it came, and says where."""
    period, message = pending.report.period, ran.failure
    if ran.notebook:
        kept = f"runs/{period}/failed"
        archive.publish({kept: {NOTEBOOK: ran.notebook}}, {})
        message += f"\nthe notebook up to the failure: {archive.output / kept}"
    return failed(period, ran.exit_code, message)


def meanwhile(archive: Archive, pending: Pending) -> Iterator["Around"]:
    """Makes the downloads and the pages around the report, and imports what a publication needs."""
    import scipy.special  # noqa: F401
    import scrapbook  # noqa: F401

    import ddor.run.gate  # noqa: F401
    from ddor.archive.acts import ahead_of
    from ddor.archive.render import exporter

    exporter()
    load_templates()
    prepared.package_versions()
    pending.report.downloads  # noqa: B018, made by being asked for
    if pending.may_be_published:
        with contextlib.suppress(DdorError, OSError):  # the publication itself will say it
            yield ahead_of(publication(archive, pending))


def unchanged(archive: Archive, pending: Pending) -> Result:
    """Nothing is published; only private files that are newer are kept."""
    report, last, messages = pending.report, pending.revision, []
    period = report.period
    if last.withdrawn_on:
        messages.append(
            f"revision {last.revision} of this {period.label} was withdrawn on {last.withdrawn_on} "
            f"({last.withdrawn_for}), and its inputs are unchanged; --force publishes them again"
        )
    if pending.order.correct:
        messages.append("nothing changed, so nothing was corrected; --force publishes it again")
    newer = report.newer(archive.runs / str(period), last.revision)
    # What another extract left that had to be looked at is settled: that extract is gone.
    folder = archive.runs / str(period)
    waits = (folder / REVIEW_LIST).exists()
    settled = [f"runs/{period}/{name}" for name in ("draft", REVIEW_LIST) if waits]
    settled += [f"runs/{period}/failed"] if (folder / "failed").exists() else []
    archive.publish({}, {f"runs/{name}": file for name, file in newer.items()}, settled)
    page = str(archive.site / address_of(period))
    result = Result(
        period, "unchanged", 0, last.revision, page, report.figures, messages=tuple(messages)
    )
    remember(archive, pending, result)
    return result


def _not_published(archive: Archive, pending: Pending, ran: Ran) -> Result:
    """Leaves a draft in runs/<period>/draft/: one that was asked for, or that of a report that
    waits for a person, with the list to fill in and what else changes with a run (a week's flags in
    the ledger)."""
    from ddor.archive.acts import draft_files

    report, period, said = pending.report, pending.report.period, ran.article.messages
    draft = f"runs/{period}/draft"
    files = draft_files(publication(archive, pending, ran)) | {NOTEBOOK: ran.notebook}
    page = str(archive.output / draft / "index.html")
    if pending.order.draft:
        archive.publish({draft: files}, {})
        said += tuple(told_apart(archive, report, ran.article))
        return Result(period, "draft", 0, None, page, report.figures, said)
    lists = dict(report.beside)
    if REVIEW_LIST in report.private_files:  # of a week
        lists[f"{period}/{REVIEW_LIST}"] = report.private_files[REVIEW_LIST]
    pointers = {f"runs/{name}": file for name, file in lists.items()}
    archive.publish({draft: files}, pointers, [f"runs/{period}/failed"])
    said += tuple(report.waiting(archive.runs / str(period))) if report.review else ()
    if going := pending.going:
        said += (f"it would remove published figures: {', '.join(going)}; --yes agrees to that",)
    return Result(period, "held", HELD, None, page, report.figures, said, going=going)


def told_apart(archive: Archive, report: Prepared, article: Article) -> Iterator[str]:
    """What a draft and a preview say of themselves: how they differ from the published revision,
    and whether a person has to look at them."""
    period, last = report.period, report.catalog.current(report.period)
    published = archive.site / period.path
    if last is None:
        yield f"no revision of this {period.label} is published yet"
    elif last.withdrawn_on:
        yield f"the published revision of this {period.label} was withdrawn"
    else:
        from ddor.jobs.differences import differences

        kept = published / f"r{last.revision}"
        before = {file.name: file.read_bytes() for file in kept.glob("*.svg")}
        after = {n: data for n, data in article.pictures.items() if n.endswith(".svg")}
        figures = _published_figures(archive, period) or {}, report.figures
        pages = article_of(published / "index.html"), article.html
        found = [*differences(figures, pages, (before, after))]
        yield from found or ["there is no difference from the published revision"]
    if report.review:
        yield f"a person has to review this {period.label} before it is published:"
        yield from report.reasons
