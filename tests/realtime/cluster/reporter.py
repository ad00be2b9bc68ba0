"""A phone that pings without a pause, as the protocol tells apps to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from tests.support.waiting import PATIENCE_S, until
from tests.support.world import BHAKTAPUR, Driver, World, ok, ping

STEP_DEG = 0.00001
AT_ONCE = 5


class Reporter:
    """Comes back whenever it is sent away, and sends again what no ack covers."""

    def __init__(self, world: World, driver: Driver) -> None:
        self._world = world
        self._driver = driver
        self._epoch = uuid4().hex
        self._stopping = False
        self.promised = 0
        """Everything up to this seq was said to be safe, by an ack or by a welcome."""
        self.interruptions = 0

    @property
    def place(self) -> tuple[float, float]:
        """Where the last promised ping was."""
        return self.place_of(self.promised)

    def place_of(self, seq: int) -> tuple[float, float]:
        return round(BHAKTAPUR[0] + seq * STEP_DEG, 5), BHAKTAPUR[1]

    async def until_promised(self, more: int) -> None:
        """So many pings later."""
        goal = self.promised + more
        await until(lambda: self.promised >= goal)

    async def stored(self) -> set[int]:
        """The seqs of its pings in the database."""
        found: set[int] = set()
        path = f"/api/transporters/{self._driver.transporter_id}/positions/"
        page = 1
        while True:
            reply: dict[str, Any] = ok(await self._driver.get(path, page=page, page_size=100))
            found |= {fix["seq"] for fix in reply["results"] if fix["epoch"] == self._epoch}
            if not reply["next"]:
                return found
            page += 1

    async def all_promised_stored(self) -> None:
        """Once the history has moved everything that was promised; fails after some seconds."""
        missing = set(range(1, self.promised + 1))

        async def are_stored() -> bool:
            missing.difference_update(await self.stored())
            return not missing

        try:
            await until(are_stored)
        except AssertionError:
            raise AssertionError(f"acknowledged and not stored: {sorted(missing)}") from None

    @asynccontextmanager
    async def reporting(self) -> AsyncIterator["Reporter"]:
        """Ping all the while; what was sent last is promised on leaving."""
        task = asyncio.create_task(self._run())
        try:
            yield self
        finally:
            self._stopping = True
            async with asyncio.timeout(PATIENCE_S):
                await task

    async def _run(self) -> None:
        while not self._stopping:
            try:
                async with self._world.phone(self._driver, epoch=self._epoch) as phone:
                    self.promised = max(self.promised, phone.welcome["last_seq"])
                    while not self._stopping:
                        sent = self.promised
                        for seq in range(sent + 1, sent + AT_ONCE + 1):
                            await phone.send(ping(seq, *self.place_of(seq)))
                        await phone.until_ack(sent + AT_ONCE)
                        self.promised = sent + AT_ONCE
            except Exception:  # noqa: BLE001  # whatever a phone meets, it tries again
                self.interruptions += 1
                await asyncio.sleep(0.05)
