// What a seller does where a sale does not go as it should, loaded once somebody unfolds it.
import { type ComponentProps } from "preact";
import { useState } from "preact/hooks";
import { Missing, useLate } from "../../shared/late.tsx";
import type { Say } from "../speech.ts";
import { actsOf } from "./acts.ts";
import type { ActsPanel } from "./acts_panel.tsx";

export function Acts({ say, ...given }: ComponentProps<typeof ActsPanel> & { say: Say }) {
  const [open, setOpen] = useState(false);
  const late = useLate(() => import("./acts_panel.tsx"), open);
  if (!open && actsOf(given.sale, null).length === 0) return null; // what was done last is said until somebody folds it
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{say("sale.acts")}</summary>
      {open && late.part !== null && <late.part.ActsPanel {...given} />}
      {late.failures > 0 && late.part === null && <Missing late={late} text={say("room.missing")} say={say} />}
    </details>
  );
}
