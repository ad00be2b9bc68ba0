// What the graphics card does for each marker: where it is between two fixes, and its shape. Shapes differ, not colours
// alone: free is a hollow circle, carrying a filled arrow, stale a dashed ring, gone a dashed ring with a cross; who has a
// late parcel is a filled disc with an exclamation mark and a beak that says where to, or a stale ring around that mark.
// As a dot, which has no room for that, free is hollow, carrying filled, stale and gone small, and late red and larger.

export const VERTEX = `#version 300 es
in vec4 way;   // from x, from y, to x, to y: flat map, relative to the origin
in vec4 rest;  // began (s), takes (s), heading (radians, below 0 for none), kind (4 more for late, 8 more for what is dimmed)
uniform float now, world, radius, pixels;
uniform vec2 centre, size;
uniform int picked;
uniform bool dimmed;
out vec2 spot;
flat out float heading, kind, late, ring, sharp, bright;
void main() {
  float share = rest.y <= 0.0 ? 1.0 : clamp((now - rest.x) / rest.y, 0.0, 1.0);
  vec2 place = (mix(way.xy, way.zw, share) - centre) * world;
  vec2 corner = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1)) * 2.0 - 1.0;
  ring = gl_InstanceID == picked ? 1.0 : 0.0;
  float look = mod(rest.w + 0.5, 8.0) - 0.5;
  late = look > 3.5 ? 1.0 : 0.0;
  kind = look - 4.0 * late;
  float grown = late > 0.5 && radius < 10.0 ? radius * 1.5 : radius;  // a mark that nobody can read tells nothing
  float reach = grown * (1.0 + 0.7 * ring);
  spot = corner * (1.0 + 0.7 * ring);
  heading = rest.z;
  bool dim = rest.w > 7.5 && ring < 0.5;
  bright = dim ? 0.3 : 1.0;
  sharp = 1.0 / (grown * pixels);
  gl_Position = vec4((place + corner * reach) / size * vec2(2.0, -2.0), dim && !dimmed ? 2.0 : -0.5 * late, 1.0);  // what is late above the others; beyond the picture where the dimmed are left out
}`;

export const FRAGMENT = `#version 300 es
precision highp float;
in vec2 spot;
flat in float heading, kind, late, ring, sharp, bright;
uniform bool dots;
uniform vec3 colours[6];  // free, carrying, stale, gone and late, ground, picked
out vec4 shown;

float circle(vec2 at, float radius) { return length(at) - radius; }

float arrow(vec2 at) {
  vec2 side = vec2(abs(at.x), at.y);
  float wings = dot(side - vec2(0.0, -0.85), normalize(vec2(0.85, -0.45)));
  float notch = dot(side - vec2(0.0, 0.35), normalize(vec2(-0.35, 0.75)));
  return max(wings, notch);
}

// A bar over a dot, upright whichever way somebody goes.
float exclamation(vec2 at) {
  vec2 bar = abs(at - vec2(0.0, -0.14)) - vec2(0.1, 0.24);
  return min(max(bar.x, bar.y), circle(at - vec2(0.0, 0.36), 0.13));
}

void main() {
  float turn = max(heading, 0.0);
  vec2 ahead = mat2(cos(turn), -sin(turn), sin(turn), cos(turn)) * spot;
  float body, halo = circle(spot, 0.8);
  vec3 ink = colours[late > 0.5 ? 3 : int(kind + 0.5)];
  if (dots) {
    halo = circle(spot, 1.0);
    body = kind < 0.5 && late < 0.5 ? abs(circle(spot, 0.55)) - 0.2 : circle(spot, kind < 1.5 || late > 0.5 ? 0.75 : 0.45);
  }
  else if (late > 0.5 && kind < 1.5) {
    body = circle(spot, 0.72);
    if (heading >= 0.0) body = min(body, max(abs(ahead.x) + ahead.y + 0.98, ahead.y));
    halo = body - 0.2;
    body = max(body, -exclamation(spot));
  }
  else if (kind < 0.5) body = abs(circle(spot, 0.5)) - 0.16;
  else if (kind < 1.5) { body = heading < 0.0 ? circle(spot, 0.6) : arrow(ahead); halo = body - 0.2; }
  else {
    float dash = 0.35 - abs(fract(atan(spot.y, spot.x) / 6.28318 * 6.0) - 0.5);
    body = max(abs(circle(spot, 0.55)) - 0.15, -dash);
    if (kind > 2.5) {
      float cross = min(abs(spot.x - spot.y), abs(spot.x + spot.y)) * 0.7071 - 0.12;
      body = min(body, max(cross, circle(spot, 0.4)));
    } else if (late > 0.5) body = min(body, exclamation(spot));
  }
  float inside = 1.0 - smoothstep(-sharp, sharp, body);
  float around = 1.0 - smoothstep(-sharp, sharp, halo);
  shown = vec4(colours[4], 1.0) * around;
  shown = mix(shown, vec4(ink, 1.0), inside);
  if (ring > 0.5) {
    float band = 1.0 - smoothstep(-sharp, sharp, abs(circle(spot, 1.35)) - 0.12);
    shown = mix(shown, vec4(colours[5], 1.0), band);
  }
  shown *= bright;
  if (shown.a < 0.01) discard;
}`;
