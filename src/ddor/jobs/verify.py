"""`ddor verify`: an archived revision is run again from its private inputs, and compared.

Compared are: the private inputs with their hashes in the manifest; what the run gives now with
what the manifest says was kept; and what is served with it. So a page that was changed by hand, a
lost input, and a package whose newer version gives another page are told apart. What has changed
since without changing the result (a version, the template) is said too, and is no failure.
"""

import hashlib
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ddor.archive.article import CASES_FILE, article_of, cases_file, without_cases
from ddor.archive.data_files import data_files_of
from ddor.archive.identity import hashed, package_versions
from ddor.archive.publish import Archive, opened
from ddor.archive.render import render_article
from ddor.archive.withdraw import notice_files
from ddor.calendar import Period
from ddor.errors import NotebookFailed, UsageError
from ddor.inputs import not_as_kept
from ddor.jobs.edition import Edition, edition_of
from ddor.jobs.publication import TEMPLATE, data_files
from ddor.published.catalog import Catalog, Revision, open_catalog
from ddor.run.execute import execute
from ddor.run.executed import tidy
from ddor.run.proof import prove_run


class NotReproduced(NotebookFailed):
    """The archived revision is not what its inputs give, or not what is served (exit code 5)."""


@dataclass(frozen=True)
class Verified:
    """withdrawn: there was nothing left to compare. notes: what has changed since without changing
    the result."""

    period: Period
    revision: int
    withdrawn: bool
    notes: tuple[str, ...]


def verify(output: Path, period: Period, number: int | None, template: Path) -> Verified:
    """Verify revision `number` of the period's report, or the current one. `template`: the
    notebook as it is now, to say whether it is still the one that was run.

    Raises UsageError where nothing is published or runs/ lacks the revision, NotReproduced with
    everything that differs.
    """
    archive = Archive(output)
    if archive.left_unfinished():
        with opened(output):  # a crash is mended first, so that what is compared is whole
            pass
    catalog = open_catalog(archive.site) or Catalog("", False, {})
    revision = _revision(catalog, period, number)
    current = revision == catalog.current(period)
    if revision.withdrawn_on:
        _raise(period, revision, _served_withdrawn(archive.site, period, revision, current), ())
        return Verified(period, revision.revision, True, ())
    private = archive.runs / str(period) / f"r{revision.revision}"
    missing = [
        name
        for name in ("manifest.json", TEMPLATE, *edition_of(period).files)
        if not (private / name).exists()
    ]
    if missing:
        raise UsageError(f"{private} lacks {', '.join(missing)}; ddor verify needs the private run")
    try:
        manifest = json.loads((private / "manifest.json").read_text(encoding="utf-8"))
        kept = manifest["outputs"]
        private_changed = [
            f"{name}: the private file was changed since the run"
            for name in not_as_kept(private, manifest["private"])
        ]
    except (ValueError, KeyError) as error:
        raise NotReproduced(f"{private / 'manifest.json'} cannot be read: {error}") from error
    try:
        edition = edition_of(period).loaded(private)
    except Exception as error:  # a damaged file fails in as many ways as there are readers
        told = f"its inputs cannot be read: {' '.join(str(error).split())[:200]}"
        raise _not_reproduced(period, revision, [*private_changed, told], ()) from error
    differs = _inputs_changed(edition, private, manifest) or private_changed
    notes = _since(edition, template, manifest)
    again = _run_again(edition, private / TEMPLATE)
    if not current:
        # An earlier revision describes no case any more.
        kept.pop(CASES_FILE, None)
        again.pop(CASES_FILE, None)
    differs += _compare(kept, again, "running it again produced a different file")
    served = _served(archive.site, period, revision)
    differs += _compare(kept, served, "the archive holds a different file")
    if current:
        at_period = _served_at_period(archive.site, period, revision)
        alone = {
            name.replace("article", "index"): digest
            for name, digest in kept.items()
            if "/" in name or name.endswith(".html")
        }
        where = f"the {period.noun}'s own address"
        differs += _compare(alone, at_period, f"{where} holds a different file")
    _raise(period, revision, differs, notes)
    return Verified(period, revision.revision, False, tuple(notes))


def _raise(period: Period, revision: Revision, differs: list[str], notes) -> None:
    if differs:
        raise _not_reproduced(period, revision, differs, notes)


def _not_reproduced(period, revision: Revision, differs: list[str], notes) -> NotReproduced:
    since = ["changed since the run:", *notes] if notes else []
    return NotReproduced("\n".join([f"{period} r{revision.revision} differs:", *differs, *since]))


def _revision(catalog: Catalog, period: Period, number: int | None) -> Revision:
    revisions = catalog.of(period)
    if not revisions:
        raise UsageError(f"{period} is not published here")
    if number is None:
        return revisions[-1]
    if number > len(revisions):
        raise UsageError(f"{period} has {len(revisions)} revisions; r{number} is not among them")
    return revisions[number - 1]


def _inputs_changed(edition: Edition, private: Path, manifest: dict) -> list[str]:
    now = hashed(edition.input_texts(), private / TEMPLATE)
    return [
        f"input {name}: not the one that was used"
        for name, digest in manifest["inputs"].items()
        if name not in ("code_lists", "method") and now.get(name) != digest
    ]


def _since(edition: Edition, template: Path, manifest: dict) -> list[str]:
    """What is another now, and was allowed to change."""
    now = hashed(edition.input_texts(), template)
    notes = [
        f"{name}: changed since this revision"
        for name in ("template", "code_lists", "method")
        if now[name] != manifest["inputs"].get(name, now[name])
    ]
    packages = package_versions()
    return notes + [
        f"package {name}: {version} then, {packages.get(name, 'none')} now"
        for name, version in manifest["packages"].items()
        if packages.get(name) != version
    ]


def _run_again(edition: Edition, template: Path) -> dict[str, bytes]:
    """What the revision would keep, by the names of the manifest."""
    with tempfile.TemporaryDirectory(prefix="ddor-verify-") as folder:
        executed = Path(folder) / "report.ipynb"
        edition.save(Path(folder) / "inputs")
        execute(template, executed, {edition.period.noun: str(edition.period), "inputs": "inputs"})
        figures = prove_run(executed, edition.counts.figures)
        article = render_article(tidy(executed))
    data = {f"data/{name}": file for name, file in data_files(edition, figures).items()}
    kept = {"article.html": without_cases(article.html).encode(), **cases_file(article.html)}
    return kept | article.pictures | data


def _served(site: Path, period: Period, revision: Revision) -> dict[str, bytes]:
    """What the revision's own address holds, by the names of the manifest."""
    public = site / period.path / f"r{revision.revision}"
    if not (public / "index.html").exists():
        return {}
    files = {
        file.relative_to(public).as_posix(): file.read_bytes()
        for file in public.rglob("*")
        if file.is_file() and file.name != "index.html"
    }
    article = article_of(public / "index.html")
    return files | {"article.html": without_cases(article).encode(), **cases_file(article)}


def _served_at_period(site: Path, period: Period, revision: Revision) -> dict[str, bytes]:
    """What the period's address holds of it: the article, and a copy of the data."""
    public = site / period.path
    data = {f"data/{name}": file for name, file in data_files_of(public).items()}
    if not (public / "index.html").exists():
        return data
    article = article_of(public / "index.html")
    article = article.replace(f'="r{revision.revision}/', '="')
    return data | {"index.html": without_cases(article).encode(), **cases_file(article)}


def _served_withdrawn(site: Path, period: Period, revision: Revision, current: bool) -> list[str]:
    """A withdrawn revision has a notice in every place and nothing else."""
    here = site / period.path
    differs = []
    for folder in [here / f"r{revision.revision}", *([here] if current else [])]:
        own = folder != here
        files = [
            file
            for file in (folder.rglob("*") if own else (folder / "data").glob("*"))
            if file.is_file() and file.name != "index.html"
        ]
        names = [file.name for file in files if file.parent.name == "data"]
        notices = notice_files(names, revision.withdrawn_on, revision.withdrawn_for)
        for file in sorted(files):
            if file.parent.name != "data" or file.read_bytes() != notices[file.name]:
                differs.append(f"{file.relative_to(site).as_posix()}: no notice of the withdrawal")
        page = folder / "index.html"
        if (
            not page.exists()
            or "<article>" in (text := page.read_text(encoding="utf-8"))
            or ("<h1>Withdrawn: " not in text)
        ):
            differs.append(f"{page.relative_to(site).as_posix()}: no notice of the withdrawal")
    return differs


def _compare(kept: dict[str, str], files: dict[str, bytes], what: str) -> list[str]:
    differs = []
    for name in sorted(kept.keys() | files.keys()):
        if name not in files:
            differs.append(f"{name}: missing ({what})")
        elif name not in kept:
            differs.append(f"{name}: not in the manifest ({what})")
        elif hashlib.sha256(files[name]).hexdigest() != kept[name]:
            differs.append(f"{name}: {what}")
    return differs
