// All orders, narrowed by how they and their money stand, whose they are, where they go and when they were made.
import "./trade.css";
import type { components } from "../../shared/api.ts";
import { Listing } from "../../shared/listing.tsx";
import { Mark } from "../../shared/mark.tsx";
import { money } from "../../shared/numbers.ts";
import { paidState } from "../../shared/paid_state.ts";
import { when } from "../given.ts";
import { wordOf } from "../speech.ts";
import { orderPath } from "../told.ts";
import { useZones, zoneFilter } from "../zones.ts";
import { personFilter } from "./filters.tsx";
import type { TradeGiven } from "./given.ts";
import { ORDER_STATES, PAYMENT_STATES, orderMark } from "./marks.ts";

type Row = components["schemas"]["ListedOrder"];
const RENEWED_MS = 30_000;

export function OrderList(given: TradeGiven) {
  const { address, client, language, say } = given;
  const zones = useZones(client);
  return (
    <>
      <h1>{say("orders")}</h1>
      <Listing<Row>
        {...given}
        path="/api/v1/marketplace/orders/"
        caption={say("orders")}
        empty={say("orders.empty")}
        search="search"
        every_ms={RENEWED_MS}
        filters={[
          { name: "status", label: say("state"), choices: ORDER_STATES.map((state) => [state, say(`order.${state}`)]) },
          { name: "payment_status", label: say("order.payment"), choices: PAYMENT_STATES.map((state) => [state, say(`payment.${state}`)]) },
          zoneFilter(zones, address.query.get("zone"), say),
          { name: "date_from", label: say("audit.from") },
          { name: "date_to", label: say("audit.to") },
          personFilter("customer", given),
          personFilter("seller", given),
          personFilter("transporter", given),
        ]}
        idOf={(row) => row.id}
        leads={(row) => orderPath(row.id)}
        columns={[
          { key: "number", title: say("number"), value: (row) => row.order_number, cell: (row) => <span class="number">{row.order_number}</span> },
          { key: "state", title: say("state"), value: (row) => say(`order.${row.order_status}`), cell: (row) => <Mark as={orderMark(row.order_status)}>{say(`order.${row.order_status}`)}</Mark> },
          { key: "payment", title: say("order.payment"), value: (row) => wordOf("payment", paidState(row), say) },
          { key: "goods", title: say("goods"), value: (row) => row.goods.join(", ") },
          { key: "customer", title: say("order.customer"), value: (row) => row.customer_name },
          { key: "city", title: say("to"), value: (row) => [row.city, row.district].filter((part, at, all) => part !== "" && all.indexOf(part) === at).join(", ") },
          { key: "total", title: say("total"), value: (row) => Number(row.total_to_pay), cell: (row) => money(row.total_to_pay, language), end: true },
          { key: "made", title: say("made"), value: (row) => row.created_at, cell: (row) => when(row.created_at, language) },
        ]}
      />
    </>
  );
}
