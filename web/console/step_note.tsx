import { useLateDesk } from "./late/words.ts";
import { noteOf } from "./step_notes.ts";

/** What stands beside a step: the server's sentences in the page's language, a person's own words as they are. */
export function StepNote({ notes }: { notes: string }) {
  const { say } = useLateDesk();
  const known = noteOf(notes);
  if (known === null) return <>{notes}</>;
  const { key, reason, own } = known;
  return <>{[reason === null ? say(key) : `${say(key)}: ${say(reason)}`, own].filter((part) => part !== "").join(`${say("sentence.end")} `)}</>;
}
