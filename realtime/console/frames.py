"""Frames of the console socket, ``/ws/console``; a part of the wire protocol, version 1.

The console subscribes, and may subscribe again to look elsewhere. It is sent ``fleet`` frames: the first after a
subscribe has ``reset`` true and replaces all that is known, those after it say what has changed. A frame has at most
``MAX_ITEMS`` entries, so a large fleet comes in several.
"""

from typing import Annotated

import msgspec
from msgspec import Meta, Raw, Struct

from realtime.protocol import Auth, BadFrame

MAX_ITEMS = 500

Lat = Annotated[float, Meta(ge=-90, le=90)]
Lon = Annotated[float, Meta(ge=-180, le=180)]


class Area(Struct, frozen=True):
    """A box of degrees; one whose west lies east of its east crosses the date line."""

    south: Lat
    west: Lon
    north: Lat
    east: Lon

    def contains(self, lat: float, lon: float) -> bool:
        """Whether a point lies in the box."""
        inside = self.west <= lon <= self.east if self.west <= self.east else lon >= self.west or lon <= self.east
        return inside and self.south <= lat <= self.north


class Subscribe(Struct, frozen=True, tag="subscribe"):
    """What the console wants to see: an area, or everything."""

    area: Area | None = None


class Point(Struct, frozen=True):
    """Degrees."""

    lat: float
    lon: float


class FleetTransporter(Struct, frozen=True):
    """An online transporter: where, how fast (m/s), which way (degrees), and how many deliveries are under way."""

    id: int
    lat: float
    lon: float
    recorded_at: str
    speed_mps: float | None
    heading_deg: float | None
    active: int


class FleetDelivery(Struct, frozen=True):
    """A delivery that waits or is under way; delivered or cancelled, it comes once more and is then forgotten."""

    id: int
    tracking_number: str
    status: str
    transporter_id: int | None
    pickup: Point | None
    dropoff: Point | None


class Fleet(Struct, frozen=True, tag="fleet"):
    """What has changed; with ``reset``, all there is. ``gone``: transporters that are offline or left the area."""

    reset: bool
    transporters: list[Raw]
    gone: list[int]
    deliveries: list[Raw]


_decoder: msgspec.json.Decoder[Subscribe | Auth] = msgspec.json.Decoder(Subscribe | Auth)


def decode_console_frame(raw: str | bytes) -> Subscribe | Auth:
    """Read a console's frame. Raises BadFrame."""
    try:
        return _decoder.decode(raw)
    except RecursionError:
        raise BadFrame("not a console frame: nested too deeply") from None
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadFrame(f"not a console frame: {error}") from None
