"""``make screenshots``: a picture of each page, by day and by night, on phone and desktop, in both languages."""

import argparse
import asyncio
import io
import re
from pathlib import Path
from typing import Final, Literal, NamedTuple

from PIL import Image
from playwright.async_api import Browser, Geolocation, Page, ViewportSize

from benchmarks.figures import ROOT
from benchmarks.pages.browser import chromium
from benchmarks.pages.demo import RunningDemo, demo
from benchmarks.pages.states import OFFERS, ONE, ROOMS, ask_everybody, numbers

FOLDER: Final = ROOT / "var" / "screenshots"
PICTURES: Final = ROOT / "docs" / "pictures"
QUALITY: Final = 80
# The map has loaded and what moves is seen moving; where there is none, what was asked for has come.
SETTLES_MS: Final = 4_000
WITHOUT_MAP_MS: Final = 1_500
WITH_MAP: Final = ("home", "tracking", "console", "courier")
# Mostly they wait.
AT_ONCE: Final = 3
# Where the phone of whoever drives is.
RATNA_PARK: Final[Geolocation] = {"latitude": 27.7065, "longitude": 85.3155}
SIZES: Final[dict[str, ViewportSize]] = {
    "phone": {"width": 390, "height": 844},
    "desktop": {"width": 1280, "height": 800},
}
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
LANGUAGES: Final = ("en", "ne")


class View(NamedTuple):
    """One picture: of which page, and how it is looked at."""

    page: str
    size: str
    scheme: Literal["light", "dark"]
    language: str


SHOWN: Final = (
    View("tracking", "phone", "light", "en"),
    View("console", "desktop", "dark", "en"),
    View("courier", "phone", "light", "ne"),
    View("home", "desktop", "light", "en"),
)
"""Those that the README shows."""


def pages() -> list[str]:
    """Every page that is built: a folder of ``web/`` with a program of its name."""
    return sorted(path.stem for path in (ROOT / "web").glob("*/*.tsx") if path.stem == path.parent.name)


def names() -> list[str]:
    """What pictures are taken of: each page as it opens, further rooms, and offers."""
    return [*pages(), *ROOMS, *ONE, *OFFERS]


def path_of(page: str, running: RunningDemo) -> str:
    """Where a page lies."""
    return {"home": "/", "tracking": f"/t/{running.tracking_number}", **ROOMS, **ONE, **OFFERS}.get(page, f"/{page}")


async def photograph(browser: Browser, running: RunningDemo, page: str, views: list[View], folder: Path) -> None:
    """All pictures of a page, signed in as the demo's person where it wants somebody."""
    context = await browser.new_context(
        viewport=SIZES[views[0].size], device_scale_factor=1, geolocation=RATNA_PARK, permissions=["geolocation"]
    )
    opened = await context.new_page()
    address = running.url + path_of(page, running)
    await opened.goto(address.partition("?")[0], wait_until="load")
    await _sign_in(opened)
    await _check_rooms(opened)
    if page in ONE:
        address = address.format_map(await numbers(running))
    if page == "shop-checkout":
        await _fill_basket(opened, running)
    if page in OFFERS:
        await opened.wait_for_timeout(SETTLES_MS)  # a courier is asked only where its position is known
        address = address.format(asked=await ask_everybody(running))
        await opened.goto(address, wait_until="load")
        await opened.locator("[data-offer]").first.wait_for()
    for view in views:
        await opened.set_viewport_size(SIZES[view.size])
        await opened.emulate_media(color_scheme=view.scheme)
        await opened.goto(f"{address}{'&' if '?' in address else '?'}lang={view.language}", wait_until="load")
        await opened.wait_for_timeout(SETTLES_MS if page.startswith(WITH_MAP) else WITHOUT_MAP_MS)
        picture = Image.open(io.BytesIO(await opened.screenshot())).convert("RGB")
        picture.save(folder / f"{'-'.join(view)}.webp", quality=QUALITY, method=6)
    await context.close()


async def _sign_in(page: Page) -> None:
    """One click in a demo; a page that is for everyone has nothing to click."""
    await page.wait_for_timeout(SETTLES_MS)
    button = page.locator(".sign-in .demo button")
    if await button.count():
        await button.click()
        await page.locator(".sign-in").wait_for(state="detached")


async def _check_rooms(page: Page) -> None:
    """Raises SystemExit where the page leads to a room of which no picture is taken."""
    known = {*ROOMS.values(), "/", *(f"/{name}" for name in pages())}
    links = await page.locator("nav:is(.rooms, .tabs) a").evaluate_all("(links) => links.map((one) => one.pathname)")
    unknown = sorted({link.rstrip("/") or "/" for link in links} - known)
    if unknown:
        raise SystemExit(f"No picture is taken of {', '.join(unknown)}: name it in benchmarks/pages/states.py.")


async def _fill_basket(page: Page, running: RunningDemo) -> None:
    await page.goto(f"{running.url}/shop?lang=en", wait_until="load")
    await page.get_by_role("button", name=re.compile("^Add")).first.click()
    await page.locator("nav .cart").filter(has_text="1").wait_for()


async def run(asked: argparse.Namespace) -> None:
    """Take what was asked for."""
    every = [
        View(page, size, scheme, language)
        for page in asked.pages or names()
        for size in SIZES
        for scheme in SCHEMES
        for language in LANGUAGES
    ]
    folder: Path = PICTURES if asked.write else asked.folder
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    free = asyncio.Semaphore(AT_ONCE)
    async with demo(asked.map) as running, chromium() as browser:

        async def take(page: str) -> None:
            views = [view for view in every if view.page == page and (view in SHOWN or not asked.write)]
            if views:
                async with free:
                    await photograph(browser, running, page, views, folder)
                print(f"{page}: {len(views)} pictures in {folder}", flush=True)

        wanted = dict.fromkeys(view.page for view in every)
        await asyncio.gather(*(take(page) for page in wanted if page not in OFFERS))
        for page in (page for page in wanted if page in OFFERS):
            await take(page)


def main() -> None:
    """Read what was asked for, and do it."""
    parser = argparse.ArgumentParser(
        prog="make screenshots",
        description="Start a demo and take each page: light and dark, phone and desktop, English and Nepali.",
    )
    parser.add_argument("pages", nargs="*", metavar="PAGE", help=f"only these of {', '.join(names())}")
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, help="where to (default: var/screenshots, which git ignores)"
    )
    parser.add_argument("--map", type=Path, metavar="FILE", help="streets of an OpenStreetMap extract under the maps")
    parser.add_argument("--write", action="store_true", help="only the four of the README, into docs/pictures")
    asked = parser.parse_args()
    unknown = [page for page in asked.pages if page not in names()]
    if unknown:
        parser.error(f"no page {', '.join(unknown)}; there are {', '.join(names())}")
    asyncio.run(run(asked))


if __name__ == "__main__":
    main()
