"""What docs/publishing.md says, done: its own code blocks, on nginx, a store and a repository."""

import contextlib
import functools
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
import yaml
from conftest import PROJECT, cases, need
from small_archive import NEXT_WEEK, WEEK, files_of

from ddor.jobs.served import verify_site

DOCUMENT = (PROJECT / "docs" / "publishing.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
HOST = "127.0.0.1"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Programs of the test environment are found beside its Python.
PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
# moto looks at no signature, but takes a request without one for a stranger's.
SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=a/20170101/us-east-1/s3/aws4_request"}


def block(language: str, words: str = "") -> str:
    """The one code block of this language that has these words."""
    found = [text for _, name, text in BLOCK.findall(DOCUMENT) if name == language]
    (text,) = [text for text in found if words in text]
    return textwrap.dedent(text)


def shell(commands: str, cwd: Path, replaced: dict[str, str] | None = None, check=True, **environ):
    """Run a code block, with words of it replaced."""
    for old, new in (replaced or {}).items():
        assert old in commands
        commands = commands.replace(old, new)
    given = {"cwd": cwd, "env": os.environ | environ, "capture_output": True, "text": True}
    done = subprocess.run(["sh", "-c", commands], timeout=60, **given)
    assert done.returncode == 0 or not check, done.stderr
    return done


def free_port() -> int:
    with socket.socket() as opened:
        opened.bind((HOST, 0))
        return opened.getsockname()[1]


def ask(port: int, path: str, method="GET", body=None, headers=None):
    """(status, headers, bytes); no redirect is followed."""
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    with contextlib.closing(connection):
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()


@contextlib.contextmanager
def running(port: int, command: list[str], log: Path):
    """A server, once it answers at `port`; what it says goes into `log`."""
    with open(log, "wb") as opened:
        given = {"stdout": opened, "stderr": opened, "start_new_session": True}
        server = subprocess.Popen(command, cwd=log.parent, **given)
        try:
            for _ in range(150):
                with contextlib.suppress(OSError), socket.create_connection((HOST, port)):
                    break
                assert server.poll() is None, log.read_text()
                time.sleep(0.1)
            yield
        finally:
            server.terminate()
            server.wait(10)


@pytest.fixture
def archive(copy_of):
    """Two weeks, one of them with two revisions; and two files of kinds that servers know less."""
    archive = copy_of("corrected")
    (archive.site / "data" / "all.xlsx").write_bytes(b"PK")
    (archive.site / "data" / "all.parquet").write_bytes(b"PAR1")
    (archive.root / "docs").symlink_to(PROJECT / "docs")
    return archive


def test_it_can_be_looked_at_on_ones_own_machine(archive, tmp_path):
    port = free_port()
    command = block("sh", "http.server").replace("8000", str(port)).split()
    with running(port, [sys.executable, *command[1:]], archive.root / "server.log"):
        assert ask(port, "/")[2] == (archive.site / "index.html").read_bytes()


# GitHub Pages


def test_the_workflow_uploads_the_site_and_refuses_what_is_private(archive, tmp_path):
    workflow = yaml.safe_load(block("yaml"))
    (job,) = workflow["jobs"].values()
    names = "checkout upload-pages-artifact deploy-pages".split()
    used = [step["uses"].split("@")[0] for step in job["steps"] if "uses" in step]
    assert sorted(used) == sorted(f"actions/{name}" for name in names)
    (looks,) = [step["run"] for step in job["steps"] if "run" in step]
    checkout = tmp_path / "checkout"
    shutil.copytree(archive.site, checkout / "site")
    assert shell(looks, checkout).returncode == 0
    shutil.copytree(archive.runs, checkout / "site" / "runs")
    assert shell(looks, checkout, check=False).returncode != 0
    shutil.rmtree(checkout / "site")
    assert shell(looks, checkout, check=False).returncode != 0


def test_the_branch_for_pages_keeps_one_commit_with_the_site_as_it_is(archive, tmp_path):
    need("git"), need("rsync"), need("flock")
    names = "GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL".split()
    person = dict.fromkeys(names, "a@example.org")
    shell("git init -q --bare -b main bare && git clone -q bare ddor-site", tmp_path)
    first = "git commit -q --allow-empty -m Workflow && git push -q origin HEAD:main"
    shell(first, tmp_path / "ddor-site", **person)
    commands = block("sh", "commit")
    shell(commands, archive.root, **person)
    (archive.site / "weeks" / WEEK / "r1" / "index.html").write_text("Withdrawn")
    shell(commands, archive.root, **person)
    bare = tmp_path / "bare"
    assert shell("git rev-list --count main", bare).stdout == "1\n"
    assert shell(f"git show main:site/weeks/{WEEK}/r1/index.html", bare).stdout == "Withdrawn"
    paths = shell("git ls-tree -r --name-only main", bare).stdout.split()
    assert paths == sorted(f"site/{name}" for name in archive.files())


# nginx


def test_nginx_serves_one_whole_state_with_the_headers(archive, tmp_path):
    need("nginx"), need("rsync"), need("flock")
    place, port = tmp_path / "srv", free_port()
    place.mkdir()
    commands = block("sh", "/srv/ddor-site/next")
    shell(commands, archive.root, {"/srv/ddor-site": str(place)})
    server = block("nginx").replace("/srv/ddor-site", str(place))
    server = server.replace("listen 80;", f"listen {HOST}:{port};")
    kinds = "client_body proxy fastcgi uwsgi scgi".split()
    temporary = " ".join(f"{each}_temp_path {tmp_path}/{each};" for each in kinds)
    user = "user root;" if os.geteuid() == 0 else ""
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; {user} worker_processes 1; pid {tmp_path}/pid; events {{}}\n"
        f"http {{ access_log off; {temporary}\n{server}}}\n"
    )
    log = tmp_path / "nginx.log"
    command = ["nginx", "-e", str(log), "-c", str(tmp_path / "nginx.conf")]
    assert "warn" not in subprocess.run([*command, "-t"], capture_output=True, text=True).stderr
    with running(port, command, log):
        headers_are_right(port, archive.site)
        assert verify_site(archive.site, f"http://{HOST}:{port}") == []
        compressed = ask(port, f"/weeks/{WEEK}/", headers={"Accept-Encoding": "gzip"})[1]
        assert compressed["Content-Encoding"] == "gzip" and compressed["Vary"] == "Accept-Encoding"
        before = archive.files()
        shutil.rmtree(archive.week / "r1")
        (archive.site / "index.html").write_text("Now")
        (place / "next").symlink_to(os.readlink(place / "current"))  # as of a run that was killed
        time.sleep(1)  # copies are named by the second
        with asking(port, ["/", "/data/catalog.json", f"/weeks/{WEEK}/r2/index.html"]) as seen:
            shell(commands, archive.root, {"/srv/ddor-site": str(place)})
        assert len(seen) > 20 and {status for _, status, _ in seen} == {200}
        assert {body for path, _, body in seen if path == "/"} <= {before["index.html"], b"Now"}
        assert ask(port, "/")[2] == b"Now"
        assert ask(port, f"/weeks/{WEEK}/r1/index.html")[0] == 404
    left = [folder for folder in place.iterdir() if not folder.is_symlink()]
    assert len(left) == 1 and files_of(left[0]) == archive.files()


def headers_are_right(port: int, site: Path) -> None:
    icon = f"/{next(site.glob('assets/icon-*.svg')).relative_to(site)}"
    own = "style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'"
    others = "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    for path, kind, cached in cases(f"""
        /                                | text/html; charset=utf-8            | max-age=300
        /feed.xml                        | application/atom+xml; charset=utf-8 | max-age=300
        /weeks/{WEEK}/data/checks.csv    | text/csv; charset=utf-8             | max-age=300
        /weeks/{WEEK}/data/summary.json  | application/json                    | max-age=300
        /data/all.xlsx                   | {EXCEL} | max-age=300
        /data/all.parquet                | application/vnd.apache.parquet      | max-age=300
        {icon} | image/svg+xml; charset=utf-8 | public, max-age=31536000, immutable
        /assets/none.css                 | text/html; charset=utf-8            |
    """):
        status, headers, _ = ask(port, path)
        assert (status, headers["Content-Type"]) == (200 if cached else 404, kind)
        strict = f"default-src 'none'; {own}; {others}"
        assert headers.get_all("Content-Security-Policy") == [strict]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Server"] == "nginx"
        assert (headers["Cache-Control"] or "") == cached
    chart = ask(port, f"/weeks/{WEEK}/r2/declined-by-agency.svg")[1]
    assert "'unsafe-inline'" in chart["Content-Security-Policy"]
    assert chart["X-Content-Type-Options"] == "nosniff" and chart["Cache-Control"] == "max-age=300"
    assert ask(port, "/assets/")[0] == 403
    moved = ask(port, f"/weeks/{WEEK}")
    assert (moved[0], moved[1]["Location"]) == (301, f"/weeks/{WEEK}/")


@contextlib.contextmanager
def asking(port: int, paths: list[str]):
    """Meanwhile, ask again and again: [(path, status, bytes)]."""
    seen, done = [], threading.Event()

    def reader():
        while not done.is_set():
            for path in paths:
                status, _, body = ask(port, path)
                seen.append((path, status, body))

    thread = threading.Thread(target=reader)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join(10)


# S3


class Store:
    """A bucket of a store on this machine, with versions, and its log of requests."""

    def __init__(self, port: int, log: Path):
        self.port, self.log = port, log
        enabled = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
        assert self.ask("", "PUT")[0] == self.ask("?versioning", "PUT", enabled)[0] == 200
        self.environ = {
            "AWS_ENDPOINT_URL": f"http://{HOST}:{port}",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "a",
            "AWS_SECRET_ACCESS_KEY": "b",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "HTTPS_PROXY": f"http://{HOST}:9",  # an aws that is too old for the first goes nowhere
        }

    def ask(self, path: str, method="GET", body=None):
        path = path if path.startswith("?") else f"/{path}"
        return ask(self.port, f"/ddor-test{path}", method, body, SIGNED)

    def put(self, files: dict[str, bytes]) -> None:
        assert {self.ask(name, "PUT", data)[0] for name, data in files.items()} == {200}

    def changes(self) -> list[tuple[str, str]]:
        """("PUT" or "DELETE", key) of what was done, in the order of the log."""
        log = re.sub(r"\x1b\[\d+m", "", self.log.read_text())
        return re.findall(r'"(PUT|DELETE) /ddor-test/([^ ?]+)[^"]*" 20\d', log)

    def keys(self, query="?list-type=2") -> list[str]:
        return re.findall(r"<Key>(.*?)</Key>", self.ask(query)[2].decode())


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", PATH)
    need("aws"), need("moto_server"), need("flock")
    port, log = free_port(), tmp_path / "store.log"
    with running(port, ["moto_server", "-H", HOST, "-p", str(port)], log):
        yield Store(port, log)


def unreachable(files: dict[str, bytes]) -> set[str]:
    """What a reader who starts at the home page is sent to, and which is not there."""
    known, missing, waiting = {"index.html", "feed.xml"}, set(), ["index.html"]
    while waiting:
        page = waiting.pop()
        if page not in files:
            missing.add(page)
        elif page.endswith(".html"):
            links = links_of(page, files[page]) - known
            known |= links
            waiting += links
    return missing


@functools.cache
def links_of(page: str, html: bytes) -> frozenset[str]:
    found = re.findall(r'(?:href|src|srcset)="([^"]*)"', html.decode())
    targets = [urlsplit(urljoin(f"http://site/{page}", link)) for link in found]
    return frozenset(t.path.lstrip("/") for t in targets if t.netloc == "site")


@pytest.mark.slow
def test_no_reader_of_a_store_is_sent_to_what_is_not_there_whenever_it_stops(archive, stage, store):
    """From one revision to two and a new week: the revised page names an agency that had none."""
    command = block("sh", "sync-s3.sh").replace("BUCKET", "ddor-test")
    before = stage("first").files() | {"weeks/gone.svg": b"<svg/>"}
    now = archive.files()
    store.put(before)
    uploaded = len(store.changes())
    later = time.time()  # published after the upload
    for name in now:
        if now[name] != before.get(name):
            os.utime(archive.site / name, (later, later))

    given = {"cwd": archive.root, "start_new_session": True, "env": os.environ | store.environ}
    script = subprocess.Popen(["sh", "-c", command], **given)
    while not any("/r2/" in key for _, key in store.changes()[uploaded:]):
        assert script.poll() is None
        time.sleep(0.01)
    os.killpg(script.pid, signal.SIGKILL)
    script.wait()
    there = {key: store.ask(key)[2] for key in store.keys()}
    assert len(there) < len(now) and not unreachable(there)

    shell(command, archive.root, **store.environ)
    changes = store.changes()[uploaded:]
    state = dict(before)
    for method, key in changes:
        if method == "PUT":
            state[key] = now[key]
        else:
            assert key not in now and state.pop(key)
        assert not unreachable(state), f"after {method} {key}"
    assert state == now == {key: store.ask(key)[2] for key in store.keys()}

    order = [key for _, key in changes]
    new = [n for n, key in enumerate(order) if key not in before]
    revisions = [n for n in new if re.match(r"weeks/[^/]*/r[0-9]+/", order[n])]
    weeks = [order.index(f"weeks/{week}/index.html") for week in (WEEK, NEXT_WEEK)]
    lists = [order.index(key) for key in ("index.html", "feed.xml", "data/catalog.json")]
    assert len(revisions) > 10 and max(revisions) < min(weeks) and max(weeks) < min(lists)
    gone = [n for n, (method, _) in enumerate(changes) if method == "DELETE"]
    assert "weeks/gone.svg" in {order[n] for n in gone} and max(lists) < min(gone)
    for key, kind in {
        f"weeks/{WEEK}/index.html": "text/html",
        f"weeks/{WEEK}/r2/index.html": "text/html",
        f"weeks/{NEXT_WEEK}/data/checks.csv": "text/csv",
        "data/all.xlsx": EXCEL,
        "data/all.parquet": "application/vnd.apache.parquet",
    }.items():
        headers = store.ask(key)[1]
        assert (headers["Content-Type"], headers["Cache-Control"]) == (kind, "max-age=300")
    assert len(store.keys("?versions")) > len(store.keys())
    commands = block("sh", "list-object-versions")
    shell(commands, archive.root, {"BUCKET": "ddor-test"}, **store.environ)
    markers = {order[n] for n in gone}
    assert sorted(store.keys("?versions")) == sorted([*store.keys(), *markers])  # and nothing older


def test_a_site_half_published_or_missing_is_not_sent_to_a_store(archive, tmp_path):
    """No program of a store is needed: the script ends before."""
    need("flock")
    command = block("sh", "sync-s3.sh")
    (tmp_path / "aws").write_text("#!/bin/sh\ntouch called\n")
    (tmp_path / "aws").chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    journal = archive.runs / ".journal.json"
    for broken in (lambda: journal.write_text("{}"), (archive.site / "data/catalog.json").unlink):
        broken()
        assert shell(command, archive.root, check=False, PATH=path).returncode == 1
        journal.unlink(missing_ok=True)
    assert not (archive.root / "called").exists()
