"""Excel: typed cells that read back as the notebook's numbers, texts that stay texts, equal bytes."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import nbformat
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.exporters.excel_cells import amount, day_of, number_format
from scheduler.exporters.excel_report import ExcelReport
from scheduler.exporters.excel_sheets import LONGEST, sheet_names
from scheduler.exporters.report_words import footer_of
from scheduler.render import render
from tests.scheduler.exporters import numbers_notebooks as made

AGAIN = """
import sys, nbformat
from scheduler.render import render
sys.stdout.buffer.write(render(nbformat.read(sys.argv[1], as_version=4), "xlsx", "bookings"))
"""


def book(notebook: Any) -> Any:
    return openpyxl.load_workbook(io.BytesIO(render(notebook, "xlsx", "bookings")))


def table(sheet: Any) -> list[dict[str, Any]]:
    """The rows of a sheet as header -> cell."""
    header, *rows = list(sheet.iter_rows())
    return [{name.value: cell for name, cell in zip(header, row, strict=True)} for row in rows]


def test_the_first_sheet_says_what_the_report_is_and_leads_to_the_others() -> None:
    found = book(made.report())
    names = found.sheetnames
    assert names == ["Report", "Bookings rose by 12.7 %", "How it went", "Where the places by value"]
    front = [cell for line in found["Report"].iter_rows() for cell in line if cell.value]
    cells = {cell.coordinate: cell.value for cell in front}
    assert cells["A1"] == "Bookings rose by 12.7 % in October" and cells["A2"] == made.ABOUT["subtitle"]
    said = {cells[f"A{line}"]: cells[f"B{line}"] for line in range(4, 9)}
    assert said == {
        "Period": "2026-10",
        "Data as of": "Oct 31, 2026, 23:00 (UTC)",
        "Run": "0123456789abcdef",
        "Data version": "v1",
        "Definitions": "d1",
    }
    links = {cell.value: cell.hyperlink for cell in front if cell.hyperlink}
    assert list(links) == names[1:]
    for name, link in links.items():
        assert link.location == f"'{name}'!A1" and link.target is None
    assert [cells[f"C{line}"] for line in (12, 13)] == ["How the period went", "Who brought it"]


def test_the_data_s_instant_is_that_of_the_page_in_the_reader_s_locale_and_zone() -> None:
    notebook = made.report()
    notebook.metadata["analytics"] |= {"locale": "de", "scope": {"zone": "Europe/Madrid"}}
    shown = [cell.value for cell in book(notebook)["Report"]["B"]]
    said = dict(footer_of(notebook.metadata["analytics"]))["Data as of"]
    assert said.startswith("01.11.2026, 00:00") and said in shown


def test_groups_are_as_people_read_them_with_the_code_at_the_end() -> None:
    groups = ({"channel": "online_agency", "weekday": "1"}, {"channel": "direct", "weekday": None})
    rows = [made.row("total_bookings", 7, "count", **group) for group in groups]
    notebook = made.document(made.chart(made.numbers("Who", rows, dimensions=["channel", "weekday"])))
    notebook.metadata["analytics"] = {"locale": "de"}
    first, second = table(book(notebook).worksheets[1])
    assert [first[name].value for name in ("Channel", "Weekday")] == ["online agency", "Mo"]
    assert [first[name].value for name in ("Channel, code", "Weekday, code")] == ["online_agency", "1"]
    assert [second[name].value for name in ("Channel", "Weekday", "Weekday, code")] == ["direct", None, None]
    assert list(first)[-2:] == ["Channel, code", "Weekday, code"]


def test_every_number_reads_back_as_the_notebook_has_it() -> None:
    found = book(made.report())
    answers = (made.headline(), made.course(), made.places())
    for sheet, answer in zip(found.worksheets[1:], answers, strict=True):
        rows = table(sheet)
        assert len(rows) == len(answer["rows"])
        for cells, row in zip(rows, answer["rows"], strict=True):
            for header, field in (("Value", "value"), ("Compared with", "previous"), ("Change", "change")):
                if header not in cells:
                    assert row[field] is None
                    continue
                cell, value = cells[header].value, row[field]
                assert (cell is None) == (value is None)
                if value is not None:
                    assert cells[header].data_type == "n" and Decimal(str(cell)) == Decimal(str(value))
            assert cells["Reason"].value == row["reason"] and cells["Name"].value == row["metric"]


def test_fractions_keep_sixteen_digits() -> None:
    answer = made.numbers("Shares", [made.row("cancellation_rate", 1 / 3, "share")])
    (row,) = table(book(made.document(made.tiles(answer))).worksheets[1])
    assert row["Value"].value == pytest.approx(1 / 3, rel=1e-15)


def test_numbers_bear_the_format_of_their_unit() -> None:
    headline, course, places = (book(made.report()).worksheets[place] for place in (1, 2, 3))
    assert [row["Value"].number_format for row in table(headline)] == [
        *("#,##0", '#,##0.00" EUR"', "0.0%", "General", '#,##0" ms"')
    ]
    assert table(headline)[2]["Change"].number_format == '+0.0%"-points";-0.0%"-points";0.0%"-points"'
    assert table(headline)[0]["Change, relative"].number_format == "+0.0%;-0.0%;0.0%"
    assert [row["Value"].number_format for row in table(places)[:3]] == [
        *('#,##0.00" EUR"', '#,##0" JPY"', '#,##0.000" KWD"')
    ]
    assert table(course)[3]["Upper (80 %)"].value == 48.75


def test_days_are_dates_and_other_buckets_texts() -> None:
    answer = made.course()
    days = table(book(made.document(made.chart(answer))).worksheets[1])
    assert days[0]["When"].value == datetime(2026, 10, 1) and days[0]["When"].number_format == "yyyy-mm-dd"
    for name in ("2026-10", "2026-W43", "2026-10-25T02+0200", "2026-02-30"):
        answer["rows"][0]["bucket"] = name
        (first, *_) = table(book(made.document(made.chart(answer))).worksheets[1])
        assert first["When"].value == name and first["When"].data_type == "s"
    assert day_of("2026-10-01") is not None and day_of(None) is None


def test_texts_are_never_formulas_numbers_or_links() -> None:
    found = book(made.report())
    cells = [row["Destination name"] for row in table(found.worksheets[3])]
    assert [cell.value for cell in cells] == made.PLACES
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.hyperlink is None for cell in cells)
    with zipfile.ZipFile(io.BytesIO(render(made.report(), "xlsx", "bookings"))) as parts:
        for name in parts.namelist():
            content = parts.read(name).decode()
            assert "<f>" not in content, name
            assert "_rels" not in name or "example.com" not in content


def test_a_formula_in_titles_and_reasons_is_text() -> None:
    answer = made.numbers(made.EVIL, [made.row("=m", None, "count", reason="=1+1")])
    notebook = made.document(made.nb.new_markdown_cell("# =1+1\n\n## =2+2"), made.tiles(answer))
    found = book(notebook)
    cells = [cell for sheet in found for line in sheet.iter_rows() for cell in line if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}  # the base is a number
    assert {"=1+1", "=2+2", "=m", made.EVIL} <= {cell.value for cell in cells}


def test_headers_stay_in_sight_and_empty_columns_are_left_out() -> None:
    headline, course, _ = book(made.report()).worksheets[1:]
    assert headline.freeze_panes == course.freeze_panes == "A2"
    assert headline.auto_filter.ref == f"A1:{headline.dimensions.split(':')[1]}"
    assert [cell.value for cell in next(course.iter_rows())] == [
        *("Metric", "When", "Value", "Lower (80 %)", "Upper (80 %)", "Based on"),
        *("Unit", "Quality", "Reason", "Name"),
    ]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("123456789012345.00", 123456789012345.0),
        ("-0.001", -0.001),
        ("1234567890123456.78", "1234567890123456.78"),
        (12345678901234567, "12345678901234567"),
        ("=1", "=1"),
        ("NaN", "NaN"),
        (0.1, 0.1),
        (7, 7),
        (None, None),
    ],
)
def test_what_excel_would_round_stays_a_text(value: Any, cell: Any) -> None:
    assert amount(value) == cell and type(amount(value)) is type(cell)


def test_an_amount_of_too_many_digits_says_so_in_its_row() -> None:
    answer = made.numbers("Much", [made.row("gross_bookings_value", "1234567890123456.78", "EUR")])
    (row,) = table(book(made.document(made.tiles(answer))).worksheets[1])
    assert row["Value"].value == "1234567890123456.78" and row["Value"].data_type == "s"
    assert "15 digits" in row["Reason"].value


def test_units_that_are_no_currency_are_plain() -> None:
    assert number_format("value", "furlongs") == "General"
    assert number_format("n", "EUR") == "#,##0"


def test_fresh_processes_give_the_same_bytes_without_the_clock(tmp_path: Path) -> None:
    path = tmp_path / "executed.ipynb"
    nbformat.write(made.report(), path)
    made_twice = [
        subprocess.run(
            [sys.executable, "-c", AGAIN, str(path)],
            env={"TZ": zone, "PYTHONPATH": str(Path(__file__).parents[3]), "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for zone, seed in (("Pacific/Auckland", "1"), ("America/New_York", "2"))
    ]
    assert made_twice[0] == made_twice[1] == render(made.report(), "xlsx", "bookings")
    with zipfile.ZipFile(io.BytesIO(made_twice[0])) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = parts.read("docProps/core.xml").decode()
    assert re.findall(r">(\d{4}-[^<]+)<", core) == ["2026-10-31T23:00:00Z"] * 2


def test_an_undated_notebook_does_not_ask_the_clock() -> None:
    notebook = made.report()
    del notebook.metadata["analytics"]["data_as_of"]
    assert book(notebook).properties.created == datetime(2000, 1, 1)


def test_a_workbook_of_nothing_says_so() -> None:
    content = ExcelReport().from_notebook_node(made.foreign())[0]
    (sheet,) = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    assert "no numbers" in " ".join(str(cell.value) for line in sheet.iter_rows() for cell in line)


@given(st.lists(st.text(max_size=60), max_size=12))
def test_sheets_have_names_that_excel_takes(titles: list[str]) -> None:
    names = sheet_names(titles, taken=["Report"])
    assert len(names) == len(titles)
    folded = [name.casefold() for name in names]
    assert len({*folded, "report", "history"}) == len(names) + 2
    for name in names:
        assert 0 < len(name.encode("utf-16-le", "surrogatepass")) // 2 <= LONGEST
        assert not re.search(r"[\[\]:*?/\\]", name) and name[0] != "'" != name[-1]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Bookings", "Bookings"),
        ("Gross bookings value rose by 12.3 % to €1.8M", "Gross bookings value rose by…"),
        ("a/b [c]: d?", "a b c d"),
        ("Report", "Report (2)"),
        ("History", "History (2)"),
        ("'quoted'", "quoted"),
        ("", "Numbers"),
    ],
)
def test_sheets_are_named_after_their_titles(title: str, name: str) -> None:
    assert sheet_names([title], taken=["Report"]) == [name]
