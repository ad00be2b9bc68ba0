"""The upkeep that a server does beside answering, and how often."""

from typing import TYPE_CHECKING

from api.monitoring.business import Business
from api.monitoring.sampling import MinuteSampler
from api.server.upkeep import Job
from dispatch.alerts.late import tell_late
from dispatch.analytics.sums import add_up
from dispatch.assignments.document_expiry import DocumentExpiry
from dispatch.deliveries.messages import tell_buyers
from dispatch.deliveries.unconfirmed_photos import PhotoSweeper
from dispatch.idempotency.retention import forget_old_answers
from dispatch.jobs.items import ItemJob
from dispatch.jobs.leased_items import forget_old_items
from dispatch.offers.duty import end_breaks
from dispatch.payments.settling.webhook_receipts import forget_old_webhooks
from dispatch.privacy.doors_left import DoorsLeft
from dispatch.transporters.documents.reminders import remind_of_documents
from dispatch.transporters.documents.retention import UnconfirmedDocuments
from dispatch.uploads.service import forget_old_uploads
from dispatch.webhooks.fan_out import fan_out
from realtime.history.log_state import forget_gone_writers

if TYPE_CHECKING:
    from api.server.services import Services

SWEEP_EVERY_S = 15.0
ADD_UP_EVERY_S = 5.0
EXPIRE_EVERY_S = 60.0
SWEEP_PRESENCE_EVERY_S = 5.0
RELAY_EVERY_S = 1.0
ALERT_EVERY_S = 5.0
OFFERS_EVERY_S = 0.5
# Ticks are seconds apart; this is how late one may begin.
ROLLING_EVERY_S = 0.5
COMPLETE_EVERY_S = 60.0
TIDY_EVERY_S = 3600.0
BEAT_EVERY_S = 3.0
# Of a minute that is over; the round that comes first after it keeps it.
SAMPLE_EVERY_S = 10.0


def business_of(services: "Services") -> Business:
    """The figures of the business; among them how long the items of each job wait."""
    jobs = [job.work for job in jobs_of(services) if isinstance(job.work, ItemJob)]
    return Business(services, jobs)


def jobs_of(services: "Services") -> list[Job]:
    """Each may run in several processes at once, on one host or many.

    Those with items take each with a lease and look at it again under its locks; what makes the others safe stands
    beside them. docs/production.md says it in sentences.
    """
    payments, marketplace, background = services.payments, services.marketplace, services.background
    documents = services.transporters.documents
    database, clock = services.database, services.clock
    told = (tell_buyers,) if services.settings.parcel_messages else ()
    return [
        Job.of(payments.sweeper, SWEEP_EVERY_S),
        Job.of(payments.holds, SWEEP_EVERY_S),
        Job.of(marketplace.expiry, EXPIRE_EVERY_S),
        Job.of(payments.refunds, SWEEP_EVERY_S),
        Job.of(marketplace.completion, COMPLETE_EVERY_S),
        Job.of(background.relay, RELAY_EVERY_S),
        Job.of(background.webhooks, RELAY_EVERY_S),
        Job.of(services.imports.job, RELAY_EVERY_S),
        Job.of(services.deliveries.search_rounds, OFFERS_EVERY_S, at_once=True),
        Job.of(services.deliveries.offer_notices, OFFERS_EVERY_S, at_once=True),
        Job.of(services.deliveries.rolling, ROLLING_EVERY_S),
        Job.of(DocumentExpiry(database, clock, services.publisher), TIDY_EVERY_S, at_once=True),
        Job.of(PhotoSweeper(database, clock, services.deliveries.photos), TIDY_EVERY_S, at_once=True),
        Job.of(UnconfirmedDocuments(database, clock, documents.store), TIDY_EVERY_S, at_once=True),
        Job.of(documents.retention, TIDY_EVERY_S, at_once=True),
        Job.of(DoorsLeft(database, clock), TIDY_EVERY_S, at_once=True),
        # The row of what was told is written with the messages.
        Job("document-reminders", TIDY_EVERY_S, lambda: remind_of_documents(database, clock), at_once=True),
        Job("presence", SWEEP_PRESENCE_EVERY_S, background.presence.sweep),  # one step in Redis
        # The row is held and looked at again.
        Job("ended-breaks", RELAY_EVERY_S, lambda: end_breaks(database, clock, services.publisher)),
        # The row of what was told is written with the event.
        Job("late-deliveries", ALERT_EVERY_S, lambda: tell_late(database, clock)),
        Job("arriving-deliveries", ALERT_EVERY_S, background.arriving.tell),
        Job("silent-transporters", ALERT_EVERY_S, background.silent.tell),
        Job("expired-plans", EXPIRE_EVERY_S, background.plans.expire),  # the row is held and looked at again
        # A beat is committed first, and an advisory lock is held.
        Job("incarnation", BEAT_EVERY_S, services.operations.incarnation.beat),
        Job("events", RELAY_EVERY_S, lambda: fan_out(database, clock, *told)),  # an advisory lock
        # What is added is taken away by the same statement.
        Job("sales-sums", ADD_UP_EVERY_S, lambda: add_up(database)),
        # A row for each process and minute.
        Job("minute-figures", SAMPLE_EVERY_S, MinuteSampler(services).run),
        # Deleting twice is once.
        Job("old-answers", TIDY_EVERY_S, lambda: forget_old_answers(database, clock)),
        Job("old-uploads", TIDY_EVERY_S, lambda: forget_old_uploads(database, clock)),
        Job("old-webhook-ids", TIDY_EVERY_S, lambda: forget_old_webhooks(database, clock)),
        Job("old-job-items", TIDY_EVERY_S, lambda: forget_old_items(database, clock)),
        Job("old-audit-events", TIDY_EVERY_S, background.audit.sweep),
        Job("old-events", TIDY_EVERY_S, background.events.sweep),
        Job("old-assignment-runs", TIDY_EVERY_S, background.runs.sweep),
        Job("old-ticks", TIDY_EVERY_S, background.ticks.sweep),
        Job("old-plans", TIDY_EVERY_S, background.plans.sweep),
        Job("old-decisions", TIDY_EVERY_S, background.decisions.sweep),
        Job("gone-history-writers", TIDY_EVERY_S, lambda: forget_gone_writers(services.redis, services.keys)),
        Job("days-of-positions", TIDY_EVERY_S, background.retention.sweep, at_once=True),  # an advisory lock
    ]
