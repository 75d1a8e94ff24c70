"""The faults that a sample can be written with, each of which `check` must find."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One kind of fault.

    Parameters: what is wrong, in one sentence; the table that is changed, and by how many rows; the rule of
    `check` that finds it, and in the rows of which table; what is found besides, as (rule, table).
    """

    name: str
    says: str
    table: str
    rows: int
    rule: str
    found_in: str
    besides: tuple[tuple[str, str], ...] = ()


FAULTS: tuple[Fault, ...] = (
    Fault("repeated_booking", "A booking stands there twice.", "bookings", 5, "repeated_key", "bookings"),
    Fault(
        "unknown_product",
        "A booking is for a product that is not there.",
        "bookings",
        4,
        "orphan_product_id",
        "bookings",
    ),
    Fault(
        "unknown_customer",
        "A booking is by a customer who is not there.",
        "bookings",
        4,
        "orphan_customer_id",
        "bookings",
    ),
    Fault(
        "rate_of_yesterday",
        "A booking is converted at the rate before the one in force.",
        "bookings",
        4,
        "wrong_rate",
        "bookings",
        (("commission_legs", "bookings"),),
    ),
    Fault(
        "late_confirmation",
        "A booking is confirmed after the data end.",
        "bookings",
        3,
        "late_row",
        "bookings",
    ),
    Fault(
        "repeated_payment",
        "A captured payment stands there twice, the second time under an id of its own.",
        "payments",
        5,
        "repeated_payment",
        "payments",
        (("overpaid", "bookings"),),
    ),
    Fault(
        "payment_without_booking",
        "A payment is for a booking that is not there.",
        "payments",
        4,
        "orphan_booking_id",
        "payments",
    ),
    Fault(
        "twice_the_price",
        "Twice the price of a booking is captured at once.",
        "payments",
        4,
        "overpaid",
        "bookings",
    ),
    Fault(
        "rate_of_one",
        "A payment in another currency is converted at a rate of one.",
        "payments",
        5,
        "wrong_rate",
        "payments",
    ),
    Fault(
        "payment_without_partner",
        "A payment for a partner's booking is marked as one of a direct customer.",
        "payments",
        4,
        "scope_mismatch",
        "payments",
    ),
    Fault(
        "refund_beyond_payment",
        "Half as much again as was captured is refunded.",
        "refunds",
        4,
        "over_refunded",
        "payments",
    ),
    Fault("late_refund", "A refund is paid after the data end.", "refunds", 3, "late_row", "refunds"),
    Fault(
        "missing_leg",
        "The platform's or a partner's leg of a booking is missing.",
        "commission_entries",
        6,
        "commission_legs",
        "bookings",
    ),
    Fault(
        "commission_without_partner",
        "A commission entry of a partner's booking names no partner.",
        "commission_entries",
        4,
        "scope_mismatch",
        "commission_entries",
    ),
    Fault(
        "address_in_name",
        "A partner's name holds an e-mail address.",
        "partners",
        3,
        "personal_datum",
        "partners",
    ),
    Fault(
        "address_in_campaign",
        "The campaign of a message holds the e-mail address of somebody who got it.",
        "notifications",
        5,
        "personal_datum",
        "notifications",
    ),
)
"""All of them; docs and tests read them here."""
