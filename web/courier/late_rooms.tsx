// Rooms that are loaded once somebody asks for them: who carries parcels pays for none.
import type { ComponentType } from "preact";
import { useMemo } from "preact/hooks";
import { Missing, useLate } from "../shared/late.tsx";
import { Link } from "../shared/link.tsx";
import type { RoomGiven } from "./rooms/words.ts";
import { pathOf } from "./views.ts";
import type { Spoken } from "./words.ts";

/** `back`: whether there is another view to go back to. */
function later(load: () => Promise<ComponentType<RoomGiven>>, back = true): ComponentType<Spoken & Pick<RoomGiven, "client" | "work"> & { reachable: boolean }> {
  return function Later({ client, work, language, say, reachable }) {
    const late = useLate(
      async () => {
        const [Room, { roomSpeaker }] = await Promise.all([load(), import("./rooms/words.ts")]);
        return { Room, speak: roomSpeaker };
      },
      true,
      reachable,
    );
    const { part } = late;
    const inside = useMemo(() => part?.speak(language) ?? null, [part, language]);
    return (
      <>
        {part !== null && inside !== null ? <part.Room client={client} work={work} language={language} say={inside} /> : late.failures > 0 && <Missing late={late} text={say("room.missing")} say={say} />}
        {back && <p><Link class="button" href={pathOf({ name: "work" })}>{say("back")}</Link></p>}
      </>
    );
  };
}

export const LateDocuments = later(async () => (await import("./rooms/documents_room.tsx")).DocumentsRoom);
export const LateEarnings = later(async () => (await import("./rooms/earnings_room.tsx")).EarningsRoom);
export const LateRatings = later(async () => (await import("./rooms/ratings_room.tsx")).RatingsRoom);
export const LateProfile = later(async () => (await import("./rooms/profile_room.tsx")).ProfileRoom, false);
