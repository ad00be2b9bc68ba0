"""Where photos, signatures and pictures of documents are kept."""

from typing import Protocol


class PhotoStore(Protocol):
    """Keeps photos and signatures of handovers, or pictures of documents or of products.

    What is saved is unconfirmed until the step that it proves is committed: a server that stops in between leaves
    nothing behind that belongs to nothing.
    """

    async def save(self, name: str, content: bytes) -> str:
        """Store ``content``, unconfirmed, and return the key under which it is found again."""
        ...

    async def confirm(self, key: str) -> None:
        """Keep it for good. Doing so again changes nothing."""
        ...

    async def discard(self, key: str) -> None:
        """Drop what is not confirmed. Doing so again changes nothing."""
        ...

    async def read(self, key: str) -> bytes | None:
        """What is kept under a key, confirmed or not yet; None where nothing is."""
        ...

    async def remove(self, key: str) -> None:
        """Drop what is kept under a key, confirmed or not. Doing so again changes nothing."""
        ...

    async def list_unconfirmed(self, *, older_than_s: float) -> list[str]:
        """The keys of what was saved so long ago and is still not confirmed."""
        ...

    async def check(self) -> None:
        """Whether it can be used now, by something cheap. Raises OSError saying what is wrong."""
        ...
