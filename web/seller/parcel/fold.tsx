import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Say } from "../speech.ts";

interface Given {
  title: string;
  /** So much of it is filled in. */
  set: number;
  /** What was refused stands in it: it is opened, so that it is seen. */
  wrong: boolean;
  say: Say;
  /** `seen`: it is or was open. */
  children: (seen: boolean) => ComponentChildren;
}

/** What most people leave as it is, behind a line that says how much of it is not. */
export function Fold({ title, set, wrong, say, children }: Given) {
  const [open, setOpen] = useState(false);
  const shown = open || wrong;
  const seen = useRef(false);
  seen.current ||= shown;
  return (
    <details class="more" open={shown} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{title}{set > 0 && <span class="small quiet">{say("delivery.set", { count: set })}</span>}</summary>
      <div class="fields">{children(seen.current)}</div>
    </details>
  );
}
