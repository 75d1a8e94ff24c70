"""Bookings at odds with what hangs on them, one case after another, and what must be found of each."""

from __future__ import annotations

from collections.abc import Callable

from tests.audits.trade import DIRECT, RESOLD, UNPAID, Row, at, booking, entry, legs, payment, refund

Added = tuple[str, Row]

USD: Row = {"currency": "USD", "list_price_minor": None}


def whole(n: int, *hanging: Added, **changes: object) -> list[Added]:
    """Booking `n` with its legs, and what else hangs on it."""
    made = booking(n, **changes)
    return [("bookings", made), *(("commission_entries", leg) for leg in legs(f"b{n}")), *hanging]


def pays(n: int, part: str = "", **more: object) -> Added:
    return "payments", payment(f"p{n}{part}", f"b{n}", **more)


def gives_back(n: int, minor: int, part: str = "") -> Added:
    return "refunds", refund(f"r{n}{part}", f"p{n}", f"b{n}", amount_minor=minor, amount_base_minor=minor)


OWN = {"amount_minor": 5_001, "amount_base_minor": 5_001}
YEN = {"currency": "JPY", "amount_minor": 16_000, "amount_base_minor": 10_000}

# What is wrong with booking n or with what hangs on it, and what must be found: rule, table, key.
CASES: dict[str, tuple[Callable[[int], list[Added]], tuple[str, str, str] | None]] = {
    "captured beyond the price": (
        lambda n: whole(n, pays(n, "a", **OWN), pays(n, "b", **OWN)),
        ("overpaid", "bookings", "b{n}"),
    ),
    "captured in another currency": (lambda n: whole(n, pays(n, **YEN)), None),
    "attempted in vain, then captured": (
        lambda n: whole(n, pays(n, "a", **UNPAID), pays(n, "b"), pays(n, "c", **UNPAID)),
        None,
    ),
    "one intent captured twice": (
        lambda n: whole(n, pays(n, "a", intent_id=f"i{n}"), pays(n, "b", intent_id=f"i{n}")),
        ("repeated_payment", "payments", "p{n}b"),
    ),
    "refunded in parts beyond what was captured": (
        lambda n: whole(n, pays(n), gives_back(n, 4_000, "a"), gives_back(n, 1_001, "b")),
        ("over_refunded", "payments", "p{n}"),
    ),
    "refunded what was never captured": (
        lambda n: whole(n, pays(n, **UNPAID), gives_back(n, 1)),
        ("over_refunded", "payments", "p{n}"),
    ),
    "a leg is missing": (
        lambda n: [("bookings", booking(n)), *(("commission_entries", leg) for leg in legs(f"b{n}")[:2])],
        ("commission_legs", "bookings", "b{n}"),
    ),
    "all legs are missing": (lambda n: [("bookings", booking(n))], ("commission_legs", "bookings", "b{n}")),
    "no legs of what was never confirmed": (lambda n: [("bookings", booking(n, confirmed_at=None))], None),
    "legs of what was never confirmed": (
        lambda n: [
            ("bookings", booking(n, confirmed_at=None)),
            ("commission_entries", entry(f"e{n}", f"b{n}", "supplier", "accrued", 1)),
        ],
        ("commission_legs", "bookings", "b{n}"),
    ),
    "no legs of what is free": (
        lambda n: [("bookings", booking(n, price_minor=0, price_base_minor=0, discount_minor=11_000))],
        None,
    ),
    "more paid than invoiced": (
        lambda n: whole(
            n,
            ("commission_entries", entry(f"e{n}i", f"b{n}", "agency", "invoiced", 500)),
            ("commission_entries", entry(f"e{n}p", f"b{n}", "agency", "paid", 501)),
        ),
        ("paid_beyond_invoiced", "commission_entries", "b{n}, agency"),
    ),
    "paid without any invoice": (
        lambda n: whole(n, ("commission_entries", entry(f"e{n}", f"b{n}", "agency", "paid", 1))),
        ("paid_beyond_invoiced", "commission_entries", "b{n}, agency"),
    ),
    "invoiced for another leg": (
        lambda n: whole(
            n,
            ("commission_entries", entry(f"e{n}i", f"b{n}", "reseller", "invoiced", 500)),
            ("commission_entries", entry(f"e{n}p", f"b{n}", "agency", "paid", 500)),
        ),
        ("paid_beyond_invoiced", "commission_entries", "b{n}, agency"),
    ),
    "more clawed back than accrued": (
        lambda n: whole(n, ("commission_entries", entry(f"e{n}", f"b{n}", "reseller", "clawed_back", 1_201))),
        ("clawed_back_beyond_accrued", "commission_entries", "b{n}, reseller"),
    ),
    "more invoiced than accrued": (
        lambda n: whole(n, ("commission_entries", entry(f"e{n}", f"b{n}", "reseller", "invoiced", 1_201))),
        ("invoiced_beyond_accrued", "commission_entries", "b{n}, reseller"),
    ),
    "terms that overlap": (
        lambda n: [
            ("partners", {"partner_id": f"re-{n}"}),
            ("partner_terms", {"partner_id": f"re-{n}", "valid_from": at(1), "valid_to": at(3)}),
            ("partner_terms", {"partner_id": f"re-{n}", "valid_from": at(2), "valid_to": at(4)}),
            ("partner_terms", {"partner_id": f"re-{n}", "valid_from": at(4), "valid_to": at(5)}),
        ],
        ("overlapping_terms", "partner_terms", "re-{n}, 2026-01-01 12:00:00"),
    ),
    "terms without an end before others": (
        lambda n: [
            ("partners", {"partner_id": f"re-{n}"}),
            ("partner_terms", {"partner_id": f"re-{n}", "valid_from": at(1)}),
            ("partner_terms", {"partner_id": f"re-{n}", "valid_from": at(2)}),
        ],
        ("overlapping_terms", "partner_terms", "re-{n}, 2026-01-01 12:00:00"),
    ),
    "a payment of another mark": (
        lambda n: whole(n, pays(n, scope={**DIRECT, "is_test": True})),
        ("scope_mismatch", "payments", "p{n}"),
    ),
    "a payment of no mark": (lambda n: whole(n, pays(n, scope={"business_model": "b2c"})), None),
    "a refund of no partner": (
        lambda n: [
            (
                "refunds",
                refund(
                    f"r{n}", "p3", "b2", {**RESOLD, "partner_id": None}, amount_minor=1, amount_base_minor=1
                ),
            )
        ],
        ("scope_mismatch", "refunds", "r{n}"),
    ),
    "a dispute of another model": (
        lambda n: [
            ("disputes", {"dispute_id": f"x{n}", "attempt_id": "p3", **RESOLD, "business_model": "b2b"})
        ],
        ("scope_mismatch", "disputes", "x{n}"),
    ),
    "an entry of another partner": (
        lambda n: [
            (
                "commission_entries",
                entry(f"e{n}", "b1", "agency", "invoiced", 5, {**DIRECT, "partner_id": "di-1"}),
            )
        ],
        ("scope_mismatch", "commission_entries", "e{n}"),
    ),
    "a rate of one": (lambda n: whole(n, **USD), ("wrong_rate", "bookings", "b{n}")),
    "the rate before": (
        lambda n: whole(n, **USD, created_at=at(12), confirmed_at=None, price_minor=12_500),
        ("wrong_rate", "bookings", "b{n}"),
    ),
    "the rate that came after": (
        lambda n: whole(n, **USD, created_at=at(11), confirmed_at=None, price_minor=20_000),
        ("wrong_rate", "bookings", "b{n}"),
    ),
    "a rate that nobody knew yet": (
        lambda n: whole(n, **USD, created_at=at(4), price_minor=12_500),
        ("wrong_rate", "bookings", "b{n}"),
    ),
    "a currency without any rate": (
        lambda n: whole(n, **{**USD, "currency": "CHF"}, price_minor=9_000),
        ("wrong_rate", "bookings", "b{n}"),
    ),
    "a unit off by rounding": (lambda n: whole(n, **USD, price_minor=12_501), None),
    "two units off": (
        lambda n: whole(n, **USD, price_minor=12_503),
        ("wrong_rate", "bookings", "b{n}"),
    ),
    "a payment at a rate of one": (
        lambda n: whole(n, pays(n, currency="USD")),
        ("wrong_rate", "payments", "p{n}"),
    ),
    "a refund at the rate of the day of payment": (
        lambda n: whole(
            n,
            pays(n, currency="USD", amount_minor=6_250),
            ("refunds", refund(f"r{n}", f"p{n}", f"b{n}", currency="USD", amount_minor=2_500)),
        ),
        ("wrong_rate", "refunds", "r{n}"),
    ),
    "a base amount of its own in the reporting currency": (
        lambda n: whole(n, pays(n, amount_minor=5_001)),
        ("base_differs", "payments", "p{n}"),
    ),
}
