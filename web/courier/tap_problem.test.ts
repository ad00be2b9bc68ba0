import { expect, test } from "vitest";
import { Refused, Unanswered, Unreachable } from "../shared/client.ts";
import { isWithoutNetwork, stillFails } from "./tap_problem.ts";

test("that there was no network is no longer said once the server has answered since", () => {
  const failed = { error: new Unreachable(), at: 1_000 };
  expect([null, 900, 1_000, 1_001].map((heard_at) => stillFails(failed, heard_at))).toEqual([true, true, true, false]);
});

test("what the server refused, and what may have been done, is said until it is tried again", () => {
  for (const error of [new Refused(409, "already_assigned", "no"), new Unanswered()]) {
    expect(isWithoutNetwork(error)).toBe(false);
    expect(stillFails({ error, at: 1_000 }, 2_000)).toBe(true);
  }
});
