"""Refunds and disputes of the sample platform: what must hold, joined anew in pandas."""

from __future__ import annotations

from datetime import date

import pandas as pd

from analytics_lib.sources.sample import SamplePlan
from tests.paid_platform import (
    CANCELLED,
    FEES,
    Platform,
    collect,
    days,
    half_up,
    local,
)


def test_cancellations_give_back_all_but_the_penalty(any_platform: Platform) -> None:
    it = any_platform
    captured = it.captured[it.captured.cancelled_at.notna()]
    back = it.refunds[it.refunds.reason.isin(CANCELLED)]
    back = back.groupby("attempt_id").amount_minor.sum().reindex(captured.attempt_id, fill_value=0)
    captured = captured.assign(back=back.to_numpy())
    # A second part, a late capture or a request by hand may lie beyond the end.
    since = captured[["cancelled_at", "captured_at"]].max(axis=1)
    known = captured[since < it.through - pd.Timedelta(days=25)]
    by_booking = known.groupby("booking_id").agg(
        paid=("amount_minor", "sum"),
        back=("back", "sum"),
        price=("price_minor", "first"),
        penalty=("penalty", "first"),
    )
    kept = half_up(by_booking.price, by_booking.penalty)
    # Less than 100 minor units are not sent back.
    kept = kept.where(by_booking.paid - kept >= 100, by_booking.paid)
    assert (by_booking.paid - by_booking.back == kept).all()
    part = known.amount_minor * known.booking_id.map(by_booking.back / by_booking.paid)
    assert ((known.back - part).abs() < 1).all()
    assert (captured.back <= captured.amount_minor).all()


def test_never_more_is_given_back_than_came_in(any_platform: Platform) -> None:
    it = any_platform
    amount = it.captured.set_index("attempt_id").amount_minor
    given = it.refunds.groupby("attempt_id").amount_minor.sum()
    assert (it.refunds.amount_minor > 0).all()
    assert (given <= amount.reindex(given.index)).all()


def test_refunds_come_after_the_cancellation_or_the_trip(any_platform: Platform) -> None:
    it = any_platform
    back = it.refunds.merge(it.captured, on="attempt_id", suffixes=("", "_of_payment"))
    assert (back.requested_at >= back.captured_at).all()
    wait = days(back.refunded_at - back.requested_at).dropna()
    assert wait.between(1, 45).all()
    assert back[back.requested_at < it.through - pd.Timedelta(days=45)].refunded_at.notna().all()
    cancelled = back.reason.isin(CANCELLED)
    assert (back.cancelled_at.notna() == cancelled).all()
    assert (back.requested_at >= back.cancelled_at)[cancelled].all()
    assert (back.requested_at > back.completed_at)[~cancelled].all()
    first = back[cancelled].sort_values("requested_at").drop_duplicates("attempt_id")
    since = first[["cancelled_at", "captured_at"]].max(axis=1)
    assert (days(first.requested_at - since) < 2).all()


def test_what_a_refund_costs_the_platform(any_platform: Platform) -> None:
    it = any_platform
    back = it.refunds.merge(
        it.payments[["attempt_id", "captured_base_minor", "fee_base_minor", "amount_minor", "method"]],
        on="attempt_id",
        suffixes=("", "_paid"),
    ).sort_values(["requested_at", "refund_id"])
    of_price = back.merge(it.bookings[["booking_id", "price_minor", "platform_leg"]], on="booking_id")
    part = of_price.platform_leg * of_price.amount_minor / of_price.price_minor
    assert ((of_price.platform_reversed_base_minor - part).abs() <= 0.5 + 1e-6).all()
    euro = back[back.currency == "EUR"]
    share = euro.method.map({name: fee[0] for name, fee in FEES.items()})
    assert (euro.fee_lost_base_minor == half_up(euro.amount_base_minor, share)).all()
    lost = back.groupby("attempt_id").agg(
        lost=("fee_lost_base_minor", "sum"), fee=("fee_base_minor", "first")
    )
    assert (lost.lost <= lost.fee).all()

    assert back.penalty_kept_base_minor.notna().all()
    assert (back[back.duplicated("attempt_id")].penalty_kept_base_minor == 0).all()
    # All parts are known of what was first asked for some time ago.
    asked = back.groupby("attempt_id").requested_at.transform("min")
    old = back[asked < it.through - pd.Timedelta(days=25)]
    by_attempt = old[old.reason.isin(CANCELLED)].groupby("attempt_id")
    sums = by_attempt.agg(
        back=("amount_minor", "sum"),
        kept=("penalty_kept_base_minor", "sum"),
        paid=("amount_minor_paid", "first"),
        base=("captured_base_minor", "first"),
    )
    # Converted at the rate of the capture, so that a change of rates since is not taken for a penalty.
    assert ((sums.base * (sums.paid - sums.back) / sums.paid - sums.kept).abs() <= 1).all()
    assert (old[~old.reason.isin(CANCELLED)].penalty_kept_base_minor == 0).all()


def test_disputes_are_of_cards_and_paypal_and_of_no_more_than_was_taken(any_platform: Platform) -> None:
    it = any_platform
    fights = it.disputes.merge(it.captured, on="attempt_id", suffixes=("", "_of_payment"))
    assert fights.attempt_id.is_unique and fights.method.isin(["card", "paypal"]).all()
    assert (fights.amount_base_minor > 0).all()
    assert (fights.amount_base_minor <= fights.captured_base_minor).all()
    assert days(fights.opened_at - fights.captured_at).between(10, 90).all()
    assert days(fights.closed_at - fights.opened_at).dropna().between(20, 75).all()
    assert (fights.closed_at.notna() == fights.outcome.notna()).all()
    assert fights[fights.opened_at < it.through - pd.Timedelta(days=75)].outcome.notna().all()
    assert fights.outcome.dropna().isin(["won", "lost", "withdrawn"]).all()


def test_nobody_disputes_what_was_given_back(any_platform: Platform) -> None:
    it = any_platform
    back = it.disputes.merge(it.refunds, on="attempt_id", suffixes=("", "_back")).merge(
        it.payments[["attempt_id", "captured_base_minor", "amount_minor"]],
        on="attempt_id",
        suffixes=("", "_paid"),
    )
    before = back[back.refunded_at <= back.opened_at].groupby("attempt_id")
    sums = before.agg(
        back=("amount_minor", "sum"),
        paid=("amount_minor_paid", "first"),
        base=("captured_base_minor", "first"),
        disputed=("amount_base_minor", "first"),
    )
    assert (sums.back < sums.paid).all()
    assert (sums.disputed <= sums.base * (sums.paid - sums.back) / sums.paid).all()
    still_to_come = back[~(back.refunded_at <= back.opened_at)]
    assert (still_to_come.outcome.dropna() == "withdrawn").all()


def test_refunds_are_as_late_as_the_desk_is_busy(platform: Platform) -> None:
    back = platform.refunds
    wait = days(back.refunded_at - back.requested_at)
    late = (wait > 15)[wait.notna()]
    november = local(back.requested_at).dt.strftime("%Y-%m") == "2025-11"
    assert late[november].mean() > 0.28 and 0.02 < late[~november].mean() < 0.06
    assert 2.5 < wait.median() < 4.5
    straight = days(
        back.requested_at - back.booking_id.map(platform.bookings.set_index("booking_id").cancelled_at)
    )
    assert 0.4 < (straight[back.reason.isin(CANCELLED)] == 0).mean() < 0.65
    twice = back[back.reason.isin(CANCELLED)].groupby("attempt_id").size()
    assert twice.max() == 2 and 0.02 < (twice == 2).mean() < 0.08


def test_reasons_of_refunds(platform: Platform) -> None:
    back = platform.refunds.merge(platform.bookings, on="booking_id", suffixes=("", "_of_booking"))
    share = back.reason.value_counts(normalize=True)
    assert share["customer_cancelled"] > 0.75 and 0.02 < share["supplier_cancelled"] < 0.1
    forced = back[back.reason == "force_majeure"]
    assert len(forced) > 5 and (forced.destination_id == "d-athens").all()
    assert forced.starts_on.between("2025-08-01", "2025-08-31").all()
    assert local(forced.cancelled_at).dt.strftime("%Y-%m").eq("2025-08").all()
    assert (back[back.reason.isin(["force_majeure", "supplier_cancelled"])].penalty == 0).all()
    assert back[back.reason == "overbooked"].kind.isin(["hotel", "package"]).all()
    goodwill = back[back.reason.isin(["service_quality", "overbooked"])]
    part = goodwill.amount_minor / goodwill.price_minor
    assert part.between(0.04, 0.3).all() and goodwill.booking_id.is_unique
    old = platform.bookings[platform.bookings.completed_at < platform.through - pd.Timedelta(days=60)]
    assert 0.011 < old.booking_id.isin(goodwill.booking_id).mean() < 0.019


def test_few_payments_are_disputed_more_of_those_who_did_not_go(platform: Platform) -> None:
    taken = platform.captured
    taken = taken[
        taken.method.isin(["card", "paypal"]) & (taken.captured_at < platform.through - pd.Timedelta(days=90))
    ]
    disputed = taken.attempt_id.isin(platform.disputes.attempt_id)
    assert 0.0015 < disputed.mean() < 0.0040
    assert (platform.disputes.business_model == "b2c").mean() > 0.5
    assert disputed[taken.no_show_at.notna()].mean() > 3 * disputed[taken.no_show_at.isna()].mean()


def test_the_collapse_brings_disputes() -> None:
    it = collect(SamplePlan(bookings=80_000, through=date(2025, 12, 1)))
    taken = it.captured[it.captured.method.isin(["card", "paypal"])]
    disputed = taken.attempt_id.isin(it.disputes.attempt_id)
    there = (taken.destination_id == "d-athens") & taken.starts_on.between("2025-08-01", "2025-08-31")
    assert there.sum() > 60 and disputed[there].mean() > 3 * disputed[~there].mean()
