"""The dead letters of all features."""

from enum import StrEnum

from dispatch.assignments.document_expiry import DocumentExpiry
from dispatch.deliveries.unconfirmed_photos import PhotoSweeper
from dispatch.jobs.dead_letters import DeadLetters, dead_items
from dispatch.notifications.dead_messages import DEAD_MESSAGES
from dispatch.notifications.relay import OutboxRelay
from dispatch.offers.rounds import SearchRounds
from dispatch.payments.opening.ended_holds import HoldSweeper
from dispatch.payments.orders.completion import OrderCompletion
from dispatch.payments.orders.expiry import OrderExpiry
from dispatch.payments.refunds.dead_refunds import DEAD_REFUNDS
from dispatch.payments.refunds.sender import RefundSender
from dispatch.payments.settling.dead_payments import DEAD_PAYMENTS
from dispatch.payments.settling.sweeper import PaymentSweeper
from dispatch.privacy.doors_left import DoorsLeft
from dispatch.transporters.documents.retention import DocumentRetention, UnconfirmedDocuments
from dispatch.waiting_imports import IMPORT_JOB
from dispatch.webhooks.dead_webhooks import DEAD_WEBHOOKS
from dispatch.webhooks.sender import WebhookSender


class DeadLetterKind(StrEnum):
    """Which job gave it up."""

    PAYMENTS = PaymentSweeper.name
    REFUNDS = RefundSender.name
    MESSAGES = OutboxRelay.name
    WEBHOOKS = WebhookSender.name
    STOCK_HOLDS = HoldSweeper.name
    UNPAID_ORDERS = OrderExpiry.name
    DELIVERED_ORDERS = OrderCompletion.name
    EXPIRED_DOCUMENTS = DocumentExpiry.name
    UNCONFIRMED_PHOTOS = PhotoSweeper.name
    UNCONFIRMED_DOCUMENTS = UnconfirmedDocuments.name
    ENDED_DOCUMENTS = DocumentRetention.name
    OFFERS = SearchRounds.name
    DOORS_LEFT = DoorsLeft.name
    IMPORTS = IMPORT_JOB


SOURCES = (DEAD_PAYMENTS, DEAD_REFUNDS, DEAD_MESSAGES, DEAD_WEBHOOKS)
DEAD_LETTERS = DeadLetters(
    [*SOURCES, dead_items(frozenset(DeadLetterKind) - frozenset().union(*(source.kinds for source in SOURCES)))]
)
