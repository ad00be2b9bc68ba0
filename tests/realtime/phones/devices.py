"""Tokens and the address of phones that speak a protocol of their own."""

from tests.support.world import Driver, ok

OSMAND = "/api/phones/osmand/"
DEVICES = "/api/transporters/me/devices/"


async def token_of(driver: Driver, name: str = "phone") -> str:
    made = ok(await driver.post(DEVICES, {"name": name}), 201)
    return str(made["token"])
