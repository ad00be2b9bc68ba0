"""What a transporter was asked before, and how each offer ended."""

from tests.support.places import at, somewhere
from tests.support.world import World, ok

PATH = "/api/offers/history/"


async def test_a_transporter_sees_how_its_own_offers_ended_and_nothing_of_others(world: World) -> None:
    admin, driver, other, here = await world.admin(), await world.driver(), await world.driver(), somewhere()
    await world.online_at(driver, *here)
    unwanted, wanted, taken_back = await world.deliveries(*[at(here)] * 3)

    async def asked(number: int) -> int:
        ok(await admin.post(f"/api/deliveries/{number}/offers/", {"mode": "one"}), 201)
        [offer] = ok(await driver.get("/api/offers/"))["offers"]
        return int(offer["id"])

    declined = await asked(unwanted["id"])
    ok(await driver.post(f"/api/offers/{declined}/decline/", {"reason": "too_far"}))
    withdrawn = await asked(taken_back["id"])
    ok(await admin.post(f"/api/deliveries/{taken_back['id']}/offers/withdraw/"))
    accepted = await asked(wanted["id"])
    assert ok(await driver.get(PATH))["count"] == 2  # an open one has not ended
    ok(await driver.post(f"/api/offers/{accepted}/accept/"))
    found = ok(await driver.get(PATH))["results"]
    assert [(one["id"], one["status"], one["decline_reason"], one["end_reason"]) for one in found] == [
        (accepted, "accepted", None, None),
        (withdrawn, "withdrawn", None, "search_ended"),
        (declined, "declined", "too_far", None),
    ]
    assert found[0]["tracking_number"] == wanted["tracking_number"]
    assert ok(await other.get(PATH))["count"] == 0
    assert len(ok(await driver.get(PATH, page_size=1))["results"]) == 1
