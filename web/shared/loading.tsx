import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import "./loading.css";
import { waitBefore } from "./backoff.ts";
import { Refused } from "./client.ts";
import type { Language } from "./numbers.ts";
import { problemOf } from "./problems.ts";
import { clock } from "./times.ts";
import type { Say } from "./words.ts";

// What comes sooner than this is not announced: a skeleton that flashes is worse than none.
const ANNOUNCED_AFTER_MS = 200;

export interface Loading<Value> {
  value: Value | null;
  /** When `value` came, milliseconds since 1970. */
  came_at: number;
  problem: unknown;
  /** How often it failed since it last came. */
  failures: number;
  /** It takes so long that a reader should see that it is on its way. */
  slow: boolean;
  reload: () => Promise<void>;
  /** Something newer is known already, such as the answer of an action. */
  set: (value: Value) => void;
}

type Kept<Value> = Pick<Loading<Value>, "value" | "came_at" | "problem" | "failures">;

/** Loads something, again whenever `keys` change, every `every_ms` and, where it failed, after a while. */
export function useLoading<Value>(load: () => Promise<Value>, keys: readonly unknown[], every_ms: number | null = null): Loading<Value> {
  const [kept, setKept] = useState<Kept<Value>>({ value: null, came_at: 0, problem: null, failures: 0 });
  const [slow, setSlow] = useState(false);
  const turn = useRef(0);
  const set = useCallback((value: Value) => {
    turn.current += 1; // what was asked for before is old now
    setKept({ value, came_at: Date.now(), problem: null, failures: 0 });
    setSlow(false);
  }, []);
  const reload = async (): Promise<void> => {
    const mine = ++turn.current;
    const late = setTimeout(() => mine === turn.current && setSlow(true), ANNOUNCED_AFTER_MS);
    try {
      const value = await load();
      if (mine === turn.current) set(value);
    } catch (problem) {
      if (mine === turn.current) {
        setKept((before) => ({ ...before, problem, failures: before.failures + 1 }));
        setSlow(false); // else what is asked for since is on its way
      }
    }
    clearTimeout(late);
  };
  useEffect(() => {
    void reload();
    return () => void turn.current++;
  }, keys);
  useEffect(() => {
    const passing = kept.problem !== null && !(kept.problem instanceof Refused && kept.problem.status < 500);
    const wait = passing ? waitBefore(kept.failures + 1) : kept.problem === null && kept.value !== null ? every_ms : null;
    if (wait === null) return;
    const again = setTimeout(() => void reload(), wait);
    return () => clearTimeout(again);
  }, [kept, every_ms, ...keys]);
  return { ...kept, slow, reload, set };
}

interface Given<Value> {
  of: Loading<Value>;
  language: Language;
  say: Say;
  /** What the skeleton has: so many lines. */
  lines?: number;
  /** Where the rows are of another shape than lines: as much of them as fills the page. */
  skeleton?: ComponentChildren;
  children: (value: Value) => ComponentChildren;
}

/** What was loaded; before that its skeleton, and where it failed what, since when, and another try. */
export function Loaded<Value>({ of, language, say, lines = 3, skeleton, children }: Given<Value>) {
  return (
    <>
      {of.problem !== null && (
        <div class={of.value === null ? "card failed" : "failed stale"} role="alert">
          <p>{problemOf(of.problem, say)}</p>
          {of.value !== null && <p class="small">{say("stale.since", { at: clock(of.came_at, Date.now(), language) })}</p>}
          <button type="button" class="button" onClick={() => void of.reload()}>
            {of.failures > 1 ? say("retry.count", { count: of.failures }) : say("retry")}
          </button>
        </div>
      )}
      {of.value === null && of.problem === null && (
        // It has its room from the first: what stands below it moves once at most.
        <div class={of.slow ? "skeleton" : "skeleton soon"} role="status" aria-label={say("loading")}>
          {skeleton ?? Array.from({ length: lines }, (_, line) => <div key={line} />)}
        </div>
      )}
      {of.value !== null && <div class="loaded" aria-busy={of.slow}>{children(of.value)}</div>}
    </>
  );
}
