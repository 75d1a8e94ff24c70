"""Secrets are taken out of all that is written, however it is written."""

from __future__ import annotations

import json

import nbformat.v4
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.redaction import INSTEAD, SHORTEST, Redactor

PASSWORD = "p@ss/wörd 'x\"\\y"
ADDRESS = "postgresql://reader:p%40ss%2Fw%C3%B6rd%20%27x%22%5Cy@db.example.org/bookings"


@pytest.mark.parametrize(
    "written",
    [PASSWORD, ADDRESS, repr(PASSWORD), json.dumps(PASSWORD, ensure_ascii=False), f"see {ADDRESS}!"],
)
def test_no_way_of_writing_it_is_left(written: str) -> None:
    cleaned = Redactor([PASSWORD, ADDRESS]).text(written)
    assert "p@ss" not in cleaned and "p%40ss" not in cleaned and INSTEAD in cleaned


def made_notebook() -> nbformat.NotebookNode:
    """A notebook with the password in nine places."""
    cell = nbformat.v4.new_code_cell(f"password = {PASSWORD!r}", metadata={"of": PASSWORD})
    cell.outputs = [
        nbformat.v4.new_output("stream", text=f"{PASSWORD}\n"),
        nbformat.v4.new_output("error", ename="E", evalue=PASSWORD, traceback=["1", f"\x1b[31m{PASSWORD}"]),
        nbformat.v4.new_output(
            "display_data",
            {"text/plain": PASSWORD, "application/json": {PASSWORD: [1, {"deep": PASSWORD}]}},
        ),
    ]
    notebook: nbformat.NotebookNode = nbformat.v4.new_notebook(cells=[cell], metadata={"about": [PASSWORD]})
    return notebook


def test_a_notebook_loses_them_everywhere() -> None:
    notebook = made_notebook()
    Redactor([PASSWORD]).notebook(notebook)
    written = nbformat.writes(notebook)
    assert "p@ss" not in written and written.count(INSTEAD) == 9
    assert nbformat.validate(notebook) is None


class Interrupted(Redactor):
    """One that is stopped when it has looked at so many texts."""

    def __init__(self, texts: int) -> None:
        super().__init__([PASSWORD])
        self.left = texts

    def text(self, text: str) -> str:
        self.left -= 1
        if self.left < 0:
            raise SystemExit
        return super().text(text)


def test_wherever_it_is_interrupted_nothing_of_a_notebook_is_lost() -> None:
    whole, counting = made_notebook(), Interrupted(1000)
    counting.notebook(whole)
    texts = 1000 - counting.left
    assert texts > 30
    for moment in range(texts):
        notebook = made_notebook()
        notebook.cells[0].id = whole.cells[0].id
        with pytest.raises(SystemExit):
            Interrupted(moment).notebook(notebook)
        Redactor([PASSWORD]).notebook(notebook)
        assert notebook == whole


@given(st.text(max_size=60))
def test_a_text_without_secrets_is_what_it_was(text: str) -> None:
    assert Redactor([]).text(text) == text
    assert Redactor(["x" * (SHORTEST - 1)]).text(text) == text


@given(st.text(min_size=SHORTEST, max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_a_secret_is_found_wherever_it_stands(secret: str, before: str, after: str) -> None:
    cleaned = Redactor([secret]).text(f"{before}{secret}{after}")
    assert INSTEAD in cleaned
