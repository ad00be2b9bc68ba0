"""A Redis, its replica and the sentinels that watch over them."""

import asyncio
from pathlib import Path
from typing import Any

from tests.realtime.cluster.nodes import Node
from tests.support.waiting import until

SERVICE = "tracking"
SENTINELS = 3


class Watched:
    """The service and who watches over it."""

    def __init__(self, folder: Path) -> None:
        self.master = Node(folder, "master", {"repl-diskless-sync-delay": "0"})
        self.replica = Node(folder, "replica", {"replicaof": f"127.0.0.1 {self.master.port}"})
        self._sentinels = [Node(folder, f"sentinel{number}", sentinel=True) for number in range(SENTINELS)]

    @property
    def url(self) -> str:
        return f"redis+sentinel://{','.join(node.address for node in self._sentinels)}/{SERVICE}"

    async def start(self) -> None:
        await asyncio.gather(*(node.start() for node in (self.master, self.replica, *self._sentinels)))
        await until(self._is_linked)
        for node in self._sentinels:  # they look for replicas at once, and then every ten seconds
            await node.tell("SENTINEL", "MONITOR", SERVICE, "127.0.0.1", self.master.port, 2)
            await node.tell("SENTINEL", "SET", SERVICE, "down-after-milliseconds", 1000, "failover-timeout", 5000)
        await until(self._are_ready)

    async def stop(self) -> None:
        await asyncio.gather(*(node.stop() for node in (*self._sentinels, self.replica, self.master)))

    async def _is_linked(self) -> bool:
        return str((await self.replica.client.info("replication"))["master_link_status"]) == "up"

    async def _are_ready(self) -> bool:
        """Every sentinel knows the others and the replica."""
        for node in self._sentinels:
            masters: dict[str, dict[str, Any]] = await node.tell("SENTINEL MASTERS")
            about = masters[SERVICE]
            if (about["num-other-sentinels"], about["num-slaves"]) != (SENTINELS - 1, 1):
                return False
        return True
