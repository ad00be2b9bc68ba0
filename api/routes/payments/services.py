"""What the routes of payments are given."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias
from urllib.parse import urlsplit

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from api.adapters.khalti import KhaltiClient
from api.adapters.rate_limits import RateLimiter
from api.process.resources import Feature, Resources
from api.routes.marketplace.services import price_terms
from api.routes.payments.bounded_settling import BoundedSettling
from dispatch.notifications.templates import Templates
from dispatch.payments.invoices.issuing import Issuer
from dispatch.payments.opening.ended_holds import HoldSweeper
from dispatch.payments.opening.field_problems import FieldProblems
from dispatch.payments.opening.initiation import PaymentInitiation, PaymentTerms
from dispatch.payments.opening.screening import ReviewRules
from dispatch.payments.opening.stock_holds import HoldRules
from dispatch.payments.refunds.sender import RefundSender
from dispatch.payments.settling.settlement import PaymentSettlement
from dispatch.payments.settling.sweeper import PaymentSweeper
from dispatch.ports import PaymentGateway
from dispatch.settings import Settings


@dataclass(frozen=True, slots=True)
class PaymentServices(Feature):
    """The payments' share of a process."""

    gateway: PaymentGateway
    templates: Templates
    limiter: RateLimiter
    callbacks: BoundedSettling
    sweeper: PaymentSweeper
    holds: HoldSweeper
    refunds: RefundSender

    @property
    def initiation(self) -> PaymentInitiation:
        """Opens payments on the shop's terms."""
        return PaymentInitiation(self.database, self.gateway, payment_terms(self.settings), self.clock)

    @property
    def payment_problems(self) -> FieldProblems:
        """Looks at the fields of payments that are to be opened."""
        terms = payment_terms(self.settings)
        kept_for = terms.prices_kept_for
        return FieldProblems(self.database, self.gateway, self.clock, terms.prices, prices_kept_for=kept_for)

    @property
    def settlement(self) -> PaymentSettlement:
        """Settles payments."""
        return PaymentSettlement(self.database, self.gateway, self.clock, self.issuer)

    @property
    def issuer(self) -> Issuer:
        """The seller of record."""
        return issuer_of(self.settings)

    @property
    def return_hosts(self) -> tuple[str, ...]:
        """Hosts that a buyer's browser may be sent to after paying, with that of the usual address; empty for any."""
        hosts, usual = self.settings.return_hosts, self.settings.khalti_return_url
        return (*hosts, urlsplit(usual).netloc) if hosts and usual else hosts

    async def close(self) -> None:
        """Close the connections to the gateway."""
        if isinstance(self.gateway, KhaltiClient):
            await self.gateway.aclose()


GivenServices: TypeAlias = NamedDependency[SkipValidation[PaymentServices]]
"""The parts of this feature, as its routes name them."""


def issuer_of(settings: Settings) -> Issuer:
    """Whom invoices name as the seller of record."""
    return Issuer(settings.invoice_issuer, settings.invoice_address, settings.invoice_tax_number)


def payment_terms(settings: Settings) -> PaymentTerms:
    """On which terms payments are opened."""
    site = settings.public_url
    return PaymentTerms(
        prices=price_terms(settings),
        callback_url=f"{site}/api/v1/payments/callback/",
        website_url=f"{site}/",
        rules=ReviewRules(
            attempts=settings.review_attempts,
            failed_payments=settings.review_failed_payments,
            new_account_amount=settings.review_new_account_amount,
            far_amount=settings.review_far_amount,
        ),
        holds=HoldRules(
            open_payments=settings.open_payments,
            share=settings.hold_share,
            pieces=settings.hold_pieces,
            lasts=timedelta(seconds=settings.hold_s),
            cooldown=timedelta(seconds=settings.hold_cooldown_s),
        ),
        prices_kept_for=timedelta(seconds=settings.order_prices_kept_s),
    )


def build_payment_services(resources: Resources, gateway: PaymentGateway, templates: Templates) -> PaymentServices:
    """Join them. Opens no connection yet."""
    database, clock, issuer = resources.database, resources.clock, issuer_of(resources.settings)
    limiter = RateLimiter(resources.redis, resources.keys)
    return PaymentServices(
        resources,
        gateway=gateway,
        templates=templates,
        limiter=limiter,
        callbacks=BoundedSettling(PaymentSettlement(database, gateway, clock, issuer), limiter),
        sweeper=PaymentSweeper(database, gateway, clock, issuer),
        holds=HoldSweeper(database, clock),
        refunds=RefundSender(database, gateway, clock),
    )
