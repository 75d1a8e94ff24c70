"""Draw the whole sample platform on one page of small charts: `docs/images/sample.png`.

    .venv/bin/python docs/drawings/sample_page.py [DATABASE_FILE] [PICTURE]

Without a file it draws the default sample, which it makes if it is not there. Each chart is a question
that somebody who runs a platform would ask of data that is shown to them for the first time.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import altair as alt
import duckdb
import pandas as pd
import vl_convert

from analytics_lib.charts.theme import ACCENT, CATEGORIES, GREY, enable
from analytics_lib.sources.first_use import sample_database

WIDTH, HEIGHT, COLUMNS = 230, 110, 5
EXTENT = 150
"""Pixels for the labels beside each chart, so that all stand in line."""
SHADES = [*CATEGORIES, GREY]
FONTS = Path(__file__).parents[2] / "scheduler" / "fonts"
PICTURE = Path(__file__).parents[1] / "images" / "sample.png"
MODELS = ["b2c", "b2b", "b2b2c"]
LOCAL = "(timezone('Europe/Madrid', timezone('UTC', {})))"


def local(column: str) -> str:
    """The wall clock in Madrid."""
    return LOCAL.format(column)


def weekday(clock: str) -> str:
    """The day of the week, in order."""
    return f"isodow({clock}) || ' ' || strftime({clock}, '%a')"


class Page:
    """The charts so far, each from one SELECT."""

    def __init__(self, database: Path) -> None:
        self._connection = duckdb.connect(str(database), read_only=True)
        self.charts: list[Any] = []

    def ask(self, sql: str) -> pd.DataFrame:
        return self._connection.execute(sql).df()

    def lines(self, title: str, sql: str, unit: str = "", *, zero: bool = True) -> None:
        """Columns `x` (an instant or a number), `y`, and `name` for several lines."""
        frame = self.ask(sql)
        kind = "T" if pd.api.types.is_datetime64_any_dtype(frame["x"]) else "Q"
        chart = (
            alt.Chart(frame)
            .mark_line(strokeWidth=1.4)
            .encode(
                x=alt.X(f"x:{kind}", title=None, axis=alt.Axis(tickCount=5, grid=False)),
                y=alt.Y("y:Q", title=unit or None, scale=alt.Scale(zero=zero), axis=alt.Axis(tickCount=4)),
                color=self._colour(frame),
            )
        )
        self._add(title, chart)

    def bars(
        self, title: str, sql: str, unit: str = "", *, keep_order: bool = False, stacked: bool = True
    ) -> None:
        """Columns `name` and `y`, and `part` for bars in parts: stacked, or the shorter over the longer."""
        frame = self.ask(sql)
        order: Any = list(dict.fromkeys(frame["name"])) if keep_order else "-x"
        parts = (
            {"color": alt.Color("part:N", title=None, scale=alt.Scale(range=SHADES))}
            if "part" in frame
            else {}
        )
        chart = (
            alt.Chart(frame)
            .mark_bar(color=ACCENT)
            .encode(
                y=alt.Y("name:N", title=None, sort=order),
                x=alt.X("y:Q", title=unit or None, axis=alt.Axis(tickCount=4), stack=stacked),
                **parts,
            )
        )
        self._add(title, chart)

    def columns(self, title: str, sql: str, unit: str = "") -> None:
        """Columns `x` (a number) and `y`."""
        chart = (
            alt.Chart(self.ask(sql))
            .mark_bar(color=ACCENT)
            .encode(
                x=alt.X("x:O", title=None, axis=alt.Axis(labelOverlap=True)),
                y=alt.Y("y:Q", title=unit or None, axis=alt.Axis(tickCount=4)),
            )
        )
        self._add(title, chart)

    def heat(self, title: str, sql: str) -> None:
        """Columns `x`, `name` and `y`."""
        chart = (
            alt.Chart(self.ask(sql))
            .mark_rect()
            .encode(
                x=alt.X("x:O", title=None, axis=alt.Axis(labelOverlap=True)),
                y=alt.Y("name:O", title=None),
                color=alt.Color("y:Q", legend=None, scale=alt.Scale(range=["#F3F4F6", ACCENT])),
            )
        )
        self._add(title, chart)

    def spans(self, title: str, sql: str) -> None:
        """Columns `name`, `start`, `stop` and `part`."""
        chart = (
            alt.Chart(self.ask(sql))
            .mark_bar(height=6, strokeWidth=1.5)
            .encode(
                x=alt.X("start:T", title=None, axis=alt.Axis(tickCount=5)),
                x2="stop:T",
                y=alt.Y("name:N", title=None),
                stroke=alt.Stroke("part:N", legend=None),
                color=alt.Color("part:N", title=None),
            )
        )
        self._add(title, chart)

    def save(self, picture: Path) -> None:
        """Write the picture."""
        page = alt.concat(*self.charts, columns=COLUMNS, spacing=26).resolve_scale(color="independent")
        page = page.configure_view(stroke=None).configure(background="white")
        page = page.configure_axisY(minExtent=EXTENT, maxExtent=EXTENT, labelLimit=EXTENT - 6)
        vl_convert.register_font_directory(str(FONTS))
        picture.write_bytes(vl_convert.vegalite_to_png(page.to_json(), scale=1))

    def _add(self, title: str, chart: Any) -> None:
        words = alt.TitleParams(title, fontSize=12, offset=6)
        self.charts.append(chart.properties(width=WIDTH, height=HEIGHT, title=words))

    def _colour(self, frame: pd.DataFrame) -> Any:
        if "name" not in frame:
            return alt.value(ACCENT)
        many = frame["name"].nunique() > len(CATEGORIES)
        scheme = alt.Scale(scheme="tableau10") if many else alt.Scale(range=SHADES)
        return alt.Color("name:N", title=None, scale=scheme, legend=alt.Legend(columns=4, symbolSize=30))


def bookings(page: Page) -> None:
    """What is booked, by whom, and what becomes of it."""
    created, lead = local("created_at"), f"datediff('day', {local('created_at')}::DATE, starts_on)"
    page.lines(
        "Bookings a week by business model",
        f"SELECT date_trunc('week', {created}) x, business_model AS name, count(*) y "
        "FROM bookings WHERE created_at < (SELECT max(created_at) - INTERVAL 7 days FROM bookings) "
        "GROUP BY ALL ORDER BY x",
    )
    page.heat(
        "When bookings are made: weekday by hour",
        f"SELECT hour({created}) x, {weekday(created)} AS name, count(*) y FROM bookings GROUP BY ALL",
    )
    page.columns(
        "Days from booking to start (hotels)",
        f"SELECT least({lead} // 10 * 10, 250) x, count(*) y FROM bookings JOIN products USING (product_id) "
        "WHERE kind = 'hotel' GROUP BY ALL ORDER BY x",
    )
    page.lines(
        "Arrivals a week: cities, sun, far away",
        "SELECT date_trunc('week', starts_on) x, count(*) y, CASE WHEN region = 'Overseas' THEN 'far' "
        "WHEN name IN ('Palma', 'Nice', 'Athens', 'Dubrovnik') THEN 'sun' ELSE 'city' END AS name "
        "FROM bookings JOIN destinations USING (destination_id) WHERE cancelled_at IS NULL "
        "AND starts_on < (SELECT max(created_at) FROM bookings) GROUP BY ALL ORDER BY x",
    )
    page.lines(
        "Athens and Palma, bookings a week: the fires of August 2025",
        f"SELECT date_trunc('week', {created}) x, name, count(*) y FROM bookings JOIN destinations "
        "USING (destination_id) WHERE name IN ('Athens', 'Palma') GROUP BY ALL ORDER BY x",
    )
    page.columns(
        "Cancelled so far, by days ahead (%)",
        f"SELECT least({lead} // 15 * 15, 180) x, 100 * avg((cancelled_at IS NOT NULL)::INT) y FROM bookings "
        "WHERE ends_on < (SELECT max(created_at) FROM bookings) AND business_model <> 'b2b' "
        "GROUP BY ALL ORDER BY x",
    )
    page.bars(
        "Currencies (% of value)",
        "SELECT currency AS name, 100 * sum(price_base_minor) / sum(sum(price_base_minor)) OVER () y "
        "FROM bookings GROUP BY ALL",
    )
    page.lines(
        "Euros for a pound and for five zloty",
        "SELECT valid_from x, currency AS name, "
        "CASE currency WHEN 'PLN' THEN 5 ELSE 1 END * 1e9 / units_per_base_e9 y "
        "FROM exchange_rates WHERE currency IN ('GBP', 'PLN') ORDER BY x",
        zero=False,
    )
    page.lines(
        "Six partners: loyal, ramping, fading, silent",
        f"SELECT date_trunc('month', {created}) x, partner_id AS name, count(*) y FROM bookings "
        "WHERE partner_id IN ('op-001', 'op-021', 're-017', 're-011', 'ag-018', 're-019') "
        "GROUP BY ALL ORDER BY x",
    )
    page.bars(
        "Channels of direct bookings (%)",
        "SELECT channel AS name, 100.0 * count(*) / sum(count(*)) OVER () y FROM bookings "
        "WHERE business_model = 'b2c' GROUP BY ALL",
    )


def money(page: Page) -> None:
    """Payments, refunds, disputes, commissions and costs."""
    page.lines(
        "Success of attempts by provider, weekly (%)",
        "SELECT date_trunc('week', attempted_at) x, provider AS name, "
        "100 * avg((captured_at IS NOT NULL OR authorised_at IS NOT NULL)::INT) y FROM payments "
        "WHERE failed_stage IS NOT NULL OR captured_at IS NOT NULL OR authorised_at IS NOT NULL "
        "GROUP BY ALL HAVING count(*) > 20 ORDER BY x",
    )
    page.bars(
        "Why attempts fail",
        "SELECT failed_stage || ': ' || failure_code AS name, count(*) y FROM payments "
        "WHERE failed_stage IS NOT NULL GROUP BY ALL ORDER BY y DESC LIMIT 9",
    )
    page.bars(
        "How each model pays (% of attempts)",
        "SELECT business_model AS name, method AS part, 100.0 * count(*) / sum(count(*)) OVER "
        "(PARTITION BY business_model) y FROM payments GROUP BY business_model, method",
    )
    page.columns(
        "Days from the request to the refund",
        "SELECT least(datediff('day', requested_at, refunded_at), 45) x, count(*) y FROM refunds "
        "WHERE refunded_at IS NOT NULL GROUP BY ALL ORDER BY x",
    )
    page.lines(
        "Captured and refunded a month (million EUR)",
        "SELECT date_trunc('month', captured_at) x, 'captured' AS name, sum(captured_base_minor) / 1e8 y "
        "FROM payments WHERE captured_at IS NOT NULL GROUP BY ALL UNION ALL "
        "SELECT date_trunc('month', refunded_at), 'refunded', sum(amount_base_minor) / 1e8 "
        "FROM refunds WHERE refunded_at IS NOT NULL GROUP BY ALL ORDER BY x",
    )
    page.columns(
        "Disputes opened, by days after capture",
        "SELECT datediff('day', captured_at, opened_at) // 10 * 10 x, count(*) y FROM disputes "
        "JOIN payments USING (attempt_id) GROUP BY ALL ORDER BY x",
    )
    page.bars(
        "Where the price of a booking goes (%)",
        "SELECT business_model AS name, leg AS part, "
        "100 * sum(amount_base_minor) / sum(sum(amount_base_minor)) OVER (PARTITION BY business_model) y "
        "FROM commission_entries WHERE entry = 'accrued' GROUP BY business_model, leg",
    )
    in_force = (
        "t.partner_id = b.partner_id AND t.valid_from <= b.created_at "
        "AND coalesce(t.valid_to, 'infinity') > b.created_at"
    )
    page.bars(
        "What stays with the platform, by tier of b2b partners (% of price)",
        "SELECT tier AS name, 100 * sum(amount_base_minor) / sum(price_base_minor) y "
        f"FROM commission_entries c JOIN bookings b USING (booking_id) JOIN partner_terms t ON {in_force} "
        "WHERE leg = 'platform' AND entry = 'accrued' AND b.business_model = 'b2b' GROUP BY ALL",
    )
    page.bars(
        "The same by reseller: the five lowest",
        "SELECT b.partner_id AS name, 100 * sum(amount_base_minor) / sum(price_base_minor) y "
        "FROM commission_entries c JOIN bookings b USING (booking_id) WHERE leg = 'platform' "
        "AND entry = 'accrued' AND b.partner_id LIKE 're-%' GROUP BY ALL ORDER BY y LIMIT 5",
    )
    page.bars(
        "Marketing cost of a booking by channel (EUR)",
        "SELECT channel AS name, spent / 100.0 / number y FROM "
        "(SELECT channel, sum(amount_base_minor) AS spent FROM costs WHERE kind = 'marketing' GROUP BY ALL) "
        "JOIN (SELECT channel, count(*) AS number FROM bookings WHERE business_model = 'b2c' GROUP BY ALL) "
        "USING (channel)",
    )
    page.lines(
        "Costs a month by kind (thousand EUR)",
        "SELECT date_trunc('month', spent_on) x, kind AS name, sum(amount_base_minor) / 1e5 y FROM costs "
        "GROUP BY ALL ORDER BY x",
    )


def visits(page: Page) -> None:
    """Sessions, searches, quotes and conversations."""
    human = "FROM sessions WHERE NOT is_bot"
    page.bars(
        "The funnel of visits (%)",
        "SELECT unnest(['1 visit', '2 search', '3 view', '4 checkout', '5 booking']) AS name, unnest([100.0, "
        "100.0 * count(searched_at) / count(*), 100.0 * count(viewed_at) / count(*), "
        f"100.0 * count(checkout_at) / count(*), 100.0 * count(booked_at) / count(*)]) y {human}",
        keep_order=True,
    )
    page.bars(
        "Conversion by device (%)",
        f"SELECT device AS name, 100.0 * count(booked_at) / count(*) y {human} GROUP BY ALL",
    )
    page.bars(
        "Conversion by channel (%)",
        f"SELECT channel AS name, 100.0 * count(booked_at) / count(*) y {human} GROUP BY ALL",
    )
    page.bars(
        "The price experiment: conversion by arm (%)",
        "SELECT arm AS name, 100.0 * count(DISTINCT s.session_id) FILTER (s.booked_at IS NOT NULL) / "
        "count(DISTINCT s.session_id) y FROM quotes q JOIN sessions s USING (session_id) "
        "WHERE arm IS NOT NULL GROUP BY ALL",
    )
    page.lines(
        "Conversion of direct visits, weekly (%)",
        "SELECT date_trunc('week', started_at) x, 100.0 * count(booked_at) / count(*) y FROM sessions "
        "WHERE NOT is_bot AND business_model = 'b2c' GROUP BY ALL HAVING count(*) > 200 ORDER BY x",
    )
    page.bars(
        "Searches a booking through the interface, by partner",
        "SELECT partner_id AS name, 1.0 * searches / bookings y FROM (SELECT partner_id, count(*) searches "
        "FROM searches WHERE session_id IS NULL GROUP BY ALL) JOIN (SELECT partner_id, count(*) bookings "
        "FROM bookings WHERE channel = 'api' GROUP BY ALL) USING (partner_id) ORDER BY bookings DESC LIMIT 8",
    )
    seconds = "datediff('millisecond', received_at, completed_at) / 1000.0"
    page.lines(
        "Assistants: 95th percentile of seconds to the answer, monthly",
        f"SELECT date_trunc('month', received_at) x, agent AS name, quantile_cont({seconds}, 0.95) y "
        "FROM ai_queries WHERE completed_at IS NOT NULL GROUP BY ALL HAVING count(*) > 50 ORDER BY x",
    )
    page.bars(
        "Assistants: errors and timeouts (%)",
        "SELECT agent AS name, status AS part, 100.0 * count(*) / sum(count(*)) OVER (PARTITION BY agent) y "
        "FROM ai_queries GROUP BY agent, status QUALIFY status IN ('error', 'timeout')",
    )
    page.columns(
        "Ratings of answers",
        "SELECT rating x, count(*) y FROM ai_queries WHERE rating IS NOT NULL GROUP BY ALL ORDER BY x",
    )
    page.heat(
        "Questions to assistants: weekday by hour",
        f"SELECT hour({local('received_at')}) x, {weekday(local('received_at'))} AS name, count(*) y "
        "FROM ai_queries GROUP BY ALL",
    )


def operations(page: Page) -> None:
    """Messages, services and rooms."""
    page.bars(
        "Messages: delivered, opened, clicked of sent (%)",
        'UNPIVOT (SELECT channel AS name, 100.0 * count(delivered_at) / count(*) AS "1 delivered", '
        '100.0 * count(opened_at) / count(*) AS "2 opened", '
        '100.0 * count(clicked_at) / count(*) AS "3 clicked" '
        "FROM notifications GROUP BY ALL) ON COLUMNS(* EXCLUDE name) INTO NAME part VALUE y",
        stacked=False,
    )
    page.spans(
        "Outages of February and March 2026",
        "SELECT service AS name, started_at AS start, "
        "coalesce(ended_at, started_at + INTERVAL 6 hours) AS stop, "
        "kind AS part FROM outages WHERE started_at BETWEEN '2026-02-08' AND '2026-03-20'",
    )
    page.bars(
        "Hours of outage by service",
        "SELECT service AS name, kind AS part, sum(datediff('minute', started_at, ended_at)) / 60.0 y "
        "FROM outages WHERE ended_at IS NOT NULL GROUP BY ALL",
    )
    page.lines(
        "Failed requests in 100,000, weekly",
        "SELECT date_trunc('week', bucket_at) x, service AS name, 1e5 * sum(valid - good) / sum(valid) y "
        "FROM request_counts GROUP BY ALL ORDER BY x",
    )
    page.lines(
        "Rooms sold of rooms offered, monthly (%)",
        "WITH nights AS (SELECT product_id, unnest(generate_series(starts_on::TIMESTAMP, "
        "ends_on - INTERVAL 1 day, INTERVAL 1 day))::DATE AS stay_on, units FROM bookings "
        "WHERE cancelled_at IS NULL AND expired_at IS NULL AND NOT is_test AND ends_on > starts_on), "
        "sold AS (SELECT product_id, stay_on, sum(units) AS sold FROM nights GROUP BY ALL) "
        "SELECT date_trunc('month', stay_on) x, 100.0 * sum(coalesce(sold, 0)) / sum(units_available) y "
        "FROM capacity LEFT JOIN sold USING (product_id, stay_on) "
        "WHERE stay_on < (SELECT max(created_at) FROM bookings) GROUP BY ALL ORDER BY x",
    )


def main() -> None:
    """Draw the page."""
    given = sys.argv[1:]
    database = Path(given[0]) if given else Path(sample_database().removeprefix("duckdb:///"))
    picture = Path(given[1]) if len(given) > 1 else PICTURE
    enable()
    alt.data_transformers.disable_max_rows()
    page = Page(database)
    for part in (bookings, money, visits, operations):
        part(page)
    page.save(picture)


if __name__ == "__main__":
    main()
