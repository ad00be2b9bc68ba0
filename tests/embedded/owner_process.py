"""Stands for our server in tests that kill it: runs the services of a folder and says what it does on stdout.

    python owner_process.py DATA_DIR [--write] [--rights container|none]

--write: write numbers to both services, and say each one after it was acknowledged.
--rights: for root: with those of an ordinary container, or with none; no user namespaces in either.
"""

import argparse
import asyncio
import ctypes
import os
import signal
import sys
from pathlib import Path

import asyncpg
from redis.asyncio import Redis

from api.embedded import EmbeddedError, Urls, embedded

# numbers from linux/capability.h; setfcap is left out, without which root cannot make a user namespace
_RIGHTS = {
    "container": {0, 1, 3, 4, 5, 6, 7, 10, 13, 18, 27, 29},  # chown, dac_override, kill, setuid and the like
    "none": set[int](),
}
_PR_CAPBSET_DROP = 24


def say(words: object) -> None:
    """One line, at once: the test waits for it."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def keep_only(kept: set[int], arguments: list[str]) -> None:
    """Drop the other rights, for good, by starting anew without them."""
    for right in set(range(41)) - kept:
        ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, right, 0, 0, 0)
    os.execv(sys.executable, [sys.executable, __file__, *arguments])  # noqa: S606 - ourselves


async def write_forever(urls: Urls) -> None:
    """Count up in both services."""
    assert urls.database_url
    assert urls.redis_url
    database = await asyncpg.connect(urls.database_url.replace("+asyncpg", ""))
    redis = Redis.from_url(urls.redis_url)
    await database.execute("CREATE TABLE numbers (n int)")
    n = 0
    while True:
        n += 1
        await database.execute("INSERT INTO numbers VALUES ($1)", n)
        await redis.rpush("numbers", n)
        say(n)


async def main() -> None:
    """Run until killed or interrupted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--rights", choices=_RIGHTS)
    wishes = parser.parse_args()
    if wishes.rights:
        keep_only(_RIGHTS[wishes.rights], [str(wishes.data_dir), *(["--write"] if wishes.write else [])])
    say("starting")
    try:
        async with embedded(wishes.data_dir, postgres=True, redis=True) as urls:
            say("running")
            if wishes.write:
                await write_forever(urls)
            await asyncio.Event().wait()
    except EmbeddedError as error:
        say(f"refused: {error}")


if __name__ == "__main__":
    # Whoever starts the tests in the background of a script has it ignored, and so have all that these start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        say("stopped")
