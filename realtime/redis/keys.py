"""Names of everything in Redis, in one place.

All keys and channels of a zone carry its hash tag: in a cluster they are one slot, on one node at any time, and one
script may touch them all.
"""

from dataclasses import dataclass
from hashlib import blake2s

DEFAULT_ZONE = "main"


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one zone."""

    zone: str = DEFAULT_ZONE

    def _key(self, name: str) -> str:
        return f"dispatch:{{{self.zone}}}:{name}"

    @property
    def log(self) -> str:
        """Stream: accepted fixes on their way to PostgreSQL. Never trimmed, only worked off."""
        return self._key("log")

    @property
    def backlog(self) -> str:
        """Counter: fixes in the log."""
        return self._key("backlog")

    @property
    def dead(self) -> str:
        """Stream: logged fixes that PostgreSQL will never take, with the reason."""
        return self._key("dead")

    @property
    def live(self) -> str:
        """Hash: transporter → its newest fix, ``[offset, fix]``."""
        return self._key("live")

    @property
    def ingest_state(self) -> str:
        """Hash: transporter → what ``scripts/ingest.lua`` must know before it takes a fix; the form stands there."""
        return self._key("ingest-state")

    @property
    def live_at(self) -> str:
        """Hash: transporter → time of its newest fix, ms, device clock; read where there is no ingest state yet.

        Releases before the ingest state wrote it, and last seq and trail of every device with each ping.
        """
        return self._key("live-at")

    @property
    def geo(self) -> str:
        """Geo index: transporter at its newest fix."""
        return self._key("geo")

    @property
    def last_seen(self) -> str:
        """Sorted set: transporter by the time we last heard of it, ms, our clock."""
        return self._key("last-seen")

    @property
    def last_seq(self) -> str:
        """Prefix of strings: highest stored seq of a device stream that was its transporter's before."""
        return self._key("last-seq:")

    @property
    def trail(self) -> str:
        """Prefix of strings: what the plausibility steps remember of a device that was its transporter's before."""
        return self._key("trail:")

    @property
    def seen(self) -> str:
        """Prefix of bitmaps: which seqs of a device stream are stored, but for its last stretch."""
        return self._key("seen:")

    def had_on(self, day: int) -> str:
        """Hash: how many bitmaps each transporter has begun on a day since 1970, as ``<id>:bitmaps``."""
        return self._key(f"had:{day}")

    @property
    def offset(self) -> str:
        """Counter: every live update and status gets the next number."""
        return self._key("offset")

    @property
    def offset_epoch(self) -> str:
        """Random name of this Redis' life: offsets of another life do not compare."""
        return self._key("offset-epoch")

    @property
    def promotion(self) -> str:
        """String: the last promotion of a replica that the epoch takes into account."""
        return self._key("promotion")

    @property
    def never(self) -> str:
        """A key that never exists. A script that names it runs nowhere while its slot is on the way between two nodes.

        Without it a script would find the keys that it does not name missing where they have not arrived.
        """
        return self._key("never")

    @property
    def mark(self) -> str:
        """String: written so that there is something to wait for until replicas have it."""
        return self._key("mark")

    @property
    def database(self) -> str:
        """Hash: name and beat of the database that everything here is about."""
        return self._key("database")

    @property
    def all(self) -> str:
        """Pattern of every key of the zone."""
        return self._key("*")

    @property
    def lasting(self) -> frozenset[str]:
        """Keys that outlive a change of the database: what was acknowledged, and counters that only go up."""
        return frozenset({self.log, self.backlog, self.dead, self.offset, self.promotion, self.mark, self.database})

    def limit(self, name: str, who: int | str) -> str:
        """String: how much of an allowance is used up."""
        return self._key(f"limit:{name}:{who}")

    def positions(self, transporter_id: int | str) -> str:
        """Channel: new positions of a transporter."""
        return self._key(f"positions:{transporter_id}")

    def statuses(self, delivery_id: int) -> str:
        """Channel: new statuses of a delivery."""
        return self._key(f"statuses:{delivery_id}")

    @property
    def all_statuses(self) -> str:
        """Channel: new statuses of every delivery, for consoles."""
        return self._key("all-statuses")

    def status_history(self, delivery_id: int) -> str:
        """List: the last statuses of a delivery that is watched, ``[offset, status]``, for those who come back."""
        return self._key(f"status-history:{delivery_id}")

    @property
    def control(self) -> str:
        """Channel: whose access changed and which connection was replaced, for every process."""
        return self._key("control")

    def device_connection(self, device: str) -> str:
        """String: the newest connection of a device, and the one before it."""
        return self._key(f"device-connection:{device}")

    def ticket(self, digest: str) -> str:
        """String: whom a one-time ticket lets in."""
        return self._key(f"ticket:{digest}")

    def notices(self, transporter_id: int) -> str:
        """Channel: what a transporter's app is told."""
        return self._key(f"notices:{transporter_id}")


def device_stream(transporter_id: int, device: str, epoch: str) -> str:
    """Short, separator-safe name of one device's numbering."""
    return device_key(transporter_id, f"{device}\0{epoch}")


def device_key(transporter_id: int, device: str) -> str:
    """Short, separator-safe name of one device."""
    return f"{transporter_id}:{blake2s(device.encode(), digest_size=12).hexdigest()}"
