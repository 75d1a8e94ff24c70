"""The drawing code: Vega, Vega-Lite and vega-embed for the page, and the first two for our own drawings.

Making either takes about three seconds, so installing the project makes both once. The page's is kept
beside the JupyterLab extension, which loads the very same file. Where a file is missing or belongs to
another version of vl-convert, its code is made anew, once a process.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from pathlib import Path

import vl_convert

LABEXTENSION = Path(__file__).resolve().parent.parent / "labextension"
KEPT = LABEXTENSION / "static" / "vega.js"
KEPT_FOR_DRAWING = LABEXTENSION / "drawing.js"

_INSIDE = ("/npm/vega@6.2.0/+esm", "/npm/vega-lite@6.4.1/+esm")
"""Where vl-convert 1.9 keeps both in itself; `vega` and `vegaLite` are empty in what it bundles for pages."""


def make_bundle() -> str:
    """The bundle as an ES module that sets `window.vegaEmbed`, headed by its makers' licences."""
    licences = (LABEXTENSION / "VEGA-LICENCES.txt").read_text(encoding="utf-8")
    code = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return f"{_first_line()}\n/*!\n{licences}*/\n{code.rstrip()}\n".replace("</script", "<\\/script")


def make_drawing_code() -> str:
    """A script that sets `vega` and `vegaLite`."""
    vega, lite = _INSIDE
    snippet = f'import * as V from "{vega}";import * as L from "{lite}";window.vega=V;window.vegaLite=L;'
    return f"{_first_line()}\n{vl_convert.javascript_bundle(snippet).rstrip()}\n"


@cache
def vega_bundle() -> str:
    """The bundle that was made at installation, or one made now if there is none that fits."""
    return _kept(KEPT) or make_bundle()


@cache
def drawing_code() -> str:
    """The script that was made at installation, or one made now if there is none that fits."""
    return _kept(KEPT_FOR_DRAWING) or make_drawing_code()


def _kept(path: Path) -> str:
    kept = path.read_text(encoding="utf-8") if path.is_file() else ""
    return kept if kept.startswith(_first_line() + "\n") else ""


def _first_line() -> str:
    return f"/* Vega bundle of vl-convert {version('vl-convert-python')} */"
