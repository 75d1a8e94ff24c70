"""What single rows must fulfil: rules as frozen values, and who breaks them.

A row that breaks a rule is loaded all the same; it is counted here and shown by `check`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.sql import visitors
from sqlalchemy.sql.schema import Column

from analytics_lib import schema
from analytics_lib.engines import days_between
from analytics_lib.warehouse import Reader

BUSINESS_MODELS = ("b2c", "b2b", "b2b2c")

_EXAMPLES = 3


@dataclass(frozen=True)
class RowRule:
    """One rule of one table; `broken` is true for rows that break it."""

    name: str
    says: str
    table: str
    broken: ColumnElement[bool]

    @property
    def columns(self) -> frozenset[tuple[str, str]]:
        """The (table, column) pairs that the rule reads."""
        found = (part for part in visitors.iterate(self.broken) if isinstance(part, Column))
        return frozenset((self.table, column.name) for column in found)


@dataclass(frozen=True)
class RuleBreak:
    """How many rows break a rule, and the keys of the first of them."""

    rule: str
    says: str
    table: str
    rows: int
    examples: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "rule": self.rule,
            "says": self.says,
            "table": self.table,
            "rows": self.rows,
            "examples": list(self.examples),
        }


_b = schema.bookings.c
_p = schema.payments.c
_r = schema.refunds.c

RULES: tuple[RowRule, ...] = (
    RowRule(
        "no_booking_day",
        "A booking has the instant at which it was placed.",
        "bookings",
        _b.created_at.is_(None),
    ),
    RowRule("no_guests", "A booking is for at least one person.", "bookings", _b.party_size <= 0),
    RowRule(
        "zero_nights",
        "A booking of lodging lasts at least one night.",
        "bookings",
        _b.lodging_base_minor.is_not(None) & (_b.starts_on == _b.ends_on),
    ),
    RowRule(
        "ends_before_starts",
        "A stay ends on or after the day it starts.",
        "bookings",
        _b.ends_on < _b.starts_on,
    ),
    RowRule(
        "starts_before_booked",
        "A stay starts on or after the day it is booked, give or take a day of time zones.",
        "bookings",
        days_between(_b.created_at, _b.starts_on) > 1,
    ),
    RowRule("negative_price", "A price is not negative.", "bookings", _b.price_minor < 0),
    RowRule(
        "price_arithmetic",
        "The price is the list price less the discount.",
        "bookings",
        _b.list_price_minor - _b.discount_minor != _b.price_minor,
    ),
    RowRule(
        "unknown_business_model",
        "The business model is one of b2c, b2b and b2b2c.",
        "bookings",
        or_(_b.business_model.is_(None), _b.business_model.not_in(BUSINESS_MODELS)),
    ),
    RowRule(
        "undefined_channel",
        "The channel has a name.",
        "bookings",
        func.lower(_b.channel).in_(["undefined", "unknown", ""]),
    ),
    RowRule(
        "confirmed_before_created",
        "A booking is confirmed after it is made.",
        "bookings",
        _b.confirmed_at < _b.created_at,
    ),
    RowRule(
        "cancelled_before_created",
        "A booking is cancelled after it is made.",
        "bookings",
        _b.cancelled_at < _b.created_at,
    ),
    RowRule(
        "cancelled_and_completed",
        "A cancelled booking is not completed.",
        "bookings",
        _b.cancelled_at.is_not(None) & _b.completed_at.is_not(None),
    ),
    RowRule(
        "no_show_and_completed",
        "A booking whose guests did not come is not completed.",
        "bookings",
        _b.no_show_at.is_not(None) & _b.completed_at.is_not(None),
    ),
    RowRule(
        "cancelled_and_no_show",
        "A cancelled booking has no guests to miss.",
        "bookings",
        _b.cancelled_at.is_not(None) & _b.no_show_at.is_not(None),
    ),
    RowRule("negative_payment", "An amount paid is not negative.", "payments", _p.amount_minor < 0),
    RowRule(
        "captured_before_attempted",
        "A payment is captured after it is attempted.",
        "payments",
        _p.captured_at < _p.attempted_at,
    ),
    RowRule("negative_refund", "An amount refunded is not negative.", "refunds", _r.amount_minor < 0),
    RowRule(
        "refunded_before_requested",
        "A refund is paid after it is requested.",
        "refunds",
        _r.refunded_at < _r.requested_at,
    ),
)


def rule_breaks(
    reader: Reader, provided: Collection[tuple[str, str]], rules: Iterable[RowRule] = RULES
) -> tuple[RuleBreak, ...]:
    """The rules that rows break, in their order; rules whose columns are not `provided` are passed over."""
    usable = [rule for rule in rules if rule.columns <= set(provided)]
    counts: dict[str, int] = {}
    for table_name in dict.fromkeys(rule.table for rule in usable):
        mine = [rule for rule in usable if rule.table == table_name]
        counted = [func.count().filter(rule.broken).label(rule.name) for rule in mine]
        row = reader.fetch(select(*counted).select_from(schema.metadata.tables[table_name])).iloc[0]
        counts |= {rule.name: int(row[rule.name]) for rule in mine}
    return tuple(
        RuleBreak(rule.name, rule.says, rule.table, counts[rule.name], _examples(reader, rule))
        for rule in usable
        if counts[rule.name]
    )


def _examples(reader: Reader, rule: RowRule) -> tuple[str, ...]:
    table = schema.metadata.tables[rule.table]
    keys = [table.c[name] for name in schema.key_columns(table)]
    rows = reader.fetch(select(*keys).where(rule.broken).order_by(*keys).limit(_EXAMPLES))
    return tuple(", ".join(map(str, row)) for row in rows.itertuples(index=False))
