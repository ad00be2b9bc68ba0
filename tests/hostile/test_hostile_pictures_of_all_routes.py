"""Whatever route takes a picture: one made to do harm is a 400 that names its field, and nothing is done."""

import base64
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.support.hostile_pictures import HOSTILE
from tests.support.world import Person, World, ok

Target = tuple[Person, str, dict[str, Any]]
JSON = "application/json"


async def _carried(world: World, *steps: str) -> tuple[Person, str]:
    driver, delivery = await world.driver(), await world.delivery()
    path = f"/api/deliveries/{delivery['id']}"
    for step in steps:
        ok(await driver.post(f"{path}/{step}/"))
    return driver, path


async def _pickup(world: World) -> Target:
    driver, path = await _carried(world, "accept")
    return driver, f"{path}/pickup/", {}


async def _deliver(world: World) -> Target:
    driver, path = await _carried(world, "accept", "pickup")
    return driver, f"{path}/deliver/", {}


async def _attempt(world: World) -> Target:
    driver, path = await _carried(world, "accept", "pickup")
    return driver, f"{path}/attempts/", {"reason": "nobody_there"}


async def _product(world: World) -> Target:
    seller = await world.person("seller")
    return seller, f"/api/v1/marketplace/products/{await world.product(seller)}/images/", {}


async def _document(world: World) -> Target:
    body = {"kind": "licence", "number": "12", "expires_on": "2999-01-01"}
    return await world.driver(), "/api/transporters/me/documents/", body


ROUTES: dict[str, Callable[[World], Awaitable[Target]]] = {
    "/api/deliveries/{delivery_id}/attempts": _attempt,
    "/api/deliveries/{delivery_id}/deliver": _deliver,
    "/api/deliveries/{delivery_id}/pickup": _pickup,
    "/api/transporters/me/documents": _document,
    "/api/v1/marketplace/products/{product_id}/images": _product,
}


async def _fields(world: World) -> dict[str, list[str]]:
    """Path → those of its body that are pictures, as the description has them."""
    described = (await world.http.get("/schema/openapi.json")).json()
    found: dict[str, list[str]] = {}
    for path, methods in described["paths"].items():
        for operation in methods.values():
            schema = operation.get("requestBody", {}).get("content", {}).get(JSON, {}).get("schema", {})
            for name in re.findall(r"#/components/schemas/(\w+)", json.dumps(schema)):
                fields = described["components"]["schemas"][name].get("properties", {})
                pictures = [field for field, one in fields.items() if '"picture"' in json.dumps(one)]
                if pictures:
                    found[path] = pictures
    return found


async def test_every_route_that_takes_a_picture_is_asked_below(world: World) -> None:
    assert (await _fields(world)).keys() == ROUTES.keys()


@pytest.mark.parametrize("path", ROUTES)
async def test_a_hostile_picture_is_named_wherever_it_is_sent(world: World, path: str) -> None:
    who, written, body = await ROUTES[path](world)
    for field in (await _fields(world))[path]:
        for kind, make in HOSTILE.items():
            refused = await who.post(written, body | {field: base64.b64encode(make()).decode()})
            told = (refused.status_code, list(refused.json().get("errors", {})))
            assert told == (400, [field]), f"{field} as {kind}: {refused.text}"
