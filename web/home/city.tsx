import type { Map as MapLibre } from "maplibre-gl";
import { useEffect, useRef, useState } from "preact/hooks";
import { Client } from "../shared/client.ts";
import type { Language } from "../shared/numbers.ts";
import { devanagari } from "../shared/numbers.ts";
import { Socket, type SocketState } from "../shared/sockets.ts";
import { duration } from "../shared/times.ts";
import type { HomeKey, HomeSay } from "./words.ts";
import type { Account } from "../shared/demo.ts";
import { type Bounds, whatThereIs } from "../shared/ground.ts";
import { memoryStore } from "../shared/stores.ts";
import { type Counts, Fleet, type FleetFrame } from "./fleet.ts";

const SHOWN: readonly [keyof Counts, HomeKey][] = [
  ["couriers", "home.city.couriers"],
  ["carrying", "home.city.carrying"],
  ["deliveries", "home.city.deliveries"],
  ["waiting", "home.city.waiting"],
];
// The valley with the roads into it; whoever drives out of it leaves the picture.
const BOX = { west: 85.24, south: 27.62, east: 85.45, north: 27.78 };
const BOUNDS: Bounds = [BOX.west, BOX.south, BOX.east, BOX.north];
const STALE_MS = 10_000;
const GRID_DEGREES = 0.02;

/** The city as it is now: counts in words, and a picture of them. */
export function City({ dispatcher, language, say }: { dispatcher: Account; language: Language; say: HomeSay }) {
  const fleet = useRef(new Fleet());
  const canvas = useRef<HTMLCanvasElement>(null);
  const streets = useRef<HTMLDivElement>(null);
  const [counts, setCounts] = useState<Counts | null>(null);
  const [state, setState] = useState<SocketState>("connecting");
  const heardAt = useRef(performance.now());
  const [silent_ms, setSilent] = useState(0);

  useEffect(() => {
    const still = matchMedia("(prefers-reduced-motion: reduce)");
    const dark = matchMedia("(prefers-color-scheme: dark)");
    let drawing = 0;
    let left = false;
    let map: MapLibre | null = null;
    const draw = (): void => {
      cancelAnimationFrame(drawing);
      const { points, moving } = fleet.current.seen(performance.now());
      if (canvas.current !== null) paint(canvas.current, points, map);
      if (moving) drawing = requestAnimationFrame(draw);
    };
    const socket = consoleSocket(
      dispatcher,
      (frame) => {
        heardAt.current = performance.now();
        fleet.current.take(frame, performance.now(), still.matches || document.hidden);
        setCounts(fleet.current.counts);
        draw();
      },
      setState,
    );
    socket.start();
    // Streets where there are some; MapLibre is loaded for nothing else here.
    void whatThereIs()
      .then(async ({ city }) => {
        if (city === null) return;
        const { makeMap } = await import("../shared/base_map.ts");
        if (left || streets.current === null) return;
        map = makeMap(streets.current, undefined, { interactive: false, bounds: BOUNDS });
        map.on("render", draw);
      })
      .catch(() => undefined);
    const tick = setInterval(() => setSilent(performance.now() - heardAt.current), 1_000);
    const size = new ResizeObserver(draw);
    if (canvas.current !== null) size.observe(canvas.current);
    dark.addEventListener("change", draw);
    return () => {
      left = true;
      map?.remove();
      socket.stop();
      clearInterval(tick);
      cancelAnimationFrame(drawing);
      size.disconnect();
      dark.removeEventListener("change", draw);
    };
  }, [dispatcher]);

  const count = (value: number): string => (language === "ne" ? devanagari(String(value)) : String(value));
  return (
    <section class="city" aria-labelledby="city">
      <h2 id="city">{say("home.city")}</h2>
      <div class="picture">
        <div class="streets" ref={streets} />
        <canvas ref={canvas} role="img" aria-label={counts === null ? say("loading") : say("home.city.map", { count: counts.couriers, carrying: counts.carrying })} />
        {state !== "open" && silent_ms > STALE_MS && counts !== null && <p class="stale">{say("home.city.stale", { age: duration(silent_ms / 1000, say) })}</p>}
      </div>
      <dl class="counts">
        {SHOWN.map(([name, key]) => (
          <div key={name} class={name}>
            <dd class="number">{counts === null ? "–" : count(counts[name])}</dd>
            <dt>{say(key)}</dt>
          </div>
        ))}
      </dl>
    </section>
  );
}

function consoleSocket(account: Account, onFrame: (frame: FleetFrame) => void, onState: (state: SocketState) => void): Socket<FleetFrame> {
  const client = new Client(memoryStore());
  const open = async (): Promise<WebSocket> => {
    if (!client.signedIn) await client.signIn(account.email, account.password);
    const { ticket } = await client.call<{ ticket: string }>("/api/v1/auth/ws-ticket/", { method: "POST" });
    const address = new URL("/ws/console", location.href);
    address.protocol = address.protocol.replace("http", "ws");
    return new WebSocket(address, ["dispatch.v1", `ticket.${ticket}`]);
  };
  return new Socket<FleetFrame>(
    { open, later: (run, after_ms) => setTimeout(run, after_ms), cancel: (handle) => clearTimeout(handle as number) },
    (frame) => frame.type === "fleet" && onFrame(frame),
    onState,
    () => ({ type: "subscribe" }),
  );
}

function paint(canvas: HTMLCanvasElement, points: readonly { lat: number; lon: number; carrying: boolean }[], map: MapLibre | null): void {
  const ink = canvas.getContext("2d");
  if (ink === null) return;
  const scale = devicePixelRatio;
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  ink.scale(scale, scale);
  const colours = getComputedStyle(canvas);
  const colour = (name: string): string => colours.getPropertyValue(name).trim();
  const place = map === null ? drawGrid(ink, width, height, colour("--map-line")) : (lon: number, lat: number) => map.project([lon, lat]);
  for (const point of points) {
    ink.beginPath();
    const { x, y } = place(point.lon, point.lat);
    ink.arc(x, y, point.carrying ? 5 : 4, 0, 2 * Math.PI);
    ink.lineWidth = 2;
    ink.fillStyle = point.carrying ? colour("--way") : colour("--map-land");
    ink.strokeStyle = point.carrying ? colour("--map-land") : colour("--edge");
    ink.fill();
    ink.stroke();
  }
}

/** Lines instead of streets; where a place lies on them. */
function drawGrid(ink: CanvasRenderingContext2D, width: number, height: number, colour: string): (lon: number, lat: number) => { x: number; y: number } {
  // One scale for both ways, or the city would be stretched; a degree of longitude is shorter here.
  const narrower = Math.cos((((BOX.south + BOX.north) / 2) * Math.PI) / 180);
  const pixels = Math.min(width / ((BOX.east - BOX.west) * narrower), height / (BOX.north - BOX.south));
  const x = (lon: number): number => width / 2 + (lon - (BOX.west + BOX.east) / 2) * narrower * pixels;
  const y = (lat: number): number => height / 2 - (lat - (BOX.south + BOX.north) / 2) * pixels;
  ink.strokeStyle = colour;
  ink.beginPath();
  for (let lon = 84; lon < 87; lon += GRID_DEGREES) ink.rect(Math.round(x(lon)) + 0.5, -1, 0, height + 2);
  for (let lat = 26; lat < 29; lat += GRID_DEGREES) ink.rect(-1, Math.round(y(lat)) + 0.5, width + 2, 0);
  ink.stroke();
  return (lon, lat) => ({ x: x(lon), y: y(lat) });
}
