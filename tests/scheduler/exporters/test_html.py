from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import lxml.html
import nbformat
import nbformat.v4 as nb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics_lib.errors import RunError
from scheduler.exporters.html import HtmlReport
from tests.scheduler.exporters import html_notebooks as samples


def rendered(notebook: Any, *, strict: bool = False) -> str:
    page, resources = HtmlReport(strict=strict).from_notebook_node(notebook)
    assert resources["output_extension"] == ".html"
    return page


def tree(notebook: Any, *, strict: bool = False) -> Any:
    return lxml.html.document_fromstring(rendered(notebook, strict=strict))


@pytest.fixture(scope="module")
def report() -> Any:
    return tree(samples.report(), strict=True)


@pytest.fixture(scope="module")
def foreign() -> Any:
    return tree(samples.foreign())


def test_the_headline_is_the_title_and_the_only_top_heading(report: Any) -> None:
    headline = "October brought 12,180 bookings, 3.5 % more than September"
    assert [heading.text_content() for heading in report.iter("h1")] == [headline]
    assert report.findtext(".//title") == headline
    assert report.get("lang") == "en"


def test_sections_are_landmarks_and_listed_as_contents(report: Any) -> None:
    links = [(link.text, link.get("href")) for link in report.iterfind(".//nav//a")]
    assert [name for name, _ in links] == [
        "Who booked",
        "Cancellation by business model",
        "Products",
        "What these numbers are",
    ]
    for name, address in links:
        assert report.get_element_by_id(address.removeprefix("#")).text == name
    assert len(report.findall(".//main")) == 1


def test_the_footer_names_data_and_run(report: Any) -> None:
    footer = " ".join(report.find(".//footer").text_content().split())
    assert "Data as ofNov 1, 2026, 00:00 (UTC)" in footer
    for name in ("run_id", "data_version", "definition_version"):
        assert samples.ABOUT[name] in footer


def test_code_stderr_and_the_plain_form_are_hidden(report: Any) -> None:
    text = report.find(".//body").text_content()
    assert "secret_code" not in text
    assert "a warning nobody reads" not in text
    assert "tiles as html" not in text


def test_tiles_show_value_change_and_reason(report: Any) -> None:
    tiles = report.find_class("tile")
    assert len(tiles) == 6
    words = [" ".join(tile.text_content().split()) for tile in tiles]
    assert words[0] == "Bookings12,180▲ +412 (+3.5 %)better vs September 2026"
    assert words[5] == "Repeat guestsmissingthe source names no customers"
    assert tiles[3].find_class("tile-delta")[0].get("class") == "tile-delta bad"
    assert len(tiles[0].findall(".//polyline")) == 2, "a missing value is a gap in the sparkline"


def test_every_chart_has_drawing_name_twin_and_specification(report: Any) -> None:
    figures = report.findall(".//figure")
    assert len(figures) == 4
    for figure in figures:
        drawing = figure.find_class("drawing")[0]
        assert drawing.get("role") == "img"
        assert drawing.get("tabindex") == "0"
        assert "Alternative text with its extremes." in drawing.get("aria-label")
        assert drawing.find("svg") is not None
        assert figure.findtext("figcaption")
        assert figure.findall("details/div/table/tbody/tr")
        embedded = json.loads(figure.find_class("chart-spec")[0].text)
        assert "usermeta" not in embedded["spec"]
        assert embedded["mode"] == "vega-lite"
    twin = figures[1].find("details")
    assert [cell.text for cell in twin.iterfind(".//td")][:2] == ["B2C", "6,412"]


def test_the_caption_is_said_once() -> None:
    chart = samples.plain_chart(title={"text": "Fruit", "subtitle": "by weight"}, description="alt")
    page = tree(samples.document(samples.cell(samples.display({samples.VEGALITE: chart}))))
    assert page.find(".//figcaption").text_content() == "Fruit by weight"
    spec = json.loads(page.find_class("chart-spec")[0].text)["spec"]
    assert "title" not in spec


def test_columns_of_numbers_are_marked(foreign: Any) -> None:
    frame = foreign.findall(".//table")[-1]
    rows = [[(cell.text_content(), cell.get("class")) for cell in row] for row in frame.iter("tr")]
    assert rows[0][1:] == [("city", None), ("nights", "num"), ("price", "num")]
    assert rows[1][3] == ("-1.5", "num")
    assert all(box.getparent().get("class") == "table-box" for box in foreign.iter("table"))


def test_foreign_notebooks_fall_back(foreign: Any) -> None:
    levels = [(heading.tag, heading.text_content()) for heading in foreign.iter("h1", "h2", "h3")]
    assert levels == [("h1", "First part"), ("h2", "Too deep"), ("h2", "Second part 🚀")]
    names = [drawing.get("aria-label") for drawing in foreign.find_class("drawing")]
    assert names == ["Figure 1 of section Too deep", "Fruit", "Figure 3 of section Too deep"]
    assert [image.get("alt") for image in foreign.iter("img")] == [
        "Figure 1 of section Second part 🚀",
        "A vector",
    ]
    assert [equation.text for equation in foreign.find_class("math")] == [
        "$x^2 + y_1$",
        "\\sum x",
        "E = mc^2",
    ]
    text = foreign.find(".//main").text_content()
    assert "costs $5 and $10" in text
    assert "printed red" in text
    assert "ValueError: bad <value>" in text
    assert "trace" not in text
    assert "IntSlider" not in text


def test_attached_pictures_become_part_of_the_page() -> None:
    cell = nb.new_markdown_cell(
        "![A dot](attachment:my%20dot.png)", attachments={"my dot.png": {"image/png": samples.PIXEL}}
    )
    (image,) = tree(samples.document(cell)).iter("img")
    assert image.get("src") == f"data:image/png;base64,{samples.PIXEL}"


def test_nothing_foreign_survives() -> None:
    page = rendered(samples.hostile())
    body = page[page.index("<body") : page.index('<script type="module">')]
    for trace in (
        "<script>",
        "onerror",
        "onload",
        "onclick",
        "onfocus",
        "127.0.0.1",
        "javascript:",
        "<iframe",
        "<style",
    ):
        assert trace not in body.replace("\\u003c/script", ""), trace


def test_the_policy_admits_our_own_scripts_only() -> None:
    page = rendered(samples.report())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in policy[1].split(";"))
    assert rules["default-src"] == "'none'"
    assert (
        len(re.findall(r"'sha256-[^']+'", rules["script-src"])) == page.count('<script type="module">') == 2
    )
    assert "unsafe" not in rules["script-src"]


def test_a_page_without_charts_carries_no_drawing_code() -> None:
    page = rendered(samples.document(nb.new_markdown_cell("# Nothing to draw")))
    assert len(page) < 150_000
    assert "<script" not in page


def test_pages_stay_small() -> None:
    one = rendered(samples.document(nb.new_markdown_cell("# One"), samples.trend()))
    assert len(one.encode()) < 1_150_000
    dozen = [samples.trend(f"Trend {number}.") for number in range(4)]
    dozen += [samples.bars(f"Bars {number}.") for number in range(4)] + [samples.panels() for _ in range(4)]
    twelve = rendered(samples.document(nb.new_markdown_cell("# Twelve"), samples.tiles(), *dozen))
    assert twelve.count('class="chart-spec"') == 12
    assert len(twelve.encode()) < 1_500_000


def strict_cases() -> list[tuple[str, Any]]:
    pixel = samples.display({"image/png": samples.PIXEL})
    away = {"data": {"url": "far.csv"}, "mark": "point", "description": "d"}
    markdown = nb.new_markdown_cell
    return [
        ("no alternative text", samples.cell(samples.display({samples.VEGALITE: samples.plain_chart()}))),
        ("no alternative text", samples.cell(pixel)),
        ("no alternative text", markdown(f"![](data:image/png;base64,{samples.PIXEL})")),
        ("not part of the notebook", markdown("![far](http://127.0.0.1:9/x.png)")),
        ("skips a level", markdown("# One\n\n### Three")),
        ("equation", markdown("so $a + b$ follows")),
        ("reads its data from an address", samples.cell(samples.display({samples.VEGALITE: away}))),
        ("shows nothing", nb.new_code_cell("1")),
    ]


@pytest.mark.parametrize(
    ("reason", "cell"), strict_cases(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_strict_refuses_in_one_sentence(reason: str, cell: Any) -> None:
    with pytest.raises(RunError, match=reason) as raised:
        rendered(samples.document(cell), strict=True)
    assert "\n" not in str(raised.value)
    assert "</html>" in rendered(samples.document(cell)), "without strict there is a page"


def test_strict_shows_why_a_chart_is_empty() -> None:
    empty = samples.bars("Bars.")
    empty.outputs[0].data[samples.VEGALITE]["usermeta"]["analytics"]["empty"] = "no bookings in 2031"
    assert "No data: no bookings in 2031" in rendered(samples.document(empty), strict=True)


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_any_text_is_shown_as_text(text: str) -> None:
    tile = samples.tile(text, text, note=text)
    cells = samples.cell(
        samples.display({samples.TILES: {"tiles": [tile]}}),
        nb.new_output("stream", name="stdout", text=text),
        nb.new_output("error", ename="E", evalue=text, traceback=[]),
    )
    page = tree(samples.document(cells, title=text, subtitle=text))
    assert page.find_class("tile-label")[0].text_content() == text
    assert not page.findall(".//main//script")
    if text.strip():
        assert page.find(".//pre").text_content() in (text, text.removeprefix("\n"))


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("<>/\"'=& \n#*_`$![]()|-scriptmgoner:x"), max_size=80))
def test_any_markdown_and_html_is_harmless(text: str) -> None:
    html = samples.cell(samples.display({"text/html": text, "text/plain": "x"}))
    page = tree(samples.document(nb.new_markdown_cell(text), html))
    assert not page.findall(".//main//script")
    names = {name for element in page.find(".//main").iter() for name in element.attrib}
    assert not [name for name in names if name.startswith("on")]


@pytest.mark.slow
def test_the_same_notebook_gives_the_same_bytes_in_every_process_and_zone(tmp_path: Path) -> None:
    source = tmp_path / "report.ipynb"
    nbformat.write(samples.report(), source)
    pages = []
    for zone in ("UTC", "Australia/Lord_Howe"):
        command = [
            sys.executable,
            "-m",
            "nbconvert",
            "--to",
            "analytics_html",
            str(source),
            "--output",
            zone[:3],
        ]
        environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": "random"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        pages.append((tmp_path / f"{zone[:3]}.html").read_bytes())
    assert pages[0] == pages[1]
    assert pages[0].decode() == rendered(samples.report())
