import { expect, test } from "vitest";
import { moved, placesFor } from "./ordering.ts";

const one = (id: number, parent_id: number | null, position = 0) => ({ id, parent_id, position, name: `K${id}`, name_ne: "", is_active: true, products: 0 });
const ALL = [one(1, null), one(2, 1, 0), one(3, 1, 1), one(4, 3), one(5, null)];

test("one that moves changes place with its neighbour, and only what has another place then is changed", () => {
  expect(moved(ALL, 3, -1)).toEqual([{ id: 3, position: 0 }, { id: 2, position: 1 }]);
  expect(moved(ALL, 5, -1)).toEqual([{ id: 1, position: 1 }]);
  expect([moved(ALL, 1, -1), moved(ALL, 3, 1), moved(ALL, 9, 1)]).toEqual([[], [], []]);
});

test("nothing is put within itself, within what is in it, or below the last level", () => {
  expect(placesFor(ALL, 1).map(({ id }) => id)).toEqual([5]);
  expect(placesFor(ALL, null).map(({ id }) => id)).toEqual([1, 2, 3, 5]);
});
