"""The scopes of a question as statements need them: with all child partners, and with a rate set."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select

from analytics_lib import schema
from analytics_lib.errors import UnknownName
from analytics_lib.question import Question
from analytics_lib.scope import Scope
from analytics_lib.statement import Arm
from analytics_lib.warehouse import Contents, Reader


def arms_of(question: Question, contents: Contents, reader: Reader) -> tuple[Arm, ...]:
    """One arm for the scope asked for, and one for the scope that it is compared with.

    Raises `UnknownName` for a partner that is not there.
    """
    known_through = contents.about.get("data_through")
    rates = _rates(question, reader)
    return tuple(
        Arm(
            label,
            scope,
            _with_children(scope, reader),
            knows_all=_knows_all(scope, known_through),
            all_marked=not contents.is_live,
            currency=contents.about.get("reporting_currency", "EUR"),
            rates=rates,
        )
        for label, scope in enumerate(question.scopes)
    )


def _knows_all(scope: Scope, data_through: str | None) -> bool:
    return data_through is not None and scope.as_of >= datetime.fromisoformat(data_through.removesuffix("Z"))


def _rates(question: Question, reader: Reader) -> Mapping[str, int]:
    """The rates in force where the period asked for begins, if any metric needs them.

    Both periods of a comparison are converted at these, so that no rate moves between them.
    """
    table = schema.exchange_rates.c
    provided = reader.contents().provided
    needed = {
        pair for leaf in question.leaves for pair in leaf.requires if pair[0] == table.currency.table.name
    }
    if not needed or not needed <= provided:
        return {}
    until = question.scopes[0].period.start
    last = (
        select(table.currency, func.max(table.valid_from).label("valid_from"))
        .where(table.valid_from <= until)
        .group_by(table.currency)
        .subquery("last")
    )
    in_force = select(table.currency, table.units_per_base_e9).join(
        last, (last.c.currency == table.currency) & (last.c.valid_from == table.valid_from)
    )
    rows, _, _ = reader.rows(in_force.order_by(table.currency))
    there = (row for row in rows if None not in row.values())
    return {row["currency"]: row["units_per_base_e9"] for row in there}


def _with_children(scope: Scope, reader: Reader) -> tuple[str, ...]:
    """The scope's partners and, from the same view of the data, everyone below them."""
    if not scope.partners:
        return ()
    tree, _, _ = reader.rows(select(schema.partners.c.partner_id, schema.partners.c.parent_partner_id))
    children: dict[str, list[str]] = {}
    for row in tree:
        if row["parent_partner_id"] is not None:
            children.setdefault(row["parent_partner_id"], []).append(row["partner_id"])
    known = {row["partner_id"] for row in tree}
    found: dict[str, None] = {}
    waiting = list(scope.partners)
    for partner in waiting:
        if partner not in known:
            # Whoever asks for somebody else is not told whom else there is.
            raise UnknownName("partner", partner, () if scope.asked_for else known)
        if partner not in found:
            found[partner] = None
            waiting.extend(children.get(partner, ()))
    return tuple(found)
