"""Phones as a measurement drives them: in a process beside it, so that neither holds up the other."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from benchmarks.live.peers import Peer

AT_ONCE = 50
LONGEST_REPORT = 1 << 20


class PhoneClient:
    """Phones in another process. Raises RuntimeError where it ends, with its last words."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def connect(self, peer: Peer, phones: Sequence[int], *, at_once: int = AT_ONCE) -> dict[str, Any]:
        """Open so many and greet them; connects a second, and how long the slowest hundredth took."""
        protocols = [peer.subprotocols(number) for number in phones]
        return await self._ask({"do": "connect", "port": peer.port, "subprotocols": protocols, "at_once": at_once})

    async def make(self, *, rate: float, seconds: float, pings_a_frame: int = 1) -> None:
        """Make the frames of the next drive."""
        await self._ask({"do": "make", "rate": rate, "seconds": seconds, "pings_a_frame": pings_a_frame})

    async def drive(self) -> dict[str, Any]:
        """Send them on schedule. Raises RuntimeError where a ping is not acknowledged."""
        report = await self._ask({"do": "drive"})
        if report["troubles"] or report["acked"] != report["pings"]:
            raise RuntimeError(f"{report['acked']} of {report['pings']} pings acknowledged: {report['troubles']}")
        return report

    async def close(self) -> None:
        """End the connections; the process stays for the next ones."""
        await self._ask({"do": "close"})

    async def _ask(self, order: dict[str, Any]) -> dict[str, Any]:
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the phones have no pipes")
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        await self._process.stdin.drain()
        line = await self._process.stdout.readline()
        if not line:
            complaint = await self._process.stderr.read() if self._process.stderr else b""
            raise RuntimeError(f"the phones ended: {complaint.decode()[-2000:]}")
        report: dict[str, Any] = json.loads(line)
        return report


@asynccontextmanager
async def phone_client() -> AsyncIterator[PhoneClient]:
    """A process for phones, until the measurement is over."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.live.phones.client"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=LONGEST_REPORT,
    )
    try:
        yield PhoneClient(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
