"""Khalti, webhooks, what may be held unpaid, reviews of unusual payments."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from dispatch.settings.checks import HeaderSecret, HttpUrl, Port, WebhookSecrets
from dispatch.settings.section import Section


class PaymentSettings(Section):
    """Khalti, webhooks, what may be held unpaid, reviews of unusual payments."""

    khalti_secret_key: HeaderSecret = Field(
        None,
        validation_alias="KHALTI_SECRET_KEY",
        description="Khalti's live secret key. Default: the sandbox gateway that comes with the server is used.",
    )
    khalti_public_key: str | None = Field(
        None,
        validation_alias="KHALTI_PUBLIC_KEY",
        description="Khalti's public key, which front ends find in `GET /api/v1/payments/gateways/`. Nothing else uses "
        "it.",
    )
    khalti_base_url: HttpUrl | None = Field(
        None, description="Another KPG-2 address, such as a sandbox gateway on another host."
    )
    khalti_return_url: HttpUrl | None = Field(
        None,
        validation_alias="KHALTI_RETURN_URL",
        description="Where buyers go after paying when the client names no `return_url`.",
    )
    khalti_webhook_url: HttpUrl | None = Field(
        None,
        validation_alias="KHALTI_WEBHOOK_URL",
        description="Address that whoever sends payment webhooks was given. It is told to nobody, Khalti's API takes "
        "none; `dispatch doctor` says whether it leads to this server.",
    )
    sandbox_port: Port = Field(0, description="Port of the sandbox gateway; 0 keeps the last one or takes a free one.")

    webhook_secrets: WebhookSecrets = Field(
        (),
        description="Secrets that payment webhooks may be signed with, as JSON; several while they are exchanged. "
        "`whsec_…` is base64, anything else is taken as it is; an empty one is refused. Default: every webhook is "
        "refused.",
    )
    payments_per_minute: int = Field(
        30, ge=1, le=100_000, description="Payments a user may open at once; they come back evenly over a minute."
    )
    open_payments: int = Field(
        10, ge=1, le=10_000, description="Unpaid payments with which a user may hold stock at once."
    )
    hold_share: float = Field(
        0.5, ge=0, le=1, description="Share of a product's stock that one user may hold without paying."
    )
    hold_pieces: int = Field(
        20, ge=0, le=1_000_000_000, description="Pieces that one user may hold of a product whatever its share is."
    )
    hold_s: int = Field(
        3600,
        ge=60,
        le=86400,
        description="Longest a user holds stock of a product without paying, seconds; paying anew does not prolong it.",
    )
    hold_cooldown_s: int = Field(
        3600,
        ge=0,
        le=7 * 86400,
        description="How long after that the same user's payments hold none of that product, seconds.",
    )
    return_hosts: tuple[Annotated[str, Field(pattern=r"^(\*\.)?[A-Za-z0-9.-]+(:\d{1,5})?$")], ...] = Field(
        (),
        description='Hosts that a client\'s `return_url` may name, as JSON: `["shop.example"]`; a port may follow, and '
        "`*.shop.example` means all below it. Default: any.",
    )
    unknown_payments_per_minute: int = Field(
        300, ge=1, le=100_000, description="Callbacks that name no payment of ours which one address may send a minute."
    )
    review_attempts: int = Field(
        20, ge=1, description="Payments without success in an hour from which a user's next one is held for review."
    )
    review_failed_payments: int = Field(
        5,
        ge=1,
        description="Failed payments in a day, of any gateway, from which a user's next one is held.",
    )
    review_new_account_amount: Decimal = Field(
        Decimal("200000.00"),
        ge=0,
        description="Amount from which a payment of an account under a day old is held, NPR, with all that it paid and "
        "opened on that day.",
    )
    review_far_amount: Decimal = Field(
        Decimal("50000.00"),
        ge=0,
        description="Amount from which a payment ten times the user's usual one is held, NPR, with all that the user "
        "paid and opened within an hour.",
    )
