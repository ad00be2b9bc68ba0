"""Images of products: where they may lie, and what ``/media`` answers with."""

from pathlib import Path

import httpx
import pytest

from api.simulation.demo.goods import ARTICLES
from api.simulation.demo.pictures import draw_pictures, picture_path
from tests.support.world import World, ok

PRODUCTS = "/api/v1/marketplace/products/"
PICTURE = "/media/product_images/rice.jpg"


@pytest.fixture
def media(world: World) -> Path:
    """The folder of images, with those of the demo and some that are none."""
    data_dir = world.server.settings.data_dir
    draw_pictures(data_dir)
    folder = data_dir / "media"
    (folder / "page.html").write_text("<script>alert(1)</script>")
    (folder / "drawing.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (folder / ".hidden.jpg").write_bytes(b"hidden")
    (data_dir / "outside.jpg").write_bytes(b"outside")
    link = folder / "link.jpg"
    if not link.is_symlink():
        link.symlink_to(data_dir / "outside.jpg")
    return folder


@pytest.mark.parametrize(
    "image", ["https://cdn.example/rice.jpg", "https://cdn.example:8443/a/rice@2x.jpg?v=1", PICTURE]
)
async def test_an_image_is_ours_or_comes_over_tls(world: World, image: str) -> None:
    seller = await world.person("seller")
    product_id = await world.product(seller, images=[image])
    assert ok(await world.http.get(f"{PRODUCTS}{product_id}/"))["images"] == [{"image": image}]


@pytest.mark.parametrize(
    "image",
    [
        "http://cdn.example/rice.jpg",
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "//cdn.example/rice.jpg",
        "rice.jpg",
        "https://user@evil.example/rice.jpg",
        "https://cdn.example/rice\x1e.jpg",
        "https://cdn.example\\@evil.example/rice.jpg",
        "",
    ],
)
@pytest.mark.parametrize("way", ["new", "change"])
async def test_any_other_image_is_refused(world: World, image: str, way: str) -> None:
    seller = await world.person("seller")
    if way == "new":
        body = {"name": "Rice", "listed_price": "10.00", "images": [image]}
        refused = await seller.post(PRODUCTS, body)
    else:
        refused = await seller.patch(f"{PRODUCTS}{await world.product(seller)}/", {"images": [image]})
    assert refused.status_code == 400
    assert any(name.startswith("images") for name in refused.json()["errors"])


@pytest.mark.usefixtures("media")
async def test_pictures_are_served_as_what_they_are(http: httpx.AsyncClient) -> None:
    for path in (PICTURE, *(picture_path(article.name) for article in ARTICLES)):
        picture = await http.get(path)
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")
        assert picture.headers["x-content-type-options"] == "nosniff"
        assert picture.content.startswith(b"\xff\xd8\xff")


@pytest.mark.usefixtures("media")
@pytest.mark.parametrize(
    "path",
    [
        "/media/nothing.jpg",
        "/media/page.html",
        "/media/drawing.svg",
        "/media/.hidden.jpg",
        "/media/link.jpg",
        "/media/%2e%2e/outside.jpg",
        "/media/product_images/%2e%2e/%2e%2e/outside.jpg",
        "/media/..%2foutside.jpg",
        "/media/..%5coutside.jpg",
        "/media//etc/hostname.jpg",
        "/media/%00.jpg",
        "/media/product_images",
        "/media/secret-key",
    ],
)
async def test_nothing_but_pictures_of_that_folder_is_served(http: httpx.AsyncClient, path: str) -> None:
    refused = await http.get(path)
    assert refused.status_code == 404
    assert b"outside" not in refused.content
