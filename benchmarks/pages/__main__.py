"""How soon a page says something, on a processor that is held to a quarter of its speed."""

import asyncio
import json
import statistics
from typing import Final

from playwright.async_api import Browser

from benchmarks.arguments import suite_parser
from benchmarks.figures import ROOT, write_figures
from benchmarks.pages.browser import chromium
from benchmarks.pages.demo import demo
from benchmarks.pages.tables import MOST_MS, lines

RESULTS: Final = ROOT / "benchmarks" / "results" / "pages.json"
THROTTLE: Final = 4
TURNS: Final = 5
PATHS: Final = ("/", "/t/{number}", "/console", "/courier", "/shop", "/seller", "/ops")
FIRST_CONTENT: Final = """() => new Promise((resolve) => new PerformanceObserver((list, watching) => {
  const first = list.getEntries().find((one) => one.name === "first-contentful-paint");
  if (first) { watching.disconnect(); resolve(first.startTime); }
}).observe({ type: "paint", buffered: true }))"""


async def first_content_ms(browser: Browser, address: str) -> float:
    """From asking for the page until something of it is read, with an empty cache: milliseconds."""
    context = await browser.new_context(viewport={"width": 390, "height": 844})
    page = await context.new_page()
    session = await context.new_cdp_session(page)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
    await page.goto(address, wait_until="commit")
    first = float(await page.evaluate(FIRST_CONTENT))
    await context.close()
    return first


async def measure() -> dict[str, float]:
    """The median of several turns, a page."""
    found = {}
    async with demo() as running, chromium() as browser:
        for path in PATHS:
            address = running.url + path.format(number=running.tracking_number)
            turns = [await first_content_ms(browser, address) for _ in range(TURNS)]
            found[path] = statistics.median(turns)
            print(f"{path:12} first content after {found[path]:,.0f} ms ({min(turns):,.0f} to {max(turns):,.0f})")
    return found


def main() -> None:
    """Measure, and keep it if asked to."""
    parser = suite_parser("pages", "How soon each page says something in Chromium, held to a quarter of the processor.")
    asked = parser.parse_args()
    found = asyncio.run(measure())
    if asked.write:
        RESULTS.write_text(json.dumps(found, indent=1) + "\n")
        write_figures("pages", lines(found))
    if max(found.values()) > MOST_MS:
        raise SystemExit(f"A page says nothing for longer than {MOST_MS:,} ms.")


if __name__ == "__main__":
    main()
