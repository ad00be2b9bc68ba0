"""What works beside the requests and belongs to no route: history, messages, retention, presence."""

from dataclasses import dataclass
from datetime import timedelta

from api.adapters.messages import build_mail_sender, build_sms_sender
from api.adapters.sms import HttpSmsSender
from api.adapters.webhooks import HttpWebhookTransport
from api.process.resources import Feature, Resources
from dispatch.alerts.arriving import ArrivingDeliveries
from dispatch.alerts.silent import SilentTransporters
from dispatch.arrivals.movement import Movement
from dispatch.assignments.past_runs import RunRetention
from dispatch.assignments.plan_commits import PlanRetention
from dispatch.audit.service import AuditRetention
from dispatch.decisions.store import DecisionRetention
from dispatch.events.retention import EventRetention
from dispatch.notifications.ports import MailSender, SmsSender
from dispatch.notifications.relay import OutboxRelay
from dispatch.notifications.templates import Templates
from dispatch.rolling.ticks import TickRetention
from dispatch.tracking.retention import Retention
from dispatch.tracking.store import FixStore
from dispatch.webhooks.sender import WebhookSender
from realtime.history.writer import HistoryWriter
from realtime.redis.presence import PresenceLimits, PresenceSweeper


@dataclass(frozen=True, slots=True)
class BackgroundServices(Feature):
    """The upkeep's share of a process."""

    history: HistoryWriter
    presence: PresenceSweeper
    retention: Retention
    audit: AuditRetention
    events: EventRetention
    runs: RunRetention
    decisions: DecisionRetention
    plans: PlanRetention
    ticks: TickRetention
    relay: OutboxRelay
    webhooks: WebhookSender
    webhook_transport: HttpWebhookTransport
    sms: SmsSender | None

    @property
    def arriving(self) -> ArrivingDeliveries:
        """Tells of parcels that are nearly at their doors."""
        within = timedelta(minutes=self.settings.arriving_within_min)
        return ArrivingDeliveries(self.database, self.clock, self.resources.live, self.settings.road_factor, within)

    @property
    def silent(self) -> SilentTransporters:
        """Tells of transporters on duty of whom nothing is heard."""
        return SilentTransporters(self.database, self.clock, self.resources.live)

    async def close(self) -> None:
        """Close the connections to the provider of messages and to receivers of events."""
        await self.webhook_transport.aclose()
        if isinstance(self.sms, HttpSmsSender):
            await self.sms.aclose()


def build_background_services(
    resources: Resources, templates: Templates, *, mail: MailSender | None = None, sms: SmsSender | None = None
) -> BackgroundServices:
    """Join them. Opens no connection yet."""
    settings, database, clock = resources.settings, resources.database, resources.clock
    redis, keys = resources.redis, resources.keys
    mail, sms = mail or build_mail_sender(settings, clock), sms or build_sms_sender(settings)
    transport = HttpWebhookTransport(settings.webhook_networks)
    movement = Movement(database, clock, resources.publisher)
    return BackgroundServices(
        resources,
        history=HistoryWriter(redis, keys, FixStore(database), movement.note),
        presence=PresenceSweeper(
            redis, keys, PresenceLimits(settings.stale_after_s, settings.offline_after_s), resources.now_s
        ),
        retention=Retention(database, clock, keep_days=settings.history_keep_days),
        audit=AuditRetention(database, clock, keep_days=settings.audit_keep_days),
        events=EventRetention(database, clock, keep_days=settings.events_keep_days),
        runs=RunRetention(database, clock, keep_days=settings.assignment_runs_keep_days),
        webhooks=WebhookSender(database, clock, transport),
        webhook_transport=transport,
        plans=PlanRetention(database, clock),
        ticks=TickRetention(database, clock),
        decisions=DecisionRetention(database, clock, keep_days=settings.decisions_keep_days),
        relay=OutboxRelay(database, clock, templates, mail, sms),
        sms=sms,
    )
