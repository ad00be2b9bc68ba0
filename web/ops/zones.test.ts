import { expect, test } from "vitest";
import { speaker } from "../shared/words.ts";
import { words } from "./speech.ts";
import { allZones, zoneFilter } from "./zones.ts";

const say = speaker("en", words);

test("all zones can be chosen, however many pages they are", async () => {
  const asked: string[] = [];
  const call = <T>(path: string) => {
    asked.push(path);
    return Promise.resolve({ results: [{ id: asked.length, name: `Zone ${asked.length}` }], next: asked.length < 3 ? "more" : null } as T);
  };
  expect((await allZones({ call })).map((one) => one.id)).toEqual([1, 2, 3]);
  expect(asked.at(-1)).toBe("/api/zones/?page=3&page_size=100");
});

test("a zone of a shared address stays chosen before zones are known, and where it is gone", () => {
  expect(zoneFilter([], "7", say).choices).toEqual([["7", "zone 7"]]);
  expect(zoneFilter([{ id: 7, name: "Patan" }], "7", say).choices).toEqual([["7", "Patan"]]);
  expect(zoneFilter([{ id: 7, name: "Patan" }], null, say).choices).toEqual([["7", "Patan"]]);
});
