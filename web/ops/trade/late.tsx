// The rooms of deliveries and of orders, loaded once somebody opens one.
import { useMemo } from "preact/hooks";
import { Missing, useLate } from "../../shared/late.tsx";
import type { Given } from "../given.ts";

const load = async () => {
  const [rooms, { tradeSpeaker }] = await Promise.all([import("./rooms.tsx"), import("./words.ts")]);
  return { rooms, speak: tradeSpeaker };
};

function Room({ name, given }: { name: "DeliveryList" | "OrderList" | "DeliveryRoom"; given: Given }) {
  const late = useLate(load, true);
  const { part } = late;
  const say = useMemo(() => part?.speak(given.language) ?? null, [part, given.language]);
  if (part === null || say === null) return late.failures > 0 ? <Missing late={late} text={given.say("room.missing")} say={given.say} /> : null;
  const Shown = part.rooms[name];
  return <Shown {...given} say={say} />;
}

export function Deliveries(given: Given) {
  return <Room name="DeliveryList" given={given} />;
}

export function Orders(given: Given) {
  return <Room name="OrderList" given={given} />;
}

/** One delivery whole. */
export function DeliveryPage(given: Given) {
  return <Room name="DeliveryRoom" given={given} />;
}
