// Markers beside words, drawn by the very program that draws them on the map: an explanation cannot differ from the picture.
import { type Looks, RADIUS_PX } from "./density.ts";
import { FIELDS } from "./fleet_buffer.ts";
import { FleetProgram } from "./fleet_program.ts";

/** Pixels; the ring around what is looked at fits in. */
export const GLYPH_PX = 42;
const HEADING = Math.PI / 4;

export interface Glyph {
  /** As `fleet_buffer.ts` has it. */
  look: number;
  canvas: HTMLCanvasElement;
}

/** Draws each on its canvas, as large as it is on the map; `picked`: that one with a ring around it. Throws where the browser cannot draw it. */
export function drawGlyphs(glyphs: readonly Glyph[], picked: number, looks: Exclude<Looks, "counts">): void {
  const sheet = document.createElement("canvas");
  const [width, height] = [GLYPH_PX * glyphs.length, GLYPH_PX];
  sheet.width = Math.round(width * devicePixelRatio);
  sheet.height = Math.round(height * devicePixelRatio);
  const gl = sheet.getContext("webgl2", { alpha: true, antialias: false, premultipliedAlpha: true });
  if (gl === null) throw new Error("no WebGL 2");
  const program = new FleetProgram(gl);
  gl.bufferData(gl.ARRAY_BUFFER, rowsOf(glyphs), gl.STATIC_DRAW);
  program.clear();
  const centre = { x: width / 2, y: height / 2 };
  program.draw({ now_s: 0, world: 1, centre, width, height, radius: RADIUS_PX[looks], dots: looks === "dots", picked, doubt: 0, dimmed: true }, glyphs.length);
  for (const [place, { canvas }] of glyphs.entries()) {
    const size = Math.round(GLYPH_PX * devicePixelRatio);
    canvas.width = canvas.height = size;
    canvas.getContext("2d")?.drawImage(sheet, Math.round(place * GLYPH_PX * devicePixelRatio), 0, size, size, 0, 0, size, size);
  }
  gl.getExtension("WEBGL_lose_context")?.loseContext();
}

function rowsOf(glyphs: readonly Glyph[]): Float32Array {
  const rows = new Float32Array(glyphs.length * FIELDS);
  for (const [place, { look }] of glyphs.entries()) {
    const [x, y] = [(place + 0.5) * GLYPH_PX, GLYPH_PX / 2];
    rows.set([x, y, x, y, 0, 0, HEADING, look, 0, 0, 0, HEADING], place * FIELDS);
  }
  return rows;
}
