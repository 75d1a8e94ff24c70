"""Tables on paper: whatever their width, nothing is clipped."""

from __future__ import annotations

import io
from typing import Any

import pandas as pd
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.exporters.typst_manuscript import Manuscript, Node
from scheduler.exporters.typst_tables import LANDSCAPE, PORTRAIT, grid_of, table_nodes
from tests.scheduler.exporters import html_notebooks as samples
from tests.scheduler.exporters.pdf_reading import rendered, words_of


def plain(
    columns: int, *, rows: int = 3, name: str = "name", value: str = "1,234", align: str = "right"
) -> Any:
    return {
        "columns": [{"name": f"{name}{place}", "align": align} for place in range(columns)],
        "rows": [[value] * columns for _ in range(rows)],
    }


def nodes(table: Any, **options: Any) -> list[Node]:
    return table_nodes(grid_of(Manuscript(), table), **options)


def shown(html: str) -> bytes:
    return rendered(samples.document(samples.cell(samples.display({"text/html": html, "text/plain": ""}))))


def test_a_narrow_table_stands_upright_at_full_size() -> None:
    (node,) = nodes(plain(4))
    assert (node["size"], node["wide"]) == (9.0, False)


def test_a_wider_one_shrinks_then_turns() -> None:
    sizes = [nodes(plain(count))[0] for count in (6, 10, 12, 15)]
    assert [node["wide"] for node in sizes] == sorted(node["wide"] for node in sizes)
    assert sizes[-1]["wide"]
    assert len(nodes(plain(15))) == 1


def test_the_widest_is_split_by_columns_with_the_first_repeated() -> None:
    parts = nodes(plain(60, value="12,345,678"))
    assert len(parts) > 1
    assert all(cell["x"] == 0 for part in parts for cell in part["head"] if cell["body"] == ["name0"])
    assert sum(len(part["widths"]) - 1 for part in parts) == 59
    assert "Columns 2 to" in "".join(parts[0]["caption"])


def test_a_table_inside_a_list_never_turns() -> None:
    assert not any(node["wide"] for node in nodes(plain(20), room=400))


@settings(max_examples=80, deadline=None)
@given(
    st.integers(1, 40),
    st.text("abcdefgh mW0123456789", max_size=120),
    st.sampled_from(["left", "right"]),
    st.sampled_from([PORTRAIT, 300.0]),
)
def test_no_table_is_wider_than_its_page(columns: int, value: str, align: str, room: float) -> None:
    for node in nodes(plain(columns, value=value, align=align), room=room):
        assert sum(node["widths"]) <= (LANDSCAPE if node["wide"] else room) + 0.5


SPANS = st.integers(0, 9)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.tuples(SPANS, SPANS, st.booleans()), max_size=5), max_size=6), st.integers(0, 6))
def test_any_spans_can_be_set(rows: list[list[tuple[int, int, bool]]], heads: int) -> None:
    lines = [
        "<tr>"
        + "".join(
            f'<{"th" if head else "td"} colspan="{across}" rowspan="{down}">c</{"th" if head else "td"}>'
            for across, down, head in row
        )
        + "</tr>"
        for row in rows
    ]
    table = f"<table><thead>{''.join(lines[:heads])}</thead><tbody>{''.join(lines[heads:])}</tbody></table>"
    words = words_of(shown(f"<p>before</p>{table}<p>after</p>"))
    assert words.startswith("sample before")
    assert "after" in words
    assert words.count("c") >= sum(len(row) for row in rows)


@pytest.mark.parametrize("columns", [8, 14, 30])
def test_every_number_of_a_wide_frame_is_inside_the_page(columns: int) -> None:
    frame = pd.DataFrame({f"a_long_column_name_{n}": [100_000 + n] for n in range(columns)})
    pdf = shown(frame.to_html())
    for page in pypdf.PdfReader(io.BytesIO(pdf)).pages:
        width = float(page.mediabox.width)
        if page.rotation % 180:
            width = float(page.mediabox.height)
        places: list[float] = []
        page.extract_text(
            visitor_text=lambda text, _cm, tm, _font, _size, places=places: (
                places.append(float(tm[4])) if text.strip() else None
            )
        )
        assert max(places) < width - 56
    words = words_of(pdf)
    assert all(str(100_000 + n) in words for n in range(columns))


def test_numbers_stand_right_with_tabular_figures() -> None:
    (node,) = nodes(plain(2))
    assert all(cell["right"] for cell in node["body"])
