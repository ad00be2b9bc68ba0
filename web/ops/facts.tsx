import "../shared/table.css"; // where how facts stand is said: a room may be the first that is opened
import { type ComponentChildren, Fragment } from "preact";
import { useState } from "preact/hooks";
import { type Acting, useActing } from "../shared/acting.ts";
import type { Client } from "../shared/client.ts";
import { Field } from "../shared/field.tsx";
import { emptied } from "../shared/meanwhile.ts";
import type { Say } from "./speech.ts";

/** What is known of something, named. */
export function Facts({ of }: { of: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {of.map(([name, value]) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd>{value === null || value === "" ? "–" : value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}

export interface Act {
  words: string;
  path: string;
  /** What is sent, of what was typed. */
  body: (typed: string) => unknown;
  first?: boolean;
  /** Where it is not a POST. */
  method?: "PATCH" | "DELETE";
}

interface Given {
  client: Client;
  acts: readonly Act[];
  /** What may be typed beside: a reason, an amount; the API's name of it, and what it is called. */
  typed?: readonly [name: string, label: string, help?: string];
  onDone: () => Promise<void>;
  say: Say;
}

/** What an admin may do about it: buttons, and a field where the server wants to know something. */
export function Acts({ client, acts, typed, onDone, say }: Given) {
  const [text, setText] = useState("");
  const acting: Acting<{ path: string; method: string; body: unknown }> = useActing(say, async ({ path, method, body }, key) => {
    await client.call(path, { method, body, idempotencyKey: key });
    setText(emptied(text));
    await onDone();
  });
  return (
    <div class="fields">
      {typed !== undefined && <Field label={typed[1]} name={typed[0]} value={text} onValue={setText} problem={acting.fields[typed[0]]} help={typed[2] ?? say("optional")} />}
      <p class="problem" role="alert">{acting.problem}</p>
      <div class="actions">
        {acts.map((act) => (
          <button
            key={act.words}
            type="button"
            class={act.first === true ? "button first" : "button"}
            disabled={acting.pending}
            onClick={() => void acting.start({ path: act.path, method: act.method ?? "POST", body: act.body(text.trim()) })}
          >
            {act.words}
          </button>
        ))}
      </div>
    </div>
  );
}

/** A body with a field, where something was typed. */
export function only(name: string, typed: string): Record<string, string> {
  return typed === "" ? {} : { [name]: typed };
}

/** A whole number that was typed; anything else goes to the server as it is, which says what is wrong: it is never taken for 0. */
export function numberTyped(typed: string): number | string {
  return /^\d{1,15}$/.test(typed) ? Number(typed) : typed;
}
