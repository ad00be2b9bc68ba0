"""The way of a delivery for maps and GPS programs."""

import json
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

from litestar import Controller, Request, Response, get

from api.deliveries import KeyPath, delivery_key
from api.injected import GivenServices, GivenWork
from api.security import needs
from api.services import Services
from dispatch.accounts.models import User
from dispatch.database.work import Work
from dispatch.tracking.path import DeliveryPath, PathPoint, check_may_see_path, delivery_path

GPX = "http://www.topografix.com/GPX/1/1"


def geojson(path: DeliveryPath) -> dict[str, Any]:
    """A GeoJSON feature (RFC 7946): a line, with gaps where nothing was heard, a time for each of its points."""
    lines = [[[point.lon, point.lat] for point in part] for part in path.parts if len(part) > 1]
    geometry: dict[str, Any] | None = None
    if len(lines) == 1:
        geometry = {"type": "LineString", "coordinates": lines[0]}
    elif lines:
        geometry = {"type": "MultiLineString", "coordinates": lines}
    elif path.points:
        geometry = {"type": "Point", "coordinates": [path.points[0].lon, path.points[0].lat]}
    times = [[_time(point.recorded_at) for point in part] for part in path.parts if len(part) > 1]
    return {
        "type": "Feature",
        "geometry": geometry,
        "properties": {
            "delivery_id": path.delivery.id,
            "tracking_number": path.delivery.tracking_number,
            "status": path.delivery.status.value,
            "distance_m": round(path.distance_m, 1),
            "points": len(path.points),
            "started_at": _time(path.points[0].recorded_at) if path.points else None,
            "ended_at": _time(path.points[-1].recorded_at) if path.points else None,
            "times": times[0] if len(times) == 1 else times,
        },
    }


def gpx(path: DeliveryPath) -> bytes:
    """A GPX 1.1 track; a silence begins a new segment."""
    ET.register_namespace("", GPX)
    root = ET.Element(f"{{{GPX}}}gpx", {"version": "1.1", "creator": "dispatch-server"})
    track = ET.SubElement(root, f"{{{GPX}}}trk")
    ET.SubElement(track, f"{{{GPX}}}name").text = path.delivery.tracking_number
    ET.SubElement(track, f"{{{GPX}}}desc").text = f"Total distance {path.distance_m:.0f} m"
    for part in path.parts:
        segment = ET.SubElement(track, f"{{{GPX}}}trkseg")
        for point in part:
            _gpx_point(segment, point)
    encoded: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return encoded


def _gpx_point(segment: ET.Element, point: PathPoint) -> None:
    placed = ET.SubElement(segment, f"{{{GPX}}}trkpt", {"lat": f"{point.lat:.7f}", "lon": f"{point.lon:.7f}"})
    ET.SubElement(placed, f"{{{GPX}}}time").text = _time(point.recorded_at)


def _time(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


class PathController(Controller):
    """``/api/deliveries/{delivery_id}/path.*``: for its transporter, the sale's seller and buyer, and admins."""

    path = "/api/deliveries"
    tags = ("deliveries",)

    @get("/{delivery_id:str}/path.geojson", guards=[needs()])
    async def as_geojson(
        self, request: Request[User, Any, Any], delivery_id: KeyPath, work: GivenWork, services: GivenServices
    ) -> Response[bytes]:
        """The way of a delivery as GeoJSON, with its length in metres."""
        path = await _path(request, delivery_id, work, services)
        return Response(json.dumps(geojson(path)).encode(), media_type="application/geo+json")

    @get("/{delivery_id:str}/path.gpx", guards=[needs()])
    async def as_gpx(
        self, request: Request[User, Any, Any], delivery_id: KeyPath, work: GivenWork, services: GivenServices
    ) -> Response[bytes]:
        """The way of a delivery as GPX."""
        path = await _path(request, delivery_id, work, services)
        name = f'attachment; filename="{path.delivery.tracking_number}.gpx"'
        return Response(gpx(path), media_type="application/gpx+xml", headers={"Content-Disposition": name})


async def _path(request: Request[User, Any, Any], key: str, work: Work, services: Services) -> DeliveryPath:
    delivery = await services.delivery_steps(work).deliveries.get(delivery_key(key))
    check_may_see_path(delivery, request.user)
    return await delivery_path(work.session, delivery, services.clock.now())
