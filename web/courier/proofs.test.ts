import { expect, test } from "vitest";
import { KeptInMemory } from "./kept.ts";
import { NO_PROOF, Proofs, bodyOf } from "./proofs.ts";

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

test("what was gathered is sent under the names of the step, and nothing that was not", () => {
  expect(bodyOf("pickup", NO_PROOF)).toEqual({});
  expect(bodyOf("pickup", { ...NO_PROOF, photo: PHOTO, signed_by: "Mina" })).toEqual({ pickup_photo: PHOTO });
  const whole = { ...NO_PROOF, photo: PHOTO, signature: PHOTO, signed_by: "Mina", relation: "family", scanned: "TRK1", code: "0420", age_checked: true };
  expect(bodyOf("deliver", whole)).toEqual({ delivery_photo: PHOTO, signature: PHOTO, signed_by: "Mina", relation: "family", scanned: "TRK1", code: "0420", age_checked: true });
});
