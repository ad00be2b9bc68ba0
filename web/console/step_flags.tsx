import { isKeyOf } from "../shared/words.ts";
import { useLateDesk } from "./late/words.ts";
import words from "./late/words.json";

/** What makes the place or time of a handover hard to believe; a flag that a newer server knows stands as it calls it. */
export function StepFlags({ flags }: { flags: readonly string[] }) {
  const { say } = useLateDesk();
  return (
    <span class="mark late">
      {flags.map((flag) => {
        const key = `flag.${flag}`;
        return isKeyOf(words, key) ? say(key) : flag.replaceAll("_", " ");
      }).join(" · ")}
    </span>
  );
}
