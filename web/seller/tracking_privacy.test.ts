import { expect, test } from "vitest";
import { speaker } from "../shared/words.ts";
import { type Privacy, type Shown, preview } from "./tracking_privacy.ts";
import { words } from "./speech.ts";

const all = (shown: Shown): Record<string, Shown> => Object.fromEntries(["position", "surname", "phone", "vehicle_number", "pickup_address", "delivery_address", "history"].map((one) => [one, shown]));
const privacy = (shown: Shown, after_end: Shown, more: Record<string, Shown> = {}): Privacy => ({ ...all(shown), after_end, ...more }) as unknown as Privacy;

test("the sentence names what is seen, what the digits add, and what stays after the end", () => {
  const say = speaker("en", words);
  expect(preview(privacy("never", "always"), say)).toEqual([
    "Whoever follows a parcel that is on its way and near sees its state and when it comes, nothing else.",
    "After the end only that it has ended.",
  ]);
  expect(preview(privacy("never", "always", { phone: "near", history: "code" }), say)).toEqual([
    "Whoever follows a parcel that is on its way and near sees: The courier's phone.",
    "With the digits also: What happened so far.",
    "After the end: What happened so far.",
  ]);
  expect(preview(privacy("always", "never"), say).at(-1)).toBe("After the end only that it has ended.");
  expect(preview(privacy("under_way", "code", { history: "always" }), say).at(-1)).toBe(
    "After the end only that it has ended, and when; with the last four digits of the receiver's phone also: What happened so far.",
  );
  expect(preview(privacy("never", "code", { history: "under_way", surname: "always" }), say).at(-1)).toMatch(/^After the end only that it has ended; with the last four digits/);
});
