// What was done a moment ago and nobody but this phone knows yet: it can be taken back until it is sent.
import { Undo2 } from "lucide";
import { Icon } from "../shared/icon.tsx";
import { clock } from "../shared/times.ts";
import { type Action, isHeld } from "./actions.ts";
import { type Given, useNow } from "./given.ts";
import { REASONS } from "./next_tries.ts";

const DONE = { pickup: "held.pickup", deliver: "notice.delivered", attempts: "notice.attempted" } as const;

/** Those that are still held, the newest first. */
export function heldOf(actions: readonly Action[], now: number): readonly Action[] {
  return actions.filter((one) => isHeld(one, now)).reverse();
}

export function Held(given: Given) {
  const { work, state, say } = given;
  const now = useNow();
  return (
    <>
      {heldOf(state.actions, now).map((one) => (
        <section key={one.number} class="held card" data-held={one.kind} aria-label={say(DONE[one.kind], { title: one.title })}>
          <p role="status"><strong>{say(DONE[one.kind], { title: one.title })}</strong>{said(one, given).map((line) => <span key={line} class="quiet">{line}</span>)}</p>
          <p class="quiet small number">{say("held.left", { seconds: Math.ceil(((one.held_until ?? 0) - now) / 1000) })}</p>
          <div class="ways">
            <button type="button" class="button" onClick={() => void work.undo(one)}><Icon of={Undo2} />{say("held.undo")}</button>
            <button type="button" class="button" onClick={() => void work.sendNow(one)}>{say("held.send")}</button>
          </div>
        </section>
      ))}
    </>
  );
}

/** Of an attempt: why, and when it is tried again. */
function said({ kind, body }: Action, { say, language }: Given): string[] {
  if (kind !== "attempts") return [];
  const reason = REASONS.find((one) => one === body["reason"]);
  const next = body["next_try_at"];
  const at = typeof next === "string" ? say("stop.again", { at: clock(Date.parse(next), Date.now(), language) }) : say("held.next_unknown");
  return [...(reason === undefined ? [] : [say(`attempt.${reason}`)]), at];
}
