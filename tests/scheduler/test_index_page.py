"""The index of reports: all of them, the newest first, from the heads of their pages, and no clock."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from scheduler.exporters.html import HtmlReport
from scheduler.index_page import index_page
from scheduler.places import Place, path_of
from scheduler.published import HEAD, published
from tests.scheduler.exporters import numbers_notebooks
from tests.scheduler.index_reports import page, put, some_reports


def tree(folder: Path) -> Any:
    return lxml.html.fromstring(index_page(folder))


def lines(folder: Path) -> list[str]:
    """Title and facts of each report, in the page's order."""
    rows = tree(folder).xpath("//ol/li/div")
    return [
        " | ".join(" ".join(part.text_content().split()) for part in row.iter("a", "span")) for row in rows
    ]


def test_a_report_says_all_that_it_is_about(tmp_path: Path) -> None:
    put(
        tmp_path,
        Place("2026-10", "ai_usage", ("b2b", "b2c"), ("ag-001", "to/7"), "USD", "America/New_York", "de"),
    )
    (line,) = lines(tmp_path)
    assert line.split(" | ") == [
        *("The assistants answered 48,120 queries in 2026-10", "Oktober 2026", "AI usage", "B2B + B2C"),
        *("partner ag-001", "partner to/7", "USD", "America/New_York", "de"),
        "data as of 2026-10-31 23:00 UTC",
    ]
    (facts,) = tree(tmp_path).xpath("//p[@class='facts']")
    assert facts.text_content().startswith("Oktober 2026 · AI usage · B2B + B2C · partner ag-001")
    files = tree(tmp_path).xpath("//p[@class='files']/a")
    assert [" ".join(link.text_content().split()) for link in files] == [
        *("HTML 90.1 kB", "PDF 41.0 kB", "CSV 41.0 kB", "XLSX 41.0 kB")
    ]


def test_a_period_in_japanese_brings_its_letters(tmp_path: Path) -> None:
    put(tmp_path, Place("2026-10", "bookings"))
    assert '"Noto Sans JP Subset";' not in index_page(tmp_path)
    put(tmp_path, Place("2026-10", "bookings", locale="ja"))
    text = index_page(tmp_path)
    assert '<span lang="ja">2026年10月</span>' in text and '<option value="2026-10">October 2026' in text
    assert '@font-face{font-family:"Noto Sans JP Subset";' in text
    (stack,) = re.findall(r"\bfont: 16px/1\.5 ([^;]+);", text)
    assert stack.split(", ")[:2] == ["Inter", '"Noto Sans JP Subset"']


def test_the_newest_are_first_and_the_finer_before_the_longer(tmp_path: Path) -> None:
    for period in (
        "2025",
        "2026-W43",
        "2026-10",
        "all",
        "2026-Q3",
        "2026-09",
        "2026-10-31",
        "2026-10-31T02+0100",
        "x",
    ):
        put(tmp_path, Place(period, "bookings"))
    put(tmp_path, Place("2026-11", "bookings", until="2026-11-05T1200"))
    put(tmp_path, Place("2026", "bookings", until="2026-10-30T0000"))
    assert [report.place.period for report in published(tmp_path)] == [
        *("2026-11", "2026-10-31", "2026-10", "all", "x", "2026-10-31T02+0100", "2026", "2026-W43"),
        *("2026-09", "2026-Q3", "2025"),
    ]


def test_the_title_is_that_of_the_page_which_our_exporter_writes(tmp_path: Path) -> None:
    notebook = numbers_notebooks.report()
    notebook.cells[0].source = '# Fewer <b>& "more"</b> in Córdoba'
    content = HtmlReport().from_notebook_node(notebook)[0]
    path = tmp_path / f"{path_of(Place('2026-10', 'bookings'))}.html"
    path.parent.mkdir(parents=True)
    path.write_text(content)
    (report,) = published(tmp_path)
    assert report.title == 'Fewer & "more" in Córdoba'
    assert report.as_of == "2026-10-31T23:00:00Z"
    assert content.index('name="data-as-of"') < HEAD


def test_only_the_head_of_a_page_is_read(tmp_path: Path) -> None:
    target = tmp_path / "2026-10" / "bookings"
    target.mkdir(parents=True)
    (target / "all.html").write_bytes(b"x" * HEAD + page("Too late"))
    assert lines(tmp_path) == ["Bookings | October 2026 | Bookings | All business models"]


def test_a_report_without_a_page_is_listed_by_its_name(tmp_path: Path) -> None:
    put(tmp_path, Place("2026-10", "money_audit"), ("pdf", "xlsx"))
    assert lines(tmp_path) == ["Money audit | October 2026 | Money audit | All business models"]
    assert {link.get("href") for link in tree(tmp_path).xpath("//li//a")} == {
        *("2026-10/money_audit/all.pdf", "2026-10/money_audit/all.xlsx")
    }


@pytest.mark.parametrize(
    "path",
    [
        "2026-10/bookings/.all.html.12.partial",
        "2026-10/bookings/.all.html",
        "2026-10/bookings/all.failed.ipynb",
        "2026-10/bookings/notes.txt",
        "2026-10/all.html",
        "2026-10/bookings/deeper/all.html",
    ],
)
def test_what_is_no_report_is_not_listed(tmp_path: Path, path: str) -> None:
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text("x")
    assert published(tmp_path) == []
    assert "No report yet" in index_page(tmp_path) and "<form" not in index_page(tmp_path)


def test_addresses_lead_to_the_files_whatever_their_names(tmp_path: Path) -> None:
    from urllib.parse import unquote

    place = Place("2026-10-25T02+0200", "50%#?", ("b2b", "b2c"), ("a/b c", "EUR", "Ü"))
    put(tmp_path, place)
    addresses = [file.address for report in published(tmp_path) for file in report.files]
    assert len(addresses) == 4
    for address in addresses:
        assert not re.search(r"[ #?]", address) and (tmp_path / unquote(address)).is_file()


def test_equal_files_give_an_equal_page_whenever_they_were_written(tmp_path: Path) -> None:
    some_reports(tmp_path / "one")
    shutil.copytree(tmp_path / "one", tmp_path / "other")
    for number, path in enumerate(sorted((tmp_path / "other").rglob("*.html"), reverse=True)):
        os.utime(path, (number, number))
    assert index_page(tmp_path / "one") == index_page(tmp_path / "other")


def test_the_filters_offer_what_there_is(tmp_path: Path) -> None:
    some_reports(tmp_path)
    offered = {
        choice.get("name"): [option.text for option in choice.iter("option")]
        for choice in tree(tmp_path).iter("select")
    }
    assert offered["period"] == [
        *("Any", "November 2026", "October 2026", "All data", "Week 43 of 2026"),
        *("October 25, 2026, 02:00 to 03:00 (+0100)", "September 2026", "Q3 2026", "2025", "2024"),
    ]
    assert offered["report"] == ["Any", "AI usage", "Bookings", "Executive", "Money audit", "Payments"]
    assert offered["model"] == ["Any", "All business models", "B2B", "B2B2C", "B2C"]


def test_nothing_in_the_page_comes_from_elsewhere_or_runs_unless_its_hash_is_known(tmp_path: Path) -> None:
    put(tmp_path, Place("2026-10", "bookings"))
    found = tree(tmp_path)
    (policy,) = found.xpath("//meta[@http-equiv='Content-Security-Policy']")
    assert "'unsafe" not in policy.get("content") and "default-src 'none'" in policy.get("content")
    assert not found.xpath("//*[@style or @onclick or @src]")
    assert [link.get("href") for link in found.iter("link")] == ["data:,"]
