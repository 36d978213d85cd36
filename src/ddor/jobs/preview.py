"""`ddor preview`: a week as it would be published, the site around it, in a browser; and again
whenever the notebook, a note, a text or a table is saved.

Nothing of the archive is changed: the week is published into a copy of it (hard links), which is
deleted when the program ends. The terminal lists how the page differs from what is published. The
pages get one script more, which asks whether there is a newer state and loads it, and which shows
what is wrong where none could be made. The week's own page is there first, the site around it half
a second later. Only this machine can reach it.
"""

import contextlib
import http.server
import json
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Set
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from ddor.archive.acts import files_of
from ddor.archive.publish import Archive
from ddor.calendar import Week
from ddor.errors import NotebookFailed, UsageError, time_limit
from ddor.jobs import report
from ddor.jobs.due import misnamed
from ddor.jobs.notebooks import Ran, run_task
from ddor.jobs.order import Order, Result
from ddor.jobs.seen import all_files
from ddor.jobs.served import hidden
from ddor.maintained.parameters import extract_location, is_remote
from ddor.published.catalog import CATALOG
from ddor.reports import DRAWN, NEEDED_BY_NOTEBOOKS
from ddor.run.kernels import warm

NOT_YET = (
    b"<!doctype html><head><title>Not there</title></head><p>This page is not there, or not yet."
)
BESIDE = "weeks", "notes", "corrections", "pages", "statements"
EVERY = 0.1  # seconds, between two looks at the files
SCRIPT, STATE = "/_preview.js", "/_state"  # the script, preview.js, asks for the state
FOLLOW = Path(__file__).with_suffix(".js")


class Preview:
    """Of one week. folder: where its states are made; site: the one that is served; said: what the
    script in a page is told: the number of the state that the site shows (made) and that the week's
    own pages show (own), the path of those, and why the last change could not be shown."""

    def __init__(self, week: Week, order: Order, folder: Path):
        self.week, self.folder, self.site = week, folder, folder / "none" / "site"
        self.tries = 0  # each gives its state the next number
        self.said: dict[str, Any] = {"made": 0, "own": 0, "path": f"/{week.path}/", "wrong": ""}
        self.last: Any = None  # the report that the site has anew
        self.template = report.template_of(week, order)
        self.parameters = parameters = order.parameters(week)
        self.output = parameters.output
        self.order = replace(order, yes=True, accept_held=True, reason="a preview")
        beside = parameters.corrections.parent
        self.places = [order.project / "notebooks", parameters.project_pages]
        self.places += [parameters.agencies, parameters.policies, parameters.coverage]
        self.places += [order.params or beside / "weekly.yaml", *(beside / each for each in BESIDE)]
        self.places.append(self.output / "site" / CATALOG)  # another run may have published
        location = extract_location(parameters, week)
        self.places += [] if is_remote(location) else [Path(location)]

    def make(self, changed: Set[str]) -> Result:
        """A new state, shown if it can be made. changed: the files that are others by now."""
        alone = self.last and changed == {str(self.template)}
        result = report.attempted(self.week, self._page if alone else self._whole)
        warm(NEEDED_BY_NOTEBOOKS)  # for the next
        self.tries += 1
        if result.exit_code:
            self.said |= {"wrong": "\n".join(result.messages)}
            return result
        self.said |= {"made": self.tries, "own": self.tries, "wrong": ""}
        messages = [*result.messages]
        if self.last:
            messages += report.told_apart(Archive(self.output), self.last.report, self.article)
        return replace(result, messages=(*messages, *misnamed(self.parameters)))

    def _whole(self) -> Result:
        """Publishes the week into a new copy of the archive."""
        self.last = None
        output = self.folder / str(self.tries + 1)
        _linked(self.output, output)
        order = replace(self.order, settings=self.order.settings | {"output": str(output)})
        try:
            with report.begun(self.week, order) as (archive, pending):
                if pending.unchanged:
                    result = report.unchanged(archive, pending)
                else:
                    (result,) = report.ended(archive, [(pending, self._run(archive, pending))])
            if not result.exit_code:
                output, self.site = self.site.parent, output / "site"
                self.last = None if pending.unchanged else pending
            return result
        finally:
            shutil.rmtree(output, ignore_errors=True)  # the one before, or what was not made

    def _page(self) -> Result:
        """Of the notebook that was edited, all else being as it was: the week's own pages."""
        limit = report.checked_parameters(self.week, self.order).run_time_limit
        template = self.template.name, self.template.read_bytes()
        pending = replace(self.last, task=replace(self.last.task, template=template))
        with time_limit(limit, str(self.week)):
            ran = self._run(Archive(self.output), pending)
        if ran.failure:
            raise NotebookFailed(ran.failure)
        return Result(self.week, "published", messages=ran.article.messages)

    def _run(self, archive: Archive, pending: report.Pending) -> Ran:
        """Its notebook, whose pages are shown at once, unless there is no site around them yet."""
        ran = run_task(pending.task, lambda: pending.report.downloads)
        if self.site.exists() and not ran.failure:
            self._show(archive, pending, ran)
        self.article = ran.article
        return ran

    def _show(self, archive: Archive, pending: report.Pending, ran: Ran) -> None:
        """The week's own pages, in the site that is served."""
        made = report.publication(archive, pending, ran)
        _, folders, pages = files_of(made.site, made)
        here = f"{self.week.path}/r{made.revision.revision}"
        files = {f"{here}/{name}": data for name, data in folders[f"site/{here}"].items()}
        for path, data in (pages | files).items():
            file, new = self.site / path, self.folder / "new"
            file.parent.mkdir(parents=True, exist_ok=True)
            # A browser may be reading it, and it may be a link into the archive.
            new.write_bytes(data)
            os.replace(new, file)
        self.said |= {"own": self.tries + 1, "wrong": ""}

    def state(self) -> dict[str, tuple[int, int]]:
        """The time and size of each file that the week depends on, but for an editor's own."""
        found = {}
        for place in self.places:
            for file in all_files(place):
                with contextlib.suppress(OSError):  # saved this moment
                    if not hidden(file.relative_to(place)):
                        now = file.stat()
                        found[str(file)] = now.st_mtime_ns, now.st_size
        return found


def preview(week: Week, order: Order, port: int, say) -> None:
    """Serves until it is interrupted. say(text): to the terminal."""
    runs = order.parameters(week).output / "runs"
    beside = runs if runs.is_dir() else None  # on the same disk, for the links
    for left in runs.glob(".preview-*"):
        if not psutil.pid_exists(int(left.name.split("-")[1])):  # that one was killed
            shutil.rmtree(left, ignore_errors=True)
    prefix = f".preview-{os.getpid()}-"
    with tempfile.TemporaryDirectory(prefix=prefix, dir=beside) as name:
        made = Preview(week, order, Path(name))
        os.environ[DRAWN] = name
        handler = partial(_Handler, made)
        try:
            server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
        except (OSError, OverflowError) as error:
            raise UsageError(f"--port {port} cannot be used: {error}") from None
        with server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            page = f"http://127.0.0.1:{server.server_address[1]}/{week.path}/index.html"
            seen: dict[str, tuple[int, int]] = {}
            say(f"{page} will show the week, and follow what you save; Ctrl-C ends the preview")
            try:
                while True:
                    if (now := made.state()) != seen:
                        changed = {file for file, _ in now.items() ^ seen.items()}
                        seen, start = now, time.monotonic()
                        result = made.make(changed)
                        say(_said(result, time.monotonic() - start))
                    time.sleep(EVERY)
            finally:
                server.shutdown()


def _said(result: Result, seconds: float) -> str:
    if result.exit_code:
        kept = [line for line in result.messages if not line.startswith("the notebook up to")]
        return "\n".join(["the page cannot be made:", *kept])
    return "\n".join([*result.messages, f"made in {seconds:.1f} seconds"])


def _linked(source: Path, target: Path) -> None:
    """A copy of the archive whose files are links: a file of an archive is replaced, never written
    into. What is private and no run reads stays out."""
    left_out = shutil.ignore_patterns(".*", "rows", "notices", "draft", "failed", "*.ipynb")
    target.mkdir(parents=True)
    for part in ("site", "runs"):
        if (source / part).is_dir():
            shutil.copytree(source / part, target / part, copy_function=_link, ignore=left_out)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


class _Handler(http.server.SimpleHTTPRequestHandler):
    def __init__(self, preview: Preview, *more):
        self.preview = preview
        super().__init__(*more)

    def translate_path(self, path: str) -> str:
        # The site as it is when a file is asked for: a browser may have connected long before.
        self.directory = str(self.preview.site)
        return super().translate_path(path)

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # the browser has left for a newer state
            super().handle()

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == SCRIPT:
            return self._send(FOLLOW.read_bytes(), "text/javascript")
        if path == STATE:
            return self._send(json.dumps(self.preview.said).encode(), "application/json")
        said = self.preview.said.copy()  # before the file is read, which may be newer by then
        file = Path(self.translate_path(self.path))
        file = file / "index.html" if file.is_dir() else file
        if file.suffix == ".html":
            data = file.read_bytes() if file.is_file() else NOT_YET
            shown = said["own" if path.startswith(said["path"]) else "made"]
            script = f'<script src="{SCRIPT}" data-shown="{shown}"></script>'.encode()
            page = data.replace(b"</head>", script + b"</head>", 1)
            return self._send(page, "text/html", 404 if data is NOT_YET else 200)
        return super().do_GET()

    def _send(self, data: bytes, kind: str, code: int = 200) -> None:
        self.send_response(code)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")  # a picture may be another by the next look
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, *_) -> None:
        """Of the pages that are looked at nothing is said."""
