"""What a delivery costs that names no fee: by the zone of its pickup, else by the settings."""

from dataclasses import dataclass
from decimal import Decimal

from dispatch.database.work import Work
from dispatch.money import round_amount
from dispatch.zones.kept import Fees, KeptZones, KnownZone


@dataclass(frozen=True, slots=True)
class Tariff:
    """What deliveries cost from one place. ``most``: what no fee is above, NPR."""

    fees: Fees
    most: Decimal

    def fee(self, distance_km: float | None) -> Decimal:
        """For a way of so many km from pickup to drop-off; one that is not known adds nothing."""
        return min(self.most, round_amount(self.fees.base + self.fees.per_km * Decimal(str(distance_km or 0.0))))


@dataclass(frozen=True, slots=True)
class DeliveryFees:
    """The tariffs of all places. ``usual``: where no zone has its own."""

    usual: Fees
    most: Decimal
    zones: KeptZones | None = None

    async def at(self, work: Work, lat: float | None, lon: float | None) -> Tariff:
        """Of a pickup, in degrees. Ends the work's transaction: zones are read with a connection of their own."""
        zone = None
        if self.zones is not None:
            await work.commit()
            zone = (await self.zones.read()).at(lat, lon)
        return self.of_zone(zone)

    def of_zone(self, zone: KnownZone | None) -> Tariff:
        """Of what is fetched in a zone, or in none."""
        return Tariff(self.usual if zone is None or zone.fees is None else zone.fees, self.most)
