"""Between those who hand fixes in and the ingest: frames on their way, who is told what became of them, and why not."""

import asyncio
from typing import Protocol

import msgspec

from realtime.ingest.runs import Screened, Source


class IngestUnavailable(Exception):
    """The fixes could not be made safe. Some may be stored all the same; sending them again does no harm."""

    code = "unavailable"


class IngestFull(IngestUnavailable):
    """There is no room for more at the moment."""

    code = "full"


class QuotaSpent(IngestUnavailable):
    """The transporter has had what is meant for a day; ``retry_after_s`` until the next one begins."""

    code = "quota"

    def __init__(self, detail: str, retry_after_s: int) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class Submitter(Protocol):
    """Who hands frames in. Both calls return at once, and are made once a batch however many frames it held."""

    def stored(self, frames: int) -> None:
        """So many more of its frames are safe, in the order in which they were handed in."""
        ...

    def failed(self, why: IngestUnavailable) -> None:
        """None of its frames that are on their way will be known to be safe."""
        ...


class Submission(msgspec.Struct, frozen=True):
    """A frame that is not on its way to Redis yet; ``since_s`` on the monotonic clock."""

    source: Source
    screened: Screened
    submitter: Submitter
    since_s: float


class Promise:
    """A submitter of one frame: a future that is done once it is safe, or raises IngestUnavailable."""

    __slots__ = ("future",)

    def __init__(self) -> None:
        self.future: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def stored(self, frames: int = 1) -> None:
        """See Submitter."""
        del frames
        if not self.future.done():
            self.future.set_result(None)

    def failed(self, why: IngestUnavailable) -> None:
        """See Submitter."""
        if not self.future.done():
            self.future.set_exception(why)
            self.future.exception()  # asked for by whoever waits for it; nobody may, where a session ends meanwhile
