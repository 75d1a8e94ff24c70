"""Amounts in the reporting currency, which must be the row's own at the rate in force.

A rate is carried forward to the rows after it by windows over both, ordered by instant: a join by range
would compare each row with each rate.
"""

from __future__ import annotations

from collections.abc import Iterator

from babel.core import get_global
from babel.numbers import get_currency_precision
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Double,
    Table,
    Text,
    case,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)

from analytics_lib import schema
from analytics_lib.audits.audit import Audit, reads
from analytics_lib.rules import RowRule
from analytics_lib.warehouse import Contents

_CONVERTED = (
    (schema.bookings, "price_minor", "price_base_minor", "created_at"),
    (schema.payments, "amount_minor", "amount_base_minor", "attempted_at"),
    (schema.refunds, "amount_minor", "amount_base_minor", "requested_at"),
)
_RATE_SCALE = 10**9
_USUAL_DECIMALS = 2
# Rounding takes up to half a unit of the one by which an amount may differ; doubles have 15 sure digits.
_TOLERATED, _SURE = 1.5, 1e-15


def base_differs(contents: Contents) -> Iterator[RowRule]:
    """Per table with amounts: what is in the reporting currency needs no rate."""
    own = contents.about.get("reporting_currency")
    for table, amount, base, _ in _CONVERTED if own else ():
        yield RowRule(
            "base_differs",
            "An amount in the reporting currency is its own base amount.",
            table.name,
            (table.c.currency == own) & (table.c[amount] != table.c[base]),
        )


def wrong_rates(contents: Contents) -> Iterator[Audit]:
    """Per table with amounts those that were converted at another rate, or where there was none."""
    own = contents.about.get("reporting_currency")
    for table, amount, base, instant in _CONVERTED if own else ():
        yield _wrong_rate(str(own), table, amount, base, instant)


def _wrong_rate(own: str, table: Table, amount: str, base: str, instant: str) -> Audit:
    (key,) = schema.key_columns(table)
    mine, rates = table.c, schema.exchange_rates.c
    events = union_all(
        select(
            rates.currency.label("currency"),
            rates.valid_from.label("instant"),
            literal(0).label("place"),
            cast(rates.units_per_base_e9, Double).label("rate"),
            cast(null(), Text).label("row_key"),
            cast(null(), BigInteger).label("minor"),
            cast(null(), BigInteger).label("base_minor"),
        ),
        select(
            mine.currency,
            mine[instant],
            literal(1),
            cast(null(), Double),
            cast(mine[key], Text),
            mine[amount],
            mine[base],
        ).where(
            mine.currency != own,
            mine[instant].is_not(None),
            mine[amount].is_not(None),
            mine[base].is_not(None),
        ),
    ).subquery("events")
    # At one instant the rate comes first: it is in force from then on.
    spell = func.count(events.c.rate).over(
        partition_by=events.c.currency, order_by=(events.c.instant, events.c.place), rows=(None, 0)
    )
    told = select(events, spell.label("spell")).subquery("told")
    in_force = func.max(told.c.rate).over(partition_by=(told.c.currency, told.c.spell))
    carried = select(told, in_force.label("in_force")).subquery("carried").c
    expected = cast(carried.minor, Double) * _factor(own, carried.currency) / carried.in_force
    differs = func.abs(cast(carried.base_minor, Double) - expected) > _TOLERATED + func.abs(expected) * _SURE
    return Audit(
        "wrong_rate",
        "A base amount is the amount at the rate in force, and there is none without a rate.",
        table.name,
        reads(mine[key], mine.currency, mine[amount], mine[base], mine[instant])
        | reads(rates.currency, rates.valid_from, rates.units_per_base_e9),
        select(carried.row_key).where(carried.row_key.is_not(None), carried.in_force.is_(None) | differs),
    )


def _factor(own: str, currency: ColumnElement[str]) -> ColumnElement[float]:
    """What one minor unit of a currency is worth in the reporting one, times the rate as it is stored."""
    whole = _RATE_SCALE * 10 ** int(get_currency_precision(own))
    unusual: dict[int, list[str]] = {}
    for code in sorted(get_global("all_currencies")):
        unusual.setdefault(int(get_currency_precision(code)), []).append(code)
    del unusual[_USUAL_DECIMALS]
    arms = [
        (currency.in_(codes), literal(whole / 10**decimals, Double)) for decimals, codes in unusual.items()
    ]
    return case(*arms, else_=literal(whole / 10**_USUAL_DECIMALS, Double))
