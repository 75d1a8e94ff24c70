"""The notifications of the sample platform, joined with its bookings and customers in pandas."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pyarrow as pa
import pytest

from analytics_lib.schema import metadata
from analytics_lib.sources.sample import SamplePlan
from analytics_lib.sources.sample.bookings import BookingBook
from analytics_lib.sources.sample.days import local_instant
from analytics_lib.sources.sample.demand import bookings_a_day
from analytics_lib.sources.sample.notifications import Notifications
from analytics_lib.sources.sample.plan import FIRST_DAY
from analytics_lib.sources.sample.platform import world_of
from analytics_lib.sources.sample.story import SALE_CAMPAIGN, SPRING_SALE

PLAN = SamplePlan(bookings=24_000)
SHORT = SamplePlan(bookings=1_500, seed=7, through=date(2024, 2, 1))
SCOPE = ["business_model", "partner_id", "is_test"]
LATER = ["delivered_at", "opened_at", "machine_opened_at", "clicked_at", "failed_at"]
SECOND, MINUTE, DAY = pd.Timedelta(seconds=1), pd.Timedelta(minutes=1), pd.Timedelta(days=1)

Frames = dict[str, pd.DataFrame]


def made(plan: SamplePlan, days_a_slice: int = 200) -> dict[str, list[pa.Table]]:
    """Customers, bookings and notifications of a platform, in slices of so many days."""
    world = world_of(plan)
    book, notifications = BookingBook(world), Notifications(world)
    counts = bookings_a_day(plan.seed, plan.bookings, FIRST_DAY, plan.through)
    tables: dict[str, list[pa.Table]] = {"notifications": []}
    for first in range(0, len(counts), days_a_slice):
        booked = book.write(FIRST_DAY + timedelta(days=first), counts[first : first + days_a_slice])
        for name, table in (*book.tables(booked), *notifications.write(booked)):
            tables.setdefault(name, []).append(table)
    assert list(notifications.finish()) == []
    return tables


def frames_of(plan: SamplePlan, days_a_slice: int = 200) -> Frames:
    return {
        name: pa.concat_tables(tables).to_pandas(date_as_object=False)
        for name, tables in made(plan, days_a_slice).items()
    }


def local(instants: pd.Series) -> pd.Series:
    return instants.dt.tz_localize("UTC").dt.tz_convert("Europe/Madrid").dt.tz_localize(None)


@pytest.fixture(scope="module")
def frames() -> Frames:
    return frames_of(PLAN)


@pytest.fixture(scope="module")
def short() -> Frames:
    return frames_of(SHORT, days_a_slice=9)


@pytest.fixture(scope="module")
def messages(frames: Frames) -> pd.DataFrame:
    return frames["notifications"]


@pytest.fixture(scope="module")
def marketing(messages: pd.DataFrame) -> pd.DataFrame:
    return messages[messages.campaign.notna()]


@pytest.fixture(scope="module")
def of_bookings(messages: pd.DataFrame) -> pd.DataFrame:
    return messages[messages.campaign.isna()].sort_values("sent_at")


def joined(sent: pd.DataFrame, bookings: pd.DataFrame) -> pd.DataFrame:
    """Every message beside every booking of its customer."""
    return sent.merge(bookings, on="customer_id", suffixes=("", "_of_booking"))


def not_cancelled_by_then(both: pd.DataFrame) -> pd.Series:
    return both.cancelled_at.isna() | (both.cancelled_at > both.sent_at)


# The whole


@pytest.mark.parametrize("name", ["frames", "short"])
def test_ids_are_unique_and_every_message_has_its_customer(name: str, request: pytest.FixtureRequest) -> None:
    frames: Frames = request.getfixturevalue(name)
    sent = frames["notifications"]
    assert list(sent.columns) == [column.name for column in metadata.tables["notifications"].columns]
    assert sent.message_id.is_unique and sent.message_id.str.fullmatch(r"n\d{9}").all()
    assert sent.customer_id.isin(frames["customers"].customer_id).all()
    needed = ["channel", "sent_at", "reports_delivery", "reports_opens", "business_model", "is_test"]
    assert sent[needed].notna().all().all()


@pytest.mark.parametrize(("name", "plan"), [("frames", PLAN), ("short", SHORT)])
def test_nothing_happens_outside_the_data_or_before_it_is_sent(
    name: str, plan: SamplePlan, request: pytest.FixtureRequest
) -> None:
    sent = request.getfixturevalue(name)["notifications"]
    through = pd.Timestamp(local_instant(plan.through), unit="s")
    assert (sent.sent_at >= pd.Timestamp(local_instant(FIRST_DAY), unit="s")).all()
    assert (sent.sent_at < through).all() and sent.sent_at.max() > through - DAY
    for later in LATER:
        there = sent[sent[later].notna()]
        assert (there[later] < through).all() and (there[later] > there.sent_at).all(), later


def test_about_five_a_booking_half_of_them_marketing(frames: Frames, marketing: pd.DataFrame) -> None:
    assert 4.6 < len(frames["notifications"]) / len(frames["bookings"]) < 5.7
    assert 0.45 < len(marketing) / len(frames["notifications"]) < 0.57


def test_tables_are_in_order_of_time() -> None:
    for table in made(SHORT)["notifications"]:
        assert table.to_pandas().sent_at.is_monotonic_increasing


def test_the_same_plan_sends_the_same_messages(short: Frames) -> None:
    pd.testing.assert_frame_equal(frames_of(SHORT, days_a_slice=9)["notifications"], short["notifications"])


def test_borders_of_slices_hardly_count(frames: Frames) -> None:
    other = frames_of(PLAN, days_a_slice=61)["notifications"]
    by_kind = [
        sent.groupby([sent.campaign.fillna("of a booking"), sent.channel]).size()
        for sent in (frames["notifications"], other)
    ]
    assert (by_kind[0].index == by_kind[1].index).all()
    assert ((by_kind[0] - by_kind[1]).abs() <= 5 + by_kind[0] * 0.12).all()


@pytest.mark.parametrize("plan", [SamplePlan(1), SamplePlan(40), SamplePlan(1, 3, date(2024, 2, 1))], ids=str)
def test_tiny_platforms_send_messages_too(plan: SamplePlan) -> None:
    frames = frames_of(plan, days_a_slice=30)
    sent = joined(frames["notifications"], frames["customers"])
    assert len(sent) == len(frames["notifications"]) and (sent.joined_at < sent.sent_at).all()


# What a booking brings with it


@pytest.mark.parametrize(("event", "within"), [("confirmed_at", 20), ("cancelled_at", 90)])
def test_confirmations_and_cancellations_are_told_by_mail_at_once(
    event: str, within: int, frames: Frames, of_bookings: pd.DataFrame
) -> None:
    bookings = frames["bookings"]
    happened = bookings[bookings[event].notna()].sort_values(event)
    through = pd.Timestamp(local_instant(PLAN.through), unit="s")
    happened = happened[happened[event] < through - within * SECOND]
    mails = of_bookings[of_bookings.channel == "email"]
    told = pd.merge_asof(
        happened,
        mails,
        left_on=event,
        right_on="sent_at",
        by="customer_id",
        direction="forward",
        tolerance=within * SECOND,
        suffixes=("", "_of_message"),
    )
    assert told.sent_at.notna().all() and (told.sent_at > told[event]).all()
    for column in SCOPE:
        same = told[column].eq(told[f"{column}_of_message"]) | told[column].isna()
        assert same.all() and (told[column].isna() == told[f"{column}_of_message"].isna()).all(), column


def test_all_other_mails_ask_for_a_review_within_days_of_completion(
    frames: Frames, of_bookings: pd.DataFrame
) -> None:
    bookings = frames["bookings"]
    mails = of_bookings[of_bookings.channel == "email"]
    both = joined(mails, bookings)
    at_once = (both.sent_at - both.confirmed_at).between(SECOND, 20 * SECOND)
    at_once |= (both.sent_at - both.cancelled_at).between(SECOND, 90 * SECOND)
    after = (local(both.sent_at).dt.normalize() - local(both.completed_at).dt.normalize()).dt.days
    asks = after.between(1, 3) & local(both.sent_at).dt.hour.between(10, 20)
    assert (at_once | asks).groupby(both.message_id).any().all()
    reviews = mails[~mails.message_id.isin(both.message_id[at_once])]
    completed = bookings[bookings.completed_at.notna()].business_model.value_counts()
    share = reviews.business_model.value_counts() / completed
    assert 0.97 < share["b2c"] <= 1 and 0.6 < share["b2b"] < 0.7 and 0.6 < share["b2b2c"] < 0.7


def test_pushed_reminders_come_two_days_before_trips_that_are_on(
    frames: Frames, of_bookings: pd.DataFrame
) -> None:
    pushed = of_bookings[of_bookings.channel == "push"]
    both = joined(pushed, frames["bookings"])
    ahead = (both.starts_on - local(both.sent_at).dt.normalize()).dt.days == 2
    on = not_cancelled_by_then(both) & (both.confirmed_at < both.sent_at)
    assert len(pushed) > 1_000 and (ahead & on).groupby(both.message_id).any().all()
    assert local(pushed.sent_at).dt.hour.between(9, 20).all()


@pytest.mark.parametrize("channel", ["sms", "whatsapp"])
def test_short_messages_are_itineraries_balances_or_reminders(
    channel: str, frames: Frames, of_bookings: pd.DataFrame
) -> None:
    short = of_bookings[of_bookings.channel == channel]
    both = joined(short, frames["bookings"])
    days_ahead = (both.starts_on - local(both.sent_at).dt.normalize()).dt.days
    itinerary = (both.sent_at - both.confirmed_at).between(2 * MINUTE, 90 * MINUTE)
    fits = itinerary | days_ahead.between(18, 24) | ((days_ahead == 2) & (channel == "whatsapp"))
    fits &= not_cancelled_by_then(both) & (both.confirmed_at < both.sent_at)
    assert len(short) > 2_000 and fits.groupby(both.message_id).any().all()


def test_customers_of_partners_get_mail_about_their_bookings_only(messages: pd.DataFrame) -> None:
    sold_on = messages[messages.business_model != "b2c"]
    assert len(sold_on) > 10_000 and set(sold_on.channel) == {"email"} and sold_on.campaign.isna().all()
    assert sold_on.partner_id.notna().all()
    assert messages[messages.business_model == "b2c"].partner_id.isna().all()


# Marketing


def test_marketing_goes_to_direct_customers_who_have_joined_on_an_earlier_day(
    frames: Frames, marketing: pd.DataFrame
) -> None:
    assert set(marketing.business_model) == {"b2c"} and marketing.partner_id.isna().all()
    assert set(marketing.channel) == {"email", "push"}
    customers = joined(marketing, frames["customers"])
    assert (local(customers.joined_at).dt.normalize() < local(customers.sent_at).dt.normalize()).all()
    assert 0.003 < marketing.is_test.mean() < 0.007


def test_nobody_gets_one_sending_twice(marketing: pd.DataFrame) -> None:
    sendings = marketing.assign(day=local(marketing.sent_at).dt.normalize())
    assert not sendings.duplicated(["customer_id", "campaign", "channel", "day"]).any()


def test_consent_and_app_belong_to_the_customer(frames: Frames, marketing: pd.DataFrame) -> None:
    old = frames["customers"].customer_id[lambda ids: ids.str.fullmatch(r"c\d+")].head(3_000)
    for channel, low, high in (("email", 0.58, 0.68), ("push", 0.30, 0.38)):
        reached = old.isin(marketing.customer_id[marketing.channel == channel]).mean()
        assert low < reached < high, (channel, reached)


def test_a_newsletter_a_week_and_five_campaigns_a_year(marketing: pd.DataFrame) -> None:
    letters = marketing[marketing.campaign.str.startswith("newsletter")]
    days = local(letters.sent_at).dt.normalize().drop_duplicates().sort_values()
    assert (days.dt.dayofweek == 3).all() and (days.diff().dropna() == 7 * DAY).all()
    assert days.min() <= pd.Timestamp(2024, 1, 11) and days.max() == pd.Timestamp(2026, 10, 29)
    quarter = local(letters.sent_at).dt.to_period("Q").astype(str).str.lower()
    assert (letters.campaign == "newsletter-" + quarter.str[:4] + "-" + quarter.str[4:]).all()
    seasonal = marketing[~marketing.campaign.str.startswith("newsletter")]
    whole_year = seasonal.campaign[seasonal.campaign.str.endswith("-2025")].unique()
    assert len(set(whole_year) - {SALE_CAMPAIGN}) == 5
    assert (seasonal.campaign.str[-4:] == local(seasonal.sent_at).dt.year.astype(str)).all()


def test_the_spring_sale_is_sent_to_many_who_follow_it_more(
    messages: pd.DataFrame, marketing: pd.DataFrame
) -> None:
    sale = messages[messages.campaign == SALE_CAMPAIGN]
    days = local(sale.sent_at).dt.date
    assert days.min() == SPRING_SALE.first and days.max() < SPRING_SALE.after
    fortnights = marketing.groupby(pd.Grouper(key="sent_at", freq="14D")).size()
    assert len(sale) > 2.5 * fortnights.drop(fortnights.nlargest(2).index).max()
    for channel, high in (("email", 0.08), ("push", 0.09)):
        clicks = (
            marketing[marketing.channel == channel]
            .groupby(marketing.campaign == SALE_CAMPAIGN)
            .clicked_at.agg(lambda at: at.notna().mean())
        )
        assert 1.5 * clicks[False] < clicks[True] < high, channel
    assert SALE_CAMPAIGN not in set(frames_of(SHORT, 31)["notifications"].campaign)


# What becomes of them


BANDS = {
    ("email", "failed_at", "sent"): (0.012, 0.018),
    ("sms", "failed_at", "sent"): (0.022, 0.038),
    ("whatsapp", "failed_at", "sent"): (0.015, 0.025),
    ("email", "opened_at", "delivered"): (0.32, 0.365),
    ("email", "machine_opened_at", "delivered"): (0.355, 0.41),
    ("whatsapp", "opened_at", "reported"): (0.69, 0.75),
    ("push", "opened_at", "sent"): (0.08, 0.105),
    ("sms", "clicked_at", "delivered"): (0.047, 0.073),
    ("whatsapp", "clicked_at", "delivered"): (0.09, 0.13),
}


@pytest.mark.parametrize(("what", "band"), BANDS.items(), ids=str)
def test_rates_of_channels(
    what: tuple[str, str, str], band: tuple[float, float], messages: pd.DataFrame
) -> None:
    channel, event, base = what
    sent = messages[messages.channel == channel]
    if base != "sent":
        sent = sent[sent.delivered_at.notna()]
    if base == "reported":
        sent = sent[sent.reports_opens]
    assert band[0] < sent[event].notna().mean() < band[1]


def test_mail_about_bookings_is_followed_four_times_as_often(messages: pd.DataFrame) -> None:
    mails = messages[(messages.channel == "email") & messages.delivered_at.notna()]
    mails = mails[mails.campaign != SALE_CAMPAIGN]
    clicks = mails.clicked_at.notna().groupby(mails.campaign.isna()).mean()
    assert 0.025 < clicks[False] < 0.036 and 0.105 < clicks[True] < 0.14


def test_what_a_channel_cannot_report_is_missing(messages: pd.DataFrame) -> None:
    by_channel = dict(list(messages.groupby("channel")))
    assert set(by_channel) == {"email", "sms", "push", "whatsapp"}
    flags = {
        name: tuple(each[["reports_delivery", "reports_opens"]].mean()) for name, each in by_channel.items()
    }
    assert flags["email"] == (1, 1) and flags["sms"] == (1, 0) and flags["push"] == (0, 1)
    assert flags["whatsapp"][0] == 1 and 0.77 < flags["whatsapp"][1] < 0.83
    silent = messages[~messages.reports_delivery]
    assert silent[["delivered_at", "failed_at"]].isna().all().all() and silent.opened_at.notna().any()
    assert messages[~messages.reports_opens].opened_at.isna().all()
    assert messages[messages.channel != "email"].machine_opened_at.isna().all()
    receipts = by_channel["whatsapp"].groupby("customer_id").reports_opens.nunique()
    assert (receipts == 1).all()


def test_a_message_is_delivered_or_fails_within_the_hour(messages: pd.DataFrame) -> None:
    told = messages[messages.reports_delivery]
    through = pd.Timestamp(local_instant(PLAN.through), unit="s")
    ended = told.delivered_at.notna().astype(int) + told.failed_at.notna()
    assert (ended <= 1).all() and (ended[told.sent_at < through - 60 * MINUTE] == 1).all()
    waits = (told.delivered_at.fillna(told.failed_at) - told.sent_at).dt.total_seconds()
    assert waits.max() < 3_600 and waits.median() < 10 < waits.quantile(0.99)
    failed = messages[messages.failed_at.notna()]
    assert failed[["opened_at", "machine_opened_at", "clicked_at"]].isna().all().all()


def test_opens_follow_delivery_and_clicks_follow_opens(messages: pd.DataFrame) -> None:
    opened = messages[messages.opened_at.notna()]
    told = opened[opened.reports_delivery]
    assert told.delivered_at.notna().all() and (told.opened_at > told.delivered_at).all()
    clicked = messages[messages.clicked_at.notna()]
    seen = clicked[clicked.reports_opens]
    assert seen.opened_at.notna().all() and (seen.clicked_at > seen.opened_at).all()
    assert {"sms", "whatsapp"} == set(clicked[~clicked.reports_opens].channel)


def test_opens_are_skewed_to_the_first_hours_and_rest_at_night(messages: pd.DataFrame) -> None:
    mails = messages[messages.channel == "email"]
    hours = (mails.opened_at - mails.sent_at).dt.total_seconds().dropna() / 3_600
    assert 1 < hours.median() < 4 and 0.06 < (hours > 48).mean() < 0.10 and hours.max() < 168
    assert local(mails.opened_at.dropna()).dt.hour.isin(range(1, 6)).mean() < 0.02


def test_machines_open_at_once_whether_or_not_people_do(messages: pd.DataFrame) -> None:
    mails = messages[(messages.channel == "email") & messages.delivered_at.notna()]
    waits = (mails.machine_opened_at - mails.delivered_at).dropna()
    assert waits.max() < 30 * MINUTE and waits.median() < 2 * MINUTE
    for about_bookings, some in mails.groupby(mails.campaign.isna()):
        opens = some.opened_at.notna().groupby(some.machine_opened_at.notna()).mean()
        assert abs(opens[True] - opens[False]) < 0.02, about_bookings
