"""A reader's other currency: final figures at one labelled rate, worked out by hand, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from analytics_lib import AnalyticsService, Scope, connect
from analytics_lib.currency_rates import Rate
from analytics_lib.errors import InputError, UnknownName
from analytics_lib.results import Figure
from tests.engines import Place, about_frame, coverage_frame, place  # noqa: F401
from tests.small_platform import NOVEMBER, OCTOBER, SEPTEMBER, placed
from tests.tables import bookings_frame

OLD, NEW, LATER = datetime(2026, 1, 1), datetime(2026, 10, 31), datetime(2026, 11, 2)
RATES = [
    ("USD", OLD, 1_000_000_000),
    ("USD", NEW, 1_250_000_000),
    ("USD", LATER, 9_000_000_000),
    ("JPY", OLD, 161_307_000_000),
    ("KWD", OLD, 333_333_333),
    ("CHF", LATER, 940_000_000),
    ("SEK", OLD, 0),
]
"""Units of the currency for one euro, in billionths; francs have no rate yet, and krona only a wrong one."""


def platform(rates: list[tuple[str, datetime, int]] = RATES, without: tuple[str, ...] = ()) -> Any:
    """In September 3 × 100.10 € by web; in October 2 × 100.02 € by web and 1 × 0.10 € by app."""
    web, app = {"channel": "web"}, {"channel": "app"}
    rows = [
        *placed(3, SEPTEMBER, price_base_minor=10_010, **web),
        *placed(2, OCTOBER, price_base_minor=10_002, **web),
        *placed(1, OCTOBER, price_base_minor=10, **app),
    ]
    held = [dict(zip(("currency", "valid_from", "units_per_base_e9"), each, strict=True)) for each in rates]
    return {
        "about": about_frame(NOVEMBER, data_from="2026-01-01T00:00:00"),
        "bookings": bookings_frame(rows),
        "coverage": coverage_frame(datetime(2026, 1, 1), None, without),
        "exchange_rates": pd.DataFrame(held, columns=["currency", "valid_from", "units_per_base_e9"]),
    }


@pytest.fixture
def euros(place: Place) -> Iterator[AnalyticsService]:  # noqa: F811
    with place.holding(platform()) as warehouse:
        yield AnalyticsService(warehouse)


def october(service: AnalyticsService) -> Scope:
    return service.scope(period="2026-10")


def worth(service: AnalyticsService, **options: Any) -> pd.DataFrame:
    return service.measure(["gross_bookings_value", "total_bookings"], october(service), **options)


@pytest.mark.parametrize(
    ("currency", "value", "previous", "change"),
    [
        # 200.14 € and 300.30 € at 1.25, 161.307 and 0.333333333.
        ("USD", "250.18", "375.38", "-125.20"),
        ("JPY", "32284", "48440", "-16156"),
        ("KWD", "66.713", "100.100", "-33.387"),
        ("EUR", "200.14", "300.30", "-100.16"),
        ("", "200.14", "300.30", "-100.16"),
    ],
)
def test_amounts_are_translated_to_the_other_currencys_minor_unit(
    euros: AnalyticsService, currency: str, value: str, previous: str, change: str
) -> None:
    money, bookings = worth(euros.reading_in(currency), compare="previous").to_dict("records")
    shown = [str(money[name]) for name in ("value", "previous", "change", "unit")]
    assert shown == [value, previous, change, currency or "EUR"]
    assert money["change_ratio"] == pytest.approx(-100.16 / 300.30), "as it was measured"
    assert (bookings["value"], bookings["previous"], bookings["unit"]) == (3, 3, "count")


def test_halves_go_away_from_zero() -> None:
    rate = Rate("EUR", "USD", Decimal("1.25"), OLD)
    assert [str(rate.amount(Decimal(text))) for text in ("0.02", "0.10", "-0.10", "0.06")] == [
        "0.03",
        "0.13",
        "-0.13",
        "0.08",
    ]
    assert rate.amount(Decimal("90071992547409.93")) == Decimal("112589990684262.41"), "beyond floats"


def test_the_rate_is_that_in_force_at_as_of_and_goes_with_the_frame(euros: AnalyticsService) -> None:
    dollars = euros.reading_in("usd")
    assert worth(dollars).attrs["translated"] == {
        "from": "EUR",
        "to": "USD",
        "rate": Decimal("1.25"),
        "as_of": NEW,
    }
    earlier = dollars.scope(period="2026-10", as_of="2026-10-20")
    assert dollars.measure("gross_bookings_value", earlier).attrs["translated"]["rate"] == 1
    assert str(dollars.rate(october(dollars))) == "1 EUR = 1.25 USD, the rate of 2026-10-31 00:00 UTC"
    assert "translated" not in worth(euros).attrs
    assert "translated" not in dollars.measure("total_bookings", october(dollars)).attrs


def test_parts_are_rounded_each_by_itself(euros: AnalyticsService) -> None:
    parts = worth(euros.reading_in("USD"), by=["channel"])
    amounts = parts[parts["unit"] == "USD"].set_index("channel")["value"]
    assert amounts.to_dict() == {"app": Decimal("0.13"), "web": Decimal("250.05")}
    total = worth(euros.reading_in("USD"))["value"].iloc[0]
    assert abs(sum(amounts) - total) <= Decimal("0.01")


def test_currencies_share_a_cache_and_never_each_others_answers(euros: AnalyticsService) -> None:
    dollars, yen = euros.reading_in("USD"), euros.reading_in("JPY")
    seen = [worth(service)["unit"].iloc[0] for service in (euros, dollars, yen, euros, dollars)]
    assert seen == ["EUR", "USD", "JPY", "EUR", "USD"]
    assert worth(dollars)["value"].iloc[0] == Decimal("250.18"), "not translated twice"
    kpis = [service.get_booking_analytics(october(service)).currency for service in (dollars, euros, yen)]
    assert kpis == ["USD", "EUR", "JPY"]
    assert (dollars.currency, euros.currency, dollars.about) == ("USD", "EUR", euros.about)
    assert dollars.reading_in("").currency == "EUR"


def test_typed_results_are_in_the_readers_currency(euros: AnalyticsService) -> None:
    dollars = euros.reading_in("USD")
    report, base = (each.generate_comprehensive_report(october(each)) for each in (dollars, euros))
    figures = list(zip(_figures(report), _figures(base), strict=True))
    assert {each.currency for each in report.domains.values()} == {"USD"}
    money = [(now, was) for now, was in figures if was.unit == "EUR"]
    assert all(now.unit == "USD" for now, _ in money)
    assert sum(now.value is not None for now, _ in money) > 3
    for now, was in money:
        assert (now.value is None) == (was.value is None)
        if now.change is not None:
            assert now.change == now.value - now.previous
    assert all(now == was for now, was in figures if was.unit != "EUR")


def _figures(report: Any) -> list[Figure]:
    return [figure for domain in report.domains.values() for part in domain.parts.values() for figure in part]


@pytest.mark.parametrize(
    ("currency", "reason"),
    [
        ("CHF", r"CHF, because it has no rate at 2026-11-01 00:00 UTC: choose one of EUR, JPY, KWD, USD\."),
        ("SEK", "SEK, because it has no rate"),
    ],
)
def test_a_currency_without_a_rate_is_refused(euros: AnalyticsService, currency: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        worth(euros.reading_in(currency))


def test_what_is_no_currency_is_refused_at_once(euros: AnalyticsService, small_url: str) -> None:
    with pytest.raises(UnknownName, match="Unknown currency 'EURO': did you mean EUR"):
        euros.reading_in("EURO")
    with pytest.raises(UnknownName, match="Unknown currency 'dollars'"):
        connect(small_url, currency="dollars")


def test_without_exchange_rates_nothing_is_assumed(place: Place) -> None:  # noqa: F811
    columns = tuple(f"exchange_rates.{name}" for name in ("currency", "valid_from", "units_per_base_e9"))
    with place.holding(platform([], columns)) as warehouse:
        service = AnalyticsService(warehouse, keeps=False)
        with pytest.raises(InputError, match="in USD, because this database has no exchange rates"):
            worth(service.reading_in("USD"))
        assert worth(service)["value"].iloc[0] == Decimal("200.14")


def test_causes_add_up_in_the_other_currency(small: AnalyticsService) -> None:
    dollars, scope = small.reading_in("USD"), small.scope(period="2026-10")
    asked = ("gross_bookings_value", scope, "channel")
    told = dollars.models.causes(*asked, volume="total_bookings")
    base = small.models.causes(*asked, volume="total_bookings")
    assert (told.attrs["unit"], base.attrs["unit"]) == ("USD", "EUR")
    rate = told.attrs["translated"]["rate"]
    for now, was in zip(told.to_dict("records"), base.to_dict("records"), strict=True):
        assert now["before"] == (was["before"] * rate).quantize(Decimal("0.01"), "ROUND_HALF_UP")
        assert now["total_effect"] == now["after"] - now["before"]
        assert now["total_effect"] == now["volume_effect"] + now["mix_effect"] + now["rate_effect"]
        assert now["share_of_change"] == was["share_of_change"]
    totals = told.attrs["totals"]
    assert totals["change"] == sum(told["total_effect"]) == totals["after"] - totals["before"]
    assert float(sum(each.total_effect for each in told.attrs["exact"])) == pytest.approx(
        float(totals["change"])
    )
    assert "Amounts translated at 1 EUR = " in str(told.attrs["account"])
    assert "Amounts translated" not in str(base.attrs["account"])


@pytest.mark.slow
def test_expectations_are_translated_and_those_of_counts_are_not(small: AnalyticsService) -> None:
    dollars, scope = small.reading_in("USD"), small.scope(period="2026-10")
    told, base = (each.models.outlook("gross_bookings_value", scope) for each in (dollars, small))
    assert set(told["unit"]) == {"USD"} and told.attrs["units"] == {"gross_bookings_value": "USD"}
    factor = float(told.attrs["translated"]["rate"])
    for name in ("mean", "lower_80", "upper_95"):
        assert told[name].to_list() == pytest.approx((base[name] * factor).to_list())
    counted = dollars.models.outlook("total_bookings", scope)
    assert set(counted["unit"]) == {"count"} and "translated" not in counted.attrs
