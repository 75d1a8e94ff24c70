"""Invoices and payments of commissions: when they are due, and how they are paid."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics_lib.sources.sample import SamplePlan
from tests.sold_platform import LEG, SoldPlatform, local_time, sold_platform

BANK_HOLIDAYS = [
    *(f"{year}-{day}" for year in range(2024, 2028) for day in ("01-01", "05-01", "12-25", "12-26")),
    *("2024-03-29", "2024-04-01", "2025-04-18", "2025-04-21", "2026-04-03", "2026-04-06"),
    *("2027-03-26", "2027-03-29"),
]
BANK_DAY = pd.offsets.CustomBusinessDay(holidays=BANK_HOLIDAYS)


@pytest.fixture(scope="module")
def made() -> SoldPlatform:
    return sold_platform(SamplePlan(bookings=20_000))


@pytest.fixture(scope="module")
def settled(made: SoldPlatform) -> pd.DataFrame:
    """Invoiced legs that were due long ago, with what was paid for them."""
    rows = made.of("invoiced").set_index(LEG)
    rows = rows[rows.due_on < made.through - pd.Timedelta(days=120)]
    paid = made.of("paid").sort_values("occurred_at").groupby(LEG)
    rows = rows.join(
        paid.agg(paid=("amount_base_minor", "sum"), times=("entry", "size"), first=("occurred_at", "first"))
    )
    rows["late"] = (rows["first"].dt.normalize() - rows.due_on).dt.days
    return rows.fillna({"paid": 0, "times": 0})


def test_what_is_left_is_invoiced_on_the_third_bank_day_of_the_month_after(made: SoldPlatform) -> None:
    bookings = made.bookings[made.bookings.confirmed_at.notna()].set_index("booking_id")
    over = bookings.completed_at.fillna(bookings.no_show_at).fillna(bookings.cancelled_at).dropna()
    first = local_time(over).dt.to_period("M").dt.to_timestamp() + pd.offsets.MonthBegin(1)
    runs = {month: month - pd.Timedelta(days=1) + 3 * BANK_DAY for month in first.unique()}
    run = first.map(runs)
    left = made.sums("accrued").sub(made.sums("clawed_back"), fill_value=0)
    left = left[(left > 0) & (left.index.get_level_values("leg") != "platform")]
    left = left[left.index.get_level_values(0).isin(run.index[run < made.through])]
    invoiced = made.of("invoiced").set_index(LEG).sort_index()
    assert invoiced.index.is_unique and set(invoiced.index) == set(left.index)
    assert (invoiced.amount_base_minor == left).all()
    local = invoiced.occurred_at.dt.tz_localize("UTC").dt.tz_convert("Europe/Madrid")
    expected = run.loc[invoiced.index.get_level_values(0)].to_numpy() + np.timedelta64(10, "h")
    assert (local.dt.tz_localize(None).to_numpy() == expected).all()


def test_due_days_follow_the_leg_and_the_tier(made: SoldPlatform) -> None:
    invoiced = made.of("invoiced").merge(
        made.bookings[["booking_id", "created_at"]], on="booking_id", how="left"
    )
    parent = made.partners.set_index("partner_id").parent_partner_id
    to_above = (invoiced.leg == "distributor") & invoiced.partner_id.map(parent).notna()
    payee = invoiced.partner_id.where(~to_above, invoiced.partner_id.map(parent))
    payee = payee[invoiced.leg != "supplier"]
    tier = made.terms_of(payee, invoiced.created_at).tier.reindex(invoiced.index)
    days = np.where(invoiced.leg == "supplier", 14, np.where(tier.isin(["gold", "platinum"]), 45, 30))
    taken = (invoiced.due_on - local_time(invoiced.occurred_at).dt.normalize()).dt.days
    assert (taken == days).all()
    paid = made.of("paid").set_index(LEG)
    due = invoiced.set_index(LEG).due_on
    assert (paid.due_on == due.loc[paid.index]).all()


def test_nobody_is_paid_before_the_invoice_or_more_than_it(made: SoldPlatform) -> None:
    invoiced, paid = made.of("invoiced").set_index(LEG), made.of("paid").set_index(LEG)
    assert (paid.occurred_at > invoiced.occurred_at.loc[paid.index]).all()
    total = made.sums("paid")
    assert (total <= invoiced.amount_base_minor.loc[total.index]).all()
    assert (paid.amount_base_minor > 0).all()
    assert not set(paid.index.get_level_values("leg")) & {"platform"}
    assert paid.groupby(level=[0, 1]).size().max() == 2


def test_money_moves_on_bank_days_in_office_hours(made: SoldPlatform) -> None:
    local = made.of("paid").occurred_at.dt.tz_localize("UTC").dt.tz_convert("Europe/Madrid")
    days = local.dt.tz_localize(None).dt.normalize()
    assert (days.dt.dayofweek < 5).all() and not days.isin(pd.to_datetime(BANK_HOLIDAYS)).any()
    assert local.dt.hour.between(9, 16).all()


def test_an_invoice_is_paid_at_one_instant_but_for_lines_in_dispute(made: SoldPlatform) -> None:
    first = made.of("paid").drop_duplicates(LEG)
    lines = first[first.leg == "agency"].groupby(["partner_id", "due_on", "occurred_at"]).size()
    invoices = lines.groupby(level=[0, 1])
    assert (invoices.sum() > 3).any()
    assert (invoices.max() / invoices.sum()).mean() > 0.9


def test_balances_of_partners_are_never_below_zero(made: SoldPlatform) -> None:
    rows = made.of("accrued", "clawed_back", "paid")
    rows = rows[rows.leg != "platform"]
    signed = rows.amount_base_minor.where(rows.entry == "accrued", -rows.amount_base_minor)
    ordered = rows.assign(signed=signed).sort_values("occurred_at", kind="stable")
    assert (ordered.groupby(LEG).signed.cumsum() >= 0).all()


def test_most_are_paid_when_due_and_some_late(settled: pd.DataFrame) -> None:
    late = settled.late[settled.paid > 0]
    assert 0.80 < late.between(-6, 7).mean() < 0.93
    assert 0.04 < (late > 20).mean() < 0.09
    assert late.min() >= -6 and 40 < late.max() <= 75


def test_some_lines_are_paid_in_parts_or_not_at_all(settled: pd.DataFrame) -> None:
    unpaid = (settled.paid == 0).mean()
    in_part = ((settled.paid > 0) & (settled.paid < settled.amount_base_minor)).mean()
    assert 0.011 < unpaid < 0.019
    assert 0.008 < in_part < 0.016
    assert 0.034 < (settled.times == 2).mean() < 0.046
    in_two = settled[settled.times == 2]
    assert (in_two.paid == in_two.amount_base_minor).all()


def test_something_is_overdue_on_every_leg_at_the_end(made: SoldPlatform) -> None:
    invoiced = made.of("invoiced").set_index(LEG)
    invoiced = invoiced[invoiced.due_on < made.through]
    open_at_end = invoiced.amount_base_minor.sub(made.sums("paid"), fill_value=0).loc[invoiced.index]
    overdue = open_at_end[open_at_end > 0].groupby(level="leg").size()
    assert set(overdue.index) == {"supplier", "agency", "distributor", "reseller"}
    assert 0.015 < overdue.sum() / len(invoiced) < 0.05


def test_one_partner_of_each_model_is_always_paid_late(settled: pd.DataFrame) -> None:
    own = settled[settled.index.get_level_values("leg").isin(["agency", "reseller"])].dropna(subset="late")
    late = own.groupby(["business_model", "partner_id"]).late.agg(["median", "size"])
    late = late[late["size"] >= 15]
    notorious = late[late["median"] > 20]
    assert notorious.index.get_level_values(0).tolist() == ["b2b", "b2b2c"]
    assert late.drop(notorious.index)["median"].max() < 10
