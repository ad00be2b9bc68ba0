"""A Redis Cluster of the tests' own on loopback: real servers, in folders that go away."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.crc import key_slot
from redis.exceptions import RedisError

from api.embedded.program import Identity, Program, start
from api.embedded.redis_server import find_redis_program, make_executable
from tests.support.server_process import free_port
from tests.support.waiting import until

SLOTS = 16384
KEYS_AT_ONCE = 100
# A node that is silent for so long is taken for dead: longer than a busy machine keeps a living one from speaking.
NODE_TIMEOUT_MS = 30_000
# The same while a successor is waited for.
DEATH_SEEN_MS = 1_500


class Node:
    """One redis-server."""

    def __init__(
        self, folder: Path, name: str, settings: dict[str, str] | None = None, *, sentinel: bool = False
    ) -> None:
        self.name = name
        self.port = free_port()
        self.node_id = ""
        self._folder = folder / name
        self._folder.mkdir()
        kept = {} if sentinel else {"appendonly": "yes", "appendfsync": "always", "save": '""', "maxmemory": "256mb"}
        self._settings = {"port": str(self.port)} | kept | (settings or {})
        self._sentinel = sentinel
        self._program: Program | None = None
        self.client = Redis(port=self.port, socket_timeout=10)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Until it answers."""
        file = self._folder / "conf"  # sentinels write to it, and want to have been given it
        if not file.exists():
            file.write_text("".join(f"{name} {value}\n" for name, value in self._settings.items()))
        options = ["--sentinel"] if self._sentinel else []
        self._program = start(
            [str(make_executable(find_redis_program(), self._folder / "programs")), str(file), *options],
            folder=self._folder,
            log=self._folder / "log",
            identity=Identity(),
            death_signal=signal.SIGKILL,
        )
        program = self._program

        async def answers() -> bool:
            assert program.exit_code is None, program.last_lines()
            return bool(await self.client.ping())

        await until(answers, despite=(RedisError, OSError))

    async def kill(self) -> None:
        """SIGKILL."""
        assert self._program is not None
        os.kill(self._program.pid, signal.SIGKILL)
        await self._program.wait()

    async def stop(self) -> None:
        await self.client.aclose()
        if self._program is not None:
            await self._program.stop((signal.SIGTERM, 5.0))

    @asynccontextmanager
    async def frozen(self) -> AsyncIterator[None]:
        assert self._program is not None
        os.kill(self._program.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self._program.pid, signal.SIGCONT)

    async def tell(self, *command: object) -> Any:
        return await self.client.execute_command(*command)  # type: ignore[no-untyped-call]


class Cluster:
    """Three masters with a third of the slots each, and replicas of any of them."""

    def __init__(self, folder: Path, *, replicas: int = 1) -> None:
        settings = {
            "cluster-enabled": "yes",
            "cluster-node-timeout": str(NODE_TIMEOUT_MS),
            "cluster-replica-validity-factor": "0",
            "cluster-allow-replica-migration": "no",
            "repl-diskless-sync-delay": "0",
        }
        names = [f"node{n}" for n in range(3 + replicas)]
        self.nodes = [Node(folder, name, settings | {"cluster-port": str(free_port())}) for name in names]

    @property
    def url(self) -> str:
        return f"redis+cluster://{','.join(node.address for node in self.nodes)}"

    async def start(self) -> None:
        await asyncio.gather(*(node.start() for node in self.nodes))
        first, *others = self.nodes
        for number, node in enumerate(self.nodes[:3]):
            await node.tell("CLUSTER", "ADDSLOTSRANGE", number * SLOTS // 3, (number + 1) * SLOTS // 3 - 1)
        for number, node in enumerate(self.nodes):
            node.node_id = (await node.tell("CLUSTER", "MYID")).decode()
            await node.tell("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        for node in others:
            await first.tell("CLUSTER", "MEET", "127.0.0.1", node.port, int(node._settings["cluster-port"]))
        await self.until_whole()

    async def stop(self) -> None:
        await asyncio.gather(*(node.stop() for node in self.nodes))

    async def until_whole(self) -> None:
        """Until all nodes know each other and agree on who has which slots."""

        async def is_whole() -> bool:
            views = await asyncio.gather(*(_view(node) for node in self.nodes))
            if views[0] is None or any(view != views[0] for view in views) or len(views[0]) < 3:
                return False
            infos = await asyncio.gather(*(node.tell("CLUSTER", "INFO") for node in self.nodes))
            known = f"cluster_known_nodes:{len(self.nodes)}"
            return all("cluster_state:ok" in _text(info) and known in _text(info) for info in infos)

        await until(is_whole)

    async def owner(self, key: str, *, among: Iterable[Node] | None = None) -> Node:
        """Who has the key's slot, as most of the asked see it."""
        slot = key_slot(key.encode())
        views = [await _view(node) for node in among or self.nodes]
        ports = [port for view in views for (first, last), port in (view or {}).items() if first <= slot <= last]
        port = max(set(ports), key=ports.count)
        return next(node for node in self.nodes if node.port == port)

    async def follow(self, replica: Node, master: Node) -> None:
        """Make a node without slots a replica of another, and wait until it has everything."""
        await replica.tell("CLUSTER", "REPLICATE", master.node_id)
        await self.until_replicated(replica, master)

    async def owner_and_replica(self, key: str) -> tuple[Node, Node]:
        """Who has the key, and the one replica there is, which is made to follow the owner."""
        owner = await self.owner(key)
        [replica] = [node for node in self.nodes if node not in await self.masters()]
        await self.follow(replica, owner)
        return owner, replica

    async def masters(self) -> list[Node]:
        return [node for node in self.nodes if (await node.tell("ROLE"))[0] == b"master"]

    async def owner_and_another(self, key: str) -> tuple[Node, Node]:
        """Who has the key, and a master that has not."""
        owner = await self.owner(key)
        return owner, next(node for node in await self.masters() if node is not owner)

    async def until_replicated(self, replica: Node, master: Node) -> None:
        async def is_replicated() -> bool:
            about = await replica.client.info("replication")
            return about.get("master_port") == master.port and about.get("master_link_status") == "up"

        await until(is_replicated, despite=(RedisError, OSError))

    async def begin_moving(self, key: str, source: Node, target: Node) -> None:
        slot = key_slot(key.encode())
        await target.tell("CLUSTER", "SETSLOT", slot, "IMPORTING", source.node_id)
        await source.tell("CLUSTER", "SETSLOT", slot, "MIGRATING", target.node_id)

    async def move_keys(self, key: str, source: Node, target: Node, *, only: str = "") -> None:
        """Move the keys of a slot, or those that have something in their names."""
        keys = await source.tell("CLUSTER", "GETKEYSINSLOT", key_slot(key.encode()), 1_000_000)
        chosen = [name for name in keys if only.encode() in name]
        for start_at in range(0, len(chosen), KEYS_AT_ONCE):
            some = chosen[start_at : start_at + KEYS_AT_ONCE]
            await source.tell("MIGRATE", "127.0.0.1", target.port, "", 0, 5000, "KEYS", *some)

    async def end_moving(self, key: str, source: Node, target: Node) -> None:
        slot = key_slot(key.encode())
        others = [node for node in await self.masters() if node not in {source, target}]
        for node in (target, source, *others):
            await node.tell("CLUSTER", "SETSLOT", slot, "NODE", target.node_id)

    async def move(self, key: str, source: Node, target: Node) -> None:
        """A key's slot to another node, as an operator's tools do it."""
        await self.begin_moving(key, source, target)
        await self.move_keys(key, source, target)
        await self.end_moving(key, source, target)
        await self.until_whole()

    async def until_promoted(self, key: str, dead: Node) -> Node:
        """Until the others agree that somebody else has the slot."""
        alive = [node for node in self.nodes if node is not dead]

        async def new_owner() -> Node | None:
            views = [await _view(node) for node in alive]
            if any(view != views[0] for view in views):
                return None
            owner = await self.owner(key, among=alive)
            return None if owner is dead else owner

        async with _impatient(alive):
            found: Node = await until(new_owner)
        return found


@asynccontextmanager
async def _impatient(nodes: list[Node]) -> AsyncIterator[None]:
    """They give up a silent node early."""
    try:
        for node in nodes:
            await node.tell("CONFIG", "SET", "cluster-node-timeout", DEATH_SEEN_MS)
        yield
    finally:
        for node in nodes:
            await node.tell("CONFIG", "SET", "cluster-node-timeout", NODE_TIMEOUT_MS)


async def _view(node: Node) -> dict[tuple[int, int], int] | None:
    """Slots and the port of the master that has them, as a node sees it."""
    try:
        found = await node.tell("CLUSTER", "SLOTS")
    except (RedisError, OSError):
        return None
    ranges = sorted((first, last, owner[1]) for first, last, owner, *_ in found)
    covered = sum(last - first + 1 for first, last, _ in ranges)
    return {(first, last): port for first, last, port in ranges} if covered == SLOTS else None


def _text(info: object) -> str:
    if isinstance(info, bytes):
        return info.decode()
    return "\r\n".join(f"{key}:{value}" for key, value in info.items()) if isinstance(info, dict) else str(info)
