"""Partners month by month, for what their terms bring: volume, margin and who gets which part."""

from __future__ import annotations

from analytics_lib import schema
from analytics_lib.engines import LocalDate
from analytics_lib.facts.cuts import month_text
from analytics_lib.facts.terms import commissions_by_terms
from analytics_lib.metric import ListedColumn, ListedKey, Listing

entry, booking, term = schema.commission_entries.c, schema.bookings.c, schema.partner_terms.c

_amount, _of_platform = entry.amount_base_minor, entry.leg == "platform"

partner_months = Listing(
    name="partner_months",
    title="Margins of each partner by month",
    says=(
        "Each partner with bookings placed in the period and recognised so far, by local month of booking "
        "and the tier then in force: how many, their net value, and the parts of the platform, the agency "
        "and the reseller, before anything is clawed back."
    ),
    unit="money",
    owner="B2B",
    rows=commissions_by_terms,
    who=entry.partner_id,
    who_name="partner_id",
    dated=booking.created_at,
    where=entry.entry == "accrued",
    keys=(
        ListedKey(name="business_model", value=entry.business_model),
        ListedKey(name="month", value=month_text(LocalDate(booking.created_at))),
        ListedKey(name="tier", value=term.tier),
        ListedKey(name="min_volume", value=term.min_volume),
    ),
    columns=(
        ListedColumn(name="bookings", how="count", where=_of_platform),
        ListedColumn(name="net_minor", how="sum", value=entry.commissionable_base_minor, where=_of_platform),
        ListedColumn(name="platform_minor", how="sum", value=_amount, where=_of_platform),
        ListedColumn(name="agency_minor", how="sum", value=_amount, where=entry.leg == "agency"),
        ListedColumn(name="reseller_minor", how="sum", value=_amount, where=entry.leg == "reseller"),
    ),
)
