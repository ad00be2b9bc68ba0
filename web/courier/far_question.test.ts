import { expect, test } from "vitest";
import { isFar } from "./far_question.tsx";

test("far is what the server marks as far, and a kilometre until it has said so", () => {
  expect([isFar(1_001, null), isFar(999, null), isFar(null, null)]).toEqual([true, false, false]);
  expect([isFar(1_001, { handover_far_m: 2_000 }), isFar(301, { handover_far_m: 300 })]).toEqual([false, true]);
});
