from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from analytics_lib.errors import RunError
from scheduler.exporters.svg import draws_nothing, render_svg

VEGALITE = "https://vega.github.io/schema/vega-lite/v6.json"


def line(**others: Any) -> dict[str, Any]:
    """A clipped line over naive wall-clock hours: what TZ and process-wide counters would change."""
    hours = [{"hour": f"2026-03-29T0{n}:30:00", "bookings": n * n} for n in range(5)]
    return {
        "$schema": VEGALITE,
        "description": "Bookings by hour: lowest 0 & highest <16>.",
        "data": {"values": hours},
        "mark": {"type": "line", "clip": True},
        "encoding": {
            "x": {"field": "hour", "type": "temporal", "axis": {"labelFont": "Courier"}},
            "y": {"field": "bookings", "type": "quantitative"},
        },
        **others,
    }


def test_a_chart_has_a_name_for_screen_readers() -> None:
    root = ET.fromstring(render_svg(line()))
    assert root.get("role") == "img"
    assert root.get("aria-label") == "Bookings by hour: lowest 0 & highest <16>."
    assert root[0].tag.endswith("title")
    assert root[0].text == root.get("aria-label")


def test_text_stays_text_in_our_font() -> None:
    svg = render_svg(line(title="Bookings by hour"))
    assert ">Bookings by hour</text>" in svg
    assert set(re.findall(r'font-family="([^"]*)"', svg)) == {"Inter"}


def test_labels_that_vega_hides_are_gone() -> None:
    assert not re.search(r'<text[^>]*opacity="0"', render_svg(line(width=60)))


def test_the_same_chart_is_the_same_text_and_another_shares_no_id() -> None:
    first, other = render_svg(line()), render_svg(line(height=77))
    assert render_svg(line()) == first
    ids = set(re.findall(r'\bid="([^"]+)"', first))
    assert ids
    assert not ids & set(re.findall(r'\bid="([^"]+)"', other))
    assert set(re.findall(r"url\(#([^)]+)\)", first)) <= ids


def test_the_width_is_the_outer_width() -> None:
    assert ET.fromstring(render_svg(line(), width=640)).get("width") == "640"


def test_a_chart_of_several_views_keeps_its_width() -> None:
    views = {"$schema": VEGALITE, "hconcat": [line(width=100), line(width=100)]}
    assert render_svg(views, width=640) == render_svg(views)


def test_the_given_specification_is_left_alone() -> None:
    spec = line()
    render_svg(spec, width=640)
    assert spec == line()


def test_older_schemas_and_vega_itself_are_drawn() -> None:
    older = line(**{"$schema": "https://vega.github.io/schema/vega-lite/v5.20.1.json"})
    assert "<path" in render_svg(older)
    vega = {
        "$schema": "https://vega.github.io/schema/vega/v6.json",
        "width": 50,
        "height": 20,
        "marks": [{"type": "rect", "encode": {"enter": {"width": {"value": 9}, "height": {"value": 9}}}}],
    }
    assert "<path" in render_svg(vega)


@pytest.mark.parametrize("address", ["https://example.org/cars.json", "/etc/passwd"])
def test_nothing_is_fetched(address: str) -> None:
    with pytest.raises(RunError, match="not allowed"):
        render_svg(line(data={"url": address}))


def test_pictures_behind_an_address_are_dropped() -> None:
    mark = {"type": "image", "url": "https://example.org/x.png", "width": 10, "height": 10}
    assert "example.org" not in render_svg(line(mark=mark))


def test_a_broken_specification_is_one_sentence() -> None:
    with pytest.raises(RunError) as caught:
        render_svg(line(mark="pointy", title="Bookings by hour"))
    assert str(caught.value).startswith("The chart 'Bookings by hour' cannot be drawn (")
    assert "\n" not in str(caught.value)


@pytest.mark.slow
def test_the_time_zone_of_the_machine_changes_nothing() -> None:
    program = (
        "import sys, json\n"
        "from scheduler.exporters.svg import render_svg\n"
        "sys.stdout.write(render_svg(json.load(sys.stdin)))"
    )
    texts = [
        subprocess.run(
            [sys.executable, "-c", program],
            input=json.dumps(line()),
            env={**os.environ, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for zone in ("America/New_York", "Asia/Tokyo")
    ]
    assert texts[0] == texts[1] == render_svg(line())


def test_the_clock_of_the_process_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    render_svg(line())
    assert os.environ["TZ"] == "Asia/Tokyo"


def drawn(mark: Any, rows: list[dict[str, Any]], y: str = "bookings", **others: Any) -> str:
    encoding = {"x": {"field": "model", "type": "nominal"}, "y": {"field": y, "type": "quantitative"}}
    unit = {"mark": mark, "encoding": encoding}
    return render_svg({"$schema": VEGALITE, "data": {"values": rows}, **unit, **others}, width=320)


ROWS: list[dict[str, Any]] = [{"model": "B2C", "bookings": 3}, {"model": "B2B", "bookings": 5}]
NULLS: list[dict[str, Any]] = [{**row, "bookings": None} for row in ROWS]
MARKS = ["bar", "line", "area", "point", "circle", "tick", "rect", {"type": "line", "point": True}]


@pytest.mark.parametrize("mark", MARKS, ids=str)
def test_a_chart_of_no_data_draws_nothing(mark: Any) -> None:
    assert draws_nothing(drawn(mark, []))
    assert draws_nothing(drawn(mark, ROWS, transform=[{"filter": "datum.bookings > 9"}]))


@pytest.mark.parametrize("mark", [mark for mark in MARKS if mark not in ("tick", "rect")], ids=str)
def test_a_column_of_nulls_and_a_misspelt_field_draw_nothing(mark: Any) -> None:
    assert draws_nothing(drawn(mark, NULLS))
    assert draws_nothing(drawn(mark, ROWS, y="bokings"))


@pytest.mark.parametrize("mark", [*MARKS, "rule", {"type": "bar", "cornerRadius": 3}], ids=str)
def test_a_chart_of_data_draws_something(mark: Any) -> None:
    assert not draws_nothing(drawn(mark, ROWS))


def test_text_layers_facets_and_pies_draw_something() -> None:
    text = {"field": "bookings", "type": "quantitative"}
    words = {"mark": "text", "encoding": {"text": text}, "data": {"values": ROWS}}
    assert not draws_nothing(render_svg({"$schema": VEGALITE, **words}))
    layers = {"$schema": VEGALITE, "layer": [{"mark": "bar", "data": {"values": []}}, words]}
    assert not draws_nothing(render_svg(layers))
    pie = {"mark": "arc", "encoding": {"theta": text}, "data": {"values": ROWS}}
    assert not draws_nothing(render_svg({"$schema": VEGALITE, **pie}))
    facet = {"facet": {"field": "model"}, "spec": words, "data": {"values": ROWS}}
    assert not draws_nothing(render_svg({"$schema": VEGALITE, **facet}))
