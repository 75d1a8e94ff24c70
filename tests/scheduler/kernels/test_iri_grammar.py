from __future__ import annotations

import json
import subprocess
import sys

import pytest

PROGRAM = """
import json, sys
from scheduler.kernels.iri_grammar import put_off_iri_grammar
if sys.argv[1] == "put off":
    put_off_iri_grammar()
import jsonschema
is_read = "rfc3987_syntax" in sys.modules
checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
names = ["https://example.com/über", "no address", 7]
found = [[checker.conforms(name, format) for name in names] for format in ("iri", "iri-reference")]
print(json.dumps([is_read, sorted(checker.checkers), found]))
"""


def seen(how: str) -> tuple[bool, list[str], list[list[bool]]]:
    ended = subprocess.run([sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, check=True)
    is_read, formats, found = json.loads(ended.stdout)
    return is_read, formats, found


def test_addresses_are_checked_as_ever_and_the_grammar_is_read_by_the_first_check() -> None:
    pytest.importorskip(
        "rfc3987_syntax", reason="rfc3987-syntax comes with JupyterLab, which is not installed"
    )
    at_once, put_off = seen("at once"), seen("put off")
    assert at_once[0]
    assert not put_off[0]
    assert put_off[1:] == at_once[1:]
    assert put_off[2][0] == [True, False, True]
