"""The log of who did what, and who may read it."""

from uuid import uuid4

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError

from dispatch.audit.models import ActorKind, AuditEvent
from dispatch.audit.service import OPERATOR, Actor, record, record_counted
from tests.support.world import World, ok

AUDIT = "/api/v1/audit/"


async def test_an_event_stands_if_and_only_if_what_was_done_stands(world: World) -> None:
    admin, mark = await world.admin(), uuid4().hex[:12]
    async with world.server.services.database.work() as work:
        await record(work.session, OPERATOR, "thing.undone", "thing", mark)
        await work.rollback()
    async with world.server.services.database.work() as work:
        await record(work.session, OPERATOR, "thing.done", "thing", mark, {"why": "because"})
    page = ok(await admin.get(AUDIT, subject_kind="thing", subject_id=mark))
    (event,) = page["results"]
    assert (event["action"], event["actor_kind"], event["actor_id"]) == ("thing.done", "operator", None)
    assert (event["detail"], event["occurrences"]) == ({"why": "because"}, 1)


async def test_events_are_found_by_actor_subject_action_and_time(world: World) -> None:
    admin, other, mark = await world.admin(), await world.admin(), uuid4().hex[:12]
    async with world.server.services.database.work() as work:
        for person, action in ((admin, "thing.opened"), (other, "thing.closed")):
            actor = Actor(ActorKind.USER, person.user_id, "192.0.2.1", "some-request")
            await record(work.session, actor, action, "thing", mark)

    async def found(**wanted: object) -> list[str]:
        page = ok(await admin.get(AUDIT, subject_id=mark, **wanted))
        actions = [event["action"] for event in page["results"]]
        assert page["count"] == len(actions) or "page_size" in wanted
        return actions

    assert await found() == ["thing.closed", "thing.opened"]
    assert await found(without="thing.op") == ["thing.closed"]
    assert await found(without="thing.op", action="thing.opened") == []
    assert await found(without="thing.") == []
    assert await found(without="other.") == ["thing.closed", "thing.opened"]
    assert await found(actor_id=other.user_id) == ["thing.closed"]
    assert await found(action="thing.opened") == ["thing.opened"]
    assert await found(action="thing.") == ["thing.closed", "thing.opened"]
    assert await found(action="thing") == []
    assert await found(actor_kind="operator") == []
    assert await found(date_to="2020-01-01") == []
    assert await found(date_from="2020-01-01", page_size=1) == ["thing.closed"]


async def test_no_event_is_changed_or_deleted_before_its_time(world: World) -> None:
    mark, database = uuid4().hex[:12], world.server.services.database
    async with database.work() as work:
        await record(work.session, OPERATOR, "thing.done", "thing", mark)
    mine = AuditEvent.subject_id == mark
    changed, deleted = update(AuditEvent).where(mine).values(action="nothing"), delete(AuditEvent).where(mine)
    for statement in (changed, deleted, text("TRUNCATE audit_events")):
        with pytest.raises(DBAPIError, match="not changed and not deleted"):
            async with database.work() as work:
                await work.session.execute(statement)


async def test_what_strangers_do_again_and_again_is_one_row_that_counts(world: World) -> None:
    admin, mark, services = await world.admin(), uuid4().hex[:12], world.server.services
    now = services.clock.now()
    stranger = Actor(ActorKind.STRANGER, None, "192.0.2.7")
    for _ in range(5):
        async with services.database.work() as work:
            await record_counted(work.session, stranger, "thing.tried", "thing", mark, now=now)
    (event,) = ok(await admin.get(AUDIT, subject_id=mark))["results"]
    assert (event["occurrences"], event["address"]) == (5, "192.0.2.7")


async def test_an_event_names_who_acted_and_what_it_was_done_to(world: World) -> None:
    admin, person, mark = await world.admin(), await world.person("customer", name="Sita Rai"), uuid4().hex[:12]
    delivery, driver = await world.delivery(), await world.driver()
    subjects = [
        ("user", str(person.user_id)),
        ("delivery", str(delivery["id"])),
        ("delivery", str(delivery["delivery_id"])),
        ("user", "9" * 40),
        ("user", "\u0967"),
        ("run", "1"),
    ]
    async with world.server.services.database.work() as work:
        for kind, number in subjects:
            await record(work.session, Actor(ActorKind.USER, admin.user_id), f"{mark}.done", kind, number)
        told = {"transporter_id": driver.transporter_id}
        await record(work.session, OPERATOR, f"{mark}.done", "delivery", delivery["id"], told)
        await record(work.session, Actor(ActorKind.USER, 2**60), f"{mark}.done", "user", 2**60)
    gone, by_operator, *others = ok(await admin.get(AUDIT, action=f"{mark}."))["results"]
    assert {event["actor_name"] for event in others} == {"Admin"}
    names = {(event["subject_kind"], event["subject_id"]): event["subject_name"] for event in others}
    assert names == {
        subjects[0]: "Sita Rai",
        subjects[1]: delivery["tracking_number"],
        **dict.fromkeys(subjects[2:]),
    }
    assert (by_operator["actor_name"], by_operator["subject_name"]) == (None, delivery["tracking_number"])
    assert by_operator["transporter_name"] == ok(await driver.get("/api/v1/auth/me/"))["name"]
    assert (gone["actor_name"], gone["subject_name"], gone["transporter_name"]) == (None, None, None)
