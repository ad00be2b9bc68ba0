// What may be done with an account, and what is sent for it: pure.
import type { components } from "../../shared/api.ts";

type Account = Pick<components["schemas"]["AccountAnswer"], "is_active" | "roles">;

/** Roles that an admin gives and takes; of admins the operator decides. */
export const ROLES = ["customer", "seller", "transporter"] as const;

export type Change =
  | { act: "close" | "reopen"; role: null }
  | { act: "give" | "take"; role: (typeof ROLES)[number] };

export function waysOf(account: Account): Change[] {
  if (!account.is_active) return [{ act: "reopen", role: null }];
  return [{ act: "close", role: null }, ...ROLES.map((role): Change => ({ act: account.roles.includes(role) ? "take" : "give", role }))];
}

/** Whether it ends something for its person, so that it is asked a second time. */
export function isAsked({ act }: Change): boolean {
  return act === "close" || act === "take";
}

export function requestOf(change: Change, reason: string): { path: string; body: unknown } {
  if (change.role === null) return { path: change.act, body: { reason: reason.trim() } };
  const roles = { [change.act]: [change.role] };
  return { path: "roles", body: change.act === "take" ? { ...roles, reason: reason.trim() } : roles };
}

/** Whether somebody carries again by it, and nobody has looked at their papers since: what was verified ended with the account or the role. */
export function unverifiedBy(change: Change, account: Account, profile: number | null): boolean {
  if (change.act === "reopen") return account.roles.includes("transporter");
  return change.act === "give" && change.role === "transporter" && profile !== null;
}
