"""Rooms that may be sold: what they bring, and how many are."""

from __future__ import annotations

from functools import partial

from sqlalchemy import select

from analytics_lib import schema
from analytics_lib.facts import room_nights
from analytics_lib.facts.bookings import nights_within, spread_amount
from analytics_lib.facts.operations import capacity
from analytics_lib.metric import Metric, Ratio
from analytics_lib.metrics.stays import sold_rooms

room, booking = schema.capacity.c, schema.bookings.c

with_inventory = booking.product_id.in_(select(room.product_id).where(room.units_available.is_not(None)))

_nights = partial(
    Metric, rows=room_nights, dated=booking.starts_on, how="sum", owner="Bookings", is_part=True
)
inventory_room_revenue = _nights(
    name="inventory_room_revenue",
    title="Room revenue of products with inventory",
    says="Room revenue of the nights within the period, of products whose free rooms are known.",
    unit="money",
    value=spread_amount(booking.lodging_base_minor),
    where=sold_rooms & with_inventory,
)
inventory_room_nights = _nights(
    name="inventory_room_nights",
    title="Room-nights sold of products with inventory",
    says="Room-nights sold within the period, of products whose free rooms are known.",
    unit="nights",
    value=nights_within() * booking.units,
    where=sold_rooms & with_inventory,
)
available_room_nights = Metric(
    name="available_room_nights",
    title="Available room-nights",
    says="Room-nights of the period that the platform may sell.",
    unit="nights",
    better="neither",
    rows=capacity,
    dated=room.stay_on,
    how="sum",
    value=room.units_available,
)
revenue_per_available_room = Ratio(
    name="revenue_per_available_room",
    title="Revenue per available room",
    says="Room revenue over room-nights that may be sold (RevPAR), of products whose free rooms are known.",
    unit="money",
    top=inventory_room_revenue,
    bottom=available_room_nights,
    source="STR",
)
occupancy_rate = Ratio(
    name="occupancy_rate",
    title="Occupancy",
    says="Room-nights sold over those that may be sold, of products whose free rooms are known.",
    unit="share",
    top=inventory_room_nights,
    bottom=available_room_nights,
    source="STR",
)
