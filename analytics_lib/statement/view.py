"""How a fact is looked at for one scope: its filters, its local dates, its states as they were known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    FromClause,
    Integer,
    Select,
    and_,
    case,
    cast,
    false,
    func,
    literal_column,
    null,
    or_,
    select,
)
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, ColumnClause, Null

from analytics_lib.engines import (
    AtReferenceRate,
    Converted,
    LocalClock,
    LocalDate,
    hour_key,
    local_clock,
    truncated,
)
from analytics_lib.facts import UNKNOWN, Fact, tables_of
from analytics_lib.formatting import currency_decimals
from analytics_lib.local_time import TimeFrame
from analytics_lib.scope import Scope, local_midnight_after

LONGEST_AHEAD = timedelta(days=3653)
"""How long before a period its stays may have been booked, for the local day of their booking."""


@dataclass(frozen=True)
class Arm:
    """One scope of the question; `partners` are the scope's with all their children."""

    label: int
    scope: Scope
    partners: tuple[str, ...]
    knows_all: bool
    """Whether nothing in the data is later than the scope's as_of, so that no state needs cutting."""
    all_marked: bool
    """Whether every row says if it is a test, as in all data that was published; live tables may not."""
    currency: str = "EUR"
    """The reporting currency."""
    rates: Mapping[str, int] = field(default_factory=dict, hash=False)
    """Currency -> units of it for one of the reporting currency, in 1e-9, of the question's rate set."""


@dataclass(frozen=True, eq=False)
class View:
    """A fact as one arm sees it.

    `dated` is the column that puts rows into periods, if there is one. `as_of` is the moment from which
    states are looked at where that is not the scope's own; `tables` are joined in for the placeholders
    `span` and `moment` and for a snapshot's own table; `label` tells whose a row is where a SELECT serves
    several arms that differ in their moments alone. `before` is an arm whose period ends where that of `arm`
    begins: its rows are read together with those of `arm`, and `dated` tells them apart.
    """

    arm: Arm
    fact: Fact
    dated: ColumnElement[Any] | None = None
    as_of: ColumnElement[Any] | None = None
    tables: Mapping[FromClause, Any] = field(default_factory=dict)
    label: ColumnElement[int] | None = None
    before: Arm | None = None

    @property
    def scope(self) -> Scope:
        return self.arm.scope

    @property
    def _cuts_states(self) -> bool:
        knows_all = self.arm.knows_all and (self.before is None or self.before.knows_all)
        return self.as_of is not None or not knows_all

    @cached_property
    def _known_until(self) -> Any:
        if self.as_of is not None:
            return self.as_of
        if self.before is None:
            return self.scope.as_of
        return case((self._is_later, self.scope.as_of), else_=self.before.scope.as_of)

    @property
    def _is_later(self) -> ColumnElement[bool]:
        """Whether a row is not one of the arm before."""
        return self.in_period(self.scope.period.start, self.scope.until)[0]

    @cached_property
    def arm_key(self) -> ColumnElement[int]:
        """The label of the arm that a row belongs to."""
        if self.label is not None:
            return self.label
        own = literal_column(str(self.arm.label), Integer)
        if self.before is None:
            return own
        return case((self._is_later, own), else_=literal_column(str(self.before.label), Integer))

    @property
    def began(self) -> datetime:
        """Where the first of the periods begins."""
        return (self.arm if self.before is None else self.before).scope.period.start

    def _offsets(self, ahead: timedelta | None = None) -> tuple[tuple[datetime, timedelta], ...]:
        earlier = self.scope.period.start - self.began
        return self.scope.offsets(earlier + (ahead or timedelta()) if earlier or ahead else None)

    @property
    def customer(self) -> ColumnElement[Any] | None:
        """Whom a row is about, where the scope wants to know how many these are."""
        who = self.fact.customer
        return None if who is None or not self.scope.smallest_group else self.resolved(who)

    def keys(self, by: Sequence[str]) -> list[ColumnElement[Any]]:
        """The dimensions, each as one labelled text, NULL as unknown."""
        values = [(name, self.resolved(self.fact.dimensions[name].expression)) for name in by]
        return [func.coalesce(value, UNKNOWN).label(f"by_{name}") for name, value in values]

    def bucket(self, over: TimeFrame) -> ColumnElement[Any]:
        """The key of the bucket into which `dated` falls."""
        dated = self.dated
        if dated is None:
            raise ValueError(f"{self.fact.name} has no date to make buckets of")
        if isinstance(dated.type, Date):
            midnight = cast(dated, DateTime)
            return midnight if over is TimeFrame.DAY else truncated(midnight, over)
        if over is TimeFrame.HOUR:
            return hour_key(dated, self._offsets())
        return truncated(local_clock(dated, self._offsets()), over)

    def select(self, *columns: ColumnElement[Any], using: Sequence[Any] = ()) -> Select[Any]:
        """A SELECT from the fact with the joins that these columns, and what is `using` them, need."""
        query = select(self.arm_key.label("arm"), *columns)
        return self.joined(query, *columns, *using)

    def joined(self, query: Select[Any], *expressions: Any) -> Select[Any]:
        """The SELECT, from the fact with the joins without which the expressions cannot be read."""
        own = self.fact.table
        query = query.select_from(self.tables.get(own, own))
        # What is dated by a joined row is in no period without it, and engines may then begin with that row.
        dating = () if self.dated is None else self.fact.joins_for(self.dated)
        for target, condition in self.fact.joins_for(*expressions):
            on = self.resolved(condition) if own in self.tables else condition
            query = query.join(target, on, isouter=all(target is not needed for needed, _ in dating))
        return query

    def narrowed(self, query: Select[Any], low: datetime, high: datetime) -> Select[Any]:
        """The SELECT with the instants between which its derived table may narrow itself down."""
        if not self.fact.is_narrowed:
            return query
        narrowed: Select[Any] = query.unique_params(since=low, until=high)
        return narrowed

    def in_period(self, low: datetime, high: datetime) -> list[ColumnElement[bool]]:
        """What lies in the instants [low, high) by `dated`, on the raw column."""
        dated = self.dated
        if dated is None:
            return []
        if isinstance(dated.type, Date):
            zone = self.scope.zone
            return [dated >= local_midnight_after(low, zone), dated < local_midnight_after(high, zone)]
        return [dated >= low, dated < high]

    def kept(self) -> list[ColumnElement[bool]]:
        """Test records, business models and partners: applied here, so that no metric can forget them."""
        fact, scope = self.fact, self.scope
        conditions: list[ColumnElement[bool]] = []
        if fact.is_test is not None:
            # "= false" alone can be answered from zone maps, which is a quarter of a scan.
            no_test = fact.is_test == false()
            conditions.append(no_test if self.arm.all_marked else or_(no_test, fact.is_test.is_(None)))
        if fact.keeps is not None:
            conditions.append(fact.keeps)
        if self.dated is not fact.known_at and isinstance(fact.known_at.type, DateTime):
            if self._cuts_states:
                conditions.append(fact.known_at < self._known_until)
            else:
                conditions.append(fact.known_at.is_not(None))
        if scope.business_models and fact.business_model is not None:
            conditions.append(fact.business_model.in_([value.value for value in scope.business_models]))
        if scope.partners and fact.partner_id is not None:
            conditions.append(fact.partner_id.in_(self.arm.partners))
        return conditions

    def resolved(self, expression: ColumnElement[Any]) -> ColumnElement[Any]:
        """The expression with local dates in the reporting zone, and states as they were known."""
        if self._leaves_alone(expression):
            return expression
        resolved: ColumnElement[Any] = visitors.replacement_traverse(expression, {}, self._replaced)
        return resolved

    def _leaves_alone(self, expression: ColumnElement[Any]) -> bool:
        has_clock, has_instant = _looked_through(expression)
        has_state = has_instant and self._cuts_states
        return not (has_clock or has_state or self.tables.keys() & tables_of(expression))

    def _is_later_state(self, element: object) -> bool:
        return (
            self._cuts_states
            and isinstance(element, ColumnClause)
            and isinstance(element.type, DateTime)
            and element.table is not None
            and element.table not in self.tables
            and element is not self.fact.known_at
        )

    def _replaced(self, element: Any, **_: Any) -> Any:
        match element:
            case LocalDate() | LocalClock():
                clock = self._clock(element)
                return cast(clock, Date) if isinstance(element, LocalDate) else clock
            case AtReferenceRate():
                amount, currency = (self.resolved(each) for each in element.clauses)
                return self._at_reference_rate(amount, currency)
            case ColumnClause() if element.table is not None and element.table in self.tables:
                return getattr(self.tables[element.table].c, element.name)
            case BinaryExpression() if isinstance(element.right, Null) and self._is_later_state(element.left):
                until = self._known_until
                if element.operator is operators.is_not:
                    return and_(element.left.is_not(None), element.left < until).self_group(operators.and_)
                return or_(element.left.is_(None), element.left >= until).self_group(operators.and_)
        return known(element, self._known_until) if self._is_later_state(element) else None

    def _clock(self, element: Any) -> ColumnElement[Any]:
        (instant,) = element.clauses
        offsets = self._offsets(None if instant is self.dated else LONGEST_AHEAD)
        return local_clock(self.resolved(instant), offsets)

    def _at_reference_rate(
        self, amount: ColumnElement[int], currency: ColumnElement[str]
    ) -> ColumnElement[Any]:
        own = self.arm.currency
        factor = 10 ** (9 + currency_decimals(own))
        arms = [
            (currency == code, Converted(amount, factor, units * 10 ** currency_decimals(code)))
            for code, units in self.arm.rates.items()
            if code != own
        ]
        return case((currency == own, amount), *arms, else_=null())


@lru_cache(maxsize=4096)
def _looked_through(expression: ColumnElement[Any]) -> tuple[bool, bool]:
    """Whether an expression has a clock or a rate that depends on the scope, and whether any instant."""
    elements = tuple(visitors.iterate(expression))
    return (
        any(isinstance(each, LocalDate | LocalClock | AtReferenceRate) for each in elements),
        any(isinstance(each, ColumnClause) and isinstance(each.type, DateTime) for each in elements),
    )


def known(instant: ColumnElement[Any], as_of: Any) -> ColumnElement[Any]:
    """The instant if it lies before `as_of`, else NULL: what happens later is not known yet."""
    return case((instant < as_of, instant))
