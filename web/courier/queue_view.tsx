// What was done on this phone and whether the server knows it.
import { useState } from "preact/hooks";
import { clock } from "../shared/times.ts";
import type { Action, ActionState } from "./actions.ts";
import { AskTwice } from "./ask_twice.tsx";
import { Link } from "../shared/link.tsx";
import type { Given } from "./given.ts";
import { PicturesSent } from "./pictures_sent.tsx";
import { picturesOf } from "./pictures_in_parts.ts";
import { refusedBecause } from "./refused.tsx";
import { pathOf } from "./views.ts";

const CHIPS: Readonly<Record<ActionState, string>> = { saved: "polling", sending: "polling", confirmed: "live", refused: "offline" };

const DONE = { pickup: "stop.picked_up", deliver: "stop.delivered", attempts: "attempt.done", "give-back": "stop.given_back", return: "stop.brought_back" } as const;

export function QueueView({ work, state, language, say }: Given) {
  const [dropping, setDropping] = useState<Action | null>(null);
  const { actions, pings_waiting, waits_known } = state;
  return (
    <section class="queue">
      <h1 tabIndex={-1}>{say("queue.title")}</h1>
      <p class="quiet">{say(!waits_known ? "loading" : pings_waiting > 0 ? "queue.positions" : "queue.no_positions", { count: pings_waiting })}</p>
      {waits_known && actions.length === 0 && <p class="quiet">{say("queue.empty")}</p>}
      <ol class="list">
        {actions.map((one) => (
          <li key={one.number} class="card" data-state={one.state}>
            <p><strong>{say(DONE[one.kind])}</strong> · {one.title}</p>
            <p><time dateTime={one.happened_at}>{clock(Date.parse(one.happened_at), Date.now(), language)}</time></p>
            <p class={`chip ${CHIPS[one.state]}`}>{say(`queue.${one.state}`)}</p>
            <PicturesSent of={[one]} say={say} />
            {one.refusal !== null && (
              <>
                <p class="problem">{refusedBecause(one.refusal, say, language)}</p>
                {one.refusal.proof_kept === true && <p>{say("queue.proof_kept")}</p>}
                {picturesOf(one.body).map(([name, picture]) => (
                  <a key={name} class="button" href={picture} download={`${one.delivery_id}-${name}`}>{say("queue.save_proof")}</a>
                ))}
                <button type="button" class="button" onClick={() => setDropping(one)}>{say("queue.drop")}</button>
              </>
            )}
          </li>
        ))}
      </ol>
      <p><Link class="button" href={pathOf({ name: "work" })}>{say("back")}</Link></p>
      {dropping !== null && (
        <AskTwice
          title={say(dropping.refusal?.proof_kept === true ? "queue.drop.kept" : "queue.drop.sure")}
          yes={say("queue.drop")}
          no={say("queue.keep")}
          onNo={() => setDropping(null)}
          onYes={() => {
            void work.dismiss(dropping);
            setDropping(null);
          }}
        />
      )}
    </section>
  );
}
