import { expect, test } from "vitest";
import { noteRoom, wayBack } from "./way_back.ts";

function tab(room: string | null) {
  let kept = room;
  return () => ({ getItem: () => kept, setItem: (_: string, text: string) => void (kept = text) });
}

test("who came from a room goes back to it, as it was", () => {
  const storage = tab(null);
  noteRoom(storage, "/seller/returns?kind=lost&open=7");
  expect(wayBack(storage, (page) => page === "seller")).toEqual({ page: "seller", href: "/seller/returns?kind=lost&open=7", words: "back.seller" });
  expect(wayBack(tab("/ops/search?find=TRK"), () => true)).toEqual({ page: "ops", href: "/ops/search?find=TRK", words: "back.ops" });
});

test("who is not signed in is shown no way to rooms, and no address leads out of ours", () => {
  expect(wayBack(tab("/seller?open=1"), () => false)).toBeNull();
  expect(wayBack(tab("/ops"), (page) => page === "seller")).toEqual({ page: "seller", href: "/seller", words: "back.seller" });
  for (const wrong of ["https://example.com/seller", "//example.com", "/sellers", "javascript:alert(1)"]) {
    expect(wayBack(tab(wrong), (page) => page === "seller")?.href).toBe("/seller");
  }
  expect(wayBack(() => { throw new Error("kept from us"); }, (page) => page === "seller")?.href).toBe("/seller");
});
