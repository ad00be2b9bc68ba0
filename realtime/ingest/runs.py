"""A frame's or a read's fixes on their way to Redis: assessed, and put together as runs that go there as they are."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from realtime.fixes import RUN_END, Flag, LoggedFix, encode_fix, run_head
from realtime.ingest.assessment import Assessment, assess_all, follow
from realtime.ingest.filters import Limits
from realtime.ingest.fix_fields import Oddity
from realtime.ingest.flags import Trail, decode_trail
from realtime.ingest.rejects import rejected_as
from realtime.protocol import Fix, Rejected
from realtime.redis.keys import device_key, device_stream

# What a phone says beside a fix is not kept; where there is much of it, the fix is written anew.
MAX_SENT_BYTES = 512
_NO_FLAGS: dict[int, list[Flag]] = {}


@dataclass(slots=True)
class Source:
    """Whose fixes they are, how they are numbered, and what is remembered of the device."""

    transporter_id: int
    device: str
    epoch: str
    trail: Trail = field(default_factory=Trail)
    handed_in: int = 0
    """The highest seq that is stored or on its way, as far as this process knows."""
    stream: str = field(init=False)
    """Name of the numbering in Redis."""
    device_key: str = field(init=False)
    """Name of the device in Redis."""
    numbering: str = field(init=False)
    """Both names, as the ingest's scripts compare them."""
    member: str = field(init=False)
    """The transporter as a member of Redis' hashes and sets."""
    owner: bytes = field(init=False)
    """Who it is, as runs begin."""

    def __post_init__(self) -> None:
        self.stream = device_stream(self.transporter_id, self.device, self.epoch)
        self.device_key = device_key(self.transporter_id, self.device)
        self.numbering = f"{self.stream} {self.device_key}"
        self.member = str(self.transporter_id)
        self.owner = msgspec.json.encode([self.transporter_id, self.device, self.epoch])

    def pick_up(self, last_seq: bytes, trail: bytes | None) -> int:
        """Go on from what Redis remembers of the numbering and of the device; the highest stored seq, 0 if none."""
        if trail is not None:
            try:
                self.trail = decode_trail(trail)
            except msgspec.DecodeError:  # of another version: it was a help, not a need
                self.trail = Trail()
        self.handed_in = int(last_seq)
        return self.handed_in


class Leader(msgspec.Struct, frozen=True, gc=False):
    """A fix that becomes the live position if it is the newest."""

    seq: int
    recorded_ms: int
    lat: float
    lon: float
    encoded: bytes


class Run(msgspec.Struct, frozen=True):
    """Accepted fixes of a device, in the order in which they were assessed."""

    seqs: Sequence[int]
    fixes: Sequence[bytes]
    """Each as a JSON object, in UTF-8."""
    head: bytes
    ahead: bool
    """Whether the seqs go up one by one from beyond all that were handed in before: none can be a duplicate."""

    @property
    def logged(self) -> bytes:
        """As it stands in the log."""
        return b"%b%b%b" % (self.head, b",".join(self.fixes), RUN_END)


class Screened(msgspec.Struct, frozen=True):
    """What became of fixes that were handed in together."""

    run: Run | None
    leader: Leader | None
    rejected: list[Rejected]
    highest_seq: int
    trail: Trail
    """The device's after these fixes: what is remembered of it must not be ahead of what is stored."""
    odd: Sequence[Oddity] = ()
    """What was put right or left out in fixes, rejected ones too."""

    @property
    def count(self) -> int:
        """How many were accepted."""
        return len(self.run.seqs) if self.run else 0


def screen_fixes(
    source: Source,
    fixes: Sequence[Fix],
    sent: Sequence[bytes] | None,
    now_ms: int,
    limits: Limits,
    odd: Sequence[Oddity] = (),
) -> Screened:
    """Judge fixes and prepare those that are plausible for Redis; the source remembers them.

    ``sent``: each fix as a JSON object of its own, in UTF-8, as the device sent it. Without it they are one list, whose
    order says nothing. ``odd``: what was put right in them, which they are flagged for.
    """
    if not fixes:
        return Screened(None, None, [], 0, source.trail)
    if len(fixes) == 1 and sent is not None and not odd:
        screened = _screen_plain(source, fixes[0], sent, now_ms, limits)
        if screened is not None:
            return screened
    times_ms = [round(fix.recorded_at.timestamp() * 1000) for fix in fixes]
    if (
        sent is None and len(fixes) > 1 and times_ms != sorted(times_ms)
    ):  # one backlog, perhaps newest first: no fix of it is late
        order = sorted(range(len(fixes)), key=times_ms.__getitem__)
        fixes, times_ms = [fixes[at] for at in order], [times_ms[at] for at in order]
    assessed = assess_all(fixes, times_ms, source.trail, limits)
    source.trail = assessed.trail
    seqs = [fix.seq for fix in fixes]
    if odd:
        _flag_odd(assessed, seqs, odd)
    return Screened(
        _run(source, fixes, seqs, _written(fixes, sent), assessed, now_ms),
        _leader(source, fixes, assessed, now_ms),
        [rejected_as(reason, fixes[at], times_ms[at], now_ms, limits) for at, reason in assessed.rejected.items()],
        max(seqs),
        assessed.trail,
        odd,
    )


def _screen_plain(source: Source, fix: Fix, sent: Sequence[bytes], now_ms: int, limits: Limits) -> Screened | None:
    """The same for one fix that no step doubts, as nearly every read of a phone is; None for any other."""
    at_ms = round(fix.recorded_at.timestamp() * 1000)
    trail = follow(fix, at_ms, source.trail, limits)
    if trail is None or len(sent[0]) > MAX_SENT_BYTES:
        return None
    source.trail = trail
    seq = fix.seq
    ahead = seq > source.handed_in
    if ahead:
        source.handed_in = seq
    run = Run((seq,), sent, run_head(source.owner, now_ms, _NO_FLAGS), ahead)
    return Screened(run, _lead(source, fix, at_ms, now_ms, (), trail.pace_mps), [], seq, trail)


def _flag_odd(assessed: Assessment, seqs: list[int], odd: Sequence[Oddity]) -> None:
    found: dict[int, list[Flag]] = {}
    for oddity in odd:
        found.setdefault(oddity.seq, []).append(oddity.flag)
    for at, seq in enumerate(seqs):
        if seq in found and at not in assessed.rejected:
            assessed.flags[at] = tuple(dict.fromkeys((*assessed.flags.get(at, ()), *found[seq])))


def _written(fixes: Sequence[Fix], sent: Sequence[bytes] | None) -> Sequence[bytes]:
    """The fixes as JSON."""
    if sent is None:
        return [encode_fix(fix) for fix in fixes]
    if max(map(len, sent)) <= MAX_SENT_BYTES:
        return sent
    return [raw if len(raw) <= MAX_SENT_BYTES else encode_fix(fix) for raw, fix in zip(sent, fixes, strict=True)]


def _run(
    source: Source, fixes: Sequence[Fix], seqs: list[int], written: Sequence[bytes], assessed: Assessment, now_ms: int
) -> Run | None:
    if assessed.rejected:
        kept = [at for at in range(len(fixes)) if at not in assessed.rejected]
        seqs, written = [seqs[at] for at in kept], [written[at] for at in kept]
    if not seqs:
        return None
    ahead = seqs[0] > source.handed_in and seqs == list(range(seqs[0], seqs[0] + len(seqs)))
    source.handed_in = max(source.handed_in, *seqs)
    flags = {fixes[at].seq: found for at, found in assessed.flags.items()} if assessed.flags else {}
    return Run(seqs, written, run_head(source.owner, now_ms, flags), ahead)


def _leader(source: Source, fixes: Sequence[Fix], assessed: Assessment, now_ms: int) -> Leader | None:
    if assessed.leader is None:
        return None
    flags = assessed.flags.get(assessed.leader, ())
    return _lead(source, fixes[assessed.leader], assessed.leader_ms, now_ms, flags, assessed.pace_mps)


def _lead(source: Source, fix: Fix, at_ms: int, now_ms: int, flags: tuple[Flag, ...], pace_mps: float | None) -> Leader:
    encoded = encode_fix(
        LoggedFix(
            source.transporter_id,
            source.device,
            source.epoch,
            fix.seq,
            fix.lat,
            fix.lon,
            at_ms,
            now_ms,
            fix.accuracy_m,
            fix.speed_mps,
            fix.heading_deg,
            fix.battery,
            flags,
            pace_mps,
        )
    )
    return Leader(fix.seq, at_ms, fix.lat, fix.lon, encoded)
