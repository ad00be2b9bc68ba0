"""The console as a dispatcher has it open, and couriers who have names there."""

from typing import Any

from playwright.async_api import Page, expect
from sqlalchemy import update

from dispatch.accounts.models import User
from tests.browser.sign_ins import remembered
from tests.browser.windows import Window
from tests.support.world import Driver, Person, Place, World

# Looked for and pressed in one go: what can be undone goes away by itself.
UNDONE = """([said, gone]) => {
    const says = (where, words) => [...document.querySelectorAll(where)].some((one) => one.textContent.includes(words));
    if (document.querySelector("dialog[open]") !== null || !says(".notice", said)) return false;
    if (gone !== "" && says("#list li", gone)) return false;
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "z", bubbles: true }));
    return true;
}"""


async def undo(page: Page, said: str, *, gone: str = "") -> None:
    """By its key, as soon as this is said of what was done, and the list does not say what is ``gone``."""
    await page.wait_for_function(UNDONE, arg=[said, gone])


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
