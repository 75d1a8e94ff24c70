"""What others' libraries make of the same rows: survival by lifelines, seasons by statsmodels."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from random import Random

import pandas as pd
import pytest

from analytics_lib.catalogue import find
from analytics_lib.errors import InputError
from analytics_lib.measure import measure
from analytics_lib.metric import Kept
from analytics_lib.scope import Scope
from analytics_lib.warehouse import Warehouse
from tests import engines
from tests.engines import Place, about_frame
from tests.made_rows import frame_of
from tests.small_sample import END, ZONE, sample

place = engines.place
DAY = timedelta(days=1)


def at_the_end_of(warehouse: Warehouse, period: str, *metrics: str) -> dict[str, float]:
    scope = Scope.build(period=period, as_of=END, zone=ZONE)
    frame = measure(find(metrics), scope, warehouse=warehouse)
    return dict(zip(frame["metric"], frame["value"], strict=True))


def survival(started: pd.Series, ended: pd.Series, end: datetime) -> tuple[float, float]:
    """(median, share beyond 365 days) by lifelines, of whole days."""
    import lifelines

    rows = pd.DataFrame({"started": pd.to_datetime(started), "ended": pd.to_datetime(ended)})
    rows = rows[(rows["started"] < end) & ~(rows["ended"] < rows["started"])]
    is_over = rows["ended"] < end
    days = (rows["ended"].where(is_over, end) - rows["started"]) // DAY
    fitted = lifelines.KaplanMeierFitter().fit(days, is_over)
    return fitted.median_survival_time_, float(fitted.predict(365))


@pytest.mark.parametrize("period", ["2026-10", "2025-06"])
def test_survival_of_partners(sampled: Warehouse, period: str) -> None:
    end = {"2026-10": END, "2025-06": datetime(2025, 6, 30, 22)}[period]
    partners, bookings = sample()["partners"], sample()["bookings"]
    found = at_the_end_of(sampled, period, "partner_survival_12m", "time_to_first_booking_median")
    _, stay = survival(partners["joined_at"], partners["ended_at"], end)
    assert found["partner_survival_12m"] == pytest.approx(stay)
    sold = bookings[bookings["is_test"] == False]  # noqa: E712
    first = partners["partner_id"].map(sold.groupby("partner_id")["created_at"].min())
    median, _ = survival(partners["joined_at"], first, end)
    assert found["time_to_first_booking_median"] == (None if math.isinf(median) else median)


@pytest.mark.parametrize("period", ["2026-10", "2025-06"])
def test_second_bookings(sampled: Warehouse, period: str) -> None:
    end = {"2026-10": END, "2025-06": datetime(2025, 6, 30, 22)}[period]
    bookings = sample()["bookings"]
    ordered = bookings[bookings["is_test"] == False].sort_values(["created_at", "booking_id"])  # noqa: E712
    each = ordered.dropna(subset="customer_id").groupby("customer_id")["created_at"]
    median, once = survival(each.min(), each.agg(_second), end)
    found = at_the_end_of(sampled, period, "second_booking_median", "one_time_share_12m")
    assert found["one_time_share_12m"] == pytest.approx(once)
    assert found["second_booking_median"] == (None if math.isinf(median) else median)


def _second(instants: pd.Series) -> object:
    return instants.iloc[1] if len(instants) > 1 else pd.NaT


@pytest.mark.parametrize("months", [24, 25, 31, 36, 47])
def test_seasons(place: Place, months: int) -> None:
    from statsmodels.tsa import seasonal as decomposed

    chance = Random(months)
    firsts = [datetime(2022 + month // 12, month % 12 + 1, 1) for month in range(months)]
    counts = [
        round((10 + month / 3) * (1 + math.sin(month) / 2)) + chance.randrange(6) for month in range(months)
    ]
    rows = [
        {"booking_id": f"b{month}-{number}", "created_at": first + DAY, "starts_on": first.date()}
        for month, (first, count) in enumerate(zip(firsts, counts, strict=True))
        for number in range(count)
    ]
    series = pd.Series(counts, index=pd.DatetimeIndex(firsts), dtype=float)
    seasonal = decomposed.seasonal_decompose(
        series, model="multiplicative", period=12, two_sided=True
    ).seasonal[:12]
    wanted = {f"{month.month:02}": value / seasonal.mean() for month, value in seasonal.items()}
    end = date(firsts[-1].year, firsts[-1].month, 1)
    as_of = datetime(2026, 6, 1)
    tables = {"about": about_frame(as_of), "bookings": frame_of("bookings", rows)}
    with place.holding(tables) as warehouse:
        scope = Scope.build(period=f"{end:%Y-%m}", as_of=as_of)
        for name in ("seasonal_index", "seasonal_index_of_stays"):
            frame = measure(find([name]), scope, by=["month_of_year"], warehouse=warehouse)
            found = dict(zip(frame["month_of_year"], frame["value"], strict=True))
            assert found == pytest.approx(wanted)


def test_cohorts_of_one_month_only_lose(sampled: Warehouse) -> None:
    """The month of the first booking has all of a cohort; who is there then or later grows no more."""
    for month in ("2024-01", "2024-07", "2025-03", "2026-02"):
        scope = Scope.build(period=month, as_of=END, zone=ZONE)
        names = ("cohort_retention", "cohort_retention_unbounded")
        frame = measure(find(names), scope, by=["age"], warehouse=sampled)
        exact, later = (frame[frame["metric"] == name].set_index("age")["value"] for name in names)
        assert exact["00"] == later["00"] == 1
        assert list(later) == sorted(later, reverse=True)
        assert (exact <= later).all()


@pytest.mark.parametrize(
    "metric",
    ["customer_retention_rate", "partner_churn_rate", "net_revenue_retention", "like_for_like_growth"],
)
def test_all_data_has_nothing_before_it(sampled: Warehouse, metric: str) -> None:
    scope = Scope.build(period="all", as_of=END, zone=ZONE, data_from=datetime(2023, 12, 31, 23))
    whole = measure(find([metric]), scope, warehouse=sampled).iloc[0]
    assert whole["value"] is None
    assert whole["reason"] == "missing, because all data has no period before it: name one, such as a month"
    # Its months have.
    months = measure(find([metric]), scope, over="month", warehouse=sampled)
    assert months["value"].notna().any()


@pytest.mark.parametrize(
    ("period", "over"), [("2026-W14", None), ("2026-04", "week"), ("2026-04-02", "hour")]
)
def test_cohorts_are_made_by_month(sampled: Warehouse, period: str, over: str | None) -> None:
    scope = Scope.build(period=period, as_of=END, zone=ZONE)
    frame = measure(find(["cohort_retention"]), scope, over=over, warehouse=sampled)
    assert frame["value"].isna().all()
    assert set(frame["reason"]) == {"missing, because cohorts are made by month: ask for a month or longer"}


def test_a_part_of_a_month_is_no_cohort(sampled: Warehouse) -> None:
    week = Scope.build(period="2026-W14", as_of=END, zone=ZONE)
    months = measure(find(["cohort_retention"]), week, over="month", warehouse=sampled)
    assert list(months["bucket"]) == ["2026-03", "2026-04"]
    assert months["value"].isna().all()
    assert set(months["reason"]) == {"no cohort of the period is that old yet"}


def test_only_a_sum_of_what_was_or_is_can_be_capped() -> None:
    kept = find(["net_revenue_retention"])[0].parts[0]
    assert isinstance(kept, Kept)
    for side in ("lost", "base_of_kept"):
        with pytest.raises(InputError, match="nothing to cap"):
            Kept(
                name="capped",
                title="Capped",
                says="Capped.",
                unit="money",
                rows=kept.rows,
                who=kept.who,
                dated=kept.dated,
                value=kept.value,
                side=side,  # type: ignore[arg-type]
                cap=True,
            )
