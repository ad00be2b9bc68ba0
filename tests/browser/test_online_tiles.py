"""Pictures of the ground from another server, where the operator allows that server."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Page, expect

from api.embedded import running
from tests.browser.journeys import riding
from tests.browser.windows import PATIENCE_MS, Window, told_of_ground
from tests.support.server_process import ServerProcess, free_port
from tests.support.waiting import until
from tests.support.world import THAMEL, World

pytestmark = pytest.mark.slow

THANKS = "© Makers of these pictures"
# The policy is asked, and not whether somebody listens there.
REFUSED = """(url) => new Promise((done) => {
  document.addEventListener("securitypolicyviolation", (event) => done(event.blockedURI), { once: true });
  fetch(url).then(() => done("let through"), () => undefined);
})"""


@dataclass
class TileHost:
    """Another server, with black tiles."""

    port: int = 0
    asked: list[str] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One tile a connection."""
        head = await reader.readuntil(b"\r\n\r\n")
        self.asked.append(head.split(b" ")[1].decode())
        tile = io.BytesIO()
        Image.new("RGB", (256, 256)).save(tile, "PNG")
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nAccess-Control-Allow-Origin: *\r\nConnection: close\r\n"
            b"Content-Length: %d\r\n\r\n" % len(tile.getvalue()) + tile.getvalue()
        )
        await writer.drain()
        writer.close()


@asynccontextmanager
async def tile_host() -> AsyncIterator[TileHost]:
    """It listens for the time of the block."""
    host = TileHost()
    listener = await asyncio.start_server(host.answer, "127.0.0.1", 0)
    host.port = listener.sockets[0].getsockname()[1]
    async with listener:
        yield host


@pytest.fixture
async def tiles() -> AsyncIterator[TileHost]:
    async with tile_host() as host:
        yield host


@pytest.fixture
async def allowing(world: World, tiles: TileHost, tmp_path: Path) -> AsyncIterator[ServerProcess]:
    """A server beside that of the tests, on the same rows, whose operator allows the tiles."""
    urls = await asyncio.to_thread(running, world.server.settings.data_dir)
    assert urls is not None
    more = {
        "DISPATCH_DATABASE_URL": (urls.database_url or "").replace("+asyncpg", "", 1),
        "DISPATCH_REDIS_URL": urls.redis_url or "",
        "DISPATCH_TILES_URL": tiles.origin + "/ground/{z}/{x}/{y}.png",
        "DISPATCH_TILES_ATTRIBUTION": THANKS,
    }
    process = ServerProcess(tmp_path / "data", free_port(), more)
    await process.start()
    yield process
    await process.end()


async def darkness(page: Page) -> float:
    """How dark most of the map is: 0 white, 255 black."""
    picture = await page.locator(".map .canvas").screenshot()
    shades = await asyncio.to_thread(lambda: Image.open(io.BytesIO(picture)).convert("L").histogram())
    return 255 - shades.index(max(shades))


async def test_pictures_of_the_host_that_the_operator_allows_lie_under_the_courier_and_its_makers_are_named(
    world: World, map_window: Window, tiles: TileHost, allowing: ServerProcess
) -> None:
    async with riding(world) as ride, tile_host() as stranger:
        await ride.at(*THAMEL)
        map_window.base_url = allowing.url
        map_window.also_visited.add(tiles.origin)
        page = await map_window.open(ride.path)
        await expect(page.locator(".maplibregl-marker.courier-dot")).to_be_visible()
        await expect(page.get_by_text(THANKS)).to_be_visible()

        async def is_dark() -> bool:
            return await darkness(page) > 95  # the tiles are black, and shine through the ground

        await until(is_dark)
        assert tiles.asked
        assert all(path.startswith("/ground/") and path.endswith(".png") for path in tiles.asked)
        map_window.also_visited.add(stranger.origin)
        refused = await page.evaluate(REFUSED, f"{stranger.origin}/ground/1/1/1.png")
        assert refused.startswith(stranger.origin)
        assert stranger.asked == []
        await page.close()
    map_window.complaints[:] = [said for said in map_window.complaints if f":{stranger.port}" not in said]


async def test_without_the_operators_word_no_host_of_tiles_is_asked(
    world: World, map_window: Window, tiles: TileHost
) -> None:
    async with riding(world) as ride:
        await ride.at(*THAMEL)
        async with map_window.context.expect_event("response", told_of_ground, timeout=PATIENCE_MS):
            page = await map_window.open(ride.path)  # it asks whether there is one
        await expect(page.locator(".maplibregl-marker.courier-dot")).to_be_visible()
        await expect(page.get_by_text(THANKS)).to_have_count(0)
        map_window.also_visited.add(tiles.origin)
        assert (await page.evaluate(REFUSED, f"{tiles.origin}/ground/1/1/1.png")).startswith(tiles.origin)
        assert tiles.asked == []
    map_window.complaints[:] = [said for said in map_window.complaints if f":{tiles.port}" not in said]
