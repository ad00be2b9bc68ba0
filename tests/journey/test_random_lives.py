"""Random people do random things, late, twice and at once: nothing stands as it may not, and the books add up."""

import asyncio
import os

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.journey.random_acts_dispatch import DispatchActs
from tests.journey.random_acts_doors import DoorActs
from tests.journey.random_acts_money import MoneyActs
from tests.journey.random_acts_parcels import ParcelActs
from tests.journey.random_acts_people import PeopleActs
from tests.journey.random_acts_shop import ShopActs
from tests.journey.random_life_books import GIVEN, Books
from tests.journey.random_life_routes import ELSEWHERE, LEFT_OUT, moving_routes, routes_of
from tests.journey.random_life_seen import SeenLife
from tests.support.waiting import until
from tests.support.world import World

# Of the heavy form, by hand: RANDOM_LIVES_SEED=7 RANDOM_LIVES=100.
SEED, LIVES = int(os.environ.get("RANDOM_LIVES_SEED", "1")), int(os.environ.get("RANDOM_LIVES", "400"))

# Within a run many lives are made of pieces of earlier ones; runs have seeds of their own, so that all acts come.
LIVES_A_RUN = 10
# In so many lives each act comes to its turn, whatever the seed: in sixty one that needs two others before it did not.
ENOUGH_FOR_ALL = 200


class RandomLife(ShopActs, MoneyActs, ParcelActs, DoorActs, DispatchActs, PeopleActs):
    """The acts of everybody."""


async def _live(world: World, lives: int, steps: int, number: int) -> tuple[set[str], set[str]]:
    """Which moving routes were asked, and which of them took it."""
    loop = asyncio.get_running_loop()
    asked, taken = set[str](), set[str]()
    machine = type("LifeOfATest", (RandomLife,), {"loop": loop, "world": world, "asked": asked, "taken": taken})
    how = settings(
        max_examples=lives,
        stateful_step_count=steps,
        database=None,
        deadline=None,
        phases=[Phase.generate],  # what is done again does not find things as they were
        suppress_health_check=list(HealthCheck),
    )
    await asyncio.to_thread(run_state_machine_as_test, seed(number)(machine), settings=how)
    return routes_of(asked), routes_of(taken)


@pytest.mark.timeout(600)
async def test_whatever_is_done_by_whomever_whenever_the_books_add_up_and_each_refusal_explains_itself(
    world: World,
) -> None:
    asked, _ = await _live(world, 6, 30, 0)
    assert not asked & LEFT_OUT.keys(), "what is asked is not left out"


def test_what_lives_leave_out_and_what_they_ask_elsewhere_are_routes_that_there_are() -> None:
    assert (LEFT_OUT.keys() | ELSEWHERE) <= moving_routes()


async def test_a_life_in_which_all_is_paid_comes_to_money_that_is_held_and_whose_books_add_up(world: World) -> None:
    life = await SeenLife.begun(world)
    for act in ("retry", "refund"):
        await life.hold("admin", act, 1, "0.01", "once")
    held = {name for name in moving_routes() if "/payments/held/" in name}
    assert held <= routes_of(life.asked), life.told[-4:]
    await until(lambda: _is_given_back(life))
    (await Books.read(life)).check(life)


async def _is_given_back(life: SeenLife) -> bool:
    """What was held, and the rest of it."""
    return len([one for one in (await Books.read(life)).refunds if one.status in GIVEN]) == 2


@pytest.mark.heavy
@pytest.mark.timeout(7200)
async def test_in_many_long_lives_the_books_add_up_and_each_refusal_explains_itself(world: World) -> None:
    asked, taken = set[str](), set[str]()
    for run, first in enumerate(range(0, LIVES, LIVES_A_RUN)):
        of_run = await _live(world, min(LIVES_A_RUN, LIVES - first), 80, SEED * 1_000 + run)
        asked, taken = asked | of_run[0], taken | of_run[1]
    lived = moving_routes() - LEFT_OUT.keys()
    print(f"{LIVES} lives; never asked: {sorted(lived - asked)}, never taken: {sorted(lived - taken)}")
    if LIVES >= ENOUGH_FOR_ALL:
        assert lived == asked, "a route that moves something is an act of a life, or is left out for a reason"
