"""A person's browser window, and what is wrong in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import BrowserContext, ConsoleMessage, Page, Response

# Longer than a page waits until it asks again by itself, or tries again what failed while it was looked at: for what
# a page promises, and for what can be clicked once it is there.
PATIENCE_MS = 60_000
AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"

# Of a page for everyone: both languages and both grounds in every run, each with each in the heavy one.
LANGUAGES_AND_SCHEMES = pytest.mark.parametrize(
    ("language", "scheme"),
    [
        ("en", "dark"),
        pytest.param("ne", "light", marks=pytest.mark.slow),
        pytest.param("en", "light", marks=pytest.mark.heavy),
        pytest.param("ne", "dark", marks=pytest.mark.heavy),
    ],
)


@dataclass
class Window:
    """A browser of one person, and everything that went wrong in it."""

    context: BrowserContext
    base_url: str
    complaints: list[str] = field(default_factory=list)
    also_visited: set[str] = field(default_factory=set)
    """Addresses beside our own that a person is sent to, such as a gateway's."""

    async def open(self, path: str) -> Page:
        """A page of our server; what it complains of fails the test in the end."""
        page = await self.context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        hosts = {"", *(urlsplit(address).netloc for address in (self.base_url, *self.also_visited))}
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on(
            "console",
            lambda said: (
                self.complaints.append(f"console: {said.text} {urlsplit(said.location['url']).path}")
                if said.type == "error" and not _named_only(said)
                else None
            ),
        )
        page.on(
            "request",
            lambda sent: (
                self.complaints.append(f"another host: {sent.url}") if urlsplit(sent.url).netloc not in hosts else None
            ),
        )
        await page.goto(self.base_url + path)
        return page


def _named_only(said: ConsoleMessage) -> bool:
    """Whether it is of a picture that a seller named and nobody handed in, as other tests' products do."""
    path = urlsplit(said.location["url"]).path
    return "404" in said.text and path.startswith("/media/") and not path.startswith("/media/products/")


def told_of_ground(reply: Response) -> bool:
    """Whether it tells a page what streets or pictures there are under its maps."""
    return reply.url.endswith("/pages/map.json")


async def stand_still(page: Page, scheme: str) -> None:
    """On light or dark ground, and without what moves by itself: drawing that takes more than the test."""
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")


async def unfold(page: Page) -> None:
    """On a phone: show what narrows and sorts a list."""
    await page.get_by_role("button", name="Filter and sort").click()


# What is said for a moment, and is in sight then, is noted at once: whoever looks later finds nothing.
LISTENING = """() => {
    window.saidInSight = [];
    new MutationObserver(() => {
        for (const place of document.querySelectorAll("[role=status]")) {
            const { top, bottom } = place.getBoundingClientRect();
            if (bottom > 0 && top < innerHeight) window.saidInSight.push(place.textContent);
        }
    }).observe(document.body, { childList: true, characterData: true, subtree: true });
}"""
HEARD = "words => window.saidInSight.some((said) => said.includes(words))"


async def listen(page: Page) -> None:
    """From now on what the page says is noted, though it goes away by itself."""
    await page.evaluate(LISTENING)


async def heard(page: Page, words: str) -> None:
    """Wait until it was said where a person looks."""
    await page.wait_for_function(HEARD, arg=words)


# Of what WCAG 2.2 added axe knows one rule, and looks at it only where it is asked to: how large is what is pressed.
LOOK = """axe.run({ resultTypes: ["violations"], rules: { "target-size": { enabled: true } } })
    .then((result) => result.violations)"""
# A colour on its way to another one is neither.
SETTLED = """() => Promise.allSettled(
    document.getAnimations().filter((one) => one instanceof CSSTransition).map((one) => one.finished)
).then(() => undefined)"""


async def violations(page: Page) -> list[str]:
    """What axe finds wrong with a page for people who cannot see, point, aim well or tell colours apart."""
    await page.evaluate(SETTLED)
    await page.evaluate(AXE.read_text())
    found = await page.evaluate(LOOK)
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found]


async def unreached(page: Page) -> list[str]:
    """What can be clicked or filled in and is not reached by pressing Tab again and again.

    Elements are told apart by themselves and not by what stands in them: an age goes on while Tab is pressed.
    """
    wanted = page.locator("a:visible, button:visible, input:visible, select:visible, textarea:visible, summary:visible")
    await page.evaluate(
        """() => { const reached = window.reached = new Set([document.activeElement]);
        addEventListener("focusin", (moved) => reached.add(moved.target)); }"""
    )
    missed: list[str] = []
    for more in (0, 10):  # a date has a stop for each of its parts
        for _ in range(await wanted.count() + more):
            await page.keyboard.press("Tab")
        missed = await wanted.evaluate_all(
            "(all) => all.filter((one) => !window.reached.has(one)).map((one) => one.outerHTML)"
        )
        if not missed:
            break
    await page.evaluate("document.activeElement?.blur()")  # else a key that follows may be typed into a field
    return missed


# All that the console lets go of by itself is measured by this clock; what it draws and asks for goes on.
STANDS = "() => { const at = performance.now(); performance.now = () => at; }"
GOES_ON = "() => { delete performance.now; }"


@asynccontextmanager
async def moment_stands(page: Page) -> AsyncIterator[None]:
    """What can be undone for ten seconds, and whoever reads a list for thirty, stays for as long as the block takes."""
    await page.evaluate(STANDS)
    yield
    await page.evaluate(GOES_ON)
