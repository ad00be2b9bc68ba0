import { expect, test } from "vitest";
import { type Ground, covers, escaped } from "./ground.ts";

const kathmandu: Ground = { city: { address: "/pages/map/x.pmtiles", bounds: [85.2, 27.6, 85.5, 27.8] }, tiles: null };
const online: Ground = { city: null, tiles: { url: "https://tiles.example/{z}/{x}/{y}.png", attribution: "us" } };

test("a grid is drawn where there is nothing else", () => {
  expect(covers({ city: null, tiles: null }, 85.3, 27.7)).toBe(false);
  expect(covers(kathmandu, 85.3, 27.7)).toBe(true);
  expect(covers(kathmandu, 83.9, 28.2)).toBe(false);
  expect(covers(online, 83.9, 28.2)).toBe(true);
});

test("an imported city comes before online tiles", () => {
  expect(covers({ ...kathmandu, tiles: online.tiles }, 83.9, 28.2)).toBe(false);
});

test("what an operator writes is text and no page", () => {
  expect(escaped("<b>us</b> & them")).toBe("&lt;b>us&lt;/b> &amp; them");
});
