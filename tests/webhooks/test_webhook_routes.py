"""Webhooks and events over HTTP: what admins and machines do with them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.waiting import until
from tests.support.webhook_receiver import Behaviour, Receiver, receiving
from tests.support.world import Person, World, ok

PATH = "/api/webhooks/"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as listening:
        yield listening


async def _events_of(admin: Person, subject: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = ok(await admin.get("/api/events/", subject=subject))["results"]
    return events


async def test_what_happens_reaches_a_webhook_signed_and_is_the_same_as_over_the_api(
    world: World, receiver: Receiver
) -> None:
    admin = await world.admin()
    made = ok(await admin.post(PATH, {"url": receiver.url, "types": ["delivery.*"]}), 201)
    delivery = await world.delivery()
    subject = f"delivery:{delivery['id']}"
    (sent,) = await until(lambda: [one for one in receiver.received if one.event["subject"] == subject])
    sent.check_signature(made["secret"])
    assert sent.event == (await _events_of(admin, subject))[0]
    assert sent.event["type"] == "delivery.created"
    assert sent.headers["webhook-id"] == sent.event["id"]

    async def written_down() -> bool:  # a moment after the receiver has it
        messages = ok(await admin.get(f"{PATH}{made['id']}/messages/", status="delivered"))["results"]
        return sent.event["id"] in [message["event_id"] for message in messages]

    await until(written_down)
    replayed = ok(await admin.post(f"{PATH}{made['id']}/replay/", {"event_ids": [sent.event["id"]]}))
    assert replayed == {"replayed": 1, "next_after": None}
    await until(lambda: [one.event["id"] for one in receiver.received].count(sent.event["id"]) == 2)
    ok(await admin.delete(f"{PATH}{made['id']}/"), 204)
    assert (await admin.get(f"{PATH}{made['id']}/")).status_code == 404


async def test_secrets_are_shown_when_they_are_made_and_never_again(world: World, receiver: Receiver) -> None:
    admin = await world.admin()
    made = ok(await admin.post(PATH, {"url": receiver.url, "types": ["order.refunded"]}), 201)
    renewed = ok(await admin.post(f"{PATH}{made['id']}/rotate-secret/"))
    assert made["secret"] != renewed["secret"]
    assert renewed["old_secret_until"] is not None
    told = (await admin.get(f"{PATH}{made['id']}/")).text + (await admin.get(PATH)).text
    assert made["secret"] not in told
    assert renewed["secret"] not in told
    ok(await admin.delete(f"{PATH}{made['id']}/"), 204)


async def test_a_paused_one_gets_nothing_until_it_is_enabled_and_then_what_a_replay_brings(
    world: World, receiver: Receiver
) -> None:
    admin = await world.admin()
    made = ok(await admin.post(PATH, {"url": receiver.url, "types": ["transporter.off_duty"]}), 201)
    assert ok(await admin.patch(f"{PATH}{made['id']}/", {"is_enabled": False}))["state"] == "paused"
    driver = await world.driver()
    ok(await driver.patch("/api/transporters/me/", {"is_available": False}))
    subject = f"transporter:{driver.transporter_id}"
    event = (await until(lambda: _events_of(admin, subject)))[0]
    assert ok(await admin.get(f"{PATH}{made['id']}/messages/"))["results"] == []
    assert ok(await admin.patch(f"{PATH}{made['id']}/", {"is_enabled": True}))["state"] == "enabled"
    ok(await admin.post(f"{PATH}{made['id']}/replay/", {"after": event["sequence"] - 1}))
    await until(lambda: event in receiver.taken())
    ok(await admin.delete(f"{PATH}{made['id']}/"), 204)


async def test_what_cannot_be_a_webhook_is_named(world: World) -> None:
    admin = await world.admin()
    for body, field, told in (
        ({"url": "ftp://x.example"}, "url", ""),
        ({"url": "https://me:secret@x.example/"}, "url", "user name"),
        (
            {"url": "https://x.example/", "types": ["delivery.vanished", "order.*"]},
            "types",
            "no such: delivery.vanished",
        ),
        ({"url": "https://x.example/", "types": []}, "types", ""),
        ({"url": "https://x.example/", "event": "all"}, "event", ""),
    ):
        refused = await admin.post(PATH, body)
        assert refused.status_code == 400, refused.text
        named = refused.json()
        assert told in named["errors"][field], named
    refused = await admin.get("/api/events/", types="order.paid,nothing.*")
    assert "no such: nothing.*" in refused.json()["errors"]["types"]


async def test_polling_by_pages_gives_every_event_once_and_in_order(world: World) -> None:
    admin = await world.admin()
    made = [await world.delivery() for _ in range(3)]
    subjects = {f"delivery:{one['id']}" for one in made}
    last = await until(lambda: _events_of(admin, f"delivery:{made[-1]['id']}"))
    seen, after = [], 0
    while True:
        page = ok(await admin.get("/api/events/", after=after, limit=7, types="delivery.created"))
        seen += page["results"]
        after = page["next_after"]
        if not page["has_more"]:
            break
    sequences = [event["sequence"] for event in seen]
    assert sequences == sorted(set(sequences))
    assert subjects <= {event["subject"] for event in seen}
    assert after >= last[0]["sequence"]


async def test_one_that_is_gone_says_so(world: World, receiver: Receiver) -> None:
    admin = await world.admin()
    receiver.behave = lambda _: Behaviour.GONE
    made = ok(await admin.post(PATH, {"url": receiver.url, "types": ["transporter.on_duty"]}), 201)
    driver = await world.driver()
    for available in (False, True):
        ok(await driver.patch("/api/transporters/me/", {"is_available": available}))

    async def gone() -> bool:
        return bool(ok(await admin.get(f"{PATH}{made['id']}/"))["state"] == "gone")

    await until(gone)
    ok(await admin.delete(f"{PATH}{made['id']}/"), 204)
