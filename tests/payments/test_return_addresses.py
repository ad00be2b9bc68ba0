"""Where a buyer's browser goes after paying: nowhere that the shop has not allowed, and never in a circle."""

from types import SimpleNamespace
from typing import cast
from uuid import uuid4

import pytest
from sqlalchemy import update

from api.cli.production import return_findings
from api.routes.payments.return_addresses import check_return_url, next_address
from dispatch.errors import Invalid
from dispatch.payments.models import PaymentTransaction, TransactionStatus
from dispatch.settings import Settings
from tests.support.checkout import Checkout
from tests.support.world import World, initiate_body

SHOP = ("shop.example", "*.pay.example", "localhost:3000")
OWN = {"api.shop.example"}


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/paid",
        "https://SHOP.example:443/paid?order=1",
        "https://shop.example:8443/paid",
        "https://np.pay.example/",
        "http://localhost:3000/paid",
        "https://api.shop.example.shop.example.pay.example/",
    ],
)
def test_a_browser_may_be_sent_to_the_shops_hosts(url: str) -> None:
    check_return_url(url, allowed=SHOP, own_hosts=OWN)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "https://shop.example.evil.example/",
        "https://evilshop.example/",
        "https://pay.example/",
        "http://localhost:4000/",
        "https://shop.example@evil.example/",
        "https://evil.example\\@shop.example/",
        "https://evil.example\\.shop.example/",
        "https://shop.example:pw@shop.example/",
        "https://shop.example\u3002evil.example/",
        "https://[::1]/",
    ],
)
def test_a_browser_is_sent_to_no_other_host_however_it_is_written(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_return_url(url, allowed=SHOP, own_hosts=OWN)
    assert "return_url" in refused.value.fields


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/payments/callback/",
        "/api/v1/payments/callback",
        "//api/v1//payments/callback/?pidx=1",
        "/api/v1/payments/x/../callback/",
        "/api/v1/payments/%63allback/",
    ],
)
async def test_our_own_callback_is_no_return_address(world: World, path: str) -> None:
    url = world.server.settings.public_url + path
    refused = await (await world.person()).post("/api/v1/payments/initiate/", initiate_body(1, return_url=url))
    assert (refused.status_code, refused.json()["error_code"]) == (400, "INVALID_RETURN_URL")


async def test_a_browser_that_would_come_back_to_us_sees_the_result_instead(world: World, checkout: Checkout) -> None:
    opened = await checkout.opened()
    circle = f"{world.server.settings.public_url}/api/v1/payments/callback/"
    async with checkout.services.database.work() as work:
        await work.session.execute(
            update(PaymentTransaction)
            .where(PaymentTransaction.transaction_id == opened.transaction_id)
            .values(return_url=circle)
        )
    await world.at_gateway(opened.pidx, "completed")
    page = await world.http.get("/api/v1/payments/callback/", params={"pidx": opened.pidx})
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "Your payment is completed." in page.text


def test_an_address_of_before_the_list_is_not_gone_to_once_there_is_one() -> None:
    payment = cast(
        "PaymentTransaction",
        SimpleNamespace(
            return_url="https://old.example/paid", pidx="p", status=TransactionStatus.COMPLETED, transaction_id=uuid4()
        ),
    )
    assert next_address(payment, allowed=SHOP, own_hosts=OWN) is None
    assert (next_address(payment, allowed=(), own_hosts=OWN) or "").startswith("https://old.example/paid?pidx=p&")


def test_doctor_says_where_browsers_may_be_sent() -> None:
    assert [one.state for one in return_findings(Settings())] == ["warning"]
    assert return_findings(Settings(return_hosts=("shop.example",))) == []
    circle = Settings(
        site_url="https://shop.example",
        khalti_return_url="https://shop.example/api/v1/payments/callback/",
        return_hosts=("shop.example",),
    )
    assert [(one.check, one.state) for one in return_findings(circle)] == [("KHALTI_RETURN_URL", "bad")]
