from __future__ import annotations

from pathlib import Path
from typing import Any

import altair as alt
import nbformat.v4 as nb
import pandas as pd
import pytest
from playwright.sync_api import Browser

from scheduler.exporters.html import HtmlReport
from tests.browser import open_page
from tests.scheduler.exporters import html_notebooks

pytestmark = pytest.mark.slow

CONTRASTS = """() => {
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = parse(colour).slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const body = light(getComputedStyle(document.body).backgroundColor);
  // Cells of a heat map are the paper of the numbers in them.
  const paperOf = (element) => {
    if (!(element instanceof SVGElement)) return body;
    const box = element.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const cell = [...element.ownerSVGElement.querySelectorAll('.mark-rect path')].find((path) => {
      const around = path.getBoundingClientRect();
      return around.left <= x && x <= around.right && around.top <= y && y <= around.bottom;
    });
    return cell ? light(getComputedStyle(cell).fill) : body;
  };
  const faint = [];
  const texts = [...document.querySelectorAll('body *')].filter(
    (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())
      && !['SCRIPT', 'STYLE', 'TITLE', 'title'].includes(element.tagName) && element.checkVisibility());
  for (const element of texts) {
    const style = getComputedStyle(element);
    const colour = element instanceof SVGElement ? style.fill : style.color;
    const [text, paper] = [light(colour), paperOf(element)];
    const ratio = (Math.max(text, paper) + 0.05) / (Math.min(text, paper) + 0.05);
    if (ratio < 4.5) faint.push([element.textContent.slice(0, 30), colour, ratio.toFixed(2)]);
  }
  return { checked: texts.length, faint };
}"""


OUTSIDE = """(drawings) => drawings.filter((svg) => svg.checkVisibility()).flatMap((svg) => {
  const box = svg.getBoundingClientRect();
  const frame = svg.closest('.drawing').getBoundingClientRect();
  const scrolls = svg.matches('.alone');
  return [...svg.querySelectorAll('text')].map((text) => [text.textContent, text.getBoundingClientRect()])
    .filter(([, text]) => text.width && (text.left < box.left - 1 || text.right > box.right + 1
      || text.top < box.top - 1 || text.bottom > box.bottom + 1
      || (!scrolls && text.right > frame.right + 1) || text.height < 9))
    .map(([words]) => words);
})"""


def long_labels() -> Any:
    """Charts whose labels are long for a telephone: an hour's one point, bars, panels."""
    names = ["October 31, 2026, 23:00 to 00:00", "October 31, 2026, 22:00 to 23:00"]
    frame = pd.DataFrame({"hour": ["23:00"] * 2, "value": [1317, 3145], "series": names})
    base = alt.Chart(frame).encode(alt.X("hour:N", title=None), alt.Y("value:Q", title=None))
    points = base.mark_line(point=True) + base.mark_text(align="left", dx=8).encode(text="series:N")
    chart = html_notebooks.ours(
        points.configure(**html_notebooks.CONFIG),
        "One hour beside another.",
        ["Hour", "Value"],
        [["23", "1"]],
    )
    heading = nb.new_markdown_cell("# An hour and its labels")
    others = (html_notebooks.trend(), html_notebooks.bars("Direct guests lead."), html_notebooks.panels())
    return html_notebooks.document(heading, chart, *others, **html_notebooks.ABOUT)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    page, _ = HtmlReport(strict=True).from_notebook_node(html_notebooks.report())
    return written(page, tmp_path_factory.mktemp("page"))


def written(page: str, folder: Path) -> str:
    file = folder / "report.html"
    file.write_text(page, encoding="utf-8")
    return file.as_uri()


def live(page: Any) -> None:
    page.wait_for_selector("html[data-charts=live]", timeout=20_000)


def test_every_chart_is_live_and_nothing_is_asked_for(browser: Browser, address: str) -> None:
    with open_page(browser, address, offline=True) as (page, seen):
        live(page)
        states = page.evaluate("[...document.querySelectorAll('figure.chart')].map(f => f.dataset.live)")
        assert states == ["yes"] * 4
        assert page.locator("figure.chart .drawing.vega-embed svg.marks path").count() > 10
        assert seen.requests == [address]
        assert seen.complaints == []


def test_a_tooltip_answers_the_mouse(browser: Browser, address: str) -> None:
    with open_page(browser, address, offline=True) as (page, seen):
        live(page)
        bar = page.locator("#figure-2 path[aria-roledescription='bar']").first
        bar.scroll_into_view_if_needed()
        bar.hover()
        tooltip = page.wait_for_selector("#vg-tooltip-element.visible", timeout=5_000)
        assert tooltip is not None
        assert "6412" in tooltip.inner_text()
        assert seen.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_charts_are_seen_without_javascript(browser: Browser, address: str, scheme: Any) -> None:
    with open_page(browser, address, offline=True, java_script_enabled=False, color_scheme=scheme) as (
        page,
        seen,
    ):
        drawings = page.locator("figure.chart .drawing > .wide")
        assert drawings.count() == 4
        assert page.locator("figure.chart .drawing > .narrow:visible").count() == 0
        for number in range(4):
            box = drawings.nth(number).bounding_box()
            assert box is not None
            assert box["width"] > 300
            assert box["height"] > 100
        assert seen.requests == [address]


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("width", [320, 360, 1024, 1440])
def test_nothing_scrolls_sideways(browser: Browser, address: str, width: int, javascript: bool) -> None:
    size = {"width": width, "height": 800}
    with open_page(browser, address, viewport=size, java_script_enabled=javascript) as (page, _):
        if javascript:
            live(page)
            page.locator("summary").first.click()
        # The page's own width cannot be asked without JavaScript: a picture of all of it shows it.
        picture = page.screenshot(full_page=True)
        assert int.from_bytes(picture[16:20], "big") == width
        if javascript:
            assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("width", [360, 801])
def test_no_text_of_a_chart_is_cut_or_tiny(
    browser: Browser, tmp_path: Path, width: int, javascript: bool
) -> None:
    page, _ = HtmlReport(strict=True).from_notebook_node(long_labels())
    size = {"width": width, "height": 800}
    page = page if javascript else page.replace('<script type="module">', '<script type="text/plain">')
    with open_page(browser, written(page, tmp_path), viewport=size) as (tab, _):
        if javascript:
            live(tab)
        assert tab.locator(".drawing svg:visible text").count() > 30
        assert tab.eval_on_selector_all(".drawing svg", OUTSIDE) == []
        tab.set_viewport_size({"width": width - 20, "height": 700})
        tab.wait_for_timeout(500)
        assert tab.eval_on_selector_all(".drawing svg", OUTSIDE) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_has_contrast(browser: Browser, address: str, scheme: Any) -> None:
    with open_page(browser, address, color_scheme=scheme) as (page, _):
        live(page)
        result = page.evaluate(CONTRASTS)
        assert result["checked"] > 150
        assert result["faint"] == []


def test_links_and_switches_are_large_enough_to_touch(browser: Browser, address: str) -> None:
    with open_page(browser, address, viewport={"width": 360, "height": 800}) as (page, _):
        live(page)
        sizes = page.evaluate(
            "[...document.querySelectorAll('nav a, summary')].map(e => e.getBoundingClientRect().height)"
        )
        assert len(sizes) >= 8
        assert min(sizes) >= 24


def test_keyboard_reaches_every_chart_and_its_name(browser: Browser, address: str) -> None:
    with open_page(browser, address) as (page, _):
        live(page)
        names = set()
        for _ in range(25):
            page.keyboard.press("Tab")
            names.add(
                page.evaluate(
                    "document.activeElement.matches('.drawing') && document.activeElement.ariaLabel"
                )
            )
        assert len(names - {False}) == 4


def test_foreign_scripts_do_not_run_and_nothing_is_fetched(browser: Browser, tmp_path: Path) -> None:
    page, _ = HtmlReport().from_notebook_node(html_notebooks.hostile())
    with open_page(browser, written(page, tmp_path)) as (tab, seen):
        live(tab)
        assert tab.evaluate("window.harmed") is None
        assert seen.requests == [tab.url]
        assert seen.complaints == []


def test_a_script_that_slips_in_is_stopped_by_the_policy(browser: Browser, tmp_path: Path) -> None:
    page, _ = HtmlReport().from_notebook_node(html_notebooks.report())
    page = page.replace("<main", "<script>window.harmed = 1</script><main")
    with open_page(browser, written(page, tmp_path)) as (tab, _):
        live(tab)
        assert tab.evaluate("window.harmed") is None


def test_paper_is_light_and_holds_every_chart(browser: Browser, address: str) -> None:
    with open_page(browser, address, color_scheme="dark") as (page, _):
        live(page)
        page.emulate_media(media="print")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.evaluate(CONTRASTS)["faint"] == []
        assert len(page.pdf(format="A4")) > 20_000
