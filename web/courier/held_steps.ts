// Steps that are held back for a moment, as a person sees them.
import { type Action, type ActionKind, isHeld } from "./actions.ts";

/** Those that are still held, the newest first. */
export function heldOf(actions: readonly Action[], now: number): readonly Action[] {
  return actions.filter((one) => isHeld(one, now)).reverse();
}

/** Steps that were taken at one door in one go are one thing to whoever took them. */
export function gatheredOf(held: readonly Action[]): readonly (readonly Action[])[] {
  const groups: Action[][] = [];
  for (const one of held) {
    const group = groups.find(([first]) => first !== undefined && first.kind === one.kind && IN_ONE_GO.has(one.kind) && first.title === one.title && near(first, one));
    if (group === undefined) groups.push([one]);
    else group.push(one);
  }
  return groups;
}

/** How far what is told of a delivery has come, with all that was done in one go: as the one that is farthest behind. What the phone no longer keeps has arrived. */
export function cameTo(delivery_id: number, kind: ActionKind, actions: readonly Action[]): "saved" | "sending" | "confirmed" {
  const group = gatheredOf(actions).findLast((all) => all.some((one) => one.delivery_id === delivery_id && one.kind === kind)) ?? [];
  return (["saved", "sending"] as const).find((state) => group.some((one) => one.state === state)) ?? "confirmed";
}

/**
 * Whether what was held is on its way to the server or there: not where somebody took it back, here or in another window, and not
 * where it was refused, which is told elsewhere. What the phone no longer keeps was taken back, unless its moment was over.
 */
export function isUnderWay(group: readonly Action[], actions: readonly Action[], now: number): boolean {
  return group.every((one) => {
    const known = actions.find(({ number }) => number === one.number);
    return known === undefined ? (one.held_until ?? 0) <= now : known.state !== "refused";
  });
}

/**
 * What has the place of a step: the newest that is held, and after its moment the same with what it came to; null once it was taken
 * back or refused. Asked at each moment, and not only later: what is gone by the end of its moment may have been sent by then.
 */
export function placeOf(before: readonly Action[] | null, newest: readonly Action[] | undefined, actions: readonly Action[], now: number): readonly Action[] | null {
  if (newest !== undefined) return newest[0]?.number === before?.[0]?.number ? before : newest;
  return before !== null && isUnderWay(before, actions, now) ? before : null;
}

// Done with several parcels at once.
const IN_ONE_GO: ReadonlySet<string> = new Set(["pickup", "deliver"]);
const IN_ONE_GO_MS = 2_000;

function near(a: Action, b: Action): boolean {
  return Math.abs(Date.parse(a.happened_at) - Date.parse(b.happened_at)) <= IN_ONE_GO_MS;
}
