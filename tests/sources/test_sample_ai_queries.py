"""What the agents of the sample platform are asked: what must hold, joined anew in pandas."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import pandas as pd
import pyarrow as pa
import pytest

from analytics_lib.schema import key_columns, metadata
from analytics_lib.sources.sample import SamplePlan
from analytics_lib.sources.sample.bookings import BookingBook
from analytics_lib.sources.sample.days import local_instant
from analytics_lib.sources.sample.demand import bookings_a_day
from analytics_lib.sources.sample.plan import FIRST_DAY
from analytics_lib.sources.sample.platform import world_of
from analytics_lib.sources.sample.sessions import Sessions

Frames = dict[str, pd.DataFrame]
WHOLE = SamplePlan(30_000)
BUSY_END = SamplePlan(20_000, 22, date(2024, 2, 1))
SLOW_FROM = pd.Timestamp("2026-05-03 22:00")


@cache
def frames_of(plan: SamplePlan, days_a_slice: int = 150) -> Frames:
    world = world_of(plan)
    book, sessions = BookingBook(world), Sessions(world)
    counts = bookings_a_day(plan.seed, plan.bookings, FIRST_DAY, plan.through)
    parts: dict[str, list[pa.Table]] = {}
    for first in range(0, len(counts), days_a_slice):
        booked = book.write(FIRST_DAY + timedelta(days=first), counts[first : first + days_a_slice])
        for name, table in sessions.write(booked):
            parts.setdefault(name, []).append(table)
    return {
        name: pa.concat_tables(parts[name]).to_pandas(date_as_object=False)
        for name in ("sessions", "ai_queries")
    }


@pytest.fixture(params=[WHOLE, BUSY_END], ids=["whole", "busy_end"])
def plan(request: pytest.FixtureRequest) -> SamplePlan:
    return request.param


@pytest.fixture
def queries(plan: SamplePlan) -> pd.DataFrame:
    return frames_of(plan)["ai_queries"]


@pytest.fixture
def turns() -> pd.DataFrame:
    """Turns of users in the whole sample, with what they took: the limit where no answer came in time."""
    found = frames_of(WHOLE)["ai_queries"].query("parent_query_id.isna() and status != 'running'").copy()
    took = (found.completed_at - found.received_at).dt.total_seconds() * 1_000
    found["took"] = took.fillna(found.limit_ms)
    found["is_late"] = found.received_at >= SLOW_FROM
    return found


def through(plan: SamplePlan) -> pd.Timestamp:
    return pd.Timestamp(local_instant(plan.through), unit="s")


def test_keys_are_unique_and_references_resolve(queries: pd.DataFrame, plan: SamplePlan) -> None:
    keys = queries[list(key_columns(metadata.tables["ai_queries"]))]
    assert not keys.isna().any().any() and not keys.duplicated().any()
    assert queries.parent_query_id.dropna().isin(queries.query_id).all()
    sessions = frames_of(plan)["sessions"]
    joined = queries.merge(sessions, on="session_id", suffixes=("", "_of_session"))
    assert len(joined) == len(queries) and not joined.is_bot.any()
    for column in ("business_model", "partner_id", "is_test"):
        assert (joined[column].fillna("") == joined[f"{column}_of_session"].fillna("")).all(), column


def test_a_session_holds_one_conversation_that_begins_in_its_time(
    queries: pd.DataFrame, plan: SamplePlan
) -> None:
    assert (queries.groupby("session_id").conversation_id.nunique() == 1).all()
    assert (queries.groupby("conversation_id").session_id.nunique() == 1).all()
    roots = queries[queries.parent_query_id.isna()]
    first = roots.groupby("session_id").received_at.agg(["min", "max", "size"])
    session = frames_of(plan)["sessions"].set_index("session_id").loc[first.index]
    assert (first["min"] >= session.started_at).all() and first["size"].between(1, 6).all()
    assert (first["min"] <= session.checkout_at.fillna(pd.Timestamp("2100-01-01"))).all()
    assert (first["min"] - session.started_at).max() < pd.Timedelta(hours=1.5)
    lasted = first["max"] - first["min"]
    assert lasted.max() < pd.Timedelta(hours=1.3) and lasted[first["size"] > 1].median() < pd.Timedelta(
        "3min"
    )


def test_conversations_grow_and_are_held_by_people_who_book(plan: SamplePlan) -> None:
    sessions = frames_of(WHOLE)["sessions"].query("not is_bot")
    asked = sessions.session_id.isin(frames_of(WHOLE)["ai_queries"].session_id)
    assert 0.07 < asked.mean() < 0.095
    assert 0.035 < asked[sessions.started_at < "2024-04-01"].mean() < 0.05
    assert 0.1 < asked[sessions.started_at > "2026-08-01"].mean() < 0.13
    booked = sessions.booking_id.notna()
    assert asked[booked].mean() > 1.3 * asked[~booked].mean()


def test_children_lie_within_their_parents_and_are_no_turns(queries: pd.DataFrame) -> None:
    children = queries[queries.parent_query_id.notna()]
    joined = children.merge(queries, left_on="parent_query_id", right_on="query_id", suffixes=("", "_up"))
    assert joined.parent_query_id_up.isna().all()
    assert (joined.conversation_id == joined.conversation_id_up).all()
    assert (joined.received_at >= joined.received_at_up).all()
    both = joined.completed_at.notna() & joined.completed_at_up.notna()
    assert (joined.completed_at <= joined.completed_at_up)[both].all()
    assert children[["resolved", "rating", "rated_at"]].isna().all().all()
    assert 0.1 < len(children) / (len(queries) - len(children)) < 0.14
    assert 0.3 < (joined.agent != joined.agent_up).mean() < 0.6


def test_every_answer_comes_within_its_limit_and_the_data(queries: pd.DataFrame, plan: SamplePlan) -> None:
    took = (queries.completed_at - queries.received_at).dt.total_seconds() * 1_000
    assert (queries.received_at < through(plan)).all() and (
        queries.completed_at.dropna() < through(plan)
    ).all()
    assert queries.completed_at.notna().eq(queries.status.isin(["ok", "error"])).all()
    assert (took.dropna() > 0).all() and (took <= queries.limit_ms)[took.notna()].all()
    assert (
        set(queries.limit_ms) == {20_000, 30_000} and (queries.groupby("agent").limit_ms.nunique() == 1).all()
    )
    assert (queries.received_at.dt.microsecond % 1_000 == 0).all()
    assert queries.received_at.dt.microsecond.nunique() > 900
    expired = queries.received_at + pd.to_timedelta(queries.limit_ms, unit="ms")
    assert (expired < through(plan))[queries.status == "timeout"].all()
    assert (expired >= through(plan))[queries.status == "running"].all()


def test_a_handful_is_still_running_when_the_data_ends() -> None:
    assert 1 <= (frames_of(BUSY_END)["ai_queries"].status == "running").sum() <= 40


def test_response_times_are_skewed(turns: pd.DataFrame) -> None:
    before = turns[~turns.is_late & (turns.agent != "refund_desk")].took
    assert 1_100 < before.median() < 1_300
    assert 5_200 < before.quantile(0.95) < 6_800 and 12_000 < before.quantile(0.99) < 18_500
    hour = turns.received_at.dt.tz_localize("UTC").dt.tz_convert("Europe/Madrid").dt.hour
    by_hour = turns.took.groupby(hour.between(19, 21)).median()
    assert 1.12 < by_hour[True] / by_hour[False] < 1.4


def test_one_agent_is_slow_since_its_bad_day(turns: pd.DataFrame) -> None:
    median = turns.groupby(["agent", "is_late"]).took.median().unstack()
    assert 2.6 < median[True]["trip_planner"] / median[False]["trip_planner"] < 3.4
    others = median.drop("trip_planner")
    assert (others[True] / others[False]).between(0.8, 1.25).all()
    assert median[False]["trip_planner"] > 1.4 * median[False]["concierge"]
    timeouts = (turns.status == "timeout").groupby([turns.agent, turns.is_late]).mean().unstack()
    assert timeouts[True]["trip_planner"] > 2.5 * timeouts[False]["trip_planner"]


def test_one_agent_fails_in_one_query_out_of_six(turns: pd.DataFrame) -> None:
    failed = turns.status.isin(["error", "timeout"]).groupby(turns.agent).mean()
    assert 0.14 < failed["refund_desk"] < 0.195
    assert failed.drop("refund_desk").max() < 0.045
    errors = (turns.status == "error").groupby(turns.agent).mean().drop("refund_desk")
    assert errors.between(0.005, 0.022).all()
    resolved = turns.resolved.dropna().astype(float).groupby(turns.agent).mean()
    assert resolved["refund_desk"] < 0.5 < 0.66 < resolved.drop("refund_desk").min()


def test_goals_are_told_where_they_can_be(turns: pd.DataFrame) -> None:
    answered = turns.status == "ok"
    assert turns.resolved[~answered].isna().all()
    assert 0.15 < turns.resolved[answered].isna().mean() < 0.25
    assert 0.02 < turns.intent.isna().mean() < 0.04
    common = turns.groupby("agent").intent.agg(lambda intents: intents.mode().iloc[0]).to_dict()
    assert common == {
        "concierge": "find_hotel",
        "trip_planner": "plan_trip",
        "booking_help": "change_booking",
        "refund_desk": "refund_status",
        "translator": "translate",
    }


def test_ratings_are_sparse_late_and_follow_the_answer(turns: pd.DataFrame) -> None:
    rated = turns[turns.rating.notna()]
    assert (rated.status == "ok").all() and rated.rating.isin([1, 2, 3, 4, 5]).all()
    assert turns.rating.notna().eq(turns.rated_at.notna()).all() and (rated.rated_at < through(WHOLE)).all()
    assert 0.05 < len(rated) / (turns.status == "ok").sum() < 0.07
    waited = (rated.rated_at - rated.completed_at).dt.total_seconds()
    assert waited.between(0, 604_801).all() and (waited < 3_600).mean() > 0.85 and waited.max() > 86_400
    assert (rated.rating >= 4).mean() > 0.6 and 0.04 < (rated.rating == 1).mean() < 0.15
    unresolved = rated.resolved.eq(False).fillna(False)
    helped = rated[~unresolved]
    assert helped.rating.mean() > rated.rating[unresolved].mean() + 0.8
    assert helped.rating[helped.took < 5_000].mean() > helped.rating[helped.took > 5_000].mean() + 0.4


def test_payment_problems_are_asked_about_while_the_provider_fails(turns: pd.DataFrame) -> None:
    direct = turns[(turns.business_model == "b2c") & turns.received_at.between("2026-01-01", "2026-06-01")]
    week = direct.received_at.between("2026-03-08 23:00", "2026-03-15 23:00")
    share = (direct.intent == "payment_problem").groupby(week).mean()
    assert share[True] > 2 * share[False]


@pytest.mark.parametrize("end", [date(2024, 2, 1), date(2026, 11, 1)], ids=str)
def test_tiny_platforms_ask_little_or_nothing(end: date) -> None:
    for bookings in (1, 3, 20):
        found = frames_of(SamplePlan(bookings, through=end), 2_000)
        assert found["ai_queries"].session_id.isin(found["sessions"].session_id).all()
