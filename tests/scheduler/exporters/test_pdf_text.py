"""Whatever a notebook says is shown as said, or replaced: never run as code, never in the way."""

from __future__ import annotations

import html
import unicodedata
from typing import Any

import nbformat.v4 as nb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.exporters.typst_equations import equation_node
from scheduler.exporters.typst_glyphs import BREAK, Glyphs, breakable
from scheduler.exporters.typst_manuscript import Manuscript
from tests.scheduler.exporters import html_notebooks as samples
from tests.scheduler.exporters.pdf_reading import rendered, words_of

PAINFUL = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from('#$*_`"\\<>[]{}()@/~=-+.%&\n\t\u00a0\u200b\u202e\ufeff\ufffe'),
    ),
    max_size=120,
)


def bare(text: str) -> str:
    """The letters alone: line ends, spaces and marks without ink are the typesetter's."""
    shown = Glyphs().shown(text)
    return "".join(char for char in shown if not char.isspace() and unicodedata.category(char) != "Cf")


def said_in(words: str) -> str:
    return "".join(char for char in words if not char.isspace() and unicodedata.category(char) != "Cf")


@settings(max_examples=60, deadline=None)
@given(PAINFUL)
def test_any_text_is_shown_or_replaced(text: str) -> None:
    letters = "".join(char for char in text if char.isprintable() or char.isspace())
    page = f"<p>start {html.escape(letters)} end</p>"
    output = samples.display({"text/html": page, "text/plain": ""})
    words = said_in(words_of(rendered(samples.document(samples.cell(output)))))
    assert "start" in words
    assert "end" in words


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from('abcXYZ019#$*_`"\\[]{}()@/~=-+.% éßçΩ€'), min_size=1, max_size=60))
def test_text_of_our_alphabet_comes_back_letter_by_letter(text: str) -> None:
    output = nb.new_output("stream", name="stdout", text=f"start|{text}|end")
    words = said_in(words_of(rendered(samples.document(samples.cell(output)))))
    assert bare(f"start|{text}|end") in words


@settings(max_examples=40, deadline=None)
@given(PAINFUL)
def test_any_markdown_and_any_print_can_be_set(text: str) -> None:
    outputs = [
        nb.new_output("stream", name="stdout", text=text),
        nb.new_output("error", ename="Error", evalue=text, traceback=[]),
        samples.display({"text/html": text, "text/plain": text}),
    ]
    cells = [nb.new_markdown_cell(text), samples.cell(*outputs), samples.tiles()]
    tile = cells[-1].outputs[0]["data"][samples.TILES]["tiles"][0]
    tile.update(label=text, value=text, note=text, delta={"text": text, "against": text, "word": text})
    about = dict.fromkeys(("title", "subtitle", "run_id", "data_as_of", "language", "period"), text)
    assert rendered(samples.document(*cells, **about))


@pytest.mark.parametrize(
    "code",
    [
        '#read("/etc/passwd")',
        '#include "/etc/hosts"',
        '#image("/etc/passwd")',
        '"); read("/etc/passwd"); ("',
        '\\"#panic()',
        "#set page(fill: red)",
        '#import "@preview/x:1.0.0"',
    ],
)
def test_typst_code_is_printed_not_run(code: str) -> None:
    cells: list[Any] = [nb.new_markdown_cell(f"# Said {code}\n\n## Part {code}\n\n`{code}`")]
    cells.append(samples.cell(nb.new_output("stream", name="stdout", text=code)))
    words = said_in(words_of(rendered(samples.document(*cells))))
    assert "root:" not in words
    assert words.count(bare(code)) >= 2


@given(st.text(st.sampled_from("abc_/-. "), max_size=80), st.integers(1, 30))
def test_places_to_break_change_no_letter(text: str, longest: int) -> None:
    broken = breakable(text, longest)
    assert broken.replace(BREAK, "") == text
    words = broken.replace(BREAK, " ").split(" ")
    assert all(len(word) <= longest for word in words)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *"abx1+-=^_{}()[]&|'",
                "\\frac",
                "\\sqrt",
                "\\sum",
                "\\left(",
                "\\right)",
                "\\text{a}",
                "\\hat",
                "\\x",
            ]
        ),
        max_size=14,
    )
)
def test_any_equation_is_read_or_left_as_source(tokens: list[str]) -> None:
    node = equation_node(Manuscript(), " ".join(tokens), block=True)
    assert node["source"] == " ".join(tokens)
    assert node["body"] is None or isinstance(node["body"], list)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "a",
                "b_1",
                "x^2",
                "+",
                "=",
                "\\frac{a}{b}",
                "\\sqrt{x}",
                "\\sum_{i}^n",
                "\\left(x\\right)",
                "\\hat x",
                "{}",
            ]
        ),
        min_size=1,
        max_size=8,
    )
)
def test_any_equation_that_is_read_can_be_set(parts: list[str]) -> None:
    source = " ".join(parts)
    assert rendered(samples.document(nb.new_markdown_cell(f"$$\n{source}\n$$\n\nand ${source}$ in line")))
