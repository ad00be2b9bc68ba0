import { flagWords } from "../shared/hands/hands.ts";
import { useLateDesk } from "./late/words.ts";

/** What makes the place or time of a handover hard to believe. */
export function StepFlags({ flags }: { flags: readonly string[] }) {
  const { say } = useLateDesk();
  return <span class="mark late">{flags.map((flag) => flagWords(flag, say)).join(" · ")}</span>;
}
