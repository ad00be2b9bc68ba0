"""The composition root: the only place where ports meet what implements them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlsplit

from redis.asyncio import Redis

from api.adapters.khalti import KhaltiClient
from api.adapters.messages import build_mail_sender, build_sms_sender, build_templates
from api.adapters.photos import FolderPhotoStore
from api.adapters.rate_limits import RateLimiter
from api.adapters.sms import HttpSmsSender
from api.adapters.solving import ProcessSolver
from api.monitoring.process import telling
from api.routes.accounts.services import AccountServices, build_account_services
from api.routes.payments.bounded_settling import BoundedSettling
from api.server.jobs import jobs_of
from api.server.process_roles import WHOLE, ProcessRole
from api.server.upkeep import upkeep
from api.server.write_checks import WriteChecks, build_write_checks
from api.sockets.authentication import AccountSocketAuthenticator
from dispatch.accounts.links import LinkTokens
from dispatch.accounts.tokens import Tokens
from dispatch.arrivals.movement import Movement
from dispatch.assignments.profile_changes import ProfileChanges, ProfileRules
from dispatch.audit.service import AuditRetention
from dispatch.cancellations.order_refunds import OrderRefunds
from dispatch.catalogue.sums import PriceTerms
from dispatch.clock import SystemClock
from dispatch.database.engine import Database
from dispatch.database.work import Work
from dispatch.deliveries.handover import HandoverRules
from dispatch.deliveries.ratings import DeliveryRatings
from dispatch.deliveries.steps import DeliveryLimits, DeliverySteps
from dispatch.notifications.ports import MailSender, SmsSender
from dispatch.notifications.relay import OutboxRelay
from dispatch.notifications.templates import Templates
from dispatch.orders.service import OrderRules
from dispatch.payments.invoices.issuing import Issuer
from dispatch.payments.opening.field_problems import FieldProblems
from dispatch.payments.opening.initiation import PaymentInitiation, PaymentTerms
from dispatch.payments.opening.screening import ReviewRules
from dispatch.payments.opening.stock_holds import HoldRules, HoldSweeper
from dispatch.payments.orders.completion import OrderCompletion
from dispatch.payments.orders.expiry import OrderExpiry
from dispatch.payments.refunds.sender import RefundCarrier
from dispatch.payments.settling.settlement import PaymentSettlement
from dispatch.payments.settling.sweeper import PaymentSweeper
from dispatch.ports import Clock, PaymentGateway, PhotoStore, Publisher
from dispatch.settings import Settings
from dispatch.tracking.retention import Retention
from dispatch.tracking.store import FixStore
from realtime.console.fleet_watch import FleetWatch
from realtime.history.writer import HistoryWriter
from realtime.ingest.filters import Plausibility
from realtime.ingest.ingest import Ingest
from realtime.ingest.limits import Quota
from realtime.ingest.throttle import Rates
from realtime.protocol import PingPolicy
from realtime.redis.client import RedisServers
from realtime.redis.incarnation import IncarnationWatch
from realtime.redis.keys import Keys
from realtime.redis.live_positions import RedisLivePositions
from realtime.redis.presence import PresenceLimits, PresenceSweeper
from realtime.redis.publisher import RedisPublisher
from realtime.sockets.sessions import Sessions
from realtime.sockets.tickets import Tickets
from realtime.watching.hub import Hub
from realtime.watching.registry import WatcherRegistry


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the parts of this run are: those of the settings, or of the embedded servers."""

    database_url: str
    redis_url: str
    gateway_url: str
    gateway_key: str


@dataclass(frozen=True, slots=True)
class Services:
    """What the controllers and sockets of one process share."""

    settings: Settings
    clock: Clock
    tokens: Tokens
    database: Database
    redis: Redis
    keys: Keys
    live: RedisLivePositions
    publisher: Publisher
    gateway: PaymentGateway
    photos: PhotoStore
    solver: ProcessSolver
    hub: Hub
    ingest: Ingest
    watchers: WatcherRegistry
    sessions: Sessions
    authenticator: AccountSocketAuthenticator
    tickets: Tickets
    fleet: FleetWatch
    history: HistoryWriter
    sweeper: PaymentSweeper
    holds: HoldSweeper
    expiry: OrderExpiry
    retention: Retention
    audit: AuditRetention
    presence: PresenceSweeper
    refunds: RefundCarrier
    completion: OrderCompletion
    relay: OutboxRelay
    sms: SmsSender | None
    templates: Templates
    limiter: RateLimiter
    callbacks: BoundedSettling
    incarnation: IncarnationWatch
    write_checks: WriteChecks
    accounts: AccountServices
    part: ProcessRole

    @property
    def initiation(self) -> PaymentInitiation:
        """Opens payments on the shop's terms."""
        return PaymentInitiation(self.database, self.gateway, self._payment_terms(), self.clock)

    @property
    def payment_problems(self) -> FieldProblems:
        """Looks at the fields of payments that are to be opened."""
        terms = self._payment_terms()
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

    @property
    def order_rules(self) -> OrderRules:
        """What the shop decides about orders."""
        return OrderRules(self.prices, self.settings.unpaid_orders)

    @property
    def prices(self) -> PriceTerms:
        """What the shop decides about tax and shipping."""
        settings = self.settings
        return PriceTerms(settings.vat_rate, settings.shipping_cost, settings.other_shipping_costs)

    def _payment_terms(self) -> PaymentTerms:
        site = self.settings.public_url
        return PaymentTerms(
            prices=self.prices,
            callback_url=f"{site}/api/v1/payments/callback/",
            website_url=f"{site}/",
            rules=ReviewRules(
                attempts=self.settings.review_attempts,
                failed_payments=self.settings.review_failed_payments,
                new_account_amount=self.settings.review_new_account_amount,
                far_amount=self.settings.review_far_amount,
            ),
            holds=HoldRules(
                open_payments=self.settings.open_payments,
                share=self.settings.hold_share,
                pieces=self.settings.hold_pieces,
                lasts=timedelta(seconds=self.settings.hold_s),
                cooldown=timedelta(seconds=self.settings.hold_cooldown_s),
            ),
            prices_kept_for=timedelta(seconds=self.settings.order_prices_kept_s),
        )

    @property
    def ping_policy(self) -> PingPolicy:
        """What phones are told on connecting."""
        settings = self.settings
        return PingPolicy(settings.ping_interval_s, settings.ping_distance_m, settings.ping_heartbeat_s)

    async def close(self) -> None:
        """Close all connections and end what was started."""
        self.solver.close()
        self.accounts.passwords.close()
        if isinstance(self.gateway, KhaltiClient):
            await self.gateway.aclose()
        if isinstance(self.sms, HttpSmsSender):
            await self.sms.aclose()
        await self.redis.aclose()
        await self.database.close()

    def order_refunds(self, work: Work) -> OrderRefunds:
        """Cancelling and refunding orders in a unit of work."""
        return OrderRefunds(work, self.clock, self.delivery_steps(work).deliveries)

    def profile_changes(self, work: Work) -> ProfileChanges:
        """Profiles and verifications of transporters in a unit of work."""
        settings = self.settings
        rules = ProfileRules(settings.max_active_deliveries, settings.max_active_grant, settings.required_documents)
        return ProfileChanges(work, self.clock, self.publisher, rules)

    @property
    def delivery_limits(self) -> DeliveryLimits:
        """The highest amounts that a delivery may name."""
        return DeliveryLimits(self.settings.max_delivery_fee, self.settings.max_package_value)

    def delivery_steps(self, work: Work) -> DeliverySteps:
        """The deliveries of a unit of work."""
        return DeliverySteps(
            work,
            self.clock,
            self.publisher,
            self.photos,
            road_factor=self.settings.road_factor,
            commission_rate=Decimal(self.settings.commission_rate),
            rules=HandoverRules(
                self.settings.handover_far_m, self.settings.ping_max_speed_mps, self.settings.service_area
            ),
            limits=self.delivery_limits,
        )

    def ratings(self, work: Work) -> DeliveryRatings:
        """Customers' ratings in a unit of work."""
        return DeliveryRatings(work, self.delivery_steps(work).deliveries)


def issuer_of(settings: Settings) -> Issuer:
    """Whom invoices name as the seller of record."""
    return Issuer(settings.invoice_issuer, settings.invoice_address, settings.invoice_tax_number)


def build_services(
    settings: Settings,
    addresses: Addresses,
    *,
    clock: Clock | None = None,
    gateway: PaymentGateway | None = None,
    photos: PhotoStore | None = None,
    mail: MailSender | None = None,
    sms: SmsSender | None = None,
    part: ProcessRole = WHOLE,
) -> Services:
    """Join ports and implementations. Opens no connection yet."""
    clock = clock or SystemClock()
    keys = Keys(settings.zone)
    database = Database(
        addresses.database_url, pool_size=settings.database_pool_size, timeout_s=settings.database_timeout_s
    )
    servers = RedisServers(addresses.redis_url, zone=settings.zone)
    redis = servers.connect()
    presence = PresenceLimits(settings.stale_after_s, settings.offline_after_s)
    live = RedisLivePositions(redis, keys, limits=presence)
    publisher = RedisPublisher(redis, keys)
    gateway = gateway or KhaltiClient(addresses.gateway_url, addresses.gateway_key)
    hub = Hub(servers.connect(max_connections=2, retries=0))
    movement = Movement(database, clock, publisher)
    limiter = RateLimiter(redis, keys)
    tokens = Tokens(
        settings.signing_key(),
        clock,
        access_s=settings.access_token_s,
        refresh_s=settings.refresh_token_s,
        old_keys=[key.get_secret_value() for key in settings.old_secret_keys],
    )
    authenticator = AccountSocketAuthenticator(database, tokens, require_proof=settings.require_verified_email)
    sms = sms or build_sms_sender(settings)
    link_tokens = LinkTokens(settings.signing_key(), settings.public_url)
    templates = build_templates(settings, account_link=link_tokens.url)
    mail = mail or build_mail_sender(settings, clock)
    return Services(
        settings=settings,
        clock=clock,
        tokens=tokens,
        database=database,
        redis=redis,
        keys=keys,
        live=live,
        publisher=publisher,
        gateway=gateway,
        photos=photos or FolderPhotoStore(settings.data_dir / "photos"),
        solver=ProcessSolver(),
        hub=hub,
        ingest=Ingest(
            redis,
            keys,
            flush_ms=settings.ping_flush_ms,
            plausibility=Plausibility(
                max_age_ms=settings.oldest_fix_s * 1000,
                max_ahead_ms=settings.ping_max_ahead_s * 1000,
                max_speed_mps=settings.ping_max_speed_mps,
                poor_accuracy_m=settings.ping_poor_accuracy_m,
                hold_jumps=settings.ping_hold_jumps,
            ),
            rates=Rates(settings.ping_rate, settings.ping_bytes_rate),
            log_max=settings.ping_log_max,
            replicas=settings.ping_replicas,
            quota=Quota(settings.ping_quota_per_day, settings.ping_numberings_per_day),
            memory_reserve=settings.ping_memory_reserve,
        ),
        watchers=WatcherRegistry(
            redis,
            keys,
            database,
            live,
            hub,
            road_factor=settings.road_factor,
            send_within_s=settings.send_timeout_s,
        ),
        sessions=Sessions(
            redis,
            keys,
            hub,
            authenticator,
            per_user=settings.sockets_per_user,
            per_address=settings.sockets_per_address,
            watchers_per_address=settings.watchers_per_address,
        ),
        authenticator=authenticator,
        tickets=Tickets(redis, keys),
        fleet=FleetWatch(redis, keys, database, hub, offline_after_s=settings.offline_after_s),
        history=HistoryWriter(redis, keys, FixStore(database), movement.note),
        presence=PresenceSweeper(redis, keys, presence),
        retention=Retention(database, clock, keep_days=settings.history_keep_days),
        audit=AuditRetention(database, clock, keep_days=settings.audit_keep_days),
        sweeper=PaymentSweeper(database, gateway, clock, issuer_of(settings)),
        holds=HoldSweeper(database, clock),
        expiry=OrderExpiry(database, clock, expires_after=timedelta(hours=settings.order_expires_h)),
        refunds=RefundCarrier(database, gateway, clock),
        completion=OrderCompletion(database, clock, grace=timedelta(seconds=settings.objection_s)),
        relay=OutboxRelay(database, clock, templates, mail, sms),
        sms=sms,
        templates=templates,
        limiter=limiter,
        callbacks=BoundedSettling(PaymentSettlement(database, gateway, clock, issuer_of(settings)), limiter),
        incarnation=IncarnationWatch(redis, keys, database),
        write_checks=build_write_checks(settings.data_dir, database, redis, keys),
        accounts=build_account_services(
            settings,
            database,
            redis,
            keys,
            clock=clock,
            tokens=tokens,
            publisher=publisher,
            presence=live,
            link_tokens=link_tokens,
        ),
        part=part,
    )


@asynccontextmanager
async def running(services: Services) -> AsyncIterator[Services]:
    """Run this part's background work; on leaving, what was handed in is stored before connections close."""
    async with AsyncExitStack() as stack:
        stack.push_async_callback(services.close)
        await stack.enter_async_context(telling(services))
        if services.part.answers:
            await stack.enter_async_context(_answering(services))
        if services.part.does_upkeep:
            services.history.start()
            stack.push_async_callback(services.history.stop)
            await stack.enter_async_context(upkeep(jobs_of(services)))
        yield services


@asynccontextmanager
async def _answering(services: Services) -> AsyncIterator[None]:
    services.hub.start()
    services.ingest.start()
    services.watchers.start()
    await services.sessions.start()
    try:
        yield
    finally:
        await services.callbacks.stop()
        await services.ingest.stop()
        await services.watchers.stop()
        await services.sessions.stop()
        await services.hub.stop()
