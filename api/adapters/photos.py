"""Photos and signatures in a folder: implements the PhotoStore port."""

import asyncio
import re
import secrets
from pathlib import Path

from api.private_files import private_folder, write_privately

NAME = re.compile(r"[0-9a-z-]{1,80}")
KINDS = {b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png", b"GIF8": "gif", b"RIFF": "webp", b"%PDF": "pdf"}


class FolderPhotoStore:
    """Keeps each photo as a file; the key is its name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def save(self, name: str, content: bytes) -> str:
        """Write the file whole or not at all; a second photo of the same name stands beside the first."""
        if not NAME.fullmatch(name):
            raise ValueError(f"not a photo name: {name!r}")
        kind = next((kind for magic, kind in KINDS.items() if content.startswith(magic)), "bin")
        key = f"{name}-{secrets.token_hex(4)}.{kind}"
        await asyncio.to_thread(self._write, key, content)
        return key

    def _write(self, key: str, content: bytes) -> None:
        write_privately(private_folder(self._folder) / key, content, durably=True)
