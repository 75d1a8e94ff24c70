"""Sessions, searches and quotes of the sample platform: what must hold, joined anew in pandas."""

from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from itertools import pairwise

import pandas as pd
import pyarrow as pa
import pytest

from analytics_lib.schema import key_columns, metadata
from analytics_lib.sources.sample import SamplePlan
from analytics_lib.sources.sample.bookings import BookingBook
from analytics_lib.sources.sample.days import local_instant
from analytics_lib.sources.sample.demand import bookings_a_day
from analytics_lib.sources.sample.journeys import booking_visits, earlier_visits
from analytics_lib.sources.sample.plan import FIRST_DAY
from analytics_lib.sources.sample.platform import world_of
from analytics_lib.sources.sample.quotes import quoted_products
from analytics_lib.sources.sample.searches import by_interface
from analytics_lib.sources.sample.sessions import Sessions
from analytics_lib.sources.sample.visitors import Visitors
from analytics_lib.sources.sample.ways import CHANNELS

Frames = dict[str, pd.DataFrame]
STEPS = ["started_at", "searched_at", "viewed_at", "checkout_at", "booked_at"]
PLANS = WHOLE, MONTH = SamplePlan(24_000), SamplePlan(3_000, 5, date(2024, 2, 1))
FAILURE = slice("2026-03-08 23:00", "2026-03-15 22:59:59")
NEVER = pd.Timestamp("2100-01-01")
DECIMALS = {"EUR": 2, "USD": 2, "GBP": 2, "CHF": 2, "SEK": 2, "PLN": 2, "JPY": 0}


@cache
def frames_of(plan: SamplePlan, days_a_slice: int = 120) -> Frames:
    world = world_of(plan)
    parts = {
        "products": [world.products.table()],
        "partners": [world.partners.table()],
        "partner_terms": [world.partners.terms.table()],
        "exchange_rates": [world.rates.table()],
    }
    book, sessions = BookingBook(world), Sessions(world)
    counts = bookings_a_day(plan.seed, plan.bookings, FIRST_DAY, plan.through)
    for first in range(0, len(counts), days_a_slice):
        if counts[first : first + days_a_slice].any():
            booked = book.write(FIRST_DAY + timedelta(days=first), counts[first : first + days_a_slice])
            for name, table in (*book.tables(booked), *sessions.write(booked)):
                parts.setdefault(name, []).append(table)
    assert list(sessions.finish()) == []
    return {name: pa.concat_tables(tables).to_pandas(date_as_object=False) for name, tables in parts.items()}


@pytest.fixture(params=PLANS, ids=str)
def frames(request: pytest.FixtureRequest) -> Frames:
    return frames_of(request.param)


@pytest.fixture
def whole() -> Frames:
    return frames_of(WHOLE)


def people(frames: Frames) -> pd.DataFrame:
    return frames["sessions"][~frames["sessions"].is_bot]


def utc(day: date) -> pd.Timestamp:
    return pd.Timestamp(local_instant(day), unit="s")


def local(instant: pd.Series) -> pd.Series:
    return instant.dt.tz_localize("UTC").dt.tz_convert("Europe/Madrid").dt.tz_localize(None)


@pytest.mark.parametrize("plan", PLANS, ids=str)
def test_keys_are_unique_references_resolve_and_nothing_lies_outside_the_data(plan: SamplePlan) -> None:
    frames = frames_of(plan)
    owners = {"booking": "bookings", "customer": "customers", "session": "sessions"}
    owners |= {"destination": "products", "product": "products", "partner": "partners"}
    for name in ("sessions", "searches", "quotes"):
        keys = frames[name][list(key_columns(metadata.tables[name]))]
        assert not keys.isna().any().any() and not keys.duplicated().any(), name
        for column in frames[name].columns:
            owner = owners.get(column.removesuffix("_id"))
            if owner not in (None, name):
                assert frames[name][column].dropna().isin(frames[owner][column]).all(), (name, column)
            if column.endswith("_at"):
                assert frames[name][column].min() >= utc(FIRST_DAY), (name, column)
                assert frames[name][column].max() < utc(plan.through), (name, column)


def test_steps_are_nested_and_in_order(frames: Frames) -> None:
    sessions = frames["sessions"]
    for earlier, later in pairwise(STEPS):
        both = sessions[sessions[later].notna()]
        assert both[earlier].notna().all(), later
        gap = both[later] - both[earlier]
        # A visit that begins as the partner signs, or the data begins, has no time between its steps.
        assert gap.min() >= pd.Timedelta(0) and (gap > pd.Timedelta(0)).mean() > 0.999, later


def test_every_online_booking_has_one_session_of_its_own(frames: Frames) -> None:
    bookings, sessions = frames["bookings"], frames["sessions"]
    made = sessions[sessions.booking_id.notna()]
    assert made.booked_at.notna().all() and sessions.booked_at.notna().sum() == len(made)
    online = bookings[~bookings.channel.isin(["api", "phone"])]
    assert made.booking_id.is_unique and set(made.booking_id) == set(online.booking_id)
    both = made.merge(online, on="booking_id", suffixes=("", "_of_booking"))
    assert (both.booked_at == both.created_at).all()
    for column in ("customer_id", "channel", "device", "business_model", "partner_id", "is_test"):
        assert (both[column].fillna("") == both[f"{column}_of_booking"].fillna("")).all(), column
    took = (both.booked_at - both.started_at).dt.total_seconds()
    assert took.max() <= 2_700 and (took >= 120).mean() > 0.995 and 500 < took.median() < 800


def test_a_customer_is_always_the_same_visitor_and_known_once_joined(frames: Frames) -> None:
    known = frames["sessions"].dropna(subset="customer_id").merge(frames["customers"], on="customer_id")
    assert (known.groupby("customer_id").visitor_id.nunique() == 1).all()
    assert (known.groupby("visitor_id").customer_id.nunique() == 1).all()
    assert (
        known.joined_at <= known.booked_at.fillna(known.started_at)
    ).all() and known.booked_at.isna().any()


def test_partners_sell_in_their_time_and_under_terms_in_force(frames: Frames) -> None:
    for name, at in (("sessions", "started_at"), ("searches", "searched_at"), ("quotes", "quoted_at")):
        rows = frames[name].merge(frames["partners"], on="partner_id", how="left", suffixes=("", "_there"))
        direct = rows.business_model == "b2c"
        assert (rows.partner_id.isna() == direct).all(), name
        assert (rows.business_model == rows.business_model_there)[~direct].all(), name
        assert rows[at].between(rows.joined_at, rows.ended_at.fillna(NEVER), inclusive="left")[~direct].all()
    sessions = frames["sessions"]
    assert (sessions.own_domain == (sessions.channel == "white_label")).all() and sessions.own_domain.any()
    assert (sessions.channel[sessions.business_model == "b2b"] == "partner_portal").all()
    own = sessions[sessions.own_domain].sort_values("started_at")
    terms = frames["partner_terms"].sort_values("valid_from")
    own = pd.merge_asof(own, terms, left_on="started_at", right_on="valid_from", by="partner_id")
    assert own.white_label.all() and (own.started_at < own.valid_to.fillna(NEVER)).all()


def test_machines_never_come_further_than_a_search(frames: Frames) -> None:
    bots = frames["sessions"][frames["sessions"].is_bot]
    assert 0.033 < len(bots) / len(frames["sessions"]) < 0.047
    assert bots[STEPS[2:]].isna().all().all() and bots.customer_id.isna().all()
    assert (bots.device == "desktop").all() and 0.35 < bots.searched_at.notna().mean() < 0.55
    assert len(bots) / 2 > bots.visitor_id.nunique() > 20
    assert not bots.visitor_id.isin(people(frames).visitor_id).any()
    assert local(bots.started_at).dt.hour.between(1, 4).mean() > 0.35


def test_the_funnel_is_honest(whole: Frames) -> None:
    human = people(whole)
    count = human[STEPS].notna().sum()
    assert 8 < len(whole["sessions"]) / count.booked_at < 12
    bands = zip(pairwise(STEPS), [(0.6, 0.68), (0.7, 0.77), (0.29, 0.35), (0.58, 0.67)], strict=True)
    for (before, step), (low, high) in bands:
        assert low < count[step] / count[before] < high, step
    booked = human.booked_at.notna()
    device, channel = booked.groupby(human.device).mean(), booked.groupby(human.channel).mean()
    assert 0.09 < booked.mean() < 0.104
    assert 0.095 < device["desktop"] < 0.115 and 0.078 < device["mobile"] < 0.098
    assert channel[["direct", "email"]].min() > channel["organic_search"] > channel["social"] + 0.015
    assert 0.05 < channel["social"] < 0.075 and 0.1 < channel["email"] < 0.13 and human.is_test.any()


def test_more_checkouts_fail_while_the_payment_provider_does(whole: Frames) -> None:
    direct = people(whole).query("business_model == 'b2c' and checkout_at.notna()")
    booked = direct.set_index("checkout_at").sort_index().booked_at.notna()["2026-02-01":"2026-04-30"]
    assert booked[FAILURE].mean() < booked.drop(booked[FAILURE].index).mean() - 0.12


def test_journeys_lead_over_days_and_other_channels_to_the_booking(whole: Frames) -> None:
    human = people(whole)
    booked = human[human.booking_id.notna() & (human.started_at > "2024-03-01")]
    alone = booked[~booked.duplicated("visitor_id", keep=False)][["visitor_id", "started_at"]]
    touches = human.merge(alone, on="visitor_id", suffixes=("", "_booked")).sort_values("started_at")
    touches["days"] = (touches.started_at_booked - touches.started_at).dt.total_seconds() / 86_400
    touches = touches[(touches.days > 0) & (touches.days <= 30)]
    count, length = touches.groupby("visitor_id").size(), touches.groupby("visitor_id").days.max()
    assert 0.4 < len(count) / len(alone) < 0.65 and count.quantile(0.99) <= 7 and length.max() > 25
    assert 1.5 < length.median() < 8 < length.quantile(0.8)
    touches = touches[touches.business_model == "b2c"]
    first, last = (touches.drop_duplicates("visitor_id", keep=end).channel for end in ("first", "last"))
    bought, owned = ["paid_search", "social", "metasearch"], ["direct", "email"]
    assert first.isin(bought).mean() > last.isin(bought).mean() + 0.04
    assert last.isin(owned).mean() > first.isin(owned).mean() + 0.04


def test_the_last_week_is_as_full_as_any_other() -> None:
    # Visits before a booking and searches around one hang on bookings that the data does not hold yet.
    world = world_of(MONTH)
    counts = bookings_a_day(MONTH.seed, MONTH.bookings, FIRST_DAY, MONTH.through)
    booked, visitors = BookingBook(world).write(FIRST_DAY, counts), Visitors(world)
    visitors.meet(booked)
    made = booking_visits(world, booked, visitors)
    visits = pd.concat([pd.Series(part.started) for part in earlier_visits(world, booked, visitors, made)])
    api, searches = booked.created[booked.channel == CHANNELS.index("api")], by_interface(world, booked)
    for hanging, bookings in ((visits, made.started), (searches.at, api)):
        later, own = ((at > world.through - 7 * 86_400).mean() for at in (hanging, bookings))
        assert 0.85 < later / own < 1.15


def test_searches_lie_within_their_sessions(frames: Frames) -> None:
    searches, sessions = frames["searches"].dropna(subset="session_id"), frames["sessions"]
    assert set(searches.session_id) == set(sessions.session_id[sessions.searched_at.notna()])
    joined = searches.merge(sessions, on="session_id", suffixes=("", "_first"))
    joined = joined.sort_values(["session_id", "searched_at", "search_id"], ignore_index=True)
    first = joined.drop_duplicates("session_id")
    assert (first.searched_at == first.searched_at_first).all()
    assert (joined.searched_at <= joined.checkout_at.fillna(NEVER)).all()
    assert (joined.searched_at - joined.started_at).max() < pd.Timedelta(hours=1)
    assert joined.groupby("session_id").size().max() <= 6 and 2 < len(joined) / len(first) < 3
    last = joined.drop_duplicates("session_id", keep="last").merge(frames["bookings"], on="booking_id")
    assert (last.destination_id_x == last.destination_id_y).all()
    before = joined.groupby("session_id").destination_id.shift()
    assert (before == joined.destination_id)[joined.is_repeat].mean() > 0.99
    assert 0.065 < joined.is_repeat.mean() < 0.095


def test_partners_systems_look_often_for_each_booking(whole: Frames) -> None:
    api = whole["searches"][whole["searches"].session_id.isna()]
    assert 0.33 < api.is_repeat.mean() < 0.37
    bookings = whole["bookings"].query("channel == 'api'").groupby("partner_id").size()
    ratio = (api.groupby("partner_id").size() / bookings)[bookings >= 20]
    assert set(api.partner_id) == set(bookings.index) and len(ratio) > 30
    assert ratio.between(20, 66).all() and ratio.min() < 33 and ratio.max() > 50


def test_fewer_search_for_the_place_that_collapses(whole: Frames) -> None:
    searches = whole["searches"].dropna(subset="session_id")
    month = (searches.destination_id == "d-athens").groupby(searches.searched_at.dt.to_period("M")).mean()
    assert month["2025-08"] < 0.38 * min(month["2025-06"], month["2025-09"])


def test_quotes_are_for_hotels_that_were_viewed(whole: Frames) -> None:
    quotes = whole["quotes"].merge(whole["sessions"], on="session_id", suffixes=("", "_of_session"))
    assert (quotes.merge(whole["products"], on="product_id").kind == "hotel").all()
    assert (quotes.quoted_at >= quotes.viewed_at).all() and quotes.groupby("session_id").size().max() <= 2
    lead = (quotes.starts_on - local(quotes.quoted_at).dt.normalize()).dt.days
    assert lead.between(0, 430).all() and 10 < lead.median() < 50
    assert (quotes.price_base_minor > 0).all() and 0.03 < 1 - quotes.available.mean() < 0.08
    kept = whole["products"].product_id.iloc[quoted_products(world_of(WHOLE).products)]
    assert set(quotes.product_id[quotes.arm.isna()]) == set(kept) and len(kept) == 20


def test_a_booked_hotel_was_quoted_at_its_list_price(whole: Frames) -> None:
    made = whole["sessions"][["session_id", "booking_id"]].merge(whole["bookings"], on="booking_id")
    quotes = whole["quotes"].merge(made, on=["session_id", "product_id"], suffixes=("", "_of_booking"))
    assert len(quotes) > 1_000 and quotes.available.all()
    assert (quotes.starts_on == quotes.starts_on_of_booking).all()
    rates, quotes = whole["exchange_rates"].sort_values("valid_from"), quotes.sort_values("created_at")
    rated = pd.merge_asof(quotes, rates, left_on="created_at", right_on="valid_from", by="currency")
    for row in rated.itertuples():
        rate = 10**9 if row.currency == "EUR" else int(row.units_per_base_e9)
        cents = Decimal(row.list_price_minor).scaleb(11 - DECIMALS[row.currency]) / rate
        assert row.price_base_minor == int(cents.quantize(Decimal(1), ROUND_HALF_UP)), row


def test_the_price_experiment_can_be_read() -> None:
    found = frames_of(SamplePlan(30_000, through=date(2026, 1, 16)))
    quotes = found["quotes"].merge(found["sessions"], on="session_id", suffixes=("", "_of_session"))
    runs = quotes.viewed_at.between(utc(date(2025, 9, 15)), utc(date(2026, 1, 15)), inclusive="left")
    assert (quotes.arm.notna() == runs & (quotes.business_model == "b2c"))[quotes.booked_at.isna()].all()
    by_session = quotes[quotes.arm.notna()].groupby("session_id")
    assert (by_session.arm.nunique() == 1).all() and by_session.size().max() == 2
    armed = by_session[["arm", "booking_id"]].first()
    shown, booked = armed.groupby("arm").size(), armed.groupby("arm").booking_id.count()
    assert shown.min() > 1_500 and shown.max() / shown.min() < 1.05
    price = quotes.groupby("arm").price_base_minor.mean()
    assert price["low"] < price["control"] < price["high"]
    odds = math.log((booked["high"] / shown["high"]) / (booked["low"] / shown["low"]))
    assert -2.4 < odds / math.log(price["high"] / price["low"]) < -1.0
    assert abs(odds - math.log(booked["high"] / booked["low"])) < 0.04


def test_tiny_platforms_have_sessions_too() -> None:
    for bookings, days_a_slice in ((1, 400), (2, 400), (5, 400), (12, 1)):
        for through in (date(2024, 2, 1), date(2026, 11, 1)):
            found = frames_of(SamplePlan(bookings, through=through), days_a_slice)
            online = found["bookings"][~found["bookings"].channel.isin(["api", "phone"])]
            assert set(found["sessions"].booking_id.dropna()) == set(online.booking_id)
