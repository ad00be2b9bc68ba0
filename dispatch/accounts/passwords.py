"""Password hashes: argon2id with the library's recommended cost."""

import asyncio

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

_HASHER = PasswordHash((Argon2Hasher(),))
# Verified against when there is no such account, so that both answers take as long.
_NOBODY = _HASHER.hash("nobody has this password")


async def hash_password(password: str) -> str:
    """Hash in a thread: argon2 is slow on purpose and must not stop the event loop."""
    return await asyncio.to_thread(_HASHER.hash, password)


async def verify_password(password: str, password_hash: str | None) -> bool:
    """Whether the password fits; with no hash it takes as long and is False."""
    fits = await asyncio.to_thread(_HASHER.verify, password, password_hash or _NOBODY)
    return fits and password_hash is not None
