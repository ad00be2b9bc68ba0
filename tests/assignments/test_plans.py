"""A plan is looked at, changed by locks and bans, and committed as far as it still can be."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from api.server.serving import RunningServer
from dispatch.assignments.models import RunKind, RunStatus
from dispatch.assignments.plan_commits import PlanCommits, PlanRetention, params_of
from dispatch.assignments.plan_pairs import pairs_of
from dispatch.assignments.plans import Wanted
from dispatch.assignments.plans_models import AssignmentPlan
from dispatch.assignments.results import BulkFilter
from dispatch.assignments.runs import Run, RunEnded, begin_run
from dispatch.decisions.snapshot import Snapshot
from dispatch.events.models import Event
from tests.support.own_database import world_of_its_own
from tests.support.places import at, north_of, somewhere
from tests.support.waiting import until
from tests.support.world import Driver, Person, World, ok, together

PLANS = "/api/assignment-plans/"


@pytest.fixture(scope="module")
async def world(server: RunningServer) -> AsyncIterator[World]:
    """A plan is over all that wait, so nobody else's may."""
    async with world_of_its_own(server) as own:
        yield own


async def _two_and_two(world: World, **profile: Any) -> tuple[list[Driver], list[dict[str, Any]]]:
    """Two transporters, each beside one of two parcels."""
    here = somewhere()
    drivers = []
    for place in (here, north_of(here, 4000)):
        driver = await world.driver(**profile)
        await world.online_at(driver, *place)
        drivers.append(driver)
    parcels = await world.deliveries(*[at(place) | {"package_weight": 2} for place in (here, north_of(here, 4000))])
    return drivers, parcels


def _given(plan: dict[str, Any]) -> dict[int, int]:
    return {pair["delivery_id"]: pair["transporter_id"] for pair in plan["pairs"]}


async def _events_of(world: World, plan: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    async with world.server.services.database.work() as work:
        query = select(Event).where(Event.subject == f"plan:{plan['id']}").order_by(Event.id)
        return [(event.type, event.data) for event in await work.session.scalars(query)]


def _ids(parcels: list[dict[str, Any]]) -> list[int]:
    return [parcel["id"] for parcel in parcels]


def _pair(parcel: dict[str, Any], driver: Driver) -> dict[str, int]:
    return {"delivery_id": parcel["id"], "transporter_id": driver.transporter_id}


async def test_a_plan_gives_nothing_until_it_is_committed_and_then_all_that_it_says(world: World) -> None:
    (one, two), parcels = await _two_and_two(world)
    admin = await world.admin()
    plan = ok(await admin.post(PLANS, {"delivery_ids": _ids(parcels)}), 201)
    assert (plan["status"], plan["progress"]["assigned"], plan["quality"]["certified_optimal"]) == ("open", 0, True)
    assert _given(plan) == {parcels[0]["id"]: one.transporter_id, parcels[1]["id"]: two.transporter_id}
    assert plan["quality"]["total"] == pytest.approx(sum(pair["scores"]["total"] for pair in plan["pairs"]), abs=0.05)
    assert plan["quality"]["greedy_total"] <= plan["quality"]["upper_bound"] + 1e-3
    assert ok(await admin.get(f"/api/deliveries/{parcels[0]['id']}/"))["status"] == "available"
    done = ok(await admin.post(f"{PLANS}{plan['id']}/commit/"))
    assert (done["status"], done["committed_by"]) == ("committed", admin.user_id)
    assert done["progress"] == {"planned": 2, "assigned": 2, "refused": [], "left": 0}
    assert ok(await admin.get(f"/api/deliveries/{parcels[1]['id']}/"))["status"] == "assigned"
    assert ok(await admin.post(f"{PLANS}{plan['id']}/commit/"))["progress"] == done["progress"]
    told = {"plan_id": plan["id"], "pairs": 2, "assigned": 2, "refused": 0}
    assert await _events_of(world, plan) == [("plan.committed", told)]
    why = ok(await admin.get(f"/api/deliveries/{parcels[1]['id']}/decision/"))
    assert (why["kind"], why["transporter_id"], why["deliveries"]) == ("bulk", two.transporter_id, 2)


async def test_locked_and_forbidden_pairs_are_kept_to_and_explained(world: World) -> None:
    (one, two), parcels = await _two_and_two(world)
    admin = await world.admin()
    body = {"delivery_ids": _ids(parcels)}
    crossed = {parcels[0]["id"]: two.transporter_id}
    locked = ok(await admin.post(PLANS, body | {"locked": [_pair(parcels[0], two)]}), 201)
    assert _given(locked)[parcels[0]["id"]] == two.transporter_id
    assert [pair["locked"] for pair in locked["pairs"] if pair["delivery_id"] == parcels[0]["id"]] == [True]
    banned = ok(await admin.post(PLANS, body | {"forbidden": [_pair(parcels[0], one)]}), 201)
    assert _given(banned) | crossed == _given(banned)
    again = ok(await admin.get(f"{PLANS}{banned['id']}/"))
    assert (again["forbidden"], locked["forbidden"]) == ([_pair(parcels[0], one)], [])
    ok(await admin.post(f"{PLANS}{banned['id']}/commit/"))
    told = ok(await admin.get(f"/api/deliveries/{parcels[0]['id']}/decision/", transporter=one.transporter_id))
    assert told["asked"]["verdict"] == "forbidden"


async def test_all_that_cannot_be_locked_is_named_at_once(world: World) -> None:
    (one, two), parcels = await _two_and_two(world, capacity_kg=3)
    away, admin = await world.driver(), await world.admin()
    [elsewhere] = await world.deliveries(at(somewhere()))
    locked = [
        _pair(parcels[0], one),
        _pair(parcels[1], one),
        _pair(elsewhere, two),
        _pair(parcels[0], two),
    ]
    wrong = await admin.post(PLANS, {"delivery_ids": _ids(parcels), "locked": locked})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "cannot_lock")
    assert set(wrong.json()["wrong"]) == {"locked[1]", "locked[2].delivery_id", "locked[3].delivery_id"}
    offline = await admin.post(PLANS, {"delivery_ids": _ids(parcels), "locked": [_pair(parcels[0], away)]})
    assert set(offline.json()["wrong"]) == {"locked[0].transporter_id"}
    nothing = {"distance": 0, "rating": 0, "capacity": 0, "workload": 0}
    assert (await admin.post(PLANS, {"weights": nothing})).status_code == 400
    assert (await admin.post(PLANS, {"weights": {"distance": -1}})).status_code == 400


async def test_weights_of_a_plan_change_who_gets_what_and_are_kept(world: World) -> None:
    here, admin = somewhere(), await world.admin()
    near, roomy = await world.driver(capacity_kg=4), await world.driver(capacity_kg=40)
    await world.online_at(near, *here)
    await world.online_at(roomy, *north_of(here, 6000))
    [parcel] = await world.deliveries(at(here) | {"package_weight": 3})
    by = {}
    for name in ("distance", "capacity"):
        only = dict.fromkeys(("distance", "rating", "capacity", "workload"), 0) | {name: 1}
        plan = ok(await admin.post(PLANS, {"delivery_ids": [parcel["id"]], "weights": only}), 201)
        assert plan["weights"] == only
        by[name] = _given(plan)[parcel["id"]]
    assert by == {"distance": near.transporter_id, "capacity": roomy.transporter_id}


async def test_a_plan_gives_no_more_than_was_wanted_and_counts_what_is_locked(world: World) -> None:
    (one, two), parcels = await _two_and_two(world)
    admin = await world.admin()
    [heavy] = await world.deliveries(at(somewhere()) | {"package_weight": 900, "priority": "urgent"})
    body = {"delivery_ids": [heavy["id"], *_ids(parcels)], "max_assignments": 1}
    plan = ok(await admin.post(PLANS, body), 201)
    assert (plan["progress"]["planned"], plan["quality"]["greedy_pairs"]) == (1, 1)
    left = {row["delivery_id"]: row["reason"] for row in plan["left_out"]}
    assert "max_assignments" in left[parcels[1]["id"]]
    assert heavy["id"] in left, "who can be given to nobody does not keep the others waiting"
    locked = ok(await admin.post(PLANS, body | {"locked": [_pair(parcels[1], one)]}), 201)
    assert _given(locked) == {parcels[1]["id"]: one.transporter_id}
    wrong = await admin.post(PLANS, body | {"locked": [_pair(parcels[0], one), _pair(parcels[1], two)]})
    assert (wrong.status_code, set(wrong.json()["wrong"])) == (409, {"locked"})
    for most in (0, 20_001, 1.5, "two"):
        assert "max_assignments" in (await admin.post(PLANS, {"max_assignments": most})).json()["errors"]


async def test_who_would_rather_follow_a_plan_gets_a_run_that_names_it_once_it_is_made(world: World) -> None:
    (one, two), parcels = await _two_and_two(world)
    admin = await world.admin()
    reply = await admin.post(PLANS, {"delivery_ids": _ids(parcels)}, Prefer="respond-async")
    begun = ok(reply, 202)
    assert (begun["kind"], begun["status"], begun["plan_id"]) == ("plan", "running", None)
    assert reply.headers["preference-applied"] == "respond-async"
    run = await _ended(admin, reply.headers["location"])
    assert (run["status"], run["result"], run["error"]) == ("done", None, "")
    assert run["progress"] == {"deliveries": 2, "planned": 2, "assigned": 0, "failed": 0, "left": 2}
    plan = ok(await admin.get(f"{PLANS}{run['plan_id']}/"))
    assert (plan["status"], plan["made_by"]) == ("open", admin.user_id)
    assert plan["quality"]["total"] == pytest.approx(run["planned_total"], abs=0.06)
    assert set(_given(plan).values()) == {one.transporter_id, two.transporter_id}
    done = ok(await admin.post(f"{PLANS}{plan['id']}/commit/"))
    assert done["progress"]["assigned"] == 2


async def test_a_followed_plan_that_cannot_be_made_says_all_that_is_wrong_and_leaves_none(world: World) -> None:
    _, parcels = await _two_and_two(world)
    away, admin = await world.driver(), await world.admin()
    body = {"delivery_ids": _ids(parcels), "locked": [_pair(parcels[0], away), _pair(parcels[1], away)]}
    reply = await admin.post(PLANS, body, Prefer="respond-async")
    run = await _ended(admin, reply.headers["location"])
    assert (run["status"], run["plan_id"]) == ("failed", None)
    assert "locked[0].transporter_id" in run["error"]
    assert "locked[1].transporter_id" in run["error"]


async def test_a_followed_plan_whose_run_was_declared_ended_leaves_none(world: World) -> None:
    _, parcels = await _two_and_two(world)
    admin, services = await world.admin(), world.server.services
    async with services.database.work() as work:
        begun = await begin_run(work, services.clock, admin.user_id, RunKind.PLAN)
        begun.status, begun.ended_at = RunStatus.INTERRUPTED, services.clock.now()
    wanted = Wanted(BulkFilter(delivery_ids=_ids(parcels)))

    async def make() -> None:
        async with services.database.work() as work:
            run = Run(work, services.clock, begun.id)
            await services.deliveries.plans(work).make(wanted, admin.user_id, followed=run)

    with pytest.raises(RunEnded):
        await make()
    async with services.database.work() as work:
        made = select(AssignmentPlan.id).where(AssignmentPlan.made_by == admin.user_id)
        assert (await work.session.scalars(made)).all() == []
    told = ok(await admin.get(f"/api/assignment-runs/{begun.id}/"))
    assert (told["status"], told["kind"], told["plan_id"]) == ("interrupted", "plan", None)


async def _ended(admin: Person, location: str) -> dict[str, Any]:
    async def ended() -> dict[str, Any] | None:
        run: dict[str, Any] = ok(await admin.get(location))
        return None if run["status"] == "running" else run

    found: dict[str, Any] = await until(ended)
    return found


async def test_what_changed_since_a_plan_was_made_is_told_pair_by_pair_and_replaced_by_nothing(world: World) -> None:
    (one, two), parcels = await _two_and_two(world)
    admin = await world.admin()
    [third] = await world.deliveries(at(somewhere()))
    plan = ok(await admin.post(PLANS, {"delivery_ids": _ids(parcels)}), 201)
    given = _given(plan)
    await admin.post(f"/api/deliveries/{parcels[0]['id']}/assign/", {"transporter_id": two.transporter_id})
    ok(await two.patch("/api/transporters/me/", {"is_available": False}))
    done = ok(await admin.post(f"{PLANS}{plan['id']}/commit/"))
    refused = {pair["delivery_id"]: pair["transporter_id"] for pair in done["progress"]["refused"]}
    assert refused[parcels[1]["id"]] == given[parcels[1]["id"]] == two.transporter_id
    assert done["progress"]["assigned"] + len(refused) == 2
    assert all(pair["reason"] for pair in done["progress"]["refused"])
    assert ok(await admin.get(f"/api/deliveries/{parcels[1]['id']}/"))["status"] == "available"
    assert third["id"] not in given
    assert one.transporter_id in given.values()


async def test_a_commit_that_was_cut_off_goes_on_and_two_at_once_give_nothing_twice(world: World) -> None:
    _, parcels = await _two_and_two(world)
    admin, services = await world.admin(), world.server.services
    plan = ok(await admin.post(PLANS, {"delivery_ids": _ids(parcels)}), 201)
    async with services.database.work() as work:
        commits = PlanCommits(work, services.clock, services.live, services.deliveries.assignment_sets(work), chunk=1)
        kept = await work.session.get_one(AssignmentPlan, plan["id"], with_for_update=True)
        await commits.commit_set(kept, pairs_of(Snapshot.unpack(kept.packed), params_of(kept)), admin.user_id)
    half = ok(await admin.get(f"{PLANS}{plan['id']}/"))
    assert (half["status"], half["progress"]["assigned"], half["progress"]["left"]) == ("committing", 1, 1)
    both = await together([admin.post(f"{PLANS}{plan['id']}/commit/") for _ in range(2)])
    for reply in both:
        assert ok(reply)["progress"] == {"planned": 2, "assigned": 2, "refused": [], "left": 0}


async def test_a_plan_of_more_than_an_hour_is_not_committed_and_goes_a_day_later(world: World) -> None:
    _, parcels = await _two_and_two(world)
    admin, services = await world.admin(), world.server.services
    plan = ok(await admin.post(PLANS, {"delivery_ids": _ids(parcels)}), 201)

    async def expire(ago: timedelta) -> None:
        async with services.database.work() as work:
            aged = update(AssignmentPlan).where(AssignmentPlan.id == plan["id"])
            await work.session.execute(aged.values(expires_at=services.clock.now() - ago))
        plans = PlanRetention(services.database, services.clock)
        await asyncio.gather(plans.expire(), plans.expire())
        await plans.sweep()

    await expire(timedelta(seconds=1))
    assert ok(await admin.get(f"{PLANS}{plan['id']}/"))["status"] == "expired"
    late = await admin.post(f"{PLANS}{plan['id']}/commit/")
    assert (late.status_code, late.json()["code"]) == (409, "plan_expired")
    assert await _events_of(world, plan) == [("plan.expired", {"plan_id": plan["id"], "pairs": 2})]
    await expire(timedelta(days=1, seconds=1))
    assert (await admin.get(f"{PLANS}{plan['id']}/")).status_code == 404
