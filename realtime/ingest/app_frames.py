"""What apps send, taken apart: nearly always plain pings, in one go; anything else one message at a time.

One ping that is wrong must not cost the others of its frame or of its read, and must not come back for ever either.
So whatever has a readable seq is stored or rejected under it, and what has none is told apart from the rest.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import Meta, Struct

from realtime.fixes import encode_fix
from realtime.ingest.fix_fields import Malformed, Oddity, Unnamed, read_fix, tidied
from realtime.ingest.loose_json import NotJson, read_loosely
from realtime.protocol import (
    FULL_TURN_DEG,
    MAX_PINGS_A_FRAME,
    MAX_SEQ,
    MAX_SPEED_MPS,
    Auth,
    BadFrame,
    Fix,
    Hello,
    OfferAnswer,
    Ping,
)

# What is read loosely takes longer; it counts as so many pings as it has portions of so many bytes.
BYTES_A_PING = 64
_NAMED = re.compile(rb'"seq"\s*:\s*(\d{1,16})\s*[,}]')


class _PlainFix(Fix, frozen=True, gc=False):
    """A fix whose fields can all be meant: asked while decoding, where it costs nothing."""

    accuracy_m: Annotated[float, Meta(ge=0)] | None = None
    speed_mps: Annotated[float, Meta(ge=0, le=MAX_SPEED_MPS)] | None = None
    heading_deg: Annotated[float, Meta(ge=0, le=FULL_TURN_DEG)] | None = None
    battery: Annotated[float, Meta(ge=0, le=1)] | None = None


class _PlainPing(Ping, frozen=True, gc=False, tag="ping"):
    accuracy_m: Annotated[float, Meta(ge=0)] | None = None
    speed_mps: Annotated[float, Meta(ge=0, le=MAX_SPEED_MPS)] | None = None
    heading_deg: Annotated[float, Meta(ge=0, le=FULL_TURN_DEG)] | None = None
    battery: Annotated[float, Meta(ge=0, le=1)] | None = None


class _PlainPings(Struct, frozen=True, tag="pings"):
    pings: Annotated[list[_PlainFix], Meta(max_length=MAX_PINGS_A_FRAME)]


_AppFrame = Hello | _PlainPing | _PlainPings | Auth | OfferAnswer
Control: TypeAlias = Hello | Auth | OfferAnswer
"""What is no ping."""
_app_frame: msgspec.json.Decoder[_AppFrame] = msgspec.json.Decoder(_AppFrame)
_ping = msgspec.json.Decoder(_PlainPing)
_CONTROLS: dict[str, type[Control]] = {"hello": Hello, "auth": Auth, "offer_answer": OfferAnswer}
_pings = msgspec.json.Decoder(list[_PlainPing])


@dataclass(slots=True)
class Received:
    """Pings of a frame, or of several: the fixes, and what is wrong with the others."""

    fixes: list[Fix] = field(default_factory=list)
    malformed: list[Malformed] = field(default_factory=list)
    odd: list[Oddity] = field(default_factory=list)
    unnamed: list[str] = field(default_factory=list)
    """Of pings without a readable seq: which, and why."""
    sent: list[bytes] | None = None
    """Each fix as JSON, where each came in a frame of its own; otherwise they are one list in any order."""
    cost: int = 0
    """In pings, for the throttle."""
    size: int = 0
    """In bytes."""

    @property
    def seqs(self) -> int:
        """How many have one."""
        return len(self.fixes) + len(self.malformed)


def decode_pings(messages: Sequence[bytes]) -> list[Ping] | None:
    """The fixes of messages that are each one plain ping, in one go; None where any is something else.

    Joined, messages must not come to mean what they do not mean alone. Each begins and ends an object and there are
    no more braces than that, so with as many objects as messages every object is a message.
    """
    if len(messages) == 1:
        return _decode_ping(messages[0])
    for message in messages:
        if message[:1] != b"{" or message[-1:] != b"}":
            return None
    joined = b",".join(messages)
    if joined.count(b"{") != len(messages) or joined.count(b"}") != len(messages) or b"[" in joined:
        return None
    try:
        pings = _pings.decode(f"[{joined.decode()}]")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return list(pings) if len(pings) == len(messages) else None


def _decode_ping(message: bytes) -> list[Ping] | None:
    if b"[" in message or message.count(b"{") != 1:
        return None
    try:
        return [_ping.decode(message.decode())]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def decode_frame(raw: str | bytes) -> Control | Received:
    """Read an app's frame. Raises BadFrame where it is not the protocol."""
    try:
        frame = _app_frame.decode(raw if isinstance(raw, str) else raw.decode())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _decode_loosely(raw, error)
    size = len(raw)
    if isinstance(frame, _PlainPing):
        plain = raw if isinstance(raw, bytes) and b"[" not in raw and raw.count(b"{") == 1 else encode_fix(frame)
        return Received([frame], sent=[plain], cost=1, size=size)
    if isinstance(frame, _PlainPings):
        return Received(list(frame.pings), cost=len(frame.pings), size=size)
    return frame


def received_of(messages: Iterable[bytes]) -> Iterator[Received | Control | BadFrame]:
    """What the messages of a read say, in order. Neighbours that are one ping each come as one; a bad frame is
    handed on as the error that it is, for those behind it are not to blame.
    """
    gathered = Received(sent=[])
    for message in messages:
        found: Received | Control | BadFrame
        try:
            found = decode_frame(message)
        except BadFrame as error:
            found = error
        if isinstance(found, Received) and found.sent is not None and gathered.seqs < MAX_PINGS_A_FRAME:
            _gather(gathered, found)
            continue
        if gathered.cost:
            yield gathered
        gathered = Received(sent=[])
        yield found
    if gathered.cost:
        yield gathered


def _gather(gathered: Received, found: Received) -> None:
    gathered.fixes += found.fixes
    gathered.malformed += found.malformed
    gathered.odd += found.odd
    gathered.unnamed += found.unnamed
    if gathered.sent is not None and found.sent is not None:
        gathered.sent += found.sent
    gathered.cost += found.cost
    gathered.size += found.size


def read_pings(items: Iterable[object]) -> Received:
    """The fixes among decoded pings, tidied, and what is wrong with the others."""
    received = Received()
    for at, item in enumerate(items):
        try:
            found = read_fix(item)
        except Unnamed as error:
            received.unnamed.append(f"pings[{at}]: {error}")
            continue
        if isinstance(found, Malformed):
            received.malformed.append(found)
            continue
        fix, odd = tidied(found)
        received.fixes.append(fix)
        received.odd += odd
    return received


def _decode_loosely(raw: str | bytes, why: Exception) -> Control | Received:
    size = len(raw)
    try:
        frame = read_loosely(raw)
    except NotJson as error:
        received = _named_at_least(raw.encode() if isinstance(raw, str) else raw, str(error))
    else:
        understood = _understood(frame, why)
        if not isinstance(understood, Received):
            return understood
        received = understood
    received.size, received.cost = size, max(1, received.seqs, size // BYTES_A_PING)
    return received


def _understood(frame: Any, why: Exception) -> Control | Received:  # noqa: ANN401  # decoded JSON
    """Raises BadFrame."""
    kind = frame.get("type") if isinstance(frame, dict) else None
    if kind == "ping":
        received = read_pings([frame])
        if received.unnamed:
            raise BadFrame(f"a ping without a usable seq: {received.unnamed[0].partition(': ')[2]}")
        received.sent = [encode_fix(fix) for fix in received.fixes]
        return received
    pings = frame.get("pings") if kind == "pings" else None
    if isinstance(pings, list):
        if len(pings) > MAX_PINGS_A_FRAME:
            raise BadFrame(f"{len(pings)} pings in a frame, at most {MAX_PINGS_A_FRAME}")
        return read_pings(pings)
    control = _CONTROLS.get(kind) if isinstance(kind, str) else None
    if control is not None:
        try:
            return msgspec.convert(frame, control)
        except ValueError as error:
            raise BadFrame(f"not a frame: {error}") from None
    raise BadFrame(f"not a frame: {'nested too deep' if isinstance(why, RecursionError) else why}")


def _named_at_least(raw: bytes, why: str) -> Received:
    """One ping that is no JSON but says which it is: rejected under its seq, the app need not send it for ever.

    Raises BadFrame where it does not, or says more than one.
    """
    named = _NAMED.findall(raw)
    if len(named) == 1 and raw.count(b'"seq"') == 1 and 1 <= int(named[0]) <= MAX_SEQ:
        return Received(malformed=[Malformed(int(named[0]), "", why)], sent=[])
    raise BadFrame(why)
