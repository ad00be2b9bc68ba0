"""Product images under ``/media``: what sellers handed in, from its store, and images of the folder ``media`` of the
data folder. Nothing else.
"""

import asyncio
from pathlib import Path
from typing import Annotated, Final

from litestar import Controller, Response, get
from litestar.params import PathParameter

from api.http.described_answers import OtherAnswer, also
from api.http.security import PUBLIC
from api.routes.marketplace.services import GivenServices
from dispatch.errors import NotFound

MEDIA_TYPES: Final = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".avif": "image/avif",
}
MAX_BYTES: Final = 10 * 2**20
KEPT_FOR_AN_HOUR: Final = {"kept": b"public, max-age=3600"}


def read_image(folder: Path, name: str) -> tuple[bytes, str] | None:
    """An image below a folder and its media type; None for whatever is none, is hidden, or lies elsewhere."""
    media_type = MEDIA_TYPES.get(Path(name).suffix.lower())
    if media_type is None or "\x00" in name or "\\" in name or any(part.startswith(".") for part in name.split("/")):
        return None
    root = folder.resolve()
    try:
        path = (root / name.lstrip("/")).resolve()  # where links lead counts, not how they are called
        if not path.is_relative_to(root) or not path.is_file() or path.stat().st_size > MAX_BYTES:
            return None
        return path.read_bytes(), media_type
    except OSError:
        return None


IMAGES = also(
    OtherAnswer(
        200,
        "The image.",
        ("image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"),
        instead=True,
    )
)


class MediaController(Controller):
    """``/media``."""

    path = "/media"
    tags = ("images",)

    @get("/{name:path}", opt=PUBLIC | KEPT_FOR_AN_HOUR | IMAGES)
    async def show(
        self,
        name: Annotated[str, PathParameter(max_length=300, description="Where the image lies below the folder.")],
        services: GivenServices,
    ) -> Response[bytes]:
        """An image of a product: JPEG, PNG, WebP, GIF or AVIF, up to 10 MB. 404 for anything else."""
        handed_in = await services.pictures.read(f"/media/{name.lstrip('/')}")
        if handed_in is not None:
            return Response(handed_in, media_type="image/webp")
        found = await asyncio.to_thread(read_image, services.settings.data_dir / "media", name)
        if found is None:
            raise NotFound("There is no such image.")
        content, media_type = found
        return Response(content, media_type=media_type)
