import { expect, test } from "vitest";
import { ArrivalPromise, type Kept } from "../shared/promises.ts";
import { type Place, readKept, writeKept } from "./kept_promises.ts";

const MINUTE = 60_000;

function browser(text: string | null = null): { place: () => Place; text: () => string | null } {
  let kept = text;
  const place: Place = { getItem: () => kept, setItem: (_, value) => void (kept = value) };
  return { place: () => place, text: () => kept };
}

function broken(): Kept {
  const promise = new ArrivalPromise();
  promise.update({ earliest: 30 * MINUTE, latest: 40 * MINUTE }, 0);
  promise.update({ earliest: 60 * MINUTE, latest: 70 * MINUTE }, MINUTE);
  return promise.kept;
}

test("whoever loads the page again is told what was promised before", () => {
  const { place } = browser();
  writeKept(place, "TRK1", broken());
  const again = new ArrivalPromise(readKept(place, "TRK1"));
  expect(again.changes).toHaveLength(1);
  expect(again.changes[0]?.before.latest).toBe(40 * MINUTE);
  expect(readKept(place, "TRK2")).toBeNull();
});

test("the twenty parcels that were looked at last are kept, and no more", () => {
  const { place, text } = browser();
  for (let parcel = 0; parcel < 30; parcel += 1) writeKept(place, `TRK${parcel}`, broken());
  writeKept(place, "TRK10", broken());
  expect(JSON.parse(text() ?? "")).toHaveLength(20);
  expect([readKept(place, "TRK9"), readKept(place, "TRK10"), readKept(place, "TRK29")].map((one) => one !== null)).toEqual([false, true, true]);
});

test.each([null, "", "no JSON", "{}", "[1]", '[["TRK1"]]', '[["TRK1",{"changes":[{}],"shown":null,"exact":null}]]', '[["TRK1",{"changes":[],"shown":{"earliest":"soon"},"exact":null}]]'])(
  "what cannot be read is as nothing: %s",
  (text) => {
    const { place } = browser(text);
    expect(readKept(place, "TRK1")).toBeNull();
    writeKept(place, "TRK1", broken());
    expect(readKept(place, "TRK1")).not.toBeNull();
  },
);

test("a browser that keeps nothing shows the page all the same", () => {
  const refusing = (): Place => {
    throw new DOMException("denied");
  };
  expect(readKept(refusing, "TRK1")).toBeNull();
  expect(() => writeKept(refusing, "TRK1", broken())).not.toThrow();
});
