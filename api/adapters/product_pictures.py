"""Pictures that sellers give their products, in the folder that ``/media`` shows."""

import asyncio
import re
import secrets
from pathlib import Path
from typing import Final

from api.process.private_files import private_folder, write_privately

FOLDER: Final = "products"
_NAME: Final = re.compile(r"[0-9a-f]{32}\.webp")


class ProductPictures:
    """Keeps them as ``products/{product_id}/{name}.webp``; a name is drawn by lot, so it is never used again."""

    def __init__(self, media: Path) -> None:
        self._folder = media / FOLDER

    async def save(self, product_id: int, content: bytes) -> str:
        """Write a picture whole or not at all; its address below ``/media``."""
        name = f"{secrets.token_hex(16)}.webp"
        await asyncio.to_thread(self._write, product_id, name, content)
        return f"{self._addresses(product_id)}{name}"

    async def remove(self, product_id: int, address: str) -> None:
        """Remove a picture of this product; every other address, such as one of a page elsewhere, is left alone."""
        prefix = self._addresses(product_id)
        name = address.removeprefix(prefix)
        if address.startswith(prefix) and _NAME.fullmatch(name):
            await asyncio.to_thread((self._folder / str(product_id) / name).unlink, missing_ok=True)

    def _write(self, product_id: int, name: str, content: bytes) -> None:
        write_privately(private_folder(self._folder / str(product_id)) / name, content, durably=True)

    @staticmethod
    def _addresses(product_id: int) -> str:
        return f"/media/{FOLDER}/{product_id}/"
