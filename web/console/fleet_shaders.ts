// What the graphics card does for each marker: where it is between two fixes and a little beyond, and its shape. Shapes
// differ, not colours alone. Free is a hollow circle, carrying a filled arrow, stale a dashed ring, gone a cross; who has a
// late parcel is a filled disc with an exclamation mark and a beak that says where to, or a stale ring around that mark,
// which is small a triangle that stands on its tip. As a dot, which has no room for arrows and rings, free is hollow and
// carrying filled, stale a dash and gone a cross, late a triangle, and late and stale that one on its tip.

export const VERTEX = `#version 300 es
in vec4 way;     // from x, from y, to x, to y: flat map, relative to the origin
in vec4 rest;    // began (s), takes (s), heading (radians, below 0 for none), kind (4 more for late, 8 more for what is dimmed)
in vec4 onward;  // once it is there: by x and by y a second, for so many seconds; heading before
uniform float now, world, radius, pixels, doubt;  // doubt: pixels around what is picked, 0 for none
uniform vec2 centre, size;
uniform int picked;
uniform bool dimmed;
out vec2 spot;
flat out float heading, kind, late, ring, sharp, bright, grown;
const float TURN = 6.2831853;
void main() {
  float since = now - rest.x;
  float share = rest.y <= 0.0 ? 1.0 : clamp(since / rest.y, 0.0, 1.0);
  vec2 seen = mix(way.xy, way.zw, share) + onward.xy * clamp(since - rest.y, 0.0, onward.z);
  vec2 place = (seen - centre) * world;
  vec2 corner = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1)) * 2.0 - 1.0;
  ring = gl_InstanceID == picked ? 1.0 : 0.0;
  float look = mod(rest.w + 0.5, 8.0) - 0.5;
  late = look > 3.5 ? 1.0 : 0.0;
  kind = look - 4.0 * late;
  grown = radius < 10.0 && (late > 0.5 || kind > 1.5) ? radius * 1.5 : radius;  // a mark that nobody can read tells nothing
  float reach = grown * (1.0 + 0.7 * ring) + (doubt + 2.0) * ring * step(0.5, doubt);
  spot = corner * reach / grown;
  float arc = mod(rest.z - onward.w + 1.5 * TURN, TURN) - 0.5 * TURN;
  heading = rest.z < 0.0 || onward.w < 0.0 ? rest.z : mod(onward.w + arc * share + TURN, TURN);
  bool dim = rest.w > 7.5 && ring < 0.5;
  bright = dim ? 0.3 : 1.0;
  sharp = 1.0 / (grown * pixels);
  gl_Position = vec4((place + corner * reach) / size * vec2(2.0, -2.0), dim && !dimmed ? 2.0 : -0.5 * late, 1.0);  // what is late above the others; beyond the picture where the dimmed are left out
}`;

export const FRAGMENT = `#version 300 es
precision highp float;
in vec2 spot;
flat in float heading, kind, late, ring, sharp, bright, grown;
uniform bool dots;
uniform float doubt;
uniform vec3 colours[6];  // free, carrying, stale, gone and late, ground, picked
out vec4 shown;
const float TURN = 6.2831853;

float circle(vec2 at, float radius) { return length(at) - radius; }

float box(vec2 at, vec2 half_size) {
  vec2 beyond = abs(at) - half_size;
  return max(beyond.x, beyond.y);
}

float arrow(vec2 at) {
  vec2 side = vec2(abs(at.x), at.y);
  float wings = dot(side - vec2(0.0, -0.85), normalize(vec2(0.85, -0.45)));
  float notch = dot(side - vec2(0.0, 0.35), normalize(vec2(-0.35, 0.75)));
  return max(wings, notch);
}

float triangle(vec2 at) {
  return max(at.y - 0.65, dot(vec2(abs(at.x), at.y + 0.85), normalize(vec2(1.5, -0.85))));
}

float cross_of(vec2 at, float arm, float thick) {
  return max(min(abs(at.x - at.y), abs(at.x + at.y)) * 0.7071 - thick, circle(at, arm));
}

float dashed(float band, float dashes) {
  float dash = 0.35 - abs(fract(atan(spot.y, spot.x) / TURN * dashes) - 0.5);
  return max(band, -dash);
}

// A bar over a dot, upright whichever way somebody goes.
float exclamation(vec2 at) {
  return min(box(at - vec2(0.0, -0.14), vec2(0.1, 0.24)), circle(at - vec2(0.0, 0.36), 0.13));
}

float dot_of() {
  if (kind > 2.5) return cross_of(spot, 0.9, 0.2);
  if (kind > 1.5) return late > 0.5 ? triangle(vec2(spot.x, -spot.y)) : box(spot, vec2(0.85, 0.26));
  if (late > 0.5) return triangle(spot);
  return kind < 0.5 ? abs(circle(spot, 0.55)) - 0.2 : circle(spot, 0.75);
}

void main() {
  float turn = max(heading, 0.0);
  vec2 ahead = mat2(cos(turn), -sin(turn), sin(turn), cos(turn)) * spot;
  float body, halo = circle(spot, 0.8);
  vec3 ink = colours[late > 0.5 ? 3 : int(kind + 0.5)];
  if (dots) { body = dot_of(); halo = min(circle(spot, 0.85), body - 0.25); }
  else if (late > 0.5 && kind < 1.5) {
    body = circle(spot, 0.72);
    if (heading >= 0.0) body = min(body, max((abs(ahead.x) - ahead.y - 0.98) * 0.7071, ahead.y + 0.5));
    halo = body - 0.2;
    body = max(body, -exclamation(spot));
  }
  else if (kind < 0.5) body = abs(circle(spot, 0.5)) - 0.16;
  else if (kind < 1.5) { body = heading < 0.0 ? circle(spot, 0.6) : arrow(ahead); halo = body - 0.2; }
  else if (kind > 2.5) body = cross_of(spot, 0.75, 0.16);
  else if (late > 0.5 && grown < 10.0) body = triangle(vec2(spot.x, -spot.y));
  else {
    body = dashed(abs(circle(spot, 0.55)) - 0.15, grown < 10.0 ? 4.0 : 6.0);
    if (late > 0.5) body = min(body, exclamation(spot));
  }
  float inside = 1.0 - smoothstep(-sharp, sharp, body);
  float around = 1.0 - smoothstep(-sharp, sharp, halo);
  shown = vec4(colours[4], 1.0) * around;
  shown = mix(shown, vec4(ink, 1.0), inside);
  if (ring > 0.5) {
    float band = abs(circle(spot, 1.35)) - 0.12;
    // Where it may be by now: a thin circle with gaps, and nothing within it, so that it hides nobody.
    if (doubt > 1.8 * grown) band = min(band, dashed(abs(circle(spot, doubt / grown)) - 0.75 / grown, floor(doubt * 0.5) + 6.0));
    shown = mix(shown, vec4(colours[5], 1.0), 1.0 - smoothstep(-sharp, sharp, band));
  }
  shown *= bright;
  if (shown.a < 0.01) discard;
}`;
