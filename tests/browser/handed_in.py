"""Documents of transporters that somebody has handed in, as tests of pages find them."""

from typing import Any

from tests.support.lists import all_pages
from tests.support.pictures import picture
from tests.support.world import Driver, Person, ok

MINE = "/api/transporters/me/documents/"


async def handed_in(driver: Driver, kind: str = "licence", **more: Any) -> dict[str, Any]:
    """One of them, and what the API answered."""
    body = {"kind": kind, "number": "01-1", "expires_on": "2999-01-01", "image": picture("JPEG", (60, 40))} | more
    made: dict[str, Any] = ok(await driver.post(MINE, body), 201)
    return made


async def only_waiting(admin: Person) -> None:
    """Nothing of what other tests left waits any more."""
    for one in await all_pages(admin, "/api/transporters/documents/"):
        ok(await admin.post(f"/api/transporters/documents/{one['id']}/reject/", {"reason": "Of another test."}))
