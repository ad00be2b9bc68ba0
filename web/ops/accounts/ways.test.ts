import { expect, test } from "vitest";
import { isAsked, requestOf, unverifiedBy, waysOf } from "./ways.ts";

const open = { is_active: true, roles: ["seller"] };

test("of a closed account nothing is changed but that it is opened again", () => {
  expect(waysOf({ ...open, is_active: false })).toEqual([{ act: "reopen", role: null }]);
});

test("what ends something for its person is asked a second time, what gives is not", () => {
  expect(waysOf(open).filter(isAsked)).toEqual([{ act: "close", role: null }, { act: "take", role: "seller" }]);
});

test("a reason goes along with what is taken, also where nothing was typed: the server says that it is needed", () => {
  expect(requestOf({ act: "close", role: null }, " ")).toEqual({ path: "close", body: { reason: "" } });
  expect(requestOf({ act: "take", role: "seller" }, " fraud ")).toEqual({ path: "roles", body: { take: ["seller"], reason: "fraud" } });
  expect(requestOf({ act: "give", role: "customer" }, "")).toEqual({ path: "roles", body: { give: ["customer"] } });
});

test("who carries again is not verified, and who never did is not told so", () => {
  const reopen = { act: "reopen", role: null } as const;
  expect([unverifiedBy(reopen, { ...open, roles: ["transporter"] }, 4), unverifiedBy(reopen, open, null)]).toEqual([true, false]);
  const give = { act: "give", role: "transporter" } as const;
  expect([unverifiedBy(give, open, 4), unverifiedBy(give, open, null)]).toEqual([true, false]);
});
