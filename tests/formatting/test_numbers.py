"""Counts, decimals and percentages in four locales, written by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest
from babel.numbers import parse_decimal
from hypothesis import given
from hypothesis import strategies as st

from analytics_lib import formatting
from analytics_lib.formatting import numbers

LOCALES = ["en", "de", "es", "ja"]
MINUS = "\N{MINUS SIGN}"
NO_BREAK = "\N{NO-BREAK SPACE}"
NARROW = "\N{NARROW NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("locale", "texts"),
    [
        ("en", ["1,234", "12,345", f"{MINUS}9,876,543"]),
        ("de", ["1.234", "12.345", f"{MINUS}9.876.543"]),
        ("es", ["1234", "12.345", f"{MINUS}9.876.543"]),
        ("ja", ["1,234", "12,345", f"{MINUS}9,876,543"]),
        ("es_MX", ["1,234", "12,345", f"{MINUS}9,876,543"]),
        ("fr", [f"1{NARROW}234", f"12{NARROW}345", f"{MINUS}9{NARROW}876{NARROW}543"]),
        ("hi", ["1,234", "12,345", f"{MINUS}98,76,543"]),
    ],
)
def test_counts_have_the_separators_of_the_locale(locale: str, texts: list[str]) -> None:
    assert [formatting.count(value, locale) for value in (1_234, 12_345, -9_876_543)] == texts


def test_four_digits_of_spain_are_not_grouped_unless_rounding_makes_them_five() -> None:
    assert formatting.decimal(Decimal("9999.94"), "es") == "9999,9"
    assert formatting.decimal(Decimal("9999.96"), "es") == "10.000,0"


@pytest.mark.parametrize(
    ("locale", "texts"),
    [
        ("en", ["12.3K", "100K", "1.80M", "1.44M", "10.0M", "1.23B"]),
        ("de", ["12.345", "99.999", *(f"{number}{NO_BREAK}Mio." for number in ("1,80", "1,44", "10,0"))]),
        ("es", [f"12,3{NO_BREAK}mil", f"100{NO_BREAK}mil", f"1,80{NO_BREAK}M", f"1,44{NO_BREAK}M"]),
        ("ja", ["1.23万", "10.0万", "180万", "144万", "1000万", "12.3億"]),
    ],
)
def test_abbreviations_keep_three_digits_also_where_the_last_is_a_zero(locale: str, texts: list[str]) -> None:
    values = (12_345, 99_999, 1_800_000, 1_440_000, 9_999_999, 1_234_567_890)
    assert [formatting.compact(value, locale) for value in values][: len(texts)] == texts


@pytest.mark.parametrize(
    ("locale", "value", "text"),
    [
        ("de", 1_234_567_890, f"1,23{NO_BREAK}Mrd."),
        ("es", 1_234_567_890, f"1235{NO_BREAK}M"),
        ("es", 9_999_600_000, f"10,0{NO_BREAK}mil{NO_BREAK}M"),
        ("ja", 12_345_678, "1235万"),
        ("ja", 99_994_999, "9999万"),
        ("ja", 99_995_001, "1.00億"),
        ("ja", -12_345, f"{MINUS}1.23万"),
        ("en", 10**20, "100,000,000T"),
        ("ja", 9_999, "9,999"),
    ],
)
def test_abbreviations_that_differ_from_english(locale: str, value: int, text: str) -> None:
    assert formatting.compact(value, locale) == text


@pytest.mark.parametrize(
    ("locale", "texts"),
    [
        ("en", ["37.0%", f"{MINUS}1,234.5%", "0.0%"]),
        ("de", [f"37,0{NO_BREAK}%", f"{MINUS}1.234,5{NO_BREAK}%", f"0,0{NO_BREAK}%"]),
        ("es", [f"37,0{NO_BREAK}%", f"{MINUS}1234,5{NO_BREAK}%", f"0,0{NO_BREAK}%"]),
        ("ja", ["37.0%", f"{MINUS}1,234.5%", "0.0%"]),
    ],
)
def test_percentages_are_spaced_as_the_locale_spaces_them(locale: str, texts: list[str]) -> None:
    assert [formatting.percent(value, locale) for value in (0.3704, -12.345, 0)] == texts


def test_percentages_have_the_decimals_asked_for() -> None:
    assert formatting.percent(0.37049, decimals=0) == "37%"
    assert formatting.percent(0.37049, decimals=2) == "37.05%"


@pytest.mark.parametrize("locale", LOCALES)
def test_what_rounds_to_nothing_has_no_sign(locale: str) -> None:
    assert formatting.count(-0.4, locale) == "0"
    assert formatting.decimal(-0.0, locale, decimals=0) == "0"
    assert formatting.decimal(-0.04, locale) == formatting.decimal(0, locale)
    assert formatting.percent(-0.0004, locale) == formatting.percent(0, locale)
    assert formatting.percent(-0.0006, locale).startswith(MINUS)


@given(st.integers(-(10**30), 10**30), st.sampled_from(LOCALES))
def test_whole_numbers_can_be_read_back_to_the_last_digit(value: int, locale: str) -> None:
    text = formatting.count(value, locale).replace(MINUS, "-")
    assert parse_decimal(text, locale=locale) == value


@given(st.decimals(-(10**9), 10**9, allow_nan=False), st.sampled_from(LOCALES), st.integers(0, 6))
def test_decimals_are_the_nearest_to_the_number(value: Decimal, locale: str, decimals: int) -> None:
    text = formatting.decimal(value, locale, decimals=decimals)
    read = parse_decimal(text.replace(MINUS, "-"), locale=locale)
    assert abs(read - value) <= Decimal(5).scaleb(-decimals - 1)
    separator = "." if locale in ("en", "ja") else ","
    assert len(text.partition(separator)[2]) == decimals or decimals == 0


@pytest.mark.parametrize(
    ("text", "locale"), [("1.00E34", "en"), ("1,00E34", "de"), ("1,00E34", "es"), ("1.00E34", "ja")]
)
def test_numbers_beyond_reading_are_powers_of_ten(text: str, locale: str) -> None:
    assert formatting.count(Decimal("9.999E33"), locale) == text
    assert formatting.compact(Decimal("-9.999E33"), locale) == f"{MINUS}{text}"


def test_percentages_beyond_reading_are_powers_of_ten() -> None:
    assert formatting.percent(Decimal("1.234E40"), "de") == f"1,23E42{NO_BREAK}%"


def test_patterns_are_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def parse(pattern: object) -> None:
        raise AssertionError(f"{pattern} is parsed again")

    texts = [formatting.compact(1_234_567, "de"), formatting.percent(0.5, "de"), formatting.count(9, "de")]
    monkeypatch.setattr(numbers, "parse_pattern", parse)
    again = [formatting.compact(7_654_321, "de"), formatting.percent(0.25, "de"), formatting.count(8, "de")]
    assert len(again) == len(texts)
    with pytest.raises(AssertionError, match="again"):
        formatting.decimal(1, "de", decimals=17)
