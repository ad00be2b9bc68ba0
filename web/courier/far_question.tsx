// Whoever is far from the address is told before anything is asked: what is gathered here is kept with this place.
import { Navigation } from "lucide";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../shared/icon.tsx";
import { distance } from "../shared/numbers.ts";
import type { Given } from "./given.ts";
import type { Duty } from "./work_state.ts";

/** Farther from its address than this the server marks a step, or refuses it, unless it is set otherwise. */
const FAR_M = 1000;

/** Whether the courier is told of it first. `duty`: with the server's own limit, once that is known. */
export function isFar(away_m: number | null, duty: Pick<Duty, "handover_far_m"> | null): boolean {
  return away_m !== null && away_m > (duty?.handover_far_m ?? FAR_M);
}

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
