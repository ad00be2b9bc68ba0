import { expect, test } from "vitest";
import type { Client } from "../../shared/client.ts";
import type { Details } from "../calls.ts";
import { endedAt, endedFound, endedKey, isSearched } from "./ended.ts";

test("how a parcel ended is said by what became of it, and of one that was brought back as such", () => {
  const plain = { ending: null, return_of: null } as const;
  expect(endedKey({ ...plain, status: "delivered" })).toBe("ended.delivered");
  expect(endedKey({ ...plain, status: "cancelled" })).toBe("ended.cancelled");
  expect(endedKey({ ...plain, status: "cancelled", ending: "lost" })).toBe("ended.lost");
  expect(endedKey({ ...plain, status: "delivered", return_of: 7 })).toBe("ended.brought_back");
});

test("a parcel has ended with the last step of its status: one that was lost after it was delivered, with that", () => {
  const step = (status: string, hour: number) => ({ status, timestamp: `2026-11-28T${hour}:00:00Z` }) as Details["tracking_history"][number];
  const steps = [step("available", 10), step("delivered", 12), step("delivered", 13)];
  const ended = (tracking_history: Details["tracking_history"]): string => new Date(endedAt({ status: "delivered", created_at: "2026-11-28T09:00:00Z", tracking_history })).toISOString();
  expect(ended(steps)).toBe("2026-11-28T13:00:00.000Z");
  expect(ended([])).toBe("2026-11-28T09:00:00.000Z");
});

const NOW = Date.parse("2026-11-30T12:00:00Z");

test("the server is asked for what has ended alone, of the last days, and for nothing of what nearly all of it has", async () => {
  const asked: string[] = [];
  const client = { call: async (path: string) => (asked.push(path), { count: 12, results: [{ id: 1 }] }) } as unknown as Client;
  for (const search of ["t", "tha", "- a b -"]) expect(await endedFound(client, search, NOW)).toEqual({ search, count: 0, rows: [] });
  expect(await endedFound(client, "Patan & co", NOW)).toEqual({ search: "Patan & co", count: 12, rows: [{ id: 1 }] });
  expect(asked).toEqual(["/api/deliveries/?status=delivered&status=cancelled&search=Patan+%26+co&page_size=5&date_from=2026-09-01"]);
  expect(isSearched("पाटन")).toBe(true);
});

test("a whole tracking number is looked for in all that ever ended, however it was typed", async () => {
  const asked: string[] = [];
  const client = { call: async (path: string) => (asked.push(path), { count: 0, results: [] }) } as unknown as Client;
  for (const search of ["TRKA2B3C4D5E6F7G8H9", "trk a2b3-c4d5", "TRK", "trek to Lukla"]) await endedFound(client, search, NOW);
  expect(asked.map((path) => new URLSearchParams(path.split("?")[1]).has("date_from"))).toEqual([false, false, true]);
});
