"""`ddor verify --site`: whether a copy of the site is whole and current, wherever it is served.

A copy is compared file by file with the archive that it was made from: what it lacks, what is
another, and in a folder also what it has beyond. Links lead where they do in the archive, so they
need no look of their own. Of a server the headers are looked at too (docs/publishing.md).
"""

import http.client
import re
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

from ddor.errors import UsageError, reason_of
from ddor.jobs.seen import sha256
from ddor.jobs.verify import NotReproduced
from ddor.published.catalog import CATALOG

AT_ONCE, SECONDS, MOST_NAMED = 8, 30, 10
PRIVATE = "runs/ledger.csv", "../runs/ledger.csv"
TYPES = {".html": "text/html", ".csv": "text/csv", ".json": "application/json", ".css": "text/css"}
SERVER_FAILED = 500
MOST_SECONDS_CACHED = 3600  # of a page, which may be withdrawn


class Served(NamedTuple):
    """A file as it is served: its sha256, None where nothing is there; and its headers."""

    sha256: str | None
    headers: Mapping[str, str]


def verify_site(site: Path, place: str) -> list[str]:
    """`place`: a folder, or an address. -> what to look at in the headers; raises NotReproduced
    with all that is missing, another, or too much; UsageError where nothing is there."""
    if not (site / CATALOG).is_file():
        raise UsageError(f"nothing is published in {site}, with which the copy could be compared")
    place = place.removeprefix("file://")
    remote = "://" in place
    served = partial(_by_server, place.rstrip("/")) if remote else partial(_in_folder, Path(place))
    if served(CATALOG).sha256 is None:
        known = remote or Path(place).exists()
        hint = "" if known else "; an address begins with http:// or https://"
        raise UsageError(f"{place}: no copy of the site, {CATALOG} is not there{hint}")
    names = sorted(f.relative_to(site).as_posix() for f in site.rglob("*") if f.is_file())
    with ThreadPoolExecutor(AT_ONCE if remote else 1) as pool:
        found = dict(zip(names, pool.map(served, names), strict=True))
    wrong = [*_wrong(site, found)]
    if remote:
        unknown = served("no-such-file").sha256  # some servers have a page for that
        if any(served(name).sha256 not in (None, unknown) for name in PRIVATE):
            wrong.append("runs/: private, and served")
    else:
        # A link may lead to what is private, and a server follows it.
        files = [f for f in Path(place).rglob("*") if f.is_symlink() or f.is_file()]
        links = {f.relative_to(place): " (a link)" * f.is_symlink() for f in files}
        there = {f.as_posix() + link for f, link in links.items() if link or not hidden(f)}
        beyond = sorted(there - {*names})
        wrong += _named("not in the archive (for example withdrawn)", beyond)
    if wrong:
        head = f"the copy at {place} differs from the published site:"
        raise NotReproduced("\n".join([head, *wrong]))
    return [*_headers(found)] if remote else []


def hidden(file: Path) -> bool:
    """Such as what lies in .git, which is no part of a site."""
    return any(part.startswith(".") for part in file.parts)


def _wrong(site: Path, found: Mapping[str, Served]) -> Iterator[str]:
    there = {name: each.sha256 for name, each in found.items() if each.sha256}
    others = [name for name in there if there[name] != sha256((site / name).read_bytes())]
    if CATALOG in others:
        yield f"{CATALOG} differs: the copy is not current"
    yield from _named("missing", [name for name in found if name not in there])
    yield from _named("different", others)


def _named(what: str, names: list[str]) -> list[str]:
    shown = ", ".join(names[:MOST_NAMED]) + (" …" if len(names) > MOST_NAMED else "")
    return [f"{what}, {len(names)}: {shown}"] if names else []


def _headers(found: Mapping[str, Served]) -> Iterator[str]:
    page = found["index.html"].headers
    if page.get("x-content-type-options", "").lower() != "nosniff":
        yield "X-Content-Type-Options: nosniff is not sent"
    if not page.get("content-security-policy"):
        yield "no Content-Security-Policy is sent; the one in a page does not keep it out of frames"
    seconds = re.search(r"max-age=(\d+)", page.get("cache-control", ""))
    if seconds and int(seconds[1]) > MOST_SECONDS_CACHED:
        yield f"a browser may keep a page for {seconds[1]} seconds, also a withdrawn one"
    for ending, kind in TYPES.items():
        name = next((name for name in found if name.endswith(ending)), "")
        if name and not (sent := found[name].headers.get("content-type", "")).startswith(kind):
            yield f'{name} is sent as "{sent}", expected {kind}'


def _in_folder(folder: Path, name: str) -> Served:
    file = folder / name
    return Served(sha256(file.read_bytes()) if file.is_file() else None, {})


def _by_server(address: str, name: str) -> Served:
    try:
        with urllib.request.urlopen(f"{address}/{name}", timeout=SECONDS) as answer:
            headers = {key.lower(): value for key, value in answer.headers.items()}
            return Served(sha256(answer.read()), headers)
    except urllib.error.HTTPError as error:
        if error.code >= SERVER_FAILED:
            raise UsageError(f"{address}/{name} was answered with {error.code}") from None
        return Served(None, {})
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise UsageError(f"{address} cannot be reached ({reason_of(error)})") from None
