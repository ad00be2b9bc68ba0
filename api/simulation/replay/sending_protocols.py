"""How a vehicle's rows go over the wire: our own socket, or the protocol of a phone app."""

import base64
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import httpx

from api.simulation.replay.traces import Row

KMH_MPS = 1 / 3.6


class SendingProtocol(StrEnum):
    """What ``--as`` takes."""

    WEBSOCKET = "websocket"
    OSMAND = "osmand"
    OWNTRACKS = "owntracks"


Request = Callable[[str, str, Row, int], httpx.Request]
"""From base URL, token, row and its time on the wire (ms since 1970) to what a phone would send."""


@dataclass(frozen=True, slots=True)
class PhoneProtocol:
    """An app's protocol.

    ``tick_ms`` is what it rounds times down to; of two rows of one tick and vehicle only the first can be stored.
    """

    request: Request
    tick_ms: int


def _osmand(base: str, token: str, row: Row, recorded_ms: int) -> httpx.Request:
    """Exact: times in ms and speeds in metres a second with all their digits, as OsmAnd itself writes them."""
    fields: dict[str, str] = {
        "id": token,
        "timestamp": str(recorded_ms),
        "lat": repr(row.lat),
        "lon": repr(row.lon),
    }
    if row.speed_mps is not None:
        fields["speed"] = repr(row.speed_mps)
    if row.heading_deg is not None:
        fields["bearing"] = repr(row.heading_deg)
    return httpx.Request("GET", f"{base}/api/phones/osmand/", params=fields)


def _owntracks(base: str, token: str, row: Row, recorded_ms: int) -> httpx.Request:
    """The app knows whole seconds, whole kilometres an hour and whole degrees."""
    message: dict[str, object] = {
        "_type": "location",
        "tst": math.floor(recorded_ms / 1000),
        "lat": row.lat,
        "lon": row.lon,
    }
    if row.speed_mps is not None:
        message["vel"] = round(row.speed_mps / KMH_MPS)
    if row.heading_deg is not None:
        message["cog"] = round(row.heading_deg)
    password = base64.b64encode(f"replay:{token}".encode()).decode()
    return httpx.Request(
        "POST",
        f"{base}/api/phones/owntracks/",
        content=json.dumps(message).encode(),
        headers={"Authorization": f"Basic {password}", "Content-Type": "application/json"},
    )


# The server tells fixes of a phone apart by tenths of a second; OwnTracks says whole seconds.
PROTOCOLS = {
    SendingProtocol.OSMAND: PhoneProtocol(_osmand, 100),
    SendingProtocol.OWNTRACKS: PhoneProtocol(_owntracks, 1000),
}
