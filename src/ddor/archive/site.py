"""`Site`: all that the pages of a site are made from, in one value."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ddor.archive.site_context import SiteContext
from ddor.published.catalog import Catalog

Line = dict[str, str]


@dataclass(frozen=True)
class Site:
    """folder: site/, with what is published so far. catalog: what is published once the pages that
    are made from this value are there.

    index: agency_id -> its line, of every agency in the archive (agency_index.py). agencies:
    agency_id -> its weeks, newest first, of those whose pages are made or go; named: those to which
    a report's page leads, whether or not a published week has a figure of them. years: year ->
    table -> lines, of those whose files are made. latest: the newest week (latest.py).
    """

    folder: Path
    catalog: Catalog
    context: SiteContext
    index: Mapping[str, Line] = field(default_factory=dict)
    agencies: Mapping[str, list[Line]] = field(default_factory=dict)
    named: Collection[str] = ()
    years: Mapping[int, Mapping[str, list[Line]]] = field(default_factory=dict)
    latest: dict | None = None
