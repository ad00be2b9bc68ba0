"""What the logs never say, at any level, and what ``dispatch doctor`` says before production does."""

import logging
from decimal import Decimal

import pytest
from pydantic import SecretStr

from api.cli.production import production_findings
from api.server.backing_services import SANDBOX_KEY
from api.server.logs import configure_logs
from dispatch.settings import Settings
from tests.support.checkout import Checkout
from tests.support.webhooks import NEW_WEBHOOK_SECRET, WEBHOOK_PATH, signed, webhook_body
from tests.support.world import World, initiate_body, ok


async def test_no_log_line_of_any_level_holds_a_secret_a_token_a_card_or_a_phone(
    world: World, checkout: Checkout, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = world.server.settings
    configure_logs(settings.model_copy(update={"log_level": "DEBUG"}))
    try:
        paid = await checkout.paid(gateway="MOBILE_BANKING", bank="global_ime_bank", customer_phone="+977-9841987654")
        await checkout.fault("drop", "refund", when="after")
        ok(await paid.customer.post(f"/api/v1/marketplace/orders/{paid.order_id}/cancel/"))
        for kind in ("status", "garbage", "drop"):
            await checkout.fault(kind, "initiate")
            cart_id = await world.cart(paid.customer, {paid.product_id: 1})
            assert (await paid.customer.post("/api/v1/payments/initiate/", initiate_body(cart_id))).status_code == 500
        body = webhook_body(paid.pidx)
        headers = signed(body)
        await world.http.post(WEBHOOK_PATH, content=body, headers=headers)
        await world.http.post(WEBHOOK_PATH, content=body + b" ", headers=headers)
        await world.http.get("/api/v1/payments/callback/", params={"pidx": paid.pidx, "mobile": "9841987654"})
        logging.getLogger("tests.payments").debug("the end of what is looked at")
    finally:
        configure_logs(settings.model_copy(update={"log_level": "WARNING"}))
        await checkout.clear_faults()
    out = "".join(capfd.readouterr())
    assert "the end of what is looked at" in out
    for secret in (
        paid.customer.access,
        paid.customer.refresh,
        SANDBOX_KEY,
        NEW_WEBHOOK_SECRET,
        headers["webhook-signature"],
        "9841987654",
        "4242424242424242",
        paid.customer.email,
        settings.signing_key(),
    ):
        assert secret not in out


def test_doctor_names_every_setting_that_production_lacks() -> None:
    bare = {finding.check: finding.state for finding in production_findings(Settings(debug=False))}
    needed = {
        "KHALTI_SECRET_KEY",
        "SITE_URL",
        "DISPATCH_SECRET_KEY",
        "DISPATCH_DATABASE_URL",
        "DISPATCH_REDIS_URL",
        "DISPATCH_SMTP_HOST",
        "DISPATCH_WEBHOOK_SECRETS",
    }
    assert needed <= {name for name, state in bare.items() if state == "bad"}
    whole = Settings(
        debug=False,
        khalti_secret_key=SecretStr("live_secret_key_123"),
        khalti_webhook_url="https://shop.example/api/v1/payments/webhook/",
        site_url="https://shop.example",
        secret_key=SecretStr("k" * 40),
        database_url="postgresql://u:p@db/shop",
        redis_url="redis://redis:6379/0",
        smtp_host="mail.shop.example",
        mail_from="Shop <shop@shop.example>",
        webhook_secrets=(SecretStr("whsec_" + "QUJD" * 8),),
        shipping_cost=Decimal("100.00"),
        metrics_port=9100,
    )
    assert production_findings(whole) == []


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"site_url": "http://shop.example"}, "SITE_URL"),
        ({"webhook_secrets": (SecretStr("short"),)}, "DISPATCH_WEBHOOK_SECRETS"),
        ({"webhook_secrets": (SecretStr("whsec_not base64"),)}, "DISPATCH_WEBHOOK_SECRETS"),
        ({"smtp_host": "mail.shop.example", "smtp_security": "none"}, "DISPATCH_SMTP_SECURITY"),
        ({"sms_url": "https://sms.example", "sms_token": None}, "DISPATCH_SMS_TOKEN"),
        ({"khalti_base_url": "https://dev.khalti.com/api/v2/"}, "DISPATCH_KHALTI_BASE_URL"),
    ],
)
def test_doctor_names_settings_that_are_set_but_weak(changes: dict[str, object], check: str) -> None:
    settings = Settings(debug=False).model_copy(update=changes)
    assert check in {finding.check for finding in production_findings(settings)}
