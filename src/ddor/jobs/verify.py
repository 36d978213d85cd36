"""`ddor verify`: an archived revision is run again from its private inputs, and compared.

Compared are: the private inputs with their hashes in the manifest; what the run gives now with
what the manifest says was kept; and what is served with it. So a page that was changed by hand, a
lost input, and a package whose newer version gives another page are distinguished. What has changed
since without changing the result (a version, the template) is said too, and is no failure.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from ddor.archive.acts import notice_files
from ddor.archive.kept import CASES_FILE, article_files, article_of, kept_files
from ddor.archive.publish import Archive
from ddor.calendar import Period
from ddor.errors import NotebookFailed, UsageError
from ddor.inputs import not_as_kept
from ddor.jobs.notebooks import Task, run_task
from ddor.jobs.prepared import Prepared, digests, hashed, package_versions, saved_inputs
from ddor.jobs.report import TEMPLATE, preparation_of, recover
from ddor.published.catalog import Catalog, Revision, open_catalog

# The files at the two addresses of a revision, beside index.html.
AT_ITS_OWN, AT_THE_PERIODS = "**/*", "data/*"


class NotReproduced(NotebookFailed):
    """The archived revision is not what its inputs give, or not what is served (exit code 5)."""


def verify(
    output: Path, period: Period, number: int | None, template: Path
) -> tuple[Revision, list[str]]:
    """Verify revision `number` of the period's report, or the current one. `template`: the
    notebook as it is now, to say whether it is still the one that was run. -> the revision (of a
    withdrawn one there was nothing left to compare), and what has changed since without changing
    the result.

    Raises UsageError where nothing is published or runs/ lacks the revision, NotReproduced with
    everything that differs.
    """
    recover(output)  # a crash is mended first, so that what is compared is whole
    archive = Archive(output)
    revisions = (open_catalog(archive.site) or Catalog()).of(period)
    if not revisions:
        raise UsageError(f"{period} is not published here")
    number = number or len(revisions)
    if number > len(revisions):
        raise UsageError(f"{period} has {len(revisions)} revisions; r{number} is not among them")
    revision, current = revisions[number - 1], number == len(revisions)
    notes: list[str] = []
    if revision.withdrawn_on:
        differs = _served_withdrawn(archive.site, period, revision, current)
    else:
        differs, notes = _compared(archive, period, number, current, template)
    if differs:
        since = ["changed since the run:", *notes] if notes else []
        raise NotReproduced("\n".join([f"{period} r{number} differs:", *differs, *since]))
    return revision, notes


def _compared(
    archive: Archive, period: Period, number: int, current: bool, template: Path
) -> tuple[list[str], list[str]]:
    """-> everything that differs, and what is another now and was allowed to change."""
    preparation = preparation_of(period)
    private = archive.runs / str(period) / f"r{number}"
    needed = ("manifest.json", TEMPLATE, *preparation.files)
    if missing := ", ".join(name for name in needed if not (private / name).exists()):
        raise UsageError(f"{private} lacks {missing}; ddor verify needs the private run")
    try:
        manifest = json.loads((private / "manifest.json").read_text(encoding="utf-8"))
        kept, used = manifest["outputs"], manifest["inputs"]
        edited = not_as_kept(private, manifest["private"])
        changed = [f"{name}: the private file was changed since the run" for name in edited]
    except (ValueError, KeyError) as error:
        raise NotReproduced(f"{private / 'manifest.json'} cannot be read: {error}") from error
    try:
        report = preparation.load(private)
    except Exception as error:  # a damaged file fails in as many ways as there are readers
        return [*changed, f"its inputs cannot be read: {' '.join(str(error).split())[:200]}"], []
    now = hashed(report.input_texts, private / TEMPLATE)
    differs = [
        f"input {name}: not the one that was used"
        for name, digest in used.items()
        if name not in ("code_lists", "method") and now.get(name) != digest
    ] or changed
    again = _run_again(report, private / TEMPLATE)
    if not current:
        # An earlier revision describes no case any more.
        kept.pop(CASES_FILE, None)
        again.pop(CASES_FILE, None)
    here, own = archive.site / period.path, f"r{number}"
    differs += _compare(kept, again, "running it again produced a different file")
    served = _served(here / own, AT_ITS_OWN)
    differs += _compare(kept, served, "the archive holds a different file")
    if current:
        copied = {name: kept[name] for name in kept if "/" in name or name.endswith(".html")}
        where = f"the {period.label}'s own address holds a different file"
        at_period = _compare(copied, _served(here, AT_THE_PERIODS, f"{own}/"), where)
        differs += [each.replace("article.html", "index.html") for each in at_period]
    packages = package_versions()
    notes = [
        f"{name}: changed since this revision"
        for name, digest in hashed({}, template).items()
        if used.get(name, digest) != digest
    ]
    notes += [
        f"package {name}: {version} then, {packages.get(name, 'none')} now"
        for name, version in manifest["packages"].items()
        if packages.get(name) != version
    ]
    return differs, notes


def _run_again(report: Prepared, template: Path) -> dict[str, bytes]:
    """What the revision would keep, by the names of the manifest."""
    source = template.name, template.read_bytes()
    ran = run_task(Task(report.period, source, saved_inputs(report), report.figures))
    if ran.failure:
        raise NotebookFailed(ran.failure)
    return kept_files(ran.article, report.downloads)


def _served(folder: Path, pattern: str, pictures: str = "") -> dict[str, bytes]:
    """What an address of the revision holds, by the names of the manifest. `pictures`: the folder
    in which its page has them, where they are not beside it."""
    found = _files(folder, pattern)
    files = {file.relative_to(folder).as_posix(): file.read_bytes() for file in found}
    if (folder / "index.html").exists():
        article = article_of(folder / "index.html").replace(f'="{pictures}', '="')
        files |= article_files(article)
    return files


def _files(folder: Path, pattern: str) -> list[Path]:
    found = sorted(folder.glob(pattern))
    return [file for file in found if file.is_file() and file.name != "index.html"]


def _served_withdrawn(site: Path, period: Period, revision: Revision, current: bool) -> list[str]:
    """A withdrawn revision has a notice in every place and nothing else."""
    here = site / period.path
    addresses = [(here / f"r{revision.revision}", AT_ITS_OWN), (here, AT_THE_PERIODS)]
    wrong = []
    for folder, pattern in addresses if current else addresses[:1]:
        files = _files(folder, pattern)
        names = [file.name for file in files if file.parent == folder / "data"]
        notices = notice_files(names, revision.withdrawn_on, revision.withdrawn_for)
        wrong += [file for file in files if notices.get(file.name) != file.read_bytes()]
        page = folder / "index.html"
        text = page.read_text(encoding="utf-8") if page.exists() else ""
        if "<article>" in text or "<h1>Withdrawn: " not in text:
            wrong.append(page)
    return [f"{file.relative_to(site).as_posix()}: no notice of the withdrawal" for file in wrong]


def _compare(kept: dict[str, str], files: dict[str, bytes], what: str) -> Iterator[str]:
    now = digests(files)
    for name in sorted(kept.keys() | now.keys()):
        if name not in now:
            yield f"{name}: missing ({what})"
        elif name not in kept:
            yield f"{name}: not in the manifest ({what})"
        elif now[name] != kept[name]:
            yield f"{name}: {what}"
