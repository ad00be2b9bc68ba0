"""A watcher who comes back: everything that was missed, or a snapshot, never a silent hole."""

import asyncio

import pytest

from dispatch.deliveries.models import Delivery, DeliveryStatus
from realtime.protocol import Close
from realtime.redis.keys import Keys
from tests.support.watching import (
    AT_PICKUP,
    another_world,
    close_code,
    frames_until,
    next_frame,
    number,
    step,
    under_way,
    watch,
)
from tests.support.world import BHAKTAPUR, THAMEL, World, ok, ping


async def test_missed_statuses_come_in_order_and_of_missed_positions_the_newest(world: World) -> None:
    delivery, driver = await under_way(world)
    async with watch(world, delivery["tracking_number"]) as watcher:
        seen = (await next_frame(watcher))["offset"]
    await world.online_at(driver, *BHAKTAPUR)
    await step(driver, delivery, "pickup")
    await world.online_at(driver, *AT_PICKUP)
    async with watch(world, delivery["tracking_number"], resume=seen) as watcher:
        frames = await frames_until(watcher, type="position")
        offsets = [number(frame["offset"]) for frame in frames]
        statuses = [frame["status"] for frame in frames if frame["type"] == "status"]
        assert statuses[0] == "picked_up"
        assert frames[0]["recovered"] is True
        assert (frames[-1]["lat"], frames[-1]["lon"]) == AT_PICKUP
        assert number(seen) < offsets[0]
        assert offsets == sorted(set(offsets))


async def test_who_has_seen_everything_is_sent_nothing_but_what_is_new(world: World) -> None:
    delivery, driver = await under_way(world)
    async with world.phone(driver) as phone:
        async with watch(world, delivery["tracking_number"]) as watcher:
            await next_frame(watcher)
            await phone.send(ping(1, *BHAKTAPUR))
            seen = (await next_frame(watcher))["offset"]
        async with watch(world, delivery["tracking_number"], resume=seen) as watcher:
            await phone.send(ping(2, *THAMEL))
            frame = await next_frame(watcher)
            assert (frame["type"], frame["lat"], frame["lon"]) == ("position", *THAMEL)


async def test_a_position_that_a_missed_assignment_made_visible_is_told(world: World) -> None:
    delivery, driver = await world.delivery(), await world.driver()
    await world.online_at(driver, *BHAKTAPUR)
    async with watch(world, delivery["tracking_number"]) as watcher:
        snapshot = await next_frame(watcher)
        assert (snapshot["status"], snapshot["position"]) == ("available", None)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/", {}))
    async with watch(world, delivery["tracking_number"], resume=snapshot["offset"]) as watcher:
        status, position = await next_frame(watcher), await next_frame(watcher)
        assert (status["type"], status["status"], status["recovered"]) == ("status", "assigned", True)
        assert (position["type"], position["lat"], position["lon"]) == ("position", *BHAKTAPUR)
        assert number(position["offset"]) >= number(status["offset"])


async def test_the_last_status_is_told_before_the_close_of_a_delivery_that_ended_meanwhile(world: World) -> None:
    delivery, driver = await under_way(world)
    async with watch(world, delivery["tracking_number"]) as watcher:
        seen = (await next_frame(watcher))["offset"]
    await step(driver, delivery, "pickup", "deliver")
    async with watch(world, delivery["tracking_number"], resume=seen) as watcher:
        frames = await frames_until(watcher, status="delivered")
        assert [frame["status"] for frame in frames] == ["delivered"], "the way to it is told no stranger any more"
        assert await close_code(watcher) == Close.OVER
    async with watch(world, delivery["tracking_number"], resume=frames[-1]["offset"]) as watcher:
        assert await close_code(watcher) == Close.OVER


@pytest.mark.parametrize("resume", ["", "nonsense", "0:1", "{epoch}:99999999999", "{epoch}:-1", "{epoch}:٣", "x" * 999])
async def test_an_offset_that_is_none_of_ours_gets_a_snapshot(world: World, resume: str) -> None:
    delivery, _ = await under_way(world)
    async with watch(world, delivery["tracking_number"]) as watcher:
        epoch = (await next_frame(watcher))["offset"].split(":")[0]
    async with watch(world, delivery["tracking_number"], resume=resume.format(epoch=epoch)) as watcher:
        frame = await next_frame(watcher)
        assert (frame["type"], frame["status"]) == ("snapshot", "assigned")
        assert frame.get("recovered") is (False if resume else None)


async def test_an_offset_from_before_the_kept_history_gets_a_snapshot(world: World) -> None:
    delivery, driver = await under_way(world)
    async with watch(world, delivery["tracking_number"]) as watcher:
        seen = (await next_frame(watcher))["offset"]
    await world.server.services.redis.delete(Keys().status_history(delivery["id"]))
    await step(driver, delivery, "pickup")
    async with watch(world, delivery["tracking_number"], resume=seen) as watcher:
        frame = await next_frame(watcher)
        assert (frame["type"], frame["status"], frame["recovered"]) == ("snapshot", "picked_up", False)


async def _change_without_telling(world: World, delivery_id: int, status: DeliveryStatus) -> None:
    async with world.server.services.database.work() as work:
        delivery = await work.session.get(Delivery, delivery_id)
        assert delivery is not None
        delivery.status = status


async def test_nobody_resumes_over_a_status_that_was_never_published(world: World) -> None:
    delivery, driver = await under_way(world)
    async with watch(world, delivery["tracking_number"]) as watcher:
        seen = (await next_frame(watcher))["offset"]
    await _change_without_telling(world, delivery["id"], DeliveryStatus.PICKED_UP)
    async with watch(world, delivery["tracking_number"], resume=seen) as watcher:
        assert (await next_frame(watcher))["status"] == "picked_up"
    await step(driver, delivery, "deliver")
    async with watch(world, delivery["tracking_number"], resume=seen) as watcher:
        frame = await next_frame(watcher)
        assert (frame["type"], frame["status"]) == ("snapshot", "delivered")


@pytest.mark.slow
async def test_a_watcher_learns_by_itself_of_a_status_that_was_never_published(world: World) -> None:
    delivery, _ = await under_way(world)
    async with watch(world, delivery["tracking_number"]) as watcher:
        await next_frame(watcher)
        await _change_without_telling(world, delivery["id"], DeliveryStatus.PICKED_UP)
        frame = await next_frame(watcher)
        assert (frame["type"], frame["status"]) == ("snapshot", "picked_up")


async def test_a_watcher_resumes_on_another_server(world: World) -> None:
    delivery, driver = await under_way(world)
    async with another_world(world.server) as other:
        async with watch(world, delivery["tracking_number"]) as watcher:
            seen = (await next_frame(watcher))["offset"]
        await step(driver, delivery, "pickup")
        async with watch(other, delivery["tracking_number"], resume=seen) as watcher:
            frame = await next_frame(watcher)
            assert (frame["type"], frame["status"], frame["recovered"]) == ("status", "picked_up", True)
            await world.online_at(driver, *THAMEL)
            frames = await frames_until(watcher, type="position")
            assert (frames[-1]["lat"], frames[-1]["lon"]) == THAMEL


async def test_a_watcher_who_comes_and_goes_all_the_time_misses_nothing_and_sees_nothing_twice(world: World) -> None:
    delivery, driver = await under_way(world)
    seen, offsets, statuses = None, [], []
    last: tuple[object, object] = (None, None)
    async with world.phone(driver) as phone:
        for seq in range(1, 31):
            await phone.send(ping(seq, 27.6 + seq / 1000, 85.4))
            if seq == 15:
                await step(driver, delivery, "pickup")
            async with watch(world, delivery["tracking_number"], resume=seen) as watcher:
                while last != (27.6 + seq / 1000, 85.4):
                    frame = await next_frame(watcher)
                    if frame["type"] != "status":
                        position = frame.get("position") or frame
                        last = (position.get("lat"), position.get("lon"))
                    if frame["type"] != "snapshot":
                        offsets.append(number(frame["offset"]))
                    if "status" in frame:
                        statuses.append(frame["status"])
                    seen = frame["offset"]
        await phone.until_ack(30)
    assert offsets == sorted(set(offsets))
    async with watch(world, delivery["tracking_number"], resume=seen) as watcher:
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/deliver/", {}))
        statuses += [frame["status"] for frame in await frames_until(watcher, status="delivered") if "status" in frame]
    order = ["assigned", "picked_up", "in_transit", "delivered"]
    assert [order.index(status) for status in statuses] == sorted(order.index(status) for status in statuses)
    assert statuses[-1] == "delivered"


async def test_many_who_come_back_at_once_are_all_told_the_same(world: World) -> None:
    delivery, driver = await under_way(world)
    async with watch(world, delivery["tracking_number"]) as watcher:
        seen = (await next_frame(watcher))["offset"]
    await step(driver, delivery, "pickup")

    async def come_back() -> str:
        async with watch(world, delivery["tracking_number"], resume=seen) as watcher:
            frame = await next_frame(watcher)
            assert (frame["type"], frame["recovered"]) == ("status", True)
            return str(frame["offset"])

    offsets = [offset for _ in range(5) for offset in await asyncio.gather(*(come_back() for _ in range(40)))]
    assert len(set(offsets)) == 1
