import { expect, test } from "vitest";
import { categoryChoices, depths } from "./categories.ts";

const one = (id: number, parent_id: number | null, name: string, name_ne = "") => ({ id, parent_id, name, name_ne, position: 0, is_active: true });
const ALL = [one(1, null, "Food", "खाना"), one(2, 1, "Grain"), one(3, 2, "Rice"), one(4, null, "Tools")];

test("a kind of goods is set in by how deep it lies, in the language of the page where it has a name there", () => {
  expect([...depths(ALL).values()]).toEqual([0, 1, 2, 0]);
  expect(categoryChoices(ALL, "en").map(([, name]) => name)).toEqual(["Food", "\u2003Grain", "\u2003\u2003Rice", "Tools"]);
  expect(categoryChoices(ALL, "ne")[0]).toEqual(["1", "खाना"]);
});
