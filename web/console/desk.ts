// What all parts of the console share: what is known, what is looked at, what can be done.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Language } from "../shared/numbers.ts";
import type { Actions } from "./actions.ts";
import type { View } from "./address.ts";
import type { SoundState } from "./alarm.ts";
import type { Way } from "../shared/ways/way_lines.ts";
import type { Board } from "./board.ts";
import type { Calls } from "./calls.ts";
import type { Exception } from "./exceptions.ts";
import type { Late } from "./found_on_map.ts";
import type { Delivery } from "./frames.ts";
import type { Live } from "./live.ts";
import type { Planning } from "./planning.ts";
import type { Pointing } from "./pointing.ts";
import type { Filter, Listed } from "./queue.ts";
import type { Reading } from "./steady.ts";
import type { ConsoleSay } from "./words.ts";

export type DialogName = "help" | "take_back" | "reassign" | "cancel" | "priority" | "relieve" | "bulk";

export interface Desk {
  language: Language;
  say: ConsoleSay;
  /** A number in the digits of the language. */
  digits: (value: number | string) => string;
  /** By the server's clock. */
  now: number;
  connected: boolean;
  board: Board;
  /** What was heard last of each run over many deliveries. */
  runs: Live["runs"];
  /** What was heard last of the searches for a courier, by delivery. */
  searches: Live["searches"];
  calls: Calls;
  actions: Actions;
  planning: Planning;
  /** Begin a plan for what is chosen, or for all that wait in the list. */
  plan: () => void;
  /** Deliveries of the plan that is looked at, those that the search finds. */
  planRows: readonly number[];
  view: View;
  /** Look at something else; the address says it. */
  go: (to: Partial<View>) => void;
  exceptions: readonly Exception[];
  putOff: number;
  snooze: (key: string | null) => void;
  counts: Readonly<Record<Filter, number>>;
  listed: readonly Listed[];
  /** What is late and who has it, whatever is filtered. */
  late: Late;
  /** Whether the list is read, and whether its rows or those of what needs somebody stand in an order of before for that. */
  reading: Reading;
  reordered: { list: boolean; needs: boolean };
  /** Draw everything anew. */
  again: () => void;
  ticked: ReadonlySet<number>;
  /** Those of them that are still there. */
  chosen: readonly Delivery[];
  tick: (delivery: number) => void;
  /** Choose all from what was ticked last, or is looked at, to this one of the list. */
  tickTo: (delivery: number) => void;
  /** Choose these as well. */
  tickMany: (deliveries: readonly number[]) => void;
  /** Choose nothing any more; that has a way back. */
  untick: () => void;
  /** Choose all of the list, or nothing any more. */
  tickAll: (chosen: boolean) => void;
  /** Whether a box is drawn on the map, to choose what is in it. */
  boxing: boolean;
  setBoxing: (on: boolean) => void;
  /** Whether something new is heard. */
  sound: SoundState;
  turnSound: () => void;
  why: boolean;
  setWhy: (open: boolean) => void;
  open: (dialog: DialogName | null) => void;
  /** Who came first among the candidates of what is looked at, for the key that gives to the best. */
  best: { current: { delivery: number; courier: number; name: string } | null };
  /** What the map shows as long as it is pointed at. */
  pointing: Pointing;
  /** The way of a parcel that has ended, which the map shows. */
  way: Way | null;
  showWay: (way: Way | null) => void;
  follow: () => void;
  fit: () => void;
}

export const DeskContext = createContext<Desk | null>(null);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === null) throw new Error("outside of the console");
  return desk;
}

/** Whether a plan is worked on; it stands where the details are. */
export function planShows({ view, planning }: Pick<Desk, "view" | "planning">): boolean {
  return view.plan !== null || planning.opened;
}

/** The part of an address that is said in a list. */
export function shortPlace(address: string): string {
  return address.split(",")[0]?.trim() || address;
}
