"""What the weekly job leaves and tells when nobody watches: its log, notifications, what is kept;
and whether a served copy is what was published."""

import http.server
import json
import os
import shutil
import socketserver
import threading
import time

import pytest
from conftest import PROJECT, serving
from small_archive import FIRST_ROWS, WEEK, SmallArchive
from test_public_words import BULK
from weekly_runs import no_kernel, ran

from ddor.cli import run_week

AS_OF = "2017-04-05"


@pytest.fixture
def archive(tmp_path, monkeypatch) -> SmallArchive:
    no_kernel(monkeypatch)
    archive = SmallArchive(tmp_path / "archive")
    archive.receive(FIRST_ROWS, AS_OF)
    return archive


@pytest.fixture
def published(copy_of, monkeypatch) -> SmallArchive:
    """After its first run."""
    no_kernel(monkeypatch)
    return copy_of("first")


class Mailbox(socketserver.StreamRequestHandler):
    """As much of SMTP as a client without TLS asks for."""

    def handle(self):
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline().strip():
            if line.upper() == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                while (text := self.rfile.readline()) != b".\r\n":
                    self.server.received += text.decode()
            self.wfile.write(b"221 bye\r\n" if line.upper() == b"QUIT" else b"250 ok\r\n")


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.received += self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    """server(handler) -> a running server on loopback; what it received is in `.received`."""
    running = []

    def started(handler):
        running.append(socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler))
        running[-1].received = ""
        threading.Thread(target=running[-1].serve_forever, daemon=True).start()
        return running[-1]

    yield started
    for each in running:
        each.shutdown()
        each.server_close()


def test_each_run_has_a_log_and_a_run_that_changed_nothing_leaves_none(published):
    archive = published
    file = archive.runs / "logs" / f"{WEEK}.jsonl"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    steps = [line["step"] for line in lines if line["event"] == "step"]
    assert steps == ["read", "count", "notebook", "publish"]
    told = {line["event"]: line for line in lines}
    assert len(told["inputs"]["sha256"]["requests"]) == 64
    assert told["counts"]["figures"]["received_total"] == len(FIRST_ROWS)
    assert (told["end"]["status"], told["end"]["exit_code"]) == ("published", 0)
    assert os.stat(file).st_mode & 0o777 == 0o600
    before = file.read_bytes()
    assert archive.run().code == 0 and file.read_bytes() == before
    archive.receive([*FIRST_ROWS, *BULK], AS_OF)
    assert archive.run().code == 4
    last = json.loads(file.read_text().splitlines()[-1])
    assert file.read_bytes().startswith(before) and (last["status"], last["exit_code"]) == (
        "held",
        4,
    )


def test_a_damaged_log_stops_no_run(published):
    log = published.runs / "logs" / f"{WEEK}.jsonl"
    log.write_text(log.read_text() + '{"time": "2017\n')
    done = published.run("--force")
    assert done.code == 0 and "published r2" in done.stdout
    assert json.loads(log.read_text().splitlines()[-1])["revision"] == 2


def test_people_are_told_by_a_command_a_webhook_or_a_mail(archive, server, tmp_path):
    told, hook, mail = tmp_path / "told.json", server(Hook), server(Mailbox)
    places = (
        f"cat > {told}",
        f"http://127.0.0.1:{hook.server_address[1]}/x?token=secret",
        f"smtp://127.0.0.1:{mail.server_address[1]}/?from=ddor@example.org&to=a@example.org",
    )
    assert archive.run("--set", f"notify={places[0]}").code == 0
    content = json.loads(told.read_text())
    assert content["subject"] == "DDOR: 1 published"
    (week,) = content["reports"]
    assert (week["week"], week["revision"]) == (WEEK, 1) and week["page"].endswith("index.html")
    told.unlink()
    assert archive.run("--set", f"notify={places[0]}").code == 0
    assert not told.exists(), "nothing changed, so there is nothing to tell"
    archive.receive([*FIRST_ROWS, *BULK], AS_OF)
    for place in places[1:]:
        assert archive.run("--set", f"notify={place}").code == 4
    assert json.loads(hook.received)["exit_code"] == 4
    assert "Subject: DDOR: 1 held" in mail.received and "draft" not in mail.received + hook.received
    assert "WREN" not in mail.received + hook.received, "what it says of an agency is not published"
    hook.shutdown()
    hook.server_close()
    for place in ("smtp://127.0.0.1:1/", "smtp://host/?from=a@example.org", "mailto:a@example.org"):
        wrong = archive.run("--set", f"notify={place}")
        assert wrong.code == 2 and "notify: seen" in wrong.stderr
    failed = archive.run("--set", f"notify={places[1]}")
    assert failed.code == 4, "that nobody could be told changes nothing"
    assert "notification could not be sent" in failed.stderr and "secret" not in failed.stderr


def test_people_are_told_too_where_no_week_could_be_looked_for(archive, tmp_path):
    told = tmp_path / "told.json"
    (archive.root / "corrections" / "new.yaml").write_text("week: tomorrow\n")
    words = ["--params", archive.root / "weekly.yaml", "--set", f"notify=cat > {told}"]
    assert ran(lambda: run_week([str(word) for word in words], PROJECT)).code == 2
    content = json.loads(told.read_text())
    assert (
        content["subject"] == "DDOR: the job stopped before any week" and content["exit_code"] == 2
    )
    assert "tomorrow" not in told.read_text(), "what people wrote is not passed on"


def test_what_no_revision_needs_is_kept_for_so_many_days_and_verify_still_works(published):
    archive = published
    kept = {file.name for file in (archive.runs / WEEK / "r1").iterdir()}
    old = time.time() - 40 * 86_400
    for name in ("rows", "notices", "failed"):
        (archive.runs / WEEK / name).mkdir()
        (archive.runs / WEEK / name / "a").write_text("x")
        os.utime(archive.runs / WEEK / name / "a", (old, old))
    (archive.runs / WEEK / "rows" / "b").write_text("of today")
    archive.receive(FIRST_ROWS[:-1], AS_OF)
    assert archive.run("--set", "keep_runs=30").code == 0
    left = {file.name for file in (archive.runs / WEEK).iterdir()}
    assert "rows" in left and not left & {"notices", "failed"}
    assert {file.name for file in (archive.runs / WEEK / "r1").iterdir()} == kept


def test_what_cannot_be_removed_is_told_and_a_copy_of_a_folder_silences_nobody(
    published, tmp_path, monkeypatch
):
    archive, told = published, tmp_path / "told.json"
    (archive.runs / WEEK / "failed").mkdir()
    shutil.copytree(archive.runs / WEEK, archive.runs / f"{WEEK}.bak")
    (archive.runs / f"{WEEK}.bak" / "review.csv").write_text("")

    def refused(place):
        raise PermissionError(13, "Permission denied", str(place))

    archive.receive(FIRST_ROWS[:-1], AS_OF)
    words = ("--set", "keep_runs=30", "--set", f"notify=cat > {told}")
    with monkeypatch.context() as patch:
        patch.setattr("ddor.jobs.due.remove", refused)
        done = archive.run(*words)
    assert done.code == 0 and "could not be removed: [Errno 13] Permission denied" in done.stderr
    assert json.loads(told.read_text())["subject"] == "DDOR: 1 published"
    assert archive.run("--force").code == 0, "nothing was left that stands in the way"


def test_a_copy_of_the_site_is_whole_and_current_or_it_is_said_what_is_not(published, tmp_path):
    archive = published
    copy = shutil.copytree(archive.site, tmp_path / "copy")
    assert archive.ddor("verify", "--site", copy).code == 0
    with serving(archive.site) as address:
        done = archive.ddor("verify", "--site", address)
        assert done.code == 0 and "nosniff" in done.stderr
    (copy / "feed.xml").write_text("other")
    (copy / "index.html").unlink()
    (copy / "left.html").write_text("withdrawn")
    (copy / "private").symlink_to(archive.runs)
    done = archive.ddor("verify", "--site", copy)
    assert done.code == 5
    for said in (
        "missing, 1: index.html",
        "different, 1: feed.xml",
        "withdrawn), 2: left.html, private (a link)",
    ):
        assert said in done.stderr
    with serving(copy) as address:
        assert archive.ddor("verify", "--site", address).code == 5
    archive.receive(FIRST_ROWS[:-1], AS_OF)
    assert archive.run().code == 0
    assert "not current" in archive.ddor("verify", "--site", copy).stderr
    with serving(archive.output) as address:
        exposed = archive.ddor("verify", "--site", f"{address}site")
        assert exposed.code == 5 and "private, and served" in exposed.stderr
    assert archive.ddor("verify", "--site", tmp_path / "none").code == 2
    assert archive.ddor("verify").code == archive.ddor("verify", WEEK, "--site", copy).code == 2
