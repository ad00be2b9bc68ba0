// What a page gathers for one step, from the phone and onto it.
import { useEffect, useRef, useState } from "preact/hooks";
import type { ProvedKind } from "./actions.ts";
import type { Gathered } from "./proofs.ts";
import type { Work } from "./work.ts";

type Change<Of> = Partial<Of> | ((before: Of) => Partial<Of>);

export interface Gathering<Of> {
  /** Null until the phone has said what it keeps. */
  shown: Of | null;
  /** Keeps a change, then shows it: a page that is closed in between would have promised too much. */
  change: (some: Change<Of>) => Promise<void>;
  /** Shows what is typed or ticked at once, and keeps it: a box that follows the phone's writing would go back under the finger. */
  type: (some: Change<Of>) => void;
  /** Whether there is more than is shown, since the phone is still writing it. */
  isBehind: () => boolean;
}

/** `jobs`: the deliveries that are under way. */
export function useGathering<Kind extends ProvedKind>(work: Work, kind: Kind, id: number, jobs: readonly { id: number }[]): Gathering<Gathered[Kind]> {
  const [shown, setShown] = useState<Gathered[Kind] | null>(null);
  const newest = useRef<Gathered[Kind] | null>(null);
  const take = (found: Gathered[Kind]): void => {
    newest.current = found;
    setShown(found);
  };
  useEffect(() => void work.proofs?.find(kind, id).then(take), [kind, id]);
  const merged = (some: Change<Gathered[Kind]>): Gathered[Kind] | null => {
    const before = newest.current;
    if (before !== null) newest.current = { ...before, ...(typeof some === "function" ? some(before) : some), good_until: undefined }; // whoever goes on with it stands by it
    return newest.current;
  };
  const keep = async (next: Gathered[Kind]): Promise<void> => work.proofs?.keep(kind, id, next, [id, ...jobs.map((one) => one.id)]).catch(() => undefined);
  return {
    shown,
    async change(some) {
      const next = merged(some);
      if (next === null) return;
      await keep(next);
      if (newest.current === next) setShown(next); // else what came meanwhile shows both
    },
    type(some) {
      const next = merged(some);
      if (next === null) return;
      setShown(next);
      void keep(next);
    },
    isBehind: () => newest.current !== shown,
  };
}
