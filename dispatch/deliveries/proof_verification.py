"""Checking what proved handovers and attempts, of a delivery or of all: nothing was changed, and nothing is missing."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, or_, select

from dispatch.database.engine import Database
from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery
from dispatch.ports import PhotoStore
from dispatch.proofs.chain import SealKeys, head_text
from dispatch.proofs.kinds import Proved
from dispatch.proofs.models import ProofChainHead, ProofRecord
from dispatch.proofs.verifying import Finding, ProofFault, faults_of, file_faults, finding

AT_ONCE = 500


@dataclass(slots=True)
class Verified:
    """How many records were looked at, of handovers and of attempts, what was found, and the hash of the last.

    With the hash a later check is compared.
    """

    handovers: int = 0
    attempts: int = 0
    findings: list[Finding] = field(default_factory=list)
    last_hash: str = ""

    def count(self, record: ProofRecord) -> None:
        """A record was looked at."""
        if record.end is Proved.ATTEMPT:
            self.attempts += 1
        else:
            self.handovers += 1


class ProofVerification:
    """Looks at records and files, and changes nothing."""

    def __init__(self, photos: PhotoStore, keys: SealKeys) -> None:
        self._photos = photos
        self._keys = keys

    async def of_delivery(self, work: Work, delivery: Delivery) -> Verified:
        """One delivery's records, with what stands beside each in the chain of all."""
        mine = select(ProofRecord).where(ProofRecord.delivery_id == delivery.id).order_by(ProofRecord.number)
        records = (await work.session.scalars(mine.execution_options(populate_existing=True))).all()
        found = Verified(last_hash=records[-1].hash if records else "")
        expected, before = 1, ""
        for record in records:
            while expected < record.number:
                found.findings.append(Finding(ProofFault.RECORD_MISSING, delivery.id, expected))
                expected += 1
            gap = record.number > 1 and before == ""
            if record.previous_of_delivery != before and not gap:
                found.findings.append(finding(ProofFault.LINK_BROKEN, record))
            found.findings += await self._faults(record)
            found.count(record)
            expected, before = record.number + 1, record.hash
        for number in range(expected, delivery.proof_count + 1):
            found.findings.append(Finding(ProofFault.RECORD_MISSING, delivery.id, number))
        found.findings += await self._beside(work, records)
        return found

    async def of_all(self, database: Database) -> Verified:
        """The whole chain, some records at a time, and what each delivery says that it has."""
        found = Verified()
        place = 0
        async for record in self._all(database):
            if record.place_in_all > place + 1:
                found.findings += [Finding(ProofFault.RECORD_MISSING, place_in_all=place + 1)]
            elif record.previous != found.last_hash:
                found.findings.append(finding(ProofFault.LINK_BROKEN, record))
            found.findings += await self._faults(record)
            found.count(record)
            place, found.last_hash = record.place_in_all, record.hash
        async with database.work() as work:
            found.findings += await self._head(work, place, found.last_hash)
            found.findings += await _uncounted(work)
        return found

    async def _all(self, database: Database) -> AsyncIterator[ProofRecord]:
        place = 0
        while True:
            async with database.work() as work:
                after = select(ProofRecord).where(ProofRecord.place_in_all > place)
                records = (await work.session.scalars(after.order_by(ProofRecord.place_in_all).limit(AT_ONCE))).all()
            for record in records:
                yield record
                place = record.place_in_all
            if len(records) < AT_ONCE:
                return

    async def _faults(self, record: ProofRecord) -> list[Finding]:
        faults = faults_of(record, self._keys) + await file_faults(record, self._photos)
        return [finding(fault, record) for fault in faults]

    async def _beside(self, work: Work, records: Sequence[ProofRecord]) -> list[Finding]:
        """Whether those before and after each in the chain of all are the ones that it was written between."""
        if not records:
            return []
        beside = or_(*(ProofRecord.place_in_all.between(one.place_in_all - 1, one.place_in_all + 1) for one in records))
        near = {one.place_in_all: one for one in await work.session.scalars(select(ProofRecord).where(beside))}
        head = await _head_of(work)
        found = []
        for record in records:
            place = record.place_in_all
            before, after = near.get(place - 1), near.get(place + 1)
            if (before.hash if before else "") != record.previous:
                fault = ProofFault.RECORD_MISSING if before is None else ProofFault.LINK_BROKEN
                found.append(finding(fault, record) if before else Finding(fault, place_in_all=place - 1))
            if after is not None and after.previous != record.hash:
                found.append(finding(ProofFault.LINK_BROKEN, record))
            if after is None and (head is None or head.records != place):
                found.append(Finding(ProofFault.RECORD_MISSING, place_in_all=place + 1))
        return found

    async def _head(self, work: Work, place: int, last: str) -> list[Finding]:
        head = await _head_of(work)
        if head is None:
            return [Finding(ProofFault.HEAD_CHANGED)] if place else []
        found = [Finding(ProofFault.RECORD_MISSING, place_in_all=one) for one in range(place + 1, head.records + 1)]
        sealed = self._keys.holds(head_text(head.records, head.hash), head.seal)
        if not sealed or head.records < place or (not found and head.hash != last):
            found.append(Finding(ProofFault.HEAD_CHANGED))
        return found


async def _head_of(work: Work) -> ProofChainHead | None:
    found: ProofChainHead | None = await work.session.scalar(
        select(ProofChainHead).execution_options(populate_existing=True)
    )
    return found


async def _uncounted(work: Work) -> list[Finding]:
    """Deliveries that say they have another number of records than there are."""
    count = func.count(ProofRecord.id)
    there = (
        select(Delivery.id, count)
        .outerjoin(ProofRecord, ProofRecord.delivery_id == Delivery.id)
        .where(Delivery.proof_count > 0)
        .group_by(Delivery.id)
        .having(Delivery.proof_count != count)
    )
    rows = await work.session.execute(there)
    return [Finding(ProofFault.RECORD_MISSING, delivery_id, number + 1) for delivery_id, number in rows]
