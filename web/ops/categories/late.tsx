// The room of categories, loaded once somebody opens it.
import { useMemo } from "preact/hooks";
import { Missing, useLate } from "../../shared/late.tsx";
import type { Given } from "../given.ts";

export function CategoryRoom(given: Given) {
  const late = useLate(async () => {
    const [{ Tree }, { treeSpeaker }] = await Promise.all([import("./tree.tsx"), import("./words.ts")]);
    return { Tree, speak: treeSpeaker };
  }, true);
  const { part } = late;
  const say = useMemo(() => part?.speak(given.language) ?? null, [part, given.language]);
  if (part !== null && say !== null) return <part.Tree {...given} say={say} />;
  return late.failures > 0 ? <Missing late={late} text={given.say("room.missing")} say={given.say} /> : null;
}
