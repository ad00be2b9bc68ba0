import { LocateFixed, Navigation2 } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../shared/icon.tsx";
import { Missing, useLate, withMaps } from "../shared/late.tsx";
import { STALE_AFTER_S } from "../shared/motion.ts";
import { duration } from "../shared/times.ts";
import { positionGone } from "./answer.tsx";
import type { Seen } from "./following_parcel.ts";
import type { CourierMap } from "./map.ts";
import type { Say } from "./speech.ts";
import { over, pickupPlace, positionHidden, underWay } from "./parcel.ts";

/** Where the courier is, with its age; words where there is nothing to draw. */
export function MapPanel({ seen, age_s, say }: { seen: Seen; age_s: number | null; say: Say }) {
  const container = useRef<HTMLDivElement>(null);
  const pin = useRef<HTMLDivElement>(null);
  const pickupPin = useRef<HTMLDivElement>(null);
  const doorPin = useRef<HTMLDivElement>(null);
  const [away, setAway] = useState(false);
  const map = useRef<CourierMap | null>(null);
  const [failed, setFailed] = useState(false);
  const [ready, setReady] = useState(false);
  const { fix, parcel } = seen;
  const wanted = fix !== null;

  const late = useLate(() => withMaps(() => import("./map.ts")), wanted, seen.liveness === "live");
  useEffect(() => {
    if (late.part === null || container.current === null || pin.current === null) return;
    try {
      map.current = new late.part.CourierMap(container.current, pin.current, () => setAway(true));
      setReady(true);
    } catch {
      setFailed(true);
    }
  }, [late.part]);

  const pickup = pickupPlace(parcel);
  useEffect(() => {
    if (pickup !== null && pickupPin.current !== null) map.current?.pickup({ lat: pickup.latitude, lon: pickup.longitude }, pickupPin.current);
  }, [pickup?.latitude, pickup?.longitude, ready]);

  // The effects run in this order: what the first picture shows is known before the courier is placed.
  useEffect(() => {
    if (doorPin.current !== null) map.current?.door(parcel.delivery_area, doorPin.current);
  }, [parcel.delivery_area?.cell, ready]);

  useEffect(() => {
    if (fix === null) map.current?.clear();
    else map.current?.move(fix);
  }, [fix, ready]);

  useEffect(() => {
    if (age_s !== null) map.current?.age(age_s);
  }, [age_s, ready]);

  const missing = wanted && late.part === null && late.failures > 0;
  const text = words(seen, age_s, failed, say);
  const shown = fix !== null && age_s !== null && !positionGone(age_s);
  return (
    <section class={text === null ? "map" : "map none"} aria-label={say("map.title")}>
      <div class="canvas" ref={container} hidden={text !== null || !wanted} />
      {/* MapLibre takes the pin into its canvas; here it only waits for it. */}
      <div hidden>
        <div class="courier-dot" ref={pin} role="img" aria-label={say("map.courier")}>
          <Icon of={Navigation2} />
        </div>
        <div class="pickup-dot" ref={pickupPin}>
          <span>{say("map.pickup")}</span>
        </div>
        <div class="door-area" ref={doorPin}>
          {say("map.door")}
        </div>
      </div>
      {text !== null && <p class="say">{text}</p>}
      {text === null && missing && <Missing late={late} text={say("map.missing")} say={say} />}
      {shown && text === null && (
        <p class={`age ${age_s >= STALE_AFTER_S ? "stale" : ""}`}>
          {say(age_s >= STALE_AFTER_S ? "position.stale" : "position.age", { age: duration(age_s, say) })}
        </p>
      )}
      {shown && away && text === null && (
        <button
          type="button"
          class="button centre"
          onClick={() => {
            map.current?.centre();
            setAway(false);
          }}
        >
          <Icon of={LocateFixed} />
          {say("map.centre")}
        </button>
      )}
      <span class="unseen">{parcel.tracking_number}</span>
    </section>
  );
}

function words({ parcel, fix, liveness }: Seen, age_s: number | null, failed: boolean, say: Say): string | null {
  if (over(parcel.status)) return say("map.over");
  if (!underWay(parcel.status)) return say("map.none");
  if (positionGone(age_s)) return say("map.gone", { age: duration(age_s ?? 0, say) });
  if (fix === null && positionHidden(parcel)) return say("map.hidden");
  if (fix === null) return say(liveness === "polling" || liveness === "offline" ? "map.polling" : "map.waiting");
  return failed ? say("map.failed") : null;
}
