import { LocateFixed, Map as MapIcon } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import "./place_field.css";
import { Field } from "./field.tsx";
import { useHere } from "./here.ts";
import { Icon } from "./icon.tsx";
import type { PlaceMap } from "./place_map.ts";
import { whatThereIs } from "./ground.ts";
import { Missing, useLate, withMaps } from "./late.tsx";
import { placeOf, placeText } from "./places.ts";
import type { Say } from "./words.ts";

interface Given {
  label: string;
  name: string;
  value: string;
  onValue: (value: string) => void;
  problem?: string | undefined;
  say: Say;
}

/** A place: typed, where this device is, or what is under the middle of a small map. May be left empty. */
export function PlaceField({ label, name, value, onValue, problem, say }: Given) {
  const [shown, setShown] = useState(false);
  const [trouble, setTrouble] = useState("");
  const typedWrong = value.trim() !== "" && placeOf(value) === null ? say("place.wrong") : "";
  const here = useHere();
  const newest = useRef({ value, onValue });
  newest.current = { value, onValue };
  const locate = (): void => {
    setTrouble("");
    // A phone may need a quarter of a minute: whoever has said meanwhile where it is knows better.
    const unsaid = (): boolean => here.current && newest.current.value === value;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => unsaid() && newest.current.onValue(placeText({ lat: coords.latitude, lon: coords.longitude })),
      () => unsaid() && setTrouble(say("place.not_found")),
      { enableHighAccuracy: true, timeout: 15_000 },
    );
  };
  return (
    <div class="place">
      <Field label={label} name={name} value={value} onValue={onValue} problem={problem || typedWrong || trouble} help={say("place.help")} more={{ inputMode: "decimal", autocomplete: "off" }} />
      <div class="actions">
        {"geolocation" in navigator && (
          <button type="button" class="button" onClick={locate}>
            <Icon of={LocateFixed} />
            {say("place.here")}
          </button>
        )}
        <button type="button" class="button" aria-expanded={shown} onClick={() => setShown(!shown)}>
          <Icon of={MapIcon} />
          {say(shown ? "place.map.close" : "place.map")}
        </button>
      </div>
      {shown && <Pointing value={value} onValue={onValue} say={say} />}
    </div>
  );
}

function Pointing({ value, onValue, say }: Pick<Given, "value" | "onValue" | "say">) {
  const container = useRef<HTMLDivElement>(null);
  const map = useRef<PlaceMap | null>(null);
  const newest = useRef(onValue);
  newest.current = onValue; // the map is moved long after it was made
  const [failed, setFailed] = useState(false);
  const [streets, setStreets] = useState(true);
  const late = useLate(() => withMaps(() => import("./place_map.ts")), true);
  useEffect(() => {
    if (late.part === null || container.current === null) return;
    try {
      map.current = new late.part.PlaceMap(container.current, placeOf(value), (place) => newest.current(placeText(place)));
    } catch {
      setFailed(true);
    }
    return () => map.current?.remove();
  }, [late.part]);
  useEffect(() => {
    const place = placeOf(value);
    if (place !== null) map.current?.show(place);
  }, [value]);
  useEffect(() => {
    // Where that cannot be asked, nothing is said of it.
    whatThereIs().then(({ city, tiles }) => setStreets(city !== null || tiles !== null)).catch(() => undefined);
  }, []);
  if (failed) return <p class="problem">{say("map.failed")}</p>;
  return (
    <div class="pointing">
      <div class="canvas" ref={container} />
      {late.part === null && late.failures > 0 && <Missing late={late} text={say("map.missing")} say={say} />}
      <span class="cross" aria-hidden="true" />
      <p class="small">{say(streets ? "place.map.help" : "place.map.no_streets")}</p>
    </div>
  );
}
