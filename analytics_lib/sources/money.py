"""Row amounts into the reporting currency: at the rate in force, in integers, half away from zero.

Minor units differ (JPY has no decimals, KWD three), so exponents go into the division. Everything is
128-bit integer arithmetic in DuckDB: exact for every amount that fits 64 bits.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa
from babel.core import get_global
from babel.numbers import get_currency_precision

CURRENCIES = "known_currencies"
RATES = "rates_in_force"


def currency_exponent(code: str) -> int:
    """Decimals of a currency: EUR 2, JPY 0, KWD 3."""
    return get_currency_precision(code)


def known_currencies() -> frozenset[str]:
    """The ISO 4217 codes, past ones included."""
    return frozenset(get_global("all_currencies"))


def prepare_conversion(
    connection: duckdb.DuckDBPyConnection, reporting_currency: str, rates: str | None
) -> None:
    """Create what `converted` needs: the known currencies and the rates, by instant.

    `rates` names a table with the columns of `exchange_rates`, or is None if the source has none. The
    reporting currency itself is always worth one.
    """
    codes = sorted(known_currencies())
    units = [10 ** currency_exponent(code) for code in codes]
    connection.register("codes", pa.table({"code": codes, "minor_units": units}))
    connection.execute(f"CREATE TEMP TABLE {CURRENCIES} AS SELECT * FROM codes")
    connection.unregister("codes")
    connection.execute(f"CREATE TEMP TABLE {RATES} (currency VARCHAR, valid_from TIMESTAMP, divisor HUGEINT)")
    if rates is not None:
        connection.execute(
            f"INSERT INTO {RATES} SELECT currency, valid_from, "
            f"units_per_base_e9::HUGEINT * minor_units "
            f"FROM {rates} JOIN {CURRENCIES} ON code = currency WHERE currency <> $own",
            {"own": reporting_currency},
        )
    connection.execute(
        f"INSERT INTO {RATES} VALUES ($own, TIMESTAMP '0001-01-01', 1000000000::HUGEINT * $unit)",
        {"own": reporting_currency, "unit": 10 ** currency_exponent(reporting_currency)},
    )


def converted(minor: str, divisor: str, reporting_currency: str) -> str:
    """SQL for an amount in the reporting currency's minor units; NULL where there is no rate.

    `minor` and `divisor` are SQL for the amount and for the rate's `divisor` in RATES.
    """
    factor = 10 ** (9 + currency_exponent(reporting_currency))
    product = f"({minor})::HUGEINT * {factor}::HUGEINT"
    return f"CAST(sign({minor}) * ((2 * abs({product}) + {divisor}) // (2 * {divisor})) AS BIGINT)"
