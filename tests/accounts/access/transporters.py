"""How routes of transporters, of their phones, and of webhooks are asked."""

import json
from typing import Any
from uuid import uuid4

from tests.accounts.access.asking import BODIES, Ask, Stage, asks
from tests.support.pictures import picture
from tests.support.world import THAMEL, ok, ping

DEVICES = "/api/transporters/me/devices/"
PROFILE = {"phone": "+977-9841555555", "vehicle_type": "van", "capacity_kg": 50}

BODIES.update(
    {
        "PATCH /api/transporters/me": {"business_name": "Quick"},
        "POST /api/transporters/me/duty": {"duty": "on"},
        "PUT /api/transporters/me/shifts": {"shifts": [{"weekday": 1, "begins": "08:00", "ends": "12:00"}]},
        "POST /api/transporters/me/devices": {"name": "Phone"},
        "POST /api/transporters/me/positions": {
            "device": "phone",
            "epoch": "one",
            "pings": [{key: value for key, value in ping(1, *THAMEL).items() if key != "type"}],
        },
        "POST /api/webhooks": {"url": "https://example.com/hook"},
    }
)


@asks("POST /api/transporters")
async def _become_one(stage: Stage) -> Ask:
    return Ask("/api/transporters/", PROFILE, {"transporter": await stage.world.person("transporter")})


@asks("POST /api/transporters/{transporter_id}/verify")
async def _verify(stage: Stage) -> Ask:
    return Ask(f"/api/transporters/{(await stage.driver(verified=False)).transporter_id}/verify/")


def _of_a_device(method: str, body: Any) -> None:
    @asks(f"{method} /api/transporters/me/devices/{{device_id}}")
    async def _asked(stage: Stage) -> Ask:
        driver = await stage.driver()
        made = ok(await driver.post(DEVICES, {"name": "Phone"}), 201)
        return Ask(f"{DEVICES}{made['id']}/", body, {"transporter": driver})


_of_a_device("PATCH", {"name": "Other"})
_of_a_device("DELETE", None)


DOCUMENTS = "/api/transporters/me/documents/"


def _document() -> dict[str, Any]:
    return {"kind": "licence", "number": "12", "expires_on": "2999-01-01", "image": picture()}


BODIES["POST /api/transporters/me/documents"] = _document()


def _of_a_document(method: str, act: str, body: Any = None) -> None:
    @asks(f"{method} /api/transporters/documents/{{document_id}}{act}")
    async def _asked(stage: Stage) -> Ask:
        made = ok(await (await stage.driver()).post(DOCUMENTS, _document()), 201)
        return Ask(f"/api/transporters/documents/{made['id']}{act}/", body)


_of_a_document("GET", "")
_of_a_document("POST", "/approve")
_of_a_document("POST", "/reject", {"reason": "Nothing can be read."})


@asks("DELETE /api/transporters/me/documents/{document_id}")
async def _take_back(stage: Stage) -> Ask:
    driver = await stage.driver()
    made = ok(await driver.post(DOCUMENTS, _document()), 201)
    return Ask(f"{DOCUMENTS}{made['id']}/", None, {"transporter": driver})


@asks("GET /api/document-pictures/{picture}")
async def _document_picture(stage: Stage) -> Ask:
    made = ok(await (await stage.driver()).post(DOCUMENTS, _document()), 201)
    return Ask(made["picture"]["url"].removeprefix(stage.world.server.settings.public_url))


def _of_an_upload(method: str, more: dict[str, Any] | None = None) -> None:
    @asks(f"{method} /api/uploads/{{upload_id}}")
    async def _asked(stage: Stage) -> Ask:
        driver = await stage.driver()
        made = ok(await driver.post("/api/uploads/", {"length": 3}), 201)
        return Ask(f"/api/uploads/{made['id']}/", None, {"transporter": driver}, dict(more or {}))


BODIES["POST /api/uploads"] = {"length": 3}
_of_an_upload("GET")
_of_an_upload("DELETE")
_of_an_upload("PATCH", {"params": {"offset": 0}, "content": b"abc"})


async def _token(stage: Stage) -> str:
    made = ok(await (await stage.driver()).post(DEVICES, {"name": "Phone"}), 201)
    return str(made["token"])


def _of_a_phone(method: str) -> None:
    @asks(f"{method} /api/phones/osmand")
    async def _asked(stage: Stage) -> Ask:
        said = {"id": await _token(stage), "timestamp": 1_700_000_000, "lat": THAMEL[0], "lon": THAMEL[1]}
        return Ask("/api/phones/osmand/", more={"params": said})


_of_a_phone("GET")
_of_a_phone("POST")


@asks("POST /api/phones/owntracks")
async def _owntracks(stage: Stage) -> Ask:
    said = {"_type": "location", "tst": 1_700_000_000, "lat": THAMEL[0], "lon": THAMEL[1]}
    more = {"content": json.dumps(said).encode(), "auth": ("anyone", await _token(stage))}
    return Ask("/api/phones/owntracks/", more=more)


def _of_a_webhook(method: str, act: str, body: Any = None) -> None:
    @asks(f"{method} /api/webhooks/{{webhook_id}}{act}")
    async def _asked(stage: Stage) -> Ask:
        url = f"https://example.com/{uuid4().hex}"
        made = ok(await stage.admin.post("/api/webhooks/", {"url": url}), 201)
        return Ask(f"/api/webhooks/{made['id']}{act}/", body)


_of_a_webhook("PATCH", "", {"description": "Of the warehouse"})
_of_a_webhook("DELETE", "")
_of_a_webhook("POST", "/rotate-secret")
_of_a_webhook("POST", "/replay", {"since": "2026-01-01T00:00:00Z"})
