from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.exporters.chart_converter import draw
from scheduler.exporters.svg import FONT

VEGALITE = "https://vega.github.io/schema/vega-lite/v6.json"


def bars(width: int | None = None, **others: Any) -> dict[str, Any]:
    rows = [{"channel": name, "bookings": count} for name, count in (("Tour", 5), ("Web", 7), ("Agency", 2))]
    room = {} if width is None else {"width": width, "autosize": {"type": "fit-x", "contains": "padding"}}
    return {
        "$schema": VEGALITE,
        "config": {"font": FONT},
        "data": {"values": rows},
        "mark": "bar",
        "encoding": {
            "x": {"field": "bookings", "type": "quantitative"},
            "y": {"field": "channel", "type": "nominal"},
        },
        **room,
        **others,
    }


@settings(max_examples=10)
@given(width=st.integers(200, 1200))
def test_what_was_drawn_before_changes_nothing(width: int) -> None:
    fresh = draw(bars(width))
    draw(bars(1300))
    again = draw(bars(width))
    draw(bars(width, height=77))
    assert fresh == again == draw(bars(width))


def test_padding_takes_room_from_the_plot() -> None:
    wide, squeezed = draw(bars(400)), draw(bars(400, padding={"left": 60, "right": 5, "top": 5, "bottom": 5}))
    assert wide.partition('width="')[2][:3] == squeezed.partition('width="')[2][:3] == "400"
    assert wide != squeezed


def test_facets_keep_the_width_of_each() -> None:
    facets = bars(100)
    facets["encoding"]["column"] = {"field": "channel", "type": "nominal"}
    facets.pop("autosize")
    assert 300 < float(draw(facets).partition('width="')[2].partition('"')[0]) < 500
