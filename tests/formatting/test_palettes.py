"""Colours that stand out from their page and from each other, also for the colour-blind.

Colour vision is simulated with the matrices for full protanopia and deuteranopia of Machado, Oliveira
and Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE
Transactions on Visualization and Computer Graphics 15 (6), 2009, on linear RGB. Distances are those
of CIE 1976 L*a*b*; contrast is that of WCAG 2.
"""

from __future__ import annotations

from itertools import combinations, pairwise
from math import dist

import pytest

from analytics_lib.charts import theme
from analytics_lib.errors import UnknownName
from analytics_lib.formatting import page_colours, palette, status_colour

Matrix = tuple[tuple[float, float, float], ...]

VISIONS: dict[str, Matrix] = {
    "full": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
}
NAMES = ["categorical", "sequential", "diverging", "status"]
MODES = ["light", "dark"]


def linear(colour: str) -> list[float]:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]


def luminance(colour: str) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lab(colour: str, vision: str) -> tuple[float, float, float]:
    """The colour as it is seen, in L*a*b* under the white of sRGB (D65)."""
    rgb = linear(colour)
    seen = [sum(a * b for a, b in zip(row, rgb, strict=True)) for row in VISIONS[vision]]
    red, green, blue = (min(1.0, max(0.0, value)) for value in seen)
    x = (0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047
    y = 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue
    z = (0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883
    fx, fy, fz = (t ** (1 / 3) if t > (6 / 29) ** 3 else t / (3 * (6 / 29) ** 2) + 4 / 29 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def distance(one: str, other: str, vision: str) -> float:
    return dist(lab(one, vision), lab(other, vision))


def test_the_measures_themselves_are_right() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
    assert lab("#FFFFFF", "full") == pytest.approx((100, 0, 0), abs=0.01)
    assert lab("#FF0000", "full") == pytest.approx((53.24, 80.09, 67.20), abs=0.05)
    # Two colours known to fall together for those who see no red or no green.
    assert distance("#B84F00", "#8A6A00", "deuteranopia") < 10 < distance("#B84F00", "#8A6A00", "full")
    # Every row of the matrices leaves grey as it is.
    assert all(sum(row) == pytest.approx(1, abs=1e-5) for matrix in VISIONS.values() for row in matrix)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", NAMES)
def test_every_colour_stands_out_from_its_page(name: str, mode: str) -> None:
    paper = page_colours(mode).paper
    weak = {colour: contrast(colour, paper) for colour in palette(name, mode)}
    assert {colour: ratio for colour, ratio in weak.items() if ratio < 3} == {}


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", ["categorical", "status"])
def test_colours_without_order_are_all_apart(name: str, mode: str, vision: str) -> None:
    near = {pair: distance(*pair, vision) for pair in combinations(palette(name, mode), 2)}
    assert {pair: far for pair, far in near.items() if far < 17} == {}


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", ["sequential", "diverging"])
def test_steps_can_be_told_from_their_neighbours(name: str, mode: str, vision: str) -> None:
    steps = palette(name, mode)
    assert min(distance(*pair, vision) for pair in pairwise(steps)) >= 9
    # None is taken for one further away, either.
    assert min(distance(*pair, vision) for pair in combinations(steps, 2)) >= 9


@pytest.mark.parametrize("mode", MODES)
def test_more_stands_out_more_from_the_page(mode: str) -> None:
    paper = page_colours(mode).paper
    ratios = [contrast(colour, paper) for colour in palette("sequential", mode)]
    assert ratios == sorted(ratios) and len(set(ratios)) == 5


@pytest.mark.parametrize("mode", MODES)
def test_both_ends_of_a_diverging_palette_stand_out_and_its_middle_is_grey(mode: str) -> None:
    steps, paper = palette("diverging", mode), page_colours(mode).paper
    ratios = [contrast(colour, paper) for colour in steps]
    assert len(steps) % 2 == 1 and min(ratios[0], ratios[-1]) > 1.5 * max(ratios[2:5])
    _, a, b = lab(steps[len(steps) // 2], "full")
    assert abs(a) + abs(b) < 10


@pytest.mark.parametrize("mode", MODES)
def test_words_can_be_read_on_their_page(mode: str) -> None:
    page = page_colours(mode)
    assert contrast(page.ink, page.paper) >= 7 and contrast(page.quiet, page.paper) >= 4.5


def test_states_have_their_colours() -> None:
    assert [status_colour(name) for name in ("good", "bad", "attention", "neutral")] == list(
        palette("status")
    )
    assert status_colour("good", "dark") == palette("status", "dark")[0]


def test_unknown_names_are_refused() -> None:
    with pytest.raises(UnknownName, match="did you mean sequential"):
        palette("sequental")
    with pytest.raises(UnknownName, match="page 'grey'"):
        palette("status", "grey")
    with pytest.raises(UnknownName, match="page 'grey'"):
        page_colours("grey")
    with pytest.raises(UnknownName, match="status 'fine'"):
        status_colour("fine")


def test_charts_take_their_colours_from_here() -> None:
    assert palette("categorical") == theme.CATEGORIES
    assert [page_colours().ink, page_colours().quiet] == [theme.INK, theme.GREY]
