// What giving a parcel to somebody would cost the others that this one has: said beside when it would arrive.
import { duration } from "../shared/times.ts";
import { delayOf } from "./arrivals.ts";
import type { Candidate } from "./calls.ts";
import { shortPlace } from "./desk.ts";
import { useLateDesk } from "./late/words.ts";

export function Delayed({ of }: { of: Pick<Candidate, "delays" | "transporter"> }) {
  const { say, board } = useLateDesk();
  const delay = delayOf(of);
  const address = delay === null ? undefined : board.deliveries.get(delay.delivery)?.delivery_address;
  if (delay === null || address === undefined) return null;
  const words = { name: of.transporter.name, place: shortPlace(address), age: duration(delay.by_s, say), count: delay.count - 1 };
  return <span class="small delayed">{say(delay.count === 1 ? "candidates.delay" : "candidates.delays", words)}</span>;
}
