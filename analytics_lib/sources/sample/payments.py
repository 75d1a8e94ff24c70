"""Money in and out: the attempts to pay each booking, what is given back, and what is disputed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from analytics_lib.sources.sample.attempts import CODES as FAILURE_CODES
from analytics_lib.sources.sample.attempts import ISSUER, STAGES, Attempts, try_to_pay
from analytics_lib.sources.sample.captures import Captures, Settlement, settle
from analytics_lib.sources.sample.disputes import disputes_table
from analytics_lib.sources.sample.draws import IntArray
from analytics_lib.sources.sample.exchange import CODES
from analytics_lib.sources.sample.payment_methods import METHODS, PROVIDERS, TRANSFER
from analytics_lib.sources.sample.payment_plans import Intents, plan_payments
from analytics_lib.sources.sample.refunds import give_back, refunds_table
from analytics_lib.sources.sample.rows import as_table, instants, named, numbered, whole
from analytics_lib.sources.sample.slices import BookedSlice, World, scoped


class Payments:
    """Writes `payments`, `refunds` and `disputes` slice by slice; slices must come in order of time."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._intents = self._attempts = self._refunds = self._disputes = 0

    def write(self, booked: BookedSlice) -> Iterator[tuple[str, pa.Table]]:
        """All that is paid, given back and disputed for the bookings of a slice, also months later."""
        world = self._world
        intents = plan_payments(world, booked)
        attempts = try_to_pay(world, booked, intents)
        settlement = settle(world, booked, intents, attempts)
        size = len(attempts.intent)
        attempt_id = numbered("a", np.arange(size, dtype=np.int64) + self._attempts + 1, 9)
        self._attempts += size
        yield "payments", self._payments_table(booked, intents, attempts, settlement, attempt_id)

        row = intents.row[attempts.intent]
        captured = np.flatnonzero(settlement.captured.happened)
        captures = Captures(
            row=row[captured],
            attempt_id=attempt_id.take(pa.array(captured)),
            method=attempts.method[captured],
            at=settlement.captured.at[captured],
            amount=intents.amount[attempts.intent][captured],
            base=settlement.captured_base[captured],
        )
        refunds = give_back(world, booked, captures)
        yield "refunds", refunds_table(world, booked, captures, refunds, self._refunds + 1)
        self._refunds += len(refunds.capture)
        disputes = disputes_table(world, booked, captures, refunds, self._disputes + 1)
        self._disputes += disputes.num_rows
        yield "disputes", disputes

    def finish(self) -> Iterator[tuple[str, pa.Table]]:
        """Nothing is left to be told."""
        yield from ()

    def _payments_table(
        self,
        booked: BookedSlice,
        intents: Intents,
        attempts: Attempts,
        settlement: Settlement,
        attempt_id: pa.Array,
    ) -> pa.Table:
        row, through = intents.row[attempts.intent], self._world.through
        authorised, captured = settlement.authorised, settlement.captured
        voided, paid_out = settlement.voided, settlement.paid_out
        failed = (attempts.stage >= 0) & (attempts.answered < through)
        # A transfer goes through no network that could authorise it.
        sent = (attempts.succeeds | (attempts.stage == ISSUER)) & (attempts.method != TRANSFER)
        sent_at = attempts.at + (attempts.answered - attempts.at) // 3
        return as_table(
            "payments",
            {
                "attempt_id": attempt_id,
                "intent_id": numbered("i", self._number(attempts.intent), 9),
                "booking_id": booked.booking_id.take(pa.array(row)),
                "method": named(METHODS, attempts.method),
                "provider": named(PROVIDERS, attempts.provider),
                "currency": named(CODES, booked.currency[row]),
                "amount_minor": whole(intents.amount[attempts.intent]),
                "amount_base_minor": whole(settlement.base),
                "attempted_at": instants(attempts.at),
                "sent_at": instants(sent_at, sent & (sent_at < through)),
                "authorised_at": instants(authorised.at, authorised.happened),
                "captured_at": instants(captured.at, captured.happened),
                "voided_at": instants(voided.at, voided.happened),
                "paid_out_at": instants(paid_out.at, paid_out.happened),
                "captured_base_minor": whole(settlement.captured_base, captured.happened),
                "fee_base_minor": whole(settlement.fee, captured.happened),
                "failed_stage": named(STAGES, attempts.stage, failed),
                "failure_code": named(FAILURE_CODES, attempts.code, failed),
                **scoped(booked, self._world.partners, row),
            },
        )

    def _number(self, intent: IntArray) -> IntArray:
        """Numbers for the intents that came to be tried, in the order of their first attempts."""
        first = np.unique(intent, return_index=True)[1]
        number = np.empty(int(intent.max(initial=-1)) + 1, dtype=np.int64)
        number[intent[np.sort(first)]] = self._intents + 1 + np.arange(len(first), dtype=np.int64)
        self._intents += len(first)
        numbers: IntArray = number[intent]
        return numbers
