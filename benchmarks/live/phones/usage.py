"""CPU of a server by kind of process, as the kernel counts it."""

import contextlib
from collections import Counter
from dataclasses import dataclass

import psutil

from benchmarks.live.peers import Peer

SERVER, REDIS, STEWARD, POSTGRES, OTHER = "server", "redis", "steward", "postgres", "other"


@dataclass(frozen=True)
class Usage:
    """CPU seconds that each kind of process had used at a moment. ``server``: the one that answers the phones."""

    seconds: dict[str, float]

    def since(self, before: "Usage") -> dict[str, float]:
        """What was used in between, by kind."""
        return {kind: used - before.seconds.get(kind, 0.0) for kind, used in self.seconds.items()}


def usage(peer: Peer, redis_pid: int | None = None) -> Usage:
    """As it is now; ``redis_pid``: of a peer whose Redis is not its child.

    What ended meanwhile counts where its parent waited for it, as PostgreSQL does for its backends.
    """
    used: Counter[str] = Counter()
    root = psutil.Process(peer.tree)
    processes = [root, *root.children(recursive=True)]
    if redis_pid is not None:
        processes.append(psutil.Process(redis_pid))
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            kind = SERVER if process.pid == peer.pid else _kind_of(process.cmdline())
            ended = getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
            used[kind] += times.user + times.system + ended
    return Usage(dict(used))


def _kind_of(command: list[str]) -> str:
    line = " ".join(command)
    if "redis-server" in line:
        return REDIS
    if "postgres" in line:
        return POSTGRES
    return STEWARD if "steward" in command else OTHER
