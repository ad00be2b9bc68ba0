import { expect, test } from "vitest";
import { findPath, findPeople, foundOf, onePath } from "./finding_people.ts";

test("people are found among those of their kind alone, and what tells them apart stands beside the name", async () => {
  expect(findPath("seller", "ram & co")).toBe("/api/v1/users/?search=ram+%26+co&page_size=6&role=seller");
  expect(findPath("transporter", "ram")).toBe("/api/transporters/?search=ram&page_size=6");
  expect([onePath("customer", "7"), onePath("transporter", "7/../8")]).toEqual(["/api/v1/users/7/", "/api/transporters/7%2F..%2F8/"]);
  expect(foundOf({ id: 1, name: "Ram", email: "ram@shop.example" })).toEqual({ id: 1, name: "Ram", beside: "ram@shop.example" });
  expect(foundOf({ id: 2, name: "Sita", business_name: "", phone: "+977-9841234567" })).toEqual({ id: 2, name: "Sita", beside: "+977-9841234567" });
  const client = { call: <T>() => Promise.resolve({ results: [{ id: 3, name: "Hari", email: "hari@shop.example" }] } as T) };
  expect(await findPeople(client, "customer", "hari")).toEqual([{ id: 3, name: "Hari", beside: "hari@shop.example" }]);
});
