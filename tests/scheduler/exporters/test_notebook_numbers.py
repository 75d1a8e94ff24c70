"""Numbers of a notebook: in order, each with its section; what others draw is not taken for numbers."""

from __future__ import annotations

import copy
import json
from typing import Any

import nbformat
import pytest

from analytics_lib.errors import RunError
from scheduler.exporters.html import HtmlReport
from scheduler.exporters.notebook_numbers import read_numbers
from scheduler.render import EXPORTERS, render
from tests.scheduler.exporters import numbers_notebooks as made

FORMATS = ("csv", "json", "xlsx")


def document(notebook: Any) -> Any:
    return json.loads(render(notebook, "json", "bookings"))


def test_answers_come_in_order_with_section_kind_and_title() -> None:
    found = read_numbers(made.report(), "bookings")
    assert [(answer.section, answer.kind, answer.title) for answer in found.answers] == [
        ("", "tiles", "Bookings rose by 12.7 %"),
        ("How the period went", "chart", "How it went"),
        ("Who brought it", "table", "Where: the places [by/value]?"),
    ]
    assert [answer.numbers for answer in found.answers] == [made.headline(), made.course(), made.places()]


def test_the_report_says_what_it_is() -> None:
    about = document(made.report())["report"]
    assert about == {
        "title": "Bookings rose by 12.7 % in October",
        **made.ABOUT,
    }


def test_the_json_holds_every_number_as_the_notebook_has_it() -> None:
    content = render(made.report(), "json", "bookings")
    assert content.endswith(b"}\n") and "京都".encode() in content
    answers = json.loads(content)["answers"]
    for answer, numbers in zip(answers, (made.headline(), made.course(), made.places()), strict=True):
        assert {key: answer[key] for key in numbers} == numbers
        assert answer.keys() - numbers.keys() == {"section", "kind"}


def test_headings_made_by_code_open_sections_as_on_the_page() -> None:
    notebook = made.report()
    output = made.display({"text/markdown": "## Said by code", "text/plain": ""})
    notebook.cells.insert(4, made.cell(output))
    notebook.cells.insert(5, made.tiles(made.headline()))
    assert [answer.section for answer in read_numbers(notebook, "n").answers] == [
        *("", "How the period went", "Said by code", "Who brought it")
    ]


def test_only_the_first_top_heading_is_the_title() -> None:
    notebook = made.report()
    notebook.cells[2].source = "# A second title"
    assert read_numbers(notebook, "n").answers[1].section == "A second title"
    assert 'aria-labelledby="a-second-title"' in render(notebook, "html", "n").decode()


@pytest.mark.parametrize("kind", FORMATS)
def test_numbers_by_nobody_are_refused_in_one_sentence(kind: str) -> None:
    with pytest.raises(RunError, match="'By others' holds no numbers to export: show") as refused:
        render(made.foreign(), kind, "foreign")
    assert len(str(refused.value).splitlines()) == 1


def test_a_foreign_notebook_is_still_exported_by_nbconvert() -> None:
    for kind in FORMATS:
        exporter: Any = EXPORTERS[kind]()
        content, resources = exporter.from_notebook_node(made.foreign())
        assert content and resources["output_extension"] == f".{kind}"


@pytest.mark.parametrize("kind", FORMATS)
def test_exporting_changes_nothing_and_a_file_gives_the_same_bytes(kind: str) -> None:
    notebook = made.report()
    before = copy.deepcopy(notebook)
    content = render(notebook, kind, "bookings")
    assert notebook == before
    assert render(nbformat.reads(nbformat.writes(notebook), as_version=4), kind, "bookings") == content


def test_what_json_does_not_have_is_null() -> None:
    answer = made.headline()
    answer["rows"][0]["value"] = float("nan")
    answer["rows"][1]["change_ratio"] = float("inf")
    notebook = made.document(made.tiles(answer))
    rows = document(notebook)["answers"][0]["rows"]
    assert rows[0]["value"] is None and rows[1]["change_ratio"] is None


def test_the_page_shows_the_table_and_not_its_numbers() -> None:
    page = HtmlReport(strict=True).from_notebook_node(made.document(made.table(made.places())))[0]
    assert "<td>shown</td>" in page and "gross_bookings_value" not in page
