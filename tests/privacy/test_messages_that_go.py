"""What was told is in the copy, and goes with the account, of whom it was told of."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import or_, select

from dispatch.bikram_sambat import nepal_date
from dispatch.deliveries.messages import tell_buyers
from dispatch.notifications.models import OutboxMessage
from dispatch.transporters.documents.reminders import remind_of_documents
from tests.privacy.traces import AUTH, bought_by, tables_with
from tests.support.waiting import until
from tests.support.world import PASSWORD, Person, World, delivery_body, ok


async def test_what_was_written_of_a_buyers_parcels_goes_with_the_account_and_nothing_is_written_while_it_goes(
    world: World,
) -> None:
    bought, driver, phone = await world.bought(), await world.driver(), "9876500321"
    delivery = await world.delivery(bought, delivery_contact_phone=phone)
    for step, body in (("accept", {}), ("pickup", {}), ("attempts", {"reason": "nobody_there"}), ("deliver", {})):
        reply = await driver.post(f"/api/deliveries/{delivery['id']}/{step}/", body)
        assert reply.is_success, reply.text

    async def told() -> bool:
        return "outbox_messages" in await tables_with(world, phone)

    await until(told)
    database = world.server.services.database
    active = "UPDATE users SET is_active = $2 WHERE id = $1"
    async with database.connection() as looking:
        about = "FROM events WHERE subject = $1 AND sequence IS NOT NULL"
        subject = f"delivery:{delivery['id']}"
        first, last = await looking.fetchrow(f"SELECT min(sequence), max(sequence) {about}", subject)
        await looking.execute("DELETE FROM outbox_messages WHERE recipient LIKE '%' || $1", phone)

    async def tell() -> None:
        async with database.transaction() as telling:
            await tell_buyers(telling, first, last, datetime.now(UTC))

    async def waits() -> bool:
        async with database.connection() as looking:
            query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%buyers AS%'"
            return bool(await looking.fetchval(query))

    async with database.transaction() as deleting:
        await deleting.execute(active, bought.customer.user_id, False)
        writing = asyncio.create_task(tell())
        await until(waits, "who tells waits for who deletes")
    await writing
    assert not await told()
    async with database.connection() as looking:
        await looking.execute(active, bought.customer.user_id, True)
    await tell()
    assert await told(), "who stays is told"
    ok(await bought.customer.post(f"{AUTH}/delete/", {"password": PASSWORD}))
    assert not await told()


async def test_what_was_told_of_payments_refunds_and_codes_goes_with_the_account_whatever_phone_and_mail_they_named(
    world: World,
) -> None:
    customer, driver, admin = await world.person(), await world.driver(), await world.admin()
    phone, mail = "9876500654", f"{uuid4().hex[:12]}@example.com"
    bought = await bought_by(world, customer, deliver=False, phone=phone, mail=mail)
    wanted = delivery_body(bought["sale"]) | {"proof": {"drop_off": ["code"]}, "delivery_contact_phone": phone}
    made = ok(await bought["seller"].post("/api/deliveries/create/", wanted), 201)
    for step in ("accept", "pickup"):
        ok(await driver.post(f"/api/deliveries/{made['id']}/{step}/"))
    ok(await admin.post(f"/api/deliveries/{made['id']}/loss/", {"ending": "lost", "reason": "Fell into the river"}))
    of_each = {"payment", "order_confirmation", "receipt", "order_status", "delivery_code", "parcel", "refund"}

    async def all_is_told() -> bool:
        async with world.server.services.database.work() as work:
            named = or_(OutboxMessage.recipient.contains(phone), OutboxMessage.recipient == mail)
            return set(await work.session.scalars(select(OutboxMessage.template).where(named))) == of_each

    await until(all_is_told)
    ok(await customer.post(f"{AUTH}/delete/", {"password": PASSWORD}))
    assert await tables_with(world, phone, mail) == set()


async def test_reminders_of_a_transporters_papers_go_with_the_account(world: World) -> None:
    phone, services = "9876500987", world.server.services
    last = nepal_date(services.clock.now()) + timedelta(days=1)
    papers = [{"kind": "licence", "number": "1", "expires_on": last.isoformat()}]
    driver = await world.driver(documents=papers, phone=phone)

    async def told() -> bool:
        await remind_of_documents(services.database, services.clock)  # passes by whom somebody holds just now
        return "outbox_messages" in await tables_with(world, phone)

    await until(told)
    ok(await driver.post(f"{AUTH}/delete/", {"password": PASSWORD}))
    assert await tables_with(world, phone) == set()


async def test_a_copy_has_what_was_told_of_ones_own_orders_and_nothing_of_others_who_gave_the_same_phone_or_address(
    world: World,
) -> None:
    customer, phone, mail = await world.person(), "9876500456", f"{uuid4().hex[:12]}@example.com"
    bought = await bought_by(world, customer, phone=phone, mail=mail)
    number = ok(await customer.get(f"/api/v1/marketplace/orders/{bought['order']}/"))["order_number"]

    async def told(person: Person) -> list[dict[str, Any]]:
        copy = ok(await person.post(f"{AUTH}/export/", {"password": PASSWORD}))
        return list(copy["data"]["messages"]["rows"])

    of_each = {"order_confirmation", "receipt", "payment", "order_status", "parcel"}

    async def is_told() -> bool:
        async with world.server.services.database.work() as work:
            named = or_(OutboxMessage.recipient.contains(phone), OutboxMessage.recipient.in_((mail, customer.email)))
            return set(await work.session.scalars(select(OutboxMessage.template).where(named))) >= of_each

    await until(is_told)
    assert {one["template"] for one in await told(customer)} >= of_each
    body = {"email": mail, "password": PASSWORD, "name": "Some Body", "phone": phone}
    made = ok(await world.http.post(f"{AUTH}/register/", json=body), 201)
    other = Person(world.http, made["id"], mail, made["access"], made["refresh"])
    rows = await told(other)
    assert number not in str(rows)
    assert {one["template"] for one in rows} <= {"verify_email"}
