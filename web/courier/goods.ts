// What a parcel holds, by the name under which it was ordered.
import type { Job } from "./jobs.ts";
import type { CourierSay } from "./words.ts";

/** "4 × Organic Rice"; empty where an older page has kept the job without it. */
export function holds({ goods, quantity }: { goods?: Job["goods"] | undefined; quantity: number }, say: CourierSay): string {
  return goods === undefined || goods === "" ? "" : say("parcel.goods", { count: quantity, name: goods });
}
