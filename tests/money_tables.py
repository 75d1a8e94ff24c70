"""Small made-up platforms whose bookings are paid, refunded, contested and divided, with every gap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pandas as pd
from hypothesis import strategies as st

from analytics_lib import schema
from tests.engines import Place, about_frame
from tests.oracles.calendar import Look, bounds
from tests.oracles.domain import Domain
from tests.tables import BEYOND_FLOATS, CHANGES, PARTNERS, Platform, platforms

CURRENCIES = (None, "EUR", "EUR", "USD", "JPY", "KWD", "SEK", "CHF")
"""Without decimals and with three; Swiss francs have no rate yet, and krona none that is known."""

RATES = {"USD": 2_000_000_000, "JPY": 161_307_000_000, "KWD": 333_333_333, "SEK": 11_250_000_000}
"""Units for one euro, in 1e-9; at two dollars every odd cent is a half to be rounded."""

WAYS_OF_PAYMENTS = (
    ("business_model", "partner_kind"),
    ("partner", "partner_name"),
    ("channel", "device"),
    ("product", "product_name"),
    ("product_kind", "region"),
    ("destination", "destination_name", "country"),
    ("method", "provider"),
    ("currency",),
    ("failed_stage", "decline_reason"),
    ("refund_reason",),
    ("dispute_outcome",),
    ("weekday",),
    ("hour_of_day",),
)
"""How payments are cut: what all of them share two at a time, so that it is asked less often."""

WAYS_OF_FINANCE = (
    ("business_model", "partner_kind"),
    ("partner", "partner_name"),
    ("channel",),
    ("device", "product_kind"),
    ("product", "product_name"),
    ("destination", "destination_name"),
    ("country", "region"),
    ("leg",),
    ("ageing_band",),
    ("cost_kind",),
    ("currency", "party_size"),
    ("lead_time_band", "nights_band"),
    ("month_of_year", "stay_month"),
    ("weekday", "hour_of_day"),
)
"""How finance is cut: what many metrics share two at a time, so that it is asked less often."""

MOMENTS = (date(2026, 4, 1), date(2026, 4, 5))
"""Local days at whose beginning claims are looked at, so that some are just so many days over."""

MOST_ROWS = 60
Rows = list[dict[str, object]]


def frame_of(table: str, rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Rows of a table, numbered by its key where they do not say it; what a row does not say is missing."""
    columns = [column.name for column in schema.metadata.tables[table].columns]
    numbered = [{columns[0]: f"{table[0]}{number}", **row} for number, row in enumerate(rows)]
    return pd.DataFrame(
        {name: pd.Series([row.get(name) for row in numbered], dtype=object) for name in columns}
    )


def _instant(chance: Random) -> datetime:
    """Somewhere in the months around, or at most an hour from a change of the clock or a midnight."""
    if chance.random() < 0.5:
        return datetime(2026, 1, 20) + timedelta(seconds=chance.randrange(110 * 86_400))
    midnights = [
        datetime(2026, month, 1) - timedelta(hours=hours) for month in (3, 4, 5) for hours in range(3)
    ]
    steps = (0, 0, -1e-6, 1, -1800, 1800, -3600, 4200, 40_000)
    return chance.choice([*CHANGES, *midnights]) + timedelta(seconds=chance.choice(steps))


def _maybe(chance: Random, *values: object, gaps: float = 0.06) -> object:
    """One of the values, now and then none."""
    return None if chance.random() < gaps else chance.choice(values)


def _later(chance: Random, instant: datetime | None, *hours: float, often: float = 0.6) -> datetime | None:
    """So many hours later, to the second or a microsecond off; often enough never."""
    if instant is None or chance.random() > often:
        return None
    return instant + timedelta(hours=chance.choice(hours), microseconds=chance.choice((0, 0, 0, 1, -1)))


def _money(chance: Random) -> int | None:
    return chance.choice((None, 0, 1, -1, -10_001, BEYOND_FLOATS, *[chance.randint(-500, 50_000)] * 8))


def _scoped(chance: Random) -> dict[str, object]:
    return {
        "business_model": _maybe(chance, "b2c", "b2c", "b2b", "b2b2c", "barter"),
        "partner_id": chance.choice((None, *PARTNERS, "gone")),
        "is_test": chance.choice((False, False, False, False, False, None, True)),
    }


def _attempts(chance: Random, bookings: Sequence[object], count: int) -> Rows:
    """Several of one intent share its booking, mostly also its model and partner."""
    intents = [
        {"intent_id": f"i{number}", "booking_id": _maybe(chance, *bookings, "gone"), **_scoped(chance)}
        for number in range(1 + count // 3)
    ]
    rows = []
    for _ in range(count):
        intent = chance.choice(intents)
        alone = {"booking_id": _maybe(chance, *bookings, "gone"), **_scoped(chance)}
        moved = {**intent, **(_scoped(chance) if chance.random() < 0.2 else {})}
        began = _instant(chance)
        attempted = began if chance.random() < 0.95 else None
        captured = _later(chance, began, 0, 1, 71, 72, 73, 30 * 24, -5)
        failed = captured is None and chance.random() < 0.5
        rows.append(
            {
                **(alone if chance.random() < 0.25 else moved),
                "method": _maybe(chance, "card", "paypal", "bank_transfer"),
                "provider": _maybe(chance, "x", "y"),
                "currency": chance.choice(CURRENCIES),
                "amount_minor": _money(chance),
                "amount_base_minor": _money(chance),
                "attempted_at": attempted,
                "sent_at": _later(chance, began, 0, 0, 1, -1),
                "authorised_at": _later(chance, began, 0, 1, 30, -1),
                "captured_at": captured,
                "voided_at": _later(chance, began, 1, 72, 73, often=0.1),
                "paid_out_at": _later(chance, captured, 0, 20, 24 * 3, 24 * 40, -1, often=0.7),
                "captured_base_minor": _money(chance),
                "fee_base_minor": _money(chance),
                "failed_stage": _maybe(chance, "risk", "issuer", "abandoned") if failed else None,
                "failure_code": _maybe(chance, "expired_card", "left_page", gaps=0.3) if failed else None,
            }
        )
    return rows


def _of_payment(chance: Random, attempts: Rows) -> tuple[datetime, dict[str, object]]:
    """When something might follow a payment, and what it then has of it; sometimes there is none."""
    if not attempts or chance.random() < 0.15:
        return _instant(chance), {"attempt_id": chance.choice((None, "gone")), **_scoped(chance)}
    number = chance.randrange(min(len(attempts), 15))
    of = attempts[number]
    since = of["captured_at"] or of["attempted_at"] or _instant(chance)
    assert isinstance(since, datetime)
    shared = {name: of[name] for name in ("booking_id", "business_model", "partner_id", "is_test")}
    return since, {"attempt_id": f"p{number}", **(shared if chance.random() < 0.9 else _scoped(chance))}


def _refunds(chance: Random, attempts: Rows, count: int) -> Rows:
    """Crowded on few payments, so that several are parts of one; some lie before the capture."""
    rows = []
    for _ in range(count):
        since, shared = _of_payment(chance, attempts)
        requested = _later(chance, since, 0, 1, 5 * 24, 29 * 24, -30, often=0.97)
        ages = (0, 1, 30 * 24, 90 * 24, 180 * 24, -40)
        rows.append(
            {
                **shared,
                "currency": chance.choice(CURRENCIES),
                "amount_minor": _money(chance),
                "amount_base_minor": _money(chance),
                "reason": _maybe(chance, "customer_cancelled", "goodwill", gaps=0.2),
                "requested_at": requested,
                "refunded_at": _later(chance, since, *ages, often=0.8),
                "platform_reversed_base_minor": _money(chance),
                "fee_lost_base_minor": _money(chance),
                "penalty_kept_base_minor": _money(chance),
            }
        )
    return rows


def _disputes(chance: Random, attempts: Rows, count: int) -> Rows:
    rows = []
    for _ in range(count):
        since, shared = _of_payment(chance, attempts)
        opened = _later(chance, since, 0, 24, 20 * 24, -2, often=0.95)
        rows.append(
            {
                **shared,
                "amount_base_minor": _money(chance),
                "opened_at": opened,
                "closed_at": _later(chance, opened, 0, 24, 30 * 24, -3),
                "outcome": _maybe(chance, "won", "lost", gaps=0.2),
            }
        )
    return rows


def _entries(chance: Random, bookings: Sequence[object], count: int) -> Rows:
    rows = []
    for _ in range(count):
        occurred = _instant(chance)
        days = chance.choice((-91, -90, -61, -60, -31, -30, -1, 0, 0, 1, 14))
        rows.append(
            {
                "booking_id": _maybe(chance, *bookings, "gone"),
                "leg": _maybe(
                    chance, "supplier", "platform", "platform", "agency", "distributor", "reseller"
                ),
                "entry": _maybe(chance, "accrued", "accrued", "invoiced", "paid", "clawed_back"),
                "amount_base_minor": _money(chance),
                "commissionable_base_minor": _money(chance),
                "occurred_at": occurred if chance.random() < 0.95 else None,
                "due_on": _maybe(chance, chance.choice(MOMENTS) + timedelta(days=days), gaps=0.2),
                **_scoped(chance),
            }
        )
    return rows


def _costs(chance: Random, count: int) -> Rows:
    kinds = ("marketing", "marketing", "incentive", "support", "platform")
    rows = []
    for _ in range(count):
        scope = _scoped(chance)
        rows.append(
            {
                "kind": _maybe(chance, *kinds),
                "business_model": scope["business_model"],
                "channel": _maybe(chance, "a", "b"),
                "partner_id": scope["partner_id"],
                "spent_on": _maybe(chance, _instant(chance).date()),
                "amount_base_minor": _money(chance),
            }
        )
    return rows


def _rates(chance: Random) -> Rows:
    """Some in force just where a period begins, one that nobody knows, and one of the currency itself."""
    rows: Rows = [
        {"currency": "EUR", "valid_from": datetime(2025, 1, 1), "units_per_base_e9": 3_000_000_000},
        {"currency": "CHF", "valid_from": datetime(2027, 1, 1), "units_per_base_e9": 940_000_000},
    ]
    for currency, units in RATES.items():
        for number, valid_from in enumerate(
            (datetime(2024, 12, 1), datetime(2026, 1, 1), datetime(2026, 2, 28, 23), datetime(2026, 4, 1))
        ):
            known = units + number * units // 7 if chance.random() < 0.8 else units
            is_gap = currency == "SEK" and number == 2
            rows.append(
                {
                    "currency": currency,
                    "valid_from": valid_from,
                    "units_per_base_e9": None if is_gap else known,
                }
            )
    return rows


def _sessions(chance: Random, count: int) -> Rows:
    return [
        {
            "channel": _maybe(chance, "a", "b"),
            "started_at": _instant(chance) if chance.random() < 0.95 else None,
            "is_bot": chance.choice((False, False, None, True)),
            **_scoped(chance),
        }
        for _ in range(count)
    ]


class MoneyPlatform(Platform):
    """A platform that is too large to be shown row by row when a test fails."""

    def _repr_pretty_(self, printer: Any, _is_cycle: bool) -> None:
        rows = {name: len(frame) for name, frame in self.tables.items()}
        printer.text(f"{rows} in {self.zone} through {self.data_through}")


@st.composite
def money_platforms(draw: st.DrawFn, counts: Sequence[int] = (MOST_ROWS, MOST_ROWS, 20, 5, 1, 0)) -> Platform:
    """A platform of bookings and, from a seed, of what is paid for them; sometimes of nothing or one row."""
    base = draw(platforms())
    count = draw(st.sampled_from(counts))
    chance = Random(draw(st.integers(0, 2**32)))
    bookings = base.bookings.copy()
    for name, choose in {
        "customer_id": lambda: _maybe(chance, "c1", "c2", "c3", "c4", "c5", "c6", "c7"),
        "price_minor": lambda: _money(chance),
        "currency": lambda: chance.choice(CURRENCIES),
    }.items():
        bookings[name] = pd.Series([choose() for _ in range(len(bookings))], dtype=object)
    ids = list(bookings["booking_id"]) or [None]
    attempts = _attempts(chance, ids, count)
    rows = {
        "payments": attempts,
        "refunds": _refunds(chance, attempts, count),
        "disputes": _disputes(chance, attempts, count // 2),
        "commission_entries": _entries(chance, ids, count),
        "costs": _costs(chance, count // 2),
        "sessions": _sessions(chance, count // 2),
    }
    instants = [
        value
        for each in rows.values()
        for row in each
        for value in row.values()
        if isinstance(value, datetime)
    ]
    data_through = max([base.data_through, *(instant + timedelta(microseconds=1) for instant in instants)])
    tables = {
        **base.tables,
        "about": about_frame(data_through if chance.random() < 0.7 else None),
        "bookings": bookings,
        "exchange_rates": frame_of("exchange_rates", _rates(chance)),
        **{name: frame_of(name, found) for name, found in rows.items()},
    }
    return MoneyPlatform(tables, base.zone, data_through)


def ask_every_way(
    place: Place, platform: Platform, asked: Sequence[tuple[Domain, Sequence[tuple[str, ...]]]]
) -> None:
    """Ask by every dimension about spring 2026, as it was known at midnight of 5 April."""
    as_of = bounds("2026-04-05", "day", platform.zone)[0]
    look = Look.at("2026", "year", as_of, platform.zone)
    with place.holding(platform.tables) as warehouse:
        for domain, ways in asked:
            for way in ways:
                domain.hold(warehouse, platform.tables, look, way)
