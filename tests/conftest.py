"""One real server for the whole run: PostgreSQL, Redis and the sandbox gateway under it, sockets in front of it."""

import gc
from collections.abc import AsyncIterator, Generator
from decimal import Decimal
from ipaddress import IPv4Network
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pydantic import SecretStr
from xdist.remote import Producer

from api.server.garbage_collection import shorten_collections
from api.server.logs import configure_logs
from api.server.serving import RunningServer, serving
from dispatch.settings import Settings
from tests.support.deadlines import bound
from tests.support.failures import FailuresAtOnce
from tests.support.memory_files import keep_files_in_memory
from tests.support.real_data import DATA
from tests.support.scheduling import RoomScheduling, order_of
from tests.support.waiting import PATIENCE_S
from tests.support.webhooks import NEW_WEBHOOK_SECRET, OLD_WEBHOOK_SECRET
from tests.support.world import World


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """What fails is said at once, where somebody reads it: not by a process that only shares the tests of a run."""
    keep_files_in_memory()
    # How long an example or the data for it takes says how busy the machine is, and nothing about what is promised.
    # What fails once in a thousand runs is repeated by the line that its failure prints.
    hypothesis_settings.register_profile(
        "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
    )
    hypothesis_settings.load_profile("any machine")
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None and getattr(config, "workerinput", None) is None:
        config.pluginmanager.register(FailuresAtOnce(terminal))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Modules and tests stay to the end: nothing is looked for among them, and later as seldom as in a server."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        shorten_collections()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Nothing hangs; and where several processes share the run, what takes longest begins first."""
    for item in items:
        bound(item)
    if getattr(config, "workerinput", None) is not None:
        items.sort(key=lambda item: order_of(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> RoomScheduling:
    """Shares the run out by rooms and files."""
    return RoomScheduling(config, log)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The defaults, in a folder of their own and at a free port, with some shipping to choose from."""
    secrets = (SecretStr(OLD_WEBHOOK_SECRET), SecretStr(NEW_WEBHOOK_SECRET))
    return Settings(
        data_dir=tmp_path_factory.mktemp("server"),
        port=0,
        webhook_secrets=secrets,
        # Tests register and ask for links as often as they like, all from one address.
        registrations_per_hour=0,
        trust_local_registrations=False,  # as where others reach the server
        forgotten_per_hour=0,
        # The least: a hash of the default takes 0.2 s of CPU, and tests make hundreds.
        password_memory_mb=19,
        # Receivers of tests listen here.
        webhook_networks=(IPv4Network("127.0.0.0/8"),),
        offer_stagger_s=0,  # what is offered is seen at once
        offer_deadline_s=120,  # and can be answered by whom a busy machine keeps waiting
        tracking_position="under_way",  # what most tests watch has no courier near its door; test_privacy has the rest
        other_shipping_costs=(Decimal("49.99"), Decimal("250.01")),
    )


@pytest.fixture(scope="session")
async def server(settings: Settings) -> AsyncIterator[RunningServer]:
    """A server that answers."""
    configure_logs(settings.model_copy(update={"log_level": "WARNING"}))
    async with serving(settings) as running:
        yield running


@pytest.fixture(scope="session")
async def http(server: RunningServer) -> AsyncIterator[httpx.AsyncClient]:
    """A client that is not signed in."""
    async with httpx.AsyncClient(base_url=server.settings.public_url, timeout=PATIENCE_S) as client:
        yield client


@pytest.fixture(scope="session")
async def world(server: RunningServer, http: httpx.AsyncClient) -> World:
    """Makes people and things over the API."""
    return World(server, http)


@pytest.fixture
def data_dir() -> Path:
    """The folder of real data; a test that needs it says so where it is missing."""
    if not DATA.is_dir():
        pytest.skip("data not found, skipped")
    return DATA
