"""Whether records are as they were written, and their files too."""

from dataclasses import dataclass
from enum import StrEnum

from dispatch.ports import PhotoStore
from dispatch.proofs.chain import SealKeys, content_hash, hash_of
from dispatch.proofs.models import ProofRecord


class ProofFault(StrEnum):
    """What is wrong with a record or with the chain."""

    RECORD_CHANGED = "record_changed"
    """What it says is not what was hashed."""
    SEAL_BROKEN = "seal_broken"
    """The hash was not made by this server."""
    RECORD_MISSING = "record_missing"
    LINK_BROKEN = "link_broken"
    """It does not follow on the record before it."""
    PHOTO_MISSING = "photo_missing"
    PHOTO_CHANGED = "photo_changed"
    SIGNATURE_MISSING = "signature_missing"
    SIGNATURE_CHANGED = "signature_changed"
    HEAD_CHANGED = "head_changed"
    """The newest record is not the one that was written last."""


MISSING = {"photo": ProofFault.PHOTO_MISSING, "signature": ProofFault.SIGNATURE_MISSING}
CHANGED = {"photo": ProofFault.PHOTO_CHANGED, "signature": ProofFault.SIGNATURE_CHANGED}


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault, with where it was found: a delivery and its record's number, or a place among all."""

    fault: ProofFault
    delivery_id: int | None = None
    number: int | None = None
    place_in_all: int | None = None


def faults_of(record: ProofRecord, keys: SealKeys) -> list[ProofFault]:
    """What is wrong with a record by itself."""
    found = []
    if hash_of(record) != record.hash:
        found.append(ProofFault.RECORD_CHANGED)
    if not keys.holds(record.hash, record.seal):
        found.append(ProofFault.SEAL_BROKEN)
    return found


async def file_faults(record: ProofRecord, photos: PhotoStore) -> list[ProofFault]:
    """What is wrong with a record's files."""
    found = []
    for what, key, wanted in (
        ("photo", record.photo, record.photo_hash),
        ("signature", record.signature, record.signature_hash),
    ):
        if key is None:
            continue
        content = await photos.read(key)
        if content is None:
            found.append(MISSING[what])
        elif content_hash(content) != wanted:
            found.append(CHANGED[what])
    return found


def finding(fault: ProofFault, record: ProofRecord) -> Finding:
    """A fault of a record."""
    return Finding(fault, record.delivery_id, record.number, record.place_in_all)
