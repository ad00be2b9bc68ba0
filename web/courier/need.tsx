// Whether what is asked for must be given, or may be left out: as a word before the reason, and not by colour alone.
import type { CourierSay } from "./words.ts";

export const NEED = "need";

/** Stands below a heading that is described by it: `aria-describedby={NEED}`. */
export function Need({ required, why, busy = false, say }: { required: boolean; why: string; busy?: boolean; say: CourierSay }) {
  return (
    <p id={NEED} class={required ? "need must" : "need may"} role="status">
      {busy ? say("loading") : <><strong class="tag">{say(required ? "need.required" : "need.optional")}</strong> {why}</>}
    </p>
  );
}
