// The program of the graphics card that draws markers, for the map and for whoever explains what is on it.
import { colour } from "../shared/base_map.ts";
import { FIELDS } from "./fleet_buffer.ts";
import { FRAGMENT, VERTEX } from "./fleet_shaders.ts";

export const BYTES = 4;
const COLOURS = ["--edge", "--way", "--stale", "--late", "--map-land", "--accent"] as const;
const NAMES = ["now", "world", "radius", "pixels", "doubt", "centre", "size", "picked", "dimmed", "dots", "colours"] as const;

type Places = Readonly<Record<(typeof NAMES)[number], WebGLUniformLocation | null>>;

/** What a picture is of. Lengths in pixels of the page; `centre` and `world` turn places of the flat map into them. */
export interface Scene {
  /** By the clock of the buffer. */
  now_s: number;
  world: number;
  centre: { x: number; y: number };
  width: number;
  height: number;
  radius: number;
  dots: boolean;
  /** The row that has a ring around it, -1 for none, and how far it may be from there. */
  picked: number;
  doubt: number;
  /** Whether those that are dimmed are drawn. */
  dimmed: boolean;
}

export class FleetProgram {
  readonly buffer: WebGLBuffer;
  readonly #program: WebGLProgram;
  readonly #places: Places;
  #colours: number[] = [];

  /** Throws where the browser cannot draw it. */
  constructor(readonly gl: WebGL2RenderingContext) {
    this.#program = linked(gl);
    this.#places = Object.fromEntries(NAMES.map((name) => [name, gl.getUniformLocation(this.#program, name)])) as Places;
    this.buffer = gl.createBuffer();
    this.#describe();
    this.recolour();
  }

  /** The page's colours as they are now. */
  recolour(): void {
    this.#colours = COLOURS.flatMap((name) => rgb(colour(name)));
  }

  clear(): void {
    const { gl } = this;
    gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
  }

  /** The first rows of the buffer. */
  draw(scene: Scene, rows: number): void {
    const { gl } = this;
    const at = this.#places;
    gl.useProgram(this.#program);
    gl.uniform1f(at.now, scene.now_s);
    gl.uniform1f(at.world, scene.world);
    gl.uniform2f(at.centre, scene.centre.x, scene.centre.y);
    gl.uniform2f(at.size, scene.width, scene.height);
    gl.uniform1f(at.radius, scene.radius);
    gl.uniform1i(at.dots, scene.dots ? 1 : 0);
    gl.uniform1f(at.pixels, devicePixelRatio);
    gl.uniform1i(at.picked, scene.picked);
    gl.uniform1f(at.doubt, scene.doubt);
    gl.uniform1i(at.dimmed, scene.dimmed ? 1 : 0);
    gl.uniform3fv(at.colours, this.#colours);
    gl.enable(gl.DEPTH_TEST); // of what is equally near the later is above
    gl.depthFunc(gl.LEQUAL);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, rows);
  }

  /** How the card reads a row: three fields of four numbers, the same for all corners of a marker. */
  #describe(): void {
    const { gl } = this;
    gl.bindVertexArray(gl.createVertexArray());
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    for (const [index, name] of ["way", "rest", "onward"].entries()) {
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
