"""Transporters, their devices and their positions. Degrees (WGS 84), metres, m/s, kg; times UTC."""

from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import asdict

from dispatch.assignments.nearby import CountedCell, NearbyTransporter
from dispatch.assignments.roster import ListedTransporter
from dispatch.ports import LivePosition, Presence
from dispatch.tracking.models import StoredFix
from dispatch.transporters.devices import SpeedUnit, TransporterDevice
from dispatch.transporters.models import Transporter


class DocumentAnswer(Struct, frozen=True):
    """A document of a transporter; ``expires_on`` is its last day, None where it has none."""

    kind: str
    number: str
    expires_on: date | None
    verified: bool
    outdated: bool
    """It is of a vehicle that the transporter has no more."""


class TransporterAnswer(Struct, frozen=True, kw_only=True):
    """A profile. ``capacity_kg`` in kg, ``rating`` 0 to 5."""

    id: int
    user: int
    name: str
    business_name: str
    phone: str
    vehicle_type: str
    vehicle_number: str
    capacity_kg: float
    max_active: int
    rating: float
    rating_count: int
    is_available: bool
    is_verified: bool
    papers_version: int
    verified_version: int | None
    documents: list[DocumentAnswer]


def transporter_answer(transporter: Transporter, today: date) -> TransporterAnswer:
    """A profile with its user and documents loaded."""
    return TransporterAnswer(
        id=transporter.id,
        user=transporter.user_id,
        name=transporter.user.name,
        business_name=transporter.business_name,
        phone=transporter.phone,
        vehicle_type=transporter.vehicle_type,
        vehicle_number=transporter.vehicle_number,
        capacity_kg=float(transporter.capacity_kg),
        max_active=transporter.max_active,
        rating=float(transporter.rating),
        rating_count=transporter.rating_count,
        is_available=transporter.is_available,
        is_verified=transporter.papers_in_order(today),
        papers_version=transporter.papers_version,
        verified_version=transporter.verified_version,
        documents=[
            DocumentAnswer(
                document.kind,
                document.number,
                document.expires_on,
                document.verified_at is not None,
                document.outdated_at is not None,
            )
            for document in transporter.documents
        ],
    )


class ListedPosition(Struct, frozen=True):
    """Where a transporter was last, and which of its devices said so: degrees, UTC, metres, m/s."""

    lat: float
    lon: float
    recorded_at: datetime
    received_at: datetime
    accuracy_m: float | None
    speed_mps: float | None
    device: str


class ListedAnswer(TransporterAnswer, frozen=True, kw_only=True):
    """A transporter in a dispatcher's list: the profile, what it can still take, and where it was last.

    ``position`` may be old where ``presence`` is not online; it is None where nothing was ever heard.
    """

    email: str
    presence: Presence
    position: ListedPosition | None
    free_capacity_kg: float
    active_deliveries: int
    created_at: datetime


def listed_answer(found: ListedTransporter, today: date) -> ListedAnswer:
    """A transporter in a dispatcher's list."""
    transporter, at = found.transporter, found.position
    return ListedAnswer(
        **asdict(transporter_answer(transporter, today)),
        email=transporter.user.email,
        presence=found.presence,
        position=_listed_position(at) if at else None,
        free_capacity_kg=found.load.shown_free_kg(transporter),
        active_deliveries=found.load.active,
        created_at=transporter.created_at,
    )


def _listed_position(at: LivePosition) -> ListedPosition:
    return ListedPosition(at.lat, at.lon, at.recorded_at, at.received_at, at.accuracy_m, at.speed_mps, at.device)


class FixAnswer(Struct, frozen=True, kw_only=True):
    """A stored fix: degrees, metres, m/s, degrees clockwise from north, share of charge (0 to 1)."""

    device: str
    epoch: str
    seq: int
    lat: float
    lon: float
    recorded_at: datetime
    received_at: datetime
    accuracy_m: float | None
    speed_mps: float | None
    heading_deg: float | None
    battery: float | None
    flags: list[str]


def fix_answer(fix: StoredFix) -> FixAnswer:
    """A stored fix as the contract writes it."""
    return FixAnswer(
        device=fix.device,
        epoch=fix.epoch,
        seq=fix.seq,
        lat=fix.lat,
        lon=fix.lon,
        recorded_at=fix.recorded_at,
        received_at=fix.received_at,
        accuracy_m=fix.accuracy_m,
        speed_mps=fix.speed_mps,
        heading_deg=fix.heading_deg,
        battery=fix.battery,
        flags=fix.flags,
    )


class NearbyPosition(Struct, frozen=True):
    """Where a transporter was last: degrees, UTC, metres."""

    lat: float
    lon: float
    recorded_at: datetime
    received_at: datetime
    accuracy_m: float | None


class NearbyAnswer(Struct, frozen=True, kw_only=True):
    """A transporter near a point with what it can still take; kg and metres, ``rating`` 0 to 5."""

    id: int
    name: str
    business_name: str
    vehicle_type: str
    rating: float
    capacity_kg: float
    free_capacity_kg: float
    active_deliveries: int
    max_active: int
    presence: Presence
    distance_m: float
    position: NearbyPosition


class NearbyCell(Struct, frozen=True):
    """How many transporters are in a geohash cell of about 5 km; its middle in degrees, metres from the point."""

    cell: str
    lat: float
    lon: float
    transporters: int
    distance_m: float


class NearbyTransporters(Struct, frozen=True):
    """What dispatchers see around a point, nearest first."""

    count: int
    results: list[NearbyAnswer]


class NearbyCells(Struct, frozen=True):
    """What sellers see around a point, nearest first."""

    count: int
    results: list[NearbyCell]


def nearby_answer(found: NearbyTransporter) -> NearbyAnswer:
    """One transporter near a point."""
    transporter, position = found.transporter, found.position
    return NearbyAnswer(
        id=transporter.id,
        name=transporter.user.name,
        business_name=transporter.business_name,
        vehicle_type=transporter.vehicle_type,
        rating=float(transporter.rating),
        capacity_kg=float(transporter.capacity_kg),
        free_capacity_kg=found.load.shown_free_kg(transporter),
        active_deliveries=found.load.active,
        max_active=transporter.max_active,
        presence=position.presence,
        distance_m=round(found.distance_m, 1),
        position=NearbyPosition(
            position.lat, position.lon, position.recorded_at, position.received_at, position.accuracy_m
        ),
    )


def nearby_cell(counted: CountedCell) -> NearbyCell:
    """One cell near a point."""
    cell = counted.cell
    return NearbyCell(cell.name, cell.lat, cell.lon, counted.transporters, round(counted.distance_m, 1))


class DeviceAnswer(Struct, frozen=True, kw_only=True):
    """A device whose token is good; ``speed_unit`` is that of its queries and forms."""

    id: int
    name: str
    created_at: datetime
    speed_unit: SpeedUnit


class NewDeviceAnswer(DeviceAnswer, frozen=True, kw_only=True):
    """A device with its token, which is shown this once."""

    token: str


class DeviceList(Struct, frozen=True):
    """All of somebody's devices."""

    count: int
    results: list[DeviceAnswer]


def device_answer(device: TransporterDevice) -> DeviceAnswer:
    """A device as its owner sees it."""
    return DeviceAnswer(
        id=device.id, name=device.name, created_at=device.created_at, speed_unit=SpeedUnit(device.speed_unit)
    )
