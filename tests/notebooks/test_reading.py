"""Every report can be read: by keyboard and screen reader, in the dark, on a telephone, offline, on paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.browser import chromium, open_page
from tests.house import notebooks
from tests.notebooks.reports import CHART, executed, outputs, page
from tests.scheduler.exporters.pdf_reading import bookmarks_of, tags_of
from tests.scheduler.exporters.test_html_browser import CONTRASTS

pytestmark = pytest.mark.slow

NAMES = [path.stem for path in notebooks() if path.stem != "TEMPLATE"]
VIEWS = {
    "desk in light": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"},
    "telephone in the dark": {"viewport": {"width": 360, "height": 780}, "color_scheme": "dark"},
}
DRAWN = "document.documentElement.dataset.charts === 'live'"
LARGEST = 1_500_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing_serious_and_nothing_is_faint_or_too_wide(
    browser: Browser, published: Path, name: str, view: str
) -> None:
    address = page(published, name, "html").as_uri()
    with open_page(browser, address, offline=True, bypass_csp=True, **VIEWS[view]) as (tab, seen):
        tab.wait_for_function(DRAWN)
        found = Axe().run(tab).response["violations"]
        serious = [each for each in found if each["impact"] in ("serious", "critical")]
        assert serious == [], [(each["id"], each["nodes"][0]["html"][:200]) for each in serious]
        contrasts = tab.evaluate(CONTRASTS)
        assert contrasts["checked"] > 100 and contrasts["faint"] == []
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert seen.complaints == [] and set(seen.requests) == {address}


@pytest.mark.parametrize("name", NAMES)
def test_every_chart_is_seen_offline_and_without_javascript(
    browser: Browser, published: Path, name: str
) -> None:
    address = page(published, name, "html").as_uri()
    specs = list(outputs(executed(published, name), CHART))
    drawn = [spec for spec in specs if not spec["usermeta"]["analytics"]["empty"]]
    with open_page(browser, address, offline=True) as (tab, _):
        tab.wait_for_function(DRAWN)
        assert tab.locator("figure[data-live=yes]").count() == len(drawn)
    with open_page(browser, address, offline=True, java_script_enabled=False) as (tab, seen):
        stills = tab.locator("figure .drawing > svg:visible")
        assert stills.count() == len(drawn)
        assert seen.requests == [address]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_light(published: Path, name: str) -> None:
    charts = len(list(outputs(executed(published, name), CHART)))
    allowed = LARGEST if charts <= 12 else LARGEST * charts / 12
    assert page(published, name, "html").stat().st_size < allowed


@pytest.mark.parametrize("name", NAMES)
def test_every_chart_has_a_sentence_as_title_words_and_a_table(published: Path, name: str) -> None:
    specs = list(outputs(executed(published, name), CHART))
    assert len(specs) >= 3
    for spec in specs:
        words = spec["usermeta"]["analytics"]
        assert len(words["title"].split()) >= 3 or words["empty"], words["title"]
        assert len(words["alt"]) > 40 and spec["description"] == words["alt"]
        assert words["table"]["columns"] and (words["table"]["rows"] or words["empty"])


@pytest.mark.parametrize("name", NAMES)
def test_the_pdf_is_tagged_and_every_figure_has_its_words(published: Path, name: str) -> None:
    content = page(published, name, "pdf").read_bytes()
    with pikepdf.open(page(published, name, "pdf")) as document:
        with document.open_metadata() as about:
            assert about["pdfuaid:part"] == "1"
        assert str(document.Root.Lang) == "en" and document.Root.MarkInfo.Marked
    tags = tags_of(content)
    names = {tag.name for tag in tags}
    assert {"Document", "H1", "Figure", "Table", "TR", "TH", "TD", "P"} <= names
    figures = [tag for tag in tags if tag.name == "Figure"]
    specs = [spec["usermeta"]["analytics"] for spec in outputs(executed(published, name), CHART)]
    assert all(figure.alt for figure in figures)
    assert {words["alt"] for words in specs if not words["empty"]} <= {figure.alt for figure in figures}
    assert len(bookmarks_of(content)) >= 4
