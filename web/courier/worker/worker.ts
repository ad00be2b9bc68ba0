// Lets the page open without network. A page comes from the network wherever that answers, so a release is seen at once;
// files are kept for ever, because their names say their content.
import { assetsOf, cacheOf, outdated, wayOf } from "./shell.ts";

interface LongEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchedEvent extends LongEvent {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
/** The part of a service worker's world that is used. */
interface World {
  addEventListener(name: "install" | "activate", listener: (event: LongEvent) => void): void;
  addEventListener(name: "fetch", listener: (event: FetchedEvent) => void): void;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
}

const world = globalThis as unknown as World;
const PAGE = "/courier";
// A network that does not answer for so long is as none: people stand at doors.
const PATIENCE_MS = 4_000;

world.addEventListener("install", (event) => {
  event.waitUntil(fetch(PAGE, { cache: "no-store" }).then(keep).then(() => world.skipWaiting()));
});

world.addEventListener("activate", (event) => event.waitUntil(world.clients.claim()));

world.addEventListener("fetch", (event) => {
  const way = wayOf(event.request, location.origin);
  if (way === "shell") event.respondWith(shell(event));
  else if (way === "asset") event.respondWith(asset(event));
});

async function shell(event: FetchedEvent): Promise<Response> {
  const asked = fetch(event.request);
  event.waitUntil(asked.then((answer) => (answer.ok ? keep(answer.clone()) : undefined)).catch(() => undefined));
  try {
    const answer = await Promise.race([asked, late()]);
    if (answer.status < 500) return answer;
  } catch {
    // then what was kept
  }
  return (await kept()) ?? (await asked);
}

function late(): Promise<never> {
  return new Promise((_, reject) => setTimeout(() => reject(new Error("late")), PATIENCE_MS));
}

async function asset(event: FetchedEvent): Promise<Response> {
  const known = await caches.match(event.request.url);
  if (known !== undefined) return known;
  const answer = await fetch(event.request);
  if (answer.ok) {
    const copy = answer.clone();
    event.waitUntil(newest().then((cache) => cache?.put(event.request.url, copy)));
  }
  return answer;
}

/** Keep a page with all that it names; only a whole one takes the place of the one before. */
async function keep(answer: Response): Promise<void> {
  const html = await answer.clone().text();
  const name = cacheOf(html);
  if (!(await caches.has(name))) {
    const files = await Promise.all(assetsOf(html).map(async (path) => [path, (await caches.match(path)) ?? (await fetch(path))] as const));
    if (files.some(([, file]) => !file.ok)) throw new Error("a file of the page is missing");
    const cache = await caches.open(name);
    await Promise.all(files.map(([path, file]) => cache.put(path, file)));
  }
  await (await caches.open(name)).put(PAGE, answer);
  for (const old of outdated(await caches.keys(), name)) await caches.delete(old);
}

async function newest(): Promise<Cache | null> {
  const name = (await caches.keys()).filter((one) => one.startsWith("courier-")).at(-1);
  return name === undefined ? null : await caches.open(name);
}

async function kept(): Promise<Response | undefined> {
  return await (await newest())?.match(PAGE);
}
