"""The archive that a week is prepared with while the weeks before it are on their way (batch.py):
as it will be when these are published."""

from pathlib import Path

from ddor.archive.publish import Archive
from ddor.jobs.report import Pending
from ddor.published.catalog import CATALOG
from ddor.published.history import ATTRIBUTES

EXTRACT = "extract.parquet"


class Ahead(Archive):
    """Links to what is there, and of the weeks that were added what is read of earlier weeks
    (published/). It lies in staging. A folder is a link until something is written into it."""

    def __init__(self, archive: Archive):
        super().__init__(archive.staging / "ahead")
        self.staging = archive.staging
        _link_all(archive.output.resolve(), self.output)

    def add(self, pending: Pending) -> None:
        """A week that will be published or held."""
        report, revision = pending.report, pending.revision
        files = {f"runs/{name}": file for name, file in report.beside.items()}
        if pending.may_be_published:
            period, data = report.period, report.downloads
            here, private = period.path, f"runs/{period}/r{revision.revision}"
            lines = [*report.catalog.of(period), revision]
            files |= {f"site/{here}/data/{name}": file for name, file in data.items()}
            files |= {
                f"site/{here}/r{revision.revision}/data/summary.json": data["summary.json"],
                f"site/{CATALOG}": report.catalog.with_revisions(period, lines).file(),
                f"{private}/{ATTRIBUTES}": report.private_files[ATTRIBUTES],
                f"{private}/{EXTRACT}": pending.task.inputs[EXTRACT],
                **{f"site/agencies/{each}/index.html": b"" for each in data.agencies},
            }
        if not pending.order.draft:
            for path, file in files.items():
                self._write(self.output / path, file)

    def _write(self, file: Path, data: bytes) -> None:
        for folder in reversed(file.parents):
            if folder.is_symlink() and self.output in folder.parents:
                linked = folder.resolve()
                folder.unlink()
                _link_all(linked, folder)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        file.write_bytes(data)


def _link_all(source: Path, folder: Path) -> None:
    """Makes `folder`, with links to all that `source` holds."""
    folder.mkdir(parents=True)
    for each in source.glob("[!.]*"):
        (folder / each.name).symlink_to(each)
