import { expect, test } from "vitest";
import { noteOf } from "./step_notes.ts";

test("what the server wrote of who did what and why is taken apart, and what somebody added stays as it was written", () => {
  expect(noteOf("Reassigned by a dispatcher: better choice. She is nearer.")).toEqual({ key: "history.reassigned", reason: "reason.better_choice", own: "She is nearer." });
  expect(noteOf("Given back by the transporter: too far.")).toEqual({ key: "history.given_back", reason: "gave_back.too_far", own: "" });
  expect(noteOf("Cancelled: wrong address. Moved\nto Pokhara")).toEqual({ key: "history.cancelled", reason: "cancel.wrong_address", own: "Moved\nto Pokhara" });
  expect(noteOf("The transporter's account was closed.")).toEqual({ key: "note.account_closed", reason: null, own: "" });
});

test("what a person wrote is no sentence of the server, however it begins", () => {
  for (const notes of ["", "Package collected from farm", "Cancelled: because of rain.", "toString"]) expect(noteOf(notes)).toBeNull();
});
