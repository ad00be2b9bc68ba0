"""How often passwords may be guessed."""

from typing import Protocol


class GuessLimits(Protocol):
    """How often passwords may be guessed, counted by account and by address, for all processes together.

    ``account`` is a short name; there need not be such an account.
    """

    async def begin(self, account: str, address: str) -> int:
        """Count an attempt and answer 0, or count nothing and answer after how many seconds one may come again."""
        ...

    async def succeeded(self, account: str, address: str) -> None:
        """The attempt was right: the account's failures are forgotten, and the address is known to it from now on."""
        ...

    async def release(self, account: str, address: str) -> None:
        """The attempt was not looked at and does not count."""
        ...

    async def failed(self, account: str, address: str) -> None:
        """The attempt was wrong and stays counted: whoever made it is told how many are left."""
        ...
