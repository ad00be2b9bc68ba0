// The map: the courier, slid from fix to fix, over a quiet ground. Loaded after everything that can be read.
import { type GeoJSONSource, type Map as MapLibre, Marker as Pin } from "maplibre-gl";
import { EMPTY, type Over, colour, makeMap } from "../shared/base_map.ts";
import { COVERED, type Cover, Covered, coveringLayer } from "../shared/maps/covered.ts";
import { type Box, freeSide, raisedBy } from "../shared/maps/label_side.ts";
import { Scale } from "../shared/maps/scale.ts";
import { type Fix, Marker, STALE_AFTER_S, type Shown, freshness, metres } from "../shared/motion.ts";
import { type Heading, headingAfter, turnedTo } from "./heading.ts";
import type { Area } from "./parcel.ts";
import { bounds, circle, rounded } from "./shapes.ts";

const ZOOM = 15;
// A place farther away than this would make the picture too coarse to see the courier move: metres for each pixel of the map's shorter half.
const COARSEST_MPP = 60;
// A door's area that is smaller than this is a mark of its own.
const SMALL_PX = 80;
// So near to the edge the ground moves along.
const EDGE = 0.15;
const DOUBT_FROM_S = 15;
const DOUBT_MPS = 5;
const MOST_DOUBT_M = 300;

const over: Over = () => ({
  sources: Object.fromEntries(["door", "doubt", COVERED].map((name) => [name, { type: "geojson", data: EMPTY as never }])),
  layers: [
    { id: "door", type: "fill", source: "door", paint: { "fill-color": colour("--accent"), "fill-opacity": 0.1 } },
    { id: "door-edge", type: "line", source: "door", paint: { "line-color": colour("--accent"), "line-width": 1.5, "line-dasharray": [3, 2] } },
    { id: "doubt", type: "fill", source: "doubt", paint: { "fill-color": colour("--way"), "fill-opacity": 0.15 } },
    coveringLayer(),
  ],
});

export class CourierMap {
  readonly #map: MapLibre;
  readonly #marker = new Marker();
  readonly #pin: Pin;
  readonly #covered: Covered;
  readonly #element: HTMLElement;
  readonly #still = matchMedia("(prefers-reduced-motion: reduce)");
  #pickup: Shown | null = null;
  #pickupPin: Pin | null = null;
  #door: Area | null = null;
  #doorPin: Pin | null = null;
  /** By so many pixels the door's name stands above its place. */
  #raised = 0;
  #drawing = 0;
  #placed = false;
  #following = true;
  #age_s = 0;
  #heading: Heading | null = null;
  #turned = 0;

  /** Throws where the browser cannot draw it. `element` stands for the courier; `onAway` is called when a person looks elsewhere. */
  constructor(container: HTMLElement, element: HTMLElement, onAway: () => void) {
    this.#element = element;
    this.#map = makeMap(container, over);
    this.#map.addControl(new Scale(), "bottom-left");
    this.#pin = new Pin({ element });
    this.#covered = new Covered(this.#map);
    this.#map.on("moveend", () => this.#arrange());
    this.#map.on("dragstart", () => {
      this.#following = false;
      onAway();
    });
  }

  /** The newest position. */
  move(fix: Fix): void {
    this.#marker.move(fix, performance.now(), this.#still.matches || document.hidden);
    this.#heading = headingAfter(this.#heading, fix);
    this.#turn();
    this.#draw();
  }

  /** Where the parcel was taken aboard. */
  pickup(at: Shown, element: HTMLElement): void {
    this.#pickup = at;
    this.#pickupPin ??= new Pin({ element });
    this.#pickupPin.setLngLat([at.lon, at.lat]).addTo(this.#map);
    this.#arrange();
  }

  /** About where it goes; null takes it away. */
  door(area: Area | null, element: HTMLElement): void {
    this.#door = area;
    const draw = (): void => {
      (this.#map.getSource("door") as GeoJSONSource | undefined)?.setData(this.#door === null ? (EMPTY as never) : rounded(this.#door));
    };
    if (this.#map.getSource("door") === undefined) this.#map.once("load", draw);
    else draw();
    if (area === null) this.#doorPin?.remove();
    else {
      this.#doorPin ??= new Pin({ element, anchor: "bottom" });
      this.#doorPin.setLngLat([area.longitude, area.latitude + area.height_deg / 2]).addTo(this.#map);
    }
    this.#arrange();
  }

  /** How old it is now. */
  age(age_s: number): void {
    this.#age_s = age_s;
    const state = freshness(age_s);
    this.#element.classList.toggle("stale", state === "stale");
    this.#element.classList.toggle("gone", state === "gone");
    this.#drawDoubt();
  }

  /** Nothing is shown any more. */
  clear(): void {
    this.#marker.clear();
    this.#heading = null;
    this.#turn();
    this.#pin.remove();
    this.#placed = false;
    this.#drawDoubt();
  }

  /** Look at the courier, and go on following. */
  centre(): void {
    this.#following = true;
    const at = this.#marker.at(performance.now());
    if (at !== null) this.#map.easeTo({ center: [at.lon, at.lat], zoom: Math.max(this.#map.getZoom(), ZOOM), animate: !this.#still.matches, duration: 150 });
  }

  remove(): void {
    cancelAnimationFrame(this.#drawing);
    this.#map.remove();
  }

  /** The arrow stands along the motion; where nobody knows it there is none. */
  #turn(): void {
    const degrees = this.#heading?.degrees ?? null;
    if (degrees === null) {
      delete this.#element.dataset["heading"];
      return;
    }
    this.#turned = turnedTo(this.#turned, degrees);
    this.#element.dataset["heading"] = String(Math.round(degrees) % 360);
    const arrow = this.#element.querySelector("svg");
    if (arrow !== null) arrow.style.transform = `rotate(${this.#turned}deg)`;
  }

  #draw(): void {
    cancelAnimationFrame(this.#drawing);
    const now = performance.now();
    const at = this.#marker.at(now);
    if (at === null) return;
    this.#pin.setLngLat([at.lon, at.lat]);
    if (!this.#placed) {
      this.#placed = true;
      this.#pin.addTo(this.#map);
      this.#show(at);
    } else if (this.#following) this.#keepInView(at);
    if (this.#marker.moving(now)) this.#drawing = requestAnimationFrame(() => this.#draw());
    else {
      this.#drawDoubt();
      this.#placeLabel();
    }
    this.#makeRoom();
  }

  /** Above the courier where that one is at the door's edge, where its name would be covered. */
  #raiseDoor(): void {
    const door = this.#doorPin?.getElement();
    if (door?.isConnected !== true || !this.#element.isConnected) return;
    const [{ left, top, right, bottom }, courier] = [door.getBoundingClientRect(), this.#element.getBoundingClientRect()];
    const label: Box = { left, right, top: top + this.#raised, bottom: bottom + this.#raised };
    this.#raised = raisedBy(label, courier);
    this.#doorPin?.setOffset([0, -this.#raised]);
  }

  /** Where neither the courier nor the door's name covers what the pickup is called. */
  #placeLabel(): void {
    this.#raiseDoor();
    const dot = this.#pickupPin?.getElement();
    const label = dot?.firstElementChild;
    if (dot === undefined || label == null) return;
    const others = [this.#element, this.#doorPin?.getElement()].filter((one) => one?.isConnected === true);
    dot.dataset["side"] = freeSide(
      dot.getBoundingClientRect(),
      label.getBoundingClientRect(),
      others.flatMap((one) => one?.getBoundingClientRect() ?? []),
      this.#map.getContainer().getBoundingClientRect(),
    );
  }

  #arrange(): void {
    this.#placeLabel();
    this.#makeRoom();
  }

  /** Names of places stand beside what stands on the map; where the door's area is large they may stand in it. */
  #makeRoom(): void {
    const box = this.#map.getContainer().getBoundingClientRect();
    const cover = (one: Element | null | undefined): Cover[] => {
      if (one?.isConnected !== true || box.width === 0) return [];
      const { left, top, width, height } = one.getBoundingClientRect();
      const { lat, lng } = this.#map.unproject([left + width / 2 - box.left, top + height / 2 - box.top]);
      return [{ lat, lon: lng, width, height }];
    };
    const pickup = this.#pickupPin?.getElement();
    const covers = [this.#element, this.#doorPin?.getElement(), pickup, pickup?.firstElementChild].flatMap(cover);
    if (this.#door !== null) {
      const [west, south, east, north] = bounds(this.#door);
      const [one, other] = [this.#map.project([west, north]), this.#map.project([east, south])];
      const area = { lat: (south + north) / 2, lon: (west + east) / 2, width: other.x - one.x, height: other.y - one.y };
      if (area.width < SMALL_PX && area.height < SMALL_PX) covers.push(area);
    }
    this.#covered.set(covers);
  }

  /** The courier, and of where it came from and where it goes what is near. */
  #show(at: Shown): void {
    const corners: Shown[] = [at];
    if (this.#pickup !== null) corners.push(this.#pickup);
    if (this.#door !== null) {
      const [west, south, east, north] = bounds(this.#door);
      corners.push({ lon: west, lat: south }, { lon: east, lat: north });
    }
    const { clientWidth, clientHeight } = this.#map.getContainer();
    const reach_m = (COARSEST_MPP * Math.min(clientWidth, clientHeight)) / 2;
    const near = corners.filter((corner) => metres(corner, at) <= reach_m);
    const [lons, lats] = [near.map(({ lon }) => lon), near.map(({ lat }) => lat)];
    const padding = Math.min(clientWidth, clientHeight) * (EDGE + 0.1); // within what counts as in view
    this.#map.fitBounds([Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)], { padding, maxZoom: ZOOM, animate: false });
  }

  /** The ground moves only when the courier comes near the edge. */
  #keepInView(at: Shown): void {
    const { x, y } = this.#map.project([at.lon, at.lat]);
    const { clientWidth: width, clientHeight: height } = this.#map.getContainer();
    if (x < width * EDGE || x > width * (1 - EDGE) || y < height * EDGE || y > height * (1 - EDGE)) {
      this.#map.easeTo({ center: [at.lon, at.lat], animate: !this.#still.matches, duration: 600 });
    }
  }

  /** Where the courier may be by now, once the position is no longer new. */
  #drawDoubt(): void {
    const fix = this.#marker.fix;
    const shown = fix !== null && this.#age_s >= DOUBT_FROM_S && freshness(this.#age_s) !== "gone";
    const radius_m = Math.min(MOST_DOUBT_M, (fix?.accuracy_m ?? 0) + DOUBT_MPS * Math.min(this.#age_s, STALE_AFTER_S * 2));
    const source = this.#map.getSource("doubt") as GeoJSONSource | undefined;
    source?.setData(shown && fix !== null ? circle(fix, radius_m) : (EMPTY as never));
  }
}
