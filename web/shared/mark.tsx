import type { ComponentChildren } from "preact";
import "./mark.css";

export type MarkKind = "wait" | "way" | "done" | "late" | "stale";

/** A state, by a shape and a colour of its own beside its word. */
export function Mark({ as, children }: { as: MarkKind; children: ComponentChildren }) {
  return <span class={`mark ${as}`}>{children}</span>;
}
