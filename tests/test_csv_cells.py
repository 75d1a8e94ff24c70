"""Cells of CSV: what a spreadsheet would run becomes a text, all else stays as it is."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest

from analytics_lib import model_answers
from analytics_lib.csv_cells import harmless


@pytest.mark.parametrize(
    "text", ["=1+1", "+49", "-5", "-", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=cmd|' /C calc'!A0", "＝1", "＠x"]
)
def test_a_text_that_begins_a_formula_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize(
    "cell", ["", "web", "a=b", " =1", "'=1", "5", "–", -5, -0.5, Decimal("-1.50"), None, True]
)
def test_everything_else_stays_what_it_is(cell: object) -> None:
    assert harmless(cell) is cell


def test_answers_of_models_are_protected_too() -> None:
    frame = pd.DataFrame({"who": ["=1", "b"], "value": [Decimal("-1.50"), -2], "share": [-0.5, None]})
    assert model_answers.csv(frame) == "who,value,share\n'=1,-1.50,-0.5\nb,-2,\n"
