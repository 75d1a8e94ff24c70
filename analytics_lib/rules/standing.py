"""Rules for partners, services, costs and other tables on which facts stand."""

from __future__ import annotations

from sqlalchemy import or_

from analytics_lib import schema
from analytics_lib.rules.row_rule import RowRule, strange
from analytics_lib.rules.stays import BUSINESS_MODELS

_p = schema.partners.c
_t = schema.partner_terms.c
_s = schema.services.c
_o = schema.outages.c
_c = schema.costs.c
_n = schema.request_counts.c

PARTNER_KINDS = ("tour_operator", "agency", "distributor", "reseller", "corporate")
OUTAGE_KINDS = ("unplanned", "maintenance", "unmeasured")
COST_KINDS = ("marketing", "incentive", "support", "platform")

_SELLING = tuple(
    table
    for table in schema.metadata.tables.values()
    if "business_model" in table.c and table is not schema.bookings
)

STANDING_RULES: tuple[RowRule, ...] = (
    RowRule(
        "unknown_partner_kind",
        f"A partner is one of {', '.join(PARTNER_KINDS)}.",
        "partners",
        strange(_p.kind, *PARTNER_KINDS),
    ),
    RowRule(
        "ended_before_joined", "A partner leaves after it has joined.", "partners", _p.ended_at < _p.joined_at
    ),
    RowRule(
        "own_parent", "A partner is not its own parent.", "partners", _p.parent_partner_id == _p.partner_id
    ),
    RowRule(
        "terms_end_before_start",
        "Terms end after they have begun.",
        "partner_terms",
        _t.valid_to <= _t.valid_from,
    ),
    RowRule(
        "impossible_share",
        "A commission or revenue share lies between nothing and the whole.",
        "partner_terms",
        or_(*((rate < 0) | (rate > 1) for rate in (_t.commission_rate, _t.revenue_share_rate))),
    ),
    RowRule(
        "monitored_backwards",
        "A service is watched until after it was first watched.",
        "services",
        _s.monitored_to < _s.monitored_from,
    ),
    RowRule(
        "unknown_outage_kind",
        f"An outage is one of {', '.join(OUTAGE_KINDS)}.",
        "outages",
        strange(_o.kind, *OUTAGE_KINDS),
    ),
    RowRule(
        "outage_ends_before_start", "An outage ends after it starts.", "outages", _o.ended_at < _o.started_at
    ),
    RowRule(
        "unknown_cost_kind",
        f"A cost is one of {', '.join(COST_KINDS)}.",
        "costs",
        strange(_c.kind, *COST_KINDS),
    ),
    RowRule(
        "impossible_rate",
        "An exchange rate is above zero.",
        "exchange_rates",
        schema.exchange_rates.c.units_per_base_e9 <= 0,
    ),
    RowRule(
        "negative_capacity",
        "The units available are not negative.",
        "capacity",
        schema.capacity.c.units_available < 0,
    ),
    RowRule(
        "more_good_than_valid",
        "Of the valid requests some or all are good.",
        "request_counts",
        (_n.good > _n.valid) | (_n.good < 0),
    ),
    *(
        RowRule(
            "unknown_business_model",
            f"A business model, where there is one, is one of {', '.join(BUSINESS_MODELS)}.",
            table.name,
            strange(table.c.business_model, *BUSINESS_MODELS),
        )
        for table in _SELLING
    ),
)
