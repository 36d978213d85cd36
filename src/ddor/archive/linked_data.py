"""What a page says to machines: schema.org `Dataset`, as JSON-LD in the page's head.

It names what the page shows, in the page's own figures, and where the files are. Addresses are
whole where `site_url` is given, else relative to the page.
"""

from ddor.archive.downloads import WEEKLY
from ddor.archive.kept import DataFiles
from ddor.archive.site import NAME, Site
from ddor.calendar import Period, Week
from ddor.extract.model import SYNTHETIC_NOTICE
from ddor.published.catalog import Revision, status_of
from ddor.reports import report_of

TYPES = {
    "csv": "text/csv",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def report_dataset(
    site: Site, path: str, period: Period, revision: Revision, data: DataFiles
) -> dict:
    """Of the page at `path` below site/, with its figures and its files beside it."""
    status = status_of(period, revision, site.catalog)
    # Of a report made from weeks their first and last day, which may lie in other months.
    parts = period.weeks() if revision.based_on else [period]
    name = f"{report_of(period).name}, {period.named}, revision {revision.revision}"
    description = (
        "Requests of US Immigration and Customs Enforcement to hold a person or to notify it of a "
        f"release, and which agencies declined them, in the {period.named}. Counts of "
        f"requests, {status}, from data as of {revision.as_of}. {revision.source}"
    )
    return _dataset(site, path, name, description, [f"data/{file}" for file in sorted(data)]) | {
        "version": f"r{revision.revision}",
        "creativeWorkStatus": status,
        "temporalCoverage": f"{parts[0].first_day}/{parts[-1].last_day}",
        "datePublished": next(
            each for each in site.catalog.of(period) if not each.withdrawn_on
        ).published_on,
        "dateModified": revision.published_on,
        "variableMeasured": [
            {"@type": "PropertyValue", "name": name, "value": value}
            for name, value in data.summary["figures"].items()
            if value is not None
        ],
    }


def archive_dataset(site: Site, path: str, files: list[str], updated: str) -> dict:
    """Of all weeks together: the files by year, at `files` relative to the page at `path`."""
    first, last = min(site.catalog.weeks), Week.parse(max(site.catalog.weeks))
    tables = "All published weeks in files by year. " + ". ".join(WEEKLY.titles.values()) + "."
    coverage = {"temporalCoverage": f"{first}/{last.last_day}", "dateModified": updated}
    return _dataset(site, path, NAME, tables, files) | coverage


def _dataset(site: Site, path: str, name: str, description: str, files: list[str]) -> dict:
    base, publisher = site.context.base, site.context.parameters.publisher
    folder = base + path.removesuffix("index.html") if base else ""
    organization = {"@type": "Organization", "name": publisher}
    notice = f"{SYNTHETIC_NOTICE}. " if site.catalog.synthetic else ""
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": name,
        "description": notice + description,
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
