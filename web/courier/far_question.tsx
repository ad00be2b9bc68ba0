// Whoever is far from the address is told before anything is asked: what is gathered here is kept with this place.
import { Navigation } from "lucide";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../shared/icon.tsx";
import { distance } from "../shared/numbers.ts";
import type { Given } from "./given.ts";

/** The server marks a handover so far from its address, unless it is set otherwise. */
export const FAR_M = 1000;

export function FarQuestion({ away_m, way, say, language, onGoOn }: { away_m: number; way: string; onGoOn: () => void } & Pick<Given, "say" | "language">) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <>
      <h1 ref={heading} tabIndex={-1} class="answer">{say("far.title", { distance: distance(away_m, language) })}</h1>
      <p class="quiet">{say("far.help")}</p>
      <a class="button first large" href={way} rel="noreferrer"><Icon of={Navigation} />{say("far.way")}</a>
      <button type="button" class="button" onClick={onGoOn}>{say("far.go_on")}</button>
    </>
  );
}
