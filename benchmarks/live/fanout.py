"""One update to 2,000 watchers, beside a bare loop that writes the same bytes to 2,000 sockets.

The same client reads both, one after the other in every round. What counts is the time from the first reader that has
the update to the last; how long a ping takes until then is shown beside it, and is the pipeline's, not the fan-out's.
"""

import asyncio
import itertools
import json
import statistics
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.live.followed import followed
from benchmarks.live.peers import Peer, broadcast
from benchmarks.live.phones.frames import masked_frame
from benchmarks.live.pipelined import open_socket, ping_payload
from benchmarks.live.readers import Readers, allow_sockets

WATCHERS = 2_000
ROUNDS = 7
UPDATES = 20
MUST_REACH = 0.7


class _Side:
    """A server and its watchers."""

    def __init__(self, peer: Peer, readers: Readers) -> None:
        self.peer = peer
        self.readers = readers
        self.spans_s: list[float] = []
        self.whole_s: list[float] = []
        self.cpu_us: list[float] = []

    async def round(self, writer: asyncio.StreamWriter, updates: Iterator[bytes], others: Readers) -> None:
        """An update at a time: the next one is made and sent when everybody has this one."""
        spans, whole = [], []
        cpu_s = self.peer.cpu_s()
        for _ in range(UPDATES):
            wanted = max(self.readers.frames) + 1
            frame = masked_frame(next(updates))
            sent = time.perf_counter()
            writer.write(frame)
            await writer.drain()
            first, last = self.readers.read_until(wanted)
            spans.append(last - first)
            whole.append(last - sent)
            others.answer_pings()
            await asyncio.sleep(0)
        frames = UPDATES * len(self.readers.all)
        self.cpu_us.append((self.peer.cpu_s() - cpu_s) / frames * 1e6)
        self.spans_s.append(statistics.median(spans))
        self.whole_s.append(statistics.median(whole))

    def summary(self) -> dict[str, Any]:
        """Medians of the rounds."""
        return {
            "sends_per_s": (len(self.readers.all) - 1) / statistics.median(self.spans_s),
            "first_to_last_ms": statistics.median(self.spans_s) * 1000,
            "sent_to_last_ms": statistics.median(self.whole_s) * 1000,
            "server_cpu_us_per_send": statistics.median(self.cpu_us),
            "rounds_first_to_last_ms": [span * 1000 for span in self.spans_s],
        }


async def measure(folder: Path, rounds: int = ROUNDS, watchers: int = WATCHERS) -> dict[str, Any]:
    """Both sides and their ratio."""
    allow_sockets(2 * watchers)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(followed(folder / "dispatch", 1, 1))
        bare = await stack.enter_async_context(broadcast())
        path = f"/ws/track/{server.parcels[0]}"
        ours = _Side(server.peer, Readers(server.peer.port, [path] * watchers))
        _, sender = await open_socket("127.0.0.1", bare.port, "/sender", "")
        theirs = _Side(bare, Readers(bare.port, [path] * watchers))
        pings = (ping_payload(seq, datetime.now(UTC)) for seq in itertools.count(1))
        for number in range(rounds + 1):
            _, phone = await server.peer.open(0)  # anew each round: it answers no keepalive
            await ours.round(phone, pings, theirs.readers)
            phone.close()
            update = next(iter(ours.readers.all.values())).last
            if json.loads(update)["type"] != "position":
                raise RuntimeError(f"not an update: {update!r}")
            await theirs.round(sender, itertools.repeat(update), ours.readers)
            if number == 0:  # both have warmed up
                for side in (ours, theirs):
                    side.spans_s, side.whole_s, side.cpu_us = [], [], []
        for side in (ours, theirs):
            side.readers.close()
        return _compared(ours.summary(), theirs.summary(), watchers)


def _compared(ours: dict[str, Any], theirs: dict[str, Any], watchers: int) -> dict[str, Any]:
    return {
        "watchers": watchers,
        "dispatch": ours,
        "broadcast": theirs,
        "rate_against_bare_loop": {"ratio": ours["sends_per_s"] / theirs["sends_per_s"], "must_reach": MUST_REACH},
        "cpu_against_bare_loop": ours["server_cpu_us_per_send"] / theirs["server_cpu_us_per_send"],
    }
