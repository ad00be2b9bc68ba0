import { LocateFixed, Phone, Wrench } from "lucide";
import { Icon } from "../shared/icon.tsx";
import { clock, duration } from "../shared/times.ts";
import { isKey } from "../shared/words.ts";
import { shortPlace } from "./desk.ts";
import { useLateDesk } from "./late/words.ts";
import { OpenLink } from "./list_panel.tsx";

/** A courier: where, how much, what next. */
export function CourierPanel({ id }: { id: number }) {
  const { say, digits, language, now, board, view, follow, open } = useLateDesk();
  const profile = board.profiles.get(id);
  const courier = board.couriers.get(id);
  const tour = board.tourOf(id);
  if (profile === undefined) return <p class="quiet pad">{say(board.known ? "detail.unknown" : "loading")}</p>;
  const weight = tour.reduce((sum, one) => sum + one.weight, 0);
  const vehicle = `vehicle.${profile.vehicle_type}`;
  const presence = courier?.presence ?? "gone";
  return (
    <div class="scroll sheet">
      <header>
        <h2 class="title">{profile.name}</h2>
        <p class={presence === "online" ? "quiet" : "problem"}>
          {say(`courier.presence.${presence}`)}
          {courier !== undefined && ` · ${say("position.age", { age: duration((now - courier.recorded_at) / 1000, say) })}`}
        </p>
      </header>
      <p class="actions">
        <a class="button" href={`tel:${profile.phone}`}><Icon of={Phone} />{say("courier.call", { name: profile.name })}</a>
        {courier !== undefined && <button type="button" class="button" onClick={follow}><Icon of={LocateFixed} />{say("console.follow")}</button>}
        <button type="button" class="button" onClick={() => open("relieve")}><Icon of={Wrench} />{say("relieve.open")}</button>
      </p>
      <dl class="facts">
        <div>
          <dt>{say("courier.load")}</dt>
          <dd class="number">
            {say("courier.load.of", { count: tour.length, most: profile.max_active, weight: Math.round(weight * 10) / 10, capacity: profile.capacity })}
            <span class="bar-of" aria-hidden="true"><span style={{ width: `${Math.min(100, (100 * tour.length) / profile.max_active)}%` }} /></span>
          </dd>
        </div>
        <div><dt>{say("courier.vehicle")}</dt><dd>{isKey(vehicle) ? say(vehicle) : profile.vehicle_type}{profile.vehicle_number !== "" && ` · ${profile.vehicle_number}`}</dd></div>
        <div><dt>{say("courier.rating")}</dt><dd class="number">{digits(profile.rating.toFixed(1))}</dd></div>
        {courier?.battery != null && <div><dt>{say("courier.battery")}</dt><dd class="number">{digits(Math.round(courier.battery * 100))} %</dd></div>}
      </dl>
      <section aria-labelledby="tour">
        <h3 id="tour" class="small quiet">{say("courier.tour")}</h3>
        {tour.length === 0 && <p class="quiet">{say("courier.tour.none")}</p>}
        <ul>
          {tour.map((one) => (
            <li key={one.id} class="row">
              <OpenLink delivery={one.id} current={view.delivery === one.id}>
                <span class="when number">{one.expected_at === null ? "–" : clock(one.expected_at, now, language)}</span>
                <span class="what"><strong>{shortPlace(one.pickup_address)} → {shortPlace(one.delivery_address)}</strong><span class="quiet">{say(`status.${one.status}`)}</span></span>
              </OpenLink>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}
