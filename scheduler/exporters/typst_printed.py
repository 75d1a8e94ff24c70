"""Printed text for paper: mono type, sized to its longest line, hard-wrapped and cut where it is too long."""

from __future__ import annotations

from scheduler.exporters.typst_manuscript import Manuscript, Node

_ADVANCE = 0.6021  # em, of the mono font
_ROOM = 466.0  # pt
_LARGEST, _SMALLEST = 8.0, 5.6  # pt
_MOST_LINES = 100
_MOST_READ = 50_000  # characters


def printed_node(manuscript: Manuscript, text: str) -> Node:
    """Text whose line ends and spaces count."""
    lines = [manuscript.text(line) for line in text[:_MOST_READ].expandtabs(4).rstrip("\n").split("\n")]
    longest = max(map(len, lines[:_MOST_LINES])) or 1
    size = max(_SMALLEST, min(_LARGEST, _ROOM / (longest * _ADVANCE)))
    fits = int(_ROOM / (size * _ADVANCE))
    wrapped = [line[at : at + fits] for line in lines for at in range(0, max(len(line), 1), fits)]
    cut = len(wrapped) > _MOST_LINES or len(text) > _MOST_READ
    note = "The rest of this output is in the notebook." if cut else ""
    wrapped = wrapped[:_MOST_LINES]
    return {"is": "printed", "text": "\n".join(wrapped), "size": round(size, 2), "note": note}
