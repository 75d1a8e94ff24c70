"""Sessions, and what hangs on them: searches, quotes and questions to the platform's agents."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from analytics_lib.sources.sample.ai_queries import ai_queries_table
from analytics_lib.sources.sample.conversations import converse
from analytics_lib.sources.sample.funnel import Steps, happened, walk
from analytics_lib.sources.sample.journeys import booking_visits, earlier_visits
from analytics_lib.sources.sample.lookers import failures, lookers, machines
from analytics_lib.sources.sample.quotes import quotes_table
from analytics_lib.sources.sample.rows import as_table, instants, named, numbered
from analytics_lib.sources.sample.searches import by_interface, in_visits, searches_table
from analytics_lib.sources.sample.slices import BookedSlice, World
from analytics_lib.sources.sample.visitors import Visitors, customer_ids, visitor_ids
from analytics_lib.sources.sample.visits import BOOKS, CRAWLS, Visits, scoped_visits, together
from analytics_lib.sources.sample.ways import CHANNELS, DEVICES, WHITE_LABEL


class Sessions:
    """Writes `sessions`, `searches`, `quotes` and `ai_queries` slice by slice, in order of time.

    Visits that led to a booking can lie up to thirty days before its slice, and others up to ten days after.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._visitors = Visitors(world)
        self._sessions = self._searches = self._quotes = self._queries = self._conversations = 0

    def write(self, booked: BookedSlice) -> Iterator[tuple[str, pa.Table]]:
        """The rows that one slice brings, each table in order of time."""
        world = self._world
        visits = self._visits(booked)
        steps = walk(world, booked, visits)
        number = np.arange(self._sessions + 1, self._sessions + 1 + len(visits), dtype=np.int64)
        session_id = numbered("s", number, 9)
        self._sessions += len(visits)
        yield "sessions", _sessions_table(world, booked, visits, steps, session_id)

        searches = in_visits(world, booked, visits, steps), by_interface(world, booked)
        table = searches_table(world, *searches, session_id, self._searches)
        self._searches += table.num_rows
        yield "searches", table

        table = quotes_table(world, booked, visits, steps, session_id, self._quotes)
        self._quotes += table.num_rows
        yield "quotes", table

        turns = converse(world, booked, visits, steps)
        held = self._conversations
        yield (
            "ai_queries",
            ai_queries_table(world, booked, visits, turns, session_id, self._queries, held),
        )
        self._queries += len(turns)
        self._conversations += int(turns.conversation.max(initial=-1)) + 1

    def finish(self) -> Iterator[tuple[str, pa.Table]]:
        """Nothing is left over."""
        yield from ()

    def _visits(self, booked: BookedSlice) -> Visits:
        world, visitors = self._world, self._visitors
        visitors.meet(booked)
        booking = booking_visits(world, booked, visitors)
        return together(
            world,
            [
                booking,
                *earlier_visits(world, booked, visitors, booking),
                *lookers(world, booked, visitors),
                failures(world, booked, visitors),
                machines(world, booked, visitors),
            ],
        )


def _sessions_table(
    world: World, booked: BookedSlice, visits: Visits, steps: Steps, session_id: pa.Array
) -> pa.Table:
    books = visits.outcome == BOOKS
    return as_table(
        "sessions",
        {
            "session_id": session_id,
            "visitor_id": visitor_ids(visits.visitor),
            "customer_id": customer_ids(visits.model, visits.customer),
            "channel": named(CHANNELS, visits.channel),
            "device": named(DEVICES, visits.device),
            "started_at": instants(visits.started),
            "searched_at": instants(steps.searched, happened(steps.searched)),
            "viewed_at": instants(steps.viewed, happened(steps.viewed)),
            "checkout_at": instants(steps.checkout, happened(steps.checkout)),
            "booked_at": instants(booked.created[visits.booking], books),
            "booking_id": booked.booking_id.take(pa.array(visits.booking, mask=~books)),
            "own_domain": pa.array(visits.channel == WHITE_LABEL),
            "is_bot": pa.array(visits.outcome == CRAWLS),
            **scoped_visits(world, visits),
        },
    )
