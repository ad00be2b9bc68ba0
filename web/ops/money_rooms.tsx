import { changed } from "../shared/address.ts";
import type { components } from "../shared/api.ts";
import { Listing } from "../shared/listing.tsx";
import { Mark, type MarkKind } from "../shared/mark.tsx";
import { money } from "../shared/numbers.ts";
import { SideSheet } from "../shared/side_sheet.tsx";
import { Link } from "../shared/link.tsx";
import { orderPath } from "./told.ts";
import { type Act, Acts, Facts, only } from "./facts.tsx";
import { type Given, when } from "./given.ts";
import { type Say, refundReason, wordOf } from "./speech.ts";

type Held = components["schemas"]["HeldPayment"];
type Refund = components["schemas"]["ListedRefund"];
type Review = components["schemas"]["ReviewAnswer"];

export const REFUND_MARKS: Record<string, MarkKind> = { succeeded: "done", failed: "late", unclear: "late", disputed: "wait", denied: "stale" };
const REVIEW_MARKS: Record<string, MarkKind> = { pending: "wait", approved: "done", denied: "stale" };
const RENEWED_MS = 30_000;

/** Payments that nobody could reconcile. */
export function HeldPayments(given: Given) {
  const { client, language, say } = given;
  return (
    <>
      <h1>{say("held")}</h1>
      <Listing<Held>
        {...given}
        path="/api/v1/payments/held/"
        caption={say("held")}
        empty={say("held.empty")}
        every_ms={RENEWED_MS}
        idOf={(payment) => payment.transaction_id}
        columns={[
          { key: "number", title: say("number"), value: (payment) => payment.order_number },
          { key: "amount", title: say("amount"), value: (payment) => payment.total_amount, cell: (payment) => money(payment.total_amount, language), end: true },
          { key: "reason", title: say("reason"), value: (payment) => payment.reason },
          { key: "tries", title: say("tries"), value: (payment) => payment.tries, cell: (payment) => say("count", { count: payment.tries }), end: true },
          { key: "created", title: say("since.title"), value: (payment) => payment.created_at, cell: (payment) => when(payment.created_at, language) },
        ]}
        sheet={(_, row, loading, close) =>
          row !== null && (
            <SideSheet title={row.order_number} onClose={close} say={say}>
              <Facts
                of={[
                  [say("transaction"), row.transaction_id],
                  [say("amount"), money(row.total_amount, language)],
                  [say("gateway.says"), row.khalti_status],
                  [say("gateway.amount"), row.khalti_amount === null ? null : money(row.khalti_amount, language)],
                  [say("reason"), row.reason],
                  [say("checked"), when(row.checked_at, language)],
                ]}
              />
              <Acts client={client} say={say} onDone={loading.reload} acts={[{ words: say("held.look"), path: `/api/v1/payments/held/${row.transaction_id}/retry/`, body: () => undefined, first: true }]} />
              {row.payment_status === "held" && (
                <Acts
                  client={client}
                  say={say}
                  onDone={loading.reload}
                  typed={["already_refunded", say("held.already"), say("held.already.help")]}
                  acts={[{ words: say("held.give_back"), path: `/api/v1/payments/held/${row.transaction_id}/refund/`, body: (typed) => ({ already_refunded: typed }) }]}
                />
              )}
            </SideSheet>
          )
        }
      />
    </>
  );
}

/** Every refund; some wait for a person. A link may narrow it to those of one order or to one alone, which need not be among the newest. */
export function RefundList(given: Given) {
  const { client, address, language, say } = given;
  const order = address.query.get("order");
  const refund = address.query.get("refund");
  const fixed = new URLSearchParams([...(order === null ? [] : [["order", order]]), ...(refund === null ? [] : [["refund", refund]])]);
  const states = ["disputed", "unclear", "failed", "requested", "sent", "succeeded", "denied"] as const;
  return (
    <>
      <h1>{say("refunds")}</h1>
      {(order !== null || refund !== null) && (
        <p class="actions">
          {order !== null && <Link class="button" href={orderPath(order)}>{say("audit.order")}</Link>}
          <Link class="button" href={changed(address, { order: null, refund: null, open: null, page: null })}>{say("audit.all")}</Link>
        </p>
      )}
      <Listing<Refund>
        {...given}
        path="/api/v1/payments/refunds/"
        fixed={fixed.toString()}
        caption={say("refunds")}
        empty={say("refunds.empty")}
        every_ms={RENEWED_MS}
        filters={[{ name: "status", label: say("state"), choices: states.map((state) => [state, wordOf("refund", state, say)]) }]}
        idOf={(refund) => refund.refund_id}
        columns={[
          { key: "id", title: say("refund"), value: (refund) => refund.refund_id.slice(0, 8) },
          { key: "order", title: say("refund.order"), value: (refund) => refund.order_number, cell: (refund) => <OrderLink refund={refund} /> },
          { key: "customer", title: say("order.customer"), value: (refund) => refund.customer_name, cell: (refund) => <CustomerLink refund={refund} /> },
          { key: "state", title: say("state"), value: (refund) => refund.status, cell: (refund) => <Mark as={REFUND_MARKS[refund.status] ?? "way"}>{wordOf("refund", refund.status, say)}</Mark> },
          { key: "amount", title: say("amount"), value: (refund) => refund.amount, cell: (refund) => money(refund.amount, language), end: true },
          { key: "reason", title: say("reason"), value: (refund) => refundReason(refund.reason, say) },
          { key: "created", title: say("since.title"), value: (refund) => refund.created_at, cell: (refund) => when(refund.created_at, language) },
        ]}
        sheet={(_, row, loading, close) =>
          row !== null && (
            <SideSheet title={say("refund")} onClose={close} say={say}>
              <Facts
                of={[
                  [say("refund"), row.refund_id],
                  [say("refund.order"), row.order === null ? null : <OrderLink refund={row} />],
                  [say("order.customer"), <CustomerLink refund={row} />],
                  [say("transaction"), row.payment_transaction_id],
                  [say("state"), wordOf("refund", row.status, say)],
                  [say("amount"), money(row.amount, language)],
                  [say("reason"), refundReason(row.reason, say)],
                  [say("tries"), say("count", { count: row.attempts })],
                  [say("last_error"), row.last_error],
                  [say("credit_note"), row.credit_note_number],
                ]}
              />
              <Deciding refund={row} say={say} client={client} onDone={loading.reload} />
            </SideSheet>
          )
        }
      />
    </>
  );
}

function OrderLink({ refund }: { refund: Refund }) {
  return refund.order === null ? <>–</> : <Link class="number" href={orderPath(refund.order)}>{refund.order_number}</Link>;
}

function CustomerLink({ refund }: { refund: Refund }) {
  const query = new URLSearchParams({ find: refund.customer_email, open: String(refund.customer) });
  return <Link href={`/ops/users?${query}`}>{refund.customer_name === "" ? refund.customer_email : refund.customer_name}</Link>;
}

function Deciding({ refund, client, say, onDone }: { refund: Refund; client: Given["client"]; say: Say; onDone: () => Promise<void> }) {
  const path = `/api/v1/payments/refunds/${refund.refund_id}/`;
  const common = { client, say, onDone };
  if (refund.status === "disputed") {
    return (
      <>
        <Acts {...common} typed={["amount", say("refund.amount"), say("refund.amount.help")]} acts={[{ words: say("approve"), path: `${path}approve/`, body: (typed) => only("amount", typed), first: true }]} />
        <Acts {...common} typed={["note", say("refund.note")]} acts={[{ words: say("deny"), path: `${path}deny/`, body: (typed) => only("note", typed) }]} />
      </>
    );
  }
  if (refund.status === "failed") {
    return <Acts {...common} typed={["mobile", say("refund.mobile")]} acts={[{ words: say("again"), path: `${path}retry/`, body: (typed) => only("mobile", typed), first: true }]} />;
  }
  if (refund.status === "unclear") {
    const acts: Act[] = [
      { words: say("refund.happened"), path: `${path}resolve/`, body: () => ({ happened: true }) },
      { words: say("refund.not_happened"), path: `${path}resolve/`, body: () => ({ happened: false }) },
    ];
    return <Acts {...common} acts={acts} />;
  }
  return null;
}

/** Payments that were held before they were opened. */
export function Reviews(given: Given) {
  const { client, language, say } = given;
  return (
    <>
      <h1>{say("reviews")}</h1>
      <Listing<Review>
        {...given}
        path="/api/v1/payments/reviews/"
        caption={say("reviews")}
        empty={say("reviews.empty")}
        every_ms={RENEWED_MS}
        filters={[{ name: "status", label: say("state"), choices: (["pending", "approved", "denied"] as const).map((state) => [state, wordOf("review", state, say)]) }]}
        idOf={(review) => review.id}
        columns={[
          { key: "id", title: say("number"), value: (review) => review.id, cell: (review) => say("count", { count: review.id }) },
          { key: "state", title: say("state"), value: (review) => review.status, cell: (review) => <Mark as={REVIEW_MARKS[review.status] ?? "wait"}>{wordOf("review", review.status, say)}</Mark> },
          { key: "amount", title: say("amount"), value: (review) => review.amount, cell: (review) => money(review.amount, language), end: true },
          { key: "user", title: say("user"), value: (review) => review.user_id, cell: (review) => say("count", { count: review.user_id }), end: true },
          { key: "reasons", title: say("reason"), value: (review) => review.reasons.join(" ") },
          { key: "created", title: say("since.title"), value: (review) => review.created_at, cell: (review) => when(review.created_at, language) },
        ]}
        sheet={(_, row, loading, close) =>
          row !== null && (
            <SideSheet title={say("review")} onClose={close} say={say}>
              <Facts
                of={[
                  [say("user"), <a href={`/ops/users?open=${row.user_id}`}>{say("count", { count: row.user_id })}</a>],
                  [say("amount"), money(row.amount, language)],
                  [say("goods"), row.lines.map((line) => say("review.line", { count: line.quantity, product: line.product_id })).join(", ")],
                  [say("reason"), row.reasons.join(" ")],
                  [say("state"), wordOf("review", row.status, say)],
                  [say("note"), row.note],
                ]}
              />
              {row.status === "pending" && (
                <Acts
                  client={client}
                  say={say}
                  onDone={loading.reload}
                  typed={["note", say("note")]}
                  acts={[
                    { words: say("approve"), path: `/api/v1/payments/reviews/${row.id}/approve/`, body: (typed) => only("note", typed), first: true },
                    { words: say("deny"), path: `/api/v1/payments/reviews/${row.id}/deny/`, body: (typed) => only("note", typed) },
                  ]}
                />
              )}
            </SideSheet>
          )
        }
      />
    </>
  );
}
