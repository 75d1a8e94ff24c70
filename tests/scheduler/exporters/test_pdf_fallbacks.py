"""Any executed notebook becomes a PDF: what is missing is named, what cannot be shown is replaced."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import nbformat.v4 as nb
import pandas as pd
import pytest

from tests.scheduler.exporters import html_notebooks as samples
from tests.scheduler.exporters.pdf_reading import bookmarks_of, pages_of, rendered, tags_of, words_of

PIXEL = samples.PIXEL


def markdown(text: str) -> Any:
    return samples.document(nb.new_markdown_cell(text))


def shown(data: dict[str, Any], **metadata: Any) -> Any:
    return samples.cell(samples.display(data, **metadata))


def test_a_stranger_s_notebook_is_shown_whole() -> None:
    pdf = rendered(samples.foreign())
    words = words_of(pdf)
    for part in ("costs $5 and $10", "printed red", "Oslo", "This part failed. ValueError: bad <value>"):
        assert part in words
    assert "warned" not in words
    assert "Traceback" not in words
    alts = [tag.alt for tag in tags_of(pdf) if tag.name == "Figure"]
    assert alts == [
        "Figure 1 of section Too deep",
        "Fruit",
        "Figure 3 of section Too deep",
        "Figure 1 of section Second part □",
        "A vector",
    ]


def test_a_hostile_notebook_is_only_text() -> None:
    pdf = rendered(samples.hostile())
    assert b"/JavaScript" not in pdf
    assert b"127.0.0.1" not in pdf


def test_headings_are_renumbered_without_gaps() -> None:
    pdf = rendered(markdown("#### Deep first\n\n# Title\n\n###### Deeper\n\n## Next\n\n##### Last"))
    levels = [tag.name for tag in tags_of(pdf) if tag.name in {"Title", "H1", "H2", "H3", "H4", "H5", "H6"}]
    assert levels[0] == "Title"
    deepest = 0
    for level in [int(name[1]) for name in levels[1:]]:
        assert level <= deepest + 1
        deepest = level
    assert bookmarks_of(pdf) == ["Deep first", "Next"]


def test_a_heading_inside_a_quote_opens_no_gap() -> None:
    pdf = rendered(markdown("# Title\n\n> ## Quoted\n\n- ### Listed\n\n### After"))
    assert bookmarks_of(pdf) == ["After"]


def test_missing_glyphs_are_replaced_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        words = words_of(rendered(markdown("# Bookings in 서울\n\n| 동 |\n|---|\n| ok ✅ |\n\n`동` café")))
    assert "Bookings in □□" in words
    assert "ok □" in words
    assert "café" in words
    assert "동 (U+B3D9)" in caplog.text


def test_foreign_glyphs_in_charts_and_drawings_are_replaced() -> None:
    svg = "<svg xmlns='http://www.w3.org/2000/svg' width='90' height='30'><text y='20'>동 hotel</text></svg>"
    chart = samples.plain_chart(title="서울", description="Tokyo")
    pdf = rendered(samples.document(shown({samples.VEGALITE: chart}), shown({"image/svg+xml": svg})))
    assert "□ hotel" in words_of(pdf)


@pytest.mark.parametrize(
    ("mime", "data"), [("image/png", "aGVsbG8="), ("image/jpeg", PIXEL), ("image/svg+xml", "<svg")]
)
def test_a_damaged_picture_is_named(mime: str, data: str) -> None:
    words = words_of(rendered(samples.document(shown({mime: data}), shown({"text/plain": "after"}))))
    assert "This picture is damaged" in words
    assert "after" in words


def test_a_chart_that_cannot_be_drawn_is_named() -> None:
    chart = samples.plain_chart(mark="pointy")
    assert "This chart cannot be drawn" in words_of(
        rendered(samples.document(shown({samples.VEGALITE: chart})))
    )


@pytest.mark.parametrize("strict", [False, True])
def test_an_empty_chart_says_why(strict: bool) -> None:
    bars = samples.bars("No bookings.")
    bars.outputs[0]["data"][samples.VEGALITE]["usermeta"]["analytics"]["empty"] = "nothing was booked"
    assert "No data: nothing was booked" in words_of(rendered(samples.document(bars), strict=strict))


def test_an_empty_notebook_is_a_page_with_its_name() -> None:
    assert words_of(rendered(samples.document(), name="nothing")) == "nothing page 1 of 1"


def test_photographs_are_shown_with_their_alternative_text() -> None:
    pdf = rendered(samples.document(shown({"image/png": PIXEL}, alt="A red dot", caption="The dot")))
    assert [tag.alt for tag in tags_of(pdf) if tag.name == "Figure"] == ["A red dot"]
    assert "The dot" in words_of(pdf)


def test_links_lead_where_they_say_and_nowhere_else() -> None:
    pdf = rendered(
        markdown(
            "# T\n\n## Part one\n\n[out](https://example.org/a?b=1) [in](#Part-one) [gone](#nowhere) "
            "[file](other.html) [bad](javascript:alert(1))\n\nnote[^1]\n\n[^1]: Its text."
        )
    )
    assert b"https://example.org/a?b=1" in pdf
    assert b"javascript" not in pdf
    assert "out in gone file bad" in words_of(pdf)
    assert sum(tag.name == "Link" for tag in tags_of(pdf)) == 4


def test_equations_are_set_and_carry_their_source() -> None:
    pdf = rendered(markdown("# T\n\n$\\frac{a}{b}$ and\n\n$$\\begin{matrix}a\\end{matrix}$$"))
    assert [tag.alt for tag in tags_of(pdf) if tag.name == "Formula"] == ["\\frac{a}{b}"]
    assert "\\begin{matrix}a\\end{matrix}" in words_of(pdf)


def test_a_long_print_is_cut_and_says_so() -> None:
    output = nb.new_output(
        "stream", name="stdout", text="\n".join(f"line {n} " + "x" * 300 for n in range(500))
    )
    pages = pages_of(rendered(samples.document(samples.cell(output))))
    assert len(pages) < 5
    assert "The rest of this output is in the notebook." in pages[-1]


def test_a_multi_index_frame_keeps_its_numbers_in_reach() -> None:
    frame = pd.DataFrame(
        {"bookings": range(40), "value": range(40)},
        index=pd.MultiIndex.from_product([["Resort", "City"], range(20)], names=["hotel", "week"]),
    )
    words = words_of(rendered(samples.document(shown({"text/html": frame.to_html()}))))
    assert words.count("Resort") == 1
    assert "19 39 39" in words


@pytest.mark.slow
def test_nbconvert_finds_the_exporter_by_name(tmp_path: Path) -> None:
    nbformat.write(samples.foreign(), tmp_path / "stranger.ipynb")
    command = [sys.executable, "-m", "nbconvert", "--to", "analytics_pdf", "stranger.ipynb"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=True, env={**os.environ}
    )
    assert (tmp_path / "stranger.pdf").read_bytes().startswith(b"%PDF-")
    assert "서 (U+C11C)" in done.stderr


def test_numbers_that_are_none_do_not_stop_a_sparkline() -> None:
    tile = samples.tile("Bookings", "7", spark=[None, float("nan"), 1, 2, None, 3])
    data = {samples.TILES: json.loads(json.dumps({"tiles": [tile]})), "text/plain": "tiles"}
    assert "Bookings 7" in words_of(rendered(samples.document(shown(data))))


@pytest.mark.parametrize(
    "markup",
    [
        "<ul><li>" * 100 + "deep" + "</li></ul>" * 100,
        "<blockquote>" * 100 + "deep",
        "<em><strong><s>" * 60 + "deep",
        "<table><tr><td>" * 40 + "deep",
        f"<table><tr><td rowspan=500>deep</td></tr>{'<tr><td>x</td></tr>' * 200}</table>",
        f"<table><tr><td>{'word ' * 4000} deep</td></tr></table>",
    ],
)
def test_no_depth_and_no_height_is_too_much(markup: str) -> None:
    assert "deep" in words_of(rendered(samples.document(shown({"text/html": markup, "text/plain": ""}))))
