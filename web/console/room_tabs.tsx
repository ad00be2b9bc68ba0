// The rooms of the console beside each other.
import { elsewhere } from "../shared/address.ts";
import { Link } from "../shared/link.tsx";
import type { ConsoleSay } from "./words.ts";

export const ROOMS = [
  ["/console", "room.board"],
  ["/console/zones", "room.zones"],
  ["/console/assigning", "room.assigning"],
  ["/console/shifts", "room.shifts"],
  ["/console/replay", "room.replay"],
  ["/console/account", "account"],
] as const;

export function RoomTabs({ path, say }: { path: string; say: ConsoleSay }) {
  return (
    <nav class="rooms" aria-label={say("rooms")}>
      {ROOMS.map(([href, name]) => (
        <Link key={href} href={href} current={path === href}><span class="steady" data-bold={say(name)}>{say(name)}</span></Link>
      ))}
      <a href={elsewhere("/ops")}>{say("room.ops")}</a>
    </nav>
  );
}
