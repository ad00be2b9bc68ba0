import { expect, test } from "vitest";
import tokens from "./tokens.css?raw";

const [light = "", dark = ""] = tokens.split("@media (prefers-color-scheme: dark)");

function colours(css: string): Map<string, [number, number, number]> {
  return new Map(
    [...css.matchAll(/(--[\w-]+): #([0-9a-f]{6});/g)].map(([, name = "", hex = ""]) => [
      name,
      [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255) as [number, number, number],
    ]),
  );
}

function luminance([red, green, blue]: [number, number, number]): number {
  const linear = (part: number): number => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

const TEXT: readonly [string, string][] = ["--ink", "--ink-2", "--accent", "--wait", "--way", "--done", "--late", "--stale"].flatMap(
  (ink): [string, string][] => [[ink, "--ground"], [ink, "--surface"], [ink, "--map-land"]],
);

test.each([["light", colours(light)], ["dark", colours(dark)]] as const)("in the %s every text reads at 4.5 to 1, every edge at 3 to 1", (_, known) => {
  const ratio = (a: string, b: string): number => {
    const [one, other] = [a, b].map((name) => luminance(known.get(name) ?? [Number.NaN, 0, 0])) as [number, number];
    return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  };
  for (const [ink, paper] of [...TEXT, ["--on-accent", "--accent"] as [string, string]]) {
    expect(ratio(ink, paper), `${ink} on ${paper}`).toBeGreaterThanOrEqual(4.5);
  }
  for (const paper of ["--ground", "--surface", "--map-land"]) expect(ratio("--edge", paper), `--edge on ${paper}`).toBeGreaterThanOrEqual(3);
});

test("the ground of maps stays quieter than what moves on it", () => {
  for (const known of [colours(light), colours(dark)]) {
    const light_of = (name: string): number => Math.cbrt(luminance(known.get(name) ?? [Number.NaN, 0, 0]));
    for (const name of ["--map-land", "--map-line", "--map-water", "--map-green", "--map-road", "--map-main"]) expect(Math.abs(light_of(name) - light_of("--ground"))).toBeLessThanOrEqual(0.12);
  }
});
