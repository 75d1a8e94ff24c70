"""How each fault is made: which rows will do, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics_lib.sources.sample.draws import BoolArray, IntArray
from analytics_lib.sources.sample.exchange import BASE, CODES, CURRENCIES, RATE_SCALE, convert
from analytics_lib.sources.sample.rows import instants, whole

_DECIMALS = np.array([currency.decimals for currency in CURRENCIES], dtype=np.int64)
_SURELY_WRONG = 3
"""Euro cents by which a wrong base amount differs from the right one at least."""
_LATE_BY = 7_919
"""Seconds between the end of the data and the first late instant, and between two of them."""

Values = dict[str, pa.Array]


class Passing:
    """What has passed by: the rates, and the bookings and payments of the last batch."""

    def __init__(self, through: int) -> None:
        self.through = through
        self._last: dict[str, pa.Table] = {}
        self._rates: dict[int, tuple[IntArray, IntArray]] = {}

    def remember(self, name: str, rows: pa.Table) -> None:
        """Keep what faults in other tables need to know."""
        if name in ("bookings", "payments"):
            self._last[name] = rows
        if name == "exchange_rates":
            owner = currencies(rows["currency"])
            starts, rates = seconds(rows["valid_from"]), numbers(rows["units_per_base_e9"])
            for currency in np.unique(owner).tolist():
                mine = np.flatnonzero(owner == currency)
                mine = mine[np.argsort(starts[mine], kind="stable")]
                self._rates[currency] = starts[mine], rates[mine]

    def of(self, table: str, key: str, wanted: pa.ChunkedArray, column: str) -> IntArray:
        """A whole number of each row that is named; -1 for those that have not just passed by."""
        rows = self._last.get(table)
        if rows is None:
            return np.full(len(wanted), -1, dtype=np.int64)
        place = pc.index_in(wanted.combine_chunks(), rows[key].combine_chunks())
        return numbers(rows[column].combine_chunks().take(place))

    def base(self, currency: IntArray, minor: IntArray, at: IntArray, before: int = 0) -> IntArray:
        """Amounts in euro cents at the rate in force, or so many rates `before`; -1 where none is known."""
        found = np.full(len(minor), -1, dtype=np.int64)
        own = currency == CODES.index(BASE.code)
        found[own] = minor[own]
        for code, (starts, rates) in self._rates.items():
            rows = np.flatnonzero(currency == code)
            place = np.searchsorted(starts, at[rows], side="right") - 1 - before
            rows, place = rows[place >= 0], place[place >= 0]
            found[rows] = convert(minor[rows], _DECIMALS[currency[rows]], rates[place])
        return found


@dataclass(frozen=True)
class Mistake:
    """Which rows of a batch fit, and the new values of those that are chosen; none if no value changes."""

    fits: Callable[[Passing, pa.Table], BoolArray]
    change: Callable[[Passing, pa.Table], Values] | None = None


def numbers(column: pa.ChunkedArray | pa.Array) -> IntArray:
    """Whole numbers; -1 for NULL."""
    filled: IntArray = pc.fill_null(column.cast(pa.int64()), -1).to_numpy(zero_copy_only=False)
    return filled


def seconds(column: pa.ChunkedArray | pa.Array) -> IntArray:
    """Instants as seconds since 1970."""
    return numbers(column.cast(pa.timestamp("us")).cast(pa.int64())) // 1_000_000


def currencies(column: pa.ChunkedArray) -> IntArray:
    """Positions in CURRENCIES."""
    return numbers(pc.index_in(column, pa.array(CODES)))


def _there(rows: pa.Table, *columns: str) -> BoolArray:
    """Whether all these columns hold something."""
    present = np.ones(rows.num_rows, dtype=np.bool_)
    for name in columns:
        present &= rows[name].is_valid().to_numpy(zero_copy_only=False)
    return present


def _is(rows: pa.Table, column: str, *values: str) -> BoolArray:
    found: BoolArray = pc.is_in(rows[column], pa.array(values)).to_numpy(zero_copy_only=False)
    return found


def _any(_passing: Passing, rows: pa.Table) -> BoolArray:
    return np.ones(rows.num_rows, dtype=np.bool_)


def _all(text: str | None, rows: pa.Table) -> pa.Array:
    return pa.array([text] * rows.num_rows, type=pa.string())


def _joined(column: pa.ChunkedArray, *parts: str) -> pa.Array:
    """Texts, each followed by one of the parts in turn."""
    texts = column.to_pylist()
    return pa.array([f"{text}{parts[place % len(parts)]}" for place, text in enumerate(texts)])


def _after_the_end(passing: Passing, rows: pa.Table) -> pa.Array:
    return instants(passing.through + _LATE_BY * (1 + np.arange(rows.num_rows, dtype=np.int64)))


def _still_open(_passing: Passing, rows: pa.Table) -> BoolArray:
    """Bookings that are confirmed, and nothing more has happened."""
    others = ("cancelled_at", "no_show_at", "completed_at", "expired_at")
    happened = np.any([_there(rows, name) for name in others], axis=0)
    is_open: BoolArray = _there(rows, "confirmed_at") & ~happened
    return is_open


def _of_yesterday(passing: Passing, rows: pa.Table) -> IntArray:
    currency, at = currencies(rows["currency"]), seconds(rows["created_at"])
    return passing.base(currency, numbers(rows["price_minor"]), at, before=1)


def _differs_from_yesterday(passing: Passing, rows: pa.Table) -> BoolArray:
    base = _of_yesterday(passing, rows)
    differs: BoolArray = np.abs(base - numbers(rows["price_base_minor"])) >= _SURELY_WRONG
    return differs & (base >= 0) & _foreign(rows)


def _foreign(rows: pa.Table) -> BoolArray:
    return ~_is(rows, "currency", BASE.code)


def _at_one(rows: pa.Table) -> IntArray:
    minor = numbers(rows["amount_minor"])
    rate = np.full(len(minor), RATE_SCALE, dtype=np.int64)
    return convert(minor, _DECIMALS[currencies(rows["currency"])], rate)


def _differs_at_one(_passing: Passing, rows: pa.Table) -> BoolArray:
    differs: BoolArray = np.abs(_at_one(rows) - numbers(rows["amount_base_minor"])) >= _SURELY_WRONG
    return differs & _foreign(rows)


def _rate_of_one(_passing: Passing, rows: pa.Table) -> Values:
    base = _at_one(rows)
    captured = _there(rows, "captured_at")
    return {"amount_base_minor": whole(base), "captured_base_minor": whole(base, captured)}


def _twice_the_price(passing: Passing, rows: pa.Table) -> Values:
    price = passing.of("bookings", "booking_id", rows["booking_id"], "price_minor")
    amount, currency = 2 * price, currencies(rows["currency"])
    return {
        "amount_minor": whole(amount),
        "amount_base_minor": whole(passing.base(currency, amount, seconds(rows["attempted_at"]))),
        "captured_base_minor": whole(passing.base(currency, amount, seconds(rows["captured_at"]))),
    }


def _has_price(passing: Passing, rows: pa.Table) -> BoolArray:
    """Captured payments for bookings that have just passed by, in a currency that can be converted."""
    price = passing.of("bookings", "booking_id", rows["booking_id"], "price_minor")
    known = passing.base(currencies(rows["currency"]), price, seconds(rows["attempted_at"])) >= 0
    has_price: BoolArray = _there(rows, "captured_at") & (price > 0) & known
    return has_price


def _beyond_payment(passing: Passing, rows: pa.Table) -> Values:
    amount = passing.of("payments", "attempt_id", rows["attempt_id"], "amount_minor") * 3 // 2 + 1
    base = passing.base(currencies(rows["currency"]), amount, seconds(rows["requested_at"]))
    return {"amount_minor": whole(amount), "amount_base_minor": whole(base)}


def _has_payment(passing: Passing, rows: pa.Table) -> BoolArray:
    """Refunds that are paid, of payments that have just passed by."""
    paid = passing.of("payments", "attempt_id", rows["attempt_id"], "amount_minor")
    known = passing.base(currencies(rows["currency"]), paid, seconds(rows["requested_at"])) >= 0
    has_payment: BoolArray = _there(rows, "refunded_at") & (paid > 0) & known
    return has_payment


# Nobody can have these addresses: the domain is kept free for examples.
_CONTACTS = (" (anna.vidal@example.com)", ", j.keller@example.com", " <sales@example.com>")
_RECIPIENTS = ("-marta.example@example.com", "-t.lind@example.com")

MISTAKES: dict[str, Mistake] = {
    "repeated_booking": Mistake(_any),
    "unknown_product": Mistake(_any, lambda _, rows: {"product_id": _joined(rows["product_id"], "-old")}),
    "unknown_customer": Mistake(_any, lambda _, rows: {"customer_id": _all("c0000000", rows)}),
    "rate_of_yesterday": Mistake(
        _differs_from_yesterday,
        lambda passing, rows: {"price_base_minor": whole(_of_yesterday(passing, rows))},
    ),
    "late_confirmation": Mistake(
        _still_open, lambda passing, rows: {"confirmed_at": _after_the_end(passing, rows)}
    ),
    "repeated_payment": Mistake(lambda _, rows: _there(rows, "captured_at")),
    "payment_without_booking": Mistake(_any, lambda _, rows: {"booking_id": _all("b00000000", rows)}),
    "twice_the_price": Mistake(_has_price, _twice_the_price),
    "rate_of_one": Mistake(_differs_at_one, _rate_of_one),
    "payment_without_partner": Mistake(
        lambda _, rows: _there(rows, "partner_id"),
        lambda _, rows: {"business_model": _all("b2c", rows), "partner_id": _all(None, rows)},
    ),
    "refund_beyond_payment": Mistake(_has_payment, _beyond_payment),
    "late_refund": Mistake(_any, lambda passing, rows: {"refunded_at": _after_the_end(passing, rows)}),
    "missing_leg": Mistake(
        lambda _, rows: (
            _is(rows, "entry", "accrued")
            & ~_is(rows, "leg", "supplier")
            & (numbers(rows["amount_base_minor"]) != 0)
        )
    ),
    "commission_without_partner": Mistake(
        lambda _, rows: _there(rows, "partner_id"), lambda _, rows: {"partner_id": _all(None, rows)}
    ),
    "address_in_name": Mistake(_any, lambda _, rows: {"name": _joined(rows["name"], *_CONTACTS)}),
    "address_in_campaign": Mistake(
        lambda _, rows: _there(rows, "campaign"),
        lambda _, rows: {"campaign": _joined(rows["campaign"], *_RECIPIENTS)},
    ),
}

COPIES: dict[str, Callable[[pa.Table], Values] | None] = {
    "repeated_booking": None,
    "repeated_payment": lambda copies: {"attempt_id": _joined(copies["attempt_id"], "-2")},
}
"""Faults whose rows stand twice, and what is different in the second ones."""
DROPS = ("missing_leg",)
"""Faults whose rows are gone."""
