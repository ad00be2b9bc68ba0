"""Transporters' documents: handed in as pictures, looked at by admins, reminded of, and let go of."""

import asyncio
import base64
import hashlib
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from api.adapters.photos import FolderPhotoStore
from dispatch.bikram_sambat import nepal_date
from dispatch.notifications.templates import Templates
from dispatch.transporters.documents.deciding import DocumentDecisions
from dispatch.transporters.documents.reminders import remind_of_documents
from dispatch.transporters.documents.retention import DocumentRetention, UnconfirmedDocuments
from tests.support.checkout import ShiftedClock
from tests.support.mailbox import mail_to
from tests.support.pictures import picture, picture_bytes
from tests.support.waiting import until
from tests.support.world import Driver, Person, World, ok, together

MINE = "/api/transporters/me/documents/"
QUEUE = "/api/transporters/documents/"
PICTURE = picture("JPEG", (60, 40))


def day(ahead: int) -> str:
    return (nepal_date(datetime.now(UTC)) + timedelta(days=ahead)).isoformat()


def document(kind: str = "licence", *, number: str = "01-06-1234", ends: int | None = 400) -> dict[str, Any]:
    return {"kind": kind, "number": number, "expires_on": None if ends is None else day(ends), "image": PICTURE}


async def hand_in(driver: Driver, kind: str = "licence", **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = ok(await driver.post(MINE, document(kind, **more)), 201)
    return made


async def approved(admin: Person, driver: Driver, kind: str = "licence", **more: Any) -> dict[str, Any]:
    made = await hand_in(driver, kind, **more)
    ok(await admin.post(f"{QUEUE}{made['id']}/approve/"))
    return made


async def states(driver: Driver) -> dict[str, str]:
    return {one["kind"]: one["state"] for one in ok(await driver.get(MINE))["documents"]}


async def events_of(world: World, driver: Driver, action: str = "document.") -> list[dict[str, Any]]:
    found = ok(await (await world.admin()).get("/api/v1/audit/", action=action, page_size=100))["results"]
    return [one for one in found if one["detail"].get("transporter") == driver.transporter_id]


@pytest.fixture(scope="module")
async def admin(world: World) -> Person:
    return await world.admin()


async def test_a_document_is_handed_in_looked_at_and_approved_and_each_act_of_an_admin_is_kept(
    world: World, admin: Person, http: httpx.AsyncClient
) -> None:
    driver = await world.driver()
    made = await hand_in(driver)
    assert (made["state"], made["kind"], made["expires_on"]) == ("waiting", "licence", day(400))
    row = next(
        one
        for one in ok(await admin.get(QUEUE, transporter_id=driver.transporter_id))["results"]
        if one["id"] == made["id"]
    )
    assert "picture" not in row
    beside = ok(await admin.get(f"{QUEUE}{made['id']}/"))
    assert beside["document"] == row
    shown = await http.get(beside["picture"]["url"])
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/webp")
    assert shown.headers["cache-control"] == "no-store"
    assert hashlib.sha256(shown.content).hexdigest() == beside["picture"]["sha256"]
    assert beside["stands"] is None
    decided = ok(await admin.post(f"{QUEUE}{made['id']}/approve/", {"version": beside["version"]}))
    assert (decided["is_verified"], decided["papers_version"]) == (True, beside["version"] + 1)
    profile = ok(await driver.get("/api/transporters/me/"))
    assert profile["is_verified"]
    assert [(one["kind"], one["number"], one["verified"]) for one in profile["documents"]] == [
        ("licence", "01-06-1234", True)
    ]
    assert [one["action"] for one in await events_of(world, driver)] == ["document.approved", "document.looked_at"]
    told = ok(await admin.get("/api/events/", types="transporter.document_decided", limit=100))
    assert told is not None
    await mail_to(world, driver.email, "Your driving licence was approved")


async def test_a_link_to_a_picture_ends_and_is_good_for_that_picture_alone(
    world: World, http: httpx.AsyncClient
) -> None:
    driver = await world.driver()
    first, second = await hand_in(driver), await hand_in(driver, "insurance")
    url = httpx.URL(first["picture"]["url"])
    until_at = datetime.fromisoformat(first["picture"]["until"])
    most = timedelta(seconds=world.server.settings.document_link_s)
    assert most - timedelta(seconds=60) < until_at - datetime.now(UTC) <= most
    other = url.copy_with(path=httpx.URL(second["picture"]["url"]).path)
    longer = url.copy_merge_params({"until": int(url.params["until"]) + 3600})
    elsewhere = url.copy_with(path=url.path.replace("document-pictures", "proof-pictures"))
    for bad in (other, longer, elsewhere):
        assert (await http.get(bad)).status_code == 404
    assert (await http.get(url)).status_code == 200


async def test_the_document_before_stands_until_the_new_one_is_approved_and_stays_where_that_is_rejected(
    world: World, admin: Person
) -> None:
    driver = await world.driver()
    await approved(admin, driver, ends=20)
    assert await states(driver) == {"licence": "ends_soon"}
    renewed = await hand_in(driver, number="new-1")
    assert ok(await driver.get("/api/transporters/me/"))["is_verified"]
    refused = ok(await admin.post(f"{QUEUE}{renewed['id']}/reject/", {"reason": "The number cannot be read."}))
    assert (refused["document"]["state"], refused["is_verified"]) == ("rejected", True)
    room = ok(await driver.get(MINE))
    assert room["handed_in"][0]["reason"] == "The number cannot be read."
    assert [one["number"] for one in room["documents"]] == ["01-06-1234"]
    mail = await mail_to(world, driver.email, "Your driving licence was not accepted")
    assert "The number cannot be read." in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    again = await hand_in(driver, number="new-2")
    ok(await admin.post(f"{QUEUE}{again['id']}/approve/"))
    assert await states(driver) == {"licence": "good"}
    assert [one["number"] for one in ok(await driver.get(MINE))["documents"]] == ["new-2"]


async def test_of_two_admins_who_decide_at_once_one_is_first(world: World) -> None:
    driver, first, second = await world.driver(), await world.admin(), await world.admin()
    made = await hand_in(driver)
    answers = await together(
        [
            first.post(f"{QUEUE}{made['id']}/approve/"),
            second.post(f"{QUEUE}{made['id']}/reject/", {"reason": "No."}),
        ]
    )
    assert sorted(one.status_code for one in answers) == [200, 409]
    [late] = [one.json() for one in answers if one.status_code == 409]
    assert late["code"] == "document_decided"
    assert late["state"] in {"approved", "rejected"}


async def test_an_approval_of_a_profile_that_changed_after_it_was_looked_at_is_refused(
    world: World, admin: Person
) -> None:
    driver = await world.driver()
    made = await hand_in(driver)
    version = ok(await admin.get(f"{QUEUE}{made['id']}/"))["version"]
    ok(await driver.patch("/api/transporters/me/", {"business_name": "Another"}))
    refused = await admin.post(f"{QUEUE}{made['id']}/approve/", {"version": version})
    assert (refused.status_code, refused.json()["code"]) == (409, "papers_changed")
    assert ok(await driver.get(MINE))["handed_in"][0]["state"] == "waiting"


async def test_nobody_decides_on_their_own_document(world: World) -> None:
    both = await world.person("transporter", "admin")
    profile = {"phone": "+977-9841555555", "vehicle_type": "van", "capacity_kg": 50}
    ok(await both.post("/api/transporters/", profile), 201)
    made = ok(await both.post(MINE, document()), 201)
    for act, body in (("approve", None), ("reject", {"reason": "No."})):
        refused = await both.post(f"{QUEUE}{made['id']}/{act}/", body)
        assert (refused.status_code, refused.json()["code"]) == (403, "own_document")


async def test_the_last_required_document_verifies_the_profile_that_was_looked_at(world: World) -> None:
    driver, admin = await world.driver(verified=False), await world.admin()
    clock = world.server.services.clock
    async with world.server.services.database.work() as work:
        deciding = DocumentDecisions(work, clock, required=("licence", "insurance"))
        user = await _user(work, admin.user_id)
        outcomes = []
        for kind in ("licence", "insurance"):
            made = await hand_in(driver, kind)
            version = ok(await driver.get("/api/transporters/me/"))["papers_version"]
            decided = await deciding.approve(user, made["id"], version=version)
            outcomes.append(decided.transporter.papers_in_order(clock.now().date()))
            await work.commit()
    assert outcomes == [False, True]
    assert ok(await driver.get("/api/transporters/me/"))["is_verified"]


async def _user(work: Any, user_id: int) -> Any:
    from dispatch.accounts.models import User  # noqa: PLC0415

    return await work.session.get(User, user_id)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"expires_on": None}, "expires_on"),
        ({"expires_on": "2020-01-01"}, "expires_on"),
        ({"kind": "passport"}, "kind"),
        ({"number": ""}, "number"),
        ({"image": base64.b64encode(b"%PDF-1.7 and so on").decode()}, "image"),
        ({"image": base64.b64encode(picture_bytes("GIF")).decode()}, "image"),
        ({"image": base64.b64encode(picture_bytes()[:40]).decode()}, "image"),
    ],
)
async def test_what_is_wrong_with_a_document_is_named_and_nothing_of_it_is_kept(
    world: World, change: dict[str, Any], field: str
) -> None:
    driver = await world.driver()
    refused = await driver.post(MINE, document() | change)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
    assert ok(await driver.get(MINE))["handed_in"] == []
    if change.get("image", "").startswith("JVBER"):
        assert "PDF" in refused.json()["errors"]["image"]


async def test_an_identity_document_may_have_no_last_day(world: World) -> None:
    assert (await hand_in(await world.driver(), "identity", ends=None))["expires_on"] is None


async def test_a_second_one_takes_the_place_of_one_that_waits_and_who_takes_it_back_leaves_nothing(
    world: World, admin: Person
) -> None:
    driver, other = await world.driver(), await world.driver()
    first, second = await hand_in(driver), await hand_in(driver)
    found = {one["id"]: one["state"] for one in ok(await driver.get(MINE))["handed_in"]}
    assert found == {first["id"]: "replaced", second["id"]: "waiting"}
    assert (await other.delete(f"{MINE}{second['id']}/")).status_code == 404
    assert (await driver.delete(f"{MINE}{second['id']}/")).status_code == 204
    assert (await driver.delete(f"{MINE}{second['id']}/")).status_code == 409
    assert (await admin.post(f"{QUEUE}{second['id']}/approve/")).status_code == 409
    store, services = world.server.services.transporters.documents.store, world.server.services
    keys = [httpx.URL(one["picture"]["url"]).path.rpartition("/")[2] for one in (first, second)]
    await DocumentRetention(services.database, services.clock, store, keep_days=90).run()
    assert [await store.read(key) for key in keys] == [None, None]
    assert all(one["picture"] is None for one in ok(await driver.get(MINE))["handed_in"])


async def test_at_most_twenty_documents_a_day_are_taken_also_at_once(world: World) -> None:
    driver = await world.driver()
    answers = await together([driver.post(MINE, document()) for _ in range(22)])
    assert sorted(one.status_code for one in answers) == [201] * 20 + [409] * 2
    waiting = [one for one in ok(await driver.get(MINE))["handed_in"] if one["state"] == "waiting"]
    assert len(waiting) == 1


async def test_another_vehicle_needs_new_documents_of_it_before_anybody_verifies_the_profile(
    world: World, admin: Person
) -> None:
    driver = await world.driver()
    for kind in ("licence", "registration", "insurance"):
        await approved(admin, driver, kind)
    ok(await driver.patch("/api/transporters/me/", {"vehicle_number": "BA-2-PA-9"}))
    assert await states(driver) == {"licence": "good", "registration": "outdated", "insurance": "outdated"}
    verify = f"/api/transporters/{driver.transporter_id}/verify/"
    refused = await admin.post(verify)
    assert (refused.status_code, refused.json()["code"]) == (409, "documents_outdated")
    assert refused.json()["outdated"] == ["insurance", "registration"]
    for kind in ("registration", "insurance"):
        await approved(admin, driver, kind, number="of the new one")
    assert ok(await admin.post(verify))["is_verified"]


async def test_documents_that_come_with_another_vehicle_are_of_it(world: World, admin: Person) -> None:
    papers = [{"kind": "registration", "number": "1"}]
    driver = await world.driver(documents=papers)
    change = {"vehicle_type": "van", "documents": [{"kind": "registration", "number": "2"}]}
    ok(await driver.patch("/api/transporters/me/", change))
    assert ok(await admin.post(f"/api/transporters/{driver.transporter_id}/verify/"))["is_verified"]


@pytest.mark.parametrize(("ends", "words"), [(30, "30 days"), (7, "7 days"), (1, "tomorrow"), (0, "today")])
async def test_a_document_that_ends_is_reminded_of_once_however_often_and_by_how_many_it_is_looked_at(
    world: World, admin: Person, ends: int, words: str
) -> None:
    driver = await world.driver()
    await approved(admin, driver, ends=ends)
    services = world.server.services
    for _ in range(2):
        await asyncio.gather(*(remind_of_documents(services.database, services.clock) for _ in range(4)))
    await _told_in_the_end(world, driver)
    subject = f"Your driving licence ends on {day(ends)}"
    mail = await mail_to(world, driver.email, subject)
    assert words in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert len(await _written(world, driver)) == 1  # however late another one would arrive
    assert await _reminders(world, driver) == [ends]


async def _told_in_the_end(world: World, driver: Driver) -> None:
    """A row that somebody held is looked at in a later round, as the server's own do."""
    services = world.server.services

    async def is_told() -> bool:
        await remind_of_documents(services.database, services.clock)
        return bool(await _reminders(world, driver))

    await until(is_told)


async def _written(world: World, driver: Driver) -> list[dict[str, Any]]:
    """What mails of documents that end are to say."""
    written = text(
        "SELECT content FROM outbox_messages WHERE recipient = :to AND template = 'document_expiring' ORDER BY id"
    )
    async with world.server.services.database.work() as work:
        return list(await work.session.scalars(written, {"to": driver.email}))


async def _reminders(world: World, driver: Driver) -> list[int]:
    query = text("SELECT days_before FROM document_reminders WHERE transporter_id = :id ORDER BY days_before DESC")
    async with world.server.services.database.work() as work:
        return [int(days) for days in await work.session.scalars(query, {"id": driver.transporter_id})]


async def test_days_that_a_server_was_away_are_told_by_the_nearest_of_them_and_each_other_day_once(
    world: World, admin: Person
) -> None:
    driver = await world.driver()
    ok(await driver.patch("/api/v1/auth/me/", {"language": "ne"}))
    await approved(admin, driver, ends=40)
    services = world.server.services
    found = []
    for ahead in (5, 36, 36, 39, 40, 45):
        clock = ShiftedClock(timedelta(days=ahead))
        await until(partial(_quiet_round, services.database, clock, driver))
        found.append(await _reminders(world, driver))
    assert found == [[], [7], [7], [7, 1], [7, 1, 0], [7, 1, 0]]
    contents = await _written(world, driver)
    assert sorted((one["language"], one["days_left"]) for one in contents) == [("ne", 0), ("ne", 1), ("ne", 4)]
    rendered = Templates(None, {"site_url": "x"}).mail("k", "document_expiring", driver.email, contents[0])
    assert rendered.subject == f"तपाईंको सवारी चालक अनुमतिपत्रको म्याद {day(40)} मा सकिन्छ"


async def _quiet_round(database: Any, clock: Any, driver: Driver) -> bool:
    """A round in which nobody holds the driver's row."""
    async with database.work() as work:
        free = text("SELECT id FROM transporters WHERE id = :id FOR UPDATE SKIP LOCKED")
        held = await work.session.scalar(free, {"id": driver.transporter_id}) is None
    if not held:
        await remind_of_documents(database, clock)
    return not held


async def test_a_document_that_is_over_keeps_deliveries_away_and_its_picture_goes_after_the_stated_time(
    world: World, admin: Person
) -> None:
    driver, services = await world.driver(), world.server.services
    made = await approved(admin, driver, ends=3)
    key = httpx.URL(made["picture"]["url"]).path.rpartition("/")[2]
    documents = services.transporters.documents
    query = text("UPDATE transporter_documents SET expires_on = :day WHERE transporter_id = :id")
    async with services.database.work() as work:
        await work.session.execute(query, {"id": driver.transporter_id, "day": datetime.now(UTC) - timedelta(days=1)})
        await work.commit()
    assert await states(driver) == {"licence": "expired"}
    assert ok(await driver.get("/api/transporters/me/"))["is_verified"] is False
    for days, kept in ((93, True), (95, False)):
        clock = ShiftedClock(timedelta(days=days))
        await DocumentRetention(services.database, clock, documents.store, keep_days=90).run()
        assert (await documents.store.read(key) is not None) is kept
    assert ok(await driver.get(MINE))["handed_in"][0]["picture"] is None


async def test_who_stops_being_a_transporter_leaves_no_document_in_the_queue(world: World, admin: Person) -> None:
    driver = await world.driver()
    waiting = await hand_in(driver)
    ok(await admin.post(f"/api/v1/users/{driver.user_id}/close/", {"reason": "Left"}))
    refused = await admin.post(f"{QUEUE}{waiting['id']}/approve/")
    assert (refused.status_code, refused.json()["state"]) == (409, "withdrawn")


async def test_what_a_server_that_stopped_left_of_a_document_is_kept_if_it_was_committed(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    driver, services = await world.driver(), world.server.services
    made = await hand_in(driver)
    key = httpx.URL(made["picture"]["url"]).path.rpartition("/")[2]
    folder = tmp_path_factory.mktemp("documents")
    store = FolderPhotoStore(folder)
    orphan = await store.save("nobodys-document", picture_bytes())
    (folder / "unconfirmed" / key).write_bytes(b"as it was saved")
    sweeper = UnconfirmedDocuments(services.database, services.clock, store)
    await asyncio.gather(sweeper.do_key(orphan), sweeper.do_key(key))
    assert await store.read(orphan) is None
    assert (folder / key).read_bytes() == b"as it was saved"


async def test_a_last_day_and_a_picture_that_are_wrong_are_named_together(world: World) -> None:
    driver = await world.driver()
    no_picture = base64.b64encode(b"no picture").decode()
    for more in ({"ends": None}, {"ends": -2}):
        refused = await driver.post(MINE, document(**more) | {"image": no_picture})
        assert (refused.status_code, set(refused.json()["errors"])) == (400, {"expires_on", "image"})
    refused = await driver.post(MINE, document(ends=None) | {"number": ""})
    assert set(refused.json()["errors"]) == {"number", "expires_on"}
