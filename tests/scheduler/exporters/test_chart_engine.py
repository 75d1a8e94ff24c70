from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest
import vl_convert
from hypothesis import given
from hypothesis import strategies as st

from scheduler.exporters.chart_engine import draw
from scheduler.exporters.html_vega import drawing_code, make_drawing_code
from scheduler.exporters.svg import FONT
from scheduler.exporters.typst_glyphs import FONTS, letter_widths

VEGALITE = "https://vega.github.io/schema/vega-lite/v6.json"
KERNED = 1.5  # px that pairs of letters may make a label shorter


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


def numbers(svg: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+\.?\d*", svg)]


@given(width=st.integers(200, 1200))
def test_what_was_drawn_before_changes_nothing(width: int) -> None:
    fresh = draw(bars(width))
    draw(bars(1300))
    again = draw(bars(width))
    draw(bars(width, height=77))
    assert fresh == again == draw(bars(width))


@pytest.mark.parametrize("width", [340, 1000])
def test_a_drawing_is_that_of_vl_convert(width: int) -> None:
    vl_convert.register_font_directory(str(FONTS))
    theirs = numbers(vl_convert.vegalite_to_svg(bars(width)))
    ours = numbers(draw(bars(width)))
    assert len(ours) == len(theirs)
    assert max(abs(one - other) for one, other in zip(ours, theirs, strict=True)) < KERNED


def test_padding_takes_room_from_the_plot() -> None:
    wide, squeezed = draw(bars(400)), draw(bars(400, padding={"left": 60, "right": 5, "top": 5, "bottom": 5}))
    assert wide.partition('width="')[2][:3] == squeezed.partition('width="')[2][:3] == "400"
    assert wide != squeezed


def test_facets_keep_the_width_of_each() -> None:
    facets = bars(100)
    facets["encoding"]["column"] = {"field": "channel", "type": "nominal"}
    facets.pop("autosize")
    assert 300 < float(draw(facets).partition('width="')[2].partition('"')[0]) < 500


def test_letters_are_as_wide_as_their_font_says() -> None:
    widths = letter_widths()
    assert widths["400"]["i"] < widths["400"]["m"] < widths["600"]["m"]
    assert widths["400"]["月"] == 1.0


def test_the_kept_drawing_code_is_what_would_be_made_now() -> None:
    assert drawing_code() == make_drawing_code()


_ENDS = """
import atexit, threading
atexit.register(lambda: print([thread.name for thread in threading.enumerate()]))  # the first is called last
from scheduler.exporters.chart_engine import draw
draw({"$schema": "https://vega.github.io/schema/vega-lite/v6.json", "data": {"values": [{}]}, "mark": "bar"})
"""


def test_its_threads_have_ended_before_python_does() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _ENDS], capture_output=True, text=True, timeout=60, check=True
    )
    assert ended.stdout == "['MainThread']\n"


def test_a_fork_that_has_drawn_nothing_ends_too() -> None:
    forking = f"{_ENDS}\nimport os, sys\nchild = os.fork()\nif child:\n    os.waitpid(child, 0)\nelse:\n    "
    forking += "atexit._run_exitfuncs(); os._exit(0)"
    ended = subprocess.run([sys.executable, "-c", forking], capture_output=True, timeout=60, check=False)
    assert ended.returncode == 0
