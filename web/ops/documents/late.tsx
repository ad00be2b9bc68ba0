// The queue of documents, loaded once somebody opens it.
import { useMemo } from "preact/hooks";
import { Missing, useLate } from "../../shared/late.tsx";
import type { Given } from "../given.ts";

export function Documents(given: Given) {
  const late = useLate(async () => {
    const [{ Queue }, { queueSpeaker }] = await Promise.all([import("./queue.tsx"), import("./words.ts")]);
    return { Queue, speak: queueSpeaker };
  }, true);
  const { part } = late;
  const say = useMemo(() => part?.speak(given.language) ?? null, [part, given.language]);
  if (part !== null && say !== null) return <part.Queue {...given} say={say} />;
  return late.failures > 0 ? <Missing late={late} text={given.say("room.missing")} say={given.say} /> : null;
}
