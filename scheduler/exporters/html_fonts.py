"""The fonts that a page carries: Inter, and Japanese letters only where the page has Japanese formats."""

from __future__ import annotations

import base64
from functools import cache

from scheduler.exporters.typst_glyphs import FONTS

_LATIN = {400: "inter-latin-400-normal.woff2", 600: "inter-latin-600-normal.woff2"}
_JAPANESE = {400: "noto-formats-ja-400-normal.woff2", 600: "noto-formats-ja-600-normal.woff2"}


def font_faces(text: str) -> str:
    """The @font-face rules for a page of this text.

    Japanese is there for what formats are written with (2026年10月31日, 1.8億円), letter by letter;
    for names in other kanji the page asks the fonts of the reader's machine.
    """
    return _latin_faces() + (_japanese_faces() if not japanese_letters().isdisjoint(text) else "")


@cache
def japanese_letters() -> frozenset[str]:
    """The letters of the Japanese fonts that pages carry."""
    return frozenset((FONTS / "noto-formats-ja.txt").read_text(encoding="utf-8").rstrip("\n"))


@cache
def _latin_faces() -> str:
    return "".join(_face("Inter", weight, name) for weight, name in _LATIN.items())


@cache
def _japanese_faces() -> str:
    letters = ",".join(f"U+{ord(letter):X}" for letter in sorted(japanese_letters()))
    return "".join(
        _face("Noto Sans JP Subset", weight, name, f";unicode-range:{letters}")
        for weight, name in _JAPANESE.items()
    )


def _face(family: str, weight: int, name: str, more: str = "") -> str:
    data = base64.b64encode((FONTS / name).read_bytes()).decode()
    return (
        f'@font-face{{font-family:"{family}";font-weight:{weight};font-style:normal;font-display:swap{more};'
        f"src:url(data:font/woff2;base64,{data}) format('woff2')}}\n"
    )
