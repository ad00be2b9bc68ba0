// Keys of the console. Each does what some button does, so nobody needs them.
import { FILTERS, type Filter } from "./queue.ts";

export type Command =
  | { do: "search" | "next" | "previous" | "best" | "plan" | "why" | "follow" | "fit" | "back" | "help" | "tick" | "tick_next" | "tick_previous" | "tick_all" | "box" | "next_stop" | "previous_stop" | "sound" | "order" | "bulk" | "take_back" | "reassign" | "priority" | "cancel" | "ask" | "keep" | "forbid" | "commit" | "undo" }
  | { do: "filter"; filter: Filter };

/** The part of a keyboard's event that counts. */
export interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  /** Whether what has the focus takes letters itself. */
  typing: boolean;
  /** Whether it goes somewhere by arrows itself, as a map does. */
  steered: boolean;
}

const COMMANDS: Readonly<Record<string, Exclude<Command["do"], "filter">>> = {
  "/": "search",
  j: "next",
  k: "previous",
  a: "best",
  A: "plan",
  e: "why",
  f: "follow",
  g: "fit",
  x: "tick",
  J: "tick_next",
  K: "tick_previous",
  X: "tick_all",
  s: "box",
  b: "bulk",
  t: "take_back",
  r: "reassign",
  p: "priority",
  c: "cancel",
  o: "ask",
  l: "keep",
  n: "forbid",
  C: "commit",
  z: "undo",
  m: "sound",
  w: "order",
  ArrowRight: "next_stop",
  ArrowLeft: "previous_stop",
  "?": "help",
  Escape: "back",
};

/** For the page that explains them, in the order in which they are of use. */
export const EXPLAINED: readonly (Exclude<Command["do"], "filter"> | "filter")[] = [
  "search", "next", "previous", "tick", "tick_next", "tick_previous", "tick_all", "box", "bulk", "best", "ask", "why", "take_back", "reassign", "priority", "cancel",
  "undo", "plan", "keep", "forbid", "commit", "next_stop", "previous_stop", "follow", "fit", "sound", "order", "filter", "back", "help",
];

export function keyOf(command: Exclude<Command["do"], "filter"> | "filter"): string {
  if (command === "filter") return `1–${FILTERS.length}`;
  return Object.entries(COMMANDS).find(([, name]) => name === command)?.[0] ?? "";
}

/** With the shift key: the same stretch by the keys by which lists are stretched elsewhere. */
const STRETCHED = new Map<string, Exclude<Command["do"], "filter">>([["ArrowDown", "tick_next"], ["ArrowUp", "tick_previous"]]);

/** How a key is written on it. */
export function signOf(key: string): string {
  return ({ ArrowRight: "→", ArrowLeft: "←" } as Readonly<Record<string, string>>)[key] ?? key;
}

/** What a key means, if anything: keys of the browser and of a field stay theirs, but for Ctrl+K, by which commands are found everywhere. */
export function commandOf(pressed: Pressed): Command | null {
  if ((pressed.ctrlKey || pressed.metaKey) && !pressed.altKey && pressed.key.toLowerCase() === "k") return { do: "help" };
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey) return null;
  if (pressed.typing && pressed.key !== "Escape") return null;
  if (pressed.key.startsWith("Arrow") && (pressed.steered || pressed.shiftKey !== STRETCHED.has(pressed.key))) return null;
  const stretched = STRETCHED.get(pressed.key);
  if (stretched !== undefined) return { do: stretched };
  const filter = /^[1-9]$/.test(pressed.key) ? FILTERS[Number(pressed.key) - 1] : undefined;
  if (filter !== undefined) return { do: "filter", filter };
  const name = Object.hasOwn(COMMANDS, pressed.key) ? COMMANDS[pressed.key] : undefined;
  return name === undefined ? null : { do: name };
}

/** Whether something takes letters itself, wherever on the board it stands. */
export function takesLetters(one: EventTarget | null): one is HTMLElement {
  return one instanceof HTMLElement && one.matches("input:not([type=checkbox], [type=range]), select, textarea");
}

/** Whether arrows move it: a map, a slider, a list of choices. */
export function isSteered(one: EventTarget | null): boolean {
  return one instanceof HTMLElement && one.matches(".maplibregl-canvas, input, select, textarea, [role=slider]");
}

/** The place in a list after a step; from nowhere, the first or the last. */
export function stepped(length: number, present: number, by: 1 | -1): number {
  if (length === 0) return -1;
  if (present < 0) return by > 0 ? 0 : length - 1;
  return Math.min(length - 1, Math.max(0, present + by));
}
