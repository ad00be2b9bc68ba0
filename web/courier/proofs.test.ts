import { expect, test } from "vitest";
import { NO_ANSWERS, attemptBody } from "./attempt_answers.ts";
import { KeptInMemory, type Remembered } from "./kept.ts";
import { NO_PROOF, Proofs, bodyOf, gatheredFor } from "./proofs.ts";

const PHOTO = "data:image/jpeg;base64,AAAA";

test("what was gathered for a handover is there when the page is opened again", async () => {
  const kept = new KeptInMemory();
  await new Proofs(kept).keep("deliver", 12, { ...NO_PROOF, at: 2, photo: PHOTO, signature: "Mina" }, [12]);
  const opened = new Proofs(kept);
  expect(await opened.find("deliver", 12)).toEqual({ ...NO_PROOF, at: 2, photo: PHOTO, signature: "Mina" });
  expect(await opened.find("pickup", 12)).toEqual(NO_PROOF);
  expect(await opened.find("deliver", 13)).toEqual(NO_PROOF);
});

test("a finished handover and a delivery that is gone leave no picture behind", async () => {
  const kept = new KeptInMemory();
  const proofs = new Proofs(kept);
  await Promise.all([
    proofs.keep("pickup", 1, { ...NO_PROOF, photo: PHOTO }, [1, 2]),
    proofs.keep("deliver", 2, { ...NO_PROOF, photo: PHOTO }, [1, 2]),
    proofs.forget("pickup", 1),
  ]);
  expect(Object.keys((await kept.read("proofs")) ?? {})).toEqual(["deliver:2"]);
  await proofs.keep("deliver", 3, NO_PROOF, [3]);
  expect(Object.keys((await kept.read("proofs")) ?? {})).toEqual(["deliver:3"]);
});

test("two windows that gather at once for two parcels keep what both have gathered", async () => {
  const kept = new KeptInMemory();
  await Promise.all([11, 12].map((id) => new Proofs(kept).keep("deliver", id, { ...NO_PROOF, photo: PHOTO }, [11, 12])));
  const opened = new Proofs(kept);
  expect([(await opened.find("deliver", 11)).photo, (await opened.find("deliver", 12)).photo]).toEqual([PHOTO, PHOTO]);
});

/** A phone whose store is full, or was taken away. */
class FailingKept extends KeptInMemory {
  fails: "" | "read" | "change" = "";

  override async read<Name extends keyof Remembered>(name: Name): Promise<Remembered[Name] | undefined> {
    if (this.fails === "read") throw new DOMException("lost", "InvalidStateError");
    return await super.read(name);
  }

  override async change<Name extends keyof Remembered>(name: Name, made: (before: Remembered[Name] | undefined) => Remembered[Name]): Promise<void> {
    if (this.fails === "change") throw new DOMException("full", "QuotaExceededError");
    await super.change(name, made);
  }
}

test("a phone that keeps nothing more still asks: what it has kept is there, and where it says nothing the questions begin anew", async () => {
  const kept = new FailingKept();
  const proofs = new Proofs(kept);
  await proofs.keep("deliver", 12, { ...NO_PROOF, photo: PHOTO }, [12]);
  kept.fails = "change";
  await expect(proofs.keep("deliver", 12, { ...NO_PROOF, at: 1 }, [12])).rejects.toThrow("full");
  expect(await proofs.find("deliver", 12)).toEqual({ ...NO_PROOF, photo: PHOTO });
  kept.fails = "read";
  expect(await proofs.find("deliver", 12)).toEqual(NO_PROOF);
});

test("what was gathered is sent under the names of the step, and nothing that was not", () => {
  expect(bodyOf("pickup", NO_PROOF)).toEqual({});
  expect(bodyOf("pickup", { ...NO_PROOF, photo: PHOTO, signed_by: "Mina" })).toEqual({ pickup_photo: PHOTO });
  const whole = { ...NO_PROOF, photo: PHOTO, signature: PHOTO, signed_by: "Mina", relation: "family", scanned: "TRK1", code: "0420", age_checked: true };
  expect(bodyOf("deliver", whole)).toEqual({ delivery_photo: PHOTO, signature: PHOTO, signed_by: "Mina", relation: "family", scanned: "TRK1", code: "0420", age_checked: true });
});

test("who received it without signing is sent by name alone, and is that again where the step is undone", () => {
  const received = { ...NO_PROOF, received_by: "Sarmila Bajgain" };
  const body = bodyOf("deliver", received);
  expect(body).toEqual({ signed_by: "Sarmila Bajgain" });
  expect(gatheredFor({ kind: "deliver", body, happened_at: "2026-11-28T10:00:00.000Z" })).toEqual(received);
});

const NOW = Date.parse("2026-11-28T10:00:00.000Z");

test("what was answered at a closed door is there when the page is opened again, apart from what a handover of the same parcel gathered", async () => {
  const kept = new KeptInMemory();
  const answers = { ...NO_ANSWERS, at: 2, reason: "closed", photo: PHOTO, next: "unknown", note: "Rang twice " } as const;
  await new Proofs(kept).keep("attempts", 12, answers, [12]);
  const opened = new Proofs(kept);
  expect([await opened.find("attempts", 12), await opened.find("deliver", 12), await opened.find("attempts", 13)]).toEqual([answers, NO_PROOF, NO_ANSWERS]);
  await opened.forget("attempts", 12);
  expect(await opened.find("attempts", 12)).toEqual(NO_ANSWERS);
});

test.each(["later", "tomorrow", "unknown"] as const)("an attempt that is undone is answered as it was, its photo with it: tried again %s", (next) => {
  for (let hour = 0; hour < 24; hour++) {
    const now = NOW + hour * 3_600_000;
    const answers = { ...NO_ANSWERS, at: 2, reason: "refused", photo: PHOTO, next, note: "Rang twice", far_seen: true } as const;
    const undone = gatheredFor({ kind: "attempts", body: attemptBody(answers, now), happened_at: new Date(now - 40).toISOString() });
    expect(undone).toEqual({ ...answers, at: 0, far_seen: false });
  }
});

test("an attempt without a photo and a next try sends neither", () => {
  expect(attemptBody({ ...NO_ANSWERS, next: "unknown" }, NOW)).toEqual({ reason: "nobody_there", note: "" });
});
