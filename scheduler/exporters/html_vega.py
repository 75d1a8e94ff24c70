"""The drawing code that makes charts interactive: Vega, Vega-Lite and vega-embed in one text.

Making it takes about three seconds, so installing the project makes it once and keeps it beside
the JupyterLab extension, which loads the very same file. Where that file is missing or belongs to
another version of vl-convert, the bundle is made anew, once a process.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from pathlib import Path

import vl_convert

LABEXTENSION = Path(__file__).resolve().parent.parent / "labextension"
KEPT = LABEXTENSION / "static" / "vega.js"


def make_bundle() -> str:
    """The bundle as an ES module that sets `window.vegaEmbed`, headed by its makers' licences."""
    licences = (LABEXTENSION / "VEGA-LICENCES.txt").read_text(encoding="utf-8")
    code = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return f"{_first_line()}\n/*!\n{licences}*/\n{code.rstrip()}\n".replace("</script", "<\\/script")


@cache
def vega_bundle() -> str:
    """The bundle that was made at installation, or one made now if there is none that fits."""
    if KEPT.is_file():
        kept = KEPT.read_text(encoding="utf-8")
        if kept.startswith(_first_line() + "\n"):
            return kept
    return make_bundle()


def _first_line() -> str:
    return f"/* Vega bundle of vl-convert {version('vl-convert-python')} */"
