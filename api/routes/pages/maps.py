"""The ground of maps: the city that was imported, in the parts that browsers ask for, and where online tiles are."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec
from litestar import Controller, Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Stream

from api.basemap.stored import named_map, stored_map
from api.http.middleware.compression import holds
from api.http.security import PUBLIC
from api.routes.deliveries.services import GivenServices
from api.routes.pages.built import KEPT_FOR_EVER
from api.routes.pages.ranges import Part, Unsatisfiable, asked_part

MEDIA_TYPE: Final = "application/vnd.pmtiles"
CHUNK_BYTES: Final = 256 * 1024


class Tiles(msgspec.Struct, frozen=True):
    """Pictures of the ground from another server: an address with ``{z}``, ``{x}`` and ``{y}``, and who made them."""

    url: str
    attribution: str


class Ground(msgspec.Struct, frozen=True):
    """What maps stand on: the address of the imported city's file, and online tiles where the operator allowed them."""

    city: str | None
    tiles: Tiles | None


class MapController(Controller):
    """What maps are drawn on."""

    path = "/pages"
    include_in_schema = False

    @get("/map.json", opt=PUBLIC)
    async def ground(self, services: GivenServices) -> Response[Ground]:
        """What there is. Asked anew by each page, for an import is seen without a restart."""
        settings = services.settings
        city = await asyncio.to_thread(stored_map, settings.data_dir)
        tiles = Tiles(settings.tiles_url, settings.tiles_attribution) if settings.tiles_url else None
        return Response(Ground(f"/pages/map/{city.name}" if city else None, tiles))

    @get("/map/{name:str}", opt=PUBLIC)
    async def city(
        self, request: Request[Any, Any, Any], name: FromPath[str], services: GivenServices
    ) -> Response[Any] | Stream:
        """The file or a part of it. Its name says its content, so every part may be kept for ever."""
        path = await asyncio.to_thread(named_map, services.settings.data_dir, name)
        file = None if path is None else await asyncio.to_thread(_opened, path)
        if path is None or file is None:
            raise NotFoundException("There is no such map.")
        size = os.fstat(file.fileno()).st_size
        etag = f'"{path.stem}"'
        headers = {"ETag": etag, "Accept-Ranges": "bytes", "Cache-Control": KEPT_FOR_EVER}
        if holds(dict(request.scope["headers"]), etag.encode()):
            file.close()
            return Response(None, status_code=304, headers=headers)
        part, status = Part(0, size - 1), 200
        if request.headers.get("if-range", etag) == etag:
            try:
                asked = asked_part(request.headers.get("range", ""), size)
            except Unsatisfiable:
                file.close()
                told = {"detail": f"The map has {size} bytes.", "code": "range_not_satisfiable"}
                return Response(told, status_code=416, headers={"Content-Range": f"bytes */{size}"})
            if asked is not None:
                part, status = asked, 206
                headers["Content-Range"] = f"bytes {part.first}-{part.last}/{size}"
        headers["Content-Length"] = str(part.length)
        return Stream(_bytes_of(file, part), status_code=status, media_type=MEDIA_TYPE, headers=headers)


def _opened(path: Path) -> BinaryIO | None:
    """Opened before anything is answered: a newer import may take the file away, and whoever has it open keeps it."""
    try:
        return path.open("rb")
    except FileNotFoundError:
        return None


async def _bytes_of(file: BinaryIO, part: Part) -> AsyncIterator[bytes]:
    """The part, a little at a time; off the loop, for a disk may be slow."""
    try:
        await asyncio.to_thread(file.seek, part.first)
        left = part.length
        while left > 0 and (chunk := await asyncio.to_thread(file.read, min(left, CHUNK_BYTES))):
            left -= len(chunk)
            yield chunk
    finally:
        file.close()
