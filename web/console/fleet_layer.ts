// The markers, drawn by the graphics card on a canvas of their own above the map.
//
// The map is not drawn anew for a marker that moves, and a marker that slides costs the page nothing but the order to
// draw. While the map is moved the markers are drawn in the same picture, so they never lag behind the streets.
import type { Map as MapLibre } from "maplibre-gl";
import { colour } from "../shared/base_map.ts";
import type { Crowd } from "./density.ts";
import { FIELDS, type FleetBuffer, flat } from "./fleet_buffer.ts";
import { FRAGMENT, VERTEX } from "./fleet_shaders.ts";

const TILE = 512;
const BYTES = 4;
// Slides are slow: more pictures a second would show nothing more.
const PICTURE_MS = 1000 / 30;
// Where the browser draws in software a picture holds up everything else, so pictures leave room between them.
const SLOW_MS = 60;
const ROOM = 3;
// Beyond so many in sight they are small, so that a city can be read.
const SMALL_BELOW_ZOOM = 11;
const RADIUS_PX = { marker: 13, small: 6, dot: 3.5 } as const;
const COLOURS = ["--edge", "--way", "--stale", "--late", "--map-land", "--accent"] as const;

export class FleetLayer {
  readonly #canvas = document.createElement("canvas");
  readonly #gl: WebGL2RenderingContext;
  readonly #program: WebGLProgram;
  readonly #buffer: WebGLBuffer;
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
  #shown = true;
  #dots = false;
  #dimmed = true;
  #colours: number[] = [];

  /** Throws where the browser cannot draw it. */
  constructor(map: MapLibre, fleet: FleetBuffer) {
    // The shader smooths edges itself; to have the card do it too would cost four times the pictures.
    const gl = this.#canvas.getContext("webgl2", { alpha: true, antialias: false, premultipliedAlpha: true });
    if (gl === null) throw new Error("no WebGL 2");
    this.#gl = gl;
    this.#map = map;
    this.#fleet = fleet;
    this.#program = linked(gl);
    this.#buffer = gl.createBuffer();
    this.#canvas.className = "fleet";
    this.#canvas.setAttribute("aria-hidden", "true");
    map.getCanvasContainer().append(this.#canvas);
    this.#describe();
    map.on("render", this.#draw);
    map.on("resize", this.#draw);
    this.#dark.addEventListener("change", this.#recolour);
    this.#recolour();
  }

  /** The marker that has a ring around it. */
  pick(id: number | null): void {
    this.#picked = id;
    this.changed();
  }

  /** A marker each, a dot each, or nothing where counts stand in their place. */
  show(crowd: Crowd): void {
    this.#shown = crowd !== "counts";
    this.#dots = crowd === "dots";
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
    this.#gl.getExtension("WEBGL_lose_context")?.loseContext();
    this.#canvas.remove();
  }

  readonly #recolour = (): void => {
    this.#colours = COLOURS.flatMap((name) => rgb(colour(name)));
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
    if (this.#shown && performance.now() < this.#fleet.moves_until + this.#pause_ms && !document.hidden) this.changed();
  };

  readonly #draw = (): void => {
    const gl = this.#gl;
    const now = performance.now();
    this.#drawnAt = now;
    this.#fit();
    this.#upload();
    gl.viewport(0, 0, this.#canvas.width, this.#canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    if (this.#fleet.count === 0 || !this.#shown) return;
    const zoom = this.#map.getZoom();
    const centre = this.#map.getCenter();
    const place = flat(centre.lat, centre.lng);
    gl.useProgram(this.#program);
    gl.uniform1f(this.#at("now"), this.#fleet.seconds(now));
    gl.uniform1f(this.#at("world"), TILE * 2 ** zoom);
    gl.uniform2f(this.#at("centre"), place.x - this.#fleet.origin.x, place.y - this.#fleet.origin.y);
    gl.uniform2f(this.#at("size"), this.#canvas.clientWidth, this.#canvas.clientHeight);
    gl.uniform1f(this.#at("radius"), RADIUS_PX[this.#dots ? "dot" : zoom < SMALL_BELOW_ZOOM ? "small" : "marker"]);
    gl.uniform1i(this.#at("dots"), this.#dots ? 1 : 0);
    gl.uniform1f(this.#at("pixels"), devicePixelRatio);
    gl.uniform1i(this.#at("picked"), this.#fleet.rowOf(this.#picked));
    gl.uniform1i(this.#at("dimmed"), this.#dimmed ? 1 : 0);
    gl.uniform3fv(this.#at("colours"), this.#colours);
    gl.enable(gl.DEPTH_TEST); // of what is equally near the later is above
    gl.depthFunc(gl.LEQUAL);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.#fleet.count);
  };

  #at(name: string): WebGLUniformLocation | null {
    return this.#gl.getUniformLocation(this.#program, name);
  }

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
    const gl = this.#gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#buffer);
    if (this.#room === data.length) {
      gl.bufferSubData(gl.ARRAY_BUFFER, changed.from * FIELDS * BYTES, data, changed.from * FIELDS, (changed.to - changed.from) * FIELDS);
    } else {
      gl.bufferData(gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW);
      this.#room = data.length;
    }
    this.#fleet.changed = null;
  }

  /** How the card reads a row: two fields of four numbers, the same for all corners of a marker. */
  #describe(): void {
    const gl = this.#gl;
    gl.bindVertexArray(gl.createVertexArray());
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#buffer);
    for (const [index, name] of ["way", "rest"].entries()) {
      const place = gl.getAttribLocation(this.#program, name);
      gl.enableVertexAttribArray(place);
      gl.vertexAttribPointer(place, 4, gl.FLOAT, false, FIELDS * BYTES, index * 4 * BYTES);
      gl.vertexAttribDivisor(place, 1);
    }
  }
}

function rgb(hex: string): [number, number, number] {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255) as [number, number, number];
}

function linked(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]] as const) {
    const shader = gl.createShader(kind);
    if (shader === null) throw new Error("no shader");
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (gl.getProgramParameter(program, gl.LINK_STATUS) !== true) throw new Error(gl.getProgramInfoLog(program) ?? "not linked");
  return program;
}
