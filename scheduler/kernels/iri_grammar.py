"""The grammar of internationalised addresses, left unread until an address is checked against it.

jsonschema builds it when it is imported, wherever JupyterLab has brought rfc3987-syntax along. That takes
more than a second, in every process that reads a notebook, for a format that no notebook uses.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType

_GRAMMAR = "rfc3987_syntax"


def put_off_iri_grammar() -> None:
    """Import jsonschema without the grammar, which is read by the first check that needs it."""
    if _GRAMMAR in sys.modules or not importlib.util.find_spec(_GRAMMAR):
        return
    stand_in = ModuleType(_GRAMMAR)
    vars(stand_in)["is_valid_syntax"] = _is_valid_syntax
    sys.modules[_GRAMMAR] = stand_in
    try:
        importlib.import_module("jsonschema")
    finally:
        del sys.modules[_GRAMMAR]


def _is_valid_syntax(term: str, value: str) -> bool:
    return bool(importlib.import_module(_GRAMMAR).is_valid_syntax(term, value))
