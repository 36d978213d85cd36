"""An archive of any number of weeks before WEEK, the week that is then published: one week is run,
the others are copies of it under earlier dates, and the site is made from them all.

    python benchmarks/long_archive.py WEEK NUMBER OUT
"""

import csv
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from ddor.calendar import Week
from ddor.published.catalog import CATALOG, open_catalog

PROJECT = Path(__file__).resolve().parents[1]
KEPT = ("index.html", "data/*.csv", "data/*.json")  # of a revision, but for what nobody reads again
PRIVATE = ("extract.parquet", "attributes.json", "manifest.json")


def copied(source: Path, target: Path, names: tuple[str, ...], dates: dict[str, str]) -> None:
    for file in [file for name in names for file in source.glob(name)]:
        data = file.read_bytes()
        for before, after in dates.items() if file.suffix != ".parquet" else ():
            data = data.replace(before.encode(), after.encode())
        copy = target / file.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(data)


def main(week: str, number: int, out: Path) -> None:
    target = Week.parse(week)
    first = Week(target.first_day - timedelta(days=7))
    command = [sys.executable, str(PROJECT / "run_week.py"), str(first), "--sample"]
    subprocess.run([*command, "--output", str(out)], check=True, capture_output=True)
    site, runs, catalog = out / "site", out / "runs", open_catalog(out / "site")
    assert catalog
    revision = catalog.weeks[str(first)][0]
    with open(runs / "ledger.csv", encoding="utf-8", newline="") as file:
        flags = [*csv.DictReader(file)]
    lines = list(flags)
    for ago in range(1, number):
        back = timedelta(days=7 * ago)
        own, as_of = Week(first.first_day - back), date.fromisoformat(revision.as_of) - back
        days = (str(first), first.last_day.isoformat(), revision.as_of)
        dates = dict(zip(days, (str(own), own.last_day.isoformat(), str(as_of)), strict=True))
        for folder in ("", "r1"):
            copied(site / first.path / folder, site / own.path / folder, KEPT, dates)
        copied(runs / str(first) / "r1", runs / str(own) / "r1", PRIVATE, dates)
        line = replace(revision, as_of=str(as_of), published_on=str(as_of))
        catalog = catalog.with_revisions(own, [line])
        changed = {"week": str(own), "first_held": str(as_of)}
        lines += [
            flag | changed | {name: f"{flag[name]}-{ago}" for name in ("flag", "subject")}
            for flag in flags
        ]
    (site / CATALOG).write_bytes(catalog.file())
    with open(runs / "ledger.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(flags[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
    words = "from ddor.cli import ddor; ddor()"
    subprocess.run([sys.executable, "-c", words, "rebuild", "--output", str(out)], check=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
