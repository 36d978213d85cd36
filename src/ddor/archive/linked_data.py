"""What a page says to machines: schema.org `Dataset`, as JSON-LD in the page's head.

It names what the page shows, in the page's own figures, and where the files are. Addresses are
whole where `site_url` is given, else relative to the page.
"""

import json

from ddor.archive.data_dictionary import WEEKLY
from ddor.archive.page import NAME
from ddor.archive.site import SiteContext
from ddor.calendar import Period, Week
from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.published.catalog import Catalog, Revision, status_of
from ddor.reports import report_of

CONTEXT = "https://schema.org/"
TYPES = {
    "csv": "text/csv",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def report_dataset(
    period: Period,
    revision: Revision,
    catalog: Catalog,
    around: SiteContext,
    data: dict[str, bytes],
    path: str,
) -> dict:
    """Of the page at `path` below site/, with its figures and its files beside it."""
    figures = json.loads(data["summary.json"])["figures"]
    status = status_of(period, revision, catalog)
    # Of a report made from weeks their first and last day, which may lie in other months.
    parts = period.weeks() if revision.based_on else [period]
    dataset = _dataset(
        f"{report_of(period).name}, {period.named}, revision {revision.revision}",
        "Requests of US Immigration and Customs Enforcement to hold a person or to notify it of a "
        f"release, and which agencies declined them, in the {period.named}. Counts of "
        f"requests, {status}, from data as of {revision.as_of}. {revision.source}",
        catalog,
        around,
        path,
        [f"data/{name}" for name in sorted(data)],
    )
    return dataset | {
        "version": f"r{revision.revision}",
        "creativeWorkStatus": status,
        "temporalCoverage": f"{parts[0].first_day}/{parts[-1].last_day}",
        "datePublished": next(r for r in catalog.of(period) if not r.withdrawn_on).published_on,
        "dateModified": revision.published_on,
        "variableMeasured": [
            {"@type": "PropertyValue", "name": name, "value": value}
            for name, value in figures.items()
            if value is not None
        ],
    }


def archive_dataset(
    catalog: Catalog, around: SiteContext, path: str, files: list[str], updated: str
) -> dict:
    """Of all weeks together: the files by year, at `files` relative to the page at `path`."""
    first, last = min(catalog.weeks), Week.parse(max(catalog.weeks))
    told = "All published weeks in files by year. " + ". ".join(WEEKLY.titles.values()) + "."
    coverage = {"temporalCoverage": f"{first}/{last.last_day}", "dateModified": updated}
    return _dataset(NAME, told, catalog, around, path, files) | coverage


def _dataset(name, description, catalog, around: SiteContext, path, files: list[str]) -> dict:
    base, publisher = around.base, around.parameters.publisher
    folder = base + path.removesuffix("index.html") if base else ""
    organization = {"@type": "Organization", "name": publisher}
    return {
        "@context": CONTEXT,
        "@type": "Dataset",
        "name": name,
        "description": f"{SYNTHETIC_NOTICE}. {description}" if catalog.synthetic else description,
        "isAccessibleForFree": True,
        "spatialCoverage": {"@type": "Country", "name": "United States"},
        "distribution": [
            {
                "@type": "DataDownload",
                "name": file.rpartition("/")[2],
                "encodingFormat": TYPES[file.rpartition(".")[2]],
                "contentUrl": f"{folder}{file}",
            }
            for file in files
        ],
        **({"creator": organization, "publisher": organization} if publisher else {}),
        **({"url": base + path} if base else {}),
    }
