// Parts of a page that are loaded once they are needed, such as maps. The server may be away just then: they are asked for again.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import "./late.css";
import { waitBefore } from "./backoff.ts";
import type { Say } from "./words.ts";

// Some browsers remember that a module failed and never ask for it again; there only a new page helps.
const RELOAD_AFTER = 3;

export interface Late<Part> {
  part: Part | null;
  /** How often it failed. */
  failures: number;
  again: () => void;
}

/** Loads a part while it is `wanted`: where that fails, after a while, when the network is back, when `connection` changes, and when asked to. */
export function useLate<Part>(load: () => Promise<Part>, wanted: boolean, connection: unknown = null): Late<Part> {
  const [part, setPart] = useState<{ it: Part } | null>(null);
  const [failures, setFailures] = useState(0);
  const turn = useRef(0);
  const attempt = useCallback((): void => {
    const mine = ++turn.current;
    stylesAgain().then(load).then(
      (it) => mine === turn.current && setPart({ it }),
      () => mine === turn.current && setFailures((before) => before + 1),
    );
  }, []);
  useEffect(() => {
    if (!wanted || part !== null) return;
    attempt();
    return () => void turn.current++;
  }, [wanted, part]);
  useEffect(() => {
    if (failures === 0 || !wanted || part !== null) return;
    const waiting = setTimeout(attempt, waitBefore(failures));
    addEventListener("online", attempt);
    return () => {
      clearTimeout(waiting);
      removeEventListener("online", attempt);
    };
  }, [failures, wanted, part]);
  const before = useRef(connection);
  useEffect(() => {
    const changed = before.current !== connection;
    before.current = connection;
    if (changed && failures > 0 && wanted && part === null) attempt();
  }, [connection, failures, wanted, part]);
  const again = (): void => {
    if (failures < RELOAD_AFTER) attempt();
    else fetch(location.href, { method: "HEAD" }).then(() => location.reload(), () => setFailures((count) => count + 1));
  };
  return { part: part?.it ?? null, failures, again };
}

// The loader asks for each style sheet once: one that did not come is missing for ever, unless it is asked for here.
const missingStyles = new Set<string>();
addEventListener(
  "error",
  ({ target }) => {
    if (!(target instanceof HTMLLinkElement) || target.rel !== "stylesheet") return;
    missingStyles.add(target.href);
    target.remove();
  },
  { capture: true }, // such an event does not rise
);

async function stylesAgain(): Promise<void> {
  await Promise.all([...missingStyles].map(styleAgain));
}

function styleAgain(href: string): Promise<void> {
  return new Promise((there, failed) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = href;
    link.addEventListener("load", () => {
      missingStyles.delete(href);
      there();
    });
    link.addEventListener("error", () => failed(new Error(`style sheet: ${href}`)));
    document.head.append(link);
  });
}

/** A part that makes maps, with the worker that draws them: a map whose worker is missing stays empty and says nothing. */
export async function withMaps<Part>(load: () => Promise<Part>): Promise<Part> {
  const [part, { workerThere }] = await Promise.all([load(), import("./base_map.ts")]);
  await workerThere();
  return part;
}

/** What stands where a part is missing. */
export function Missing({ late, text, say }: { late: Late<unknown>; text: string; say: Say }) {
  return (
    <div class="missing" role="status">
      <p class="why">{text}</p>
      <button type="button" class="button" onClick={late.again}>
        {late.failures > 1 ? say("retry.count", { count: late.failures }) : say("retry")}
      </button>
    </div>
  );
}
