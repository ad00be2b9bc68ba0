"""The chain of proof records: what is hashed, what is sealed, and how one is added.

Each record holds the hash of the one before of its delivery and of the one before of all, so that a changed or missing
one is found. Anybody can reckon the hashes; the seals need the server's key.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from dispatch.database.work import Work
from dispatch.proofs.models import ProofChainHead, ProofRecord
from dispatch.transporters.models import Transporter

HASHED: Final = (
    "delivery_id",
    "number",
    "place_in_all",
    "end",
    "step_id",
    "transporter_id",
    "photo",
    "photo_hash",
    "signature",
    "signature_hash",
    "signed_by",
    "relation",
    "checked",
    "lat",
    "lon",
    "distance_m",
    "fix_age_s",
    "flags",
    "happened_at",
    "noticed_at",
    "previous_of_delivery",
    "previous",
)
"""All that a record says, in this order."""
OF_ATTEMPTS: Final = ("attempt", "reason")
"""What follows in the records of attempts alone: those of handovers are hashed as they were before there were any."""


class SealKeys:
    """Makes seals. ``old_keys``: those of before, whose seals stand."""

    def __init__(self, key: str, old_keys: Sequence[str] = ()) -> None:
        self._keys = [one.encode() for one in (key, *old_keys)]

    def seal(self, text: str) -> str:
        """Of a hash, or of the head."""
        return self._seal(self._keys[0], text)

    def holds(self, text: str, seal: str) -> bool:
        """Whether it was made by us."""
        return any(hmac.compare_digest(self._seal(key, text).encode(), seal.encode()) for key in self._keys)

    @staticmethod
    def _seal(key: bytes, text: str) -> str:
        return hmac.new(key, b"proof record " + text.encode(), hashlib.sha256).hexdigest()


def hash_of(record: ProofRecord) -> str:
    """Of all that a record says, as JSON without blanks: SHA-256, in hexadecimal."""
    names = HASHED if record.attempt is None and record.reason is None else (*HASHED, *OF_ATTEMPTS)
    said = [[name, _plain(getattr(record, name))] for name in names]
    return hashlib.sha256(json.dumps(said, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def content_hash(content: bytes) -> str:
    """Of a file."""
    return hashlib.sha256(content).hexdigest()


def head_text(records: int, last: str) -> str:
    """What the head's seal is of."""
    return f"head {records} {last}"


def _plain(value: Any) -> object:  # noqa: ANN401  a column's
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return [str(one) for one in value] if isinstance(value, list) else value


class ProofChain:
    """Adds records in one unit of work. Locks the head, after everything else: it is held until the commit."""

    def __init__(self, work: Work, keys: SealKeys) -> None:
        self._session = work.session
        self._keys = keys

    async def add(self, record: ProofRecord) -> ProofRecord:
        """Give a record its places and its hashes, and keep it. Its delivery is locked."""
        await self._session.flush()
        # The record names its transporter: whoever holds that row may be waiting for the head, so it comes first.
        named = select(Transporter.id).where(Transporter.id == record.transporter_id)
        await self._session.execute(named.with_for_update(read=True, key_share=True))
        head = await self._head()
        last = select(ProofRecord).where(ProofRecord.delivery_id == record.delivery_id)
        before = await self._session.scalar(last.order_by(ProofRecord.number.desc()).limit(1))
        record.number = 1 if before is None else before.number + 1
        record.previous_of_delivery = "" if before is None else before.hash
        record.place_in_all, record.previous = head.records + 1, head.hash
        record.hash = hash_of(record)
        record.seal = self._keys.seal(record.hash)
        self._session.add(record)
        head.records, head.hash = record.place_in_all, record.hash
        head.seal = self._keys.seal(head_text(head.records, head.hash))
        await self._session.flush()
        return record

    async def _head(self) -> ProofChainHead:
        first = {"id": 1, "records": 0, "hash": "", "seal": self._keys.seal(head_text(0, ""))}
        await self._session.execute(insert(ProofChainHead).values(first).on_conflict_do_nothing())
        only = select(ProofChainHead).with_for_update().execution_options(populate_existing=True)
        return (await self._session.scalars(only)).one()
