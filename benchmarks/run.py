"""Times pairs of commands in turn, as whole processes, and writes RESULTS.md: `make bench`.

A row is a ratio of medians, since machines differ and are never quiet; both commands of a pair run
in the same environment, one after the other, as often as the row says. Peak memory is that of the
largest process of a command.
"""

import functools
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).resolve().parents[1]
WEEK = "2017-03-04"
PYTHON = sys.executable
LARGE = tempfile.TemporaryDirectory(prefix="bench-")


class Row(NamedTuple):
    """`ours` and `plain`: from a fresh folder to the command line that is timed. at_most: what the
    ratio has to stay below."""

    name: str
    what: str
    ours: Callable[[Path], list[str]]
    plain: Callable[[Path], list[str]]
    at_most: float
    times: int = 5


class Measured(NamedTuple):
    seconds: float
    megabytes: int


def week(out: Path) -> list[str]:
    return [PYTHON, str(PROJECT / "run_week.py"), WEEK, "--sample", "--output", str(out)]


def unchanged(out: Path) -> list[str]:
    subprocess.run(week(out), check=True, capture_output=True)
    return week(out)


def bare(out: Path) -> list[str]:
    script = str(PROJECT / "benchmarks" / "bare_week.py")
    return [PYTHON, script, str(PROJECT / "samples" / WEEK), WEEK, str(out)]


def plain(out: Path) -> list[str]:
    """papermill, then nbconvert, as their own command lines."""
    template, page = PROJECT / "notebooks" / "weekly_report.ipynb", out / "a.ipynb"
    out.mkdir(parents=True)
    programs = Path(PYTHON).parent
    words = (
        f'"{programs}/papermill" "{template}" "{page}" -p week {WEEK} --no-progress-bar -k python3'
    )
    words += f' && "{programs}/jupyter" nbconvert --to html "{page}"'
    return ["sh", "-c", words]


def imported(form: str) -> Callable[[Path], list[str]]:
    """A national file as extracts of its weeks, by the command line."""

    def command(out: Path) -> list[str]:
        words = [str(Path(PYTHON).parent / "ddor"), "import", "foia", large_file(form)]
        return [*words, "--weeks", "2016-10-01..2026-03-06", "--out", f"{out}/{{week}}"]

    return command


def by_a_script(form: str) -> Callable[[Path], list[str]]:
    script = str(PROJECT / "benchmarks" / "plain_import.py")
    return lambda out: [PYTHON, script, large_file(form), str(out)]


@functools.cache
def large_file(form: str) -> str:
    file = str(Path(LARGE.name) / f"national.{form}")
    script = str(PROJECT / "benchmarks" / "large_foia.py")
    subprocess.run([PYTHON, script, "2000000", file], check=True)
    return file


def pandas(_: Path) -> list[str]:
    return [PYTHON, "-c", "import pandas"]


WORDS_OF_D = "a 2-million-row import ({}, 65 columns) ÷ the DuckDB script"
ROWS = (
    Row("a", "one cold week ÷ the bare script", week, bare, 2.2),
    Row("b", "one cold week ÷ papermill + nbconvert on the same template", week, plain, 0.5),
    *(
        Row(f"d {form}", WORDS_OF_D.format(form), imported(form), by_a_script(form), 5, times=3)
        for form in ("csv", "parquet")
    ),
    Row("g", "an unchanged week ÷ `import pandas`", unchanged, pandas, 2),
)


def measured(words: list[str]) -> Measured:
    begun = time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    if status:
        sys.exit(f"{' '.join(words)}\n{said.decode()}")
    return Measured(seconds, used.ru_maxrss >> 10)


def pairs(row: Row) -> list[list[Measured]]:
    found: list[list[Measured]] = [[], []]
    for _ in range(row.times):
        for side, prepare in zip(found, (row.ours, row.plain), strict=True):
            folder = Path(tempfile.mkdtemp(prefix="bench-"))
            side.append(measured(prepare(folder / "out")))
            shutil.rmtree(folder)
    return found


def line(row: Row) -> str:
    ours, other = pairs(row)
    seconds = [statistics.median(each.seconds for each in side) for side in (ours, other)]
    spread = [f"{min(s).seconds:.2f} to {max(s).seconds:.2f}" for s in (ours, other)]
    memory = " / ".join(str(max(each.megabytes for each in side)) for side in (ours, other))
    ratio = seconds[0] / seconds[1]
    cells = [row.name, row.what, f"**{ratio:.2f}**", f"≤ {row.at_most:g}"]
    cells += [f"{s:.2f} ({around})" for s, around in zip(seconds, spread, strict=True)]
    return f"| {' | '.join([*cells, memory, str(row.times)])} |"


def machine() -> str:
    memory = Path("/proc/meminfo").read_text().split()[1] if Path("/proc/meminfo").exists() else 0
    version = ".".join(map(str, sys.version_info[:3]))
    return f"{os.cpu_count()} cores, {int(memory) >> 20} GiB, Python {version}"


def main(names: list[str]) -> None:
    head = "| | what | ratio | wanted | ours, s | plain, s | peak MB | times |\n" + "|---" * 8 + "|"
    lines = [line(row) for row in ROWS if not names or row.name.split()[0] in names]
    words = f"# Measured\n\nMedians with their ranges, on {machine()}; `make bench` writes this.\n"
    text = "\n".join([words, head, *lines, ""])
    if not names:
        (PROJECT / "benchmarks" / "RESULTS.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main(sys.argv[1:])
