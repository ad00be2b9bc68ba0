// What the room of zones knows of the town now: the same that the board is told, drawn more seldom.
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Client } from "../../shared/client.ts";
import { Live } from "../live.ts";
import type { RoomSay } from "../rooms/words.ts";
import type { LyingIn } from "./lies_in.ts";

/** So often numbers and markers are renewed: nobody reads faster while drawing. */
const RENEWED_MS = 2_000;

export interface Town {
  board: Live["board"];
  /** The server's time. */
  now: number;
  /** Another number whenever something may have changed. */
  turn: number;
  known: boolean;
}

/** One socket for as long as the room is open. */
export function useTown(client: Client): Town {
  const [turn, redraw] = useState(0);
  const live = useMemo(() => {
    let drawn = 0;
    return new Live(client, () => undefined, () => {
      if (performance.now() - drawn < RENEWED_MS) return; // it says so again within a second
      drawn = performance.now();
      redraw(drawn);
    });
  }, [client]);
  useEffect(() => {
    live.start();
    return () => live.stop();
  }, [live]);
  return { board: live.board, now: live.now(), turn, known: live.board.known };
}

/** The count of what lies in the zone, and what the map's shapes mean. */
export function LiesIn({ found, known, say }: { found: LyingIn | null; known: boolean; say: RoomSay }) {
  if (!known) return <p class="small quiet" role="status">{say("loading")}</p>;
  return (
    <ul class="lies-in" aria-label={say("zones.lies_in")}>
      <li><span class="shape waiting" aria-hidden="true" />{found === null ? say("zones.shape.waiting") : say("zones.waiting", { count: found.waiting })}</li>
      <li><span class="shape free" aria-hidden="true" />{found === null ? say("zones.shape.free") : say("zones.free", { count: found.free })}</li>
      <li><span class="shape busy" aria-hidden="true" />{found === null ? say("zones.shape.busy") : say("zones.busy", { count: found.couriers - found.free })}</li>
    </ul>
  );
}
