"""WebSocket frames of one read, taken apart without a step of a state machine a frame (RFC 6455, 5.2).

Phones send short masked text messages, each whole in one frame, and under load many arrive in one read. Those are
what is taken here; everything else (control frames, fragments, binary and faulty frames) is only measured, and goes
to the ``websockets`` library one whole frame at a time.
"""

from typing import NamedTuple

from websockets.frames import apply_mask  # type: ignore[attr-defined]  # the C one where there is one

WHOLE_TEXT = 0x81
MASKED = 0x80
FINAL = 0x80
OPCODE = 0x0F
CONTROL = 0x08
MASK_BYTES = 4
SHORT_HEADER = 2 + MASK_BYTES
MEDIUM_HEADER = 4 + MASK_BYTES
LONG_HEADER = 10 + MASK_BYTES
MEDIUM, LONG = 126, 127


class Taken(NamedTuple):
    """Messages from the start of a read, where the rest begins, and whether it is the begin of one more of them."""

    messages: list[bytes]
    at: int
    unfinished: bool


def take_text(data: bytes, at: int, max_size: int) -> Taken:
    """The whole text messages from ``at`` on, up to the first frame that is something else or not all there."""
    messages: list[bytes] = []
    add, end = messages.append, len(data)
    while end - at >= SHORT_HEADER:
        if data[at] != WHOLE_TEXT:
            return Taken(messages, at, unfinished=False)
        size, start = data[at + 1] - MASKED, at + SHORT_HEADER
        if size == MEDIUM:
            if end - at < MEDIUM_HEADER:
                break
            size, start = data[at + 2] << 8 | data[at + 3], at + MEDIUM_HEADER
        elif not 0 <= size < MEDIUM:
            return Taken(messages, at, unfinished=False)
        if size > max_size:
            return Taken(messages, at, unfinished=False)
        stop = start + size
        if stop > end:
            break
        add(apply_mask(data[start:stop], data[start - MASK_BYTES : start]))
        at = stop
    begun = data[at : at + 2]
    return Taken(messages, at, unfinished=begun[:1] in {b"", b"\x81"} and (len(begun) < 2 or begun[1] >= MASKED))  # noqa: PLR2004


def frame_size(data: bytes, at: int) -> int | None:
    """Bytes of the frame that begins at ``at``, header and mask included; None where its header is not all there."""
    header = data[at : at + LONG_HEADER]
    if len(header) < 2:  # noqa: PLR2004  # opcode and length
        return None
    size, length_bytes = header[1] & ~MASKED, 0
    if size == MEDIUM:
        length_bytes = 2
    elif size == LONG:
        length_bytes = 8
    if len(header) < 2 + length_bytes:
        return None
    if length_bytes:
        size = int.from_bytes(header[2 : 2 + length_bytes], "big")
    return 2 + length_bytes + (MASK_BYTES if header[1] & MASKED else 0) + size


def leaves_message_open(first: int, *, was_open: bool) -> bool:
    """Whether a message goes on after a frame with this first byte."""
    if first & CONTROL:
        return was_open
    return not first & FINAL
