"""The four digits that a customer is told, and tells the transporter at the door.

A code is made of the server's key and a salt drawn by lot: the database keeps the salt alone, so that who reads it
knows no code. Three wrong tries lock it, counted in the database; then a dispatcher gives it a new one or does without.
"""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import select

from dispatch.database.work import Work
from dispatch.errors import NotFound
from dispatch.ports import Clock
from dispatch.proofs.errors import CodeLocked, Unproved
from dispatch.proofs.models import DeliveryCode

DIGITS: Final = 4
MOST_TRIES: Final = 3
LOCKED: Final = "The wrong code was said three times. A dispatcher can give the customer a new one."


class CodeKeys:
    """Makes codes. ``old_keys``: those of before, whose codes were told already."""

    def __init__(self, key: str, old_keys: Sequence[str] = ()) -> None:
        self._keys = [one.encode() for one in (key, *old_keys)]

    def code(self, salt: UUID) -> str:
        """The code of a salt; the same at each call."""
        return self._code(self._keys[0], salt)

    def fits(self, said: str, salt: UUID) -> bool:
        """Whether it is what was said, in a time that does not tell how much of it is."""
        found = [hmac.compare_digest(self._code(key, salt).encode(), said.encode()) for key in self._keys]
        return any(found)

    @staticmethod
    def _code(key: bytes, salt: UUID) -> str:
        digest = hmac.digest(key, b"delivery code " + salt.bytes, hashlib.sha256)
        return f"{int.from_bytes(digest[:8]) % 10**DIGITS:0{DIGITS}}"


class DeliveryCodes:
    """The codes of one unit of work. Locks a code's row, after its delivery's."""

    def __init__(self, work: Work, clock: Clock, keys: CodeKeys) -> None:
        self._work = work
        self._session = work.session
        self._clock = clock
        self._keys = keys

    async def make(self, delivery_id: int) -> DeliveryCode:
        """For a delivery that has none."""
        made = DeliveryCode(delivery_id=delivery_id, salt=uuid4(), made_at=self._clock.now(), wrong_tries=0)
        self._session.add(made)
        await self._session.flush()
        return made

    async def find(self, delivery_id: int, *, lock: bool = False) -> DeliveryCode | None:
        """The one of a delivery, if it has one."""
        query = select(DeliveryCode).where(DeliveryCode.delivery_id == delivery_id)
        query = query.execution_options(populate_existing=True)
        found: DeliveryCode | None = await self._session.scalar(query.with_for_update() if lock else query)
        return found

    async def get(self, delivery_id: int, *, lock: bool = False) -> DeliveryCode:
        """The same. Raises NotFound."""
        found = await self.find(delivery_id, lock=lock)
        if found is None:
            raise NotFound("This delivery has no code.", code="code_not_found")
        return found

    def told(self, code: DeliveryCode) -> str:
        """The four digits."""
        return self._keys.code(code.salt)

    async def check(self, delivery_id: int, said: str) -> None:
        """Whether the customer's code was said. A wrong one is counted for good, whatever becomes of the step.

        Nothing may have been changed before in this unit of work. Raises CodeLocked and Unproved.
        """
        code = await self.find(delivery_id, lock=True)
        if code is None or code.waived_at is not None:
            return
        if code.locked_at is not None:
            raise CodeLocked(LOCKED)
        if self._keys.fits(said, code.salt):
            return
        code.wrong_tries += 1
        left = MOST_TRIES - code.wrong_tries
        if left <= 0:
            code.locked_at = self._clock.now()
        await self._work.commit()  # a refused step is rolled back, a try is not
        if left <= 0:
            raise CodeLocked(LOCKED)
        tries = "one try is" if left == 1 else f"{left} tries are"
        raise Unproved(
            f"This is not the customer's code; {tries} left.",
            code="code_wrong",
            fields={"code": f"is not what the customer was told; {tries} left"},
            tries_left=left,
        )

    async def reset(self, delivery_id: int) -> DeliveryCode:
        """A new code in the place of the old one, with all its tries. Raises NotFound."""
        code = await self.get(delivery_id, lock=True)
        code.salt, code.made_at, code.wrong_tries = uuid4(), self._clock.now(), 0
        code.locked_at = code.waived_at = None
        await self._session.flush()
        return code

    async def waive(self, delivery_id: int) -> DeliveryCode:
        """Let the parcel be handed over without it. Raises NotFound."""
        code = await self.get(delivery_id, lock=True)
        code.waived_at = code.waived_at or self._clock.now()
        await self._session.flush()
        return code
