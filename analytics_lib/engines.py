"""What DuckDB and PostgreSQL spell differently, or round differently, as SQL constructs.

Metrics are written with these and with plain SQLAlchemy; everything else is the same on every engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    Double,
    Integer,
    case,
    cast,
    func,
    literal,
    literal_column,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

from analytics_lib.local_time import TimeFrame


class _Shift(FunctionElement[datetime]):
    """An instant moved by whole seconds; written as a literal, so that plans and GROUP BY see a constant."""

    type = DateTime()
    inherit_cache = False

    def __init__(self, instant: ColumnElement[datetime], by: timedelta) -> None:
        self.seconds = int(by.total_seconds())
        super().__init__(instant)


@compiles(_Shift)
def _compile_shift(element: _Shift, compiler: Any, **kw: Any) -> str:
    instant = compiler.process(element.clauses, **kw)
    days, rest = divmod(element.seconds, 86_400)
    length = f"{element.seconds} seconds" if rest else f"{days} days"
    return f"({instant} + INTERVAL '{length}')" if element.seconds else f"({instant})"


class WholeQuotient(FunctionElement[int]):
    """Integer division of two integers, towards zero, exact beyond 2^53."""

    type = BigInteger()
    inherit_cache = True


@compiles(WholeQuotient)
def _compile_quotient_for_people(element: WholeQuotient, compiler: Any, **kw: Any) -> str:
    top, bottom = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"({top} // {bottom})"


@compiles(WholeQuotient, "postgresql")
def _compile_quotient(element: WholeQuotient, compiler: Any, **kw: Any) -> str:
    top, bottom = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"(({top}) / ({bottom}))"


@compiles(WholeQuotient, "duckdb")
def _compile_quotient_duckdb(element: WholeQuotient, compiler: Any, **kw: Any) -> str:
    top, bottom = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"(({top}) // ({bottom}))"


class LocalDate(FunctionElement[Any]):
    """The local date of an instant column; `statement` fills in the reporting zone's offsets."""

    type = Date()
    inherit_cache = True


@compiles(LocalDate)
def _compile_local_date(element: LocalDate, compiler: Any, **kw: Any) -> str:
    return f"local_date({compiler.process(element.clauses, **kw)})"


class LocalClock(FunctionElement[Any]):
    """The wall clock of an instant column; `statement` fills in the reporting zone's offsets."""

    type = DateTime()
    inherit_cache = True


@compiles(LocalClock)
def _compile_local_clock(element: LocalClock, compiler: Any, **kw: Any) -> str:
    return f"local_clock({compiler.process(element.clauses, **kw)})"


class MicrosBetween(FunctionElement[int]):
    """Whole microseconds from the second instant to the first."""

    type = BigInteger()
    inherit_cache = True


@compiles(MicrosBetween, "duckdb")
def _compile_micros_duckdb(element: MicrosBetween, compiler: Any, **kw: Any) -> str:
    later, earlier = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"(epoch_us({later}) - epoch_us({earlier}))"


@compiles(MicrosBetween)
def _compile_micros(element: MicrosBetween, compiler: Any, **kw: Any) -> str:
    later, earlier = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"CAST(EXTRACT(EPOCH FROM ({later}) - ({earlier})) * 1000000 AS BIGINT)"


class AtReferenceRate(FunctionElement[int]):
    """An amount in minor units of a currency, in the reporting one at the question's own rate set.

    Takes amount and currency; `statement` fills in the rates in force where the period begins.
    """

    type = BigInteger()
    inherit_cache = True


@compiles(AtReferenceRate)
def _compile_reference_rate(element: AtReferenceRate, compiler: Any, **kw: Any) -> str:
    amount, currency = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"at_reference_rate({amount}, {currency})"


class Converted(FunctionElement[int]):
    """amount x factor / divisor in whole numbers, half away from zero, exact beyond 64 bits."""

    type = BigInteger()
    inherit_cache = False

    def __init__(self, amount: ColumnElement[int], factor: int, divisor: int) -> None:
        self.factor, self.divisor = factor, divisor
        super().__init__(amount)


@compiles(Converted)
def _compile_converted(element: Converted, compiler: Any, **kw: Any) -> str:
    amount = compiler.process(element.clauses, **kw)
    double = f"2 * abs(CAST({amount} AS NUMERIC) * {element.factor}) + {element.divisor}"
    return f"CAST(sign({amount}) * div({double}, {2 * element.divisor}) AS BIGINT)"


@compiles(Converted, "duckdb")
def _compile_converted_duckdb(element: Converted, compiler: Any, **kw: Any) -> str:
    amount = compiler.process(element.clauses, **kw)
    double = f"2 * abs(CAST({amount} AS HUGEINT) * {element.factor}) + {element.divisor}"
    return f"CAST(sign({amount}) * (({double}) // {2 * element.divisor}) AS BIGINT)"


class Proportion(FunctionElement[int]):
    """amount x part / whole in whole numbers, half away from zero, exact beyond 64 bits; whole above zero."""

    type = BigInteger()
    inherit_cache = True


@compiles(Proportion)
def _compile_proportion(element: Proportion, compiler: Any, **kw: Any) -> str:
    amount, part, whole = (compiler.process(clause, **kw) for clause in element.clauses)
    product = f"CAST({amount} AS NUMERIC) * {part}"
    return f"CAST(sign({product}) * div(2 * abs({product}) + {whole}, 2 * {whole}) AS BIGINT)"


@compiles(Proportion, "duckdb")
def _compile_proportion_duckdb(element: Proportion, compiler: Any, **kw: Any) -> str:
    amount, part, whole = (compiler.process(clause, **kw) for clause in element.clauses)
    product = f"CAST({amount} AS HUGEINT) * {part}"
    return f"CAST(sign({product}) * ((2 * abs({product}) + {whole}) // (2 * {whole})) AS BIGINT)"


class Spoken(FunctionElement[Any]):
    """An expression with the words that stand for it in a metric's formula; engines see the expression."""

    inherit_cache = True

    def __init__(self, expression: ColumnElement[Any], words: str) -> None:
        self.words = words
        self.type = expression.type
        super().__init__(expression)


@compiles(Spoken)
def _compile_spoken(element: Spoken, _compiler: Any, **_kw: Any) -> str:
    return element.words


@compiles(Spoken, "duckdb")
@compiles(Spoken, "postgresql")
def _compile_spoken_expression(element: Spoken, compiler: Any, **kw: Any) -> str:
    return f"({compiler.process(element.clauses, **kw)})"


def shift(instant: ColumnElement[datetime], by: timedelta) -> ColumnElement[datetime]:
    """`instant` moved by a whole number of seconds."""
    return _Shift(instant, by)


def local_clock(
    instant: ColumnElement[datetime], offsets: Sequence[tuple[datetime, timedelta]]
) -> ColumnElement[datetime]:
    """The wall clock at `instant`, given (exclusive end, offset) of the zone's spans in order."""
    *changes, (_, last) = offsets
    if not changes:
        return shift(instant, last)
    arms = [(instant < literal(end), shift(instant, offset)) for end, offset in changes]
    return case(*arms, else_=shift(instant, last))


def hour_key(
    instant: ColumnElement[datetime], offsets: Sequence[tuple[datetime, timedelta]]
) -> ColumnElement[datetime]:
    """The UTC instant at which the local hour of `instant` starts under its own offset."""
    *changes, (_, last) = offsets

    def key(offset: timedelta) -> ColumnElement[datetime]:
        return shift(truncated(shift(instant, offset), TimeFrame.HOUR), -offset)

    if not changes:
        return key(last)
    return case(*[(instant < literal(end), key(offset)) for end, offset in changes], else_=key(last))


def truncated(clock: ColumnElement[Any], over: TimeFrame) -> ColumnElement[datetime]:
    """The start of the hour, day, ISO week, ... on a wall clock."""
    return func.date_trunc(literal_column(f"'{over.value}'"), clock, type_=DateTime())


def days_between(later: ColumnElement[Any], earlier: ColumnElement[Any]) -> ColumnElement[int]:
    """Whole days from one date to another."""
    later, earlier = (each if isinstance(each.type, Date) else cast(each, Date) for each in (later, earlier))
    return type_coerce((later - earlier).self_group(), Integer)


def exact_sum(value: ColumnElement[Any], where: ColumnElement[bool] | None) -> ColumnElement[Any]:
    """Sum of integers as BIGINT; otherwise HUGEINT and NUMERIC would turn money into floats."""
    total = func.sum(value)
    return cast(total if where is None else total.filter(where), BigInteger)


def counted(value: ColumnElement[Any] | None, where: ColumnElement[bool] | None) -> ColumnElement[Any]:
    """Number of rows, or of rows in which `value` is there."""
    number = func.count() if value is None else func.count(value)
    return number if where is None else number.filter(where)


def distinct(value: ColumnElement[Any], where: ColumnElement[bool] | None) -> ColumnElement[Any]:
    """Number of different values."""
    number = func.count(value.distinct())
    return number if where is None else number.filter(where)


def quantile(
    value: ColumnElement[Any], share: float, where: ColumnElement[bool] | None
) -> ColumnElement[Any]:
    """Interpolated quantile of the values that are there, in double precision."""
    number = cast(value, Double)
    kept = number if where is None else case((where, number))
    return func.percentile_cont(literal_column(repr(share))).within_group(kept)
