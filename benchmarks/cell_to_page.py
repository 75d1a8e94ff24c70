"""How long from a changed cell to the new page on screen, against papermill and nbconvert by hand.

Both sides get the same notebook with a cell just changed, the same database and the same browser that is
already open. Ours: `analytics report NAME --format html`. Theirs: `papermill -k python3`, then `jupyter
nbconvert --to html`. The clock stops when the browser has loaded the page. Theirs draws no chart offline, so
it has less to do. Needs Chromium. Goal: half the time of theirs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

from analytics_lib import connect

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "bookings.ipynb"
BIN = Path(sys.executable).parent
ROUNDS = 5


def changed(folder: Path, turn: int) -> Path:
    """The notebook with another number of products in its table."""
    content = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    text = json.dumps(content).replace("most=20", f"most={10 + turn}")
    path = folder / "changed.ipynb"
    path.write_text(text, encoding="utf-8")
    return path


def ours(notebook: Path, folder: Path) -> Path:
    """The page of `analytics report`."""
    run(BIN / "analytics", "report", notebook, "--format", "html", "--output", folder / "ours")
    (page,) = (folder / "ours").glob("*/changed/all.html")
    return page


def theirs(notebook: Path, folder: Path) -> Path:
    """The page of papermill and nbconvert."""
    executed = folder / "executed.ipynb"
    run(BIN / "papermill", "-k", "python3", "--no-progress-bar", notebook, executed)
    run(BIN / "jupyter", "nbconvert", "--to", "html", "--no-input", executed)
    return executed.with_suffix(".html")


def run(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True, capture_output=True, cwd=NOTEBOOK.parent)


def on_screen(make: Callable[[Path, Path], Path], folder: Path, page: Page, turn: int) -> float:
    """Seconds from the changed cell to the loaded page."""
    notebook = changed(folder, turn)
    began = time.perf_counter()
    page.goto(make(notebook, folder).as_uri(), wait_until="load")
    took = time.perf_counter() - began
    if page.get_by_text(f"Products by value (the first {10 + turn} of").count() == 0:
        raise SystemExit(f"{make.__name__}: the page on screen is not that of the changed cell")
    return took


def main() -> None:
    """Both in turn, the first round left out."""
    os.environ["ANALYTICS_DATABASE_URL"] = connect().warehouse.url
    times: dict[Callable[[Path, Path], Path], list[float]] = {ours: [], theirs: []}
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(offline=True)
        for turn in range(ROUNDS + 1):
            for make, found in times.items():
                found.append(on_screen(make, Path(place), page, turn))
        browser.close()
    mine, other = (median(found[1:]) for found in times.values())
    print(f"analytics report {mine:.2f} s, papermill and nbconvert {other:.2f} s: ratio {mine / other:.2f}")


if __name__ == "__main__":
    main()
