"""Mails about a parcel: when it leaves, comes near, is not taken, has arrived; once each, in a language, or none."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from dispatch.events.models import Event
from tests.support.mailbox import mail_to, mails_to
from tests.support.waiting import until
from tests.support.world import Bought, Driver, World, ok

ME = "/api/v1/auth/me/"
LEFT, ARRIVED = "Your parcel has left", "Your parcel has arrived"


async def _carry(world: World, bought: Bought) -> tuple[dict[str, Any], Driver]:
    delivery, driver = await world.delivery(bought), await world.driver()
    for step in ("accept", "pickup", "deliver"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/", {}))
    return delivery, driver


def _all_told(world: World, delivery: dict[str, Any]) -> Callable[[], Any]:
    """Whether all events of the parcel were told: then no message of it is still to be written."""

    async def told() -> bool:
        query = "SELECT bool_and(sequence IS NOT NULL) FROM events WHERE subject = :subject"
        async with world.server.services.database.work() as work:
            subject = {"subject": f"delivery:{delivery['id']}"}
            return bool(await work.session.scalar(text(query), subject))

    return told


async def test_a_buyer_is_written_to_when_a_parcel_leaves_and_arrives_with_a_link_to_follow_it(world: World) -> None:
    bought = await world.bought()
    delivery, driver = await _carry(world, bought)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/deliver/", {}))  # said again
    for subject in (LEFT, ARRIVED):
        mail = await mail_to(world, bought.customer.email, subject)
        for kind in ("plain", "html"):
            body = mail.get_body((kind,))
            assert body is not None
            assert f"{world.server.settings.public_url}/t/{delivery['tracking_number']}" in body.get_content()
        assert len(mails_to(world, bought.customer.email, subject)) == 1


async def test_a_buyer_who_reads_nepali_is_written_to_in_nepali(world: World) -> None:
    bought = await world.bought()
    assert ok(await bought.customer.get(ME))["language"] == "en"
    assert ok(await bought.customer.patch(ME, {"language": "ne"}))["language"] == "ne"
    await _carry(world, bought)
    mail = await mail_to(world, bought.customer.email, "तपाईंको पार्सल पुग्यो")
    body = mail.get_body(("plain",))
    assert body is not None
    assert "पार्सल बुझाइयो" in body.get_content()
    assert mails_to(world, bought.customer.email, ARRIVED) == []


async def test_whoever_wants_no_messages_about_parcels_is_sent_none(world: World) -> None:
    bought = await world.bought()
    chosen = ok(await bought.customer.patch(ME, {"parcel_messages": False}))
    assert (chosen["parcel_messages"], chosen["language"]) == (False, "en")
    delivery, _ = await _carry(world, bought)
    await until(_all_told(world, delivery))
    async with world.server.services.database.work() as work:
        query = "SELECT count(*) FROM outbox_messages WHERE template = 'parcel' AND recipient = :email"
        assert await work.session.scalar(text(query), {"email": bought.customer.email}) == 0


async def test_that_it_comes_near_and_could_not_be_handed_over_is_told_once_by_mail_and_sms(
    world: World,
) -> None:
    bought = await world.bought()
    delivery = await world.delivery(bought, delivery_contact_phone="+977-9801020304")
    happened = [("delivery.arrived", "pickup"), ("delivery.arriving", None), *[("delivery.arrived", "dropoff")] * 2]
    happened += [("delivery.attempted", None)] * 2
    async with world.server.services.database.work() as work:
        for kind, place in happened:
            data = {"delivery_id": delivery["id"], "place": place, "number": 1}
            work.session.add(Event(type=kind, subject=f"delivery:{delivery['id']}", at=datetime.now(UTC), data=data))
    await until(_all_told(world, delivery))
    async with world.server.services.database.work() as work:
        query = "SELECT channel, recipient FROM outbox_messages WHERE key LIKE :key ORDER BY channel"
        rows = (await work.session.execute(text(query), {"key": f"parcel-%:{delivery['id']}:%"})).all()
    mail, sms = ("mail", bought.customer.email), ("sms", "+977-9801020304")
    assert [tuple(row) for row in rows] == [mail, mail, sms, sms]
    assert await mail_to(world, bought.customer.email, "Your parcel could not be handed over")


@pytest.mark.parametrize(
    ("body", "field"),
    [({"language": "fr"}, "language"), ({"parcel_messages": "no"}, "parcel_messages"), ({"email": "a@b.c"}, "email")],
)
async def test_a_choice_that_does_not_fit_is_named(world: World, body: dict[str, Any], field: str) -> None:
    refused = await (await world.person()).patch(ME, body)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])


async def test_that_what_goes_back_was_lost_is_told_to_its_buyer_and_not_to_whom_it_goes_back(world: World) -> None:
    bought, driver, admin = await world.bought(), await world.driver(), await world.admin()
    delivery = await world.delivery(bought, delivery_contact_phone="+977-9801020305")
    for step in ("accept", "pickup"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/", {}))
    back = ok(await admin.post(f"/api/deliveries/{delivery['id']}/return/", {"reason": "Nobody wants it"}))["delivery"]
    ok(await admin.post(f"/api/deliveries/{back['id']}/loss/", {"ending": "lost", "reason": "Fell into the river"}))
    await until(_all_told(world, back))
    query = "SELECT channel, recipient FROM outbox_messages WHERE content->>'tracking_number' = :number ORDER BY 1"
    async with world.server.services.database.work() as work:
        rows = await work.session.execute(text(query), {"number": back["tracking_number"]})
    assert [tuple(row) for row in rows] == [("mail", bought.customer.email), ("sms", "+977-9801020305")]
