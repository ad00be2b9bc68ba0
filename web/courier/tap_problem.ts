// What went wrong with a tap, where nothing was typed: said until it is tried again, or until the network is back.
import { useState } from "preact/hooks";
import { Refused, Unanswered } from "../shared/client.ts";
import { problemOf } from "../shared/problems.ts";
import type { Given } from "./given.ts";

interface Failed {
  error: unknown;
  /** When, ms since 1970 by the phone's clock. */
  at: number;
}

/** Whether it never came to the server: an answer that was not waited for may have been one. */
export function isWithoutNetwork(error: unknown): boolean {
  return !(error instanceof Refused) && !(error instanceof Unanswered);
}

/** Whether it is still so. `heard_at`: when the server answered last. */
export function stillFails({ error, at }: Failed, heard_at: number | null): boolean {
  return !isWithoutNetwork(error) || (heard_at ?? 0) <= at;
}

export interface TapProblem {
  /** In words; empty where nothing is wrong. */
  problem: string;
  failed: (error: unknown) => void;
  forget: () => void;
}

export function useTapProblem({ state, say }: Pick<Given, "state" | "say">): TapProblem {
  const [last, setLast] = useState<Failed | null>(null);
  const said = last === null || !stillFails(last, state.heard_at) ? "" : isWithoutNetwork(last.error) ? say("error.no_network") : problemOf(last.error, say);
  return { problem: said, failed: (error) => setLast({ error, at: Date.now() }), forget: () => setLast(null) };
}
