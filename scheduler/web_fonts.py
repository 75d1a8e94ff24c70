"""The suite's fonts inside a page, so that it looks the same on every machine without a network."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent / "fonts"
_FILES = {400: "inter-latin-400-normal.woff2", 600: "inter-latin-600-normal.woff2"}


@cache
def font_faces() -> str:
    """The rules of a style sheet that carry the fonts."""
    rules = []
    for weight, name in _FILES.items():
        data = base64.b64encode((_FOLDER / name).read_bytes()).decode()
        rules.append(
            f'@font-face{{font-family:"Inter";font-weight:{weight};font-style:normal;font-display:swap;'
            f"src:url(data:font/woff2;base64,{data}) format('woff2')}}\n"
        )
    return "".join(rules)
