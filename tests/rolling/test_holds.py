"""Who is held: by whom the plan calls for, so that nobody comes late for a hold and nobody waits for long."""

from datetime import UTC, datetime, timedelta

from dispatch.assignments.rules import Rules
from dispatch.deliveries.eta import usual_mps
from dispatch.deliveries.models import HoldReason
from dispatch.geo import great_circle_m
from dispatch.rolling.holding import (
    LOOK_AGAIN,
    Hold,
    Holds,
    Travel,
    changes_of,
    far_holds,
    planned_holds,
    standing_holds,
)
from dispatch.rolling.planning import TickPlan, TickProblem, planned
from dispatch.rolling.waiting import Waiting
from tests.support.tick_pools import parcels_of, pool_of

NOW = datetime(2026, 11, 28, 6, 0, tzinfo=UTC)
SPARE = timedelta(minutes=1)
MINUTE = timedelta(minutes=1)
ROAD, RADIUS_M = 1.3, 20_000.0
NEAR, FAR = (0.001, 0.0, 1.0, 20.0, 2), (0.04, 0.0, 5.0, 20.0, 0)
"""The first is at the pickup with two deliveries and bad ratings; the second is 4.4 km away and the better choice."""
TAKES = timedelta(seconds=great_circle_m(0.0, 0.0, 0.04, 0.0) * ROAD / usual_mps("motorcycle"))


def _held(ready_at: datetime | None) -> tuple[TickPlan, Holds]:
    one = Waiting(parcels_of([(0.0, 0.0, 1.0, 1)])[0], ready_at, None, None)
    problem = TickProblem.of([one.delivery], [], pool_of([NEAR, FAR]), Rules(RADIUS_M))
    plan = planned(problem, problem.solved().solve())
    holds = planned_holds([one], plan, Travel(problem.pool, ROAD, RADIUS_M), NOW, SPARE)
    return plan.holding(holds), holds


def test_a_delivery_is_held_until_whom_the_plan_calls_for_has_to_leave_and_not_whoever_is_nearest() -> None:
    ready_at = NOW + TAKES + SPARE + 5 * MINUTE
    plan, holds = _held(ready_at)
    assert plan.plan.transporter.tolist() == [1], "the far one is the better choice"
    assert abs(holds[1].until - (NOW + 5 * MINUTE)) <= timedelta(seconds=1)
    assert plan.gives == []


def test_whom_a_hold_would_make_late_is_given_the_delivery_at_once() -> None:
    plan, holds = _held(NOW + TAKES)
    assert (plan.gives, holds) == ([0], {})


def test_what_can_be_picked_up_at_once_is_never_held() -> None:
    for ready_at in (None, NOW - MINUTE, NOW):
        assert _held(ready_at)[1] == {}


def test_what_a_plan_leaves_out_for_another_is_planned_for_once_the_other_is_held() -> None:
    pool = pool_of([(0.0, 0.0, 5.0, 20.0, 2)])
    later, now = parcels_of([(0.0, 0.0, 1.0, 1), (0.05, 0.0, 1.0, 1)])
    problem = TickProblem.of([later, now], [], pool, Rules(RADIUS_M))
    plan = planned(problem, problem.solved().solve())
    assert [plan.deliveries[row].id for row in plan.outbid] == [now.id], "the nearer parcel has the only place"
    rest = problem.without({later.id})
    plan = planned(rest, rest.solved().solve())
    assert [plan.deliveries[row].id for row in plan.gives] == [now.id]


def test_a_hold_far_from_its_end_stands_without_a_look_and_one_near_its_end_does_not() -> None:
    def held(until: datetime, ready_at: datetime, *, is_asked: bool = False) -> Holds:
        delivery = parcels_of([(0.0, 0.0, 1.0, 1)])[0]
        one = Waiting(delivery, ready_at, until, HoldReason.NOT_READY, is_asked)
        return standing_holds([one], NOW, offers=False)

    far = NOW + LOOK_AGAIN + MINUTE
    assert held(far, far + 5 * MINUTE) == {1: Hold(1, far, HoldReason.NOT_READY)}
    assert held(NOW + LOOK_AGAIN, far) == {}
    assert held(far, far - MINUTE) == {}, "it is ready sooner than was said"
    assert held(far, far + 5 * MINUTE, is_asked=True) == {}, "transporters are asked for it"


def test_what_is_ready_so_late_that_nobody_in_reach_has_to_leave_is_held_without_a_plan() -> None:
    travel = Travel(pool_of([NEAR, FAR]), ROAD, RADIUS_M)
    soon = NOW + SPARE + travel.longest + LOOK_AGAIN
    delivery = parcels_of([(0.0, 0.0, 1.0, 1)])[0]
    assert far_holds([Waiting(delivery, soon, None, None)], travel, NOW, SPARE) == {}
    held = far_holds([Waiting(delivery, soon + MINUTE, None, None)], travel, NOW, SPARE)
    assert list(held) == [1]


def test_what_nobody_has_a_place_for_is_held_while_anybody_in_reach_could_still_come_in_time() -> None:
    full = pool_of([(0.0, 0.0, 5.0, 20.0, 3)])
    problem = TickProblem.of(parcels_of([(0.0, 0.0, 1.0, 1)]), [], full, Rules(RADIUS_M))
    plan, travel = planned(problem, problem.solved().solve()), Travel(full, ROAD, RADIUS_M)

    def held(ready_at: datetime) -> Holds:
        one = Waiting(problem.deliveries[0], ready_at, None, None)
        return planned_holds([one], plan, travel, NOW, SPARE)

    assert list(held(NOW + SPARE + travel.longest + MINUTE)) == [1]
    assert held(NOW + SPARE + travel.longest - MINUTE) == {}


def test_a_hold_is_written_where_it_is_new_changed_or_over_and_left_alone_where_it_moved_by_seconds() -> None:
    deliveries = parcels_of([(0.0, 0.0, 1.0, 1)] * 4)
    before = [None, NOW + MINUTE, NOW + MINUTE, NOW + MINUTE]
    waiting = [
        Waiting(one, NOW + 10 * MINUTE, until, None if until is None else HoldReason.NOT_READY)
        for one, until in zip(deliveries, before, strict=True)
    ]
    new = Hold(1, NOW + MINUTE, HoldReason.NOT_READY)
    changed = Hold(2, NOW + 3 * MINUTE, HoldReason.NOT_READY)
    same = Hold(3, NOW + MINUTE + timedelta(seconds=20), HoldReason.NOT_READY)
    holds = {1: new, 2: changed, 3: same}
    assert changes_of(waiting, holds) == [(1, new), (2, changed), (4, None)]
