"""Vehicles as phones: device tokens, and the shift in time that makes a second replay the same as the first.

Phones number nothing: the server makes the seq of the time. So a row must bear the same time whenever its file is
replayed, and the shift of the first replay is kept, in the name of the devices that it made.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, text

from api.server.services import Services
from api.simulation.accounts.drivers import ADVISORY_LOCK, Driver
from api.simulation.replay.sending_protocols import SendingProtocol
from dispatch.database.work import Work
from dispatch.transporters.devices import TOKEN_PREFIX, TransporterDevice, token_hash
from realtime.phones.reading import EPOCH

CHUNK = 4096  # seqs a bitmap, as `dispatch.tracking.store` keeps them
STORED = text(
    "SELECT transporter_id, chunk, seen FROM stored_seqs WHERE device = ANY(:devices) AND epoch = :epoch"
    " AND transporter_id = ANY(:transporters)"
)


@dataclass(frozen=True, slots=True)
class Phone:
    """A vehicle's device: its token and the seqs that are stored of it."""

    driver: Driver
    token: str
    stored: frozenset[int]


async def find_or_make_phones(
    services: Services, drivers: Sequence[Driver], *, way: SendingProtocol, epoch: str, shift_ms: int
) -> tuple[list[Phone], int]:
    """The devices of this file and protocol, and their shift: that of the first replay, or ``shift_ms`` now."""
    key = services.settings.signing_key().encode()
    tokens = {driver.transporter_id: _token(key, way, epoch, driver.transporter_id) for driver in drivers}
    hashes = {token_hash(token): transporter_id for transporter_id, token in tokens.items()}
    async with services.database.work() as work:
        await work.session.execute(select(func.pg_advisory_xact_lock(ADVISORY_LOCK)))
        rows = await work.session.scalars(
            select(TransporterDevice).where(TransporterDevice.token_hash.in_(list(hashes)))
        )
        devices = {device.transporter_id: device for device in rows}
        for device in devices.values():
            shift_ms = int(device.name.rpartition(" ")[2])
            break
        for digest, transporter_id in hashes.items():
            if transporter_id not in devices:
                devices[transporter_id] = TransporterDevice(
                    transporter_id=transporter_id,
                    name=f"{epoch} {shift_ms}",
                    token_hash=digest,
                    created_at=services.clock.now(),
                )
                work.session.add(devices[transporter_id])
            devices[transporter_id].revoked_at = None
        await work.session.flush()
        stored = await _stored(work, way, devices)
    phones = [
        Phone(driver, tokens[driver.transporter_id], frozenset(stored.get(driver.transporter_id, ())))
        for driver in drivers
    ]
    return phones, shift_ms


def _token(key: bytes, way: SendingProtocol, epoch: str, transporter_id: int) -> str:
    """Made, not drawn: the database keeps only a hash, and the next replay must know it again."""
    words = f"replay token\0{way}\0{epoch}\0{transporter_id}".encode()
    return TOKEN_PREFIX + hmac.new(key, words, hashlib.sha256).hexdigest()[:40]


async def _stored(work: Work, way: SendingProtocol, devices: dict[int, TransporterDevice]) -> dict[int, set[int]]:
    """The stored seqs, by transporter."""
    names = {f"{way}-{device.id}": device.transporter_id for device in devices.values()}
    found = await work.session.execute(STORED, {"devices": list(names), "epoch": EPOCH, "transporters": list(devices)})
    stored: dict[int, set[int]] = {}
    for transporter_id, chunk, seen in found:
        bits = int.from_bytes(seen, "little")
        seqs = stored.setdefault(transporter_id, set())
        while bits:
            lowest = bits & -bits
            seqs.add(chunk * CHUNK + lowest.bit_length() - 1)
            bits ^= lowest
    return stored
