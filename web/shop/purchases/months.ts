// The months in which something was bought, as a customer looks at them.
import type { Address } from "../../shared/address.ts";
import type { components } from "../../shared/api.ts";

export type Month = components["schemas"]["MonthSpentAnswer"];

/** How long the bar of each is: its share of the largest. */
export function shares(months: readonly Pick<Month, "spent">[]): number[] {
  const most = Math.max(0, ...months.map((one) => one.spent));
  return months.map((one) => (most === 0 ? 0 : Math.max(0, one.spent / most)));
}

/** The month whose purchases the address names by its first day. */
export function chosenOf<One extends Pick<Month, "first_day">>(months: readonly One[], address: Pick<Address, "query">): One | null {
  const day = address.query.get("month");
  return months.find((one) => one.first_day === day) ?? null;
}

/** What is asked for: what was bought in a month, or everything. */
export function purchasesQuery(month: Pick<Month, "first_day" | "last_day"> | null, page: number): string {
  const days = month === null ? {} : { date_from: month.first_day, date_to: month.last_day };
  return new URLSearchParams({ ...days, page: String(page) }).toString();
}
