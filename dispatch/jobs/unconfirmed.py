"""Files that a server which stopped in between left unconfirmed: kept if a row names them, else dropped."""

from abc import abstractmethod
from datetime import datetime
from typing import Final

from dispatch.database.engine import Database
from dispatch.jobs.leased_items import LeasedItemJob
from dispatch.ports import Clock, PhotoStore

LEFT_BEHIND_S: Final = 600.0
"""No request takes so long; whatever is younger may be under way."""


class UnconfirmedSweeper(LeasedItemJob[str]):
    """Confirming and dropping twice is once."""

    def __init__(self, database: Database, clock: Clock, photos: PhotoStore) -> None:
        super().__init__(database, clock)
        self._photos = photos

    @abstractmethod
    async def is_named(self, key: str) -> bool:
        """Whether what was committed names this file."""

    async def find(self, after: str | None) -> list[str]:
        """Everything that is old and unconfirmed."""
        keys = sorted(await self._photos.list_unconfirmed(older_than_s=LEFT_BEHIND_S))
        return [key for key in keys if after is None or key > after]

    async def do_key(self, key: str) -> None:
        """Keep a file that a row names, drop any other."""
        if await self.is_named(key):
            await self._photos.confirm(key)
        else:
            await self._photos.discard(key)

    async def oldest_due(self) -> datetime | None:
        """Not known: the store does not say how old they are."""
        return None
