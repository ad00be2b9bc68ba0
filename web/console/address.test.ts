import { expect, test } from "vitest";
import { queryOf, viewOf } from "./address.ts";

test("a view that is written into the address is read back the same", () => {
  const view = { filter: "late", search: "patan & co", order: "oldest", delivery: 12, courier: null, run: 7, plan: 9, folded: new Set(["map", "line"] as const), shown: "detail" } as const;
  expect(viewOf(queryOf(view, "?lang=ne"))).toEqual(view);
  expect(queryOf(view, "?lang=ne")).toContain("lang=ne");
});

test("what is usual is not written", () => {
  expect(queryOf(viewOf(""), "")).toBe("");
  expect(queryOf(viewOf(""), "?show=late&delivery=3")).toBe("");
});

test("an address that somebody made up shows what can be shown", () => {
  const view = viewOf("?show=everything&order=random&delivery=-1&courier=1e9&run=x&plan=0&folded=map.roof&panel=line&q=");
  expect(view).toEqual({ filter: "all", search: "", order: "pressing", delivery: null, courier: null, run: null, plan: null, folded: new Set(["map"]), shown: "list" });
});

test("a link to a parcel or a courier opens what is known of it, and one that chose another panel opens that", () => {
  expect(["?delivery=13", "?courier=4", "?delivery=13&panel=map", "?delivery=13&panel=list", "?show=late"].map((query) => viewOf(query).shown)).toEqual(["detail", "detail", "map", "list", "list"]);
  const listed = { ...viewOf("?delivery=13"), shown: "list" as const };
  expect([queryOf(listed, ""), viewOf(queryOf(listed, "")).shown]).toEqual(["?delivery=13&panel=list", "list"]);
  expect(queryOf(viewOf("?delivery=13"), "")).toBe("?delivery=13");
});

test("the order of the list is that of the address, else the one that was chosen last", () => {
  expect([viewOf("?order=newest", "oldest").order, viewOf("", "oldest").order, viewOf("").order]).toEqual(["newest", "oldest", "pressing"]);
  expect([queryOf(viewOf("", "oldest"), ""), queryOf({ ...viewOf("?order=due"), order: "pressing" }, "?order=due")]).toEqual(["?order=oldest", ""]);
});
