"""What an operator sees of proofs, of pictures in parts, and of what a person lets wait."""

from prometheus_client.parser import text_string_to_metric_families

from tests.support.pictures import picture, picture_bytes
from tests.support.waiting import until
from tests.support.world import BHAKTAPUR, THAMEL, World, ok

AT_PICKUP = {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1]}
AT_DOOR = {"latitude": THAMEL[0], "longitude": THAMEL[1]}
Samples = dict[str, float]


async def _samples(world: World) -> Samples:
    """By name and the values of all labels."""
    reply = await world.http.get("/metrics")
    assert reply.status_code == 200, reply.text
    return {
        " ".join([one.name, *(one.labels[name] for name in sorted(one.labels))]): one.value
        for family in text_string_to_metric_families(reply.text)
        for one in family.samples
    }


async def test_proofs_are_counted_by_step_and_by_what_became_of_them(world: World) -> None:
    before = await _samples(world)
    driver, delivery = await world.driver(), await world.delivery()
    path = f"/api/deliveries/{delivery['id']}"
    ok(await driver.post(f"{path}/accept/"))
    early = await driver.post(f"{path}/deliver/", AT_DOOR)
    assert early.json()["proof_kept"] is True
    none = await driver.post(f"{path}/pickup/", AT_PICKUP | {"pickup_photo": "bm90IGEgcGljdHVyZQ=="})
    assert none.status_code == 400
    ok(await driver.post(f"{path}/pickup/", AT_PICKUP | {"pickup_photo": picture("JPEG", (80, 60))}))
    wrong = await driver.post(f"{path}/deliver/", AT_DOOR | {"scanned": "TRKANOTHERPARCEL1"})
    assert wrong.status_code == 422
    ok(await driver.post(f"{path}/attempts/", AT_DOOR | {"reason": "closed"}), 201)
    now = await _samples(world)
    more = {name: now[name] - before.get(name, 0) for name in now}
    assert more["dispatch_proofs_total refused_kept deliver"] == 1
    assert more["dispatch_proofs_total refused deliver"] == 1
    assert more["dispatch_proofs_total taken pickup"] == more["dispatch_proofs_total taken attempt"] == 1
    assert more["dispatch_pictures_refused_total"] == 1
    assert more["dispatch_proof_bytes_total photo"] > 50


async def test_pictures_in_parts_are_counted_and_those_that_wait_are_told(world: World) -> None:
    before, driver, content = await _samples(world), await world.driver(), picture_bytes("JPEG", (80, 60))
    uploads = [ok(await driver.post("/api/uploads/", {"length": len(content)}), 201) for _ in range(2)]
    for _ in range(2):  # the second one is there already
        path = f"/api/uploads/{uploads[0]['id']}/"
        ok(await driver.http.patch(path, params={"offset": 0}, content=content, headers=driver.headers))
    assert (await driver.delete(f"/api/uploads/{uploads[1]['id']}/")).status_code == 204
    now = await _samples(world)
    more = {name: now[name] - before.get(name, 0) for name in now}
    assert [more[f"dispatch_uploads_total {outcome}"] for outcome in ("begun", "whole", "dropped")] == [2, 1, 1]
    assert more["dispatch_upload_bytes_total"] == len(content)

    async def one_waits() -> bool:
        return (await _samples(world))["dispatch_uploads_open"] >= 1

    await until(one_waits, "the upload that no step has named is told")


async def test_what_a_person_lets_wait_does_not_count_among_what_waits_for_a_courier(world: World) -> None:
    admin = await world.admin()

    async def told() -> tuple[float, float]:
        found = ok(await admin.get("/api/v1/operations/summary/"))["deliveries"]
        return found["available"], found["on_hold"]

    delivery = await world.delivery()
    ok(await admin.post(f"/api/deliveries/{delivery['id']}/hold/", {"reason": "The customer is away"}))

    async def is_held() -> bool:
        async with world.server.services.database.connection() as driver:
            held = await driver.fetchval(
                "SELECT count(*) FROM deliveries WHERE status = 'available' AND on_hold_since IS NOT NULL"
                " AND (on_hold_until IS NULL OR on_hold_until > now())"
            )
            all_of_them = await driver.fetchval("SELECT count(*) FROM deliveries WHERE status = 'available'")
        assert held >= 1
        return await told() == (all_of_them - held, held)

    await until(is_held, "the figures tell it apart")
