"""The colours of pages and charts: one place for them, safe for the colour-blind, on light and on dark.

Every colour of a palette stands out from its page by 3:1 or more, and neighbours stay apart under
simulated protanopia and deuteranopia. Colour never speaks alone: a word or a sign goes with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analytics_lib.errors import UnknownName


@dataclass(frozen=True)
class Page:
    """What a page is made of: its background, its text, its quieter text and its lines."""

    paper: str
    ink: str
    quiet: str
    line: str


_PAGES = {
    "light": Page(paper="#FFFFFF", ink="#111827", quiet="#6B7280", line="#E5E7EB"),
    "dark": Page(paper="#0F172A", ink="#F3F4F6", quiet="#9CA3AF", line="#334155"),
}

STATUSES = ("good", "bad", "attention", "neutral")
"""What the colours of the status palette mean, in their order."""

_PALETTES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    # Blue, vermilion, green and purple of Okabe and Ito; their amber, sky blue and yellow fail on white.
    "categorical": {
        "light": ("#0072B2", "#D55E00", "#009E73", "#CC79A7"),
        "dark": ("#4FA8DC", "#F28A45", "#22B98D", "#E3A6C7"),
    },
    # One hue; what is more stands out more from the page.
    "sequential": {
        "light": ("#4A97CF", "#2F7DB8", "#14649E", "#054B7E", "#03335A"),
        "dark": ("#2F7DB8", "#4F99D1", "#7AB5E0", "#A8CFEC", "#D6E8F7"),
    },
    # Blue over a grey midpoint to vermilion; the ends stand out most from the page.
    "diverging": {
        "light": ("#003B63", "#1A6CA6", "#5E95C0", "#8E8E8E", "#C77A3C", "#A04300", "#602400"),
        "dark": ("#A9D4F5", "#5FAEE0", "#4F86AE", "#7D8590", "#B87A4E", "#F0924F", "#FBC9A4"),
    },
    "status": {
        "light": ("#0072B2", "#A33A00", "#B58900", "#6B7280"),
        "dark": ("#4FA8DC", "#F28A45", "#FBE08A", "#9CA3AF"),
    },
}


def palette(name: str, mode: str = "light") -> tuple[str, ...]:
    """The colours (#RRGGBB) of a palette on a light or dark page. Raises `UnknownName`.

    `categorical` has four, for series without order; `sequential` five, from little to much;
    `diverging` seven, from far below over the declared midpoint to far above; `status` one for each
    of `STATUSES`.
    """
    if name not in _PALETTES:
        raise UnknownName("palette", name, _PALETTES)
    if mode not in _PAGES:
        raise UnknownName("page", mode, _PAGES)
    return _PALETTES[name][mode]


def page_colours(mode: str = "light") -> Page:
    """The colours of a light or dark page itself. Raises `UnknownName`."""
    if mode not in _PAGES:
        raise UnknownName("page", mode, _PAGES)
    return _PAGES[mode]


def status_colour(status: str, mode: str = "light") -> str:
    """The colour of good, bad, attention or neutral. Raises `UnknownName`."""
    if status not in STATUSES:
        raise UnknownName("status", status, STATUSES)
    return palette("status", mode)[STATUSES.index(status)]
