"""The formats in which a report is published, named without the libraries that write them."""

from __future__ import annotations

from collections.abc import Iterable

from analytics_lib.errors import InputError

FORMATS = ("html", "pdf", "csv", "json", "xlsx", "ipynb")

USUAL_FORMATS = ("html", "pdf")
"""What is published if nobody names a format."""


def checked_formats(named: Iterable[str]) -> tuple[str, ...]:
    """The named formats, each once; the usual ones for none. Raises `InputError`."""
    kinds = tuple(dict.fromkeys(named)) or USUAL_FORMATS
    for kind in kinds:
        if kind not in FORMATS:
            raise InputError(f"The format '{kind}' is not one of {', '.join(FORMATS)}.")
    return kinds
