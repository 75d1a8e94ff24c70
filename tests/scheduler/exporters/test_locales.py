"""A reader's locale and zone in reports: the same words in HTML and PDF, and letters for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import altair as alt
import lxml.html
import nbformat.v4 as nb
import pandas as pd
import pytest

from analytics_lib import formatting
from analytics_lib.local_time import TimeFrame
from analytics_lib.scope import Scope
from scheduler.exporters.html import HtmlReport
from scheduler.exporters.html_fonts import japanese_letters
from scheduler.exporters.report_words import footer_of
from scheduler.exporters.typst_glyphs import Glyphs
from tests.browser import chromium, open_page
from tests.scheduler.exporters import html_notebooks as samples
from tests.scheduler.exporters.pdf_reading import fonts_of, pages_of, rendered, words_of

AS_OF = "2026-10-31T15:00:00Z"
FOOTERS = {
    ("en", "UTC"): "Oct 31, 2026, 15:00 (UTC)",
    ("en_US", "America/New_York"): "Oct 31, 2026, 11:00\N{NARROW NO-BREAK SPACE}AM (America/New_York)",
    ("de", "Europe/Berlin"): "31.10.2026, 16:00 (Europe/Berlin)",
    ("es", "Europe/Madrid"): "31 oct 2026, 16:00 (Europe/Madrid)",
    ("ja", "Asia/Tokyo"): "2026/11/01 0:00 (Asia/Tokyo)",
}
KANJI = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]")


def in_locale(locale: str, zone: str = "UTC") -> Any:
    """A report as ours are: tiles, a table and a chart in the reader's formats."""
    amounts = {"京都": Decimal(1234567), "大阪": Decimal(180_000_000)}
    money = {name: formatting.money(value, "JPY", locale) for name, value in amounts.items()}
    period = Scope.build(time_frame="week", period="2026-W43", as_of=datetime(2026, 11, 1), zone=zone).period
    frame = pd.DataFrame({"place": list(amounts), "value": [float(value) for value in amounts.values()]})
    chart = alt.Chart(frame).mark_bar().encode(alt.Y("place:N", title=None), alt.X("value:Q", title="売上"))
    tiles = [
        samples.tile("Revenue", formatting.compact_money(180_000_000, "JPY", locale)),
        samples.tile("Share", formatting.percent(Decimal("0.1234"), locale)),
    ]
    body = "".join(f"<tr><th>{name}</th><td>{text}</td></tr>" for name, text in money.items())
    return samples.document(
        nb.new_markdown_cell(f"# Revenue in {formatting.period_title(period, locale)}"),
        samples.cell(samples.display({samples.TILES: {"tiles": tiles}, "text/plain": "tiles"})),
        nb.new_markdown_cell(
            f"## Days\n\n{formatting.date_text(datetime(2026, 10, 31), locale, style='full')}"
        ),
        samples.cell(samples.display({"text/html": f"<table>{body}</table>", "text/plain": "a table"})),
        samples.ours(
            chart, "大阪 leads.", ["place", "value"], [[name, text] for name, text in money.items()]
        ),
        data_as_of=AS_OF,
        run_id="3f9c2a7be01d",
        language="en",
        locale=locale,
        scope={"zone": zone},
    )


def page_of(notebook: Any) -> str:
    return HtmlReport(strict=True).from_notebook_node(notebook, {"metadata": {"name": "sample"}})[0]


def spaced(text: str) -> str:
    """With one ordinary space for every space, as PDF readers give them."""
    return " ".join(text.split())


def japanese_texts() -> Iterator[str]:
    """Every Japanese format there is, over days, hours, magnitudes and units."""
    for step in range(0, 400, 3):
        moment = datetime(2026, 1, 1) + timedelta(days=step, hours=step)
        for style in ("short", "medium", "long", "full"):
            yield formatting.date_text(moment, "ja", style=style)
        yield formatting.instant(moment, "Asia/Tokyo", "ja")
    for frame in TimeFrame:
        scope = Scope.build(time_frame=frame, period="last", as_of=datetime(2026, 11, 1), zone="Asia/Tokyo")
        yield formatting.period_title(scope.period, "ja")
    for power in range(18):
        for unit in (
            "count",
            "share",
            "days",
            "nights",
            "people",
            "ms",
            "seconds",
            "bytes",
            "JPY",
            "CNY",
            "USD",
        ):
            value = Decimal(18) ** power / 100
            yield formatting.quantity(value, unit, "ja", is_compact=True)
            yield formatting.quantity(value, unit, "ja")
            yield formatting.change(value, 0.5, unit, "ja")


@pytest.mark.parametrize(("locale", "zone"), FOOTERS)
def test_the_footer_is_in_the_readers_locale_and_zone(locale: str, zone: str) -> None:
    assert dict(footer_of({"data_as_of": AS_OF, "locale": locale, "zone": zone})) == {
        "Data as of": FOOTERS[locale, zone]
    }


@pytest.mark.parametrize(
    ("about", "shown"),
    [
        ({"data_as_of": "yesterday"}, "yesterday"),
        ({"data_as_of": "2026-11-01"}, "2026-11-01"),
        ({"data_as_of": AS_OF, "locale": "xx-nowhere"}, AS_OF),
        ({"data_as_of": AS_OF, "zone": "Mars/Olympus"}, AS_OF),
        ({"data_as_of": "2026-10-31T17:00:00+02:00"}, FOOTERS["en", "UTC"]),
    ],
)
def test_a_strangers_footer_is_left_as_it_is(about: dict[str, str], shown: str) -> None:
    assert footer_of(about) == [("Data as of", shown)]


@pytest.mark.parametrize(("locale", "zone"), FOOTERS)
def test_html_and_pdf_say_the_same_in_every_locale(locale: str, zone: str) -> None:
    notebook = in_locale(locale, zone)
    page, words = lxml.html.fromstring(page_of(notebook)), words_of(rendered(notebook, strict=True))
    shown = [
        formatting.money(1234567, "JPY", locale),
        formatting.compact_money(180_000_000, "JPY", locale),
        formatting.percent(Decimal("0.1234"), locale),
        formatting.date_text(datetime(2026, 10, 31), locale, style="full"),
        FOOTERS[locale, zone],
    ]
    for text in shown:
        assert spaced(text) in spaced(page.find(".//body").text_content())
        assert spaced(text) in words


def test_japanese_is_set_in_our_own_fonts_in_text_and_in_charts() -> None:
    pdf = rendered(in_locale("ja", "Asia/Tokyo"), strict=True)
    assert {"NotoSansJPSubset-Regular", "NotoSansJPSubset-SemiBold"} <= fonts_of(pdf)
    words = words_of(pdf)
    assert "売上" in words, "the title of an axis is text"
    assert "2026年第43週" in words
    assert "2026年10月31日土曜日" in words
    assert "￥1,234,567" in words
    assert "□" not in words


def test_the_same_japanese_report_has_the_same_bytes() -> None:
    assert rendered(in_locale("ja"), strict=True) == rendered(in_locale("ja"), strict=True)
    assert page_of(in_locale("ja")) == page_of(in_locale("ja"))


def test_our_fonts_have_a_letter_for_every_japanese_format() -> None:
    letters = {letter for text in japanese_texts() for letter in KANJI.findall(text)}
    assert len(letters) > 20
    assert letters <= japanese_letters()
    glyphs = Glyphs()
    glyphs.shown("".join(sorted(letters)))
    assert not glyphs.missing


def test_paper_has_the_letters_of_names() -> None:
    glyphs = Glyphs()
    glyphs.shown("東京 大阪 京都 北海道 沖縄 札幌 横浜 箱根 金沢 ホテル・ニューオータニ ひらがな「」、。")
    assert not glyphs.missing


def test_only_a_page_with_japanese_carries_the_letters() -> None:
    assert 'Noto Sans JP Subset";font-weight' not in page_of(samples.document(nb.new_markdown_cell("# A")))
    japanese = page_of(samples.document(nb.new_markdown_cell("# 2026年")))
    assert japanese.count('"Noto Sans JP Subset";font-weight') == 2
    assert len(japanese) < 140_000


@pytest.mark.slow
def test_a_browser_without_a_network_shows_japanese_formats(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(page_of(in_locale("ja", "Asia/Tokyo")), encoding="utf-8")
    pixels = """(letters) => document.fonts.ready.then(() => letters.map((letter) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 40, height: 40 });
      const context = canvas.getContext('2d');
      context.font = '32px "Noto Sans JP Subset"';
      context.fillText(letter, 2, 34);
      return context.getImageData(0, 0, 40, 40).data.join();
    }))"""
    loaded = "() => [...document.fonts].filter((face) => face.status === 'loaded').map((face) => face.family)"
    with chromium() as browser, open_page(browser, file.as_uri(), offline=True) as (page, seen):
        drawn = page.evaluate(pixels, ["年", "月", "円", "億", "\ue000"])
        assert sum("Noto Sans JP Subset" in family for family in page.evaluate(loaded)) >= 1
    assert len(set(drawn)) == 5, "letters without a glyph would all be the same box"
    assert seen.requests == [file.as_uri()]
    assert not seen.complaints


@pytest.mark.parametrize(
    "text",
    [
        "Value fell by 5,6 % to 11 US$. Net value fell by 5,1 % to 302 mil US$ and more.",
        "Value fell to 12 345 $. Another (3 $) fell to 5 $.",
        "From A$5.00 to CA$7.20, $1.2M (−$5.00) or US\\$5.",
    ],
)
def test_dollars_of_any_locale_are_money_and_no_equation(text: str) -> None:
    page = page_of(samples.document(nb.new_markdown_cell(f"# Value\n\n{text}")))
    assert text.replace("\\", "") in lxml.html.fromstring(page).find(".//main").text_content()


def test_no_line_on_paper_ends_within_a_date() -> None:
    date = formatting.date_text(datetime(2026, 10, 31), "ja", style="long")
    text = "\n\n".join(f"{'word ' * 14}{'x' * length} {date} follows" for length in range(24))
    pages = "\n".join(pages_of(rendered(samples.document(nb.new_markdown_cell(f"# Days\n\n{text}")))))
    assert pages.count(date) == 24
