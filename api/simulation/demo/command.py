"""``dispatch demo``."""

import asyncio
import os
import time
from collections.abc import Coroutine, Iterable
from contextlib import AsyncExitStack, aclosing, suppress

import httpx

from api.server.backing_services import find_sandbox
from api.server.serving import RunningServer, serving, stopped_by_signals
from api.simulation.accounts.demo import demo_password, ensure_accounts, ensure_products, kept_out, open_sign_ins
from api.simulation.accounts.papers import ensure_waiting_documents
from api.simulation.accounts.past import order_before_due
from api.simulation.accounts.signed_in import SignedIn
from api.simulation.demo.cancelling import cancel_all
from api.simulation.demo.faults import NO_FAULTS, FaultPlan
from api.simulation.demo.fleet import driving
from api.simulation.demo.goods import ARTICLES
from api.simulation.demo.market import Market
from api.simulation.demo.orders import StoryRunner, StoryStuck
from api.simulation.demo.people import ADMIN, CARRIERS, CUSTOMERS, EVERYONE, SELLERS
from api.simulation.demo.printout import Steps, console, print_summary
from api.simulation.demo.sellers import SimulatedSellers
from api.simulation.demo.sign_ins import Callers, Refused
from api.simulation.demo.stories import PICKED_UP, STORIES, Stage, Story
from api.simulation.demo.summary import (
    Account,
    Filling,
    Summary,
    TransporterAccount,
    own_start,
    remove_stale_summary,
    summary_path,
    write_summary,
)
from api.terminal.errors import CommandError
from dispatch.settings import Settings

STORIES_AT_ONCE = 4
LEAVES_WITHIN_S = 10.0


async def run_demo(settings: Settings, faults: FaultPlan = NO_FAULTS) -> None:
    """Serve, people the shop, let the transporters drive; until Ctrl-C or SIGTERM.

    It always pays at its own sandbox gateway, whatever gateway is configured: a demo moves no money. ``faults``:
    what goes wrong with the transporters' phones. Raises ServeError or EmbeddedError where the server cannot start,
    CommandError where the demo cannot be set up.
    """
    settings = settings.model_copy(update={"khalti_secret_key": None, "khalti_base_url": None})
    remove_stale_summary(summary_path(settings))
    stop = asyncio.Event()
    steps = Steps()
    with stopped_by_signals(stop):
        async with AsyncExitStack() as stack:
            with steps.step(
                "Starting PostgreSQL, Redis, payment gateway", "PostgreSQL, Redis, payment gateway, server"
            ):
                filling = Filling(settings)
                stack.callback(filling.end)
                with suppress(OSError):  # the server says what is wrong with the folder
                    filling.tell({})
                server = await stack.enter_async_context(serving(settings))
            await _until(stop, _play(server, steps, stack, faults, filling))


async def _until(stop: asyncio.Event, play: Coroutine[None, None, None]) -> None:
    """Play until told to stop. Raises CommandError where the play cannot go on."""
    playing, told = asyncio.create_task(play, name="demo"), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({playing, told}, return_when=asyncio.FIRST_COMPLETED)
        if playing.done():
            playing.result()
        console.print("\nStopping …")
    except (Refused, StoryStuck, httpx.HTTPError, TimeoutError) as error:
        reason = str(error) or type(error).__name__
        raise CommandError(
            f"The demo could not be set up: {reason}\nStart it again, or in an empty folder: DISPATCH_DATA_DIR=…"
        ) from error
    finally:
        await cancel_all([playing, told])


async def _play(
    server: RunningServer, steps: Steps, stack: AsyncExitStack, faults: FaultPlan, filling: Filling
) -> None:
    """Everything above the server, for ever. What must be ended afterwards goes onto ``stack``."""
    settings, services = server.settings, server.services
    remove_stale_summary(summary_path(settings))
    here = settings.model_copy(update={"site_url": None}).public_url
    password = demo_password(settings)
    with steps.step("Making accounts and a catalogue", f"{len(EVERYONE)} accounts, {len(ARTICLES)} products"):
        transporters = await ensure_accounts(services, password)
        await ensure_waiting_documents(services)
        products = await ensure_products(services)
    filling.tell(_log_ins(password))
    sandbox = find_sandbox(settings)
    sandbox_url = sandbox.base_url if sandbox else ""
    callers = await stack.enter_async_context(aclosing(Callers(here, password, await open_sign_ins(services))))
    story_runner = StoryRunner(callers, sandbox_url, products, transporters)
    with steps.step("Ordering, paying, sending off", f"{len(STORIES)} orders, from unpaid to delivered"):
        await _tell(story_runner, ((story, _before_driving(story)) for story in STORIES))
        await order_before_due(services)
    own_deliveries = await story_runner.open_deliveries()
    fleet = await stack.enter_async_context(
        driving(
            *(callers, transporters, own_deliveries, SignedIn(services), here, faults),
            kept_out=await kept_out(services, transporters),
        )
    )
    with steps.step("Sending transporters out", f"{len(fleet.able)} transporters on the road") as detail:
        await fleet.wait_online(lambda online: detail(f"{online} of {len(fleet.able)}"))
    market = Market(story_runner, own_deliveries)
    with steps.step("Assigning parcels", "parcels assigned, the first in transit"):
        await _tell(story_runner, ((story, story.goal) for story in STORIES))
        await market.open()
        await _wait_for_movement(story_runner)
    summary = _summary(settings, password, transporters, sandbox_url, await story_runner.tracking_numbers())
    write_summary(summary_path(settings), summary)
    filling.end()
    print_summary(summary, summary_path(settings))
    if faults.shares:
        console.print(f"Faults of phones: {faults}")
    await asyncio.gather(market.keep_ordering(), SimulatedSellers(callers, own_deliveries).keep_sending())


def _before_driving(story: Story) -> Stage:
    """How far a story can go while nobody is online: whom the server shall choose must be seen by it first."""
    return story.goal if story.carrier or story.goal is Stage.CANCELLED else min(story.goal, Stage.WAITING)


async def _tell(story_runner: StoryRunner, stories: Iterable[tuple[Story, Stage]]) -> None:
    """Several stories at a time. Raises what the first that fails raises."""
    gate = asyncio.Semaphore(STORIES_AT_ONCE)

    async def one(story: Story, until: Stage) -> None:
        async with gate:
            await story_runner.tell(story, until)

    tasks = [asyncio.create_task(one(story, until)) for story, until in stories]
    try:
        await asyncio.gather(*tasks)
    finally:
        await cancel_all(tasks)


async def _wait_for_movement(story_runner: StoryRunner) -> None:
    """Until a parcel is seen to have left, or nothing has been about to leave."""
    deadline = time.monotonic() + LEAVES_WITHIN_S
    while time.monotonic() < deadline:
        if await story_runner.any_moves() or not await story_runner.count(PICKED_UP):
            return
        await asyncio.sleep(0.5)


def _log_ins(password: str) -> dict[str, Account]:
    emails = {
        "admin": ADMIN.email,
        "seller": SELLERS[0].email,
        "customer": CUSTOMERS[0].email,
        "transporter": CARRIERS[0].person.email,
    }
    return {role: Account(email, password) for role, email in emails.items()}


def _summary(
    settings: Settings, password: str, transporters: dict[str, int], sandbox_url: str, tracking_numbers: list[str]
) -> Summary:
    return Summary(
        base_url=settings.public_url,
        accounts=_log_ins(password),
        transporters=[TransporterAccount(number, email, password) for email, number in transporters.items()],
        sandbox_url=sandbox_url,
        tracking_numbers=tracking_numbers,
        pid=os.getpid(),
        started=own_start(),
    )
