import { expect, test } from "vitest";
import { readAddress } from "../../shared/address.ts";
import { queryOf, windowOf } from "./window.ts";

const now = Date.parse("2026-11-29T10:30:30Z");
const read = (query: string) => windowOf(readAddress(`/console/replay?${query}`), now);

test("without a word the last hour is shown, from whole minutes", () => {
  expect(read("")).toEqual({ from: Date.parse("2026-11-29T09:30:00Z"), length_s: 3600, at_s: null, speed: 60, courier: null });
});

test("the address is the state: what it says comes back, and what it cannot mean is passed over", () => {
  const shown = { from: Date.parse("2026-11-28T06:00:00Z"), length_s: 14_400, at_s: 777, speed: 300, courier: 12 };
  const query = new URLSearchParams(Object.entries(queryOf(shown)).map(([name, value]): [string, string] => [name, String(value)]));
  expect(read(query.toString())).toEqual(shown);
  expect(read("from=soon&minutes=7&at=never&speed=fast&courier=-1")).toEqual(read(""));
  expect(read("speed=1").speed).toBe(1);
  expect(queryOf({ ...shown, at_s: null })["at"]).toBeNull();
  expect([read("at=-5").at_s, read("at=99999").at_s]).toEqual([0, 3600]);
});
