"""Conversion of amounts: exact integers, half away from zero, by each currency's decimals."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_lib.sources.money import RATES, converted, currency_exponent, prepare_conversion
from analytics_lib.warehouse.duckdb_file import connect_duckdb

CODES = ("EUR", "USD", "JPY", "KWD", "CLF")


def oracle(minor: int, units_e9: int, currency: str, base: str) -> int:
    with localcontext() as context:
        context.prec = 80
        major = Decimal(minor).scaleb(-currency_exponent(currency))
        in_base = major / (Decimal(units_e9).scaleb(-9)) * Decimal(10) ** currency_exponent(base)
        return int(in_base.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def convert(minor: int, units_e9: int, currency: str, base: str) -> int:
    with connect_duckdb() as connection:
        connection.execute(
            "CREATE TEMP TABLE rates (currency VARCHAR, valid_from TIMESTAMP, units_per_base_e9 BIGINT)"
        )
        connection.execute("INSERT INTO rates VALUES (?, TIMESTAMP '2020-01-01', ?)", [currency, units_e9])
        prepare_conversion(connection, base, "rates")
        amount = converted("CAST($minor AS BIGINT)", "divisor", base)
        row = connection.execute(
            f"SELECT {amount} FROM {RATES} WHERE currency = $currency", {"minor": minor, "currency": currency}
        ).fetchone()
    assert row is not None
    return int(row[0])


@given(
    minor=st.integers(-(10**12), 10**12) | st.integers(2**53, 2**60),
    units_e9=st.integers(10**8, 10**12),
    currency=st.sampled_from(CODES[1:]),
    base=st.sampled_from(("EUR", "GBP")),
)
def test_conversion_equals_decimal_arithmetic(minor: int, units_e9: int, currency: str, base: str) -> None:
    expected = oracle(minor, units_e9, currency, base)
    if abs(expected) < 2**63:
        assert convert(minor, units_e9, currency, base) == expected


@pytest.mark.parametrize(
    ("minor", "units_e9", "currency", "expected"),
    [
        (1, 2_000_000_000, "USD", 1),
        (-1, 2_000_000_000, "USD", -1),
        (3, 2_000_000_000, "USD", 2),
        (160, 160_000_000_000, "JPY", 100),
        (1_000, 333_333_333, "KWD", 300),
        (0, 1_100_000_000, "USD", 0),
    ],
)
def test_halves_go_away_from_zero_and_decimals_differ(
    minor: int, units_e9: int, currency: str, expected: int
) -> None:
    assert convert(minor, units_e9, currency, "EUR") == expected


def test_the_reporting_currency_is_worth_one() -> None:
    assert convert(2**53 + 1, 7, "EUR", "EUR") == 2**53 + 1
