"""What proves a step: it is a picture, it was promised, and it is kept only where the step is."""

import asyncio
import base64
import io
import os
import zlib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import update

from api.adapters.images import MAX_PIXELS, NotAPicture, check_picture
from api.adapters.photos import FolderPhotoStore
from dispatch.deliveries.unconfirmed_photos import PhotoSweeper
from dispatch.jobs.unconfirmed import LEFT_BEHIND_S
from dispatch.transporters.models import Transporter
from tests.support.pictures import picture, picture_bytes
from tests.support.world import Driver, World, ok


def _png(width: int, height: int) -> bytes:
    """A PNG that says it is so large, and has the bytes of a single pixel."""
    whole = picture_bytes("PNG", (1, 1))
    header = whole[12:16] + width.to_bytes(4) + height.to_bytes(4) + whole[24:29]
    return whole[:12] + header + zlib.crc32(header).to_bytes(4) + whole[33:]


def _animation() -> bytes:
    made = io.BytesIO()
    frames = [Image.new("RGB", (4, 4), (shade, 0, 0)) for shade in (0, 200)]
    frames[0].save(made, "WEBP", save_all=True, append_images=frames[1:])
    return made.getvalue()


def _text_bomb() -> bytes:
    """A PNG whose comment unfolds to many megabytes."""
    whole = picture_bytes("PNG", (1, 1))
    chunk = b"zTXtcomment\0\0" + zlib.compress(b"A" * 50_000_000)
    return whole[:33] + (len(chunk) - 4).to_bytes(4) + chunk + zlib.crc32(chunk).to_bytes(4) + whole[33:]


NO_PICTURES = {
    "no base64": "not base64!",
    "text": "aGVsbG8gd29ybGQ=",
    "the placeholder": "base64_encoded_image_data",
    "first bytes alone": "/9j/4AAQSkZJRg==",
    "half a picture": base64.b64encode(picture_bytes("JPEG", (300, 200))[:-400]).decode(),
    "another format": picture("GIF"),
    "a page": base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'/>").decode(),
    "too many pixels": base64.b64encode(_png(20_000, 20_000)).decode(),
    "a little over": base64.b64encode(_png(5_001, MAX_PIXELS // 5_000)).decode(),
    "an animation": base64.b64encode(_animation()).decode(),
    "a comment that unfolds": base64.b64encode(_text_bomb()).decode(),
    "a data URL of none": "data:image/png;base64,",
}


@pytest.mark.parametrize("text", NO_PICTURES.values(), ids=NO_PICTURES.keys())
async def test_what_is_no_picture_is_named_and_the_step_is_not_taken(
    world: World, assigned: tuple[Driver, dict[str, Any]], text: str
) -> None:
    driver, delivery = assigned
    refused = await driver.post(f"/api/deliveries/{delivery['id']}/pickup/", {"pickup_photo": text})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["pickup_photo"])
    tracked = ok(await world.http.get(f"/api/deliveries/{delivery['tracking_number']}/track/"))
    assert tracked["status"] == "assigned"


@pytest.fixture(scope="module")
async def assigned(world: World) -> tuple[Driver, dict[str, Any]]:
    """A delivery that nobody picks up."""
    driver, delivery = await world.driver(), await world.delivery()
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    return driver, delivery


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_pictures_as_phones_take_them_are_pictures(kind: str) -> None:
    check_picture(picture_bytes(kind, (4000, 3000)))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_no_part_of_a_picture_and_no_noise_after_its_beginning_is_one(kind: str) -> None:
    drawn = io.BytesIO()
    Image.frombytes("RGB", (64, 64), os.urandom(64 * 64 * 3)).save(drawn, kind)
    whole = drawn.getvalue()
    for length in range(0, len(whole) * 9 // 10, 97):
        with pytest.raises(NotAPicture):
            check_picture(whole[:length])
        with pytest.raises(NotAPicture):
            check_picture(whole[: min(length, 40)] + os.urandom(500))


async def test_both_wrong_pictures_of_a_drop_off_are_named(world: World) -> None:
    driver, delivery = await _carried(world)
    body = {"delivery_photo": "aGVsbG8gd29ybGQ=", "signature": "aGVsbG8gd29ybGQ="}
    refused = await driver.post(f"/api/deliveries/{delivery['id']}/deliver/", body)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["delivery_photo", "signature"])


async def test_a_promised_signature_is_required(world: World) -> None:
    driver, delivery = await _carried(world, requires_signature=True)
    path = f"/api/deliveries/{delivery['id']}/deliver/"
    for body in (None, {}, {"signature": None}, {"signature": ""}, {"delivery_photo": picture()}):
        refused = await driver.post(path, body)
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["signature"])
        assert refused.json()["code"] == "signature_required"
    delivered = ok(await driver.post(path, {"signature": picture()}))
    assert ok(await driver.post(path)) == delivered, "a repeat needs nothing"


async def test_refused_steps_leave_no_file_and_a_step_that_is_taken_leaves_each_once(world: World) -> None:
    driver, delivery = await _carried(world, requires_signature=True)
    path = f"/api/deliveries/{delivery['id']}/deliver/"
    photos = {"delivery_photo": picture("JPEG")}
    await driver.post(path, photos)
    await (await world.driver()).post(path, photos | {"signature": picture()})
    assert list(_files(world, delivery)) == []
    ok(await driver.post(path, photos | {"signature": picture("WEBP")}))
    ok(await driver.post(path, photos | {"signature": picture("WEBP")}))
    names = sorted(file.name.rpartition("-")[0] + file.suffix for file in _files(world, delivery))
    whole = delivery["delivery_id"].replace("-", "")
    assert names == [f"{whole}-delivery.webp", f"{whole}-signature.webp"]
    assert all(file.parent.name == "photos" for file in _files(world, delivery))


async def test_a_step_that_the_database_refuses_after_its_photos_leaves_none_of_them(world: World) -> None:
    driver, delivery = await _carried(world)
    await _earned(world, driver, "9999999999999999.99")  # so that what this delivery earns no longer fits
    body = {"delivery_photo": picture(), "signature": picture()}
    refused = await driver.post(f"/api/deliveries/{delivery['id']}/deliver/", body)
    await _earned(world, driver, "0.00")
    assert refused.status_code == 400
    assert list(_files(world, delivery)) == []


async def _earned(world: World, driver: Driver, amount: str) -> None:
    async with world.server.services.database.work() as work:
        mine = update(Transporter).where(Transporter.id == driver.transporter_id)
        await work.session.execute(mine.values(earned=Decimal(amount)))


async def test_a_step_that_fails_after_its_photo_was_written_leaves_none(world: World) -> None:
    services = world.server.services
    key = await services.deliveries.photos.save("some-photo", picture_bytes())
    with pytest.raises(RuntimeError, match="too late"):
        await _fail(world, key)
    assert not list((services.settings.data_dir / "photos").rglob(key))


async def _fail(world: World, key: str) -> None:
    photos = world.server.services.deliveries.photos
    async with world.server.services.database.work() as work:
        work.after_commit(lambda: photos.confirm(key))
        work.after_rollback(lambda: photos.discard(key))
        raise RuntimeError("too late")


async def test_what_a_stopped_server_left_is_kept_where_its_step_was_taken_and_dropped_where_not(world: World) -> None:
    driver, delivery = await _carried(world)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/deliver/", {"delivery_photo": picture()}))
    [kept] = _files(world, delivery)
    unconfirmed = kept.parent / "unconfirmed"
    left = unconfirmed / kept.name
    kept.rename(left)
    store = FolderPhotoStore(kept.parent)
    orphan = await store.save(f"{delivery['delivery_id'].replace('-', '')}-pickup", picture_bytes())
    foreign = await store.save("nobody-s", picture_bytes())
    young = await store.save("young", picture_bytes())
    before = left.stat().st_mtime - LEFT_BEHIND_S - 60
    for name in (left.name, orphan, foreign):
        os.utime(unconfirmed / name, (before, before))
    sweeper = PhotoSweeper(world.server.services.database, world.server.services.clock, store)
    await asyncio.gather(sweeper.run(), sweeper.run())
    assert kept.exists()
    assert [(unconfirmed / name).exists() for name in (left.name, orphan, foreign, young)] == [False] * 3 + [True]


async def _carried(world: World, **more: Any) -> tuple[Driver, dict[str, Any]]:
    driver, delivery = await world.driver(), await world.delivery(**more)
    for step in ("accept", "pickup"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/"))
    return driver, delivery


def _files(world: World, delivery: dict[str, Any]) -> Iterator[Path]:
    name = delivery["delivery_id"].replace("-", "")
    return (world.server.settings.data_dir / "photos").rglob(f"*{name}*")
