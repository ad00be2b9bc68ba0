"""The control does what a person would do, and orders faults and callbacks."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from tests.support.gateway_tester import GatewayTester, KhaltiScript, khalti_answer
from tests.support.waiting import until

StartScript = Callable[..., Awaitable[KhaltiScript]]


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        ("completed", "Completed"),
        ("failed", "Expired"),
        ("canceled", "User canceled"),
        ("expired", "Expired"),
        ("pending", "Pending"),
        ("refunded", "Refunded"),
        ("partially_refunded", "Partially Refunded"),
    ],
)
async def test_an_outcome_answers_with_the_status_and_the_redirect(
    gateway: GatewayTester, outcome: str, status: str
) -> None:
    pidx = await gateway.opened()
    body = (await gateway.decide(pidx, outcome)).json()
    assert body["status"] == status
    query = dict(parse_qsl(urlsplit(body["redirect_url"]).query))
    assert (query["pidx"], query["status"], query["cart"]) == (pidx, status, "7")


async def test_a_failed_payment_ends_expired_with_its_reason_in_the_redirect(gateway: GatewayTester) -> None:
    pidx = await gateway.opened()
    body = (await gateway.decide(pidx, "failed", reason="Insufficient balance.")).json()
    assert (body["status"], body["reason"]) == ("Expired", "Insufficient balance.")
    assert dict(parse_qsl(urlsplit(body["redirect_url"]).query))["message"] == "Insufficient balance."


async def test_repeating_an_outcome_changes_nothing_and_another_one_is_a_conflict(
    gateway: GatewayTester,
) -> None:
    pidx, _ = await gateway.paid()
    first = (await gateway.decide(pidx, "completed")).json()
    assert (await gateway.decide(pidx, "completed")).json() == first
    assert (await gateway.decide(pidx, "canceled")).status_code == 409
    assert (await gateway.lookup(pidx)).json()["status"] == "Completed"


async def test_force_pays_a_session_that_had_expired(gateway: GatewayTester) -> None:
    pidx = await gateway.opened()
    await gateway.decide(pidx, "expired")
    assert (await gateway.decide(pidx, "completed")).status_code == 409
    assert (await gateway.decide(pidx, "completed", force=True)).status_code == 200
    assert (await gateway.lookup(pidx)).json()["status"] == "Completed"


@pytest.mark.parametrize("amount", [1, 0, None])
async def test_lookup_can_be_made_to_report_another_amount(gateway: GatewayTester, amount: int | None) -> None:
    pidx = await gateway.opened()
    await gateway.decide(pidx, "completed", amount=amount)
    assert (await gateway.lookup(pidx)).json()["total_amount"] == amount


async def test_a_partial_refund_can_be_of_any_amount(gateway: GatewayTester) -> None:
    pidx = await gateway.opened()
    assert (await gateway.decide(pidx, "partially_refunded", refund_amount=500)).json()["refunded_amount"] == 500


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"outcome": "stolen"},
        {"outcome": "completed", "amount": "x"},
        {"outcome": "completed", "other": 1},
    ],
)
async def test_a_wrong_order_is_refused(gateway: GatewayTester, body: dict[str, object]) -> None:
    url = f"{gateway.base_url}/sandbox/payments/{await gateway.opened()}/"
    assert (await gateway.http.post(url, json=body)).status_code == 400


async def test_an_order_for_nobody_is_not_found(gateway: GatewayTester) -> None:
    assert (await gateway.decide("nobody", "completed")).status_code == 404


async def test_the_control_takes_json_only_so_that_no_foreign_page_can_drive_it(
    gateway: GatewayTester,
) -> None:
    url = f"{gateway.base_url}/sandbox/payments/{await gateway.opened()}/"
    headers = {"content-type": "text/plain"}
    response = await gateway.http.post(url, content=b'{"outcome":"completed"}', headers=headers)
    assert response.status_code == 415


@pytest.mark.parametrize(("callback", "calls"), [("never", 0), ("once", 1), ("twice", 2)])
async def test_callbacks_come_as_often_as_ordered(
    gateway: GatewayTester, khalti_script: StartScript, callback: str, calls: int
) -> None:
    merchant = await khalti_script(*[khalti_answer({}, 200)] * 2)
    pidx = await gateway.opened()
    url = f"{merchant.base_url}callback/"
    body = (await gateway.decide(pidx, "completed", callback_url=url, callback=callback)).json()
    assert body["callbacks"] == [200] * calls
    assert len(merchant.requests) == calls
    for request in merchant.requests:
        told = json.loads(request.partition(b"\r\n\r\n")[2])
        assert (told["pidx"], told["status"], told["purchase_order_id"]) == (pidx, "Completed", "PMT-1")


async def test_a_callback_nobody_answers_is_reported_and_the_payment_stands(
    gateway: GatewayTester, khalti_script: StartScript
) -> None:
    merchant = await khalti_script(None)
    pidx = await gateway.opened()
    body = (await gateway.decide(pidx, "completed", callback_url=merchant.base_url)).json()
    assert (body["status"], body["callbacks"]) == ("Completed", [0])


async def test_a_callback_can_come_before_the_initiate_reply(
    gateway: GatewayTester, khalti_script: StartScript
) -> None:
    merchant = await khalti_script(...)
    await gateway.fault("callback_first", "initiate", callback_url=merchant.base_url)
    reply = asyncio.create_task(gateway.initiate())
    await until(lambda: merchant.requests or reply.done())
    assert not reply.done()
    told = json.loads(merchant.requests[0].partition(b"\r\n\r\n")[2])
    assert not reply.done()
    merchant.released.set()
    assert (await reply).json()["pidx"] == told["pidx"]
    assert told["status"] == "Completed"


@pytest.mark.parametrize("kind", ["drop", "truncate"])
async def test_a_cut_connection_gives_no_answer(gateway: GatewayTester, kind: str) -> None:
    await gateway.fault(kind, "lookup")
    with pytest.raises(httpx.TransportError):
        await gateway.lookup("x")
    assert (await gateway.lookup("x")).status_code == 404


@pytest.mark.parametrize(("when", "sessions"), [("before", 0), ("after", 1)])
async def test_a_fault_strikes_before_or_after_the_work(gateway: GatewayTester, when: str, sessions: int) -> None:
    order = f"PMT-fault-{when}"
    await gateway.fault("status", "initiate", when=when, status=503)
    assert (await gateway.initiate(purchase_order_id=order)).status_code == 503
    assert len(await gateway.sessions_of(order)) == sessions


async def test_a_fault_strikes_its_endpoint_as_often_as_ordered(gateway: GatewayTester) -> None:
    pidx = await gateway.opened()
    await gateway.fault("status", "lookup", times=2)
    assert (await gateway.initiate()).status_code == 200
    assert [(await gateway.lookup(pidx)).status_code for _ in range(3)] == [500, 500, 200]


async def test_faults_without_a_number_last_until_they_are_cleared(gateway: GatewayTester) -> None:
    pidx = await gateway.opened()
    await gateway.fault("garbage", times=None)
    for _ in range(3):
        assert "<html>" in (await gateway.lookup(pidx)).text
    url = f"{gateway.base_url}/sandbox/faults/"
    assert [fault["kind"] for fault in (await gateway.http.get(url)).json()["faults"]] == ["garbage"]
    assert (await gateway.http.delete(url)).json() == {"cleared": 1}
    assert (await gateway.lookup(pidx)).status_code == 200


async def test_a_slow_answer_is_the_right_one(gateway: GatewayTester) -> None:
    pidx = await gateway.opened()
    for when in ("before", "after"):
        await gateway.fault("slow", "lookup", seconds=0.01, when=when)
        assert (await gateway.lookup(pidx)).json()["status"] == "Initiated"


async def test_a_lookup_can_be_pending_for_a_while_and_wrong_about_the_amount(gateway: GatewayTester) -> None:
    pidx, _ = await gateway.paid()
    await gateway.fault("pending", "lookup", times=2)
    await gateway.fault("wrong_amount", "lookup", amount=1000)
    first = (await gateway.lookup(pidx)).json()
    assert (first["status"], first["total_amount"], first["transaction_id"]) == ("Pending", 1000, None)
    answers = [(await gateway.lookup(pidx)).json() for _ in range(2)]
    assert [(answer["status"], answer["total_amount"]) for answer in answers] == [
        ("Pending", 292500),
        ("Completed", 292500),
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "fire"},
        {"kind": "slow", "seconds": -1},
        {"kind": "status", "status": 200},
        {"kind": "drop", "times": 0},
        {"kind": "callback_first", "callback_url": "x"},
        {"kind": "drop", "endpoint": "page"},
    ],
)
async def test_a_fault_that_does_not_exist_is_refused(gateway: GatewayTester, body: dict[str, object]) -> None:
    assert (await gateway.http.post(f"{gateway.base_url}/sandbox/faults/", json=body)).status_code == 400
