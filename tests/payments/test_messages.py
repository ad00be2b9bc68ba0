"""Messages: one of each, over a real SMTP server and a real HTTP provider, retried, and never lost in silence."""

import asyncio
import email
import email.policy
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP

from api.adapters.mail import FolderMailSender, SmtpMailSender
from api.adapters.sms import HttpSmsSender
from dispatch.clock import SystemClock
from dispatch.notifications.models import MessageStatus
from dispatch.notifications.ports import Mail, SendFailed, SendRefused
from dispatch.notifications.relay import PAUSES_S, OutboxRelay
from dispatch.notifications.templates import Templates
from tests.payments.outbox import Carrier, only_message, outbox_row
from tests.support.checkout import Checkout, StoppedClock
from tests.support.gateway_tester import KhaltiScript, khalti_answer
from tests.support.waiting import until
from tests.support.world import World, ok

MAIL = Mail("receipt:1", "buyer@example.com", "Receipt नं १", "Text ₹", "<p>HTML</p>")
SENDER = "Shop <shop@example.com>"


@dataclass
class Post:
    """What an SMTP server was handed, and what it answers."""

    mails: list[EmailMessage] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:  # noqa: N802
        del server, session
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
        return answer


@pytest.fixture
async def post() -> AsyncIterator[tuple[Post, SmtpMailSender]]:
    """A real SMTP server and a sender to it."""
    handler = Post()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(handler), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield handler, SmtpMailSender("127.0.0.1", port, SENDER, SystemClock(), security="none")


async def test_a_mail_arrives_as_text_and_html_with_the_same_id_on_every_try(
    post: tuple[Post, SmtpMailSender],
) -> None:
    server, sender = post
    await sender.send(MAIL)
    await sender.send(MAIL)
    first, second = server.mails
    assert (first["To"], first["From"], first["Subject"]) == ("buyer@example.com", SENDER, "Receipt नं १")
    text, html = first.get_body(("plain",)), first.get_body(("html",))
    assert text is not None
    assert html is not None
    assert (text.get_content().strip(), html.get_content().strip()) == ("Text ₹", "<p>HTML</p>")
    assert first["Message-ID"] == second["Message-ID"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [("451 try later", SendFailed), ("550 no such user", SendRefused), ("421 closing", SendFailed)],
)
async def test_what_an_smtp_server_refuses_for_now_is_tried_again_and_for_good_is_not(
    post: tuple[Post, SmtpMailSender], answer: str, error: type[SendFailed]
) -> None:
    server, sender = post
    server.answers.append(answer)
    with pytest.raises(SendFailed) as raised:
        await sender.send(MAIL)
    assert type(raised.value) is error
    assert "buyer@example.com" not in raised.value.reason


async def test_a_mail_server_that_is_not_there_is_a_failure_to_be_tried_again() -> None:
    sender = SmtpMailSender("127.0.0.1", 1, SENDER, SystemClock(), security="none", timeout_s=2)
    with pytest.raises(SendFailed) as raised:
        await sender.send(MAIL)
    assert not isinstance(raised.value, SendRefused)


@pytest.mark.parametrize("subject", ["two\nlines", "a\r\nBcc: everyone@example.com"])
async def test_no_header_can_be_smuggled_into_a_mail(tmp_path: Path, subject: str) -> None:
    with pytest.raises(SendRefused):
        await FolderMailSender(tmp_path, SENDER, SystemClock()).send(Mail("k", "a@b.cd", subject, "", ""))


async def test_without_an_smtp_server_mails_are_files_and_the_same_mail_is_one(tmp_path: Path) -> None:
    sender = FolderMailSender(tmp_path, SENDER, SystemClock())
    await sender.send(MAIL)
    await sender.send(MAIL)
    (file,) = await asyncio.to_thread(lambda: list(tmp_path.iterdir()))
    assert file.name == "receipt-1.eml"
    assert email.message_from_bytes(file.read_bytes(), policy=email.policy.default)["To"] == "buyer@example.com"


async def test_a_paid_order_tells_buyer_and_seller_once(world: World, checkout: Checkout) -> None:
    paid = await checkout.paid()
    for _ in range(3):
        ok(await checkout.callback(paid.pidx))
    folder = world.server.settings.data_dir / "mail"

    async def arrived() -> bool:
        return len(list(folder.glob(f"*{paid.transaction_id}*.eml"))) == 3

    await until(arrived, "three mails")
    mails = {
        file.name.partition(f"-{paid.transaction_id}")[0]: email.message_from_bytes(
            file.read_bytes(), policy=email.policy.default
        )
        for file in folder.glob(f"*{paid.transaction_id}*.eml")
    }
    assert set(mails) == {"order-confirmation", "receipt", "sale-notice"}
    assert mails["receipt"]["To"] == mails["order-confirmation"]["To"] == "john@example.com"
    assert mails["sale-notice"]["To"] == paid.seller.email
    body = mails["receipt"].get_body(("plain",))
    assert body is not None
    assert "NPR 2,925.00" in body.get_content()
    assert "INV-" in mails["receipt"]["Subject"]


async def test_the_shop_edits_a_message_by_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "refund.txt").write_text("Money back: {{ amount }}\nNamaste {{ customer_name }}")
    content = {"customer_name": "<b>Sita</b>", "amount": "NPR 1.00", "order_number": "MP-1", "reason": "x"}
    content["credit_note_number"] = ""
    mail = Templates(tmp_path, {"site_url": "http://shop.test"}).mail("k", "refund", "a@b.cd", content)
    assert (mail.subject, mail.text) == ("Money back: NPR 1.00", "Namaste <b>Sita</b>")
    assert "&lt;b&gt;Sita&lt;/b&gt;" in mail.html


async def test_a_failed_message_is_tried_with_growing_pauses_and_then_lies_among_the_dead(quiet: Checkout) -> None:
    clock, carrier, world = StoppedClock(), Carrier(), quiet.world
    relay = OutboxRelay(quiet.services.database, clock, Templates(None, {"site_url": "x"}), carrier, None)
    async with only_message(quiet, clock) as key:
        tries = len(PAUSES_S) + 1
        carrier.failures = [SendFailed("down")] * tries
        for pause_s in (*PAUSES_S, 0):
            assert await relay.run() == 1
            assert await relay.run() == 0  # not before its pause is over
            clock.ahead += timedelta(seconds=pause_s + 1)
        row = await outbox_row(quiet, key)
        assert (row.status, row.attempts, row.last_error) == (MessageStatus.DEAD, tries, "down")
        admin = await world.admin()
        dead = ok(await admin.get("/api/v1/notifications/", status="dead"))["results"]
        assert key in {message["key"] for message in dead}
        again = ok(await admin.post(f"/api/v1/notifications/{row.id}/retry/"))
        assert again["status"] == "pending"
        assert (await (await world.person()).get("/api/v1/notifications/")).status_code == 403


async def test_a_message_whose_relay_died_is_sent_by_another(quiet: Checkout) -> None:
    clock, carrier = StoppedClock(), Carrier()
    relay = OutboxRelay(quiet.services.database, clock, Templates(None, {"site_url": "x"}), carrier, None)
    async with only_message(quiet, clock) as key:
        carrier.failures = [SendRefused("never")]
        dying = OutboxRelay(quiet.services.database, clock, Templates(None, {"site_url": "x"}), CrashingSender(), None)
        with pytest.raises(asyncio.CancelledError):
            await dying.run()
        assert await relay.run() == 0
        clock.ahead += timedelta(minutes=2)
        carrier.failures = []
        assert await relay.run() == 1
        assert carrier.sent == [key]
        assert (await outbox_row(quiet, key)).status is MessageStatus.SENT


class CrashingSender:
    """A sender during which the process ends."""

    async def send(self, mail: Mail) -> None:
        raise asyncio.CancelledError(mail.key)


async def test_an_sms_goes_to_the_provider_with_a_token_and_no_country_code() -> None:
    script = KhaltiScript([khalti_answer({}), khalti_answer({}, 500)])
    server = await asyncio.start_server(script.take, "127.0.0.1", 0)
    sms = HttpSmsSender(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", "sms-token-77", "Shop")
    await sms.send("payment-sms:1", "+977-9841234567", "Paid")
    head, _, body = script.requests[0].partition(b"\r\n\r\n")
    assert b"authorization: bearer sms-token-77" in head.lower()
    assert json.loads(body) == {"to": "9841234567", "text": "Paid", "from": "Shop", "reference": "payment-sms:1"}
    assert "sms-token-77" not in repr(sms)
    with pytest.raises(SendFailed):
        await sms.send("payment-sms:1", "+977-9841234567", "Paid")
    with pytest.raises(SendRefused):
        await sms.send("payment-sms:1", "call me", "Paid")
    await sms.aclose()
    server.close()
    await server.wait_closed()
