// Which room of the console the address names. All but the board are loaded once somebody goes there.
import { type ComponentType } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { OwnAccount } from "../shared/account/late.tsx";
import { type Address, useAddress } from "../shared/address.ts";
import type { Client } from "../shared/client.ts";
import { Frame } from "../shared/frame.tsx";
import { Missing, useLate } from "../shared/late.tsx";
import type { Language } from "../shared/numbers.ts";
import type { SignedIn } from "../shared/sign_in.tsx";
import { ROOMS, RoomTabs } from "./room_tabs.tsx";
import { Console } from "./whole.tsx";
import type { RoomSay } from "./rooms/words.ts";
import type { ConsoleSay } from "./words.ts";

/** What every room but the board is given. */
export interface RoomGiven {
  client: Client;
  address: Address;
  language: Language;
  say: RoomSay;
}

interface Given extends Omit<RoomGiven, "address" | "say"> {
  say: ConsoleSay;
  signedIn: SignedIn;
}

interface LateRoom {
  Part: ComponentType<RoomGiven>;
  speak: (language: Language) => RoomSay;
}

async function withWords(load: () => Promise<ComponentType<RoomGiven>>): Promise<LateRoom> {
  const [Part, { roomSpeaker }] = await Promise.all([load(), import("./rooms/words.ts")]);
  return { Part, speak: roomSpeaker };
}

const LATE: Readonly<Record<string, () => Promise<ComponentType<RoomGiven>>>> = {
  "/console/zones": async () => (await import("./zones/zones_room.tsx")).ZonesRoom,
  "/console/assigning": async () => (await import("./assigning/assigning_room.tsx")).AssigningRoom,
  "/console/shifts": async () => (await import("./shifts/shifts_room.tsx")).ShiftsRoom,
  "/console/replay": async () => (await import("./replay/replay_room.tsx")).ReplayRoom,
};

export function Rooms(given: Given) {
  const address = useAddress();
  if (address.path === "/console") return <Console {...given} />;
  return <Room key={address.path} {...given} address={address} />;
}

function Room({ client, address, language, say, signedIn }: Given & { address: Address }) {
  const load = LATE[address.path];
  const name = ROOMS.find(([href]) => href === address.path)?.[1];
  const title = name === undefined ? say("console.title") : `${say(name)} · ${say("console.title")}`;
  useEffect(() => {
    document.title = title;
  }, [title]);
  const is_account = address.path === "/console/account";
  const late = useLate(() => withWords(load ?? (() => Promise.reject(new Error("no such room")))), load !== undefined);
  const { part: room } = late;
  const inside = useMemo(() => room?.speak(language) ?? null, [room, language]);
  return (
    <Frame language={language} say={say} signOut={signedIn.signOut}>
      <RoomTabs path={address.path} say={say} />
      <main id="content" class="room" tabIndex={-1}>
        {is_account && <OwnAccount signedIn={signedIn} language={language} say={say} />}
        {load === undefined && !is_account && <p class="card">{say("nothing_here")}</p>}
        {room !== null && inside !== null && <room.Part client={client} address={address} language={language} say={inside} />}
        {room === null && load !== undefined && late.failures > 0 && <Missing late={late} text={say("room.missing")} say={say} />}
        <p class="small quiet">{say("sign_in.as", { email: signedIn.person.email })}</p>
      </main>
    </Frame>
  );
}
