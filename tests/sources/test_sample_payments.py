"""Payments of the sample platform: what must hold, joined anew in pandas."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd

from analytics_lib.sources.sample import SamplePlan
from analytics_lib.sources.sample.bookings import BookingBook
from analytics_lib.sources.sample.payments import Payments
from analytics_lib.sources.sample.plan import FIRST_DAY
from analytics_lib.sources.sample.platform import world_of
from analytics_lib.sources.sample.story import FAILED_PROVIDER
from tests.paid_platform import (
    CODES,
    DECIMALS,
    FEES,
    Platform,
    collect,
    days,
    half_up,
    in_failure,
    local,
    succeeded,
)


def test_keys_are_unique_and_refer_to_what_is_there(any_platform: Platform) -> None:
    it = any_platform
    for frame, key in ((it.payments, "attempt_id"), (it.refunds, "refund_id"), (it.disputes, "dispute_id")):
        assert frame[key].notna().all() and frame[key].is_unique
    assert it.payments.booking_id.isin(it.bookings.booking_id).all()
    assert (it.payments.groupby("intent_id").booking_id.nunique() == 1).all()
    captured = it.captured.set_index("attempt_id")
    assert it.refunds.attempt_id.isin(captured.index).all()
    assert it.disputes.attempt_id.isin(captured.index).all()
    if len(it.refunds):
        of_attempt = captured.loc[it.refunds.attempt_id]
        assert (of_attempt.booking_id.to_numpy() == it.refunds.booking_id.to_numpy()).all()
        assert (of_attempt.currency.to_numpy() == it.refunds.currency.to_numpy()).all()


def test_model_partner_and_test_mark_are_those_of_the_booking(any_platform: Platform) -> None:
    it = any_platform
    scope = ["business_model", "partner_id", "is_test", "currency"]
    of_booking = it.bookings.set_index("booking_id")
    owner = it.payments.set_index("attempt_id").booking_id
    for frame, booking_id in (
        (it.payments, it.payments.booking_id),
        (it.refunds, it.refunds.booking_id),
        (it.disputes, it.disputes.attempt_id.map(owner)),
    ):
        columns = [column for column in scope if column in frame]
        expected = of_booking.reindex(booking_id)[columns].reset_index(drop=True)
        pd.testing.assert_frame_equal(frame[columns], expected, check_dtype=False)


def test_nothing_happens_before_the_booking_or_at_or_after_the_end(any_platform: Platform) -> None:
    it = any_platform
    made = it.payments.booking_id.map(it.bookings.set_index("booking_id").created_at)
    assert (it.payments.attempted_at >= made).all()
    for frame in (it.payments, it.refunds, it.disputes):
        for column in (column for column in frame if column.endswith("_at")):
            assert (frame[column].dropna() < it.through).all(), column
    assert it.payments.attempted_at.notna().all()
    assert it.refunds.requested_at.notna().all() and it.disputes.opened_at.notna().all()


def test_the_events_of_an_attempt_are_in_order(any_platform: Platform) -> None:
    pays = any_platform.payments
    for earlier, later in (
        ("attempted_at", "sent_at"),
        ("sent_at", "authorised_at"),
        ("attempted_at", "authorised_at"),
        ("authorised_at", "captured_at"),
        ("attempted_at", "captured_at"),
        ("authorised_at", "voided_at"),
        ("captured_at", "paid_out_at"),
    ):
        both = pays[pays[earlier].notna() & pays[later].notna()]
        assert (both[earlier] <= both[later]).all(), (earlier, later)
    assert not (pays.captured_at.notna() & pays.voided_at.notna()).any()
    assert not (pays.paid_out_at.notna() & pays.captured_at.isna()).any()
    assert (pays.failed_stage.notna() == pays.failure_code.notna()).all()
    failed = pays[pays.failed_stage.notna()]
    assert failed[["authorised_at", "captured_at", "voided_at", "paid_out_at"]].isna().all(axis=None)
    for stage, codes in failed.groupby("failed_stage").failure_code:
        assert set(codes) <= CODES[str(stage)]


def test_only_what_reached_a_network_was_sent(any_platform: Platform) -> None:
    pays = any_platform.payments
    never_sent = pays.failed_stage.isin(["risk", "authentication", "abandoned"])
    by_transfer = pays.method == "bank_transfer"
    assert pays[never_sent | by_transfer].sent_at.isna().all()
    assert pays[by_transfer].authorised_at.isna().all()
    reached = (pays.failed_stage == "issuer") | (succeeded(pays) & ~by_transfer)
    assert pays[reached].sent_at.notna().all()
    assert pays[pays.captured_at.notna() & ~by_transfer].authorised_at.notna().all()


def test_an_intent_succeeds_once_and_with_its_last_attempt(any_platform: Platform) -> None:
    pays = any_platform.payments.assign(good=succeeded(any_platform.payments))
    pays = pays.sort_values(["attempted_at", "attempt_id"])
    by_intent = pays.groupby("intent_id")
    assert by_intent.good.sum().max() <= 1
    assert by_intent.size().max() <= 5
    assert (by_intent.amount_minor.nunique() == 1).all()
    assert pays[pays.good].attempt_id.isin(by_intent.attempt_id.last()).all()
    assert pays.groupby("booking_id").intent_id.nunique().max() <= 2


def test_direct_and_resold_bookings_are_paid_before_they_are_confirmed(any_platform: Platform) -> None:
    it = any_platform
    pays = it.payments.merge(it.bookings[["booking_id", "confirmed_at"]], on="booking_id")
    pays = pays[(pays.business_model != "b2b") & pays.confirmed_at.notna()].sort_values("attempted_at")
    first = pays[pays.intent_id == pays.groupby("booking_id").intent_id.transform("first")]
    good = first[(first.method == "bank_transfer") | first.authorised_at.notna()]
    good = good[good.failed_stage.isna()]
    assert set(good.booking_id) == set(
        it.bookings[(it.bookings.business_model != "b2b") & it.bookings.confirmed_at.notna()].booking_id
    )
    assert (good.attempted_at <= good.confirmed_at).all()
    assert (good.authorised_at.dropna() <= good.confirmed_at[good.authorised_at.notna()]).all()


def test_business_bookings_are_paid_after_they_are_confirmed(any_platform: Platform) -> None:
    it = any_platform
    pays = it.payments.merge(it.bookings[["booking_id", "confirmed_at"]], on="booking_id")
    good = pays[(pays.business_model == "b2b") & succeeded(pays)]
    assert (good.attempted_at >= good.confirmed_at).all()


def test_who_expired_never_paid(any_platform: Platform) -> None:
    it = any_platform
    expired = it.bookings[it.bookings.expired_at.notna()]
    pays = it.payments.merge(expired[["booking_id", "expired_at"]], on="booking_id")
    assert not succeeded(pays).any()
    assert (pays.attempted_at <= pays.expired_at).all()
    direct = expired[expired.business_model != "b2b"]
    assert direct.booking_id.isin(pays.booking_id).all()


def test_nobody_tries_to_pay_what_is_cancelled(any_platform: Platform) -> None:
    it = any_platform
    pays = it.payments.merge(it.bookings[["booking_id", "cancelled_at"]], on="booking_id")
    pays = pays[pays.cancelled_at.notna()]
    assert (pays.attempted_at < pays.cancelled_at).all()
    taken = pays[pays.captured_at.notna() & (pays.method != "bank_transfer")]
    assert (taken.captured_at < taken.cancelled_at).all()
    voided = it.payments[it.payments.voided_at.notna()]
    assert voided.booking_id.isin(pays.booking_id).all()
    assert (pays.voided_at.dropna() >= pays.cancelled_at[pays.voided_at.notna()]).all()


def test_what_is_paid_adds_up_to_the_price(any_platform: Platform) -> None:
    it = any_platform
    intents = it.payments.drop_duplicates("intent_id")
    bookings = it.bookings.set_index("booking_id")
    taken = it.captured.groupby("booking_id").amount_minor.sum().reindex(bookings.index, fill_value=0)
    assert (taken <= bookings.price_minor).all()
    asked = intents.groupby("booking_id").amount_minor.agg(["sum", "size"])
    price = bookings.price_minor[asked.index]
    assert (asked["sum"] == price)[asked["size"] == 2].all()
    assert (asked["sum"] <= price).all()
    over = bookings.completed_at.fillna(bookings.no_show_at)
    settled = bookings[over < it.through - pd.Timedelta(days=75)]
    assert (taken[settled.index] == settled.price_minor).all()


def test_deposits_are_a_fifth_to_a_third_and_balances_are_due_a_month_ahead(any_platform: Platform) -> None:
    it = any_platform
    intents = it.payments.drop_duplicates("intent_id").merge(
        it.bookings[["booking_id", "price_minor", "starts_on", "kind"]], on="booking_id"
    )
    intents = intents.sort_values("attempted_at", kind="stable")
    deposits = intents[intents.amount_minor < intents.price_minor].drop_duplicates("booking_id")
    share = deposits.amount_minor / deposits.price_minor
    assert (share >= 0.2).all() and ((deposits.amount_minor - 1) / deposits.price_minor < 0.3).all()
    assert deposits.kind.isin(["hotel", "package"]).all()
    assert deposits.business_model.isin(["b2c", "b2b"]).all()
    balances = intents[intents.duplicated("booking_id")]
    ahead = (balances.starts_on - local(balances.attempted_at).dt.normalize()).dt.days
    assert ahead.between(30, 45).all()


def test_fees_follow_from_what_is_captured(any_platform: Platform) -> None:
    pays = any_platform.payments
    taken = pays.captured_at.notna()
    assert (pays.captured_base_minor.notna() == taken).all() and (pays.fee_base_minor.notna() == taken).all()
    captured = pays[taken]
    share, fixed = (captured.method.map({name: fee[part] for name, fee in FEES.items()}) for part in (0, 1))
    assert (captured.fee_base_minor == half_up(captured.captured_base_minor, share) + fixed).all()


def test_payouts_come_on_working_days_within_a_week(any_platform: Platform) -> None:
    pays = any_platform.payments
    paid_out = pays[pays.paid_out_at.notna()]
    assert (local(paid_out.paid_out_at).dt.dayofweek < 5).all()
    wait = local(paid_out.paid_out_at).dt.normalize() - local(paid_out.captured_at).dt.normalize()
    assert wait.dt.days.between(1, 7).all()
    old = pays.captured_at < any_platform.through - pd.Timedelta(days=8)
    assert pays[old].paid_out_at.notna().all()


def test_amounts_are_converted_at_their_own_instants(any_platform: Platform) -> None:
    it = any_platform
    of_intent = it.payments.set_index("attempt_id").amount_minor
    rows = [
        it.payments[["currency", "attempted_at", "amount_minor", "amount_base_minor"]],
        it.captured[["currency", "captured_at", "amount_minor", "captured_base_minor"]],
        it.refunds[["currency", "requested_at", "amount_minor", "amount_base_minor"]],
    ]
    assert of_intent.notna().all()
    for table in rows:
        table = table.set_axis(["currency", "at", "minor", "base"], axis=1).sort_values("at")
        same = table[table.currency == "EUR"]
        assert (same.minor == same.base).all()
        foreign = table[table.currency != "EUR"]
        foreign = foreign.sample(min(len(foreign), 2_000), random_state=1).sort_values("at")
        rated = pd.merge_asof(foreign, it.rates, left_on="at", right_on="valid_from", by="currency")
        for row in rated.itertuples():
            units = Decimal(int(row.minor)).scaleb(-DECIMALS[row.currency])
            euros = units / (Decimal(int(row.units_per_base_e9)) / 10**9)
            assert row.base == int((euros * 100).quantize(Decimal(1), ROUND_HALF_UP)), row


def test_the_same_plan_gives_the_same_rows() -> None:
    plan = SamplePlan(bookings=500)
    first, second = collect(plan), collect(plan)
    for name in ("payments", "refunds", "disputes"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(second, name))


def test_days_without_a_booking_bring_no_rows() -> None:
    world = world_of(SamplePlan(bookings=10))
    booked = BookingBook(world).write(FIRST_DAY, np.zeros((3, 3), dtype=np.int64))
    tables = list(Payments(world).write(booked))
    assert [(name, table.num_rows) for name, table in tables] == [
        ("payments", 0),
        ("refunds", 0),
        ("disputes", 0),
    ]


def test_everybody_pays_in_their_own_way(platform: Platform) -> None:
    pays = platform.payments.drop_duplicates("intent_id").merge(
        platform.bookings[["booking_id", "customer_id", "device"]], on="booking_id"
    )
    share = pd.crosstab(pays.business_model, pays.method, normalize="index")
    assert share.loc["b2c", "card"] == share.loc["b2c"].max() and 0.45 < share.loc["b2c", "card"] < 0.65
    assert share.loc["b2b", "bank_transfer"] > 0.65 and 0.15 < share.loc["b2b", "card"] < 0.3
    assert share.loc["b2b2c", "card"] > 0.65 and share.loc["b2b2c", "bank_transfer"] > 0.15
    assert (share.loc[["b2b", "b2b2c"], ["paypal", "wallet"]] == 0).all(axis=None)
    wallet = (pays.method == "wallet")[pays.business_model == "b2c"].groupby(pays.device).mean()
    assert wallet["mobile"] > 1.8 * wallet["desktop"]
    carried = platform.payments.groupby("provider").method.unique().map(set)
    assert carried["PayPal"] == {"paypal"} and carried["Iberbank"] == {"bank_transfer"}
    assert carried["Adria Pay"] == carried[FAILED_PROVIDER] == {"card", "wallet"}
    of_cards = platform.payments[platform.payments.method.isin(["card", "wallet"])]
    assert 0.59 < (of_cards.provider == "Adria Pay").mean() < 0.65


def test_success_by_method_at_the_grain_of_attempts_and_of_intents(platform: Platform) -> None:
    pays = platform.payments[~in_failure(platform.payments)]
    pays = pays.assign(good=succeeded(pays))[succeeded(pays) | pays.failed_stage.notna()]
    rate = pays.groupby("method").good.mean()
    assert 0.84 < rate["card"] < 0.88 and 0.90 < rate["paypal"] < 0.94
    assert 0.91 < rate["wallet"] < 0.95 and 0.97 < rate["bank_transfer"] < 0.99
    by_intent = pays.sort_values("attempted_at").groupby("intent_id")
    intents = by_intent.agg(good=("good", "any"), method=("method", "first"), tries=("good", "size"))
    of_intents = intents.groupby("method").good.mean()
    assert (of_intents > rate).all() and of_intents["card"] > rate["card"] + 0.08
    assert 0.04 < (intents.tries > 1).mean() < 0.12


def test_most_declines_are_the_issuers(platform: Platform) -> None:
    pays = platform.payments[~in_failure(platform.payments)]
    share = pays[pays.method == "card"].failed_stage.value_counts(normalize=True)
    assert share.idxmax() == "issuer" and 0.42 < share["issuer"] < 0.62
    assert 0.04 < share["risk"] < share["authentication"] < 0.28
    assert 0.12 < share["abandoned"] < 0.26
    assert not (pays.failure_code == "provider_timeout").any()
    assert (pays[pays.method == "bank_transfer"].failed_stage.dropna() == "abandoned").all()


def test_a_provider_fails_for_a_week_and_the_other_one_takes_over(platform: Platform) -> None:
    pays = platform.payments[succeeded(platform.payments) | platform.payments.failed_stage.notna()]
    rate = succeeded(pays).groupby([in_failure(pays), pays.provider]).mean()
    assert rate[True, FAILED_PROVIDER] < 0.12 < 0.8 < rate[False, FAILED_PROVIDER]
    assert rate[True, "Adria Pay"] > 0.8 and rate[True, "PayPal"] > 0.75
    timed_out = pays[pays.failure_code == "provider_timeout"]
    assert (timed_out.provider == FAILED_PROVIDER).all() and in_failure(timed_out).all()
    assert (timed_out.failed_stage == "abandoned").all() and len(timed_out) > 40
    retried = pays.merge(timed_out[["intent_id", "attempted_at"]], on="intent_id", suffixes=("", "_before"))
    retried = retried[retried.attempted_at > retried.attempted_at_before].sort_values("attempted_at")
    following = retried.drop_duplicates("intent_id")
    assert len(following) > 0.7 * timed_out.intent_id.nunique()
    assert (following.provider == "Adria Pay").all() and succeeded(following).mean() > 0.75


def test_few_intents_wait_and_holds_take_days(platform: Platform) -> None:
    pays = platform.payments
    of_card = pays[pays.authorised_at.notna() & pays.captured_at.notna()]
    hold = (of_card.captured_at - of_card.authorised_at).dt.total_seconds()
    direct = hold[of_card.business_model == "b2c"]
    assert (direct <= 60).mean() > 0.93 and 0.01 < (direct > 6 * 3_600).mean() < 0.06
    assert hold.max() < 6.5 * 86_400
    transfers = pays[pays.method == "bank_transfer"]
    assert 1.5 < days(transfers.captured_at - transfers.attempted_at).mean() < 3.5
    assert 0.001 < pays.voided_at.notna().mean() < 0.01
    settled = pays.captured_at.notna() | pays.voided_at.notna() | pays.failed_stage.notna()
    assert 0 < (~settled).sum() < 0.003 * len(pays)
    assert (pays[~settled].attempted_at > platform.through - pd.Timedelta(days=8)).all()
    lag = days(pays.paid_out_at - pays.captured_at).groupby(pays.provider).mean()
    assert lag["PayPal"] < lag["Adria Pay"] < lag[FAILED_PROVIDER]


def test_deposits_are_common_where_the_lead_is_long(platform: Platform) -> None:
    live = platform.bookings[platform.bookings.completed_at.notna()]
    lead = (live.starts_on - live.created_at.dt.normalize()).dt.days
    intents = platform.payments.groupby("booking_id").intent_id.nunique()
    in_two = live.booking_id.map(intents) == 2
    assert not in_two[lead < 55].any()
    share = in_two[lead > 62].groupby([live.business_model, live.kind]).mean()
    assert 0.6 < share["b2c", "package"] < 0.85 and 0.18 < share["b2c", "hotel"] < 0.34
    assert 0.45 < share["b2b", "package"] < 0.75 and 0.15 < share["b2b", "hotel"] < 0.34


def test_invoices_are_paid_within_a_month_or_before_the_start(platform: Platform) -> None:
    taken = platform.captured
    transfers = taken[(taken.business_model == "b2b") & (taken.method == "bank_transfer")]
    in_one_sum = transfers[transfers.amount_minor == transfers.price_minor]
    wait = days(in_one_sum.attempted_at - in_one_sum.confirmed_at)
    assert 0.6 < (wait > 2).mean() < 0.9
    soon, ahead = wait < 32, in_one_sum.starts_on > in_one_sum.attempted_at + pd.Timedelta(days=1)
    assert (soon | ahead).mean() > 0.99
    of_invoices = in_one_sum[wait > 2.2]
    assert (local(of_invoices.attempted_at).dt.dayofweek < 5).mean() > 0.97
