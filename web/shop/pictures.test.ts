import { expect, test } from "vitest";
import { shownOf } from "./pictures.ts";

test("each picture that is not there is passed over for good, and one of another host is never shown", () => {
  const images = ["https://elsewhere.example/1.jpg", "/media/1.jpg", "/media/2.jpg"].map((image) => ({ image })) as Parameters<typeof shownOf>[0];
  expect(shownOf(images, [])).toBe("/media/1.jpg");
  expect(shownOf(images, ["/media/1.jpg"])).toBe("/media/2.jpg");
  expect(shownOf(images, ["/media/1.jpg", "/media/2.jpg"])).toBeUndefined();
});
