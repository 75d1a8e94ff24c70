"""What holds for every formatter and any number: it is written, with a true minus, or it is a dash."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analytics_lib import formatting
from analytics_lib.formatting.words import LANGUAGES

MINUS = "\N{MINUS SIGN}"
LOCALES = ("en", "de", "es", "ja", "fr", "en_US", "es_MX", "de_CH", "pl", "hi", "pt_BR", "tr")
UNITS = (
    "count",
    "share",
    "days",
    "nights",
    "people",
    "ms",
    "seconds",
    "score",
    "ratio",
    "bytes",
    "EUR",
    "JPY",
    "KWD",
)
Write = Callable[[Any, str], str]

WRITERS: dict[str, Write] = {
    "decimal": lambda value, locale: formatting.decimal(value, locale, decimals=3),
    "compact": formatting.compact,
    "compact_money": lambda value, locale: formatting.compact_money(value, "KWD", locale),
    "duration": formatting.duration,
    "file_size": formatting.file_size,
    **{unit: lambda value, locale, unit=unit: formatting.quantity(value, unit, locale) for unit in UNITS},
}

any_decimal = st.builds(
    lambda sign, digits, exponent: Decimal((sign, tuple(map(int, str(digits))), exponent)),
    st.integers(0, 1),
    st.integers(0, 10**40),
    st.integers(-60, 60) | st.integers(-10_000, 10_000),
)


@pytest.mark.parametrize("name", WRITERS)
@given(
    value=any_decimal | st.decimals(allow_nan=False, allow_infinity=False), locale=st.sampled_from(LOCALES)
)
@example(value=Decimal("9E+999999"), locale="en")
@example(value=Decimal("-9E+999999"), locale="de")
@example(value=Decimal("1E-999999"), locale="es")
@example(value=Decimal("-1E-999999"), locale="ja")
@example(value=Decimal("-0"), locale="en")
def test_any_finite_number_is_written(name: str, value: Decimal, locale: str) -> None:
    text = WRITERS[name](value, locale)
    assert "-" not in text and len(text) < 100
    assert text.count(MINUS) <= 1
    is_nothing = not any(digit in re.sub(r"E\d+", "", text) for digit in "123456789")
    assert (MINUS in text) == (value < 0 and not is_nothing)


@pytest.mark.parametrize("unit", UNITS)
@given(
    absolute=any_decimal,
    ratio=st.none() | any_decimal,
    locale=st.sampled_from(LOCALES),
    is_compact=st.booleans(),
)
@example(absolute=Decimal("-9E+999999"), ratio=Decimal("9E+999999"), locale="en", is_compact=True)
def test_any_change_begins_with_its_sign(
    unit: str, absolute: Decimal, ratio: Decimal | None, locale: str, is_compact: bool
) -> None:
    text = formatting.change(absolute, ratio, unit, locale, is_compact=is_compact)  # type: ignore[arg-type]
    assert "-" not in text
    assert text[0] in "+−" if absolute else text[0] not in "+−"
    assert text.startswith("+") == (absolute > 0) and text.startswith(MINUS) == (absolute < 0)
    parts = text.replace("（", "(").partition("(")
    relative = parts[2] if unit != "share" else ""
    assert bool(relative) == (ratio is not None and unit != "share")
    if relative and ratio:
        assert relative[0] == (MINUS if ratio < 0 else "+")


@pytest.mark.parametrize(
    "value",
    [None, float("nan"), float("inf"), Decimal("NaN"), Decimal("sNaN"), Decimal("-Infinity"), np.nan, pd.NA],
)
@pytest.mark.parametrize("locale", LOCALES)
def test_what_is_missing_is_a_dash_in_every_unit_and_locale(value: Any, locale: str) -> None:
    assert {write(value, locale) for write in WRITERS.values()} == {"\N{EN DASH}"}
    assert {formatting.change(value, 0.1, unit, locale) for unit in UNITS} == {"\N{EN DASH}"}


@pytest.mark.parametrize("locale", LOCALES)
def test_a_change_of_unknown_relation_shows_its_size_only(locale: str) -> None:
    assert formatting.change(4, float("nan"), "count", locale) == "+4"


@pytest.mark.parametrize("value", [np.int64(1_234), np.float64(1_234), 1_234.0, Decimal("1234.0"), 1_234])
def test_the_kind_of_number_makes_no_difference(value: Any) -> None:
    texts = {name: write(value, "de") for name, write in WRITERS.items()}
    assert texts == {name: write(1_234, "de") for name, write in WRITERS.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_our_words_have_the_places_that_are_filled_in(language: str) -> None:
    said = LANGUAGES[language]
    assert "{week}" in said.week and "{year}" in said.week
    assert all(place in said.hours for place in ("{day}", "{start}", "{end}"))
    assert "{0}" in said.points and "{0}" in said.with_ratio and "{1}" in said.with_ratio
    assert "other" in said.units["person"]
    assert all("{0}" in form for forms in said.units.values() for form in forms.values())
    assert said.all_time == "all time" or language != "en"
