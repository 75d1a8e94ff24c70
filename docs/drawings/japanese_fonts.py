"""Make our Japanese fonts anew: `python docs/drawings/japanese_fonts.py FOLDER-WITH-NOTO-SANS-CJK`.

The folder holds `NotoSansCJK-Regular.ttc` and `NotoSansCJK-Bold.ttc`, as Debian's package fonts-noto-cjk
has them. It needs fontTools and brotli, which nobody needs who only makes reports. What is in which file
stands in `scheduler/fonts/README.md`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from babel import Locale
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

from analytics_lib.formatting.words import LANGUAGES

FAMILY = "Noto Sans JP Subset"
FONTS = Path(__file__).parents[2] / "scheduler" / "fonts"

_FACES = {"Regular": ("Regular", 400), "Bold": ("SemiBold", 600)}
"""Face of Noto -> style and weight of ours: Noto has no semi-bold, and its bold is what stands in for it."""

_DATES = ("days", "months", "quarters", "day_periods", "eras")
_PATTERNS = ("date_formats", "time_formats", "datetime_formats", "datetime_skeletons")
_NUMBERS = ("compact_decimal_formats", "compact_currency_formats", "currency_symbols")
_NAMES = ("territories", "currency_names")
_JAPANESE = Locale("ja")._data
_UPRIGHT = ["VORG", "vhea", "vmtx", "BASE", "GSUB", "GPOS", "DSIG"]
"""Tables of text from top to bottom and of other forms of letters, which reports have not."""


def words_of_formats() -> str:
    """What Japanese dates, numbers, amounts, units and our own words are written with."""
    said = [_texts(_JAPANESE[key]) for key in (*_DATES, *_PATTERNS, *_NUMBERS)]
    units = [unit for unit in _JAPANESE["unit_patterns"] if unit.startswith(("duration-", "digital-"))]
    said += [_texts(_JAPANESE["unit_patterns"][unit]) for unit in units]
    ours = _texts(vars(LANGUAGES["ja"]))
    punctuation = "　、。「」（）～・ー％￥円第四半期週"
    return "".join(sorted({char for text in (*said, ours, punctuation) for char in text if char > "\u2e80"}))


def words_of_names() -> str:
    """Those, kana, punctuation, full-width forms, the usual kanji (JIS X 0208, level 1), Babel's names."""
    rows = (1, 2, 3, 4, 5, *range(16, 48))
    jis = "".join(
        bytes((0xA0 + row, 0xA0 + cell)).decode("euc_jp", errors="ignore")
        for row in rows
        for cell in range(1, 95)
    )
    full_width = "".join(map(chr, range(0xFF01, 0xFFEF)))
    names = "".join(_texts(_JAPANESE[key]) for key in _NAMES)
    chars = {char for char in jis + full_width + names if char > "\u00ff"}
    return "".join(sorted(chars | set(words_of_formats())))


def main(folder: Path) -> None:
    (FONTS / "noto-formats-ja.txt").write_text(words_of_formats() + "\n", encoding="utf-8")
    for face, (style, weight) in _FACES.items():
        source = folder / f"NotoSansCJK-{face}.ttc"
        _write(source, words_of_names(), style, weight, FONTS / f"NotoSansJP-{style}.otf", None)
        _write(
            source,
            words_of_formats(),
            style,
            weight,
            FONTS / f"noto-formats-ja-{weight}-normal.woff2",
            "woff2",
        )


def _write(source: Path, chars: str, style: str, weight: int, target: Path, flavor: str | None) -> None:
    font = TTFont(source, fontNumber=0, recalcTimestamp=False)  # the first of the collection is Japanese
    options = subset.Options(
        layout_features=[], hinting=False, notdef_outline=True, name_IDs=[0, 5, 13, 14], drop_tables=_UPRIGHT
    )
    maker = subset.Subsetter(options)
    maker.populate(text=chars)
    maker.subset(font)
    _name(font, style, weight)
    _map_all_of_unicode(font)
    font.flavor = flavor
    font.save(target)
    missing = sorted(set(chars) - set(map(chr, font.getBestCmap())))
    print(f"{target.name}: {target.stat().st_size:,} bytes, {len(chars)} letters, without {''.join(missing)}")  # noqa: T201


def _name(font: Any, style: str, weight: int) -> None:
    """The family's own name, so that a full Noto on the same machine is never taken for it."""
    for place, text in {
        1: f"{FAMILY} {style}" if style != "Regular" else FAMILY,
        2: "Regular",
        3: f"{FAMILY.replace(' ', '')}-{style}",
        4: f"{FAMILY} {style}",
        6: f"{FAMILY.replace(' ', '')}-{style}",
        16: FAMILY,
        17: style,
    }.items():
        font["name"].setName(text, place, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight
    top = font["CFF "].cff
    top.fontNames = [f"{FAMILY.replace(' ', '')}-{style}"]
    top[0].FullName, top[0].FamilyName, top[0].Weight = f"{FAMILY} {style}", FAMILY, style


def _map_all_of_unicode(font: Any) -> None:
    """Add the map that `exporters/typst_glyphs.py` reads: subsetting leaves the smaller one alone."""
    whole = CmapSubtable.newSubtable(12)
    whole.platformID, whole.platEncID, whole.language = 3, 10, 0
    whole.cmap = font.getBestCmap()
    font["cmap"].tables.append(whole)


def _texts(value: Any) -> str:
    return "".join(_found(value))


def _found(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _found(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _found(inner)
    elif hasattr(value, "pattern"):
        yield str(value.pattern)
    elif hasattr(value, "get_plural") or hasattr(value, "__dict__"):
        yield from _found(vars(value))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
