"""Dimensions of rows: their own columns, what is looked up for them, and the local clock of an instant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tests.oracles.calendar import clock
from tests.oracles.oracle import Cut, Row, World


def own(column: str) -> Cut:
    return lambda row, _world: getattr(row, column)


def looked_up(table: str, key: str, column: str) -> Cut:
    return lambda row, world: getattr(world.find(table, key, getattr(row, key)), column, None)


def at(instant: Callable[[Row, World], datetime | None], part: str) -> Cut:
    """The local weekday (1 for Monday), hour (00) or month (01) of an instant."""

    def cut(row: Row, world: World) -> str | None:
        when = instant(row, world)
        if when is None:
            return None
        local = clock(when, world.look.zone)
        return {
            "weekday": str(local.isoweekday()),
            "hour": f"{local.hour:02}",
            "month": f"{local.month:02}",
        }[part]

    return cut


SOLD: dict[str, Cut] = {
    "business_model": own("business_model"),
    "partner": own("partner_id"),
    "partner_name": looked_up("partners", "partner_id", "name"),
    "partner_kind": looked_up("partners", "partner_id", "kind"),
}
"""Dimensions of every row that names a business model and a partner."""

TRIP: dict[str, Cut] = {
    "product": own("product_id"),
    "destination": own("destination_id"),
    "product_name": looked_up("products", "product_id", "name"),
    "product_kind": looked_up("products", "product_id", "kind"),
    "destination_name": looked_up("destinations", "destination_id", "name"),
    "country": looked_up("destinations", "destination_id", "country_code"),
    "region": looked_up("destinations", "destination_id", "region"),
    "channel": own("channel"),
    "device": own("device"),
}
"""Dimensions of a booking that whatever belongs to it has too."""


def of_booking(cut: Cut) -> Cut:
    """The dimension of the booking that a row belongs to by its `booking_id`."""

    def of(row: Row, world: World) -> object:
        booking = world.find("bookings", "booking_id", row.booking_id)
        return None if booking is None else cut(booking, world)

    return of
