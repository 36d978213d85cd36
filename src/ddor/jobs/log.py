"""The log of a week's runs, for whoever looks for what happened at night:

    runs/<week>/log.jsonl    a line for each event: time (UTC), event, and what belongs to it

Of each run that published something, that waits for a person, or whose notebook failed: its inputs
with their sha256, each step with its seconds, its figures, and its end. A run that was refused, or
found nothing changed, leaves nothing, here as elsewhere.
"""

import contextlib
import datetime as dt
import json
import logging
import time
from collections.abc import Iterator
from typing import Any

from ddor.archive.publish import Archive
from ddor.calendar import Period
from ddor.errors import without_secrets

LOG = "log.jsonl"


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds")
        return without_secrets(json.dumps({"time": at, "event": record.msg, **vars(record)["of"]}))


class RunLog:
    """The events of one run, in memory until it is known that they are kept."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, event: str, at: float | None = None, **of: Any) -> None:
        """`at`: seconds since 1970; `of`: what belongs to it, plain values."""
        told = {"msg": event, "created": at or time.time(), "of": of}
        self.lines.append(JsonLines().format(logging.makeLogRecord(told)))

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        begun, counter = time.time(), time.perf_counter()
        yield
        self.add("step", begun, step=name, seconds=round(time.perf_counter() - counter, 3))

    def end(self, archive: Archive, period: Period, status: str, code: int, **of: Any) -> None:
        """Adds what the run ended with, and keeps all of it. The archive is locked."""
        self.add("end", status=status, exit_code=code, **of)
        path = f"runs/{period}/{LOG}"
        file = archive.output / path
        before = file.read_bytes() if file.exists() else b""
        archive.replace(path, before + "".join(f"{line}\n" for line in self.lines).encode())
