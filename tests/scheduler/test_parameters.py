"""Typed parameters: what a notebook declares, and what it may be given, without starting anything."""

from __future__ import annotations

import nbformat
import nbformat.v4
import pytest

from analytics_lib.errors import InputError, ParameterError, UnknownName
from scheduler.parameters import checked, declared
from tests.small_platform import NOTEBOOKS

SCOPE = {"time_frame", "period", "as_of", "business_model", "partner", "zone", "locale"}


GOOD = 'time_frame = "month"\nbusiness_model = "all"\ncurrency = ""\nlocale = "en"'


def read(name: str) -> nbformat.NotebookNode:
    return nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)


def of_source(source: str) -> nbformat.NotebookNode:
    cell = nbformat.v4.new_code_cell(source, metadata={"tags": ["parameters"]})
    return nbformat.v4.new_notebook(cells=[cell])


def test_the_defaults_are_the_schema() -> None:
    assert declared(read("typed_parameters"), "typed") == {
        "limit": 5,
        "share": 0.5,
        "detailed": True,
        "label": "x",
        "locale": "en",
        "shift": -1,
    }


def test_given_values_take_the_place_of_defaults_in_the_defaults_type() -> None:
    values = checked(read("typed_parameters"), "typed", {"limit": "7", "share": 1, "detailed": "false"})
    assert values["limit"] == 7 and type(values["limit"]) is int
    assert values["share"] == 1.0
    assert values["detailed"] is False
    assert values["label"] == "x"


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"limit": "many"}, ("limit", "many", "whole number")),
        ({"limit": 2.5}, ("limit", "2.5", "whole number")),
        ({"limit": True}, ("limit", "True", "whole number")),
        ({"share": "half"}, ("share", "half", "number")),
        ({"detailed": "perhaps"}, ("detailed", "perhaps", "true or false")),
        ({"label": 3}, ("label", "3", "text")),
        ({"label": None}, ("label", "None", "text")),
        ({"label": ["x"]}, ("label", "text")),
    ],
)
def test_a_wrong_type_is_named_with_what_is_allowed(given: dict[str, object], named: tuple[str, ...]) -> None:
    with pytest.raises(ParameterError) as refused:
        checked(read("typed_parameters"), "typed", given)
    assert all(word in str(refused.value) for word in named), str(refused.value)


def test_a_typo_is_named_with_the_nearest_parameter() -> None:
    with pytest.raises(UnknownName, match=r"'perid'.*did you mean period"):
        checked(read("good"), "good", {"perid": "2026-10"})


@pytest.mark.parametrize(
    ("given", "allowed"),
    [
        ({"time_frame": "fortnight"}, ("fortnight", "month", "quarter")),
        ({"business_model": "b3"}, ("b3", "b2c", "b2b2c", "all")),
        ({"business_model": "b2c,b3"}, ("b3", "b2c")),
        ({"locale": "xx_YY"}, ("xx_YY", "en")),
        ({"currency": "XQX"}, ("XQX", "EUR")),
    ],
)
def test_an_impossible_value_is_named_with_the_allowed_ones(
    given: dict[str, object], allowed: tuple[str, ...]
) -> None:
    with pytest.raises(InputError) as refused:
        checked(of_source(GOOD), "good", given)
    assert all(word in str(refused.value) for word in allowed), str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize("name", ["no_parameters", "computed_parameter"])
def test_a_notebook_must_declare_plain_values_in_one_cell(name: str) -> None:
    with pytest.raises(ParameterError, match=name):
        declared(read(name), name)


@pytest.mark.parametrize(
    "source",
    [
        "x = None",
        "x = [1]",
        "x, y = 1, 2",
        "x = y = 1",
        "import os",
        "x: int",
        "x = f'{1}'",
        "x = (",
        "print(1)",
    ],
)
def test_lines_that_are_no_plain_default_are_refused(source: str) -> None:
    with pytest.raises(ParameterError):
        declared(of_source(source), "notebook")


def test_two_cells_of_parameters_are_refused() -> None:
    notebook = of_source("x = 1")
    notebook.cells.append(notebook.cells[0])
    with pytest.raises(ParameterError, match="2 cells"):
        declared(notebook, "twice")


def test_comments_and_annotations_are_fine() -> None:
    assert declared(of_source('# what for\nx: int = 1  # one\ny = "a"\n'), "n") == {"x": 1, "y": "a"}
