"""Failures: one line that can be printed, of a length that people read, without half a secret."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.failure_sentence import LONGEST, failure_sentence
from scheduler.redaction import Redactor

NOTHING = Redactor([])
SECRET = "canary-" * 10


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", ""),
        ("division by zero", "division by zero."),
        ("it was stopped.", "it was stopped."),
        ("first\n\n  second\u2028third\x85fourth\tfifth", "first second third fourth fifth."),
        ("\x1b[1;31mred\x1b[0m \x9b2Jcleared", "red cleared."),
        ("\x1b]0;a title\x07named \x1b]8;;http://a\x1b\\linked", "named linked."),
        ("\x1b", ""),
        ("a\x00b\x08c\x7fd\u202ee\ud800f", "abcdef."),
        ("row..." * 20_000, ("row..." * 50)[: LONGEST - 1] + "…"),
        ("a row, " * 20_000, "a row, " * 42 + "a…"),
        ("x" * 10 + " " + "y" * 1000, "x" * 10 + " " + "y" * (LONGEST - 12) + "…"),
    ],
)
def test_it_is_one_line_that_people_can_read(text: str, sentence: str) -> None:
    assert failure_sentence(text, NOTHING) == sentence


@given(st.text(st.characters(), max_size=2 * LONGEST))
def test_it_can_be_printed_and_is_not_too_long(text: str) -> None:
    sentence = failure_sentence(text, NOTHING)
    assert sentence.isprintable() and len(sentence) <= LONGEST + 1
    assert not sentence or sentence.endswith((".", "…"))


@given(st.integers(0, LONGEST + 10), st.sampled_from([SECRET, f"{SECRET[:9]}\x1b[1m{SECRET[9:]}"]))
def test_no_half_of_a_secret_is_left_where_it_is_cut(before: int, told: str) -> None:
    sentence = failure_sentence("x" * before + told, Redactor([SECRET]))
    assert "canary" not in sentence


def test_a_secret_is_found_in_colours_and_over_lines() -> None:
    hides = Redactor([SECRET, "one\ntwo  three"])
    assert failure_sentence(f"{SECRET[:9]}\x1b[1m{SECRET[9:]}", hides) == "[secret]."
    assert failure_sentence("one\ntwo  three", hides) == "[secret]."
