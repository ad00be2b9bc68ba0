"""A delivery that somebody has goes to somebody else: before the pickup to whom is named or to the best, and with the
parcel aboard as a transfer, which two people do at one place and a dispatcher says.

Lock order: delivery, transporters by their numbers.
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from dispatch.accounts.models import User
from dispatch.assignments.changes.refusals import refusers_of
from dispatch.assignments.deciding import Deciding
from dispatch.assignments.pool import Pool
from dispatch.assignments.ranked import decision, holder_of, runners_up, scores_of
from dispatch.assignments.recording import SingleDecision
from dispatch.assignments.results import Given
from dispatch.assignments.suggestions import no_transporter
from dispatch.assignments.withdrawal import WithdrawalReason
from dispatch.decisions.models import DecisionKind
from dispatch.decisions.store import Asked
from dispatch.deliveries.life import LIFE, DeliveryAct
from dispatch.deliveries.models import ABOARD, Delivery
from dispatch.deliveries.release import tell_withdrawn
from dispatch.deliveries.service import DeliveryKey
from dispatch.errors import Conflict
from dispatch.ports import LivePosition
from dispatch.transporters.models import Transporter
from dispatch.transporters.service import Transporters, lock_transporter
from scoring import Ranking


@dataclass(frozen=True, slots=True)
class Moved:
    """A delivery that another one has now; ``taken_from`` had it."""

    given: Given
    taken_from: int


@dataclass(frozen=True, slots=True)
class Move:
    """What a dispatcher wants: to whom (None: the best), from whom (None: whoever has it), and why.

    ``reason``: a word; ``told``: a sentence; ``happened_at``: when a parcel was handed on, where that was said.
    """

    to: int | None
    taken_from: int | None
    reason: str
    told: str
    happened_at: datetime | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Ranked:
    """Everybody ranked for a delivery at a moment. ``refusers``: whoever had it and did not want it."""

    pool: Pool
    ranking: Ranking
    record: SingleDecision
    refusers: Collection[int]

    def position(self, transporter_id: int) -> LivePosition | None:
        row = self.pool.find(transporter_id)
        return None if row is None else self.pool.position(row)


class Reassignments(Deciding):
    """Moves deliveries between transporters in one unit of work, which it commits before the scoring."""

    async def reassign(self, key: DeliveryKey, move: Move, user: User) -> Moved:
        """Give what was not picked up to somebody else; to the best of all others where nobody is named.

        Raises NotFound, NoTransporter, and Conflict where it is not assigned, somebody else has it by now, or the named
        one has it already or cannot take it.
        """
        delivery = await self._taking.deliveries.get(key)
        _check_assigned(delivery, move)
        ranked = await self._ranked(delivery, move)
        if move.to is not None:
            return await self._move(delivery.id, move.to, move, user, ranked, aboard=False)
        for row in ranked.ranking.order:
            to = ranked.pool.id(int(row))
            if to in ranked.refusers:
                continue
            try:
                return await self._move(delivery.id, to, move, user, ranked, aboard=False)
            except Conflict as error:
                if error.code != "cannot_take":
                    raise
                ranked.record.note_change(to)
                await self._work.commit()  # lets these rows go before the next ones are waited for
        raise no_transporter(delivery, ranked.ranking, ranked.pool, ranked.refusers)

    async def transfer(self, key: DeliveryKey, move: Move, user: User) -> Moved:
        """Let a named transporter have a parcel that is aboard of somebody else; its status stays.

        Raises NotFound, and Conflict where it is not aboard, somebody else has it by now, or the named one has it
        already or cannot take it.
        """
        delivery = await self._taking.deliveries.get(key)
        _check_aboard(delivery, move)
        if move.to is None:
            raise ValueError("a transfer names who takes the parcel")
        ranked = await self._ranked(delivery, move)
        return await self._move(delivery.id, move.to, move, user, ranked, aboard=True)

    async def _ranked(self, delivery: Delivery, move: Move) -> _Ranked:
        if move.to is not None:
            await Transporters(self._work, self._clock).get(move.to)
        refusers = await refusers_of(self._session, delivery.id)
        chosen = move.to is not None
        pool, ranking, rules = await self._rank(
            delivery, chosen=chosen, but=None if chosen else delivery.transporter_id
        )
        record = SingleDecision(delivery, pool, ranking, rules, gave_back=refusers)
        return _Ranked(pool, ranking, record, refusers)

    async def _move(self, delivery_id: int, to: int, move: Move, user: User, ranked: _Ranked, *, aboard: bool) -> Moved:
        ranked.record.choose(to, by_hand=move.to is not None)
        packed = await asyncio.to_thread(ranked.record.pack)
        delivery = await self._taking.deliveries.get(delivery_id, lock=True)
        holder = (_check_aboard if aboard else _check_assigned)(delivery, move)
        if holder == to:
            raise Conflict("That one has it already.", code="same_transporter", **holder_of(delivery))
        held = {one: await lock_transporter(self._session, one) for one in sorted({holder, to})}
        taker = held[to]
        await self._check_can_take(taker, delivery)
        given = self._given(delivery, taker, ranked)
        tell_withdrawn(
            self._work,
            self._publisher,
            delivery,
            (WithdrawalReason.TRANSFERRED if aboard else WithdrawalReason.REASSIGNED).value,
        )
        await self._taking.reassign(
            delivery,
            taker,
            position=ranked.position(to),
            reason=move.reason,
            notes=move.told,
            happened_at=move.happened_at,
        )
        delivery.pinned = move.to is not None
        strategy = "transfer" if aboard else "reassigned"
        others = given.alternatives
        self._session.add(decision(delivery, taker, user, strategy, given.scores, others, self._clock.now()))
        kind = DecisionKind.SINGLE if move.to is None else DecisionKind.BY_HAND
        await ranked.record.keep(self._work, Asked(kind, user.id, self._clock.now()), packed)
        return Moved(given, holder)

    def _given(self, delivery: Delivery, transporter: Transporter, ranked: _Ranked) -> Given:
        pool, ranking = ranked.pool, ranked.ranking
        row = pool.find(transporter.id)
        if row is None:
            return Given(delivery, transporter, None, runners_up(ranking, pool, -1))
        scores = None if ranking.reason[row] else scores_of(ranking.terms[row], ranking.score[row])
        return Given(delivery, transporter, scores, runners_up(ranking, pool, row))


def _check_assigned(delivery: Delivery, move: Move) -> int:
    if delivery.status in ABOARD:
        raise Conflict(
            "The parcel is aboard already: hand it on to somebody else with a transfer.",
            code="parcel_aboard",
            **holder_of(delivery),
        )
    if not LIFE.allows(DeliveryAct.REASSIGN, delivery.status):
        raise Conflict(
            f"A delivery that is {delivery.status.value} is nobody's to take from.",
            code="wrong_status",
            **holder_of(delivery),
        )
    return _checked_holder(delivery, move)


def _check_aboard(delivery: Delivery, move: Move) -> int:
    if delivery.status not in ABOARD:
        raise Conflict(
            f"Only a parcel that is aboard is handed on; this delivery is {delivery.status.value}.",
            code="not_aboard",
            **holder_of(delivery),
        )
    return _checked_holder(delivery, move)


def _checked_holder(delivery: Delivery, move: Move) -> int:
    holder = delivery.transporter_id
    if holder is None or move.taken_from not in {None, holder}:
        raise Conflict("Somebody else has it by now.", code="other_transporter", **holder_of(delivery))
    return holder
