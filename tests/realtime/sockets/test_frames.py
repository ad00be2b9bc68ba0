"""Frames that are taken apart in one go mean what they mean to a strict reader, however they are cut into reads."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Opcode

from api.sockets.websocket_frames import frame_size, leaves_message_open, take_text
from realtime.ingest.app_frames import decode_frame, decode_pings
from realtime.protocol import Ping
from tests.support.frames import masked
from tests.support.world import ping

MAX_SIZE = 1_000


def ours(stream: bytes, cuts: list[int]) -> list[tuple[str, bytes]]:
    """What is taken at once, and what goes to the library, in order."""
    seen: list[tuple[str, bytes]] = []
    waiting, message_open, begin = b"", False, 0
    for end in [*sorted(min(cut, len(stream)) for cut in cuts), len(stream)]:
        data, begin, at = waiting + stream[begin:end], end, 0
        waiting = b""
        while at < len(data):
            if not message_open:
                messages, at, unfinished = take_text(data, at, MAX_SIZE)
                seen += [("text", message) for message in messages]
                if unfinished:
                    waiting = data[at:]
                    break
            size = frame_size(data, at)
            if size is None or at + size > len(data):
                waiting = data[at:]
                break
            message_open = leaves_message_open(data[at], was_open=message_open)
            seen.append(("library", data[at : at + size]))
            at += size
    assert waiting == b""
    return seen


payloads = st.binary(max_size=300) | st.sampled_from([b"", b"x" * 125, b"x" * 126, b"x" * 127, b"x" * MAX_SIZE])
messages = st.one_of(
    st.tuples(st.just("text"), st.lists(payloads, min_size=1, max_size=1)),
    st.tuples(st.just("text"), st.lists(payloads, min_size=2, max_size=4)),
    st.tuples(st.just("binary"), st.lists(payloads, min_size=1, max_size=3)),
    st.tuples(st.just("control"), st.lists(st.binary(max_size=125), min_size=1, max_size=1)),
)


def written(kind: str, parts: list[bytes]) -> list[bytes]:
    """The frames of one message."""
    if kind == "control":
        return [masked(Opcode.PING, parts[0])]
    opcodes = [Opcode.TEXT if kind == "text" else Opcode.BINARY, *[Opcode.CONT] * (len(parts) - 1)]
    last = len(parts) - 1
    return [masked(opcode, part, fin=at == last) for at, (opcode, part) in enumerate(zip(opcodes, parts, strict=True))]


@given(st.lists(messages, max_size=12), st.lists(st.integers(0, 4_000), max_size=30))
def test_however_a_stream_is_cut_every_plain_text_is_taken_and_every_other_frame_passed_on_whole(
    sent: list[tuple[str, list[bytes]]], cuts: list[int]
) -> None:
    frames = [(kind, parts, written(kind, parts)) for kind, parts in sent]
    expected: list[tuple[str, bytes]] = []
    for kind, parts, raw in frames:
        plain = kind == "text" and len(parts) == 1
        expected += [("text", parts[0])] if plain else [("library", frame) for frame in raw]
    assert ours(b"".join(frame for *_, raw in frames for frame in raw), cuts) == expected


def test_a_control_frame_inside_a_fragmented_message_does_not_end_it() -> None:
    first, middle, last = masked(1, b"a", fin=False), masked(9, b"!"), masked(0, b"b")
    after = masked(1, b"c")
    assert ours(first + middle + last + after, []) == [
        ("library", first),
        ("library", middle),
        ("library", last),
        ("text", b"c"),
    ]


@pytest.mark.parametrize(
    "frame",
    [
        masked(1, b"x" * (MAX_SIZE + 1)),
        masked(1, b"x" * (1 << 16)),
        b"\x81\x01x",  # not masked
        b"\xc1\x81\x00\x00\x00\x00x",  # a reserved bit
        b"\x83\x81\x00\x00\x00\x00x",  # a reserved opcode
    ],
)
def test_what_is_too_big_or_faulty_is_left_to_the_library(frame: bytes) -> None:
    assert take_text(masked(1, b"ok") + frame, 0, MAX_SIZE) == ([b"ok"], len(masked(1, b"ok")), False)


json_texts = st.sampled_from(
    [
        b'{"type":"ping","seq":1,"lat":1,"lon":2,"recorded_at":"2026-01-01T00:00:00Z"}',
        b'{"type":"ping","seq":2,"lat":1,"lon":2,"recorded_at":"2026-01-01T00:00:01Z","note":"}{"}',
        b'{"type":"ping","seq":3,"lat":1,"lon":2,"recorded_at":"2026-01-01T00:00:01Z","x":{"y":1}}',
        b'{"type":"ping","seq":4,"lat":1,"lon":2,"recorded_at":"2026-01-01T00:00:00Z"},{"type":"ping","seq":5',
        b'"lat":1,"lon":2,"recorded_at":"2026-01-01T00:00:00Z"}',
        b'{"a":"}',
        b'{","type":"ping","seq":6,"lat":1,"lon":2,"recorded_at":"2026-01-01T00:00:00Z"}',
        b'{"type":"ping","seq":7,"lat":1,"lon":2,"recorded_at":"2026-01-01T00:00:00Z","n":"\xff"}',
        b"{}",
        b"{",
        b"}",
        b"",
        b'{"type":"hello","device":"d","epoch":"e"}',
    ]
)


@given(st.lists(json_texts, min_size=1, max_size=6))
def test_messages_never_mean_together_what_they_do_not_mean_alone(texts: list[bytes]) -> None:
    together = decode_pings(texts)
    if together is not None:
        assert all(isinstance(one, Ping) for one in together)
        alone = [decode_frame(text) for text in texts]
        assert [one.fixes for one in alone] == [[fix] for fix in together]  # type: ignore[union-attr]


def test_plain_pings_are_read_together() -> None:
    texts = [json.dumps(ping(seq, 27.7, 85.3)).encode() for seq in range(1, 50)]
    together = decode_pings(texts)
    assert together is not None
    assert [one.seq for one in together] == list(range(1, 50))
