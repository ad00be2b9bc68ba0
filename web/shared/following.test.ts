import { expect, test } from "vitest";
import { Following, type Frame, type Liveness, POLL_MS, type Source } from "./following.ts";

class FakeSource implements Source {
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent<string>) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  over: () => void = () => undefined;
  closed = false;
  constructor(readonly url: string) {}
  addEventListener(_: "over", listener: () => void): void {
    this.over = listener;
  }
  close(): void {
    this.closed = true;
  }
  opens(): void {
    this.onopen?.({} as Event);
  }
  says(frame: Partial<Frame>): void {
    this.onmessage?.({ data: JSON.stringify(frame) } as MessageEvent<string>);
  }
  fails(): void {
    this.onerror?.({} as Event);
  }
}

/** A page whose time passes when the test says so. */
class Page {
  sources: FakeSource[] = [];
  frames: Frame[] = [];
  told: Liveness[] = [];
  polls = 0;
  reachable = true;
  now = 0;
  #timers = new Map<number, { at: number; run: () => void }>();
  #next = 1;

  readonly following = new Following(
    "/events/",
    {
      open: (url) => {
        const source = new FakeSource(url);
        this.sources.push(source);
        return source;
      },
      poll: async () => {
        this.polls += 1;
        if (!this.reachable) throw new Error("no connection");
      },
      later: (run, after_ms) => {
        this.#timers.set(this.#next, { at: this.now + after_ms, run });
        return this.#next++;
      },
      cancel: (handle) => void this.#timers.delete(handle as number),
    },
    (frame) => this.frames.push(frame),
    (liveness) => this.told.push(liveness),
  );

  get source(): FakeSource {
    return this.sources.at(-1) as FakeSource;
  }

  async pass(milliseconds: number): Promise<void> {
    const until = this.now + milliseconds;
    for (;;) {
      const [handle, timer] = [...this.#timers].sort((a, b) => a[1].at - b[1].at)[0] ?? [];
      if (handle === undefined || timer === undefined || timer.at > until) break;
      this.now = timer.at;
      this.#timers.delete(handle);
      timer.run();
      await Promise.resolve();
      await Promise.resolve();
    }
    this.now = until;
  }
}

test("a stream that breaks is resumed after its last frame", async () => {
  const page = new Page();
  page.following.start();
  expect(page.source.url).toBe("/events/");
  page.source.opens();
  page.source.says({ type: "snapshot", offset: "e:7" });
  page.source.fails();
  expect(page.source.closed).toBe(true);
  await page.pass(1_000);
  expect(page.source.url).toBe("/events/?resume=e%3A7");
  page.source.opens();
  expect(page.told).toEqual(["live", "connecting", "live"]);
  expect(page.frames).toHaveLength(1);
});

test("where no stream opens the plain answer is asked for, and streams are still tried", async () => {
  const page = new Page();
  page.following.start();
  for (let tries = 0; tries < 3; tries += 1) {
    page.source.fails();
    if (tries < 2) await page.pass(2_000);
  }
  await page.pass(0);
  expect([page.polls, page.told.at(-1)]).toEqual([1, "polling"]);
  const opened = page.sources.length;
  await page.pass(POLL_MS);
  expect(page.polls).toBe(2);
  expect(page.sources.length).toBeGreaterThan(opened);
  while (page.source.closed) await page.pass(500);
  page.source.opens();
  const asked = page.polls;
  await page.pass(10 * POLL_MS);
  expect([page.polls, page.told.at(-1)]).toEqual([asked, "live"]);
});

test("a stream that something holds back counts as one that failed", async () => {
  const page = new Page();
  page.following.start();
  await page.pass(60_000);
  expect(page.polls).toBeGreaterThan(0);
  expect(page.sources.slice(0, -1).every((source) => source.closed)).toBe(true);
});

test("without any connection the page says so", async () => {
  const page = new Page();
  page.reachable = false;
  page.following.start();
  await page.pass(60_000);
  expect(page.told.at(-1)).toBe("offline");
});

test("what a closed stream still says is not heard", async () => {
  const page = new Page();
  page.following.start();
  const old = page.source;
  old.opens();
  old.fails();
  await page.pass(1_000);
  old.says({ type: "snapshot", offset: "e:1" });
  expect(page.frames).toEqual([]);
});

test("when the journey is over nothing is asked any more", async () => {
  const page = new Page();
  page.following.start();
  page.source.opens();
  page.source.over();
  await page.pass(600_000);
  expect([page.sources.length, page.polls, page.told.at(-1)]).toEqual([1, 0, "over"]);
});

test("by another address it begins anew, and once it is over or not begun it stays so", async () => {
  const page = new Page();
  page.following.moveTo("/events/?unlock=a");
  expect(page.sources).toEqual([]);
  page.following.start();
  page.source.opens();
  page.source.says({ type: "snapshot", offset: "e:7" });
  const [before] = page.sources;
  page.following.moveTo("/events/?unlock=b");
  expect([before?.closed, page.source.url]).toEqual([true, "/events/?unlock=b"]);
  page.source.opens();
  page.source.over();
  page.following.moveTo("/events/");
  expect(page.sources).toHaveLength(2);
});
