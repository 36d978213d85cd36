"""Where an extract lies: a folder, a .zip of one, or a workbook; local, or any fsspec URL.

`fetch` brings the files that an extract may consist of into memory, by name. What cannot be
reached, or is nothing an extract can be, is a mistake of the command line (UsageError); what can
be reached but not read is an invalid extract (ExtractInvalid).
"""

import io
import zipfile
import zlib
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import fsspec

from ddor.errors import ExtractInvalid, Problem, UsageError

FILES = ("requests.csv", "requests.parquet", "charges.csv", "charges.parquet", "about.yaml")
WORKBOOK = "workbook.xlsx"
FORMS = "a folder, a .zip of one, or an .xlsx workbook"

# What a zip may unpack to. A year of requests in CSV is some 100 MB.
MOST_BYTES = 1 << 30


def fetch(location: str) -> tuple[dict[str, bytes], list[str]]:
    """The content of each of FILES that is there, or of WORKBOOK alone; and the names of the other
    files beside them, as far as they can be listed. Raises UsageError, ExtractInvalid."""
    if not location.strip():
        raise UsageError(f"no extract is named: expected {FORMS}")
    name = without_secrets(location)
    try:
        fs, path = fsspec.core.url_to_fs(location)
        lone, base = _lone_file(fs, path), path.rstrip("/")
        if lone is None:
            names = _names(fs, base)
            found = [file for file in FILES if file in names]
            return {file: fs.cat_file(f"{base}/{file}") for file in found}, sorted(names)
    except ImportError as error:
        raise UsageError(
            f"{name}: reading it needs a package that is not installed ({error.name or error}); "
            "install the group `cloud`: pip install 'ddor[cloud]'"
        ) from None
    except Exception as error:
        # Each back end has errors of its own (botocore's, aiohttp's), of packages that may be
        # missing here; whatever it is, the location could not be read.
        missing = isinstance(error, FileNotFoundError)
        reason = "nothing is there" if missing else repr(error).replace(location, name)[:200]
        raise UsageError(f"{name} cannot be reached ({reason})") from None
    return _unpacked(name, lone)


def without_secrets(location: str) -> str:
    """The location as a message may print it: without user, password and signed query."""
    parts = urlsplit(location)
    if not parts.scheme or "://" not in location:
        return location
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _lone_file(fs, path: str) -> bytes | None:
    """The bytes of the file at `path`, or None if it is a folder. Raises FileNotFoundError."""
    suffix = PurePosixPath(urlsplit(path).path).suffix.lower()
    if "http" in fs.protocol:
        # A web server knows no folders: what has no suffix is one, unless a zip comes from there.
        is_file = suffix in (".zip", ".xlsx")
        content = fs.cat_file(path) if is_file or fs.exists(path) else b""
        return content if is_file or content.startswith(b"PK") else None
    if fs.isfile(path):
        return fs.cat_file(path)
    if not fs.isdir(path):
        raise FileNotFoundError(path)
    return None


def _names(fs, base: str) -> set[str]:
    try:
        return {PurePosixPath(file.rstrip("/")).name for file in fs.ls(base, detail=False)}
    except (FileNotFoundError, NotImplementedError):
        return {file for file in FILES if fs.exists(f"{base}/{file}")}


def _unpacked(name: str, content: bytes) -> tuple[dict[str, bytes], list[str]]:
    suffix = PurePosixPath(name).suffix.lower()
    if not content.startswith(b"PK") and suffix not in (".zip", ".xlsx"):
        raise UsageError(f"{name} is not an extract: expected {FORMS}")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            sizes = [member.file_size for member in archive.infolist()]
            if sum(sizes) > MOST_BYTES:
                raise _invalid("more than 1 GiB", "a smaller extract", "send it as a folder")
            if "[Content_Types].xml" in archive.namelist():
                return {WORKBOOK: content}, []
            return _members(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        mend = "the transfer may have been cut off: fetch or make the file again"
        raise _invalid(f"a damaged file ({error})", "a whole .zip or .xlsx", mend) from None
    except RuntimeError:
        raise _invalid("an encrypted file", "a zip without password", "zip it again") from None


def _members(archive: zipfile.ZipFile) -> tuple[dict[str, bytes], list[str]]:
    names = [name for name in archive.namelist() if not name.startswith("__MACOSX/")]
    paths = {PurePosixPath(name): name for name in names if not name.endswith("/")}
    folders = {path.parent for path in paths if path.name in FILES}
    if len(folders) > 1:
        listed = ", ".join(sorted(f'"{folder}"' for folder in folders))
        raise _invalid(f"tables in {listed}", "one extract", "zip one folder only")
    files = {path.name: archive.read(paths[path]) for path in paths if path.name in FILES}
    return files, sorted({path.name for path in paths})


def _invalid(seen: str, expected: str, mend: str) -> ExtractInvalid:
    return ExtractInvalid([Problem("zip", (), "", seen, expected, mend)])
