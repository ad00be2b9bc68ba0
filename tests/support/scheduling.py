"""Which process runs which tests, where several share the run."""

from pathlib import PurePosixPath

from xdist.scheduler import LoadScopeScheduling

# Rooms whose tests share a server, a demo or a cluster of their own: it is started once, in one process.
TOGETHER = (
    "tests/embedded",
    "tests/faults",
    "tests/realtime/cluster",
    "tests/server/workers",
    "tests/simulation/demo",
    "tests/simulation/replay",
    "tests/simulation/sandbox",
)
# Which take longest, that one first: begun last, one of them would keep a process busy when all others are done.
LONGEST_FIRST = (
    "tests/simulation/replay",
    "tests/server/workers",
    "tests/simulation/demo",
    "tests/faults",
    "tests/embedded",
    "tests/payments/test_killed_workers.py",
    "tests/server/test_process.py",
    "tests/server",
    "tests/hostile",
    "tests/browser",
    "tests/docs",
    "tests/assignments",
    "tests/simulation",
    "tests/realtime",
    "tests/accounts",
    "tests/audit",
    "tests/payments",
)


def _is_in(path: PurePosixPath, place: str) -> bool:
    return path.is_relative_to(place)


def order_of(nodeid: str) -> int:
    """Where a test stands in the run: the smaller, the earlier."""
    path = PurePosixPath(nodeid.partition("::")[0])
    places = [at for at, place in enumerate(LONGEST_FIRST) if _is_in(path, place)]
    return min(places, default=len(LONGEST_FIRST))


class RoomScheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """A file goes to one process, with the whole room where that shares what is dear to start."""

    def _split_scope(self, nodeid: str) -> str:
        path = PurePosixPath(nodeid.partition("::")[0])
        return next((place for place in TOGETHER if _is_in(path, place)), str(path))
