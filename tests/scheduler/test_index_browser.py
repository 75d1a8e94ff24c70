"""The index in a real browser: searched, filtered, kept in the address, by keyboard, on a telephone."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from scheduler.publish import write_index
from tests.browser import open_page
from tests.scheduler.index_reports import some_reports

pytestmark = pytest.mark.slow

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 360, "height": 760}
SMALL_TARGETS = """() => [...document.querySelectorAll('a:not(.skip), button, input, select')]
  .filter((element) => element.checkVisibility())
  .map((element) => [element.textContent.trim().slice(0, 30), element.getBoundingClientRect()])
  .filter(([, box]) => box.height < 24 || box.width < 24)
  .map(([words]) => words)"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("reports")
    some_reports(folder)
    return write_index(folder).as_uri()


def shown(page: Page) -> int:
    return page.locator("ol > li:visible").count()


def said(page: Page) -> str:
    return page.locator(".count").inner_text()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everyone_can_use_it_on_every_screen(
    browser: Browser, address: str, size: dict[str, int], scheme: Any
) -> None:
    with open_page(browser, address, viewport=size, color_scheme=scheme) as (page, seen):
        for state in ("", "#q=nothing"):
            page.goto(address + state)
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
            assert page.evaluate(SMALL_TARGETS) == []
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
        assert seen.complaints == []
        assert all(request.startswith((address, "data:")) for request in seen.requests)


def test_words_and_filters_narrow_the_list_and_stand_in_the_address(browser: Browser, address: str) -> None:
    with open_page(browser, address, viewport=DESKTOP) as (page, seen):
        assert said(page) == "115 reports" and shown(page) == 115
        page.get_by_label("Search").fill("CORDOBA agencies")
        assert said(page) == "29 of 115 reports" and shown(page) == 29
        page.get_by_label("Period").select_option(label="October 2026")
        page.get_by_label("Business model").select_option("b2b")
        assert said(page) == "2 of 115 reports" and shown(page) == 2
        assert page.url.removeprefix(address) == "#q=CORDOBA+agencies&period=2026-10&model=b2b"
        page.reload()
        assert shown(page) == 2 and page.get_by_label("Search").input_value() == "CORDOBA agencies"
        page.get_by_role("button", name="Clear").click()
        assert page.url == address and shown(page) == 115
        assert page.evaluate("document.activeElement.name") == "q"
        assert seen.complaints == []


def test_an_address_shows_what_it_says_and_so_does_the_next(browser: Browser, address: str) -> None:
    with open_page(browser, f"{address}#model=b2c&report=executive", viewport=DESKTOP) as (page, _):
        assert shown(page) == 8  # seven of b2c alone, and one of two models
        page.evaluate("location.hash = '#report=money_audit'")
        page.wait_for_function("document.querySelector('.count').textContent.startsWith('1 of')")
        assert shown(page) == 1
        page.evaluate("location.hash = '#report=gone'")
        page.wait_for_function("!document.querySelector('.count').textContent.includes('of')")
        assert shown(page) == 115


def test_a_period_is_found_by_its_name_too(browser: Browser, address: str) -> None:
    with open_page(browser, f"{address}#q=2026-W43", viewport=DESKTOP) as (page, _):
        assert 0 < shown(page) < 115
        assert all("2026-W43" in text for text in page.locator("ol > li:visible .title").all_inner_texts())
        page.get_by_label("Search").fill("bookings 2026-10-25t02")
        assert shown(page) == 8
        for words in ("Oktober 2026", "October 2026 America/New_York"):  # as shown, and as the filter has it
            page.get_by_label("Search").fill(words)
            assert shown(page) == 1


def test_an_empty_list_says_how_to_widen(browser: Browser, address: str) -> None:
    with open_page(browser, f"{address}#q=nothing", viewport=PHONE) as (page, _):
        assert said(page) == "0 of 115 reports" and "fewer words" in page.locator(".empty").inner_text()
        page.get_by_role("button", name="show all reports").click()
        assert shown(page) == 115 and page.locator(".empty").is_hidden()


def test_the_keyboard_reaches_everything_in_the_order_of_reading(browser: Browser, address: str) -> None:
    with open_page(browser, address, viewport=DESKTOP) as (page, _):
        passed = []
        for _step in range(7):
            page.keyboard.press("Tab")
            passed.append(page.evaluate("document.activeElement.name || document.activeElement.className"))
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        assert passed[:6] == ["skip", "q", "period", "report", "model", ""]
        assert passed[6] == "title"
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "index.html" not in url)


def test_without_scripts_it_is_a_plain_list(browser: Browser, address: str) -> None:
    with open_page(browser, address, viewport=PHONE, java_script_enabled=False) as (page, _):
        assert shown(page) == 115
        assert page.locator("form").is_hidden() and page.locator(".empty").is_hidden()
        assert said(page) == "115 reports"
