"""The SELECT of a listing: one row an entity and key."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func

from analytics_lib.engines import counted, distinct, exact_sum
from analytics_lib.metric.listing import ListedColumn, Listing
from analytics_lib.statement.asking import Query
from analytics_lib.statement.view import Arm, View

CUSTOMERS = "customers_behind_a_row"
"""The column that tells how many customers a row is about."""


def build_listed(listing: Listing, arm: Arm) -> Query:
    """The SELECT that lists the entities of one arm, ordered by their names."""
    view = View(arm, listing.rows, listing.dated)
    who = view.resolved(listing.who).label(listing.who_name)
    columns = [_aggregate(column, view).label(column.name) for column in listing.columns]
    if view.customer is not None:
        columns.append(distinct(view.customer, None).label(CUSTOMERS))
    filters = [
        *view.in_period(arm.scope.period.start, arm.scope.until),
        *view.kept(),
        listing.who.is_not(None),
    ]
    if listing.where is not None:
        filters.append(view.resolved(listing.where))
    keys = [view.resolved(key.value).label(key.name) for key in listing.keys]
    query = view.select(who, *keys, *columns, using=filters).where(*filters)
    query = query.group_by(who, *keys).order_by(who, *keys)
    return view.narrowed(query, arm.scope.period.start, arm.scope.until)


def _aggregate(column: ListedColumn, view: View) -> ColumnElement[Any]:
    where = None if column.where is None else view.resolved(column.where)
    value = None if column.value is None else view.resolved(column.value)
    if value is None or column.how == "count":
        return counted(value, where)
    if column.how == "sum":
        return exact_sum(value, where)
    found = func.min(value) if column.how == "first" else func.max(value)
    return found if where is None else found.filter(where)
