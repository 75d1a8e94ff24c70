"""CSV: one row a number, exact, and no text that a spreadsheet would run."""

from __future__ import annotations

import csv
import io

import duckdb
import pandas as pd
import pytest

from scheduler.exporters.csv_report import CsvReport
from scheduler.render import render
from tests.scheduler.exporters import numbers_notebooks as made

COLUMNS = [
    *("section", "answer", "period", "compared", "metric", "title", "unit", "group", "destination_name"),
    *("bucket", "value", "previous", "change", "change_ratio", "lower_80", "upper_80", "n"),
    *("quality", "reason"),
]


def rows(notebook: object) -> list[dict[str, str]]:
    content = render(notebook, "csv", "bookings")  # type: ignore[arg-type]
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_each_number_has_its_row_and_its_words() -> None:
    found = rows(made.report())
    assert list(found[0]) == COLUMNS
    assert len(found) == sum(len(each["rows"]) for each in (made.headline(), made.course(), made.places()))
    assert found[1] == dict.fromkeys(COLUMNS, "") | {
        "answer": "Bookings rose by 12.7 %",
        "period": "2026-10",
        "compared": "previous",
        "metric": "net_revenue",
        "title": "Net revenue",
        "unit": "EUR",
        "value": "-1234.50",
        "previous": "10.00",
        "change": "-1244.50",
        "change_ratio": "-124.45",
        "n": "40",
        "quality": "ok",
    }
    assert (found[3]["value"], found[3]["reason"]) == ("", "no arrival was recorded")
    forecast = found[8]
    assert (forecast["lower_80"], forecast["upper_80"]) == ("40.25", "48.75")
    assert forecast["bucket"] == "2026-11-01"


def test_texts_that_begin_a_formula_are_made_texts_and_numbers_are_not() -> None:
    found = {row["destination_name"]: row for row in rows(made.report())[9:]}
    expected = [f"'{name}" if name[0] in "=+-@\t" else name for name in made.PLACES]
    assert list(found) == expected
    assert [row["group"] for row in found.values()] == expected
    for row in rows(made.report()):
        for name, text in row.items():
            if text.startswith(("=", "+", "-", "@", "\t", "\r")):
                assert name in ("value", "previous", "change", "change_ratio"), (name, text)
                float(text)


def test_a_text_in_the_place_of_a_number_is_no_formula() -> None:
    answer = made.headline()
    answer["rows"][0]["value"] = "-1+cmd|' /C calc'!A0"
    answer["rows"][1]["value"] = "=1"
    found = rows(made.document(made.tiles(answer)))
    assert [row["value"] for row in found[:2]] == ["'-1+cmd|' /C calc'!A0", "'=1"]


@pytest.mark.parametrize("name", ["title", "group", "value"])
def test_a_dimension_that_bears_the_name_of_a_column_stays_in_the_group(name: str) -> None:
    answer = made.numbers("x", [made.row("total_bookings", 7, "count")], dimensions=[name, "channel"])
    answer["rows"][0] |= {"channel": "web"}
    if name != "value":
        answer["rows"][0] |= {name: "own"}
    (row,) = rows(made.document(made.tiles(answer)))
    assert row["value"] == "7" and row["title"] == "Total bookings" and row["channel"] == "web"
    assert row["group"] == ("web" if name == "value" else "own / web")


def test_two_readers_of_csv_find_the_same_numbers(tmp_path: object) -> None:
    path = f"{tmp_path}/numbers.csv"
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(render(made.report(), "csv", "bookings"))
    frame = pd.read_csv(path)
    assert list(frame.columns) == COLUMNS
    assert frame["value"].sum() == pytest.approx(duckdb.sql(f"SELECT sum(value) FROM '{path}'").fetchone()[0])  # type: ignore[index]
    assert frame["value"].min() == -1234.5


def test_a_report_without_numbers_has_a_header_only() -> None:
    content = CsvReport().from_notebook_node(made.foreign())[0]
    assert len(content.splitlines()) == 1
