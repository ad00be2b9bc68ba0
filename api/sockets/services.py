"""What the sockets and event streams are given."""

from dataclasses import dataclass
from typing import TypeAlias

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from api.adapters.solving import ProcessSolver
from api.process.resources import Feature, Resources
from api.routes.accounts.services import AccountServices
from api.routes.deliveries.services import DeliveryServices
from api.sockets.authentication import AccountSocketAuthenticator
from api.sockets.offers import DeliveryOfferDesk
from dispatch.numbers import read_tracking_number
from dispatch.settings import Settings
from dispatch.tracking.privacy import Privacy
from dispatch.tracking.share_links import followed_by
from dispatch.tracking.unlocking import UnlockTokens
from realtime.console.fleet_watch import FleetRules, FleetWatch
from realtime.ingest.filters import Plausibility
from realtime.ingest.ingest import Ingest
from realtime.ingest.limits import Quota
from realtime.ingest.throttle import Rates
from realtime.protocol import PingPolicy
from realtime.redis.hub import Hub
from realtime.redis.presence import PresenceLimits
from realtime.sockets.sessions import Sessions
from realtime.sockets.tickets import Tickets
from realtime.sockets.transporter_session import OfferDesk
from realtime.watching.registry import WatcherRegistry
from realtime.watching.topic import Watched


@dataclass(frozen=True, slots=True)
class SocketServices(Feature):
    """The sockets' share of a process."""

    hub: Hub
    ingest: Ingest
    watchers: WatcherRegistry
    sessions: Sessions
    authenticator: AccountSocketAuthenticator
    tickets: Tickets
    fleet: FleetWatch
    solver: ProcessSolver
    offers: OfferDesk
    usual_privacy: Privacy
    unlock_tokens: UnlockTokens

    async def watched(self, named: str, unlock: str | None) -> Watched:
        """What is followed by somebody who names a number or a share link, and perhaps a token of its code.

        Raises NotFound and Gone.
        """
        now = self.clock.now()
        number = read_tracking_number(named)
        if number is None:  # only a link is looked up
            async with self.database.work() as work:
                number, link_id = await followed_by(work.session, named, now)
        else:
            link_id = None
        return Watched(number, self.unlock_tokens.holds(unlock, number, now), link_id)

    @property
    def ping_policy(self) -> PingPolicy:
        """What phones are told on connecting."""
        settings = self.settings
        return PingPolicy(settings.ping_interval_s, settings.ping_distance_m, settings.ping_heartbeat_s)


GivenServices: TypeAlias = NamedDependency[SkipValidation[SocketServices]]
"""The parts of the sockets, as they name them."""


def build_socket_services(
    resources: Resources, accounts: AccountServices, deliveries: DeliveryServices
) -> SocketServices:
    """Join them. Opens no connection yet."""
    settings, database, redis, keys = resources.settings, resources.database, resources.redis, resources.keys
    hub = Hub(resources.redis_servers.connect(max_connections=2, retries=0))
    authenticator = AccountSocketAuthenticator(database, accounts.tokens, require_proof=settings.require_verified_email)
    return SocketServices(
        resources,
        hub=hub,
        ingest=_build_ingest(resources),
        watchers=WatcherRegistry(
            redis,
            keys,
            database,
            resources.live,
            hub,
            usual=deliveries.usual_privacy,
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
            replicas=settings.ping_replicas,
        ),
        authenticator=authenticator,
        tickets=accounts.tickets,
        fleet=FleetWatch(
            redis,
            keys,
            database,
            hub,
            FleetRules(
                resources.clock,
                PresenceLimits(settings.stale_after_s, settings.offline_after_s),
                settings.road_factor,
            ),
        ),
        solver=deliveries.solver,
        offers=DeliveryOfferDesk(deliveries),
        usual_privacy=deliveries.usual_privacy,
        unlock_tokens=deliveries.unlock_tokens,
    )


def _build_ingest(resources: Resources) -> Ingest:
    settings = resources.settings
    return Ingest(
        resources.redis,
        resources.keys,
        flush_ms=settings.ping_flush_ms,
        plausibility=_plausibility(settings),
        rates=Rates(settings.ping_rate, settings.ping_bytes_rate),
        log_max=settings.ping_log_max,
        replicas=settings.ping_replicas,
        quota=Quota(settings.ping_quota_per_day, settings.ping_numberings_per_day),
        memory_reserve=settings.ping_memory_reserve,
        now=resources.now_s,
    )


def _plausibility(settings: Settings) -> Plausibility:
    return Plausibility(
        max_age_ms=settings.oldest_fix_s * 1000,
        max_ahead_ms=settings.ping_max_ahead_s * 1000,
        max_speed_mps=settings.ping_max_speed_mps,
        poor_accuracy_m=settings.ping_poor_accuracy_m,
        hold_jumps=settings.ping_hold_jumps,
    )
