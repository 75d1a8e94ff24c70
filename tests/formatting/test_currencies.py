"""Amounts in four locales, written by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from analytics_lib import formatting
from analytics_lib.errors import InputError

MINUS = "\N{MINUS SIGN}"
NO_BREAK = "\N{NO-BREAK SPACE}"
NARROW = "\N{NARROW NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("locale", "euros", "yen", "dinars"),
    [
        ("en", "€1,234,567.89", "¥1,234", f"KWD{NO_BREAK}1.234"),
        ("de_DE", f"1.234.567,89{NO_BREAK}€", f"1.234{NO_BREAK}¥", f"1,234{NO_BREAK}KWD"),
        ("es", f"1.234.567,89{NO_BREAK}€", f"1234{NO_BREAK}JPY", f"1,234{NO_BREAK}KWD"),
        ("ja", "€1,234,567.89", "\N{FULLWIDTH YEN SIGN}1,234", f"KWD{NO_BREAK}1.234"),
        ("en_GB", "€1,234,567.89", "JP¥1,234", f"KWD{NO_BREAK}1.234"),
        ("es_MX", f"EUR{NO_BREAK}1,234,567.89", f"JPY{NO_BREAK}1,234", f"KWD{NO_BREAK}1.234"),
    ],
)
def test_amounts_stand_as_the_locale_sets_them(locale: str, euros: str, yen: str, dinars: str) -> None:
    assert formatting.money(Decimal("1234567.89"), "EUR", locale) == euros
    assert formatting.money(1_234, "JPY", locale) == yen
    assert formatting.money(Decimal("1.234"), "KWD", locale) == dinars


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", f"{MINUS}€1,234.50"),
        ("de", f"{MINUS}1.234,50{NO_BREAK}€"),
        ("es", f"{MINUS}1234,50{NO_BREAK}€"),
        ("ja", f"{MINUS}€1,234.50"),
    ],
)
def test_debts_have_a_true_minus(locale: str, text: str) -> None:
    assert formatting.money(Decimal("-1234.5"), "EUR", locale) == text


@pytest.mark.parametrize(
    ("locale", "texts"),
    [
        ("en", ["€1.80M", "€1.44M", "€12.3K", f"KWD{NO_BREAK}1.23M", "€9,999.50"]),
        (
            "de",
            [
                f"1,80{NO_BREAK}Mio.{NO_BREAK}€",
                f"1,44{NO_BREAK}Mio.{NO_BREAK}€",
                f"12.346{NO_BREAK}€",
                f"1,23{NO_BREAK}Mio.{NO_BREAK}KWD",
                f"9.999,50{NO_BREAK}€",
            ],
        ),
        (
            "es",
            [
                f"1,80{NO_BREAK}M{NO_BREAK}€",
                f"1,44{NO_BREAK}M{NO_BREAK}€",
                f"12,3{NO_BREAK}mil{NO_BREAK}€",
                f"1,23{NO_BREAK}M{NO_BREAK}KWD",
                f"9999,50{NO_BREAK}€",
            ],
        ),
        ("ja", ["€180万", "€144万", "€1.23万", f"KWD{NO_BREAK}123万", "€9,999.50"]),
    ],
)
def test_abbreviated_amounts_keep_three_digits(locale: str, texts: list[str]) -> None:
    amounts = [
        (1_800_000, "EUR"),
        (1_440_000, "EUR"),
        (12_345.67, "EUR"),
        (1_234_567, "KWD"),
        (9_999.5, "EUR"),
    ]
    assert [formatting.compact_money(value, currency, locale) for value, currency in amounts] == texts


def test_an_amount_too_long_to_read_is_a_power_of_ten_with_its_currency() -> None:
    assert formatting.money(Decimal("-1.5E40"), "EUR", "de") == f"{MINUS}1,50E40{NO_BREAK}€"
    assert formatting.compact_money(Decimal("1.5E40"), "JPY", "ja") == "\N{FULLWIDTH YEN SIGN}1.50E40"


@pytest.mark.parametrize("write", [formatting.money, formatting.compact_money, formatting.quantity])
@pytest.mark.parametrize("value", [5, 5_000_000])
def test_an_amount_in_an_unknown_currency_is_refused(write: object, value: int) -> None:
    assert callable(write)
    with pytest.raises(InputError, match="'furlongs'"):
        write(value, "furlongs")
