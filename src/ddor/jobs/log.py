"""The log of a week's runs, for whoever looks for what happened at night:

    runs/logs/<week>.jsonl    a line for each event: time (UTC), event, and what belongs to it

Of each run that published something, that waits for a person, or whose notebook failed: its inputs
with their sha256, each step with its seconds, its figures, and its end. A run that was refused, or
that ended as the one before it did, leaves nothing, here as elsewhere.
"""

import contextlib
import datetime as dt
import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

from ddor.archive.publish import Archive
from ddor.errors import all_without_secrets
from ddor.jobs.order import Result

FOLDER = "runs/logs"
KEPT = 3  # events at the end of a run that say what it gave: inputs, counts, end


class RunLog:
    """The events of one run, in memory until it is known that they are kept."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, event: str, at: float | None = None, **of: Any) -> None:
        """`at`: seconds since 1970; `of`: what belongs to it, plain values."""
        moment = dt.datetime.fromtimestamp(at or time.time(), dt.UTC)
        content = {"time": moment.isoformat(timespec="milliseconds"), "event": event, **of}
        self.lines.append(json.dumps(all_without_secrets(content)))

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        begun, counter = time.time(), time.perf_counter()
        yield
        self.add("step", begun, step=name, seconds=round(time.perf_counter() - counter, 3))

    def end(
        self, archive: Archive, result: Result, hashes: dict[str, str], figures: Mapping
    ) -> None:
        """Adds what the run ended with, and keeps all of it. The archive is locked."""
        self.add("inputs", sha256=hashes)
        self.add("counts", figures=figures)
        told = ("revision", "messages", "status", "exit_code")
        self.add("end", **{name: getattr(result, name) for name in told})
        path = f"{FOLDER}/{result.period}.jsonl"
        file = archive.output / path
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        last = before.splitlines()[-KEPT:]
        if _outcome(last) != _outcome(self.lines[-KEPT:]):
            lines = before + "".join(f"{line}\n" for line in self.lines)
            archive.publish({}, {path: lines.encode()})


def _outcome(lines: list[str]) -> list[dict]:
    """The last events without their times, and without messages, which name paths; nothing of lines
    that were damaged."""
    left_out = ("time", "messages")
    try:
        events = [json.loads(line) for line in lines]
        return [{k: v for k, v in each.items() if k not in left_out} for each in events]
    except (ValueError, AttributeError):
        return []
