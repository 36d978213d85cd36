"""Takes the pictures of this folder: `.venv/bin/python docs/images/take.py` after `make week`.

Needs the test group and chromium. Writes report.png: the top of the latest sample week's page.
"""

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
PAGE = HERE.parents[1] / "outputs" / "site" / "weeks" / "2017-03-04" / "index.html"

with sync_playwright() as playwright:
    browser = playwright.chromium.launch(
        executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
    )
    page = browser.new_page(viewport={"width": 1100, "height": 1500})
    page.goto(PAGE.as_uri())
    page.screenshot(path=HERE / "report.png")
    browser.close()
