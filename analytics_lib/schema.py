"""The canonical tables: what every source is turned into, and all that metrics may read.

Ids are text. `*_at` are UTC instants without zone, `*_on` are local dates, `*_minor` are integer
minor units (cents) of the row's currency or, with `_base_`, of the reporting currency. Customers
are pseudonyms: there is no column for a name, an address or a phone number, by design.

Every fact table carries `business_model`, `partner_id` and `is_test`, copied when loaded.
`Column.info["optional"]` marks columns that many platforms do not have.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Float, Integer, MetaData, Table, Text
from sqlalchemy.types import TypeEngine

metadata = MetaData()


def _column(
    name: str, kind: type[TypeEngine[Any]], *, optional: bool = False, key: bool = False
) -> Column[Any]:
    return Column(name, kind, nullable=not key, info={"optional": optional, "key": key})


def _text(name: str, *, optional: bool = False) -> Column[Any]:
    return _column(name, Text, optional=optional)


def _key(name: str, kind: type[TypeEngine[Any]] = Text) -> Column[Any]:
    return _column(name, kind, key=True)


def _at(name: str, *, optional: bool = False) -> Column[Any]:
    return _column(name, DateTime, optional=optional)


def _on(name: str, *, optional: bool = False) -> Column[Any]:
    return _column(name, Date, optional=optional)


def _minor(name: str, *, optional: bool = False) -> Column[Any]:
    return _column(name, BigInteger, optional=optional)


def _texts(*names: str) -> tuple[Column[Any], ...]:
    return tuple(_text(name) for name in names)


def _instants(*names: str) -> tuple[Column[Any], ...]:
    return tuple(_at(name) for name in names)


def _amounts(*names: str) -> tuple[Column[Any], ...]:
    return tuple(_minor(name) for name in names)


def _whole(name: str) -> Column[Any]:
    return _column(name, Integer)


def _flag(name: str) -> Column[Any]:
    return _column(name, Boolean)


def _scoped() -> tuple[Column[Any], ...]:
    """The three columns that every fact row carries."""
    return _text("business_model"), _text("partner_id"), _flag("is_test")


about = Table("about", metadata, _key("key"), _text("value"))

coverage = Table(
    "coverage",
    metadata,
    _key("table_name"),
    _key("column_name"),
    *_instants("complete_from", "complete_through"),
)

destinations = Table(
    "destinations", metadata, _key("destination_id"), _text("name"), _text("country_code"), _text("region")
)

products = Table(
    "products", metadata, _key("product_id"), _text("name"), _text("kind"), _text("destination_id")
)

partners = Table(
    "partners",
    metadata,
    _key("partner_id"),
    *_texts("name", "kind", "business_model", "parent_partner_id"),
    *_instants("joined_at", "ended_at"),
)

partner_terms = Table(
    "partner_terms",
    metadata,
    _key("partner_id"),
    _key("valid_from", DateTime),
    _at("valid_to"),
    _text("tier"),
    _whole("min_volume"),
    _column("commission_rate", Float),
    _column("revenue_share_rate", Float),
    _flag("white_label"),
)

customers = Table("customers", metadata, _key("customer_id"), _at("joined_at"), _text("country_code"))

bookings = Table(
    "bookings",
    metadata,
    _key("booking_id"),
    *_texts("customer_id", "product_id", "destination_id", "channel", "device"),
    *_instants("created_at", "confirmed_at", "cancelled_at", "no_show_at", "completed_at", "expired_at"),
    _on("starts_on"),
    _on("ends_on"),
    _whole("party_size"),
    _whole("units"),
    _text("currency"),
    *_amounts("list_price_minor", "discount_minor", "price_minor", "price_base_minor"),
    _minor("lodging_base_minor", optional=True),
    _minor("tax_base_minor", optional=True),
    *_scoped(),
)

payments = Table(
    "payments",
    metadata,
    _key("attempt_id"),
    *_texts("intent_id", "booking_id", "method", "provider", "currency"),
    *_amounts("amount_minor", "amount_base_minor"),
    _at("attempted_at"),
    _at("sent_at", optional=True),
    _at("authorised_at", optional=True),
    _at("captured_at"),
    _at("voided_at", optional=True),
    _at("paid_out_at", optional=True),
    _minor("captured_base_minor"),
    _minor("fee_base_minor", optional=True),
    *_texts("failed_stage", "failure_code"),
    *_scoped(),
)

refunds = Table(
    "refunds",
    metadata,
    _key("refund_id"),
    *_texts("attempt_id", "booking_id", "currency"),
    *_amounts("amount_minor", "amount_base_minor"),
    _text("reason"),
    *_instants("requested_at", "refunded_at"),
    _minor("platform_reversed_base_minor", optional=True),
    _minor("fee_lost_base_minor", optional=True),
    _minor("penalty_kept_base_minor", optional=True),
    *_scoped(),
)

disputes = Table(
    "disputes",
    metadata,
    _key("dispute_id"),
    _text("attempt_id"),
    _minor("amount_base_minor"),
    *_instants("opened_at", "closed_at"),
    _text("outcome"),
    *_scoped(),
)

commission_entries = Table(
    "commission_entries",
    metadata,
    _key("entry_id"),
    *_texts("booking_id", "leg", "entry"),
    *_amounts("amount_base_minor", "commissionable_base_minor"),
    _at("occurred_at"),
    _on("due_on"),
    *_scoped(),
)

sessions = Table(
    "sessions",
    metadata,
    _key("session_id"),
    *_texts("visitor_id", "customer_id", "channel", "device"),
    *_instants("started_at", "searched_at", "viewed_at", "checkout_at", "booked_at"),
    _text("booking_id"),
    _flag("own_domain"),
    _flag("is_bot"),
    *_scoped(),
)

searches = Table(
    "searches",
    metadata,
    _key("search_id"),
    *_texts("session_id", "destination_id"),
    _at("searched_at"),
    _flag("is_repeat"),
    *_scoped(),
)

ai_queries = Table(
    "ai_queries",
    metadata,
    _key("query_id"),
    *_texts("parent_query_id", "conversation_id", "session_id", "agent", "intent"),
    *_instants("received_at", "completed_at"),
    _whole("limit_ms"),
    _text("status"),
    _flag("resolved"),
    _whole("rating"),
    _at("rated_at"),
    *_scoped(),
)

notifications = Table(
    "notifications",
    metadata,
    _key("message_id"),
    *_texts("customer_id", "channel", "campaign"),
    *_instants("sent_at", "delivered_at", "opened_at", "machine_opened_at", "clicked_at", "failed_at"),
    _flag("reports_delivery"),
    _flag("reports_opens"),
    *_scoped(),
)

services = Table("services", metadata, _key("service"), _at("monitored_from"), _at("monitored_to"))

outages = Table(
    "outages",
    metadata,
    _key("outage_id"),
    *_texts("service", "kind"),
    *_instants("started_at", "ended_at"),
)

costs = Table(
    "costs",
    metadata,
    _key("cost_id"),
    *_texts("kind", "business_model", "channel", "partner_id"),
    _on("spent_on"),
    _minor("amount_base_minor"),
)

exchange_rates = Table(
    "exchange_rates", metadata, _key("currency"), _key("valid_from", DateTime), _minor("units_per_base_e9")
)

capacity = Table("capacity", metadata, _key("product_id"), _key("stay_on", Date), _whole("units_available"))

quotes = Table(
    "quotes",
    metadata,
    _key("quote_id"),
    *_texts("session_id", "product_id"),
    _at("quoted_at"),
    _on("starts_on"),
    _minor("price_base_minor"),
    _flag("available"),
    _text("arm"),
    *_scoped(),
)

request_counts = Table(
    "request_counts", metadata, _key("service"), _key("bucket_at", DateTime), _minor("valid"), _minor("good")
)


def key_columns(table: Table) -> tuple[str, ...]:
    """The columns that together name a row; a source may not repeat them."""
    return tuple(column.name for column in table.columns if column.info["key"])
