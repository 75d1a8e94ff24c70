"""What partners bring after all costs, and who uses a site of its own, counted by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.engines import Place
from tests.metrics.four_partners import of_partners


def test_contribution(place: Place) -> None:
    # 20 + 7 + 9 accrued, 4 + 2 clawed back; the fee of 1.50 (that of 80 cents was captured in April);
    # 5 of incentives and 2.50 of support
    assert of_partners(place, "partner_contribution") == {"partner_contribution": Decimal("21.00")}
    assert of_partners(place, "partner_contribution", by="partner") == {
        "p1": Decimal("9.50"),  # 20 - 4 - 1.50 - 5
        "p2": Decimal("-2.00"),
        "p3": Decimal("4.50"),  # 7 - 2.50
        "p4": Decimal("9.00"),
    }


def test_sites_of_their_own(place: Place) -> None:
    found = of_partners(
        place,
        "active_tenants",
        "provisioned_tenants",
        "white_label_usage",
        "white_label_bookings",
        "bookings_per_tenant",
    )
    assert found == {
        # p1; p2's terms ended as somebody came, p3's had not begun when a person came, p4's allow no site
        "active_tenants": 1,
        # p1 under two terms, p3 on the last day; p2's ended as March began, p5's before they began
        "provisioned_tenants": 2,
        "white_label_usage": 0.5,
        # b6, in two visits; b8 was booked on the platform's own site, b1 is named and was not booked there
        "white_label_bookings": 1,
        "bookings_per_tenant": pytest.approx(1.0),
    }
    # On 9 March p1's first terms are in force, and it has no visit.
    assert of_partners(place, "active_tenants", "provisioned_tenants", period="2026-03-09") == {
        "active_tenants": 0,
        "provisioned_tenants": 1,
    }
