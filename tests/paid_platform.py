"""A platform whose bookings are paid for, and what tests of payments and refunds share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa

from analytics_lib.sources.sample import SamplePlan
from analytics_lib.sources.sample.bookings import BookingBook
from analytics_lib.sources.sample.commissions import Commissions
from analytics_lib.sources.sample.demand import bookings_a_day
from analytics_lib.sources.sample.payments import Payments
from analytics_lib.sources.sample.penalties import penalty_share
from analytics_lib.sources.sample.plan import FIRST_DAY
from analytics_lib.sources.sample.platform import world_of

DAYS_A_SLICE = 300


DECIMALS = {"EUR": 2, "USD": 2, "GBP": 2, "CHF": 2, "SEK": 2, "PLN": 2, "JPY": 0}


LATER = ["sent_at", "authorised_at", "captured_at", "voided_at", "paid_out_at"]


CANCELLED = ["customer_cancelled", "supplier_cancelled", "force_majeure"]


CODES = {
    "risk": {"suspected_fraud", "stolen_card"},
    "authentication": {"3ds_failed", "3ds_timeout"},
    "issuer": {"insufficient_funds", "do_not_honor", "card_declined", "expired_card"},
    "abandoned": {"left_page", "session_expired", "provider_timeout"},
}


FEES = {"card": (140, 25), "paypal": (290, 35), "bank_transfer": (0, 20), "wallet": (160, 25)}


FAILURE = (pd.Timestamp("2026-03-08 23:00"), pd.Timestamp("2026-03-15 23:00"))


@dataclass(frozen=True)
class Platform:
    through: pd.Timestamp
    bookings: pd.DataFrame
    rates: pd.DataFrame
    payments: pd.DataFrame
    refunds: pd.DataFrame
    disputes: pd.DataFrame

    @property
    def captured(self) -> pd.DataFrame:
        """Captured attempts with the booking that they pay."""
        mine = self.payments[self.payments.captured_at.notna()]
        return mine.merge(self.bookings, on="booking_id", suffixes=("", "_of_booking"))


def collect(plan: SamplePlan) -> Platform:
    world = world_of(plan)
    book, payments, commissions = BookingBook(world), Payments(world), Commissions(world)
    counts = bookings_a_day(plan.seed, plan.bookings, FIRST_DAY, plan.through)
    parts: dict[str, list[pa.Table]] = {}
    shares = []
    for first in range(0, len(counts), DAYS_A_SLICE):
        booked = book.write(FIRST_DAY + timedelta(days=first), counts[first : first + DAYS_A_SLICE])
        shares.append(penalty_share(world, booked))
        for name, table in (*book.tables(booked), *payments.write(booked), *commissions.write(booked)):
            parts.setdefault(name, []).append(table)
    assert list(payments.finish()) == []
    frames = {
        name: pa.concat_tables(tables).to_pandas(date_as_object=False) for name, tables in parts.items()
    }
    kinds = world.products.table().to_pandas()[["product_id", "kind"]]
    bookings = frames["bookings"].assign(penalty=np.concatenate(shares)).merge(kinds, on="product_id")
    entries = frames["commission_entries"]
    legs = entries[(entries.leg == "platform") & (entries.entry == "accrued")].set_index("booking_id")
    leg = bookings.booking_id.map(legs.amount_base_minor).fillna(0)
    bookings["platform_leg"] = leg.where(bookings.cancelled_at.notna(), 0)
    return Platform(
        through=pd.Timestamp(world.through, unit="s"),
        bookings=bookings.sort_values("booking_id", ignore_index=True),
        rates=world.rates.table().to_pandas().sort_values("valid_from"),
        payments=frames["payments"],
        refunds=frames["refunds"],
        disputes=frames["disputes"],
    )


PLANS = (
    SamplePlan(bookings=30_000),
    SamplePlan(bookings=3_000, seed=7, through=date(2024, 2, 1)),
    SamplePlan(bookings=4_000, seed=3, through=date(2025, 8, 4)),
    SamplePlan(bookings=1),
)


def local(instants: pd.Series) -> pd.Series:
    return instants.dt.tz_localize("UTC").dt.tz_convert("Europe/Madrid").dt.tz_localize(None)


def days(spans: pd.Series) -> pd.Series:
    return spans.dt.total_seconds() / 86_400


def half_up(amounts: pd.Series, ten_thousandths: pd.Series | int) -> pd.Series:
    return (amounts * ten_thousandths + 5_000) // 10_000


def succeeded(payments: pd.DataFrame) -> pd.Series:
    return payments.captured_at.notna() | payments.authorised_at.notna()


def in_failure(payments: pd.DataFrame) -> pd.Series:
    return payments.attempted_at.between(*FAILURE, inclusive="left")
