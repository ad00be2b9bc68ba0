// Charts of the last hours and days, loaded after what is looked at first.
import { useMemo } from "preact/hooks";
import { Missing, useLate } from "../../shared/late.tsx";
import type { Given } from "../given.ts";

export function Charts(given: Given) {
  const late = useLate(async () => {
    const [{ OverTime }, { chartSpeaker }] = await Promise.all([import("./over_time.tsx"), import("./words.ts")]);
    return { OverTime, speak: chartSpeaker };
  }, true);
  const { part } = late;
  const say = useMemo(() => part?.speak(given.language) ?? null, [part, given.language]);
  if (part !== null && say !== null) return <part.OverTime {...given} say={say} />;
  return late.failures > 0 ? <Missing late={late} text={given.say("charts.missing")} say={given.say} /> : null;
}
