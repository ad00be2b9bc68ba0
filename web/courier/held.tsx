// What was done a moment ago and nobody but this phone knows yet: it can be taken back until it is sent. Its place is kept when
// it is sent, with what it came to, until the courier goes on: what is pressed next does not move under the thumb.
import { Undo2 } from "lucide";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../shared/icon.tsx";
import { clock } from "../shared/times.ts";
import type { Action } from "./actions.ts";
import { type Given, useNow } from "./given.ts";
import { cameTo, gatheredOf, heldOf, placeOf } from "./held_steps.ts";
import { REASONS } from "./next_tries.ts";

const DONE = { pickup: "held.pickup", deliver: "notice.delivered", attempts: "notice.attempted", "give-back": "held.given_back", return: "held.brought_back" } as const;

// Of these the page tells in a notice of its own.
const NOTICED: ReadonlySet<string> = new Set(["deliver", "attempts"]);

type Group = readonly Action[];

/** `children`: what is told of steps in words of its own, in the same place. */
export function Held({ children, ...given }: Given & { children: ComponentChildren }) {
  const { state } = given;
  const now = useNow();
  const groups = gatheredOf(heldOf(state.actions, now));
  const [before, setSeen] = useState<Group | null>(null);
  const newest = groups[0];
  const seen = placeOf(before, newest, state.actions, now);
  if (seen !== before) setSeen(seen);
  const told = children !== null && children !== false;
  const after = newest === undefined && !told && !NOTICED.has(seen?.[0]?.kind ?? "") ? seen : null;
  if (after?.some((one) => (one.held_until ?? 0) > now) === true) setSeen(after.map((one) => ({ ...one, held_until: 0 }))); // somebody sent it at once
  const place = useRef<HTMLDivElement>(null);
  const height = useRef(0);
  const shown = newest !== undefined || told || after !== null;
  useLayoutEffect(() => {
    height.current = shown && newest !== undefined ? Math.max(height.current, place.current?.getBoundingClientRect().height ?? 0) : shown ? height.current : 0;
  });
  if (!shown) return null;
  return (
    <div ref={place} class="told" style={{ minHeight: `${height.current}px` }}>
      {groups.map((group) => <HeldCard key={group[0]?.number} {...given} group={group} now={now} />)}
      {children}
      {after !== null && <SentCard {...given} group={after} onSeen={() => setSeen(null)} />}
    </div>
  );
}

function titleOf(group: Group, say: Given["say"]): string {
  const one = group[0] as Action;
  return say(DONE[one.kind], { title: group.length === 1 ? one.title : say("held.several", { count: group.length, title: one.title }) });
}

function HeldCard({ group, now, ...given }: Given & { group: Group; now: number }) {
  const { work, state, say } = given;
  const one = group[0] as Action;
  const title = titleOf(group, say);
  return (
    <section class="held card" data-held={one.kind} aria-label={title}>
      <p role="status"><strong>{title}</strong>{said(one, given).map((line) => <span key={line} class="quiet">{line}</span>)}</p>
      <p class="quiet small number">{state.reachable ? say("held.left", { seconds: Math.ceil(((one.held_until ?? 0) - now) / 1000) }) : say("held.offline")}</p>
      <div class="ways">
        <button type="button" class="button" onClick={() => void work.undo(group)}><Icon of={Undo2} />{say("held.undo")}</button>
        <button type="button" class="button" onClick={() => void work.sendNow(group)}>{say("held.send")}</button>
      </div>
    </section>
  );
}

/** Where "Undo" was nothing can be pressed: a tap that comes too late does nothing. */
function SentCard({ group, onSeen, state, say }: Given & { group: Group; onSeen: () => void }) {
  const one = group[0] as Action;
  const came = cameTo(one.delivery_id, one.kind, state.actions);
  return (
    <section class="held sent card" data-sent={one.kind} aria-label={titleOf(group, say)}>
      <p><strong>{titleOf(group, say)}</strong></p>
      <div class="ways">
        <span role="status" class={`chip ${came === "confirmed" ? "live" : "polling"}`} data-came={came}>{say(came === "saved" && !state.reachable ? "held.offline" : `held.came.${came}`)}</span>
        <button type="button" class="button" onClick={onSeen}>{say("notice.seen")}</button>
      </div>
    </section>
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
