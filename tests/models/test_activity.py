"""Partners that have stopped or are fading, by their own rhythm."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics_lib.models.account import account_of
from analytics_lib.models.activity import COLUMNS, activity_risk

BEGIN = pd.Timestamp("2024-01-01")
AS_OF = BEGIN + pd.Timedelta(days=900)


def sold(*, partners: int = 30, factor: float = 1.0) -> pd.DataFrame:
    """Steady partners, one that stops, one that fades, one that grows, one that is new."""
    chance = np.random.default_rng(9)
    rows = []

    def add(who: str, begin: int, end: int, rate: float) -> None:
        for day in range(begin, end):
            season = factor if day >= 720 else 1.0
            if chance.random() < rate * season:
                rows.append((who, BEGIN + pd.Timedelta(days=day)))

    for place in range(partners):
        add(f"steady-{place:02d}", 0, 900, 0.05 + 0.3 * chance.random())
    add("stops", 0, 700, 0.2)
    add("rare-stops", 0, 500, 0.04)
    add("fades", 0, 600, 0.3)
    add("fades", 600, 900, 0.05)
    add("grows", 0, 700, 0.1)
    add("grows", 700, 900, 0.3)
    add("new", 840, 900, 0.3)
    return pd.DataFrame(rows, columns=["partner_id", "date"])


@pytest.fixture(scope="module")
def found() -> pd.DataFrame:
    return activity_risk(sold(), as_of=AS_OF)


def test_those_that_stop_or_fade_come_first(found: pd.DataFrame) -> None:
    assert found.columns.tolist() == ["partner_id", *COLUMNS]
    assert set(found["partner_id"].head(3)) == {"stops", "fades", "rare-stops"}
    risk = found.set_index("partner_id")["risk"]
    assert risk[["stops", "fades"]].min() > 0.8
    assert risk.drop(["stops", "fades", "rare-stops"]).max() < 0.5
    assert risk[["grows", "new"]].max() < 0.1
    assert risk.between(0, 1).all()


def test_it_says_why(found: pd.DataFrame) -> None:
    rows = found.set_index("partner_id")
    silent = rows.loc["stops"]
    assert silent["p_alive"] < 0.01 and silent["recent_days"] == 0
    assert (
        silent["why"]
        == f"nothing sold for {silent['days_since_last']} days, usually every {silent['usual_interval']:.0f}"
    )
    fading = rows.loc["fades"]
    assert fading["p_alive"] > 0.9 and fading["p_fading"] > 0.8
    assert fading["why"].startswith(f"sold on {fading['recent_days']} of the last 180 days, where ")
    assert np.isnan(rows.loc["new", "p_fading"]) and rows.loc["grows", "why"] == ""


def test_days_are_counted_by_hand() -> None:
    days = [0, 400, 880]
    frame = pd.DataFrame({"partner_id": "a", "date": [BEGIN + pd.Timedelta(days=day) for day in days]})
    row = activity_risk(frame, as_of=AS_OF).iloc[0]
    assert (row["days_since_last"], row["recent_days"], row["usual_interval"]) == (20, 1, 440)
    # Nobody else's course is there to be corrected for but its own.
    assert row["expected_days"] == pytest.approx(1.0)


def test_what_is_expected_follows_the_course_of_all() -> None:
    days = {"a": [0, 400, 880], "b": [0, 200, 400, 600, 800, 890]}
    rows = [(who, BEGIN + pd.Timedelta(days=day)) for who, places in days.items() for day in places]
    frame = activity_risk(pd.DataFrame(rows, columns=["partner_id", "date"]), as_of=AS_OF)
    found = frame.set_index("partner_id")
    # In 720 days 2 and 4 of sales, so half a day and one in 180; three were sold on, twice as many.
    assert found["expected_days"].to_dict() == pytest.approx({"a": 1.0, "b": 2.0})
    assert found["recent_days"].to_dict() == {"a": 1, "b": 2}


def test_what_happens_to_all_is_nobodys_fault() -> None:
    frame = activity_risk(sold(factor=0.4), as_of=AS_OF).set_index("partner_id")
    steady = frame[frame.index.str.startswith("steady")]
    assert (steady["risk"] > 0.5).mean() < 0.1
    assert frame.loc["fades", "risk"] > 0.8


def test_what_comes_later_and_the_order_of_rows_change_nothing(found: pd.DataFrame) -> None:
    frame = sold()
    later = frame.head(40).assign(date=AS_OF)
    turned = pd.concat([frame, later]).sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(activity_risk(turned, as_of=AS_OF), found)


def test_it_looks_back_on_what_it_would_have_said(found: pd.DataFrame) -> None:
    account = account_of(found)
    assert "35 partners with" in account.data
    # On day 720 one had been silent for long; of the others one had just stopped, and one begun to fade.
    said = (
        "put 1 of 34 partners at a risk of half or more; 1 of these then sold on less than half as many days"
    )
    assert said in account.quality
    assert "2 of the 33 others did" in account.quality
    assert any("set by hand" in doubt for doubt in account.doubts)


def test_few_and_none() -> None:
    none = activity_risk(sold().head(0), as_of=AS_OF)
    assert none.empty and "Nobody has sold" in account_of(none).did
    few = activity_risk(sold().query("partner_id == 'stops'"), as_of=AS_OF)
    assert "rests on 1 partner," in account_of(few).doubts[0]
    assert "Too little history" in account_of(few).quality
    once = activity_risk(sold().head(1), as_of=AS_OF).iloc[0]
    assert once["why"] == f"nothing sold for {once['days_since_last']} days"
