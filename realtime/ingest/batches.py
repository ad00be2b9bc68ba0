"""A batch of many devices' fixes as one argument of a call of ``scripts/ingest.lua``.

A group is what the script does once: for a device's numbering, or for fixes that must be looked at one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from realtime.fixes import RUN_END
from realtime.ingest.flags import Trail, encode_trail
from realtime.ingest.runs import Leader, Run, Screened, Source

# As the script reads it: there is nothing that may become the live position.
NO_LEADER_MS = -2

# What the script reads of a group; one text costs Redis and us less than a dozen arguments.
Packed = tuple[str, str, str, int, int, str, str, str, int, int, str | list[tuple[str, str, list[tuple[int, str]]]]]

_encode = msgspec.msgpack.Encoder().encode


@dataclass(slots=True)
class Group:
    """Runs of one numbering that follow on each other without a gap; or one whose fixes may be duplicates."""

    source: Source
    runs: list[Run] = field(default_factory=list)
    leader: Leader | None = None
    trail: Trail = field(default_factory=Trail)

    def add(self, screened: Screened, run: Run) -> None:
        """Take another run in."""
        self.runs.append(run)
        self.trail = screened.trail
        leader = screened.leader
        if leader is not None and (self.leader is None or leader.recorded_ms >= self.leader.recorded_ms):
            self.leader = leader

    def goes_on_with(self, run: Run) -> bool:
        """Whether the run begins where this group ends, and neither can be a duplicate."""
        before = self.runs[-1]
        return before.ahead and run.ahead and run.seqs[0] == before.seqs[-1] + 1

    def packed(self, *, listed: bool) -> Packed:
        """What the script is told of it. ``listed``: each fix on its own, to be stored where its seq is new."""
        source, leader = self.source, self.leader
        if leader is None:
            at_ms, seq, encoded, lat, lon = NO_LEADER_MS, 0, "", "", ""
        else:
            at_ms, seq, encoded = leader.recorded_ms, leader.seq, leader.encoded.decode()
            lat, lon = repr(leader.lat), repr(leader.lon)
        first = last = 0
        runs: str | list[tuple[str, str, list[tuple[int, str]]]]
        if listed:
            runs = [
                (run.head.decode(), RUN_END.decode(), list(zip(run.seqs, map(bytes.decode, run.fixes), strict=True)))
                for run in self.runs
            ]
        else:
            first, last = self.runs[0].seqs[0], self.runs[-1].seqs[-1]
            runs = b",".join([run.logged for run in self.runs]).decode()
        trail = encode_trail(self.trail).decode()
        return source.member, source.numbering, trail, at_ms, seq, encoded, lat, lon, first, last, runs


def groups_of(batch: Sequence[tuple[Source, Screened]]) -> list[Group]:
    """The batch by numbering: what Redis does once a device it does once, not once a frame."""
    groups: list[Group] = []
    latest: dict[str, Group] = {}
    for source, screened in batch:
        run = screened.run
        if run is None:
            continue
        group = latest.get(source.stream)
        if group is None or not group.goes_on_with(run):
            group = latest[source.stream] = Group(source)
            groups.append(group)
        group.add(screened, run)
    return groups


def packed_groups(groups: Sequence[Group], *, listed: bool) -> bytes:
    """All of them, in MessagePack; ``listed`` where none may be taken as a whole."""
    return _encode([group.packed(listed=listed or not group.runs[0].ahead) for group in groups])
