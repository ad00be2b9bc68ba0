import { Tables } from "../../shared/tables/late.tsx";
import type { Given } from "../given.ts";

/** Transporters and deliveries in from tables, and out as tables. */
export function TablesRoom(given: Given) {
  return <Tables {...given} missing={given.say("room.missing")} kinds={["transporters", "deliveries"]} />;
}
