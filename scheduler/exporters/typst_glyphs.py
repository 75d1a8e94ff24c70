"""What our fonts can show, and how wide it is: read from the font files, so that a missing glyph is known
before the page is set (PDF/UA refuses one) and a table's columns can be sized."""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

FONTS = Path(__file__).resolve().parent.parent / "fonts"
REPLACEMENT = "□"
BREAK = "\u200b"  # a place where a line may end, without a hyphen

_FAMILIES = (
    ("Inter-SemiBold.otf", "Inter-Regular.otf", "Inter-Italic.otf"),
    ("NotoSansJP-SemiBold.otf", "NotoSansJP-Regular.otf"),
)
"""The faces of each family, in the order in which a letter is looked for; the first is the widest."""
_WEIGHTS = {
    "400": ("Inter-Regular.otf", "NotoSansJP-Regular.otf"),
    "600": ("Inter-SemiBold.otf", "NotoSansJP-SemiBold.otf"),
}
_BOXES = frozenset(
    range(0x2500, 0x25A0)
)  # frames and blocks of printed tables; Typst's own mono font has them
_SPACES = frozenset("\n\u00a0\u2009\u202f")
_MARKS = ("Cc", "Cf", "Cs", "Zl", "Zp")


class Glyphs:
    """Replaces what the fonts cannot show, and remembers it in `missing`."""

    def __init__(self) -> None:
        self.missing: set[str] = set()

    def shown(self, text: str, *, boxes: bool = True) -> str:
        """The text, composed, without control marks, every glyph that is lacking as □.

        `boxes` says whether the mono font's frames may be used; drawings have Inter and our Japanese alone.
        """
        if text.isascii() and text.isprintable():
            return text
        return "".join(self._shown(char, boxes) for char in unicodedata.normalize("NFC", text))

    def _shown(self, char: str, boxes: bool) -> str:
        if char in "\t\r\v\f\x85\u2028\u2029":
            return " "
        if char in _SPACES or ord(char) in _widths() or (boxes and ord(char) in _BOXES):
            return char
        if unicodedata.category(char) in _MARKS or "\ufe00" <= char <= "\ufe0f":
            return "" if unicodedata.category(char) != "Cs" else REPLACEMENT
        self.missing.add(char)
        return REPLACEMENT


def text_width(text: str, size: float) -> float:
    """The width in pt of a line in the semi-bold face, digits taken as tabular."""
    return size * _ems(text)


@lru_cache(maxsize=4096)
def _ems(text: str) -> float:
    widths = _widths()
    tabular = widths[ord("0")]
    return sum(tabular if "0" <= char <= "9" else widths.get(ord(char), 1.0) for char in text)


def letter_widths() -> dict[str, dict[str, float]]:
    """Weight -> letter -> width in em, of Inter and, where it lacks the letter, of our Japanese."""
    return {
        weight: {
            chr(point): width
            for name in reversed(names)
            for point, width in _face_widths((FONTS / name).read_bytes())
            if not 0xD800 <= point < 0xE000
        }
        for weight, names in _WEIGHTS.items()
    }


def breakable(text: str, longest: int) -> str:
    """The text with places to break in words of more than `longest` letters: after _, / and their kin,
    else after every `longest` letters."""
    if len(text) <= longest:
        return text
    return " ".join(_broken(word, longest) if len(word) > longest else word for word in text.split(" "))


def _broken(word: str, longest: int) -> str:
    lines = [""]
    for piece in re.findall(r"[^_/.\-]+[_/.\-]?|[_/.\-]", word):
        for part in (piece[at : at + longest] for at in range(0, len(piece), longest)):
            if len(lines[-1]) + len(part) > longest:
                lines.append("")
            lines[-1] += part
    return BREAK.join(line for line in lines if line)


@cache
def _widths() -> dict[int, float]:
    """Code point -> advance in em of the semi-bold face, for what our fonts can show in every face."""
    found: dict[int, float] = {}
    for family in _FAMILIES:
        found = _family_widths(family) | found
    return found


def _family_widths(names: tuple[str, ...]) -> dict[int, float]:
    faces = [(FONTS / name).read_bytes() for name in names]
    maps = [dict(_characters(face)) for face in faces]
    shared = set.intersection(*(set(characters) for characters in maps))
    advances = _advances(faces[0])
    private = set(range(0xE000, 0xF900))  # PDF/A refuses letters that only this font can read
    shown = {point for point in shared - private if unicodedata.category(chr(point)) not in _MARKS}
    return {point: advances[min(maps[0][point], len(advances) - 1)] for point in sorted(shown)}


def _face_widths(face: bytes) -> Iterator[tuple[int, float]]:
    advances = _advances(face)
    for point, glyph in _characters(face):
        yield point, advances[min(glyph, len(advances) - 1)]


def _table(font: bytes, name: bytes) -> int:
    for number in range(struct.unpack_from(">H", font, 4)[0]):
        tag, _, offset, _ = struct.unpack_from(">4sIII", font, 12 + 16 * number)
        if tag == name:
            return int(offset)
    raise LookupError(f"The font has no table {name.decode()}.")


def _advances(font: bytes) -> list[float]:
    em: int = struct.unpack_from(">H", font, _table(font, b"head") + 18)[0]
    count: int = struct.unpack_from(">H", font, _table(font, b"hhea") + 34)[0]
    pairs = struct.unpack_from(f">{2 * count}H", font, _table(font, b"hmtx"))
    return [advance / em for advance in pairs[::2]]


def _characters(font: bytes) -> Iterator[tuple[int, int]]:
    """Code points and their glyphs, from the font's format 12 map (all of Unicode)."""
    start = _table(font, b"cmap")
    for number in range(struct.unpack_from(">H", font, start + 2)[0]):
        offset = start + struct.unpack_from(">HHI", font, start + 4 + 8 * number)[2]
        if struct.unpack_from(">H", font, offset)[0] == 12:
            for group in range(struct.unpack_from(">I", font, offset + 12)[0]):
                first, last, glyph = struct.unpack_from(">III", font, offset + 16 + 12 * group)
                yield from ((point, glyph + point - first) for point in range(first, last + 1))
            return
    raise LookupError("The font has no map of all of Unicode.")
