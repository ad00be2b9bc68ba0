"""What ``dispatch doctor`` says of places that are dispatched by themselves."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from api.cli.rolling_finding import judged, rolling_finding
from dispatch.rolling.models import RollingPlace
from dispatch.rolling.report import PlaceReport
from dispatch.rolling.ticks import NO_CHURN
from dispatch.zones.models import Zone, ZoneMode
from tests.support.places import somewhere
from tests.support.rolling_zones import RollingZone, rolling_zone
from tests.support.waiting import until
from tests.support.world import Person, World

NOW = datetime(2026, 11, 28, 6, 0, tzinfo=UTC)


@dataclass(frozen=True)
class _Later:
    """A clock that is ahead."""

    by: timedelta

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by


def _place(name: str, *, lease_s: float = 20, waiting: int = 0, error: str = "") -> PlaceReport:
    lease_until = NOW + timedelta(seconds=lease_s)
    next_at = lease_until - timedelta(seconds=15)
    place = RollingPlace(lease_until=lease_until, next_at=next_at, waiting=waiting, error=error)
    return PlaceReport(Zone(name=name), True, ZoneMode.DIRECT, 10, place, NO_CHURN, NO_CHURN)


def test_the_doctor_names_the_places_and_says_where_nobody_ticks_and_what_ended_the_last_tick() -> None:
    well, late = _place("Thamel"), _place("Patan", lease_s=-60)
    assert judged([], NOW).state == "ok"
    found = judged([well, _place("Patan")], NOW)
    assert (found.state, found.found) == ("ok", "Thamel, Patan: dispatched by themselves")
    found = judged([well, late], NOW)
    assert (found.state, found.found) == ("warning", "Patan: the next tick was due 75 s ago")
    assert judged([well, _place("Patan", lease_s=-60, waiting=3)], NOW).state == "bad", "and deliveries wait there"
    found = judged([well, _place("Patan", error="TimeoutError")], NOW)
    assert (found.state, found.found) == ("warning", "Patan: TimeoutError")
    found = judged([_place(str(at)) for at in range(8)], NOW)
    assert found.found == "0, 1, 2, 3, 4 and 3 more: dispatched by themselves"
    never = PlaceReport(None, True, ZoneMode.DIRECT, 10, None, NO_CHURN, NO_CHURN)
    found = judged([never], NOW)
    assert (found.state, found.found) == ("warning", "outside of all zones: no tick yet")


async def test_the_doctor_reads_it_from_the_database_and_finds_a_leader_that_is_gone(
    world: World, admin: Person, zones: list[RollingZone]
) -> None:
    services = world.server.services
    zones.append(zone := await rolling_zone(admin, somewhere()))
    await zone.next_tick()
    rules = services.deliveries.rolling_rules

    async def is_well() -> bool:
        return (await rolling_finding(services.database, services.clock, rules)).state == "ok"

    await until(is_well, "as soon as it ticks in time, also where the machine had stood still")
    found = await rolling_finding(services.database, _Later(timedelta(hours=1)), rules)
    assert found.state in {"warning", "bad"}
    assert " s ago" in found.found
