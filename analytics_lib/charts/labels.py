"""Room for words on a drawing: how wide they are, about, and where a long name goes on in a new line."""

from __future__ import annotations

from unicodedata import east_asian_width

SIZE = 12
"""Pixels of the letters at axes and ends of lines."""

_WIDE, _NARROW = 1.0, 0.58


def width_of(text: str, size: float = SIZE) -> float:
    """About how many pixels a text takes up: letters of Chinese and Japanese are as wide as they are high."""
    return size * sum(_WIDE if east_asian_width(letter) in "WF" else _NARROW for letter in text)


def wrapped(text: str, most: float = 150) -> list[str]:
    """A name in lines of at most so many pixels, broken between words only."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer) <= most:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
