from __future__ import annotations

import json
import sys
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import nbformat.v4 as nb
import pytest

import scheduler
from scheduler.exporters.html_vega import make_bundle, vega_bundle
from tests.browser import chromium, open_page
from tests.jupyter_servers import LAB, QUIET, free_port, server
from tests.scheduler.exporters import html_notebooks

SOURCE = Path(scheduler.__file__).parent / "labextension"
INSTALLED = Path(sys.prefix, "share", "jupyter", "labextensions", "booking-analytics-charts")
CODE = """from IPython.display import display
import json
display({"application/vnd.vegalite.v6+json": json.loads(SPEC), "text/plain": "a chart"}, raw=True)"""


def test_installing_brings_the_extension_and_its_bundle() -> None:
    package = json.loads((INSTALLED / "package.json").read_text(encoding="utf-8"))
    assert package == json.loads((SOURCE / "package.json").read_text(encoding="utf-8"))
    entry = package["jupyterlab"]["_build"]["load"]
    assert (INSTALLED / entry).read_bytes() == (SOURCE / entry).read_bytes(), "install the project anew"
    assert (INSTALLED / "static" / "vega.js").stat().st_size > 500_000


def test_the_kept_bundle_is_what_would_be_made_now() -> None:
    assert vega_bundle() == make_bundle()


def test_the_bundle_names_its_makers() -> None:
    head = vega_bundle()[:6000]
    assert "University of Washington Interactive Data Lab" in head
    assert "Mike Bostock" in head


def _notebook(folder: Path, *, executed: bool) -> None:
    spec = html_notebooks.plain_chart(width="container", height=120, description="Fruit by weight")
    source = f"SPEC = {json.dumps(json.dumps(spec))}\n{CODE}"
    output = html_notebooks.display({html_notebooks.VEGALITE: spec, "text/plain": "a chart"})
    cells = [
        nb.new_code_cell(source, outputs=[output] if executed else [], id=f"cell-{number}")
        for number in range(2)
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nb.new_notebook(cells=cells, metadata=kernel), folder / "chart.ipynb")


@pytest.mark.slow
def test_jupyterlab_draws_charts_without_a_network(tmp_path: Path) -> None:
    _notebook(tmp_path, executed=True)
    with (
        chromium() as browser,
        server(tmp_path, *LAB) as address,
        open_page(browser, f"{address}lab/tree/chart.ipynb") as (page, seen),
    ):
        page.wait_for_selector(".jp-RenderedVegaLite6 svg.marks path", timeout=60_000)
        page.wait_for_function("document.querySelectorAll('.jp-RenderedVegaLite6 svg.marks').length == 2")
        drawing = page.locator(".jp-RenderedVegaLite6 [role=img][aria-label='Fruit by weight']").first
        assert (drawing.bounding_box() or {})["width"] > 300
        assert {urlsplit(request).hostname for request in seen.requests} <= {"127.0.0.1", "localhost", None}
        assert sum("static/vega.js" in request for request in seen.requests) == 1


@pytest.mark.slow
def test_voila_draws_charts_without_a_network(tmp_path: Path) -> None:
    _notebook(tmp_path, executed=False)
    with (
        chromium() as browser,
        server(tmp_path, "voila", "chart.ipynb", *QUIET, f"--port={free_port()}") as address,
        open_page(browser, address) as (page, seen),
    ):
        page.wait_for_selector(".jp-RenderedVegaLite6 svg.marks path", timeout=90_000)
        bundles = [request for request in seen.requests if "static/vega.js" in request]
        assert len(bundles) == 1
        assert urlsplit(bundles[0]).hostname in ("127.0.0.1", "localhost")
