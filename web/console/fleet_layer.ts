// The markers, drawn by the graphics card on a canvas of their own above the map.
//
// The map is not drawn anew for a marker that moves, and a marker that slides costs the page nothing but the order to
// draw. While the map is moved the markers are drawn in the same picture, so they never lag behind the streets.
import type { Map as MapLibre } from "maplibre-gl";
import { type Crowd, RADIUS_PX, looksOf } from "./density.ts";
import { FIELDS, type FleetBuffer, flat, flatLength } from "./fleet_buffer.ts";
import { BYTES, FleetProgram } from "./fleet_program.ts";

const TILE = 512;
// Slides are slow: more pictures a second would show nothing more.
const PICTURE_MS = 1000 / 30;
// Where the browser draws in software a picture holds up everything else, so pictures leave room between them.
const SLOW_MS = 60;
const ROOM = 3;

export class FleetLayer {
  readonly #canvas = document.createElement("canvas");
  readonly #program: FleetProgram;
  readonly #map: MapLibre;
  readonly #fleet: FleetBuffer;
  readonly #dark = matchMedia("(prefers-color-scheme: dark)");
  #room = 0;
  #waiting = 0;
  #drawnAt = 0;
  /** From one picture to the next; more where drawing is slow. */
  #pause_ms = PICTURE_MS;
  #drew = false;
  #picked: number | null = null;
  #crowd: Crowd = "markers";
  #dimmed = true;
  #doubt_m = 0;

  /** Throws where the browser cannot draw it. */
  constructor(map: MapLibre, fleet: FleetBuffer) {
    // The shader smooths edges itself; to have the card do it too would cost four times the pictures.
    const gl = this.#canvas.getContext("webgl2", { alpha: true, antialias: false, premultipliedAlpha: true });
    if (gl === null) throw new Error("no WebGL 2");
    this.#map = map;
    this.#fleet = fleet;
    this.#program = new FleetProgram(gl);
    this.#canvas.className = "fleet";
    this.#canvas.setAttribute("aria-hidden", "true");
    map.getCanvasContainer().append(this.#canvas);
    map.on("render", this.#draw);
    map.on("resize", this.#draw);
    this.#dark.addEventListener("change", this.#recolour);
  }

  /** The marker that has a ring around it. */
  pick(id: number | null): void {
    this.#picked = id;
    this.changed();
  }

  /** How far from where it is drawn what is picked may be by now; 0: nobody doubts it. */
  doubt(metres: number): void {
    if (this.#doubt_m === metres) return;
    this.#doubt_m = metres;
    this.changed();
  }

  /** A marker each, a dot each, or nothing where counts stand in their place. */
  show(crowd: Crowd): void {
    this.#crowd = crowd;
    this.changed();
  }

  /** Whether those that are dimmed are drawn. */
  dimmed(shown: boolean): void {
    if (this.#dimmed === shown) return;
    this.#dimmed = shown;
    this.changed();
  }

  /** Something moved, came or went. */
  changed(): void {
    if (this.#waiting === 0) this.#waiting = requestAnimationFrame(this.#again);
  }

  remove(): void {
    cancelAnimationFrame(this.#waiting);
    this.#map.off("render", this.#draw);
    this.#map.off("resize", this.#draw);
    this.#dark.removeEventListener("change", this.#recolour);
    this.#program.gl.getExtension("WEBGL_lose_context")?.loseContext();
    this.#canvas.remove();
  }

  readonly #recolour = (): void => {
    this.#program.recolour();
    this.changed();
  };

  /** Goes on while something slides and somebody looks. */
  readonly #again = (now: number): void => {
    this.#waiting = 0;
    if (this.#drew) {
      const took_ms = now - this.#drawnAt;
      this.#pause_ms = took_ms > SLOW_MS ? took_ms * ROOM : PICTURE_MS;
      this.#drew = false;
    }
    if (now - this.#drawnAt >= this.#pause_ms) {
      this.#draw();
      this.#drew = true;
    }
    if (this.#crowd !== "counts" && performance.now() < this.#fleet.moves_until + this.#pause_ms && !document.hidden) this.changed();
  };

  readonly #draw = (): void => {
    const now = performance.now();
    this.#drawnAt = now;
    this.#fit();
    this.#upload();
    this.#program.clear();
    if (this.#fleet.count === 0) return;
    const zoom = this.#map.getZoom();
    const looks = looksOf(this.#crowd, zoom);
    if (looks === "counts") return;
    const { lat, lng } = this.#map.getCenter();
    const place = flat(lat, lng);
    const { origin } = this.#fleet;
    const world = TILE * 2 ** zoom;
    const scene = {
      now_s: this.#fleet.seconds(now),
      world,
      centre: { x: place.x - origin.x, y: place.y - origin.y },
      width: this.#canvas.clientWidth,
      height: this.#canvas.clientHeight,
      radius: RADIUS_PX[looks],
      dots: looks === "dots",
      picked: this.#fleet.rowOf(this.#picked),
      doubt: flatLength(this.#doubt_m, lat) * world,
      dimmed: this.#dimmed,
    };
    this.#program.draw(scene, this.#fleet.count);
  };

  #fit(): void {
    const { clientWidth, clientHeight } = this.#map.getCanvas();
    const width = Math.round(clientWidth * devicePixelRatio);
    const height = Math.round(clientHeight * devicePixelRatio);
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
  }

  /** What has changed since the last picture, and nothing else. */
  #upload(): void {
    const { data, changed } = this.#fleet;
    if (changed === null) return;
    const { gl, buffer } = this.#program;
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    if (this.#room === data.length) {
      gl.bufferSubData(gl.ARRAY_BUFFER, changed.from * FIELDS * BYTES, data, changed.from * FIELDS, (changed.to - changed.from) * FIELDS);
    } else {
      gl.bufferData(gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW);
      this.#room = data.length;
    }
    this.#fleet.changed = null;
  }
}
