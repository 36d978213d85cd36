"""Times pairs of commands in turn, as whole processes, and writes RESULTS.md: `make bench`.

A row is a ratio of medians, since machines differ and are never quiet; both commands of a pair run
in the same environment, one after the other, as often as the row says. Peak memory is that of the
largest process that a command waits for: kernels and workers, which are forked by another process,
are not in it.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from ddor.calendar import Week, weeks_between
from ddor.extract.csv_files import write_extract
from ddor.importers.samples.ordinary import make_sample

PROJECT = Path(__file__).resolve().parents[1]
WEEK = "2017-03-04"
YEAR = weeks_between(Week.parse("2016-01-02"), Week.parse("2016-12-24"))
PYTHON = sys.executable
MADE = tempfile.TemporaryDirectory(prefix="bench-")


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
    out.mkdir(parents=True)
    return ["sh", "-c", plain_week(out, WEEK, f"-p week {WEEK}")]


def plain_week(out: Path, week: str, parameters: str) -> str:
    template, page = PROJECT / "notebooks" / "weekly_report.ipynb", out / f"{week}.ipynb"
    programs = Path(PYTHON).parent
    words = (
        f'"{programs}/papermill" "{template}" "{page}" {parameters} --no-progress-bar -k python3'
    )
    return words + f' && "{programs}/jupyter" nbconvert --to html "{page}"'


def year(out: Path) -> list[str]:
    extracts = f"{extracts_of_year(out.with_name('extracts'))}/{{week}}"
    words = [PYTHON, str(PROJECT / "run_week.py"), f"{YEAR[0]}..{YEAR[-1]}", "--jobs", "2"]
    return [*words, "--quiet", "--extract", extracts, "--output", str(out)]


def plain_year(out: Path) -> list[str]:
    out.mkdir(parents=True)
    extracts = extracts_of_year(out.with_name("extracts"))
    weeks = []
    for week in map(str, YEAR):
        keys = {"extract": str(extracts / week)}
        given = json.dumps({"week": week, "sample": False, "settings": keys})
        weeks.append(plain_week(out, week, f"-y '{given}'"))
    return ["sh", "-c", " && ".join(weeks)]


def extracts_of_year(folder: Path) -> Path:
    for seed, week in enumerate(YEAR):
        write_extract(make_sample(week, seed, 600), folder / str(week))
    return folder


@cache
def made(script: str, size: int) -> Path:
    """What a script of this folder makes for WEEK, once for all runs."""
    folder = Path(MADE.name) / f"{script}-{size}"
    words = [PYTHON, str(PROJECT / "benchmarks" / f"{script}.py"), WEEK, str(size), str(folder)]
    environment = os.environ | {"PYTHONPATH": str(PROJECT / "src")}
    subprocess.run(words, check=True, capture_output=True, env=environment)
    return folder


def week_number(number: int, out: Path) -> list[str]:
    """Into an archive that has all weeks before it. A publication replaces files and writes into
    none, so that links will do."""
    shutil.copytree(made("long_archive", number - 1), out, copy_function=os.link)
    return week(out)


def week_of(requests: int, out: Path) -> list[str]:
    folder = made("large_week", requests)
    given = ["--extract", str(folder / "extract"), "--set", f"agencies={folder}/agencies.csv"]
    return [PYTHON, str(PROJECT / "run_week.py"), WEEK, *given, "--output", str(out)]


def imported(form: str, out: Path) -> list[str]:
    """A national file as extracts of its weeks."""
    words = [str(Path(PYTHON).parent / "ddor"), "import", "foia", large_file(form)]
    return [*words, "--weeks", "2016-10-01..2026-03-06", "--out", f"{out}/{{week}}"]


def by_a_script(form: str, out: Path) -> list[str]:
    return [PYTHON, str(PROJECT / "benchmarks" / "plain_import.py"), large_file(form), str(out)]


@cache
def large_file(form: str) -> str:
    file = str(Path(MADE.name) / f"national.{form.lower()}")
    script = str(PROJECT / "benchmarks" / "large_foia.py")
    subprocess.run([PYTHON, script, "2000000", file], check=True)
    return file


def pandas(_: Path) -> list[str]:
    return [PYTHON, "-c", "import pandas"]


D = "2 million rows × 65 columns ({}) imported ÷ the DuckDB script"
ROWS = (
    Row("a", "one cold week ÷ the bare script", week, bare, 2.2),
    Row("b", "one cold week ÷ papermill + nbconvert on the same template", week, plain, 0.5),
    Row("c", "52 weeks with `--jobs 2` ÷ 52 of the plain way in (b)", year, plain_year, 0.2, 3),
    *(
        Row("d", D.format(form), partial(imported, form), partial(by_a_script, form), 5, times=3)
        for form in ("CSV", "Parquet")
    ),
    Row("e", "the 1,000th week ÷ the 10th", *(partial(week_number, n) for n in (1000, 10)), 1.15),
    Row(
        "f",
        "a week of 250,000 requests ÷ one of 2,500",
        *(partial(week_of, requests) for requests in (250_000, 2_500)),
        at_most=6,
        times=3,
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
    lines = [line(row) for row in ROWS if not names or row.name in names]
    words = f"# Measured\n\nMedians with their ranges, on {machine()}; `make bench` writes this. "
    words += "Peak memory is that of the largest process that a command\nwaits for: kernels and "
    words += "workers, which are forked by another process, are not in it.\n"
    text = "\n".join([words, head, *lines, ""])
    if not names:
        (PROJECT / "benchmarks" / "RESULTS.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main(sys.argv[1:])
