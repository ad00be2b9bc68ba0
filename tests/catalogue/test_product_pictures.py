"""Pictures that sellers hand in: bounded, judged by their content, made anew, gone when taken away."""

import asyncio
import base64
import io
from pathlib import Path

import pytest
from PIL import Image

from api.adapters.product_pictures import ProductPictures
from tests.support.pictures import picture, picture_bytes
from tests.support.waiting import until
from tests.support.world import Person, World, ok

PRODUCTS = "/api/v1/marketplace/products/"


@pytest.fixture
async def seller(world: World) -> Person:
    return await world.person("seller")


def folder_of(world: World, product_id: int) -> Path:
    return world.server.settings.data_dir / "media" / "products" / str(product_id)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


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
    assert names_in(folder_of(world, product_id)) == []


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
    assert len(names_in(folder_of(world, product_id))) == 2  # of the refused nothing is kept


async def test_a_picture_that_is_taken_away_is_gone_and_the_others_stay(world: World, seller: Person) -> None:
    product_id = await world.product(seller)
    await hand_in(seller, product_id, picture())
    first, second = await hand_in(seller, product_id, picture("JPEG"))
    ok(await seller.patch(f"{PRODUCTS}{product_id}/", {"images": [second]}))
    await until(lambda: names_in(folder_of(world, product_id)) == [second.rpartition("/")[2]])
    assert (await world.http.get(first)).status_code == 404
    ok(await seller.patch(f"{PRODUCTS}{product_id}/", {"stock": 3}))
    assert (await world.http.get(second)).status_code == 200


async def test_only_the_seller_gives_a_product_a_picture(world: World, seller: Person) -> None:
    product_id, other = await world.product(seller), await world.person("seller")
    assert (await other.post(f"{PRODUCTS}{product_id}/images/", {"image": picture()})).status_code == 403
    assert (await seller.post(f"{PRODUCTS}2000000000/images/", {"image": picture()})).status_code == 404
    assert names_in(folder_of(world, product_id)) == []


async def test_a_picture_is_removed_by_its_own_product_alone(tmp_path: Path) -> None:
    pictures = ProductPictures(tmp_path)
    address = await pictures.save(7, b"picture")
    await pictures.remove(8, address)  # of another product
    await pictures.remove(7, "/media/products/7/../../secret")
    assert names_in(tmp_path / "products" / "7") == [address.rpartition("/")[2]]
    await pictures.remove(7, address)
    await pictures.remove(7, address)
    assert names_in(tmp_path / "products" / "7") == []
