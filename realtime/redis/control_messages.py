"""Words from one process to all, over one Redis channel."""

import msgspec
from msgspec import Struct


class Recheck(Struct, frozen=True, tag="recheck"):
    """A user's access changed."""

    user_id: int


class Replaced(Struct, frozen=True, tag="replaced"):
    """Devices have connected again; these are their older connections."""

    connection_ids: tuple[str, ...]


_decoder: msgspec.json.Decoder[Recheck | Replaced] = msgspec.json.Decoder(Recheck | Replaced)


def encode_control(word: Recheck | Replaced) -> bytes:
    """A word as it is published."""
    return msgspec.json.encode(word)


def decode_control(message: bytes) -> Recheck | Replaced:
    """A word as it was published."""
    return _decoder.decode(message)
