import { expect, test } from "vitest";
import type { Run } from "./calls.ts";
import type { RunFrame } from "./frames.ts";
import { foundIn, progressOf, wantsResult } from "./runs.ts";

const BEGUN = { id: 3, kind: "assign", plan_id: null, started_at: "2026-11-28T10:00:00Z", ended_at: null, asked_by: 1, error: "" } as const;

function answer(some: Partial<Run> = {}, progress: Partial<Run["progress"]> = {}): Run {
  return {
    ...BEGUN, status: "running", certified_optimal: null, planned_total: null, upper_bound: null, gap: null, result: null,
    progress: { deliveries: null, planned: null, assigned: 0, failed: 0, left: null, ...progress },
    ...some,
  };
}

function told(some: Partial<RunFrame> = {}): RunFrame {
  return { ...BEGUN, type: "run", status: "running", deliveries: null, planned: null, assigned: 0, failed: 0, left: null, ...some };
}

test("of a frame and an answer the one that is further counts, whichever came last", () => {
  expect(progressOf(null, undefined)).toBe(null);
  expect(progressOf(answer(), told({ deliveries: 9, planned: 8 }))?.planned).toBe(8);
  expect(progressOf(answer({}, { deliveries: 9, planned: 8, assigned: 4 }), told({ deliveries: 9, planned: 8, assigned: 2 }))?.assigned).toBe(4);
  expect(progressOf(answer({}, { deliveries: 9, planned: 8, assigned: 2 }), told({ deliveries: 9, planned: 8, assigned: 4 }))?.assigned).toBe(4);
  expect(progressOf(answer({}, { deliveries: 9, planned: 8, assigned: 8 }), told({ status: "done", deliveries: 9, planned: 8, assigned: 8 }))?.over).toBe(true);
});

test("the result is asked for once a run is over and its result is not there", () => {
  const result = { success: true, assignments: [], failures: [], summary: {} } as unknown as NonNullable<Run["result"]>;
  expect(wantsResult(answer(), undefined)).toBe(false);
  expect(wantsResult(answer(), told())).toBe(false);
  expect(wantsResult(answer(), told({ status: "failed" }))).toBe(true);
  expect(wantsResult(answer({ status: "failed", result }), told({ status: "failed" }))).toBe(false);
});

test("what a run found is told as a plan tells it, and a run that goes on has found nothing yet", () => {
  const result = {
    assignments: [{ delivery_id: 7, delivery_uuid: "u", tracking_number: "TRK7", assigned_transporter: "Ram", transporter_id: 1, score: 90 }],
    failures: [{ delivery_id: "8", error: "Nobody", reason: "Too far" }],
  } as unknown as NonNullable<Run["result"]>;
  expect(foundIn(answer({ result }))).toEqual({
    assignments: [{ delivery_id: 7, transporter: "Ram", transporter_id: 1, score: 90 }],
    failures: [{ delivery_id: 8, error: "Nobody", reason: "Too far" }],
  });
  expect(foundIn(answer())).toEqual({ assignments: [], failures: [] });
});
