"""Secrets: known by their names and by the addresses they stand in, and taken out of all that is written."""

from __future__ import annotations

import json

import nbformat.v4
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.redaction import INSTEAD, SHORTEST, Redactor, secrets_of

PASSWORD = "p@ss/wörd 'x\"\\y"
ADDRESS = "postgresql://reader:p%40ss%2Fw%C3%B6rd%20%27x%22%5Cy@db.example.org/bookings"


@pytest.mark.parametrize(
    ("name", "is_secret"),
    [
        ("ANALYTICS_API_TOKEN", True),
        ("SMTP_PASSWORD", True),
        ("PGPASSWORD", True),
        ("aws_secret_access_key", True),
        ("STRIPE_API_KEY", True),
        ("GOOGLE_CREDENTIALS", True),
        ("PWD", False),
        ("OLDPWD", False),
        ("HOME", False),
        ("MONKEY", False),
    ],
)
def test_a_variable_is_secret_by_its_name(name: str, is_secret: bool) -> None:
    assert ("a-value-of-it" in secrets_of({name: "a-value-of-it"})) == is_secret


def test_the_password_of_an_address_is_secret_and_so_is_the_address() -> None:
    found = secrets_of({"ANALYTICS_DATABASE_URL": ADDRESS})
    assert found == {PASSWORD, ADDRESS}
    assert secrets_of({}, ["postgresql://db.example.org/bookings?sslpassword=hunter-22"]) == {
        "hunter-22",
        "postgresql://db.example.org/bookings?sslpassword=hunter-22",
    }


def test_an_address_without_a_password_is_none() -> None:
    assert secrets_of({"ANALYTICS_DATABASE_URL": "duckdb:////data/sample.duckdb", "X": "a://b:c"}) == set()


@pytest.mark.parametrize(
    "written",
    [PASSWORD, ADDRESS, repr(PASSWORD), json.dumps(PASSWORD, ensure_ascii=False), f"see {ADDRESS}!"],
)
def test_no_way_of_writing_it_is_left(written: str) -> None:
    cleaned = Redactor(secrets_of({"DATABASE_URL": ADDRESS})).text(written)
    assert "p@ss" not in cleaned and "p%40ss" not in cleaned and INSTEAD in cleaned


def test_a_notebook_loses_them_everywhere() -> None:
    cell = nbformat.v4.new_code_cell(f"password = {PASSWORD!r}", metadata={"of": PASSWORD})
    cell.outputs = [
        nbformat.v4.new_output("stream", text=f"{PASSWORD}\n"),
        nbformat.v4.new_output("error", ename="E", evalue=PASSWORD, traceback=["1", f"\x1b[31m{PASSWORD}"]),
        nbformat.v4.new_output(
            "display_data",
            {"text/plain": PASSWORD, "application/json": {PASSWORD: [1, {"deep": PASSWORD}]}},
        ),
    ]
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata={"about": [PASSWORD]})
    Redactor([PASSWORD]).notebook(notebook)
    written = nbformat.writes(notebook)
    assert "p@ss" not in written and written.count(INSTEAD) == 9
    assert nbformat.validate(notebook) is None


@given(st.text(max_size=60))
def test_a_text_without_secrets_is_what_it_was(text: str) -> None:
    assert Redactor([]).text(text) == text
    assert Redactor(["x" * (SHORTEST - 1)]).text(text) == text


@given(st.text(min_size=SHORTEST, max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_a_secret_is_found_wherever_it_stands(secret: str, before: str, after: str) -> None:
    cleaned = Redactor([secret]).text(f"{before}{secret}{after}")
    assert INSTEAD in cleaned
