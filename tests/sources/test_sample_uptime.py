"""Services, outages and request counts of the sample platform, with intervals joined one by one."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from analytics_lib.schema import metadata
from analytics_lib.sources.sample import SamplePlan
from analytics_lib.sources.sample.days import local_instant
from analytics_lib.sources.sample.plan import FIRST_DAY
from analytics_lib.sources.sample.platform import world_of
from analytics_lib.sources.sample.request_counts import COUNTED_FROM
from analytics_lib.sources.sample.story import PROVIDER_FAILURE
from analytics_lib.sources.sample.uptime import Uptime

PLAN = SamplePlan()
THROUGHS = [
    date(2024, 2, 1),
    date(2024, 6, 4),
    date(2025, 2, 13),
    date(2025, 9, 16),
    date(2025, 10, 2),
    date(2026, 3, 12),
    date(2030, 1, 1),
]
COUNTED = {"website", "booking_api", "search"}

Frames = dict[str, pd.DataFrame]
Spans = list[tuple[float, float]]


def frames_of(plan: SamplePlan) -> Frames:
    world = world_of(plan)
    return {name: table.to_pandas() for name, table in Uptime(world).finish()}


def end_of(plan: SamplePlan) -> pd.Timestamp:
    return pd.Timestamp(local_instant(plan.through), unit="s")


def local(instants: pd.Series) -> pd.Series:
    return instants.dt.tz_localize("UTC").dt.tz_convert("Europe/Madrid").dt.tz_localize(None)


@pytest.fixture(scope="module")
def frames() -> Frames:
    return frames_of(PLAN)


@pytest.fixture(scope="module")
def outages(frames: Frames) -> pd.DataFrame:
    return frames["outages"]


@pytest.fixture(scope="module")
def counts(frames: Frames) -> pd.DataFrame:
    rows = frames["request_counts"]
    rows["hour"] = local(rows.bucket_at).dt.hour
    rows["day"] = local(rows.bucket_at).dt.normalize()
    return rows


def spans(rows: pd.DataFrame, through: pd.Timestamp) -> Spans:
    ends = rows.ended_at.fillna(through)
    return [(start.timestamp(), end.timestamp()) for start, end in zip(rows.started_at, ends, strict=True)]


def union(intervals: Spans, low: float, high: float) -> Spans:
    """Intervals that do not overlap, within bounds."""
    merged: Spans = []
    for start, end in sorted((max(start, low), min(end, high)) for start, end in intervals):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def seconds(intervals: Spans) -> float:
    return sum(end - start for start, end in intervals)


def common(one: Spans, other: Spans) -> float:
    """Seconds within both."""
    return sum(max(0.0, min(a[1], b[1]) - max(a[0], b[0])) for a in one for b in other)


def uptimes(frames: Frames, through: pd.Timestamp) -> dict[str, float]:
    """Of the time that is watched and not under maintenance, the share without an unplanned outage."""
    found = {}
    for service in frames["services"].itertuples():
        low = service.monitored_from.timestamp()
        high = (through if pd.isna(service.monitored_to) else service.monitored_to).timestamp()
        rows = frames["outages"][frames["outages"].service == service.service]
        is_down = rows.kind == "unplanned"
        down = union(spans(rows[is_down], through), low, high)
        apart = union(spans(rows[~is_down], through), low, high)
        found[service.service] = 1 - (seconds(down) - common(down, apart)) / (high - low - seconds(apart))
    return found


# Services


def test_services_and_when_they_are_watched(frames: Frames) -> None:
    services = frames["services"].set_index("service")
    assert set(services.index) == {
        "website",
        "mobile_app",
        "booking_api",
        "payments_gateway",
        "search",
        "ai_assistant",
        "notifications",
        "partner_portal",
        "legacy_partner_feed",
    }
    young = services.index == "ai_assistant"
    assert (services.monitored_from[~young] == pd.Timestamp(local_instant(FIRST_DAY), unit="s")).all()
    assert local(services.monitored_from)["ai_assistant"] == pd.Timestamp(2024, 6, 3)
    ended = local(services.monitored_to.dropna())
    assert list(ended.index) == ["legacy_partner_feed"] and ended.dt.strftime("%Y-%m").item() == "2025-09"


@pytest.mark.parametrize("seed", [PLAN.seed, 1, 2])
def test_every_service_is_up_most_of_the_time_but_not_always(seed: int) -> None:
    plan = SamplePlan(seed=seed)
    for service, share in uptimes(frames_of(plan), end_of(plan)).items():
        assert 0.993 < share < 0.9999, (service, share)


# Outages


@pytest.mark.parametrize("through", THROUGHS, ids=str)
def test_any_range_has_outages_within_what_is_watched_and_one_that_goes_on(through: date) -> None:
    plan = SamplePlan(through=through)
    frames, end = frames_of(plan), end_of(plan)
    services, outages = frames["services"], frames["outages"]
    for name in ("services", "outages", "request_counts"):
        assert list(frames[name].columns) == [column.name for column in metadata.tables[name].columns]
    assert (services.monitored_from < end).all() and (services.monitored_to.dropna() < end).all()
    assert ("ai_assistant" in set(services.service)) == (through > date(2024, 6, 3))
    rows = outages.merge(services, on="service", how="left")
    assert (rows.started_at >= rows.monitored_from).all()
    assert (rows.started_at < rows.monitored_to.fillna(end)).all()
    assert (outages.ended_at.dropna() < end).all()
    assert (outages.ended_at > outages.started_at)[outages.ended_at.notna()].all()
    assert outages.outage_id.is_unique and outages.started_at.is_monotonic_increasing
    last = outages[outages.ended_at.isna() & (outages.kind == "unplanned")]
    ago = (end - last.started_at).dt.total_seconds() / 3_600
    assert ((ago >= 2) & (ago <= 8)).any()


def test_what_would_end_after_the_data_is_open() -> None:
    blind = frames_of(SamplePlan(through=date(2025, 2, 13)))["outages"]
    open_week = blind[(blind.kind == "unmeasured") & blind.ended_at.isna()]
    assert list(open_week.service) == ["partner_portal"]


def test_a_longer_range_leaves_earlier_outages_as_they_are(outages: pd.DataFrame) -> None:
    shorter = frames_of(SamplePlan(through=date(2025, 12, 1)))["outages"]
    shorter = shorter[shorter.ended_at.notna()]
    same = outages[outages.outage_id.isin(shorter.outage_id)]
    pd.testing.assert_frame_equal(same.reset_index(drop=True), shorter.reset_index(drop=True))
    assert len(frames_of(SamplePlan(seed=9))["outages"]) != len(outages)


def test_unplanned_outages_take_minutes_a_few_take_hours(frames: Frames, outages: pd.DataFrame) -> None:
    unplanned = outages[outages.kind == "unplanned"]
    minutes = (unplanned.ended_at - unplanned.started_at).dt.total_seconds().dropna() / 60
    assert 8 < minutes.median() < 30 and 60 < minutes.quantile(0.9) < 150
    assert 120 < minutes.max() < 600 and minutes.min() > 1
    services = frames["services"].set_index("service")
    months = (services.monitored_to.fillna(end_of(PLAN)) - services.monitored_from).dt.days / 30.4
    a_month = unplanned.groupby("service").size() / months
    assert 1 < a_month["ai_assistant"] < 2.5 and a_month.drop("ai_assistant").max() < 2.2
    assert a_month["notifications"] < 0.8 and a_month["website"] < 1.2


def test_maintenance_is_monthly_in_the_night_of_sunday_or_tuesday(outages: pd.DataFrame) -> None:
    maintenance = outages[outages.kind == "maintenance"]
    start, end = local(maintenance.started_at), local(maintenance.ended_at)
    assert set(start.dt.dayofweek) == {1, 6}
    assert (start.dt.hour >= 2).all() and (end - start.dt.normalize() <= pd.Timedelta(hours=4)).all()
    assert ((end - start) >= pd.Timedelta(hours=1)).all()
    nights = maintenance.groupby(["service", start.dt.to_period("M")]).size().unstack()
    assert nights.shape == (4, 34) and (nights == 1).all().all()


def test_lost_telemetry_is_unmeasured_a_week_of_it_in_february_2025(outages: pd.DataFrame) -> None:
    blind = outages[outages.kind == "unmeasured"].copy()
    blind["days"] = (blind.ended_at - blind.started_at).dt.total_seconds() / 86_400
    week = blind[blind.days > 1]
    assert list(week.service) == ["partner_portal"] and week.days.item() == 7
    assert local(week.started_at).dt.strftime("%Y-%m").item() == "2025-02"
    assert len(blind) > 8 and blind.service.nunique() > 3


def test_outages_of_one_service_overlap_each_other_and_its_maintenance(outages: pd.DataFrame) -> None:
    pairs = outages.merge(outages, on="service", suffixes=("", "_other"))
    pairs = pairs[(pairs.outage_id != pairs.outage_id_other) & (pairs.kind == "unplanned")]
    pairs = pairs[(pairs.started_at < pairs.ended_at_other) & (pairs.started_at_other < pairs.started_at)]
    both = pairs[pairs.kind_other == "unplanned"]
    assert ((both.service == "booking_api") & (both.started_at.dt.date == date(2025, 6, 17))).any()
    in_maintenance = pairs[pairs.kind_other == "maintenance"]
    then = in_maintenance[in_maintenance.started_at.dt.strftime("%Y-%m") == "2026-02"]
    assert (then.ended_at > then.ended_at_other).any()


def test_outages_touch_the_bounds_of_what_is_watched(frames: Frames, outages: pd.DataFrame) -> None:
    rows = outages.merge(frames["services"], on="service")
    first = rows[(rows.service == "ai_assistant") & (rows.started_at == rows.monitored_from)]
    assert list(first.kind) == ["unplanned"]
    last = rows[rows.ended_at > rows.monitored_to]
    assert list(last.service) == ["legacy_partner_feed"] and (last.started_at < last.monitored_to).all()


def test_the_gateway_falters_several_times_a_day_while_a_provider_fails(outages: pd.DataFrame) -> None:
    gateway = outages[(outages.service == "payments_gateway") & (outages.kind == "unplanned")]
    a_day = local(gateway.started_at).dt.date.value_counts()
    failing = (a_day.index >= PROVIDER_FAILURE.first) & (a_day.index < PROVIDER_FAILURE.after)
    assert failing.sum() == 7 and a_day[failing].min() >= 4 and a_day[~failing].max() <= 2


# Request counts


def test_requests_are_counted_every_hour_from_the_day_it_began(counts: pd.DataFrame) -> None:
    begin = pd.Timestamp(local_instant(COUNTED_FROM), unit="s")
    hours = pd.date_range(begin, end_of(PLAN), freq="h", inclusive="left", unit="us")
    assert date(2025, 10, 1) == COUNTED_FROM and set(counts.service) == COUNTED
    for _, rows in counts.groupby("service"):
        assert (rows.bucket_at.array == hours.array).all()
    assert (counts.good <= counts.valid).all() and (counts.good >= 0).all() and (counts.valid > 0).all()


def test_nothing_is_counted_before(counts: pd.DataFrame) -> None:
    assert frames_of(SamplePlan(through=COUNTED_FROM))["request_counts"].empty
    one_day = frames_of(SamplePlan(through=date(2025, 10, 2)))["request_counts"]
    assert len(one_day) == 24 * len(COUNTED)


def test_requests_follow_the_hours_and_seasons_but_not_the_number_of_bookings(counts: pd.DataFrame) -> None:
    website = counts[counts.service == "website"]
    by_hour = website.groupby("hour").valid.mean()
    assert by_hour.idxmax() in (20, 21) and by_hour.min() < 0.15 * by_hour.max()
    daily = counts.groupby(["service", "day"]).valid.sum().unstack(0)
    assert daily.loc["2026-01"].website.mean() > 1.3 * daily.loc["2025-12"].website.mean()
    weekend = daily.booking_api[daily.index.dayofweek >= 5].mean()
    assert weekend < 0.8 * daily.booking_api[daily.index.dayofweek < 5].mean()
    assert 400_000 < daily.website.mean() < 800_000 and 80_000 < daily.booking_api.mean() < 200_000
    fewer = frames_of(SamplePlan(bookings=10))["request_counts"]
    assert (fewer.valid.to_numpy() == counts.valid.to_numpy()).all()


def test_good_requests_are_missing_in_outages_in_proportion_and_else_hardly(
    counts: pd.DataFrame, outages: pd.DataFrame
) -> None:
    unplanned = outages[outages.kind == "unplanned"]
    for service, rows in counts.groupby("service"):
        low, high = (bound.timestamp() for bound in (rows.bucket_at.min(), end_of(PLAN)))
        down = union(spans(unplanned[unplanned.service == service], end_of(PLAN)), low, high)
        starts = rows.bucket_at.map(pd.Timestamp.timestamp)
        out = starts.map(lambda at, down=down: common([(at, at + 3_600)], down) / 3_600)
        failed = rows.valid - rows.good
        calm = failed[out == 0].sum() / rows.valid[out == 0].sum()
        assert 2e-5 < calm < 20e-5, service
        assert (failed[out == 0] <= 1 + rows.valid[out == 0] * 21e-5).all(), service
        disturbed = rows[out > 0.02]
        share = (1 - disturbed.good / disturbed.valid) / out[disturbed.index]
        assert len(disturbed) > 5 and share.between(0.7, 1.02).sum() >= len(disturbed) - 2, service


def test_requests_in_maintenance_do_not_count(counts: pd.DataFrame, outages: pd.DataFrame) -> None:
    maintenance = outages[(outages.kind == "maintenance") & (outages.service == "website")]
    nights = set(local(maintenance.started_at).dt.normalize())
    rows = counts[(counts.service == "website") & (counts.hour == 2)]
    sundays = rows[rows.day.dt.dayofweek == 6]
    closed = sundays.day.isin(nights)
    assert closed.sum() > 10
    assert sundays.valid[closed].mean() < 0.3 * sundays.valid[~closed].mean()
    assert (rows.good[rows.day.isin(nights)] > 0.9 * rows.valid[rows.day.isin(nights)]).mean() > 0.9
