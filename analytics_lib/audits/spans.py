"""Spans that may not overlap."""

from __future__ import annotations

from sqlalchemy import func, select

from analytics_lib import schema
from analytics_lib.audits.audit import Audit, reads

_t = schema.partner_terms.c


def overlapping_terms() -> Audit:
    """Terms of a partner that are still in force when the next ones begin."""
    following = func.lead(_t.valid_from).over(partition_by=_t.partner_id, order_by=_t.valid_from)
    terms = select(_t.partner_id, _t.valid_from, _t.valid_to, following.label("following")).subquery("terms")
    return Audit(
        "overlapping_terms",
        "A partner sells under one set of terms at a time.",
        "partner_terms",
        reads(_t.partner_id, _t.valid_from, _t.valid_to),
        select(terms.c.partner_id, terms.c.valid_from).where(
            terms.c.following.is_not(None),
            terms.c.valid_to.is_(None) | (terms.c.following < terms.c.valid_to),
        ),
    )
