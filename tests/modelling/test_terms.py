"""Terms over a database: listings by hand on each engine, tables as an oracle, the tiers of the sample."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from analytics_lib import AnalyticsService, Scope
from analytics_lib.errors import InputError
from analytics_lib.modelling.term_changes import changed_panel
from analytics_lib.modelling.terms import (
    commission_scenario,
    markup_scenario,
    revenue_share_scenario,
    tier_margins,
    volume_discount_effect,
)
from analytics_lib.models.account import account_of
from analytics_lib.models.scenarios import SUPPOSED
from analytics_lib.warehouse import Warehouse
from tests import engines
from tests.engines import Place, about_frame
from tests.small_sample import END, ZONE, sample
from tests.tables import bookings_frame

place = engines.place
SPRING = Scope.build(period="2026-Q1", as_of=datetime(2026, 6, 1), zone=ZONE)
CHANGE = datetime(2026, 2, 1)


def held() -> dict[str, pd.DataFrame]:
    """p1 becomes gold in February, p2 has no terms yet, and July is not known in June."""
    made = [datetime(2026, 1, 31, 23, 30), CHANGE, datetime(2026, 2, 10), datetime(2026, 2, 10), CHANGE]
    bookings = bookings_frame([{"created_at": at, "is_test": False, "business_model": "b2b"} for at in made])
    legs = [
        ("b0", "p1", "agency", "accrued", 8_00), ("b0", "p1", "platform", "accrued", 7_00),
        ("b0", "p1", "supplier", "accrued", 95_00), ("b0", "p1", "platform", "clawed_back", 7_00),
        ("b1", "p1", "agency", "accrued", 20_00), ("b1", "p1", "platform", "accrued", -5_00),
        ("b2", "p2", "agency", "accrued", 8_00), ("b2", "p2", "platform", "accrued", 3_00),
        ("b3", None, "platform", "accrued", 9_00), ("b4", "p1", "platform", "late", 9_00),
    ]  # fmt: skip
    entries = [
        {"entry_id": f"e{number}", "booking_id": booking, "partner_id": partner, "leg": leg,
         "entry": "accrued" if entry == "late" else entry, "amount_base_minor": amount,
         "commissionable_base_minor": 100_00, "is_test": False, "business_model": "b2b",
         "occurred_at": datetime(2026, 7, 1) if entry == "late" else datetime(2026, 3, 1)}
        for number, (booking, partner, leg, entry, amount) in enumerate(legs)
    ]  # fmt: skip
    terms = [
        {"partner_id": "p1", "valid_from": datetime(2025, 1, 1), "valid_to": CHANGE, "tier": "silver",
         "min_volume": 50},
        {"partner_id": "p1", "valid_from": CHANGE, "valid_to": None, "tier": "gold", "min_volume": 150},
        {"partner_id": "p2", "valid_from": datetime(2026, 3, 1), "valid_to": None, "tier": "gold",
         "min_volume": 150},
    ]  # fmt: skip
    return {
        "about": about_frame(datetime(2026, 10, 1)),
        "bookings": bookings,
        "commission_entries": pd.DataFrame(entries, dtype=object),
        "partner_terms": pd.DataFrame(terms, dtype=object),
    }


@pytest.fixture
def few(place: Place) -> Iterator[Warehouse]:
    with place.holding(held()) as warehouse:
        yield warehouse


def test_partners_by_month_and_tier_by_hand(few: Warehouse) -> None:
    # In Madrid the first booking is February's, but its terms are those of its instant.
    frame = AnalyticsService(few).listing("partner_months", SPRING)
    rows = frame.astype(object).where(frame.notna(), None).itertuples(index=False)
    assert [tuple(row) for row in rows] == [
        ("p1", "b2b", "2026-02", "gold", 150, 1, 100_00, -5_00, 20_00, None),
        ("p1", "b2b", "2026-02", "silver", 50, 1, 100_00, 7_00, 8_00, None),
        ("p2", "b2b", "2026-02", None, None, 1, 100_00, 3_00, 8_00, None),
    ]


def test_tiers_by_hand(few: Warehouse) -> None:
    frame = tier_margins(SPRING, few)
    assert frame[["tier", "net", "margin"]].to_numpy().tolist() == [
        ["gold", Decimal("100.00"), Decimal("-5.00")],
        ["unknown", Decimal("100.00"), Decimal("3.00")],
        ["silver", Decimal("100.00"), Decimal("7.00")],
    ]
    assert frame.attrs["losing"] == ("b2b gold",)


def test_scenarios_by_hand(few: Warehouse) -> None:
    frame = commission_scenario(SPRING, few, elasticity=(1, 1, 1), reach=0.9).set_index("tier")
    # Half of what is left before the commission: 15 % of gold, 15 of silver, 11 of the others.
    assert frame["best"].to_dict() == pytest.approx({"gold": 0.075, "silver": 0.075, "unknown": 0.055})
    assert frame.loc["gold", "contribution_today"] == pytest.approx(-5)
    with pytest.raises(InputError, match="Nothing went to the leg reseller"):
        revenue_share_scenario(SPRING, few)


def test_what_cannot_be_told_says_why(few: Warehouse) -> None:
    empty = Scope.build(period="2025", as_of=datetime(2026, 6, 1))
    with pytest.raises(InputError, match="No partner has bookings recognised in 2025"):
        tier_margins(empty, few)
    withheld = Scope.build(period="2026", as_of=datetime(2026, 6, 1), smallest_group=3)
    with pytest.raises(InputError, match="ask without smallest_group"):
        tier_margins(withheld, few)
    own = Scope.build(period="2026", as_of=datetime(2026, 6, 1), partners=["p1"])
    with pytest.raises(InputError, match="not shown in a partner's scope"):
        tier_margins(own, few)
    with pytest.raises(InputError, match="No partner came into another tier"):
        volume_discount_effect(SPRING, few)
    with pytest.raises(InputError, match="window of 0 months"):
        volume_discount_effect(SPRING, few, months=0)


def test_tiers_are_what_the_tables_say(sampled: Warehouse) -> None:
    whole = Scope.build(period="2025", as_of=END, zone=ZONE)
    frame = tier_margins(whole, sampled)
    tables = sample()
    entries = tables["commission_entries"].query("leg == 'platform' and entry == 'accrued' and not is_test")
    made = tables["bookings"][["booking_id", "created_at"]]
    rows = entries.merge(made, on="booking_id").merge(tables["partner_terms"], on="partner_id")
    rows = rows[(rows["created_at"] >= whole.period.start) & (rows["created_at"] < whole.period.end)]
    in_force = (rows["valid_from"] <= rows["created_at"]) & ~(rows["valid_to"] <= rows["created_at"])
    said = rows[in_force].groupby(["business_model", "tier"])["amount_base_minor"].sum()
    known = frame[frame["tier"] != "unknown"].set_index(["business_model", "tier"])["margin"]
    assert known.to_dict() == {key: Decimal(int(value)).scaleb(-2) for key, value in said.items()}


# Who changed


def sold(rows: list[tuple[str, str, int]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["partner_id", "month", "min_volume"])
    return frame.assign(bookings=2, platform=5.0)


def test_who_changed_by_hand() -> None:
    rows = [
        *(("up", f"2025-{month:02}", 50) for month in (9, 10, 11)), ("up", "2026-01", 150),
        *(("same", f"2025-{month:02}", 50) for month in (9, 12)),
        ("down", "2025-09", 150), ("down", "2026-01", 50),
        ("twice", "2025-09", 50), ("twice", "2025-10", 150), ("twice", "2026-02", 350),
        ("late", "2025-12", 50), ("late", "2026-02", 150), ("other", "2026-02", 0),
    ]  # fmt: skip
    panel, since = changed_panel(sold(rows), "2026-01", 4, raised=True)
    assert since == "2026-01"
    assert dict(panel.groupby("partner_id")["treated"].first()) == {"same": False, "up": True}
    assert panel["month"].unique().tolist() == [
        "2025-09", "2025-10", "2025-11", "2025-12", "2026-01", "2026-02",
    ]  # fmt: skip
    of_up = panel[panel["partner_id"] == "up"]
    assert of_up["volume"].tolist() == [2, 2, 2, 0, 2, 0]
    assert of_up["margin"].tolist() == [5, 5, 5, 0, 5, 0]
    fallen, _ = changed_panel(sold(rows), "2026-01", 4, raised=False)
    assert fallen[fallen["treated"]]["partner_id"].unique().tolist() == ["down"]
    with pytest.raises(InputError, match="must lie after the first month"):
        changed_panel(sold(rows), "2025-09", 4, raised=True)


# The sample


def scope(story: AnalyticsService, **words: Any) -> Scope:
    return story.scope(**({"period": "all", "business_model": "b2b"} | words))


@pytest.mark.slow
def test_platinum_is_the_tier_that_loses_money(story: AnalyticsService) -> None:
    frame = tier_margins(scope(story), story.warehouse)
    assert frame.attrs["losing"] == ("b2b platinum",)
    rates = frame.set_index("tier")
    assert rates.loc["platinum", "upper"] < 0
    assert rates.loc["platinum", "margin_rate"] == pytest.approx(-0.016, abs=0.008)
    for tier, rate in {"gold": 0.040, "silver": 0.057, "standard": 0.071}.items():
        assert rates.loc[tier, "lower"] < rate < rates.loc[tier, "upper"]


@pytest.mark.slow
def test_better_terms_bring_no_volume_here_and_cost_margin(story: AnalyticsService) -> None:
    # In the sample nobody books more for a better tier.
    frame = volume_discount_effect(scope(story), story.warehouse)
    row = frame.iloc[0]
    assert frame.attrs["since"] == "2026-01"
    assert row["volume_lower"] < 0 < row["volume_upper"]
    assert row["margin_after"] < row["margin_before"]
    assert row["effect_upper"] < 0
    assert row["break_even_ratio"] > 1
    assert row["pre_trend_p"] > 0.05
    with pytest.raises(InputError, match="b2b and b2b2c cannot be compared"):
        volume_discount_effect(story.scope(period="all"), story.warehouse)


@pytest.mark.slow
def test_scenarios_of_the_sample(story: AnalyticsService) -> None:
    commission = commission_scenario(scope(story), story.warehouse).set_index("tier")
    assert commission.loc["platinum", "contribution_today"] < 0
    assert commission.loc["platinum", "gain_lower"] > 0
    assert commission["today"].to_dict() == pytest.approx(
        {"standard": 0.08, "silver": 0.095, "gold": 0.11, "platinum": 0.165}, abs=1e-4
    )
    shares = revenue_share_scenario(scope(story, business_model="b2b2c"), story.warehouse)
    assert shares["today"].between(0.3, 0.7).all()
    prices = markup_scenario(scope(story, business_model="b2c"), story.warehouse)
    assert prices["product_kind"].tolist() == ["hotel"]
    assert SUPPOSED not in account_of(prices).doubts
    supposed = markup_scenario(
        scope(story, business_model="b2c"), story.warehouse, elasticity=(-2.0, -1.6, -1.2)
    )
    assert len(supposed) == 5
    assert SUPPOSED in account_of(supposed).doubts
    with pytest.raises(InputError, match="has no experiment"):
        markup_scenario(Scope.build(period="2024", as_of=END, zone=ZONE), story.warehouse)
