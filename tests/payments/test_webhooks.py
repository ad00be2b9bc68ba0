"""Webhooks: only ours, only fresh, only once, whatever else is sent there."""

import base64
import hmac
import json
import math
import time
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.cli.production import webhook_finding
from dispatch.payments.settling.webhook_signatures import WebhookRefused, check_body, check_headers, sign_body
from dispatch.settings import SettingsError, load_settings
from tests.support.checkout import Checkout
from tests.support.webhooks import NEW_WEBHOOK_SECRET as NEW_SECRET
from tests.support.webhooks import OLD_WEBHOOK_SECRET as OLD_SECRET
from tests.support.webhooks import WEBHOOK_PATH, signed, webhook_body
from tests.support.world import World, ok


async def send(world: World, body: bytes, headers: dict[str, str]) -> httpx.Response:
    return await world.http.post(WEBHOOK_PATH, content=body, headers=headers)


async def test_a_signed_webhook_settles_a_payment_and_is_not_accepted_twice(world: World, checkout: Checkout) -> None:
    opened = await checkout.opened()
    await world.at_gateway(opened.pidx, "completed")
    body = webhook_body(opened.pidx)
    headers = signed(body)
    assert ok(await send(world, body, headers))["data"]["payment_status"] == "completed"
    replayed = await send(world, body, headers)
    assert (replayed.status_code, replayed.json()["error_code"]) == (409, "WEBHOOK_REPLAYED")
    assert (await checkout.count(opened.transaction_id)).sales == 1


async def test_a_webhook_that_lies_changes_nothing_because_the_gateway_is_asked(
    world: World, checkout: Checkout
) -> None:
    opened = await checkout.opened()
    body = webhook_body(opened.pidx)
    assert ok(await send(world, body, signed(body)))["data"]["payment_status"] == "processing"
    assert (await checkout.count(opened.transaction_id)).sales == 0


async def test_the_body_form_with_its_own_signature_settles_too_and_once(world: World, checkout: Checkout) -> None:
    opened = await checkout.opened()
    await world.at_gateway(opened.pidx, "completed")
    content = json.loads(webhook_body(opened.pidx))
    content["signature"] = sign_body(OLD_SECRET, content)
    assert ok(await world.http.post(WEBHOOK_PATH, json=content))["data"]["payment_status"] == "completed"
    assert (await world.http.post(WEBHOOK_PATH, json=content)).status_code == 409
    content["data"]["amount"] = 1
    assert (await world.http.post(WEBHOOK_PATH, json=content)).status_code == 401


@pytest.mark.parametrize("secret", [OLD_SECRET, NEW_SECRET])
async def test_every_active_secret_signs_while_they_are_exchanged(
    world: World, checkout: Checkout, secret: str
) -> None:
    opened = await checkout.opened()
    body = webhook_body(opened.pidx)
    ok(await send(world, body, signed(body, secret)))


async def test_a_list_of_signatures_is_accepted_if_one_fits(world: World, checkout: Checkout) -> None:
    body = webhook_body((await checkout.opened()).pidx)
    headers = signed(body)
    headers["webhook-signature"] = f"v2,AAAA v1,{'A' * 43}= {headers['webhook-signature']}"
    ok(await send(world, body, headers))


@pytest.mark.parametrize("seconds", [-301, 3_600, -86400])
async def test_a_webhook_from_another_time_is_refused(world: World, checkout: Checkout, seconds: int) -> None:
    body = webhook_body((await checkout.opened()).pidx)
    stale = await send(world, body, signed(body, at=time.time() + seconds))
    assert (stale.status_code, stale.json()["error_code"]) == (400, "WEBHOOK_STALE")


async def test_a_foreign_secret_or_a_changed_body_is_refused(world: World, checkout: Checkout) -> None:
    body = webhook_body((await checkout.opened()).pidx)
    foreign = await send(world, body, signed(body, "whsec_" + "QUJD" * 8))
    assert (foreign.status_code, foreign.json()["error_code"]) == (401, "WEBHOOK_SIGNATURE")
    assert (await send(world, body + b" ", signed(body))).status_code == 401


async def test_a_webhook_for_an_unknown_payment_is_404_and_may_come_again(world: World) -> None:
    body = webhook_body("nobody")
    headers = signed(body)
    assert [(await send(world, body, headers)).status_code for _ in range(2)] == [404, 404]


HEADER_TEXT = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60)


@given(
    headers=st.fixed_dictionaries(
        {},
        optional={
            "webhook-id": HEADER_TEXT,
            "webhook-timestamp": HEADER_TEXT | st.integers(-(10**30), 10**30).map(str),
            "webhook-signature": HEADER_TEXT | HEADER_TEXT.map(lambda text: f"v1,{text}"),
        },
    ),
    body=st.binary(max_size=80)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["event", "data", "signature", "pidx", "timestamp"]), inner, max_size=5)
        ),
    ).map(lambda value: json.dumps(value).encode()),
)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
async def test_junk_is_a_4xx(world: World, headers: dict[str, str], body: bytes) -> None:
    reply = await send(world, body, headers)
    assert 400 <= reply.status_code < 500, reply.text


@pytest.mark.parametrize("secret", ["", "   ", "whsec_", "whsec_not base64", "whsec_ICAg"])
async def test_an_empty_secret_verifies_nothing_and_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    monkeypatch.setenv("DISPATCH_WEBHOOK_SECRETS", json.dumps([secret, NEW_SECRET]))
    with pytest.raises(SettingsError, match="DISPATCH_WEBHOOK_SECRETS: "):
        load_settings()
    body, now = webhook_body("p"), datetime.now(UTC)
    sent_at, key = str(math.floor(now.timestamp())), b"   " if secret == "whsec_ICAg" else b""
    signature = base64.b64encode(hmac.digest(key, f"m1.{sent_at}.".encode() + body, "sha256")).decode()
    headers = {"webhook-id": "m1", "webhook-timestamp": sent_at, "webhook-signature": f"v1,{signature}"}
    with pytest.raises(WebhookRefused):
        check_headers([secret], headers, body, now)
    content = json.loads(body)
    signed_text = json.dumps({"data": content["data"], "event": content["event"]}, sort_keys=True)
    content["signature"] = hmac.new(
        key, signed_text.replace(", ", ",").replace(": ", ":").encode(), "sha256"
    ).hexdigest()
    with pytest.raises(WebhookRefused):
        check_body([secret], content, now)


async def test_front_ends_find_the_public_key_and_doctor_says_where_webhooks_go(world: World) -> None:
    assert ok(await world.http.get("/api/v1/payments/gateways/"))["public_key"] is None
    settings = world.server.settings
    ours = f"{settings.public_url}{WEBHOOK_PATH}"
    assert (webhook_finding(settings).state, webhook_finding(settings).found) == ("ok", ours)
    elsewhere = settings.model_copy(update={"khalti_webhook_url": "https://other.example/hook"})
    assert (webhook_finding(elsewhere).state, ours in webhook_finding(elsewhere).advice) == ("warning", True)
