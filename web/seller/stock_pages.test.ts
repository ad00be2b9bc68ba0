import { expect, test } from "vitest";
import { NONE, together } from "./stock_pages.ts";

const page = (ids: number[], next: string | null) => ({ results: ids.map((id) => ({ id })), next });

test("older changes follow the newest, each once, and whether more follow is said by the oldest", () => {
  expect(together(page([9, 8], "more"), NONE)).toEqual(page([9, 8], "more"));
  expect(together(page([9, 8], "more"), page([7, 5], null))).toEqual(page([9, 8, 7, 5], null));
  expect(together(page([9, 8], "more"), page([8, 7], "more"))).toEqual(page([9, 8, 7], "more"));
  expect(together<{ id: number }>(page([], null), NONE)).toEqual(page([], null));
});
