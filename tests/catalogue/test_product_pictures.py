"""Pictures that sellers hand in: bounded, judged by their content, made anew, gone when taken away."""

import asyncio
import base64
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from api.adapters.photos import FolderPhotoStore
from api.adapters.product_pictures import ProductPictures
from api.adapters.s3_photos import StoreFailed
from api.server.app import create_app
from dispatch.ports import PhotoStore
from tests.support.pictures import picture, picture_bytes
from tests.support.waiting import PATIENCE_S, until
from tests.support.world import Person, World, ok

PRODUCTS = "/api/v1/marketplace/products/"


@pytest.fixture
async def seller(world: World) -> Person:
    return await world.person("seller")


def kept_of(world: World, product_id: int) -> list[str]:
    """The names of what is kept of a product, also of what is not confirmed."""
    return names_in(world.server.settings.data_dir / "media" / "products", product_id)


def names_in(folder: Path, product_id: int) -> list[str]:
    return sorted(path.name for path in folder.rglob(f"{product_id}-*"))


class GoneStore(FolderPhotoStore):
    """A store that is away."""

    async def save(self, name: str, content: bytes) -> str:
        raise StoreFailed(f"PUT of {len(content)} bytes as {name} failed: ConnectError")

    async def read(self, key: str) -> bytes | None:
        raise StoreFailed(f"GET of {key} failed: ConnectError")


@asynccontextmanager
async def kept_in(world: World, store: PhotoStore) -> AsyncIterator[World]:
    """The same business, whose new pictures are kept there."""
    services = world.server.services
    pictures = ProductPictures(store, services.settings.data_dir / "media")
    door: Any = create_app(replace(services, marketplace=replace(services.marketplace, pictures=pictures)))
    url = services.settings.public_url
    async with httpx.AsyncClient(mounts={url: httpx.ASGITransport(door)}, base_url=url, timeout=PATIENCE_S) as http:
        yield World(world.server, http)


@pytest.fixture
async def elsewhere(world: World) -> AsyncIterator[World]:
    async with kept_in(world, FolderPhotoStore(world.server.settings.data_dir / "elsewhere")) as there:
        yield there


@pytest.fixture
async def away(world: World, tmp_path: Path) -> AsyncIterator[World]:
    async with kept_in(world, GoneStore(tmp_path)) as there:
        yield there


async def hand_in(seller: Person, product_id: int, image: str) -> list[str]:
    answer = ok(await seller.post(f"{PRODUCTS}{product_id}/images/", {"image": image}), 201)
    return [one["image"] for one in answer["images"]]


async def shown(world: World, address: str) -> Image.Image:
    reply = await world.http.get(address)
    assert (reply.status_code, reply.headers["content-type"]) == (200, "image/webp")
    return Image.open(io.BytesIO(reply.content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_a_picture_that_a_seller_hands_in_is_shown_to_everyone(world: World, seller: Person, kind: str) -> None:
    product_id = await world.product(seller)
    [address] = await hand_in(seller, product_id, picture(kind, (40, 30)))
    assert ok(await world.http.get(f"{PRODUCTS}{product_id}/"))["images"] == [{"image": address}]
    assert (await shown(world, address)).size == (40, 30)
    assert (await world.http.get(address)).headers["cache-control"] == "public, max-age=3600"


async def test_a_photo_is_upright_and_smaller_and_says_no_longer_where_it_was_taken(
    world: World, seller: Person
) -> None:
    taken = Image.new("RGB", (3000, 2000), (20, 120, 60))
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright: to be turned by a quarter
    exif.get_ifd(0x8825)[2] = (27.0, 43.0, 1.9)
    file = io.BytesIO()
    taken.save(file, "JPEG", exif=exif, comment=b"my garden")
    product_id = await world.product(seller)
    [address] = await hand_in(seller, product_id, base64.b64encode(file.getvalue()).decode())
    made = await shown(world, address)
    assert made.size == (853, 1280)
    assert dict(made.getexif()) == {}
    assert b"garden" not in (await world.http.get(address)).content


@pytest.mark.parametrize(
    ("image", "words"),
    [
        ("no base64!", "base64"),
        (base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'/>").decode(), "JPEG, PNG or WebP"),
        (base64.b64encode(picture_bytes("GIF")).decode(), "JPEG, PNG or WebP"),
        (base64.b64encode(picture_bytes("JPEG", (90, 90))[:300]).decode(), "JPEG, PNG or WebP"),
        (picture("PNG", (5001, 5000)), "25 million pixels"),
    ],
    ids=["no base64", "a drawing", "another format", "half a picture", "too many pixels"],
)
async def test_what_is_no_picture_is_refused_at_its_field_and_nothing_of_it_is_kept(
    world: World, seller: Person, image: str, words: str
) -> None:
    product_id = await world.product(seller)
    refused = await seller.post(f"{PRODUCTS}{product_id}/images/", {"image": image})
    assert refused.status_code == 400
    assert words in refused.json()["errors"]["image"]
    assert kept_of(world, product_id) == []


async def test_a_product_has_at_most_twenty_pictures_however_many_are_handed_in_at_once(
    world: World, seller: Person
) -> None:
    product_id = await world.product(seller, images=[f"/media/p{number}.jpg" for number in range(18)])
    path, body = f"{PRODUCTS}{product_id}/images/", {"image": picture()}
    replies = await asyncio.gather(*(seller.post(path, body) for _ in range(4)))
    assert sorted(reply.status_code for reply in replies) == [201, 201, 400, 400]
    refused = next(reply for reply in replies if reply.status_code == 400)
    assert "take one away" in refused.json()["errors"]["image"]
    assert len(ok(await world.http.get(f"{PRODUCTS}{product_id}/"))["images"]) == 20
    assert len(kept_of(world, product_id)) == 2  # of the refused nothing is kept


async def test_a_picture_that_is_taken_away_is_gone_and_the_others_stay(world: World, seller: Person) -> None:
    product_id = await world.product(seller)
    await hand_in(seller, product_id, picture())
    first, second = await hand_in(seller, product_id, picture("JPEG"))
    ok(await seller.patch(f"{PRODUCTS}{product_id}/", {"images": [second]}))
    await until(lambda: kept_of(world, product_id) == [second.rpartition("/")[2]])
    assert (await world.http.get(first)).status_code == 404
    ok(await seller.patch(f"{PRODUCTS}{product_id}/", {"stock": 3}))
    assert (await world.http.get(second)).status_code == 200


async def test_only_the_seller_gives_a_product_a_picture(world: World, seller: Person) -> None:
    product_id, other = await world.product(seller), await world.person("seller")
    assert (await other.post(f"{PRODUCTS}{product_id}/images/", {"image": picture()})).status_code == 403
    assert (await seller.post(f"{PRODUCTS}2000000000/images/", {"image": picture()})).status_code == 404
    assert kept_of(world, product_id) == []


async def test_a_picture_is_removed_by_its_own_product_alone(tmp_path: Path) -> None:
    folder = tmp_path / "products"
    pictures = ProductPictures(FolderPhotoStore(folder), tmp_path)
    address = await pictures.save(7, picture_bytes("WEBP"))
    await pictures.remove(8, address)  # of another product
    await pictures.remove(7, "/media/products/7/../../secret")
    await pictures.remove(7, "/media/products/../7-secret.webp")
    assert names_in(folder, 7) == [address.rpartition("/")[2]]
    await pictures.remove(7, address)
    await pictures.remove(7, address)
    assert names_in(folder, 7) == []


async def test_a_picture_that_lies_in_a_folder_of_its_product_is_shown_on_and_removed(
    world: World, seller: Person
) -> None:
    product_id = await world.product(seller)
    folder = world.server.settings.data_dir / "media" / "products" / str(product_id)
    folder.mkdir(parents=True)
    old = folder / f"{product_id:032x}.webp"
    old.write_bytes(picture_bytes("WEBP", (40, 30)))
    address = f"/media/products/{product_id}/{old.name}"
    ok(await seller.patch(f"{PRODUCTS}{product_id}/", {"images": [address]}))
    assert (await shown(world, address)).size == (40, 30)
    ok(await seller.patch(f"{PRODUCTS}{product_id}/", {"images": []}))
    await until(lambda: not old.exists())
    assert (await world.http.get(address)).status_code == 404


async def test_pictures_are_kept_in_the_store_that_is_set_and_those_of_before_are_shown_from_the_folder(
    elsewhere: World, seller: Person
) -> None:
    world, store = elsewhere, elsewhere.server.settings.data_dir / "elsewhere"
    product_id = await world.product(seller)
    [before] = await hand_in(seller, product_id, picture("PNG", (20, 10)))
    there = Person(elsewhere.http, seller.user_id, seller.email, seller.access, seller.refresh)
    before_and_now = await hand_in(there, product_id, picture("PNG", (40, 30)))
    assert before_and_now[0] == before
    now = before_and_now[1]
    assert names_in(store, product_id) == [now.rpartition("/")[2]]
    assert kept_of(world, product_id) == [before.rpartition("/")[2]]
    assert [(await shown(world, address)).size for address in before_and_now] == [(20, 10), (40, 30)]
    ok(await there.patch(f"{PRODUCTS}{product_id}/", {"images": []}))
    await until(lambda: names_in(store, product_id) + kept_of(world, product_id) == [])


async def test_while_the_store_is_away_no_picture_is_taken_and_none_is_said_to_be_missing(
    away: World, seller: Person
) -> None:
    product_id = await away.product(seller)
    [before] = await hand_in(seller, product_id, picture())
    there = Person(away.http, seller.user_id, seller.email, seller.access, seller.refresh)
    refused = await there.post(f"{PRODUCTS}{product_id}/images/", {"image": picture()})
    assert refused.status_code == 503
    assert ok(await seller.get(f"{PRODUCTS}{product_id}/"))["images"] == [{"image": before}]
    assert (await away.http.get(before)).status_code == 503  # it may well be there
