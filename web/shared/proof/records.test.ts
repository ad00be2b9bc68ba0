import { expect, test } from "vitest";
import { type Proof, ours, recordsOf, wasSigned } from "./records.ts";

const PICTURE = { sha256: "0", until: "2026-11-30T10:00:00Z", url: "https://shop.example/api/proof-pictures/a.jpg?until=1&signature=x" };
const COMMON = { noticed_at: "2026-11-30T10:00:00Z", distance_m: 12, fix_age_s: 3, location: null, hash: "0" };

test("handovers, tries and what came with refused steps stand in the order in which they happened", () => {
  const proof: Proof = {
    delivery_id: 1,
    tracking_number: "TRK1",
    has_code: false,
    handovers: [
      { ...COMMON, number: 1, end: "pickup", happened_at: "2026-11-30T09:00:00Z", checked: [], relation: null, signed_by: "", photo: null, signature: null },
      { ...COMMON, number: 3, end: "drop_off", happened_at: "2026-11-30T11:00:00Z", checked: ["photo"], relation: "self", signed_by: "Maya", photo: PICTURE, signature: null },
    ],
    attempts: [{ ...COMMON, number: 2, attempt: 1, reason: "nobody_there", happened_at: "2026-11-30T10:00:00Z", photo: null }],
    refused: [{ ...COMMON, number: 1, happened_at: null, noticed_at: "2026-11-30T10:30:00Z", delivery_status: "in_transit", notes: "", photo: null, signature: PICTURE, reason: "", refusal: "wrong_code", relation: null, scanned: "", signed_by: "", step: "deliver", transporter_id: 4, transporter_name: "Ram" }],
  };
  expect(recordsOf(proof).map(({ kind, signed_by }) => [kind, signed_by])).toEqual([["pickup", ""], ["attempt", ""], ["refused", ""], ["drop_off", "Maya"]]);
  expect(new Set(recordsOf(proof).map(({ key }) => key)).size).toBe(4);
  expect(recordsOf({ ...proof, handovers: [], attempts: [], refused: [] })).toEqual([]);
});

test("a name without a signature is not called signed, and one whose signature was required is", () => {
  expect(wasSigned({ signature: null, checked: ["photo"] })).toBe(false);
  expect(wasSigned({ signature: null })).toBe(false);
  expect(wasSigned({ signature: PICTURE })).toBe(true);
  expect(wasSigned({ signature: null, checked: ["signature"] })).toBe(true);
});

test("a picture is asked for from this page's own host", () => {
  expect(ours(PICTURE.url)).toBe("/api/proof-pictures/a.jpg?until=1&signature=x");
});
