"""Passwords: argon2id, computed in a small pool that refuses when it is full.

A hash takes 64 MiB and a good part of a core for tens of milliseconds, on purpose: the library recommends it. So nobody
may have as many computed as they like, nothing else waits in the pool, and no database connection is held meanwhile.

A password is hashed in NFC, so that it fits however a keyboard composes its letters. Hashes of earlier releases are of
what was sent; those are tried too, and replaced when they fit.
"""

import asyncio
import functools
import os
import sys
import threading
import unicodedata
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from dispatch.errors import Invalid, Unavailable
from dispatch.text import has_visible, visible_part

MIN_PASSWORD = 8
MAX_PASSWORD = 200
# Of a password this long no prefix decides; estimating it costs more than linearly.
ESTIMATED = 40
# Of the estimate's five grades, those under a million guesses.
WEAK_BELOW = 2
NICENESS = 5
TRY_AGAIN_S = 1

MEMORY_MB = 64
"""What the library recommends. Beside its three passes 19 would still be above the least that OWASP accepts."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class PasswordCheck:
    """Whether a password fits; ``fresh_hash`` replaces the stored hash where that is of an earlier form or cost."""

    fits: bool
    fresh_hash: str | None = None


class Passwords:
    """Hashes and verifies in threads of its own."""

    def __init__(self, *, threads: int = 1, waiting: int = 16, memory_mb: int = MEMORY_MB) -> None:
        """``waiting``: how many more may wait for a thread; beyond it callers are refused. ``memory_mb``: of a hash."""
        self._hasher = _hasher(memory_mb)
        self._most = threads + waiting
        self._count = 0
        self._counting = threading.Lock()
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="passwords", initializer=_give_way)

    async def hash(self, password: str) -> str:
        """What is stored of a password. Raises Unavailable when the pool is full."""
        return await self._run(lambda: self._hasher.hash(_normalised(password)))

    async def verify(self, password: str, password_hash: str | None) -> PasswordCheck:
        """Whether it fits; with no hash it takes as long and does not. Raises Unavailable when the pool is full."""
        return await self._run(lambda: _verify(self._hasher, password, password_hash))

    async def check_new(self, password: str, about: Sequence[str] = (), *, field: str = "password") -> None:
        """Raises Invalid for a password that others would guess; ``about`` is what they know, such as the e-mail."""
        problem = await self._run(lambda: _problem_of(_normalised(password), about))
        if problem is not None:
            raise Invalid("The password is too weak.", code="weak_password", fields={field: problem})

    def close(self) -> None:
        """Nothing more is computed."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[[], Result]) -> Result:
        with self._counting:
            if self._count >= self._most:
                raise Unavailable("Too many people sign in at this moment. Try again.", retry_after_s=TRY_AGAIN_S)
            self._count += 1
        job = self._threads.submit(work)
        job.add_done_callback(self._done)
        return await asyncio.wrap_future(job)

    def _done(self, _: Future[Result]) -> None:
        with self._counting:  # called in a thread of the pool
            self._count -= 1


def _give_way() -> None:
    """What is slow on purpose runs when nothing else wants to."""
    if sys.platform == "linux":  # where a thread has a niceness of its own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


@functools.cache
def _hasher(memory_mb: int) -> PasswordHash:
    return PasswordHash((Argon2Hasher(memory_cost=memory_mb * 1024),))


@functools.cache
def _nobody(hasher: PasswordHash) -> str:
    """Verified against when there is no such account, so that both answers take as long."""
    return hasher.hash("nobody has this password")


def _normalised(password: str) -> str:
    return unicodedata.normalize("NFC", password)


def _verify(hasher: PasswordHash, password: str, password_hash: str | None) -> PasswordCheck:
    """As many hashes for an account as for none: how many follows from the password."""
    now, nobody = _normalised(password), _nobody(hasher)  # made once, with the first password, whose ever that is
    # As an earlier release may have got it: as it is given, or composed otherwise than it is given.
    earlier = dict.fromkeys((password, unicodedata.normalize("NFD", password)))
    fits, updated = hasher.verify_and_update(now, password_hash or nobody)
    fits_earlier = [hasher.verify(form, password_hash or nobody) for form in earlier if form != now]
    if password_hash is None:
        return PasswordCheck(fits=False)
    if not fits and any(fits_earlier):
        return PasswordCheck(fits=True, fresh_hash=hasher.hash(now))
    return PasswordCheck(fits, updated)


def _problem_of(password: str, about: Sequence[str]) -> str | None:
    from zxcvbn import zxcvbn  # noqa: PLC0415  its lists of words take memory, and commands do not need them

    if len(password) < MIN_PASSWORD:
        return f"must have at least {MIN_PASSWORD} characters"
    if len(password) > MAX_PASSWORD:
        return f"must have at most {MAX_PASSWORD} characters"
    if not has_visible(password):
        return "must have characters that can be seen"
    known = [text for text in about if text]
    seen = visible_part(password)  # blanks around and signs that nobody sees make no password harder to guess
    if any(seen.casefold() == visible_part(text).casefold() for text in known):
        return "must not be your e-mail address or your name"
    estimate = zxcvbn(seen[:ESTIMATED], user_inputs=known)
    if estimate["score"] >= WEAK_BELOW:
        return None
    warning = estimate["feedback"]["warning"].rstrip(".") or "It is close to what is known about you"
    return f"is easily guessed: {warning[:1].lower()}{warning[1:]}. Take several words that do not belong together"


# For commands and whatever else makes few accounts and knows no pool.
_OWN = Passwords(threads=2, waiting=10_000)


async def hash_password(password: str) -> str:
    """What is stored of a password."""
    return await _OWN.hash(password)


async def verify_password(password: str, password_hash: str | None) -> bool:
    """Whether the password fits; with no hash it takes as long and is False."""
    return (await _OWN.verify(password, password_hash)).fits
