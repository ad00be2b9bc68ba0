"""OwnTracks over HTTP: one JSON object a request, of which only locations are positions.

Speeds are kilometres an hour, batteries percent, times whole seconds.
"""

import base64
import binascii

from realtime.ingest.loose_json import NotJson, read_loosely
from realtime.phones.reading import KMH_MPS, Unusable, measure, moment, number, percent, seq_of
from realtime.protocol import Fix


def read_owntracks(body: bytes) -> Fix | None:
    """The fix of a location; None for the app's other messages, which are none. Raises Unusable."""
    if not body.strip():
        return None  # a friend was removed: MQTT's empty message, sent over HTTP all the same
    try:
        message = read_loosely(body)
    except NotJson as error:
        raise Unusable(str(error)) from None
    if not isinstance(message, dict) or not isinstance(message.get("_type"), str):
        raise Unusable("not a message of OwnTracks: _type is missing")
    if message["_type"] == "encrypted":
        raise Unusable("encrypted messages cannot be read: switch the app's encryption off and use https")
    if message["_type"] != "location":
        return None
    recorded_at = moment(message.get("tst"))
    return Fix(
        seq=seq_of(recorded_at),
        lat=number(message.get("lat"), "lat"),
        lon=number(message.get("lon"), "lon"),
        recorded_at=recorded_at,
        accuracy_m=measure(message.get("acc")),
        speed_mps=measure(message.get("vel"), KMH_MPS),
        heading_deg=measure(message.get("cog")),
        battery=percent(message.get("batt")),
    )


def basic_password(header: str | None) -> str:
    """The password of an ``Authorization: Basic`` header; empty where there is none."""
    scheme, _, encoded = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
    return decoded.partition(":")[2]
