import { expect, test } from "vitest";
import { paidState } from "./paid_state.ts";

test("what went back is not said to be paid, nor what went back in part or is on its way", () => {
  const paid = { payment_status: "paid", refunded: "0.00", refunding: "0.00" };
  expect(paidState(paid)).toBe("paid");
  expect(paidState({ ...paid, refunded: "850.00" })).toBe("refunded_part");
  expect(paidState({ ...paid, refunding: "850.00" })).toBe("refunding");
  expect(paidState({ ...paid, payment_status: "refunded", refunded: "950.00" })).toBe("refunded");
  expect(paidState({ payment_status: "pending", refunded: "0.00" })).toBe("pending");
});
