"""Rules for bookings."""

from __future__ import annotations

from sqlalchemy import func, or_

from analytics_lib import schema
from analytics_lib.engines import days_between
from analytics_lib.rules.row_rule import RowRule

BUSINESS_MODELS = ("b2c", "b2b", "b2b2c")

_b = schema.bookings.c

STAY_RULES: tuple[RowRule, ...] = (
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
    RowRule("no_units", "A booking is for at least one unit.", "bookings", _b.units <= 0),
    RowRule(
        "expired_before_created",
        "A booking expires after it is made.",
        "bookings",
        _b.expired_at < _b.created_at,
    ),
    RowRule(
        "completed_before_created",
        "A booking is completed after it is made.",
        "bookings",
        _b.completed_at < _b.created_at,
    ),
    RowRule(
        "no_show_before_created",
        "Guests fail to come after they have booked.",
        "bookings",
        _b.no_show_at < _b.created_at,
    ),
    RowRule(
        "expired_and_confirmed",
        "A booking that has expired is not confirmed.",
        "bookings",
        _b.expired_at.is_not(None) & _b.confirmed_at.is_not(None),
    ),
)
