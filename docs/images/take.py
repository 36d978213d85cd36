"""Takes the pictures of this folder: `.venv/bin/python docs/images/take.py`.

Publishes the ordinary sample weeks into a folder of its own, and takes report.png (the top of a
week's page), agency.png and archive.png from it. Needs the test group and chromium.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
WEEKS, PUBLISHED_ON = "2017-02-18..2017-03-04", "2017-05-01"
PICTURES = {
    "report": ("weeks/2017-03-04/index.html", 1100, 1500),
    "agency": ("agencies/TX9SYN001/index.html", 1100, 1500),
    "archive": ("archive/index.html", 1100, 1250),
}

with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
    job = [sys.executable, str(PROJECT / "run_week.py"), WEEKS, "--sample", "--quiet"]
    given = ["--output", folder, "--set", f"published_on={PUBLISHED_ON}"]
    subprocess.run([*job, *given], check=True, stdout=subprocess.DEVNULL)
    browser = playwright.chromium.launch(
        executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
    )
    for name, (path, width, height) in PICTURES.items():
        page = browser.new_page(viewport={"width": width, "height": height})
        page.goto((Path(folder) / "site" / path).as_uri())
        page.screenshot(path=HERE / f"{name}.png")
    browser.close()
