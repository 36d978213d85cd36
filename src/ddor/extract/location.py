"""What lies at the location of an extract: a folder, a .zip of one, or a workbook; local, or at any
fsspec URL. Its files come as bytes, no more of them than the limits allow."""

import contextlib
import io
import os
import re
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import fsspec

from ddor.errors import DdorError, TimeLimitExceeded, UsageError, address_without_secrets
from ddor.extract.limits import LIMITS, Limits, at_most, read_file, read_stream
from ddor.extract.table import invalid, worded

FILES = ("requests.csv", "requests.parquet", "charges.csv", "charges.parquet", "about.yaml")
WORKBOOK = "workbook.xlsx"
ENTRY_OF_A_ZIP, MOST_FILES, ENCRYPTED = b"PK\x01\x02", 10_000, 1
# Layers of fsspec that would copy a file whole, however large, before it is read.
CACHES = re.compile(r"^((simple|file|block)cache|cached)::")
PIECE = 1 << 20
FORMS = (
    "a folder, a .zip of one, or an .xlsx workbook (of your own table `ddor import table` makes "
    "one: docs/own-data.md)"
)


class NothingThere(UsageError):
    """At the location of an extract."""


def fetch(location: str, limits: Limits = LIMITS) -> tuple[dict[str, bytes], list[str]]:
    """The content of each of FILES that is there, or of WORKBOOK alone; and the names of the other
    files beside them, as far as they can be listed. Raises UsageError, ExtractInvalid, and
    TimeLimitExceeded where a server does not answer."""
    if not location.strip():
        raise UsageError(f"no extract is named: expected {FORMS}")
    named = address_without_secrets(location)
    with reaching(named):
        fs, path = fsspec.core.url_to_fs(CACHES.sub("", location))
        lone, base = None, path.rstrip("/")
        suffix = PurePosixPath(urlsplit(path).path).suffix.lower()
        if "http" in fs.protocol and suffix not in (".zip", ".xlsx"):
            # A server knows no folders: what has no suffix is one, unless a zip comes from there.
            # Many servers refuse a folder whose files they serve.
            found = _content_if_there(fs, path, limits.bytes, range(400, 500))
            lone = found if found and found.startswith(b"PK") else None
        elif "http" in fs.protocol or not fs.isdir(path):
            lone = _content(fs, path, limits.bytes)
        if lone is None:
            names, files = _names(fs, base), {}
            for file in [file for file in FILES if file in names]:
                if (content := _content_if_there(fs, f"{base}/{file}", limits.bytes)) is not None:
                    files[file] = content
                    at_most(limits.bytes, sum(map(len, files.values())), file, "bytes")
            return files, sorted(files if "http" in fs.protocol else names)
    return _unpacked(named, lone, limits)


@contextlib.contextmanager
def reaching(named: str) -> Iterator[None]:
    """Whatever a back end of fsspec raises in here is said of the place `named`."""
    try:
        yield
    except ImportError as error:
        missing = f"a package that is not installed ({error.name or error})"
        mend = "install the group `cloud`: pip install 'ddor[cloud]'"
        raise UsageError(f"{named}: reading it needs {missing}; {mend}") from None
    except DdorError:
        raise
    except TimeoutError:
        raise TimeLimitExceeded(f"{named} does not answer") from None
    except Exception as error:
        # Each back end has errors of its own (botocore's, aiohttp's), of packages that may be
        # missing here; whatever it is, the location could not be read. Their words may hold the
        # whole address, with what is secret in it.
        cause = error.__cause__ or error  # fsspec says "not found" of whatever a server answers
        status = getattr(cause, "status", 404 if isinstance(cause, FileNotFoundError) else "")
        said = status or getattr(error, "strerror", None) or ""
        if status == 404:
            raise NothingThere(f"{named} cannot be reached (nothing is there)") from None
        reason = f"{type(cause).__name__} {said}".strip()
        raise UsageError(f"{named} cannot be reached ({reason})") from None


def _content(fs, path: str, most: int) -> bytes:
    """The bytes of a file. Raises ExtractInvalid for more than `most`, and for what is no file."""
    name = PurePosixPath(urlsplit(path).path if "http" in fs.protocol else path).name
    if "file" in fs.protocol and os.path.exists(path):
        at_most(most, os.path.getsize(path), name, "bytes")
        try:
            return read_file(Path(path), most)
        except OSError as error:
            if error.errno:
                raise
            mend = "remove it, and put the file there"
            raise invalid(name, str(error.strerror), "a file", mend) from None
    # In pieces; of a web server one after the other, for it may know neither size nor place.
    size = 0 if "http" in fs.protocol else PIECE
    with fs.open(path, "rb", block_size=size) as stream:
        return read_stream(name, stream, most, PIECE)


def _content_if_there(fs, path: str, most: int, absent: Collection[int] = (404,)) -> bytes | None:
    """None where nothing is. `absent`: what a web server may answer then; fsspec says "not found"
    of whatever it answers, and of one that cannot be reached."""
    try:
        return _content(fs, path, most)
    except FileNotFoundError as error:
        if error.__cause__ and getattr(error.__cause__, "status", 0) not in absent:
            raise
        return None


def _names(fs, base: str) -> set[str]:
    """Of a folder, or what may be there where a folder cannot be listed."""
    if "http" not in fs.protocol:  # whose lists are pages, of any size
        with contextlib.suppress(FileNotFoundError, NotImplementedError):
            return {PurePosixPath(file.rstrip("/")).name for file in fs.ls(base, detail=False)}
    return {*FILES}


def _unpacked(named: str, content: bytes, limits: Limits) -> tuple[dict[str, bytes], list[str]]:
    suffix = PurePosixPath(named).suffix.lower()
    if not content.startswith(b"PK") and suffix not in (".zip", ".xlsx"):
        raise UsageError(f"{named} is not an extract: expected {FORMS}")
    at_most(MOST_FILES, content.count(ENTRY_OF_A_ZIP), "zip", "files")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if "[Content_Types].xml" in archive.namelist():
                return {WORKBOOK: content}, []
            return _members(archive, limits)
    except DdorError:
        raise
    except Exception as error:  # zlib's, lzma's and others, and ValueError for an impossible place
        raise invalid("zip", *worded("damaged_zip", error=type(error).__name__)) from None


def _members(archive: zipfile.ZipFile, limits: Limits) -> tuple[dict[str, bytes], list[str]]:
    names = [name for name in archive.namelist() if not name.startswith("__MACOSX/")]
    paths = {PurePosixPath(name): name for name in names if not name.endswith("/")}
    folders = {path.parent for path in paths if path.name in FILES}
    if len(folders) > 1:
        listed = ", ".join(sorted(f'"{folder}"' for folder in folders))
        raise invalid("zip", f"tables in {listed}", "one extract", "zip one folder only")
    if len(paths) < sum(not name.endswith("/") for name in names):
        raise invalid("zip", "one file twice", "each file once", "zip the folder again")
    files: dict[str, bytes] = {}
    for path in [path for path in paths if path.name in FILES]:
        member = archive.getinfo(paths[path])
        if member.flag_bits & ENCRYPTED:
            raise invalid("zip", "an encrypted file", "a zip without password", "zip it again")
        before = sum(map(len, files.values()))
        at_most(limits.bytes, before + member.file_size, "zip", "bytes")
        files[path.name] = read_stream("zip", archive.open(paths[path]), limits.bytes)
    return files, sorted({path.name for path in paths})
