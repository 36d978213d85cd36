"""Writing an extract as a folder of CSV files, which `read_extract` reads back unchanged."""

from dataclasses import asdict
from pathlib import Path

import pandas as pd
import yaml

from ddor.extract.model import DATES_ONLY, DATETIMES, TABLES, Extract


def write_extract(extract: Extract, folder: Path) -> None:
    """Write requests.csv, charges.csv and about.yaml into `folder`, which is made if need be.

    UTF-8, lines ending in a newline; times as 2017-01-28T09:15, seconds only where there are
    some, a date alone at midnight; empty where missing. The same extract gives the same bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in TABLES:
        frame = getattr(extract, name)
        times = {column: _iso(frame[column]) for column in frame if column in DATETIMES}
        text = frame.assign(**times).to_csv(index=False, lineterminator="\n")
        (folder / f"{name}.csv").write_bytes(text.encode("utf-8"))
    about = asdict(extract.about)
    text = yaml.safe_dump(about, sort_keys=False, allow_unicode=True, width=10_000)
    (folder / "about.yaml").write_bytes(text.encode("utf-8"))


def _iso(times: pd.Series) -> pd.Series:
    text = times.dt.strftime("%Y-%m-%dT%H:%M:%S").astype("str")
    if times.name in DATES_ONLY:
        return text.str[:10]
    return text.str.removesuffix(":00").str.removesuffix("T00:00")
