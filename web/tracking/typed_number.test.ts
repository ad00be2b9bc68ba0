import { expect, test } from "vitest";
import { typedIn } from "./typed_number.ts";

test("the number of an address is what somebody typed, and a share link has none", () => {
  expect(typedIn("/t/TRKAB12")).toBe("TRKAB12");
  expect(typedIn("/t/trk%20ab%2D12")).toBe("trk ab-12");
  expect(typedIn("/t/100%")).toBe("100%");
  expect(typedIn("/t/s/secret")).toBe("");
});
