"""Amounts of money with their currency, where the locale puts it and with the decimals it has."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from babel.core import get_global
from babel.numbers import get_currency_precision, get_currency_symbol, is_currency

from analytics_lib.errors import InputError, UnknownName
from analytics_lib.formatting.abbreviations import abbreviated
from analytics_lib.formatting.locales import MISSING, NO_BREAK, Number, exact, reader_locale
from analytics_lib.formatting.numbers import is_short, with_decimals, written, written_short


def currency_code(name: str) -> str:
    """The ISO 4217 code that was meant, in capital letters. Raises `UnknownName`."""
    code = str(name).strip().upper()
    if not is_currency(code):
        raise UnknownName("currency", str(name), get_global("all_currencies"))
    return code


@lru_cache(maxsize=256)
def currency_decimals(currency: str) -> int:
    """Decimals of a currency's minor unit: EUR 2, JPY 0, KWD 3. Raises `InputError`."""
    if not is_currency(currency):
        raise InputError(f"The currency '{currency}' is not an ISO 4217 code: write one such as EUR or JPY.")
    return int(get_currency_precision(currency))


def currency_symbol(currency: str, locale: str = "en") -> str:
    """What a currency is abbreviated to."""
    return _symbol(currency, locale)


def money(value: Number | None, currency: str, locale: str = "en") -> str:
    """An amount in major units with its currency, to the minor unit. Raises `InputError`."""
    number = exact(value)
    return MISSING if number is None else _amount(number, currency, locale, currency_decimals(currency))


def compact_money(value: Number | None, currency: str, locale: str = "en") -> str:
    """An amount in three significant digits, or to the minor unit where it is small: €1.80M.

    Where the locale does not abbreviate (German thousands), it is rounded to major units. Raises
    `InputError`.
    """
    number = exact(value)
    if number is None or is_short(number):
        return money(number, currency, locale)
    currency_decimals(currency)
    short = abbreviated(number, locale, "money")
    if short is None:
        return _amount(number, currency, locale, 0)
    return _spaced(written_short(short, locale, currency), _symbol(currency, locale))


def _amount(value: Decimal, currency: str, locale: str, decimals: int) -> str:
    text = written(value, _pattern(locale, decimals), locale, currency=currency)
    return _spaced(text, _symbol(currency, locale))


def _spaced(text: str, symbol: str) -> str:
    """The text with a space wherever letters of the symbol would run into the number or its suffix.

    CLDR asks for it between letters and digits (KWD 1.234), and Babel leaves it out.
    """
    before, found, after = text.partition(symbol)
    if found and after[:1].isdigit() and symbol[-1].isalpha():
        after = NO_BREAK + after
    if found and (before[-1:].isalpha() or (before[-1:].isdigit() and symbol[0].isalpha())):
        before += NO_BREAK
    return before + found + after


@lru_cache(maxsize=256)
def _pattern(locale: str, decimals: int) -> str:
    return with_decimals(reader_locale(locale).currency_formats["standard"].pattern, decimals)


@lru_cache(maxsize=512)
def _symbol(currency: str, locale: str) -> str:
    return str(get_currency_symbol(currency, locale=reader_locale(locale)))
