"""Frames of clients: by the book, random and spoilt."""

import json
import os
import random
import struct
from typing import Any

from tests.support.world import THAMEL, ping

ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 1e308, -1e308, 2**53, 2**63, 10**40, "", "x", "\x00", "\ud800", "9" * 50,
    [], {}, [[]], "2026-11-22T10:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
    "2026-11-22T25:00:00Z", "2026-11-22T10:00:60Z",
)  # fmt: skip


def masked(opcode: int, payload: bytes, *, fin: bool = True, mask: bytes | None = None) -> bytes:
    """A client's frame, written by the book."""
    mask = os.urandom(4) if mask is None else mask
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", (0x80 if fin else 0) | opcode, 0x80 | size)
    elif size < 1 << 16:
        head = struct.pack("!BBH", (0x80 if fin else 0) | opcode, 0x80 | 126, size)
    else:
        head = struct.pack("!BBQ", (0x80 if fin else 0) | opcode, 0x80 | 127, size)
    return head + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))


def frames(seed: int, count: int) -> list[bytes]:
    """Bytes of no kind, JSON of any kind, and good frames with a field, a byte or their end gone wrong."""
    chance = random.Random(seed)  # noqa: S311  # a seeded hail
    makers = (_noise, _any_json, _odd_field, _flipped, _cut)
    return [chance.choice(makers)(chance) for _ in range(count)]


def _good(chance: random.Random) -> dict[str, Any]:
    single: dict[str, Any] = ping(chance.randint(1, 9), *THAMEL, accuracy_m=8.0, speed_mps=6.1, battery=0.8)
    if chance.random() < 0.5:
        return single
    return {"type": "pings", "pings": [{**single, "seq": seq} for seq in range(1, chance.randint(2, 6))]}


def _noise(chance: random.Random) -> bytes:
    return chance.randbytes(chance.randint(0, 200))


def _any_json(chance: random.Random) -> bytes:
    return json.dumps(
        {"type": chance.choice(("ping", "pings", "hello", "ack", *ODD)), "pings": chance.choice(ODD)}
    ).encode()


def _odd_field(chance: random.Random) -> bytes:
    frame = _good(chance)
    target = chance.choice(frame["pings"]) if "pings" in frame else frame
    target[chance.choice(list(target))] = chance.choice(ODD)
    return json.dumps(frame).encode()


def _flipped(chance: random.Random) -> bytes:
    raw = bytearray(json.dumps(_good(chance)).encode())
    for _ in range(chance.randint(1, 4)):
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    return bytes(raw)


def _cut(chance: random.Random) -> bytes:
    raw = json.dumps(_good(chance)).encode()
    return raw[: chance.randrange(len(raw))]
