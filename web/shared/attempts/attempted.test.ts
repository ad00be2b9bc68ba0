import { expect, test } from "vitest";
import { carried, nextTryWords, triedLines } from "./attempted.tsx";

type Parcel = Parameters<typeof triedLines>[0];

const parcel = (status: string): Parcel =>
  ({
    status,
    attempts: [
      { number: 1, reason: "nobody_there", timestamp: "2026-11-28T05:00:00Z" },
      { number: 2, reason: "closed", timestamp: "2026-11-29T05:00:00Z" },
    ],
    next_try: { starts_at: "2026-11-30T04:15:00Z", ends_at: null, asked_by: "transporter" },
  }) as Parcel;
const texts = (status: string): string[] => triedLines(parcel(status), Date.parse("2026-11-29T06:00:00Z"), "en").map((one) => one.text);

test("the history names every attempt, and with the last one when the next is while there will be one", () => {
  expect(texts("in_transit")[0]).toBe("Delivery attempted: nobody was there");
  expect(texts("in_transit")[1]).toMatch(/^Delivery attempted: the place was closed\. The next try is .*10:00/);
  expect(texts("delivered")[1]).toBe("Delivery attempted: the place was closed");
});

test("after the last attempt nobody is told that another one follows, but where a dispatcher has set one", () => {
  const now = Date.parse("2026-11-29T06:00:00Z");
  const { next_try } = parcel("in_transit");
  expect(nextTryWords({ next_try: null, tries_left: 1 }, now, "en")).toBe("It will be tried again.");
  expect(nextTryWords({ next_try: null, tries_left: 0 }, now, "en")).toBe("It was tried as often as it may be, and goes back to its seller.");
  expect(nextTryWords({ next_try, tries_left: 0 }, now, "en")).toMatch(/^The next try is/);
});

test("parcels that have not left are not asked for, each of the others once", () => {
  const sale = (tracking_number: string | null, delivery_status: string | null) => ({ tracking_number, delivery_status });
  expect(carried([sale(null, null), sale("A", "assigned"), sale("B", "in_transit"), sale("B", "in_transit"), sale("C", "cancelled")])).toEqual(["B", "C"]);
});
