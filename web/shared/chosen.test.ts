import { expect, test } from "vitest";
import { Chosen } from "./chosen.ts";

test("what is chosen while an answer is on its way stays, though that answer does not know of it", () => {
  const chosen = new Chosen({ phone: "never", surname: "never" });
  const [one, other] = [{ phone: "always" }, { surname: "always" }];
  chosen.choose(one);
  chosen.choose(other);
  chosen.store({ phone: "always", surname: "never" });
  chosen.answered(one);
  expect(chosen.now).toEqual({ phone: "always", surname: "always" });
});

test("what was refused goes back, and what was chosen after it does not", () => {
  const chosen = new Chosen({ phone: "never", surname: "never" });
  const [one, other] = [{ phone: "always" }, { surname: "always" }];
  chosen.choose(one);
  chosen.choose(other);
  chosen.answered(one);
  expect(chosen.now).toEqual({ phone: "never", surname: "always" });
  chosen.store({ phone: "never", surname: "always" });
  chosen.answered(other);
  expect(chosen.now).toEqual({ phone: "never", surname: "always" });
});
