import type { components } from "../shared/api.ts";
import { Mark, type MarkKind } from "../shared/mark.tsx";
import { paidState } from "../shared/paid_state.ts";
import { isKey } from "../shared/words.ts";
import type { Say } from "./speech.ts";

type Row = Pick<components["schemas"]["OrderRow"], "order_status" | "payment_status" | "refunded" | "refunding">;

const MARKS: Record<string, MarkKind> = {
  pending: "wait",
  failed: "late",
  paid: "done",
  refunded: "stale",
  refunded_part: "stale",
  refunding: "way",
  cancelled: "stale",
  confirmed: "way",
  processing: "way",
  shipped: "way",
  delivered: "done",
  completed: "done",
};

/** How an order and its payment stand, each with a mark of its own shape. */
export function State({ order, say }: { order: Row; say: Say }) {
  const of = (kind: "order" | "payment", status: string): string => {
    const key = `${kind}.${status}`;
    return isKey(key) ? say(key) : status;
  };
  const money = paidState(order);
  return (
    <p class="states">
      <Mark as={MARKS[order.order_status] ?? "wait"}>{of("order", order.order_status)}</Mark>
      <Mark as={MARKS[money] ?? "wait"}>{of("payment", money)}</Mark>
    </p>
  );
}
