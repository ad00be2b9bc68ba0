// All deliveries, narrowed by how they stand, how urgent they are, where they are picked up, who sells and carries them, and when.
import "./trade.css";
import type { components } from "../../shared/api.ts";
import { Listing } from "../../shared/listing.tsx";
import { Mark } from "../../shared/mark.tsx";
import { deliveryPath } from "../told.ts";
import { when } from "../given.ts";
import { useZones, zoneFilter } from "../zones.ts";
import { personFilter } from "./filters.tsx";
import type { TradeGiven } from "./given.ts";
import { DELIVERY_STATES, PRIORITIES, deliveryMark, stateOf } from "./marks.ts";

type Row = components["schemas"]["DispatcherRow"];
const RENEWED_MS = 30_000;

export function DeliveryList(given: TradeGiven) {
  const { address, client, language, say } = given;
  const zones = useZones(client);
  return (
    <>
      <h1>{say("deliveries")}</h1>
      <Listing<Row>
        {...given}
        path="/api/deliveries/"
        caption={say("deliveries")}
        empty={say("deliveries.empty")}
        search="search"
        every_ms={RENEWED_MS}
        filters={[
          { name: "status", label: say("state"), choices: DELIVERY_STATES.map((state) => [state, say(`stands.${state}`)]) },
          { name: "priority", label: say("priority"), choices: PRIORITIES.map((priority) => [priority, say(`priority.${priority}`)]) },
          zoneFilter(zones, address.query.get("zone"), say),
          { name: "date_from", label: say("audit.from") },
          { name: "date_to", label: say("audit.to") },
          personFilter("seller", given),
          personFilter("transporter", given),
          { name: "in_service", label: say("in_service"), choices: [["true", say("in_service.yes")], ["false", say("in_service.no")]] },
          { name: "flagged", label: say("flagged"), choices: [["true", say("flagged.yes")], ["false", say("flagged.no")]] },
        ]}
        idOf={(row) => row.id}
        leads={(row) => deliveryPath(row.id)}
        columns={[
          { key: "number", title: say("tracking.number"), value: (row) => row.tracking_number, cell: (row) => <span class="number">{row.tracking_number}</span> },
          { key: "state", title: say("state"), value: (row) => say(stateOf(row)), cell: (row) => <Mark as={deliveryMark(row)}>{say(stateOf(row))}</Mark> },
          { key: "priority", title: say("priority"), value: (row) => PRIORITIES.indexOf(row.priority), cell: (row) => say(`priority.${row.priority}`) },
          { key: "from", title: say("from"), value: (row) => row.pickup_address },
          { key: "to", title: say("to"), value: (row) => row.delivery_address },
          { key: "seller", title: say("filter.seller"), value: (row) => row.seller_name },
          { key: "transporter", title: say("filter.transporter"), value: (row) => row.transporter_name },
          { key: "made", title: say("made"), value: (row) => row.created_at, cell: (row) => when(row.created_at, language) },
        ]}
      />
    </>
  );
}
