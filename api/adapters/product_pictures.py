"""Pictures that sellers give their products, in the store of photos and documents; ``/media`` shows them."""

import asyncio
import re
import secrets
from pathlib import Path
from typing import Final

from dispatch.ports import PhotoStore

FOLDER: Final = "products"
ADDRESSES: Final = f"/media/{FOLDER}/"
# The product, a name drawn by lot, and what the store adds: it is never used again.
KEY: Final = re.compile(r"(\d{1,19})-[0-9a-f]{32}-[0-9a-f]{8}\.webp")
# As they were named before there was a store for them: in a folder of the product, which goes on being shown.
IN_A_FOLDER: Final = re.compile(r"(\d{1,19})/[0-9a-f]{32}\.webp")


class ProductPictures:
    """Keeps each under ``{product_id}-{name}.webp``. ``media`` has what was kept before there was such a store."""

    def __init__(self, store: PhotoStore, media: Path) -> None:
        self.store = store
        self._folder = media / FOLDER

    async def save(self, product_id: int, content: bytes) -> str:
        """Keep a picture whole or not at all; its address below ``/media``."""
        key = await self.store.save(f"{product_id}-{secrets.token_hex(16)}", content)
        try:
            await self.store.confirm(key)
        except OSError:
            await self.store.remove(key)
            raise
        return f"{ADDRESSES}{key}"

    async def read(self, address: str) -> bytes | None:
        """What the store keeps under an address; None for what it has not, as for every other address."""
        name = address.removeprefix(ADDRESSES)
        return await self.store.read(name) if address.startswith(ADDRESSES) and KEY.fullmatch(name) else None

    async def remove(self, product_id: int, address: str) -> None:
        """Remove a picture of this product; every other address, such as one of a page elsewhere, is left alone."""
        name = address.removeprefix(ADDRESSES)
        found = KEY.fullmatch(name) or IN_A_FOLDER.fullmatch(name)
        if not address.startswith(ADDRESSES) or found is None or found[1] != str(product_id):
            return
        if found.re is KEY:
            await self.store.remove(name)
        await asyncio.to_thread((self._folder / name).unlink, missing_ok=True)  # also of before the store was another
