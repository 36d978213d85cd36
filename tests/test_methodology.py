"""docs/methodology.md is the page of methods."""

import os

from methodology_document import FILE, methodology_document
from small_archive import FIRST_ROWS, SmallArchive
from weekly_runs import no_kernel


def test_the_committed_document_is_what_the_page_of_methods_says(tmp_path, monkeypatch):
    no_kernel(monkeypatch)
    archive = SmallArchive(tmp_path / "archive")
    archive.receive(FIRST_ROWS)
    assert archive.run("--set", "contact=").code == 0
    made = methodology_document(archive.site / "methods" / "index.html")
    if os.environ.get("DDOR_WRITE_DOCS") == "1":
        FILE.write_text(made, encoding="utf-8")
    assert FILE.read_text(encoding="utf-8") == made
    for word in ("Enough.", "E12", "Method ", "not a sample"):
        assert word in made
