"""A frame on its way to many readers: encoded once, however many they are and whichever way they read."""

_TEXT_FRAME = 0x81
_SHORT = 126
_MEDIUM = 1 << 16


class Message:
    """A JSON frame that can be written as it is."""

    __slots__ = ("payload", "wire")

    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self.wire = text_message(payload)
        """As a WebSocket text message: what a server sends is not masked, so it is the same for everyone."""


class Outgoing(Message):
    """A JSON frame under its offset."""

    __slots__ = ("_event", "name", "number")

    def __init__(self, payload: bytes, number: int, name: str) -> None:
        super().__init__(payload)
        self.number = number
        """The offset's number: grows within an epoch."""
        self.name = name
        """The offset as watchers see it, ``<epoch>:<n>``."""
        self._event: bytes | None = None

    @property
    def event(self) -> bytes:
        """As a server-sent event. JSON has no line breaks of its own."""
        if self._event is None:
            self._event = b"id: %b\ndata: %b\n\n" % (self.name.encode(), self.payload)
        return self._event


def text_message(payload: bytes) -> bytes:
    """A whole, unmasked WebSocket text message (RFC 6455, 5.2)."""
    size = len(payload)
    if size < _SHORT:
        return bytes((_TEXT_FRAME, size)) + payload
    if size < _MEDIUM:
        return bytes((_TEXT_FRAME, _SHORT)) + size.to_bytes(2, "big") + payload
    return bytes((_TEXT_FRAME, _SHORT + 1)) + size.to_bytes(8, "big") + payload
