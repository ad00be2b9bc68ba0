"""A run over many parcels, whoever began it: a dispatcher follows it by its address and finds it again."""

import re

import pytest
from playwright.async_api import Page, expect

from dispatch.assignments.models import RunStatus
from dispatch.assignments.results import BulkResult, Failure
from dispatch.assignments.runs import Run, begin_run
from tests.browser.sign_ins import remembered
from tests.browser.windows import Window, violations
from tests.support.world import World

pytestmark = pytest.mark.slow

RUN = re.compile(r"[?&]run=\d+")


async def _open(world: World, desk: Window, path: str) -> Page:
    """A page of an admin who is signed in."""
    await remembered(desk.context, "console", await world.admin())
    return await desk.open(path)


async def test_a_run_shows_how_far_it_is_and_a_reload_finds_it_again(world: World, desk: Window) -> None:
    services = world.server.services
    async with services.database.work() as work:
        begun = await begin_run(work, services.clock, None)
    page = await _open(world, desk, f"/console?run={begun.id}")
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Working out the best plan")
    async with services.database.work() as work:
        plan = BulkResult([], [Failure(9, "Nobody", "Nobody is near.")], 900.0, certified=False, planned_total=891.0)
        await Run(work, services.clock, begun.id).planned(plan, 800)
    await expect(dialog).to_contain_text("0 of 800 given")
    async with services.database.work() as work:
        await Run(work, services.clock, begun.id).wrote(200, [])
    await expect(dialog).to_contain_text("200 of 800 given")
    await expect(dialog.get_by_role("progressbar")).to_have_js_property("value", 200)
    assert await violations(page) == []
    await page.reload()
    await expect(dialog).to_contain_text("200 of 800 given")
    async with services.database.work() as work:
        await Run(work, services.clock, begun.id).end(RunStatus.FAILED, "The database is away.")
    await expect(dialog).to_contain_text("It stopped before its end")
    await expect(dialog).to_contain_text("200 of 801 get a courier")
    await expect(dialog).to_contain_text("891 points, at most 1.00 % below the best possible")
    await expect(dialog).to_contain_text("Nobody is near.")
    await page.keyboard.press("Escape")
    await expect(page).not_to_have_url(RUN)


async def test_an_unknown_run_says_so(world: World, desk: Window) -> None:
    page = await _open(world, desk, "/console?run=4000000")
    await expect(page.get_by_role("dialog")).to_contain_text("There is no such run")
    desk.complaints.clear()  # the browser notes every 404
