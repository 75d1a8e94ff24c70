"""The one rate at which a reader's other currency is read: that in force where the scope looks from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import func, select

from analytics_lib import schema
from analytics_lib.cache import AnswerCache
from analytics_lib.errors import InputError
from analytics_lib.formatting import currency_decimals
from analytics_lib.formatting.locales import PRECISE
from analytics_lib.warehouse import Reader, Warehouse

_RATE_BYTES = 500
"""About what a kept rate takes in memory."""

_BILLIONTHS = -9
_RATES = schema.exchange_rates.c
_NEEDED = {(_RATES.currency.table.name, name) for name in ("currency", "valid_from", "units_per_base_e9")}


@dataclass(frozen=True)
class Rate:
    """How many units of `currency` one unit of `base` is worth, in major units, from a UTC instant on."""

    base: str
    currency: str
    units: Decimal
    valid_from: datetime

    def amount(self, value: Decimal) -> Decimal:
        """An amount in the other currency, rounded half away from zero to its minor unit."""
        least = Decimal(1).scaleb(-currency_decimals(self.currency))
        whole = PRECISE.multiply(value, self.units)
        return whole.quantize(least, rounding=ROUND_HALF_UP, context=PRECISE)

    def to_dict(self) -> dict[str, Any]:
        """As frames have it in `attrs["translated"]`: from, to, rate, and as_of, from when it is in force."""
        return {"from": self.base, "to": self.currency, "rate": self.units, "as_of": self.valid_from}

    def __str__(self) -> str:
        said = f"1 {self.base} = {self.units.normalize(PRECISE):f} {self.currency}"
        return f"{said}, the rate of {self.valid_from:%Y-%m-%d %H:%M} UTC"


def rate_of_reader(
    warehouse: Warehouse, currency: str, as_of: datetime, cache: AnswerCache | None
) -> Rate | None:
    """The rate for a reader of a currency; None for "" and for the reporting currency, which need none.

    `cache` keeps rates, too, if there is one. Raises `InputError` as `rate_in_force` does.
    """
    if not currency:
        return None
    base = warehouse.about.get("reporting_currency", "EUR")
    if currency == base:
        return None

    def ask() -> Rate:
        with warehouse.reading() as reader:
            return rate_in_force(base, currency, as_of, reader)

    if cache is None:
        return ask()
    return cache.get_or_make(("rate", currency, as_of, warehouse.version()), ask, lambda _: _RATE_BYTES)


def rate_in_force(base: str, currency: str, as_of: datetime, reader: Reader) -> Rate:
    """The latest rate of a currency that was valid at a UTC instant.

    Raises `InputError` where the database has none then; 1 is never assumed.
    """
    if not reader.contents().provided >= _NEEDED:
        raise InputError(
            f"Amounts cannot be read in {currency}, because this database has no exchange rates: "
            f"leave out the currency, which gives {base}."
        )
    found = _in_force(as_of, reader)
    if currency not in found:
        there = ", ".join(sorted({base, *found}))
        raise InputError(
            f"Amounts cannot be read in {currency}, because it has no rate at {as_of:%Y-%m-%d %H:%M} UTC: "
            f"choose one of {there}."
        )
    row = found[currency]
    units = Decimal(row["units_per_base_e9"]).scaleb(_BILLIONTHS, PRECISE)
    return Rate(base, currency, units, row["valid_from"])


def _in_force(as_of: datetime, reader: Reader) -> Mapping[str, Mapping[str, Any]]:
    """Currency -> its latest row; what is worth nothing is a mistake in the data and no rate."""
    last = (
        select(_RATES.currency, func.max(_RATES.valid_from).label("valid_from"))
        .where(_RATES.valid_from <= as_of, _RATES.units_per_base_e9 > 0)
        .group_by(_RATES.currency)
        .subquery("last")
    )
    question = select(_RATES.currency, _RATES.valid_from, _RATES.units_per_base_e9).join(
        last, (last.c.currency == _RATES.currency) & (last.c.valid_from == _RATES.valid_from)
    )
    rows, _, _ = reader.rows(question.where(_RATES.units_per_base_e9 > 0).order_by(_RATES.currency))
    return {row["currency"]: row for row in rows}
