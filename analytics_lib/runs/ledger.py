"""The ledger: one history that nobody changes, and beside it who is at work on what."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from analytics_lib.errors import InputError, LeaseLost
from analytics_lib.runs import history, leases, telling
from analytics_lib.runs.chain import Event, Head, News
from analytics_lib.runs.journal import Journal, Transaction
from analytics_lib.runs.leases import AttemptKey, Claim, Lease, Standing
from analytics_lib.runs.owners import Owner
from analytics_lib.runs.records import Output, Record, Request, State
from analytics_lib.runs.store import Session
from analytics_lib.runs.watch import Watch

_LOOK_EVERY = 1.0
"""Seconds between two looks at the beats of others."""

_NAMED = 2
"""Runs that a message names where a beginning is not enough."""


class Ledger:
    """What was asked for, ran and came out, in a journal, and beside it who is at work on what.

    Every verb is one transaction, whoever else is at work; what only reads makes no file. Each may raise
    WarehouseError. `clock` tells seconds and is never set.
    """

    def __init__(self, journal: Journal, clock: Callable[[], float] = time.monotonic) -> None:
        self._journal = journal
        self._clock = clock
        self._watch = Watch(clock)

    @property
    def shown(self) -> str:
        """Where it is kept, without a password."""
        return self._journal.shown

    def close(self) -> None:
        """Give connections back; a ledger that is used again opens them again."""
        self._journal.close()

    # What happens to runs

    def queue(self, requests: Iterable[Request], owner: Owner) -> tuple[Claim, ...]:
        """Ask for runs, all at once; one claim for each, in their order.

        A free target is the owner's. A target that somebody else holds is joined if it is for the same run;
        else the claim is waiting. What dead owners hold is settled on the way.
        """
        with self._journal.writing() as transaction:
            self._settle(transaction)
            held = {lease.key.target: (lease.key, lease.owner) for lease in leases.held(transaction.session)}
            claims, taken, news = list[Claim](), list[AttemptKey](), list[News]()
            for request in requests:
                if found := held.get(request.target):
                    claims.append(_claim_beside(request, *found))
                    continue
                last = history.last_attempt(transaction.session, request.run_id, request.target)
                key = AttemptKey(request.run_id, request.target, last + 1)
                held[request.target] = (key, owner)
                claims.append(Claim(*key, owner))
                taken.append(key)
                news.append(telling.queued(request, key.attempt))
            transaction.append(news)
            leases.take(transaction.session, taken, owner)
        return tuple(claims)

    def start(self, claim: Claim, worker: str = "", cells: int = 0) -> None:
        """Say that an attempt is begun, by which worker. Raises `LeaseLost`."""
        with self._journal.writing() as transaction:
            self._mine(transaction.session, claim)
            transaction.append([telling.running(claim.key, worker, cells)])
            leases.show_progress(transaction.session, [(claim, 0, cells)])

    def beat(self, owner: Owner, progress: Mapping[Claim, tuple[int, int]] | None = None) -> frozenset[Claim]:
        """A sign of life, every two seconds, with the (cell, cells) that attempts are at.

        Returns the claims of this owner that somebody has asked to cancel.
        """
        with self._journal.writing() as transaction:
            leases.show_life(transaction.session, owner)
            leases.show_progress(
                transaction.session, [(claim, *at) for claim, at in (progress or {}).items()]
            )
            asked = leases.held(transaction.session, "owner = ? AND cancel_asked = 1", (owner.spelled,))
        return frozenset(Claim(*lease.key, owner) for lease in asked)

    def confirm(self, claim: Claim) -> None:
        """A sign of life just before files are put in their place, while nobody else can take it.

        Raises `LeaseLost`, and `WarehouseError` where the end of the attempt could not be written either.
        """
        with self._journal.writing() as transaction:
            self._mine(transaction.session, claim)
            leases.show_life(transaction.session, claim.owner)

    def finish(
        self,
        claim: Claim,
        state: State,
        *,
        failure: str = "",
        exception: str = "",
        cell: int | None = None,
        cells: int | None = None,
        wall_seconds: float = 0.0,
        processor_seconds: float = 0.0,
        peak_memory: int = 0,
        outputs: Sequence[Output] = (),
    ) -> Record:
        """Say what became of an attempt, in the fields of `Record`, and give up its target.

        Without `cell` and `cells` the last beat tells them. Raises `LeaseLost`, and records nothing, if the
        run was declared lost meanwhile.
        """
        _check_final(state)
        with self._journal.writing() as transaction:
            lease = self._mine(transaction.session, claim)
            content = {
                "failure": failure,
                "exception": exception,
                "cell": lease.cell if cell is None else cell,
                "cells": lease.cells if cells is None else cells,
                "wall_seconds": wall_seconds,
                "processor_seconds": processor_seconds,
                "peak_memory": peak_memory,
            }
            transaction.append([telling.ended(claim.key, state, outputs, content)])
            leases.give_up(transaction.session, [lease])
            return telling.record_of(history.attempt(transaction.session, claim.key))

    def finish_all(self, claims: Iterable[Claim], state: State, *, failure: str = "") -> None:
        """Say that these attempts have ended in one state, for one reason, and give up their targets.

        All at once, so that a ledger that cannot be reached is waited for once. What was declared lost
        meanwhile is left as it is. Raises `InputError` for a state that is not final.
        """
        _check_final(state)
        given = tuple(dict.fromkeys(claims))
        if not given:
            return
        with self._journal.writing() as transaction:
            held = [_lease(transaction.session, claim) for claim in given]
            _end(transaction, [(lease, failure) for lease in held if lease is not None], state)

    def settle(self, wait: float = 0.0) -> tuple[Record, ...]:
        """Declare lost what dead owners hold.

        On one machine a dead owner is known at once. Others, and stopped ones, count as dead to who has
        watched them in silence for 45 seconds: with `wait` it watches for so many seconds, or until all that
        is held is seen to be alive.
        """
        until, lost = self._clock() + wait, list[Record]()
        first: dict[tuple[AttemptKey, Owner], int] = {}
        while True:
            with self._journal.reading() as session:
                held = [] if session is None else leases.held(session)
            self._watch.look(held)
            if any(self._watch.why_lost(lease) for lease in held):
                with self._journal.writing() as transaction:
                    lost += self._settle(transaction)
                continue
            moved = [first.setdefault((each.key, each.owner), each.beat) != each.beat for each in held]
            left = until - self._clock()
            if all(moved) or left <= 0:
                return tuple(lost)
            time.sleep(min(_LOOK_EVERY, left))

    def ask_to_cancel(self, run: str) -> int:
        """Ask the owners of a run, whose id begins with `run`, to cancel it; how many attempts were asked."""
        with self._journal.reading() as session:
            if session is None or not _begins(leases.held(session), run):
                return 0
        with self._journal.writing() as transaction:
            held = leases.held(transaction.session)
            return leases.ask_to_cancel(transaction.session, _begins(held, run))

    # What is known of runs

    def latest(self, targets: Iterable[str]) -> dict[str, Record]:
        """The last attempt for each of these targets, in whatever state; without those never asked for."""
        return {record.request.target: record for record in self._of_targets(targets, history.latest)}

    def successes(self, targets: Iterable[str]) -> dict[str, tuple[Record, ...]]:
        """The run that succeeded last for each of these targets, without those where none ever did.

        All attempts at it that succeeded, newest first: each may have made other formats of it.
        """
        found: dict[str, tuple[Record, ...]] = {}
        for record in self._of_targets(targets, history.successes):
            found[record.request.target] = (record, *found.get(record.request.target, ()))
        return found

    def records(self, limit: int = 50, state: State | None = None, run: str = "") -> tuple[Record, ...]:
        """Attempts, those asked for last first: in one state, or of runs whose id begins with `run`."""
        with self._journal.reading() as session:
            found = {} if session is None else history.newest(session, limit, state, run)
            return self._records(session, found)

    def record(self, run: str) -> Record:
        """The last attempt at the run whose id begins with `run`. Raises `InputError` unless it is one."""
        with self._journal.reading() as session:
            ids = [] if session is None else history.run_ids(session, run, _NAMED)
            if len(ids) > 1:
                raise InputError(
                    f"'{run}' begins several runs, such as {' and '.join(ids)}: write more of it."
                )
            if not ids:
                raise InputError(f"The ledger knows no run '{run}': 'analytics runs' lists those it knows.")
        return self.records(1, run=ids[0])[0]

    # What the chain says

    def exists(self) -> bool:
        """Whether anybody has asked for a run yet."""
        with self._journal.reading() as session:
            return session is not None

    def head(self) -> Head:
        """The number and the hash of the last row."""
        return self._journal.head()

    def check(self) -> tuple[str, ...]:
        """What is wrong with the history, one sentence each; nothing if it is as it was written."""
        return self._journal.check()

    def _of_targets(
        self, targets: Iterable[str], asked: Callable[[Session, Sequence[str]], history.Attempts]
    ) -> tuple[Record, ...]:
        with self._journal.reading() as session:
            if session is None:
                return ()
            return self._records(session, asked(session, tuple(dict.fromkeys(targets))))

    def _records(self, session: Session | None, found: history.Attempts) -> tuple[Record, ...]:
        """Attempts as records; those that have not ended tell how far they are."""
        is_live = any(not State(events[-1].state).is_final for events in found.values())
        held = leases.held(session) if session is not None and is_live else ()
        leased = {lease.key: lease for lease in held}
        return tuple(self._record(events, leased.get(key)) for key, events in found.items())

    def _record(self, events: Sequence[Event], lease: Lease | None) -> Record:
        is_in_doubt = lease is not None and self._watch.is_in_doubt(lease)
        return telling.record_of(events, lease, is_in_doubt=is_in_doubt)

    def _mine(self, session: Session, claim: Claim) -> Lease:
        lease = _lease(session, claim)
        if lease is None:
            raise LeaseLost(
                f"The run {claim.run_id} for {claim.target} is no longer this process's: it has ended or was "
                "declared lost meanwhile, so nothing was recorded; ask for it again."
            )
        return lease

    def _settle(self, transaction: Transaction) -> list[Record]:
        held = leases.held(transaction.session)
        self._watch.look(held)
        lost = [(lease, why) for lease in held if (why := self._watch.why_lost(lease))]
        _end(transaction, lost, State.LOST)
        return [telling.record_of(history.attempt(transaction.session, lease.key)) for lease, _ in lost]


def _check_final(state: State) -> None:
    if not state.is_final:
        raise InputError(f"A run does not end by being {state}: choose a state that is final.")


def _lease(session: Session, claim: Claim) -> Lease | None:
    """The lease that a claim was given, unless it was lost. Raises `InputError` for who joined or waits."""
    if claim.standing is not Standing.OWNED:
        raise InputError(f"The run {claim.run_id} is {claim.standing}: only its owner can say how it goes.")
    return leases.lease_of(session, claim)


def _end(transaction: Transaction, ended: Sequence[tuple[Lease, str]], state: State) -> None:
    """Say that attempts came to a final state, each for its reason, where they were seen last."""
    news = []
    for lease, why in ended:
        content = {"failure": why, "cell": lease.cell, "cells": lease.cells}
        news.append(telling.ended(lease.key, state, (), content))
    transaction.append(news)
    leases.give_up(transaction.session, [lease for lease, _ in ended])


def _claim_beside(request: Request, key: AttemptKey, owner: Owner) -> Claim:
    """The claim to a target that is held already."""
    if key.run_id == request.run_id:
        return Claim(*key, owner, Standing.JOINED)
    return Claim(request.run_id, request.target, 0, owner, Standing.WAITING)


def _begins(held: Iterable[Lease], run: str) -> list[Lease]:
    return [lease for lease in held if run and lease.key.run_id.startswith(run)]
