"""The KPIs and the bookings of October 2026 in pandas, as its users write them, on frames in memory.

Texts of few values are categories and keys are Arrow texts, which is what pandas is quickest with; instants
and dates are datetime64. Money is in cents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from benchmarks.service_numbers import BUCKET, IS_NOW, Place, of_rows

Frames = Mapping[str, pd.DataFrame]
Answers = list[tuple[str, tuple[str, ...], pd.DataFrame]]
"""Part, dimensions and the table of its numbers."""

COLUMNS = {
    "bookings": "booking_id, product_id, destination_id, channel, business_model, created_at, confirmed_at, "
    "cancelled_at, no_show_at, starts_on, ends_on, units, price_base_minor, lodging_base_minor, is_test",
    "payments": "attempted_at, captured_at, captured_base_minor, is_test",
    "refunds": "requested_at, refunded_at, amount_base_minor, is_test",
    "commission_entries": "leg, entry, occurred_at, amount_base_minor, is_test",
    "sessions": "visitor_id, booking_id, started_at, booked_at, is_bot, is_test",
    "ai_queries": "parent_query_id, received_at, rated_at, rating, is_test",
    "services": "service, monitored_from, monitored_to",
    "outages": "service, kind, started_at, ended_at",
    "capacity": "product_id, stay_on, units_available",
    "products": "product_id, kind",
    "destinations": "destination_id, name",
}
CATEGORIES = {"channel", "business_model", "leg", "entry", "kind", "service", "product_id", "destination_id"}
CLOCK_CHANGE = pd.Timestamp("2026-10-25 01:00")


class Month(NamedTuple):
    """A month as instants and as local dates; what it is told by is known where it ends."""

    start: pd.Timestamp
    end: pd.Timestamp
    first_day: pd.Timestamp
    day_after: pd.Timestamp


AUGUST, SEPTEMBER, OCTOBER = (
    Month(*map(pd.Timestamp, texts))
    for texts in (
        ("2026-07-31 22:00", "2026-08-31 22:00", "2026-08-01", "2026-09-01"),
        ("2026-08-31 22:00", "2026-09-30 22:00", "2026-09-01", "2026-10-01"),
        ("2026-09-30 22:00", "2026-10-31 23:00", "2026-10-01", "2026-11-01"),
    )
)
BEFORE = {OCTOBER: SEPTEMBER, SEPTEMBER: AUGUST}


def frames_of(connection: duckdb.DuckDBPyConnection) -> dict[str, pd.DataFrame]:
    """The columns that are needed, of every table that is."""
    return {name: _frame(connection, name, columns) for name, columns in COLUMNS.items()}


def _frame(connection: duckdb.DuckDBPyConnection, table: str, columns: str) -> pd.DataFrame:
    answer = connection.execute(f"SELECT {columns} FROM {table}").to_arrow_table()
    kinds = {pa.string(): pd.StringDtype("pyarrow"), pa.bool_(): pd.BooleanDtype()}
    frame: pd.DataFrame = answer.to_pandas(types_mapper=kinds.get, date_as_object=False)
    few = dict.fromkeys(CATEGORIES & set(frame.columns), "category")
    if "is_test" in frame:
        frame["is_test"] = frame["is_test"].fillna(value=False).astype(bool)
    return frame.astype(few)


def kpis(frames: Frames) -> Answers:
    """`get_real_time_kpis`."""
    rows = [_kpis(frames, month) for month in (OCTOBER, SEPTEMBER)]
    return [("kpis_headline", (), pd.DataFrame(rows, dtype=object))]


def _kpis(frames: Frames, month: Month) -> dict[str, Any]:
    bookings = frames["bookings"]
    placed = _in(bookings, "created_at", month)
    captured = _in(frames["payments"].dropna(subset="attempted_at"), "captured_at", month)
    refunded = _in(frames["refunds"].dropna(subset="requested_at"), "refunded_at", month)
    entries = _in(frames["commission_entries"], "occurred_at", month)
    earned = entries[entries.leg == "platform"].groupby("entry", observed=True).amount_base_minor.sum()
    visits = _visits(frames["sessions"], month)
    booked = visits[visits.booked_at < month.end]
    confirmed = booked.merge(bookings[["booking_id", "confirmed_at"]], on="booking_id")
    before = _visits(frames["sessions"], BEFORE[month]).visitor_id.dropna().unique()
    ratings = _ratings(frames["ai_queries"], month)
    return {
        IS_NOW: month is OCTOBER,
        "total_bookings": len(placed),
        "gross_bookings_value": int(placed.price_base_minor.sum()),
        "total_revenue": int(captured.captured_base_minor.sum() - refunded.amount_base_minor.sum()),
        "net_revenue": int(earned.get("accrued", 0) - earned.get("clawed_back", 0)),
        "conversion_rate": (confirmed.confirmed_at < month.end).sum() / len(visits),
        "ai_satisfaction": ratings.rating.mean(),
        "user_retention_rate": pd.Series(before).isin(visits.visitor_id.dropna().unique()).mean(),
        "system_uptime": _uptime(frames, month),
    }


def bookings(frames: Frames) -> Answers:
    """`get_booking_analytics`."""
    headline = [_headline(frames, month) for month in (OCTOBER, SEPTEMBER)]
    placed = _in(frames["bookings"], "created_at", OCTOBER)
    local_day = _local_day(placed.created_at)
    by_day = placed.groupby(local_day.rename(BUCKET)).agg(
        total_bookings=("created_at", "size"), gross_bookings_value=("price_base_minor", "sum")
    )
    placed = placed.merge(frames["products"], on="product_id", how="left")
    placed = placed.merge(frames["destinations"], on="destination_id", how="left")
    lead = (placed.starts_on - _local_day(placed.created_at)).dt.days
    nights = (placed.ends_on - placed.starts_on).dt.days
    cuts = {
        "by_source": ("business_model", placed.business_model),
        "by_channel": ("channel", placed.channel),
        "by_destination": ("destination_name", placed.name),
        "by_product_kind": ("product_kind", placed.kind),
        "by_lead_time": ("lead_time_band", _banded(lead, LEAD_TIMES)),
        "by_length_of_stay": ("nights_band", _banded(nights, NIGHTS)),
    }
    answers: Answers = [
        ("bookings_headline", (), pd.DataFrame(headline, dtype=object)),
        ("bookings_course", (), _whole(by_day).reset_index()),
    ]
    for part, (name, values) in cuts.items():
        found = _cut(placed, values.rename(name))[list(ASKED[part])].reset_index()
        answers.append((f"bookings_{part}", (name,), found))
    return answers


ASKED = {
    "by_source": ("total_bookings", "bookings_share", "gross_bookings_value"),
    "by_channel": ("total_bookings", "bookings_share", "cancellation_rate"),
    "by_destination": ("total_bookings", "gross_bookings_value", "gross_bookings_value_share"),
    "by_product_kind": ("total_bookings", "gross_bookings_value"),
    "by_lead_time": ("total_bookings", "cancellation_rate"),
    "by_length_of_stay": ("total_bookings",),
}
LEAD_TIMES = (
    (-1, "0 after the start"), (0, "1 same day"), (7, "2 within a week"), (30, "3 8 to 30 days"),
    (90, "4 31 to 90 days"), (180, "5 91 to 180 days"), (np.inf, "6 over 180 days"),
)  # fmt: skip
NIGHTS = (
    (0, "0 day use"), (1, "1 one night"), (3, "2 2 or 3 nights"), (7, "3 4 to 7 nights"),
    (14, "4 8 to 14 nights"), (np.inf, "5 over 14 nights"),
)  # fmt: skip
RIVALS: Mapping[str, Callable[[Frames], Answers]] = {"kpis": kpis, "bookings": bookings}


def numbers_of(answers: Answers) -> dict[Place, Any]:
    """The numbers of the tables, as they are compared."""
    return {
        place: _plain(value)
        for part, dimensions, table in answers
        for place, value in of_rows(part, dimensions, list(table.columns), _rows(table))
    }


def _headline(frames: Frames, month: Month) -> dict[str, Any]:
    every = frames["bookings"]
    placed = _in(every, "created_at", month)
    cancelled = _in(every, "cancelled_at", month)
    lead = (placed.starts_on - _local_day(placed.created_at)).dt.days
    lead = lead[lead >= 0]
    starting = every[(every.starts_on >= month.first_day) & (every.starts_on < month.day_after)]
    stays = _travelling(starting[starting.ends_on > starting.starts_on], month.end)
    before = _ahead(every, month.start, month.day_after)
    ahead = _ahead(every, month.end, month.day_after)
    value, lost = placed.price_base_minor.sum(), cancelled.price_base_minor.sum()
    return {
        IS_NOW: month is OCTOBER,
        "total_bookings": len(placed),
        "net_bookings": len(placed) - len(cancelled),
        "gross_bookings_value": int(value),
        "net_bookings_value": int(value - lost),
        "average_booking_value": placed.price_base_minor.mean(),
        "median_booking_value": placed.price_base_minor.median(),
        "confirmation_rate": None,  # not known before all bookings are three days old
        "cancellation_rate": (placed.cancelled_at < month.end).sum() / len(placed),
        "cancellations": len(cancelled),
        "no_show_rate": (placed.no_show_at < month.end).sum() / len(placed),
        "lead_time_median": lead.median(),
        "lead_time_p90": lead.quantile(0.9),
        "length_of_stay": (stays.ends_on - stays.starts_on).dt.days.mean(),
        **_rooms(frames, month),
        "bookings_on_the_books": ahead,
        "pickup": ahead - before,
    }


def _rooms(frames: Frames, month: Month) -> dict[str, Any]:
    every, capacity = frames["bookings"], frames["capacity"]
    here = every[(every.starts_on < month.day_after) & (every.ends_on > month.first_day)]
    here = _travelling(here[(here.ends_on > here.starts_on) & (here.lodging_base_minor != 0)], month.end)
    here = here.dropna(subset="lodging_base_minor")
    nights = (here.ends_on - here.starts_on).dt.days
    first = (here.starts_on.clip(lower=month.first_day) - here.starts_on).dt.days
    last = (here.ends_on.clip(upper=month.day_after) - here.starts_on).dt.days
    each = np.fix(here.lodging_base_minor / nights)
    left = here.lodging_base_minor - each * nights
    # The cents that do not divide fall on the first nights.
    bearing = (np.minimum(last, left.abs()) - first).clip(lower=0)
    amount = each * (last - first) + bearing * np.sign(left)
    known = capacity.dropna(subset="units_available")
    available = known[(known.stay_on >= month.first_day) & (known.stay_on < month.day_after)]
    has_inventory = here.product_id.isin(known.product_id.unique())
    room_nights = ((last - first) * here.units).sum()
    return {
        "average_daily_rate": amount[here.units.notna()].sum() / room_nights,
        "revenue_per_available_room": amount[has_inventory].sum() / available.units_available.sum(),
    }


def _cut(placed: pd.DataFrame, values: pd.Series[Any]) -> pd.DataFrame:
    values = values.astype(object).fillna("unknown")
    found = placed.groupby(values, observed=True).agg(
        total_bookings=("created_at", "size"),
        gross_bookings_value=("price_base_minor", "sum"),
        cancelled=("cancelled_at", "count"),
    )
    found["bookings_share"] = found.total_bookings / found.total_bookings.sum()
    found["gross_bookings_value_share"] = found.gross_bookings_value / found.gross_bookings_value.sum()
    found["cancellation_rate"] = found.cancelled / found.total_bookings
    return _whole(found)


def _in(frame: pd.DataFrame, column: str, month: Month) -> pd.DataFrame:
    """The rows of a month, without tests."""
    dated = frame[column]
    return frame[(dated >= month.start) & (dated < month.end) & ~frame.is_test]


def _visits(sessions: pd.DataFrame, month: Month) -> pd.DataFrame:
    found = _in(sessions, "started_at", month)
    return found[~found.is_bot.fillna(value=False).astype(bool)]


def _ratings(queries: pd.DataFrame, month: Month) -> pd.DataFrame:
    found = _in(queries, "rated_at", month)
    since = found.rated_at - found.received_at
    is_in_time = (since >= timedelta(0)) & (since <= timedelta(days=7))
    return found[found.parent_query_id.isna() & found.rating.between(1, 5) & is_in_time]


def _travelling(bookings: pd.DataFrame, known: pd.Timestamp) -> pd.DataFrame:
    """Placed, and neither cancelled nor missed, by then."""
    return bookings[
        ~bookings.is_test
        & (bookings.created_at < known)
        & ~(bookings.cancelled_at < known)
        & ~(bookings.no_show_at < known)
    ]


def _ahead(bookings: pd.DataFrame, instant: pd.Timestamp, day: pd.Timestamp) -> int:
    """Bookings that stand at an instant for travel from a day on."""
    return len(_travelling(bookings[bookings.starts_on >= day], instant))


def _local_day(instants: pd.Series[Any]) -> pd.Series[Any]:
    hours = pd.Series(np.where(instants < CLOCK_CHANGE, 2, 1), index=instants.index)
    return (instants + pd.to_timedelta(hours, unit="h")).dt.floor("D")


def _banded(days: pd.Series[Any], bands: Sequence[tuple[float, str]]) -> pd.Series[Any]:
    limits = [-np.inf, *(limit for limit, _ in bands)]
    return pd.cut(days, limits, labels=[name for _, name in bands])


def _whole(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype({"gross_bookings_value": "int64"})


def _uptime(frames: Frames, month: Month) -> float:
    """The share of the time in which any service was measured and none was down."""
    services, outages = frames["services"], frames["outages"]
    is_down = outages.kind == "unplanned"
    watched = _cut_to(month, services.service, services.monitored_from, services.monitored_to)
    spans = pd.concat(
        [
            watched.assign(watched=1, unknown=0, down=0),
            _cut_to(month, outages.service, outages.started_at, outages.ended_at).assign(
                watched=0, unknown=(~is_down).astype(int), down=is_down.astype(int)
            ),
        ]
    )
    steps = _steps(spans[spans.low < spans.high], ["watched", "unknown", "down"])
    steps = steps[(steps.watched > 0) & (steps.unknown == 0)]
    steps = steps.assign(service="all", watched=1, down=(steps.down > 0).astype(int))
    together = _steps(steps, ["watched", "down"])
    length = together.high - together.low
    measured = length[together.watched > 0].sum()
    return float((measured - length[together.down > 0].sum()) / measured)


def _cut_to(month: Month, service: pd.Series[Any], low: pd.Series[Any], high: pd.Series[Any]) -> pd.DataFrame:
    high = high.fillna(month.end).clip(upper=month.end)
    return pd.DataFrame({"service": service.astype(str), "low": low.clip(lower=month.start), "high": high})


def _steps(spans: pd.DataFrame, counted: list[str]) -> pd.DataFrame:
    """Of each service the times between two edges, and how many spans of each kind lie there."""
    begun = spans[["service", "low", *counted]]
    ended = spans[["service", "high"]].rename(columns={"high": "low"}).join(-spans[counted])
    edges = pd.concat([begun, ended]).groupby(["service", "low"])[counted].sum()
    steps = edges.groupby(level="service").cumsum().reset_index()
    steps["high"] = steps.groupby("service").low.shift(-1)
    return steps.dropna(subset="high")


def _rows(table: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    return table.itertuples(index=False, name=None)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
