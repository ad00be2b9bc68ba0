"""A batch of many devices' fixes as the arguments of one call of ``scripts/ingest.lua``.

A group is what the script does once: for a device's numbering, or for fixes that must be looked at one by one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

from realtime.fixes import RUN_END
from realtime.ingest.flags import Trail, encode_trail
from realtime.ingest.runs import Leader, Run, Screened, Source

# As the script reads it: there is nothing that may become the live position.
NO_LEADER_MS = -2

Argument = bytes | str | int


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

    def arguments(self, *, listed: bool) -> Iterable[Argument]:
        """What the script is told of it. ``listed``: each fix on its own, to be stored where its seq is new."""
        source, leader = self.source, self.leader
        yield from (source.transporter_id, source.stream, source.device_key, encode_trail(self.trail))
        if leader is None:
            yield from (NO_LEADER_MS, 0, "", 0, 0)
        else:
            yield from (leader.recorded_ms, leader.seq, leader.encoded, repr(leader.lat), repr(leader.lon))
        if listed:
            parts = [
                (run.head.decode(), RUN_END.decode(), list(zip(run.seqs, map(bytes.decode, run.fixes), strict=True)))
                for run in self.runs
            ]
            yield from (0, 0, msgspec.msgpack.encode(parts))
        else:
            first, last = self.runs[0].seqs[0], self.runs[-1].seqs[-1]
            yield from (first, last, b",".join([run.logged for run in self.runs]))


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


def arguments_of(groups: Iterable[Group], *, listed: bool) -> list[Argument]:
    """All of them; ``listed`` where none may be taken as a whole."""
    return [argument for group in groups for argument in group.arguments(listed=listed or not group.runs[0].ahead)]
