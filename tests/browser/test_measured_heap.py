"""What the measurement of the console's heap tells apart."""

from playwright.async_api import Browser

from benchmarks.console.heap import watch_heap

WATCHED_MINUTES = 0.02
MORE = "for (let at = 0; at < 1000; at += 1) kept.push({ at })"
KEEPS = f"() => {{ globalThis.kept = []; globalThis.more = setInterval(() => {{ {MORE} }}, 5); }}"
RUNS = "() => { for (let at = 0; at < 300; at += 1) new Function('of', `return of * ${at} + ${at}`)(at); }"


async def test_a_page_that_keeps_more_and_more_is_told_by_its_heap_and_one_that_only_runs_is_not(
    plain_chromium: Browser,
) -> None:
    heard: list[float] = []
    context = await plain_chromium.new_context()
    try:
        page = await context.new_page()
        session = await context.new_cdp_session(page)
        await session.send("Performance.enable")
        await page.evaluate(RUNS)
        before, after = (await watch_heap(session, WATCHED_MINUTES, heard.append))["kept_mb"]
        await page.evaluate(RUNS)
        assert abs(after - before) < 0.05
        await page.evaluate(KEEPS)
        before, after = (await watch_heap(session, WATCHED_MINUTES, heard.append))["kept_mb"]
        assert after - before > 0.1
        assert heard[-1] == 1.0, "how far it is was told"
    finally:
        await context.close()
