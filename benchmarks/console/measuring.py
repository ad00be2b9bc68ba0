"""How a page fares before a fleet that moves: by the browser's own clocks."""

import asyncio
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, CDPSession, Page, async_playwright

from benchmarks.chromium import CHROMIUM, FLAGS
from benchmarks.console.heap import watch_heap
from benchmarks.console.scenes import Scene, serve_peers

# A page that is answered here has no address, which Chromium takes for a stranger to the socket of this machine.
PEERS_ARE_LOCAL = "--disable-features=LocalNetworkAccessChecks"
WATCHED = (Path(__file__).parent / "watched.js").read_text()
WHOLE_WITHIN_S = 120.0
SETTLE_S = 10.0
TRACED_S = 15.0
FRAME_MUST_STAY_UNDER_MS = 8.0
BUSY_MUST_STAY_UNDER = 0.4
TASK_MUST_STAY_UNDER_MS = 100.0
LARGE_FRAME = 10_000
"""Characters; frames of changes, not the words that nothing changed."""


@dataclass(frozen=True)
class Plan:
    """How many move, how long is looked, and for how many minutes at the heap."""

    transporters: int
    seconds: float
    heap_minutes: float


async def measure(
    scene: Scene, base: str, tokens: dict[str, str], plan: Plan, tell: Callable[[float], None]
) -> dict[str, Any]:
    """Open the scene, wait until it has the whole fleet, and look. ``tell`` hears the share of a part that is over."""
    if CHROMIUM is None:
        raise RuntimeError("Chromium is needed: install it, or put it on the PATH")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, PEERS_ARE_LOCAL])
        try:
            page, session, complaints = await _open(browser, scene, base, tokens)
            await _until_whole(page, scene, plan.transporters, complaints)
            await asyncio.sleep(SETTLE_S)
            found = await _look(page, session, plan.seconds, tell)
            found["longest_task"] = await _longest(browser, page)
            if plan.heap_minutes:
                await page.evaluate(
                    "() => { noted.on = false; noted.frames.length = 0; }"
                )  # its notes are no page's heap
                found["heap"] = await watch_heap(session, plan.heap_minutes, tell)
            return found
        finally:
            await browser.close()


async def _open(
    browser: Browser, scene: Scene, base: str, tokens: dict[str, str]
) -> tuple[Page, CDPSession, list[str]]:
    context = await browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    await serve_peers(context)
    kept = json.dumps(json.dumps(tokens))
    await context.add_init_script(f"localStorage.setItem('dispatch.console', {kept});")
    await context.add_init_script(WATCHED)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    session = await context.new_cdp_session(page)
    # The time that the main thread worked, not the time that it waited for its turn on a machine that is shared.
    await session.send("Performance.enable", {"timeDomain": "threadTicks"})
    await page.goto(base + scene.path)
    return page, session, complaints


async def _until_whole(page: Page, scene: Scene, transporters: int, complaints: list[str]) -> None:
    began = time.monotonic()
    while (seen := int(await page.evaluate(scene.shown))) < transporters:
        if time.monotonic() - began > WHOLE_WITHIN_S:
            raise RuntimeError(f"{scene.name} shows {seen} of {transporters}: {complaints}")
        await asyncio.sleep(0.5)


async def _look(page: Page, session: CDPSession, seconds: float, tell: Callable[[float], None]) -> dict[str, Any]:
    await page.evaluate("() => { noted.frames.length = 0; }")
    busy_before, began = await _metric(session, "TaskDuration"), time.monotonic()
    while (over := time.monotonic() - began) < seconds:
        tell(over / seconds)
        await asyncio.sleep(min(1.0, seconds - over))
    busy = (await _metric(session, "TaskDuration") - busy_before) / (time.monotonic() - began)
    noted: list[tuple[int, float]] = await page.evaluate("noted.frames")
    frames = [ms for size, ms in noted if size > LARGE_FRAME]
    if len(frames) < seconds:  # two a second are told
        raise RuntimeError(f"only {len(frames)} frames came in {seconds:.0f} s: nothing was measured")
    return {
        "frames": len(frames),
        "frame_ms": {
            "median": statistics.median(frames),
            "p95": statistics.quantiles(frames, n=20)[-1],
            "most": max(frames),
        },
        "main_thread_busy": busy,
    }


async def _longest(browser: Browser, page: Page) -> dict[str, float]:
    """The longest task of the main thread, ms: how long it worked, and how long it took with waiting for drawing."""
    await browser.start_tracing(page=page, categories=["toplevel"])
    await asyncio.sleep(TRACED_S)
    events: list[dict[str, Any]] = json.loads(await browser.stop_tracing())["traceEvents"]
    named = [event for event in events if event.get("name") == "thread_name"]
    main = {(event["pid"], event["tid"]) for event in named if event["args"]["name"] == "CrRendererMain"}
    tasks = [event for event in events if "tdur" in event and (event["pid"], event["tid"]) in main]
    if not tasks:
        raise RuntimeError("the browser told nothing of what it did")
    return {
        "worked_ms": max(event["tdur"] for event in tasks) / 1000,
        "took_ms": max(event["dur"] for event in tasks) / 1000,
    }


async def _metric(session: CDPSession, name: str) -> float:
    answer = await session.send("Performance.getMetrics")
    return next(float(one["value"]) for one in answer["metrics"] if one["name"] == name)
