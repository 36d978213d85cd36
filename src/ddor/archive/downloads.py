"""The data beside a page: CSV tables, summary.json, and a Frictionless descriptor of the tables.

UTF-8, comma, LF, a header; codes are text with their leading zeros. Where a reader of a row has to
know more (a dispute, an earlier date), a last column `flags` says it; under a synthetic extract it
says so in every row, for a file is passed on without its page.
"""

import json

import pandas as pd

from ddor.extract.model import SYNTHETIC_NOTICE

REQUESTS = "number of requests"
MEANINGS = {
    "agency_id": "ORI or DETLOC code of the agency asked: the key; empty: agency not shown, or all",
    "agency": "name of the agency; not a key, names repeat",
    "level": "county, municipal, state, federal, tribal or other",
    "state": "USPS code",
    "county_fips": "five-digit FIPS code of the county, leading zero kept; may be empty",
    "area": "ICE ERO area of responsibility; may be empty",
    "detainers": f"{REQUESTS}: detainers",
    "notifications": f"{REQUESTS}: requests for notification",
    "transfers": f"{REQUESTS}: requests for transfer",
    "issued": f"{REQUESTS} issued in the week",
    "honored": f"{REQUESTS} honored: of those issued, or recorded beside the declined ones",
    "declined": f"{REQUESTS} declined",
    "other": f"{REQUESTS} with another outcome: withdrawn, superseded, left custody, held back",
    "pending": f"{REQUESTS} without a recorded outcome",
    "insufficient_notice": f"{REQUESTS} declined with notice too late for a transfer",
    "no_notice": f"{REQUESTS} declined, released, with no notice before the release on record",
    "not_held": f"{REQUESTS} declined: detainers with 48 hours' notice or more, not held",
    "unclassified": f"{REQUESTS} declined and in none of the three other classes",
    "release_not_confirmed": f"{REQUESTS} declined without a release date; beside the classes",
    "law_or_court": f"{REQUESTS} declined because of a law or court; beside the classes",
    "short_custody": f"{REQUESTS} declined with under 48 hours from issue to release",
    "group_code": "NCIC offense group, two digits; `unlisted`: a code outside the list; `other`: "
    "groups added up so that nobody can be identified",
    "offense_group": "name of the NCIC offense group",
    "attribute": "charges, citizenship (by world region) or days (from issue to recording)",
    "category": "offense group, world region or number of days; Other: categories added up",
    "standing": "convicted or charged_only for charges, else all",
    "convicted": f"{REQUESTS} declined, with a conviction in the group",
    "charged_only": f"{REQUESTS} declined, with a charge and no conviction in the group",
    "requests": f"{REQUESTS} declined, in the group: convicted and charged only",
    "check": "id of the check",
    "title": "name of the check",
    "effect": "hold, review or show",
    "status": "ok, stopped, shown or not assessed",
    "class": "the one class that a received row is counted in",
    "rows": "number of received rows",
    "agencies": "number of agencies concerned",
    "flags": "what a reader of the row has to know",
}


KEYS = {"attributes": ["attribute", "agency_id", "category", "standing"]}


def table_files(tables: dict[str, pd.DataFrame], synthetic: bool) -> dict[str, bytes]:
    """File name -> bytes: each of `tables` (name without ending -> frame) as CSV, and
    datapackage.json, which gives every column its type and meaning."""
    if synthetic:
        tables = {name: _synthetic(frame) for name, frame in tables.items()}
    files = {
        f"{name}.csv": frame.to_csv(index=False, lineterminator="\n").encode()
        for name, frame in tables.items()
    }
    return files | {"datapackage.json": _json(_descriptor(tables, synthetic))}


def _synthetic(frame: pd.DataFrame) -> pd.DataFrame:
    """With the notice in every row; an empty table gets a row for it, with nothing in it."""
    if frame.empty:
        blank = {name: "" if dtype == "str" else 0 for name, dtype in frame.dtypes.items()}
        return pd.DataFrame([blank]).astype(frame.dtypes).assign(
            flags=f"{SYNTHETIC_NOTICE}; no rows"
        )
    if "flags" not in frame:
        return frame.assign(flags=SYNTHETIC_NOTICE)
    others = ("; " + frame["flags"]).where(frame["flags"] != "", "")
    return frame.assign(flags=SYNTHETIC_NOTICE + others)


def summary_file(summary: dict) -> bytes:
    return _json(summary)


def _descriptor(tables: dict[str, pd.DataFrame], synthetic: bool) -> dict:
    package = {"profile": "tabular-data-package", "name": "ddor-week"}
    if synthetic:
        package["description"] = SYNTHETIC_NOTICE
    package["resources"] = [
        {
            "name": name.replace("_", "-"),
            "path": f"{name}.csv",
            "profile": "tabular-data-resource",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "schema": {
                "fields": [
                    {
                        "name": column,
                        "type": "integer" if pd.api.types.is_integer_dtype(dtype) else "string",
                        "description": MEANINGS[column],
                    }
                    for column, dtype in frame.dtypes.items()
                ],
                "primaryKey": KEYS.get(name, [frame.columns[0]]),
            },
        }
        for name, frame in tables.items()
    ]
    return package


def _json(content: dict) -> bytes:
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()
