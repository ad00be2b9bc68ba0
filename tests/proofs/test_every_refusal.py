"""Every refusal of a pickup, a drop-off or an attempt keeps what was sent, or asks for what lacks."""

import ast
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update

import dispatch
from dispatch.bikram_sambat import nepal_date
from dispatch.transporters.models import TransporterDocument
from tests.proofs.strict_shops import stricter
from tests.support.pictures import picture
from tests.support.world import BHAKTAPUR, THAMEL, Bought, Driver, World, ok

ROOT = Path(dispatch.__file__).parent
WEB = ROOT.parent / "web"
BEGIN_AT = ("dispatch.deliveries.handing_over", "dispatch.deliveries.attempts.service")
ROOMS = ("dispatch.deliveries", "dispatch.proofs")
NOT_OF_THESE_STEPS = {
    # of whoever makes a delivery
    "delivery_exists",
    "destination_changed",
    "sale_cancelled",
    "sale_closed",
    "sale_not_found",
    "seller_not_found",
    # of the buyer and of dispatchers
    "code_not_found",
}
AT_PICKUP = {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1], "pickup_photo": picture()}
AT_DOOR = {"latitude": THAMEL[0], "longitude": THAMEL[1], "delivery_photo": picture()}
IN_VAIN = {"latitude": THAMEL[0], "longitude": THAMEL[1], "photo": picture(), "reason": "nobody_there"}
FAR = {"latitude": THAMEL[0] + 0.01}
Provoked = tuple[dict[str, Any], httpx.Response]


async def _taken(world: World, **more: Any) -> tuple[Bought, Driver, dict[str, Any]]:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought, **more)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    return bought, driver, delivery


async def _aboard(world: World, **more: Any) -> tuple[Bought, Driver, dict[str, Any]]:
    bought, driver, delivery = await _taken(world, **more)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/pickup/", AT_PICKUP))
    return bought, driver, delivery


async def _deliver(driver: Driver, delivery: dict[str, Any], **more: Any) -> Provoked:
    body = {name: value for name, value in (AT_DOOR | more).items() if value is not None}
    return delivery, await driver.post(f"/api/deliveries/{delivery['id']}/deliver/", body)


async def _attempt(driver: Driver, delivery: dict[str, Any], **more: Any) -> Provoked:
    return delivery, await driver.post(f"/api/deliveries/{delivery['id']}/attempts/", IN_VAIN | more)


async def _wrong_code(bought: Bought, delivery: dict[str, Any]) -> str:
    digits = ok(await bought.customer.get(f"/api/deliveries/{delivery['id']}/code/"))["digits"]
    return f"{(int(digits) + 1) % 10000:04}"


async def wrong_status(world: World) -> Provoked:
    _, driver, delivery = await _taken(world)
    return await _deliver(driver, delivery)


async def no_longer_yours(world: World) -> Provoked:
    _, driver, delivery = await _aboard(world)
    body = {"transporter_id": (await world.driver()).transporter_id, "reason": "breakdown"}
    ok(await (await world.admin()).post(f"/api/deliveries/{delivery['id']}/transfer/", body))
    return await _deliver(driver, delivery)


async def on_hold(world: World) -> Provoked:
    _, driver, delivery = await _taken(world)
    admin = await world.admin()
    ok(await admin.post(f"/api/deliveries/{delivery['id']}/unassign/", {"reason": "better_choice"}))
    ok(await admin.post(f"/api/deliveries/{delivery['id']}/hold/", {"reason": "The customer is away"}))
    return delivery, await driver.post(f"/api/deliveries/{delivery['id']}/pickup/", AT_PICKUP)


async def too_many_attempts(world: World) -> Provoked:
    _, driver, delivery = await _aboard(world)
    for _ in range(world.server.settings.max_attempts):
        ok((await _attempt(driver, delivery))[1], 201)
    return await _attempt(driver, delivery)


async def delivered_otherwise(world: World) -> Provoked:
    _, driver, delivery = await _aboard(world)
    ok((await _deliver(driver, delivery))[1])
    return await _deliver(driver, delivery, quantity_accepted=1, partial_reason="missing")


async def code_locked(world: World) -> Provoked:
    bought, driver, delivery = await _aboard(world, proof={"drop_off": ["code"]})
    wrong = await _wrong_code(bought, delivery)
    for _ in range(2):
        assert (await _deliver(driver, delivery, code=wrong))[1].json()["code"] == "code_wrong"
    return await _deliver(driver, delivery, code=wrong)


async def documents_not_in_order(world: World) -> Provoked:
    day = nepal_date(datetime.now(UTC))
    papers = [{"kind": "licence", "number": "1", "expires_on": f"{day + timedelta(days=2)}"}]
    driver, delivery = await world.driver(documents=papers), await world.delivery()
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    async with world.server.services.database.work() as work:
        mine = TransporterDocument.transporter_id == driver.transporter_id
        expired = update(TransporterDocument).where(mine).values(expires_on=day - timedelta(days=2))
        await work.session.execute(expired)
    return delivery, await driver.post(f"/api/deliveries/{delivery['id']}/pickup/", AT_PICKUP)


async def too_far(world: World) -> Provoked:
    _, driver, delivery = await _aboard(world)
    return await _deliver(driver, delivery, **FAR)


async def proof_missing(world: World) -> Provoked:
    _, driver, delivery = await _aboard(world, proof={"drop_off": ["barcode"]})
    return await _deliver(driver, delivery)


async def proof_wrong(world: World) -> Provoked:
    _, driver, delivery = await _aboard(world)
    return await _deliver(driver, delivery, scanned="TRKANOTHERPARCEL1")


async def code_wrong(world: World) -> Provoked:
    bought, driver, delivery = await _aboard(world, proof={"drop_off": ["code"]})
    return await _deliver(driver, delivery, code=await _wrong_code(bought, delivery))


async def place_required(world: World) -> Provoked:
    _, driver, delivery = await _aboard(world)
    return await _deliver(driver, delivery, latitude=None, longitude=None)


async def fix_too_old(world: World) -> Provoked:
    """Nobody has heard of where this courier is."""
    _, driver, delivery = await _aboard(world)
    async with stricter(world, handover_refuse_fix_s=60.0) as strict:
        return await _deliver(replace(driver, http=strict.http), delivery)


async def signature_required(world: World) -> Provoked:
    _, driver, delivery = await _aboard(world, requires_signature=True)
    return await _deliver(driver, delivery)


async def part_does_not_fit(world: World) -> Provoked:
    _, driver, delivery = await _aboard(world)
    return await _deliver(driver, delivery, quantity_accepted=99)


async def delivery_not_found(world: World) -> Provoked:
    _, _, delivery = await _aboard(world)
    return await _deliver(await world.driver(), delivery)


async def invalid(world: World) -> Provoked:
    _, driver, delivery = await _aboard(world)
    return await _attempt(driver, delivery, next_try_at=(datetime.now(UTC) + timedelta(days=99)).isoformat())


Provoke = Callable[[World], Awaitable[Provoked]]
KEPT: tuple[Provoke, ...] = (
    wrong_status,
    no_longer_yours,
    on_hold,
    too_many_attempts,
    delivered_otherwise,
    code_locked,
    documents_not_in_order,
    too_far,
)
ASKED_AGAIN: tuple[Provoke, ...] = (
    proof_missing,
    proof_wrong,
    code_wrong,
    place_required,
    fix_too_old,
    signature_required,
    part_does_not_fit,
    delivery_not_found,
    invalid,
)


def name_of(provoke: Provoke) -> str:
    return str(provoke.__name__)


async def _refused_of(world: World, delivery: dict[str, Any]) -> list[dict[str, Any]]:
    shown = ok(await (await world.admin()).get(f"/api/deliveries/{delivery['id']}/proof/"))
    found: list[dict[str, Any]] = shown["refused"]
    return found


@pytest.mark.parametrize("provoke", KEPT, ids=name_of)
async def test_a_refusal_that_nothing_sent_anew_would_change_keeps_the_proof_and_says_how_the_delivery_stands(
    near: World, provoke: Provoke
) -> None:
    delivery, refused = await provoke(near)
    told = refused.json()
    assert told["code"] == name_of(provoke)
    assert (told["proof_kept"], told["proof_number"]) == (True, 1), told
    stands = ok(await (await near.admin()).get(f"/api/deliveries/{delivery['id']}/"))["status"]
    assert told["delivery_status"] == stands
    [kept] = await _refused_of(near, delivery)
    assert (kept["refusal"], kept["delivery_status"]) == (name_of(provoke), stands)
    assert kept["photo"] is not None
    assert kept["location"] is not None


@pytest.mark.parametrize("provoke", ASKED_AGAIN, ids=name_of)
async def test_a_refusal_that_asks_for_the_step_again_keeps_nothing_as_the_next_one_brings_it(
    near: World, provoke: Provoke
) -> None:
    delivery, refused = await provoke(near)
    told = refused.json()
    assert 400 <= refused.status_code < 500
    assert told.get("code", "invalid") == name_of(provoke)
    assert "proof_kept" not in told
    assert await _refused_of(near, delivery) == []


def test_no_refusal_of_these_steps_is_forgotten_here() -> None:
    """Whoever adds one says whether its proof is kept, and provokes it."""
    provoked = {name_of(one) for one in (*KEPT, *ASKED_AGAIN)}
    assert set(_codes()) - NOT_OF_THESE_STEPS == provoked - {"invalid"}
    assert set(_codes()) >= NOT_OF_THESE_STEPS


@pytest.mark.parametrize("provoke", [*KEPT, *ASKED_AGAIN], ids=name_of)
def test_each_refusal_is_said_in_nepali_to_the_courier_and_each_kept_one_in_words_to_dispatchers(
    provoke: Provoke,
) -> None:
    code = name_of(provoke)
    assert code in json.loads((WEB / "shared/server_words.json").read_text())
    for words in json.loads((WEB / "console/late/words.json").read_text()).values():
        assert provoke not in KEPT or f"refused.{code}" in words


def _codes() -> Iterator[str]:
    """Of all modules that the steps are made of: codes of errors as calls and classes name them."""
    todo, seen = list(BEGIN_AT), set[str]()
    while todo:
        module = todo.pop()
        if module in seen:
            continue
        seen.add(module)
        file = ROOT.parent / f"{module.replace('.', '/')}.py"
        if not file.exists():
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(ROOMS):
                todo.append(node.module)
            yield from _codes_of(node)


def _codes_of(node: ast.AST) -> Iterator[str]:
    said: list[ast.expr] = []
    if isinstance(node, ast.Call):
        said = [one.value for one in node.keywords if one.arg == "code"]
    elif isinstance(node, ast.Assign) and any(isinstance(one, ast.Name) and one.id == "code" for one in node.targets):
        said = [node.value]
    elif isinstance(node, ast.FunctionDef):
        said = [
            default
            for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
            if argument.arg == "code" and default is not None
        ]
    for value in said:
        for part in ast.walk(value):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield part.value
