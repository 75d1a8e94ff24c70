"""Money beyond what a float can hold, exact to the cent on both engines."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from analytics_lib import Scope
from analytics_lib.catalogue import find
from analytics_lib.errors import WarehouseError
from analytics_lib.measure import measure
from tests import engines
from tests.engines import Place, about_frame
from tests.tables import bookings_frame

place = engines.place

BEYOND = 2**53 + 1
AS_OF = datetime(2026, 6, 1)
SCOPE = Scope.build(period="2026-03", as_of=AS_OF)
STAY = {
    "created_at": datetime(2026, 3, 1),
    "starts_on": date(2026, 3, 30),
    "ends_on": date(2026, 4, 2),
    "units": 1,
}
AMOUNTS = [[BEYOND], [BEYOND, 2], [BEYOND, -1], [-BEYOND, -BEYOND], [2**62, 2**61, 7]]


def asked(place: Place, amounts: list[int], *metrics: str, currency: str = "EUR") -> dict[str, object]:
    rows = [{**STAY, "price_base_minor": amount, "lodging_base_minor": amount} for amount in amounts]
    tables = {"about": about_frame(AS_OF, reporting_currency=currency), "bookings": bookings_frame(rows)}
    with place.holding(tables) as warehouse:
        frame = measure(find(metrics), SCOPE, warehouse=warehouse)
    return dict(zip(frame["metric"], frame["value"], strict=True))


@pytest.mark.parametrize(
    "amounts", [[BEYOND], [BEYOND, 2], [BEYOND, -1], [-BEYOND, -BEYOND], [2**62, 2**61, 7]]
)
def test_sums_are_exact(place: Place, amounts: list[int]) -> None:
    found = asked(place, amounts, "gross_bookings_value", "net_bookings_value", "room_revenue")
    wanted = Decimal(sum(amounts)).scaleb(-2)
    assert found["gross_bookings_value"] == found["net_bookings_value"] == wanted
    # Two of three nights; the cents that do not divide fall on the first nights, also below zero.
    nights = 0
    for amount in amounts:
        each, left = divmod(abs(amount), 3)
        nights += (1 if amount > 0 else -1) * (2 * each + min(2, left))
    assert found["room_revenue"] == Decimal(nights).scaleb(-2)


def test_a_mean_is_divided_after_an_exact_sum(place: Place) -> None:
    found = asked(place, [BEYOND, BEYOND + 1, BEYOND], "average_booking_value")
    assert found["average_booking_value"] == (Decimal(3 * BEYOND + 1) / 300).quantize(Decimal("1e-8"))


@pytest.mark.parametrize(("currency", "wanted"), [("JPY", "1235"), ("EUR", "12.35"), ("KWD", "1.235")])
def test_minor_units_vary(place: Place, currency: str, wanted: str) -> None:
    found = asked(place, [1234, 1], "gross_bookings_value", currency=currency)
    assert str(found["gross_bookings_value"]) == wanted


def test_a_sum_that_fits_nowhere_is_an_error_and_not_a_wrong_number(place: Place) -> None:
    with pytest.raises(WarehouseError):
        asked(place, [2**63 - 1, 1], "gross_bookings_value")
