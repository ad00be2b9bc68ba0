"""New orders, slowly, so that there is always something to watch and the database hardly grows."""

import asyncio
import secrets

import httpx
import structlog

from api.simulation.demo.goods import ARTICLES
from api.simulation.demo.kathmandu import DOORS
from api.simulation.demo.orders import StoryRunner, StoryStuck
from api.simulation.demo.people import CUSTOMERS
from api.simulation.demo.random_source import dice
from api.simulation.demo.sign_ins import Refused
from api.simulation.demo.stories import AVAILABLE, KEY, UNDER_WAY, Stage, Story

log = structlog.get_logger(__name__)

ORDER_EVERY_S = 60.0
MAX_UNDER_WAY = 8
MIN_UNDER_WAY = 3
"""At a start; later the pace decides."""
KEEP_WAITING = 2
"""Deliveries that are left for people to assign."""
SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Of an order's reference, which couriers say at a counter: none that is taken for another."""
REFERENCE_LENGTH = 6


class Market:
    """Orders beyond those that the demo begins with. ``own_deliveries`` learns of theirs."""

    def __init__(self, story_runner: StoryRunner, own_deliveries: set[int]) -> None:
        self._story_runner = story_runner
        self._own_deliveries = own_deliveries

    async def open(self) -> None:
        """See that there is something to watch and something to assign, also where all earlier orders are done.

        Raises what telling a story raises.
        """
        for _ in range(await self._story_runner.count(*UNDER_WAY), MIN_UNDER_WAY):
            await self._order(assign=True)
        for _ in range(await self._story_runner.count(AVAILABLE), KEEP_WAITING):
            await self._order(assign=False)

    async def keep_ordering(self) -> None:
        """Make an order now and then, for ever; while enough is under way, none."""
        while True:
            await asyncio.sleep(ORDER_EVERY_S * dice.uniform(1.0, 1.3))
            try:
                if await self._story_runner.count(*UNDER_WAY) < MAX_UNDER_WAY:
                    waiting = await self._story_runner.count(AVAILABLE)
                    await self._order(assign=waiting >= KEEP_WAITING)
            except (Refused, StoryStuck, httpx.HTTPError) as error:
                log.info("a simulated order failed", reason=str(error))

    async def _order(self, *, assign: bool) -> None:
        story = _invent()
        waiting = await self._story_runner.tell(story, Stage.WAITING)
        self._own_deliveries.add(waiting.delivery_id)  # before anyone is told to drive for it
        if assign:
            await self._story_runner.tell(story, Stage.ASSIGNED)


def _invent() -> Story:
    customer = dice.choice(CUSTOMERS[1:])  # the first is a person's, whose orders are only what that person orders
    article = dice.randrange(len(ARTICLES))
    pickup = ARTICLES[article].seller.place.point
    nearest = sorted(DOORS, key=lambda door: pickup.distance_m(door.point))[:8]
    # Longer than the numbers of the stories, so that none is part of another.
    key = f"{KEY} {''.join(secrets.choice(SIGNS) for _ in range(REFERENCE_LENGTH))}."
    return Story(key, customer, dice.choice(nearest), article, dice.randint(1, 2), Stage.ASSIGNED)
