// What was done a moment ago and nobody but this phone knows yet: it can be taken back until it is sent.
import { Undo2 } from "lucide";
import { Icon } from "../shared/icon.tsx";
import { clock } from "../shared/times.ts";
import type { Action } from "./actions.ts";
import { type Given, useNow } from "./given.ts";
import { gatheredOf, heldOf } from "./held_steps.ts";
import { REASONS } from "./next_tries.ts";

const DONE = { pickup: "held.pickup", deliver: "notice.delivered", attempts: "notice.attempted", "give-back": "held.given_back", return: "held.brought_back" } as const;

export function Held(given: Given) {
  const { work, state, say } = given;
  const now = useNow();
  return (
    <>
      {gatheredOf(heldOf(state.actions, now)).map((group) => {
        const one = group[0] as Action;
        const title = group.length === 1 ? one.title : say("held.several", { count: group.length, title: one.title });
        return (
          <section key={one.number} class="held card" data-held={one.kind} aria-label={say(DONE[one.kind], { title })}>
            <p role="status"><strong>{say(DONE[one.kind], { title })}</strong>{said(one, given).map((line) => <span key={line} class="quiet">{line}</span>)}</p>
            <p class="quiet small number">{state.reachable ? say("held.left", { seconds: Math.ceil(((one.held_until ?? 0) - now) / 1000) }) : say("held.offline")}</p>
            <div class="ways">
              <button type="button" class="button" onClick={() => void work.undo(group)}><Icon of={Undo2} />{say("held.undo")}</button>
              <button type="button" class="button" onClick={() => void work.sendNow(group)}>{say("held.send")}</button>
            </div>
          </section>
        );
      })}
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
