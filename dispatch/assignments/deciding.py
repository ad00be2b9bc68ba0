"""What a dispatcher's decisions about one delivery have in common: everybody is ranked, and who gets it is checked."""

import asyncio

from dispatch.assignments.exclusions import Room, exclusion_of, words_of
from dispatch.assignments.pool import Pool, load_pool
from dispatch.assignments.ranked import rank_pool
from dispatch.assignments.rules import AssignmentRules, Rules
from dispatch.database.work import Work
from dispatch.deliveries.loads import load_of
from dispatch.deliveries.models import Delivery
from dispatch.deliveries.taking import Taking
from dispatch.errors import Conflict
from dispatch.ports import Clock, LivePositions, Publisher
from dispatch.transporters.kept import KeptTransporters
from dispatch.transporters.models import Transporter
from scoring import Ranking


class Deciding:
    """The decisions of one unit of work, which it commits before the scoring."""

    def __init__(
        self,
        work: Work,
        clock: Clock,
        kept: KeptTransporters,
        live: LivePositions,
        publisher: Publisher,
        taking: Taking,
        *,
        rules: AssignmentRules,
    ) -> None:
        self._work = work
        self._session = work.session
        self._clock = clock
        self._kept = kept
        self._live = live
        self._publisher = publisher
        self._taking = taking
        self._rules = rules

    async def _rank(self, delivery: Delivery, *, chosen: bool, but: int | None = None) -> tuple[Pool, Ranking, Rules]:
        """Everybody for a delivery. ``chosen``: a person names who gets it, also where its zone is paused; ``but``: who
        is left out, for it is taken from this one.
        """
        pool = await load_pool(self._work, self._kept, self._live, self._clock, but=but)
        rules = await self._rules.of(delivery)
        if not chosen:
            rules.check_not_paused()
        return pool, await asyncio.to_thread(rank_pool, delivery, pool, rules), rules

    async def _check_can_take(self, transporter: Transporter, delivery: Delivery) -> None:
        """Both are held. Raises Conflict that says why not, as a code and in words."""
        load = await load_of(self._session, transporter.id)
        why = exclusion_of(transporter, load, delivery, self._clock)
        if why is not None:
            room = Room(load.shown_free_kg(transporter), load.active, transporter.max_active)
            words = words_of(why, room, delivery, None)
            told, status = f"{transporter.user.name} cannot take it. {words}", delivery.status.value
            raise Conflict(told, code="cannot_take", why=why.value, delivery_status=status)
