"""Device tokens of vehicles that are replayed as phones, made by the operator so that a second replay has them again.

Phones number nothing: the server tells fixes apart by their time. So a row must bear the same time whenever its file is
replayed, and the shift of the first replay is kept, in the name of the devices that it made.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from api.server.services import Services
from api.simulation.accounts.drivers import ADVISORY_LOCK, Driver
from dispatch.transporters.devices import TOKEN_PREFIX, TransporterDevice, token_hash


@dataclass(frozen=True, slots=True)
class Device:
    """A vehicle's device; ``name`` is that of its fixes among those of its transporter."""

    driver: Driver
    token: str
    name: str


async def find_or_make_devices(
    services: Services, drivers: Sequence[Driver], *, way: str, epoch: str, shift_ms: int
) -> tuple[list[Device], int]:
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
        names = {transporter_id: f"{way}-{device.id}" for transporter_id, device in devices.items()}
    return [Device(driver, tokens[driver.transporter_id], names[driver.transporter_id]) for driver in drivers], shift_ms


def _token(key: bytes, way: str, epoch: str, transporter_id: int) -> str:
    """Made, not drawn: the database keeps only a hash, and the next replay must know it again."""
    words = f"replay token\0{way}\0{epoch}\0{transporter_id}".encode()
    return TOKEN_PREFIX + hmac.new(key, words, hashlib.sha256).hexdigest()[:40]
