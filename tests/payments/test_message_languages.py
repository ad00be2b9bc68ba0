"""Mails and SMS are in the language that whoever gets them has chosen, whatever they are about."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from dispatch.accounts.models import Language
from dispatch.accounts.times_in_words import life_in_words, moment_in_words
from dispatch.notifications.templates import OURS, Templates
from tests.payments.outbox import messages_to
from tests.support.checkout import Checkout
from tests.support.mailbox import mail_to
from tests.support.waiting import until
from tests.support.world import World, ok

ME = "/api/v1/auth/me/"
SITE = "https://shop.test"
# An invoice is a paper of the books, and a webhook has no reader but a machine's keeper.
ENGLISH_ALONE = {"invoice.html", "webhook_given_up.html", "webhook_given_up.txt"}
NAMES = (
    *("name", "customer_name", "seller_name", "product", "product_name", "tracking_number", "order_number", "quantity"),
    *("payment_number", "invoice_number", "credit_note_number", "gateway", "subtotal", "tax", "shipping", "total"),
    *("amount", "paid_at", "reason", "good_for", "at", "changed_at", "purpose", "link_id", "salt", "accepted"),
    *("expires_on", "days_left", "answer"),
)
CONTENT: dict[str, Any] = dict.fromkeys(NAMES, "1") | {
    "items": [{"quantity": "1", "name": "1", "total": "1"}],
    "goods": ["1"],
    "kind": "licence",
    "approved": False,
    "stage": "left",
    "who": "buyer",
    "status": "open",
    "told": "is on its way",
}
SHOP = {"site_url": SITE, "account_link": lambda *_: SITE, "delivery_code": lambda _: "1234"}
DEVANAGARI, LATIN = re.compile("[\u0900-\u097f]"), re.compile("[A-Za-z]{2,}")


def said(name: str, language: str | None) -> str:
    """What a message says in a language, without what a browser reads of it; None: as one of before asks for none."""
    chosen = {} if language is None else {"language": language}
    status = {"status": "shipped"} if name.startswith("order_status") else {}
    text = Templates(None, SHOP)._render(name, CONTENT | status | chosen)
    return re.sub(rf"<[^>]*>|{SITE}\S*", "", text)


@pytest.mark.parametrize("name", sorted({path.name for path in OURS.iterdir()} - ENGLISH_ALONE))
def test_a_message_says_all_of_it_in_the_language_of_whoever_gets_it(name: str) -> None:
    nepali, english = said(name, "ne"), said(name, "en")
    assert DEVANAGARI.search(nepali)
    assert LATIN.findall(nepali) == []
    assert DEVANAGARI.findall(english) == []
    if not name.startswith(("parcel", "document", "objection")):  # those had a language from their beginning
        assert said(name, None) == english


async def test_who_buys_and_who_sells_are_each_told_of_a_payment_in_their_own_language(
    world: World, checkout: Checkout
) -> None:
    opened = await checkout.opened(customer_email="nima@example.com", customer_phone="+977-9841000777")
    ok(await opened.customer.patch(ME, {"language": "ne"}))
    await world.at_gateway(opened.pidx, "completed")
    ok(await checkout.callback(opened.pidx))
    told: dict[str, str] = {}

    async def all_are_written() -> bool:
        for to in ("nima@example.com", "+977-9841000777", "+977-9841234567", opened.seller.email):
            about = [one for one in await messages_to(world, to) if _is_about(one.key, opened)]
            told.update({one.template: str(one.content["language"]) for one in about})
        return len(told) == 5

    await until(all_are_written, str(told))
    assert told == {
        "order_confirmation": "ne",
        "receipt": "ne",
        "payment": "ne",
        "order_status": "ne",
        "sale_notice": "en",
    }


def _is_about(key: str, opened: Any) -> bool:
    return opened.transaction_id in key or key.startswith(f"order-sms:{opened.order_id}:")


async def test_who_forgot_the_password_reads_the_link_in_the_language_of_the_account(world: World) -> None:
    person = await world.person()
    ok(await person.patch(ME, {"language": "ne"}))
    ok(await world.http.post("/api/v1/auth/password/forgot/", json={"email": person.email}), 202)
    body = (await mail_to(world, person.email, "नयाँ पासवर्ड छान्नुहोस्")).get_body(("plain",))
    assert body is not None
    assert "मिनेटसम्म चल्छ" in body.get_content()


def test_times_are_by_the_clock_in_nepal_and_lives_in_words() -> None:
    moment = datetime(2026, 11, 30, 20, 0, tzinfo=UTC)
    assert moment_in_words(moment, Language.ENGLISH) == "2026-12-01 01:45 Nepal time"
    assert moment_in_words(moment, Language.NEPALI) == "2026-12-01 01:45 (नेपाली समय)"
    lives = [timedelta(days=2), timedelta(hours=3), timedelta(hours=1), timedelta(seconds=5)]
    assert [life_in_words(life, Language.ENGLISH) for life in lives] == ["2 days", "3 hours", "60 minutes", "1 minutes"]
    assert [life_in_words(life, Language.NEPALI) for life in lives] == ["2 दिन", "3 घण्टा", "60 मिनेट", "1 मिनेट"]


async def test_whoever_makes_an_account_says_in_which_language_it_is_written_to(world: World) -> None:
    address = f"{uuid4().hex}@example.com"
    account = {"email": address, "password": "fresh tea, no sugar", "role": "seller", "language": "ne"}
    made = await world.http.post("/api/v1/auth/register/", json=account)
    assert ok(made, 201)["language"] == "ne"
    await mail_to(world, address, "आफ्नो इमेल ठेगाना पुष्टि गर्नुहोस्")
    other = await world.http.post("/api/v1/auth/register/", json=account | {"email": f"x{address}", "language": "de"})
    assert (other.status_code, list(other.json()["errors"])) == (400, ["language"])
