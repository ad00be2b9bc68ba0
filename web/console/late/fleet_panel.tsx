// What stands where nothing is looked at: how the fleet is now, and where one would look first.
import { duration, upcoming } from "../../shared/times.ts";
import { shortPlace } from "../desk.ts";
import { waitsSince } from "../exceptions.ts";
import { fleetNow } from "../fleet_now.ts";
import type { Delivery } from "../frames.ts";
import { OpenLink } from "../list_panel.tsx";
import { useLateDesk } from "./words.ts";

export function FleetPanel() {
  const { say, board, now, digits, counts, language } = useLateDesk();
  const { free, carrying, silent, longest, next } = fleetNow(board, now);
  return (
    <section class="sheet" aria-labelledby="fleet-now">
      <h2 id="fleet-now" class="small quiet">{say("fleet")}</h2>
      <dl class="facts">
        <div><dt>{say("fleet.couriers")}</dt><dd class="number">{say("fleet.couriers.of", { free, carrying, silent })}</dd></div>
        <div><dt>{say("fleet.listed")}</dt><dd class="number">{digits(counts.all)}</dd></div>
        {longest !== null && <Named what={say("fleet.longest")} delivery={longest} age={duration((now - waitsSince(longest)) / 1000, say)} />}
        {next !== null && <Named what={say("fleet.next")} delivery={next.delivery} age={upcoming(next.at, now, say, language)} />}
      </dl>
    </section>
  );
}

function Named({ what, delivery, age }: { what: string; delivery: Delivery; age: string }) {
  return (
    <div>
      <dt>{what}</dt>
      <dd><OpenLink delivery={delivery.id} current={false}>{shortPlace(delivery.pickup_address)} → {shortPlace(delivery.delivery_address)}</OpenLink> <span class="number small quiet age">{age}</span></dd>
    </div>
  );
}
