"""Photos and signatures in a folder: implements the PhotoStore port."""

import asyncio
import os
import re
import secrets
import time
from pathlib import Path

from api.process.private_files import private_folder, write_privately
from api.process.write_checks import write_to

NAME = re.compile(r"[0-9a-z-]{1,80}")
KEY = re.compile(r"[0-9a-z-]{1,90}\.[a-z]{1,4}")
KINDS = {b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png", b"RIFF": "webp"}


class FolderPhotoStore:
    """Keeps each photo as a file; the key is its name. What is not confirmed lies in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._unconfirmed = folder / "unconfirmed"

    async def save(self, name: str, content: bytes) -> str:
        """Write the file whole or not at all; a second photo of the same name stands beside the first."""
        if not NAME.fullmatch(name):
            raise ValueError(f"not a photo name: {name!r}")
        kind = next((kind for magic, kind in KINDS.items() if content.startswith(magic)), "bin")
        key = f"{name}-{secrets.token_hex(4)}.{kind}"
        await asyncio.to_thread(self._write, key, content)
        return key

    async def confirm(self, key: str) -> None:
        """See PhotoStore."""
        await asyncio.to_thread(self._move, key)

    async def discard(self, key: str) -> None:
        """See PhotoStore."""
        await asyncio.to_thread((self._unconfirmed / key).unlink, missing_ok=True)

    async def read(self, key: str) -> bytes | None:
        """See PhotoStore."""
        return await asyncio.to_thread(self._read, key) if KEY.fullmatch(key) else None

    async def remove(self, key: str) -> None:
        """See PhotoStore."""
        if KEY.fullmatch(key):
            await asyncio.to_thread(self._remove, key)

    async def list_unconfirmed(self, *, older_than_s: float) -> list[str]:
        """See PhotoStore."""
        return await asyncio.to_thread(self._list, time.time() - older_than_s)

    async def check(self) -> None:
        """See PhotoStore: a file is written where new ones come, and where they are kept."""
        await asyncio.to_thread(self._try)

    def _try(self) -> None:
        for folder in (self._folder, self._unconfirmed):
            write_to(private_folder(folder))

    def _write(self, key: str, content: bytes) -> None:
        write_privately(private_folder(self._unconfirmed) / key, content, durably=True)

    def _move(self, key: str) -> None:
        try:
            (self._unconfirmed / key).replace(self._folder / key)
        except FileNotFoundError:
            if not (self._folder / key).exists():
                raise

    def _read(self, key: str) -> bytes | None:
        for folder in (self._folder, self._unconfirmed, self._folder):  # it may be confirmed in between
            try:
                return (folder / key).read_bytes()
            except FileNotFoundError:
                continue
        return None

    def _remove(self, key: str) -> None:
        for folder in (self._unconfirmed, self._folder):  # it may be confirmed in between
            (folder / key).unlink(missing_ok=True)

    def _list(self, before: float) -> list[str]:
        if not self._unconfirmed.is_dir():
            return []
        found = []
        for entry in os.scandir(self._unconfirmed):
            try:
                old = entry.stat().st_mtime < before
            except FileNotFoundError:  # confirmed or dropped just now
                continue
            if old:
                found.append(entry.name)
        return found
