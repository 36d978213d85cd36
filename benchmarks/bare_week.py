"""A week as a bare script would make it: the same counts and charts with pandas and matplotlib, and
nothing else: no checks, no notebook, no archive. What `run_week.py` is compared with.

    python benchmarks/bare_week.py EXTRACT WEEK OUT
"""

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
import pandas as pd

HERE = Path(__file__).resolve().parents[1] / "src" / "ddor" / "reference" / "data"
TIMES = "issued_at outcome_recorded_at notice_at release_due_at released_at".split()


def drawn(frame: pd.DataFrame, title: str, file: Path) -> None:
    top = frame.head(12)
    figure, axes = plt.subplots(figsize=(8, 1 + 0.36 * len(top)))
    top.iloc[::-1].plot.barh(stacked=True, ax=axes, width=0.72)
    axes.set_title(title)
    for place, total in enumerate(top.sum(axis=1).iloc[::-1]):
        axes.text(total, place, f" {int(total):,}", va="center")
    figure.tight_layout()
    figure.savefig(file.with_suffix(".svg"))
    figure.savefig(file.with_suffix(".png"), dpi=150)
    plt.close(figure)


def main(extract: Path, week: str, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    requests = pd.read_csv(extract / "requests.csv", dtype="str", keep_default_na=False)
    charges = pd.read_csv(extract / "charges.csv", dtype="str", keep_default_na=False)
    for name in TIMES:
        requests[name] = pd.to_datetime(requests[name], format="ISO8601", errors="coerce")
    first = pd.Timestamp(week)
    last = first + pd.Timedelta(days=7)
    in_week = {n: requests[n].between(first, last, inclusive="left") for n in TIMES[:2]}
    issued = requests[in_week["issued_at"]]
    recorded = requests[in_week["outcome_recorded_at"]]
    declined = recorded[recorded["outcome"] == "declined"]
    place = ["agency_id", "agency_name", "state"]
    tables = {
        "issued": issued.pivot_table(
            index=place, columns="outcome", values="request_id", aggfunc="count", fill_value=0
        )
    }
    ahead = declined["released_at"] - declined["notice_at"]
    kind = pd.Series("unclassified", index=declined.index)
    kind[declined["released_at"].notna() & ~(ahead > pd.Timedelta(0))] = "no notice"
    kind[(ahead > pd.Timedelta(0)) & (ahead < pd.Timedelta(hours=48))] = "insufficient notice"
    kind[(ahead >= pd.Timedelta(hours=48)) & declined["release_due_at"].notna()] = "not held"
    tables["declined"] = (
        declined.assign(kind=kind)
        .pivot_table(index=place, columns="kind", values="request_id", aggfunc="count")
        .fillna(0)
    )
    groups = pd.read_csv(HERE / "offense_groups.csv", dtype="str", comment="#")
    names = dict(zip(groups["code"], groups["name"], strict=True))
    own = charges[charges["request_id"].isin(declined["request_id"])]
    own = own[own["timing"] == "before_release"]
    own = own.assign(
        group=own["ncic_code"].str[:2].map(names), convicted=own["disposition"] == "convicted"
    )
    of_group = own.groupby(["request_id", "group"])["convicted"].any().reset_index()
    tables["charges"] = of_group.pivot_table(
        index="group", columns="convicted", values="request_id", aggfunc="count", fill_value=0
    )
    tables["citizenship"] = declined.groupby("citizenship")["request_id"].count().to_frame("n")
    days = (declined["outcome_recorded_at"] - declined["issued_at"]).dt.days
    bands = pd.cut(
        days, [-1, 7, 30, 90, 365, 10_000], labels=["week", "month", "90", "year", "more"]
    )
    tables["days"] = bands.value_counts().to_frame("n")
    page = [f"<h1>Week of {week}</h1>"]
    for name, table in tables.items():
        table = table.loc[table.sum(axis=1).sort_values(ascending=False).index]
        table.to_csv(out / f"{name}.csv")
        drawn(table, name, out / name)
        page += [f"<h2>{name}</h2>", f'<img src="{name}.svg" alt="{name}">', table.to_html()]
    totals = {"issued": len(issued), "declined": len(declined)}
    (out / "summary.json").write_text(json.dumps(totals))
    (out / "index.html").write_text("\n".join(page))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
