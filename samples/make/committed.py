"""Makes the committed samples anew, from fixed seeds: `python samples/make/committed.py`."""

from pathlib import Path

from later import make_later
from reenactment import REENACTED, make_reenactment

from ddor.calendar import Week
from ddor.extract.csv_files import write_extract
from ddor.importers.samples.ordinary import make_sample

SEEDS = {"2017-02-18": 4, "2017-02-25": 5, "2017-03-04": 3}


def write_committed_samples(folder: Path) -> None:
    """The three ordinary weeks and the re-enactment, each as `folder`/<first day>, and the ordinary
    weeks as they are taken again later as `folder`/later/<first day>."""
    for first_day, seed in SEEDS.items():
        week = Week.parse(first_day)
        first = make_sample(week, seed)
        write_extract(first, folder / first_day)
        write_extract(make_later(first, week, seed), folder / "later" / first_day)
    write_extract(make_reenactment(), folder / REENACTED)


if __name__ == "__main__":
    write_committed_samples(Path(__file__).parents[1])
