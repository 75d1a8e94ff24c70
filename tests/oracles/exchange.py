"""Amounts at one set of exchange rates, by fractions and by looking at every rate."""

from __future__ import annotations

from fractions import Fraction
from weakref import WeakKeyDictionary

from tests.oracles.oracle import World

DECIMALS = {"JPY": 0, "KWD": 3}
"""Decimals of the minor units that are not two."""


def reporting_currency(world: World) -> str:
    told = {row.key: row.value for row in world.rows("about")}
    return told.get("reporting_currency", "EUR")


_IN_FORCE: WeakKeyDictionary[World, dict[str, int | None]] = WeakKeyDictionary()


def units_in_force(world: World) -> dict[str, int | None]:
    """Currency -> its units for one of the reporting one, in 1e-9, where the period asked for began."""
    if world not in _IN_FORCE:
        past = [rate for rate in world.rows("exchange_rates") if rate.valid_from <= world.look.reference]
        past.sort(key=lambda rate: rate.valid_from)
        _IN_FORCE[world] = {rate.currency: rate.units_per_base_e9 for rate in past}
    return _IN_FORCE[world]


def half_away(number: Fraction) -> int:
    """The nearest whole number; a half goes away from zero."""
    size = int(abs(number) + Fraction(1, 2))
    return -size if number < 0 else size


def at_reference_rate(amount: int | None, currency: str | None, world: World) -> int | None:
    """Minor units of the reporting currency; None where the amount, the currency or its rate is not known."""
    own = reporting_currency(world)
    if amount is None or currency is None or currency == own:
        return None if currency is None else amount
    units = units_in_force(world).get(currency)
    if units is None:
        return None
    major = Fraction(amount, 10 ** DECIMALS.get(currency, 2))
    return half_away(major / Fraction(units, 10**9) * 10 ** DECIMALS.get(own, 2))
