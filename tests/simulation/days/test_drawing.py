"""What a day's files do not say is drawn, the same for every way of dispatching and with every run of one seed."""

from pathlib import Path

import pytest

from api.simulation.days.day import Day
from api.simulation.days.drawing import ACCEPT, ANSWER_S, DECLINE, NOTHING, VEHICLES, WEIGHT_KG, Draw
from api.simulation.days.reading import read_day


@pytest.fixture
def day(day_folder: Path) -> Day:
    return read_day(day_folder)


def drawn(draw: Draw, day: Day) -> list[object]:
    weights = [draw.weight_kg(order) for order in day.orders]
    traits = [draw.traits(courier) for courier in day.couriers]
    return [weights, traits, [draw.answer(courier, order) for courier in day.couriers for order in day.orders]]


def test_the_same_seed_draws_the_same_whatever_was_asked_before(day: Day) -> None:
    first, other = Draw(1, day, 0.7), Draw(1, day, 0.7)
    other.answer(day.couriers[2], day.orders[5])
    other.weight_kg(day.orders[3])
    assert drawn(first, day) == drawn(other, day) == drawn(first, day)


def test_another_seed_draws_another_day(day: Day) -> None:
    assert drawn(Draw(1, day, 0.7), day) != drawn(Draw(2, day, 0.7), day)


def test_a_shorter_day_draws_the_same_for_what_is_left_of_it(day: Day) -> None:
    short = day.cut(orders=2, couriers=2)
    assert [Draw(1, short, 0.7).weight_kg(order) for order in short.orders] == [
        Draw(1, day, 0.7).weight_kg(order) for order in day.orders[:2]
    ]


def test_any_vehicle_carries_any_parcel(day: Day) -> None:
    weights = [Draw(seed, day, 0.7).weight_kg(order) for seed in range(50) for order in day.orders]
    assert min(weights) >= WEIGHT_KG[0]
    assert max(weights) <= WEIGHT_KG[1] <= min(kind.capacity_kg for kind in VEHICLES)


def test_couriers_take_about_the_share_of_offers_that_is_asked_for(day: Day) -> None:
    answers = [
        Draw(seed, day, 0.6).answer(one, order) for seed in range(100) for one in day.couriers for order in day.orders
    ]
    said = [answer.says for answer in answers]
    assert 0.55 < said.count(ACCEPT) / len(said) < 0.65
    assert said.count(DECLINE) > said.count(NOTHING) > 0
    assert all(ANSWER_S[0] <= answer.after_s <= ANSWER_S[1] for answer in answers)


@pytest.mark.parametrize(("acceptance", "only"), [(1.2, ACCEPT), (-0.2, None)])
def test_nobody_takes_more_than_all_or_less_than_nothing(day: Day, acceptance: float, only: str | None) -> None:
    said = {Draw(1, day, acceptance).answer(one, order).says for one in day.couriers for order in day.orders}
    assert said == {ACCEPT} if only else ACCEPT not in said
