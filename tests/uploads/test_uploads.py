"""Pictures that arrive in parts: resumed after breaks, by any worker, each its maker's alone."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import text

from dispatch.uploads.service import Uploads, forget_old_uploads
from tests.support.checkout import ShiftedClock
from tests.support.pictures import picture_bytes
from tests.support.world import Driver, World, ok

PATH = "/api/uploads/"
PHOTO = picture_bytes("PNG", (300, 200))


async def begun(driver: Driver, length: int = len(PHOTO)) -> dict[str, Any]:
    made: dict[str, Any] = ok(await driver.post(PATH, {"length": length}), 201)
    return made


async def part(driver: Driver, upload: dict[str, Any], start: int, content: bytes) -> httpx.Response:
    url = f"{PATH}{upload['id']}/"
    return await driver.http.patch(url, params={"offset": start}, content=content, headers=driver.headers)


async def whole(driver: Driver, content: bytes = PHOTO) -> str:
    upload = await begun(driver, len(content))
    middle = len(content) // 2
    ok(await part(driver, upload, 0, content[:middle]))
    return str(ok(await part(driver, upload, middle, content[middle:]))["picture"])


async def carried(world: World) -> tuple[Driver, str]:
    driver, delivery = await world.driver(), await world.delivery()
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    return driver, f"/api/deliveries/{delivery['id']}/"


async def test_a_picture_in_parts_proves_a_step_as_one_in_base64_does(world: World) -> None:
    driver, delivery = await carried(world)
    ok(await driver.post(f"{delivery}pickup/", {"pickup_photo": await whole(driver)}))
    ok(await driver.post(f"{delivery}attempts/", {"reason": "nobody_there", "photo": await whole(driver)}), 201)
    body = {"delivery_photo": await whole(driver), "signature": await whole(driver), "signed_by": "Maya"}
    ok(await driver.post(f"{delivery}deliver/", body))
    proof = ok(await driver.get(f"{delivery}proof/"))["handovers"]
    assert all(one["photo"] is not None for one in proof if one["end"] != "attempt"), proof
    assert next(one for one in proof if one["end"] == "drop_off")["signature"] is not None


async def test_whoever_comes_back_is_told_where_to_go_on_and_a_part_that_is_there_may_come_again(world: World) -> None:
    driver = await world.driver()
    upload = await begun(driver)
    ok(await part(driver, upload, 0, PHOTO[:100]))
    assert ok(await driver.get(f"{PATH}{upload['id']}/"))["offset"] == 100
    assert ok(await part(driver, upload, 0, PHOTO[:100]))["offset"] == 100  # its answer was lost
    for start, content in ((50, PHOTO[50:90]), (0, b"other" * 20), (200, PHOTO[200:])):
        refused = await part(driver, upload, start, content)
        assert (refused.status_code, refused.json()["code"], refused.json()["offset"]) == (409, "wrong_offset", 100)
    too_far = await part(driver, upload, 100, PHOTO[100:] + b"!")
    assert (too_far.status_code, too_far.json()["code"]) == (409, "too_long")
    assert ok(await part(driver, upload, 100, PHOTO[100:]))["offset"] == len(PHOTO)


async def test_of_the_same_part_sent_twice_at_once_one_is_kept(world: World) -> None:
    driver = await world.driver()
    upload = await begun(driver)
    answers = await asyncio.gather(*(part(driver, upload, 0, PHOTO[:64]) for _ in range(4)))
    assert [one.json()["offset"] for one in answers] == [64] * 4


async def test_an_upload_is_its_makers_alone(world: World) -> None:
    driver, other = await world.driver(), await world.driver()
    upload = await begun(driver)
    assert (await other.get(f"{PATH}{upload['id']}/")).status_code == 404
    assert (await part(other, upload, 0, b"x")).status_code == 404
    assert (await other.delete(f"{PATH}{upload['id']}/")).status_code == 404
    theirs, delivery = await carried(world)
    refused = await theirs.post(f"{delivery}pickup/", {"pickup_photo": await whole(driver)})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["pickup_photo"])


async def test_a_step_names_what_it_cannot_use_and_is_not_taken(world: World) -> None:
    driver, delivery = await carried(world)
    unfinished = f"upload:{(await begun(driver))['id']}"
    no_picture = await whole(driver, b"not a picture at all")
    for named in (unfinished, no_picture, "upload:nothing", "upload:00000000-0000-4000-8000-000000000000"):
        refused = await driver.post(f"{delivery}pickup/", {"pickup_photo": named})
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["pickup_photo"]), named
    ok(await driver.post(f"{delivery}pickup/"))


async def test_a_step_that_is_told_again_finds_its_upload(world: World) -> None:
    driver, delivery = await carried(world)
    picture = await whole(driver)
    for _ in range(2):
        ok(await driver.post(f"{delivery}pickup/", {"pickup_photo": picture}))


async def test_at_most_ten_wait_at_once_also_where_they_begin_at_once(world: World) -> None:
    driver = await world.driver()
    answers = await asyncio.gather(*(driver.post(PATH, {"length": 5}) for _ in range(13)))
    assert sorted(one.status_code for one in answers) == [201] * 10 + [409] * 3
    made = next(one.json() for one in answers if one.status_code == 201)
    assert (await driver.delete(f"{PATH}{made['id']}/")).status_code == 204
    ok(await driver.post(PATH, {"length": 5}), 201)


async def test_nothing_larger_than_a_photo_may_be_is_begun_or_sent(world: World) -> None:
    driver = await world.driver()
    assert (await driver.post(PATH, {"length": 5 * 2**20 + 1})).status_code == 400
    upload = await begun(driver, 5 * 2**20)
    assert (await part(driver, upload, 0, bytes(2**20 + 1))).status_code == 413
    assert ok(await driver.get(f"{PATH}{upload['id']}/"))["offset"] == 0


async def test_an_upload_ends_after_a_day_and_nothing_of_it_stays(world: World) -> None:
    driver, services = await world.driver(), world.server.services
    upload = await begun(driver)
    ok(await part(driver, upload, 0, PHOTO[:10]))
    clock = ShiftedClock(timedelta(days=1, minutes=1))
    async with services.database.work() as work:
        # What other tests began is over as well by then.
        assert await Uploads(work, services.clock).get(driver.user_id, upload["id"]) is not None
    await forget_old_uploads(services.database, clock)
    assert (await driver.get(f"{PATH}{upload['id']}/")).status_code == 404
    query = text("SELECT count(*) FROM uploads WHERE user_id = :user")
    async with services.database.work() as work:
        assert await work.session.scalar(query, {"user": driver.user_id}) == 0
