"""Where a zone offers instead of giving: a search is begun for each delivery that the plan gives to somebody.

The searches' own rounds ask, wave by wave, by the prices of the plan. A transaction holds the place first, then
deliveries in the order of their numbers. Whom the plan calls for is kept with the searches that it begins.
"""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass

from dispatch.assignments.recording import packed_plan
from dispatch.database.engine import Database
from dispatch.database.work import Work
from dispatch.decisions.models import DecisionKind
from dispatch.errors import Conflict
from dispatch.offers.search import OfferSearches, WantedSearch
from dispatch.ports import Clock
from dispatch.rolling.calls import packed_calls
from dispatch.rolling.giving import keep_plan
from dispatch.rolling.leases import Claim, hold_place
from dispatch.rolling.planning import TickPlan
from dispatch.rolling.ticks import Tick
from dispatch.zones.models import ZoneMode

BEGUN_TOGETHER = 50

Refused = list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Asking:
    """Begins searches, in transactions of its own. ``wanted_in``: how a search asks in a mode."""

    database: Database
    clock: Clock
    searches_of: Callable[[Work], OfferSearches]
    wanted_in: Callable[[ZoneMode], WantedSearch]

    async def ask(
        self, claim: Claim, planned: TickPlan, mode: ZoneMode, tick: Tick, *, but: Collection[int]
    ) -> Refused:
        """Whose search could not begin, with why. ``but``: those for whom somebody is asked already.

        Raises Overtaken; searches that were begun before go on.
        """
        rows = {planned.deliveries[row].id: row for row in planned.gives}
        numbers = sorted(number for number in rows if number not in but)
        refused: Refused = []
        calls = packed_calls(planned)
        for start in range(0, len(numbers), BEGUN_TOGETHER):
            begun: list[int] = []
            async with self.database.work() as work:
                place = await hold_place(work.session, claim)
                place.calls = calls
                for number in numbers[start : start + BEGUN_TOGETHER]:
                    try:
                        search = await self.searches_of(work).begin(number, self.wanted_in(mode), None)
                    except Conflict as error:
                        refused.append((number, error.detail))
                    else:
                        search.next_at = self.clock.now()
                        begun.append(number)
                if begun:
                    part = planned.part([rows[number] for number in begun])
                    packed = await asyncio.to_thread(packed_plan, part.deliveries, part.pool, part.plan)
                    await keep_plan(work, claim, part, packed, DecisionKind.ROLLING_ASKED)
                    await tick.note(work, offered=len(begun))
        return refused
