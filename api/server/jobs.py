"""The upkeep that a server does beside answering, and how often."""

from typing import TYPE_CHECKING

from api.server.upkeep import Job
from dispatch.assignments.document_expiry import ExpirySweeper
from dispatch.deliveries.unconfirmed_photos import PhotoSweeper
from dispatch.idempotency.retention import forget_old_answers
from dispatch.payments.settling.webhook_receipts import forget_old_webhooks
from realtime.history.log_state import forget_gone_writers

if TYPE_CHECKING:
    from api.server.services import Services

SWEEP_EVERY_S = 15.0
EXPIRE_EVERY_S = 60.0
SWEEP_PRESENCE_EVERY_S = 5.0
RELAY_EVERY_S = 1.0
COMPLETE_EVERY_S = 60.0
TIDY_EVERY_S = 3600.0
BEAT_EVERY_S = 3.0


def jobs_of(services: "Services") -> list[Job]:
    """Each may run in several processes at once, on one host or many.

    What makes it safe stands beside it; docs/production.md says it in sentences.
    """
    payments, marketplace, background = services.payments, services.marketplace, services.background
    database, clock, publisher = services.database, services.clock, services.publisher
    return [
        Job("payment sweep", SWEEP_EVERY_S, payments.sweeper.sweep),  # settling locks the payment's row
        Job("ended holds", SWEEP_EVERY_S, payments.holds.release_ended),  # each under its payment's row
        Job("expired orders", EXPIRE_EVERY_S, marketplace.expiry.expire),  # each under its order's row
        Job("refunds", SWEEP_EVERY_S, payments.refunds.carry_out_due),  # a refund is claimed on disk before it is sent
        Job("order completion", COMPLETE_EVERY_S, marketplace.completion.complete_due),  # the order's row is locked
        Job("outbox", RELAY_EVERY_S, background.relay.relay_all),  # SKIP LOCKED, then a claim of a minute
        # Deleting twice is once.
        Job("old answers", TIDY_EVERY_S, lambda: forget_old_answers(database, clock)),
        Job("old webhook ids", TIDY_EVERY_S, lambda: forget_old_webhooks(database, clock)),
        Job(
            "expired documents", TIDY_EVERY_S, ExpirySweeper(database, clock, publisher).sweep, at_once=True
        ),  # rows are locked, and what was given back is not found again
        Job(
            "unconfirmed photos", TIDY_EVERY_S, PhotoSweeper(database, services.deliveries.photos).sweep, at_once=True
        ),  # confirming and dropping twice is once
        Job("presence sweep", SWEEP_PRESENCE_EVERY_S, background.presence.sweep),  # one step in Redis
        # A beat is committed first, and an advisory lock is held.
        Job("incarnation", BEAT_EVERY_S, services.operations.incarnation.beat),
        Job("gone writers", TIDY_EVERY_S, lambda: forget_gone_writers(services.redis, services.keys)),  # one step too
        Job("old audit events", TIDY_EVERY_S, background.audit.sweep),  # deleting twice is once
        Job("days of positions", TIDY_EVERY_S, background.retention.sweep, at_once=True),  # an advisory lock
    ]
