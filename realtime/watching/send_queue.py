"""What waits for one slow reader: statuses in order, of positions only the newest."""

from collections import deque

from realtime.sockets.outgoing_frame import Outgoing

# A reader that lets more than this gather is closed. Statuses are rare, so few ever get here.
MAX_FRAMES = 64
MAX_BYTES = 65_536


class SendQueue:
    """Bounded in number and bytes; the offsets of what comes out only grow."""

    __slots__ = ("_frames", "_position", "_size", "overrun")

    def __init__(self) -> None:
        self._frames: deque[Outgoing] = deque()
        self._position: Outgoing | None = None
        self._size = 0
        self.overrun = False
        """Whether more waited than may. From then on nothing more is kept: the reader is to be closed."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not self._frames and self._position is None

    def put(self, frame: Outgoing) -> None:
        """A frame that must not be lost. A position that waits goes before it: whoever has seen a status and
        comes back is not sent an older position again."""
        if self._position is not None:
            self._append(self._position)
            self._position = None
        self._append(frame)

    def put_position(self, frame: Outgoing) -> None:
        """The newest position replaces one that was not sent yet."""
        self._position = frame

    def start_again(self, snapshot: Outgoing) -> None:
        """A snapshot replaces what was known, so a position that waits need not be sent any more."""
        self._position = None
        self._append(snapshot)

    def take(self) -> Outgoing | None:
        """The next frame to send, None where nothing waits."""
        if self._frames:
            frame = self._frames.popleft()
            self._size -= len(frame.payload)
            return frame
        position, self._position = self._position, None
        return position

    def _append(self, frame: Outgoing) -> None:
        self.overrun = self.overrun or len(self._frames) >= MAX_FRAMES or self._size + len(frame.payload) > MAX_BYTES
        if not self.overrun:
            self._frames.append(frame)
            self._size += len(frame.payload)
