"""The console as a dispatcher has it open, and couriers who have names there."""

from typing import Any

from playwright.async_api import Page, expect
from sqlalchemy import update

from dispatch.accounts.models import User
from tests.browser.sign_ins import remembered
from tests.browser.windows import Window
from tests.support.world import Driver, Person, Place, World


async def opened_console(desk: Window, admin: Person, query: str = "") -> Page:
    """The board as this browser's admin left it, with the first picture there."""
    await remembered(desk.context, "console", admin)
    page = await desk.open(f"/console{query}")
    await expect(page.locator(".chip.live")).to_be_visible()
    return page


async def named_driver(world: World, name: str, place: Place, **profile: Any) -> Driver:
    """Somebody online with a name of their own."""
    driver = await world.driver(business_name=name, **profile)
    async with world.server.services.database.work() as work:
        await work.session.execute(update(User).where(User.id == driver.user_id).values(name=name))
    await world.online_at(driver, *place)
    return driver
