"""A person pays, fails, cancels or lets it expire on the payment page, over HTTP only."""

from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from tests.support.gateway_tester import GatewayTester

MODES = ["KHALTI", "SCT", "CONNECT_IPS", "MOBILE_BANKING", "EBANKING"]


def returned(response: httpx.Response) -> dict[str, str]:
    """The query with which the browser comes back to the shop."""
    assert response.status_code == 303, response.text
    parts = urlsplit(response.headers["location"])
    assert (parts.hostname, parts.path) == ("shop.test", "/return")
    return dict(parse_qsl(parts.query, keep_blank_values=True))


@pytest.mark.parametrize("mode", MODES)
async def test_every_mode_pays_with_what_the_page_has_prefilled(gateway: GatewayTester, mode: str) -> None:
    pidx = await gateway.opened(modes=[mode])
    page = await gateway.page(pidx)
    query = returned(await gateway.press(page, "pay"))
    assert page.fields["mode"] == mode
    answer = (await gateway.lookup(pidx)).json()
    assert answer["status"] == query["status"] == "Completed"
    transaction_id = answer["transaction_id"]
    assert query == {
        "cart": "7",
        "pidx": pidx,
        "status": "Completed",
        "transaction_id": transaction_id,
        "tidx": transaction_id,
        "txnId": transaction_id,
        "amount": "292500",
        "total_amount": "292500",
        "mobile": "98XXXXX000" if mode in {"KHALTI", "MOBILE_BANKING"} else "",
        "purchase_order_id": "PMT-1",
        "purchase_order_name": "Organic Rice",
    }


@pytest.mark.parametrize(("mode", "bank"), [("MOBILE_BANKING", "nabil_bank"), ("EBANKING", "himali_bank")])
async def test_the_bank_that_a_person_chooses_is_the_one_that_pays(
    gateway: GatewayTester, mode: str, bank: str
) -> None:
    pidx = await gateway.opened(modes=[mode])
    page = await gateway.page(pidx)
    assert bank in page.choices["bank"]
    returned(await gateway.press(page, "pay", bank=bank))
    (session,) = [found for found in await gateway.sessions_of("PMT-1") if found["pidx"] == pidx]
    assert (session["mode"], session["bank"]) == (mode, bank)


async def test_the_bank_that_the_merchant_chose_is_the_only_one_offered(gateway: GatewayTester) -> None:
    pidx = await gateway.opened(modes=["EBANKING"], bank="nepal_sbi_bank")
    page = await gateway.page(pidx)
    assert page.choices["bank"] == ["nepal_sbi_bank"]
    assert (await gateway.press(page, "pay", bank="himali_bank")).status_code == 400
    returned(await gateway.press(page, "pay"))


async def test_a_bank_of_another_mode_is_refused(gateway: GatewayTester) -> None:
    page = await gateway.page(await gateway.opened(modes=["MOBILE_BANKING"]))
    assert (await gateway.press(page, "pay", bank="nepal_sbi_bank")).status_code == 400


async def test_the_page_offers_the_modes_that_the_merchant_allows_and_no_other(
    gateway: GatewayTester,
) -> None:
    pidx = await gateway.opened(modes=["SCT", "KHALTI"])
    page = await gateway.page(pidx)
    assert [dict(parse_qsl(urlsplit(link).query))["mode"] for link in page.links] == ["SCT", "KHALTI"]
    assert (await gateway.page(pidx, "EBANKING")).response.status_code == 400
    assert (await gateway.press(page, "pay", mode="EBANKING")).status_code == 400


@pytest.mark.parametrize(
    ("mode", "typed"),
    [
        ("KHALTI", {"mobile": "9841234567"}),
        ("KHALTI", {"mpin": "0000"}),
        ("KHALTI", {"otp": ""}),
        ("SCT", {"card_number": "4000000000000002"}),
        ("SCT", {"card_number": "4000000000009995"}),
        ("SCT", {"card_number": "1234"}),
        ("SCT", {"cvv": "x"}),
        ("CONNECT_IPS", {"password": "wrong"}),
        ("MOBILE_BANKING", {"mpin": "9999"}),
        ("EBANKING", {"username": "someone"}),
    ],
)
async def test_a_failed_attempt_leaves_the_session_open_to_try_again(
    gateway: GatewayTester, mode: str, typed: dict[str, str]
) -> None:
    pidx = await gateway.opened(modes=[mode])
    page = await gateway.page(pidx)
    response = await gateway.press(page, "pay", **typed)
    assert response.status_code == 303
    assert urlsplit(response.headers["location"]).path == "/pay/"
    assert (await gateway.lookup(pidx)).json()["status"] == "Initiated"
    again = await gateway.page(pidx)
    assert 'role="alert"' in again.response.text
    assert returned(await gateway.press(again, "pay"))["status"] == "Completed"


async def test_the_fail_button_fails_the_attempt_only(gateway: GatewayTester) -> None:
    pidx = await gateway.opened()
    response = await gateway.press(await gateway.page(pidx), "fail")
    assert urlsplit(response.headers["location"]).path == "/pay/"
    assert "declined this attempt" in (await gateway.page(pidx)).text
    assert (await gateway.lookup(pidx)).json()["status"] == "Initiated"


@pytest.mark.parametrize(
    ("button", "status"), [("cancel", "User canceled"), ("expire", "Expired"), ("pending", "Pending")]
)
async def test_whoever_does_not_pay_returns_without_a_transaction(
    gateway: GatewayTester, button: str, status: str
) -> None:
    pidx = await gateway.opened()
    query = returned(await gateway.press(await gateway.page(pidx), button))
    assert (query["status"], query["pidx"], query["cart"]) == (status, pidx, "7")
    assert (query["transaction_id"], query["tidx"], query["mobile"]) == ("", "", "")
    assert "txnId" not in query
    assert (await gateway.lookup(pidx)).json()["status"] == status


@pytest.mark.parametrize(
    ("outcome", "text"),
    [
        ("completed", "is completed"),
        ("canceled", "was canceled"),
        ("expired", "has expired"),
        ("pending", "waiting for the bank"),
        ("refunded", "was refunded"),
        ("partially_refunded", "part of this payment was refunded"),
    ],
)
async def test_an_ended_payment_shows_its_state_and_no_way_to_pay(
    gateway: GatewayTester, outcome: str, text: str
) -> None:
    pidx = await gateway.opened()
    await gateway.decide(pidx, outcome)
    page = await gateway.page(pidx)
    assert page.response.status_code == 200
    assert text in page.text
    assert "pay" not in page.buttons


async def test_a_second_press_on_pay_redirects_again_and_pays_once(gateway: GatewayTester) -> None:
    page = await gateway.page(await gateway.opened())
    assert returned(await gateway.press(page, "pay")) == returned(await gateway.press(page, "pay"))


@pytest.mark.parametrize("button", ["pay", "fail", "pending", "cancel"])
async def test_an_expired_session_cannot_be_changed_on_an_old_page(gateway: GatewayTester, button: str) -> None:
    pidx = await gateway.opened()
    page = await gateway.page(pidx)
    await gateway.decide(pidx, "expired")
    for typed in ({}, {"mpin": "wrong"}):
        response = await gateway.press(page, button, **typed)
        assert response.status_code == 409
    assert (await gateway.lookup(pidx)).json()["status"] == "Expired"


async def test_what_the_merchant_sent_is_escaped(gateway: GatewayTester) -> None:
    nasty = "<script>alert('x')</script>\"&"
    pidx = await gateway.opened(
        purchase_order_name=nasty,
        customer_info={"name": nasty},
        product_details=[{"identity": "1", "name": nasty, "total_price": 1, "quantity": 1, "unit_price": 1}],
        website_url="http://shop.test/\"'><script>",
    )
    page = await gateway.page(pidx)
    assert "<script" not in page.response.text
    assert page.text.count(nasty) == 3


async def test_the_page_forbids_scripts_and_foreign_content(gateway: GatewayTester) -> None:
    headers = (await gateway.page(await gateway.opened())).response.headers
    assert headers["content-security-policy"].startswith("default-src 'none'; base-uri 'none'; frame-ancestors")
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("query", ["", "?pidx=", "?pidx=nobody", "?pidx=%00", "?mode=KHALTI"])
async def test_an_unknown_pidx_has_no_page(gateway: GatewayTester, query: str) -> None:
    url = f"{gateway.base_url}/pay/{query}"
    assert (await gateway.http.get(url)).status_code == 404
    assert (await gateway.http.post(url, data={"action": "pay"})).status_code == 404


@pytest.mark.parametrize(
    "raw", [b"", b"action=fly", b"\xff\xfe", b"action", b"&" * 5000 + b"a=1", b"a=1&" * 100, b"x" * 70_000]
)
async def test_a_form_that_is_none_gets_a_4xx_and_changes_nothing(gateway: GatewayTester, raw: bytes) -> None:
    pidx = await gateway.opened()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    url = f"{gateway.base_url}/pay/?pidx={pidx}"
    response = await gateway.http.post(url, content=raw, headers=headers)
    assert 400 <= response.status_code < 500
    assert (await gateway.lookup(pidx)).json()["status"] == "Initiated"
