import { expect, test } from "vitest";
import { numberSigns } from "./tracking_number.ts";

test.each([" trk-ab23 cd45 ", "TRK\u2013AB23\u00a0CD45", "Trk_ab23_cd45", "\u200eTRKAB23CD45", "ＴＲＫAB23CD45"])("%j is one number however it is typed", (typed) => {
  expect(numberSigns(typed)).toBe("TRKAB23CD45");
});
