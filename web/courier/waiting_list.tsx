// Deliveries that wait for somebody. One of several who ask gets each; the server alone knows who.
import { useRef, useState } from "preact/hooks";
import { Refused } from "../shared/client.ts";
import { inARow } from "../shared/in_a_row.ts";
import { distance } from "../shared/numbers.ts";
import { newKey } from "../shared/request_keys.ts";
import { areaName, tripWords, wayTo } from "./areas.ts";
import { type Waiting, awayM, pointOf } from "./jobs.ts";
import { dueWords, pressingWords } from "./dues.ts";
import { type Given, hereOf } from "./given.ts";
import type { Whereabouts } from "./sources.ts";
import { payWords } from "./pay.ts";
import { useTapProblem } from "./tap_problem.ts";

type Turn = { id: number; state: "asking" | "taken"; problem: string };

const SHOWN = 20;

export function WaitingList(given: Given) {
  const { work, state, say } = given;
  const [turn, setTurn] = useState<Turn | null>(null);
  const { problem, failed, forget } = useTapProblem(given);
  const keys = useRef(new Map<number, string>());
  const { profile, waiting } = state;
  const asked = turn?.state === "asking" ? waiting?.find((one) => one.id === turn.id) : undefined;
  if (profile === null || !profile.is_available || waiting === null) return null;

  const here = hereOf(given);
  const accept = async (one: Waiting): Promise<void> => {
    setTurn({ id: one.id, state: "asking", problem: "" });
    forget();
    // A repeat after a lost answer is the same question.
    const key = keys.current.get(one.id) ?? newKey();
    keys.current.set(one.id, key);
    try {
      await work.accept(one, key);
      setTurn(null);
    } catch (error) {
      if (error instanceof Refused) keys.current.delete(one.id);
      const taken = error instanceof Refused && error.code === "already_assigned";
      setTurn(taken ? { id: one.id, state: "taken", problem: say("waiting.taken", { title: one.pickup_address }) } : null);
      if (!taken) failed(error);
    }
  };
  return (
    <section aria-labelledby="waiting">
      <h2 id="waiting">{say("waiting.title", { count: waiting.length })}</h2>
      <p class="problem" role="alert">{turn?.problem || problem}</p>
      <p class="quiet" role="status">{asked !== undefined && say("waiting.one_at_a_time", { title: asked.pickup_address })}</p>
      {waiting.length === 0 && <p class="quiet">{say("waiting.none")}</p>}
      <ul class="list">
        {nearest(waiting, here).slice(0, SHOWN).map((one) => (
          <li key={one.id} class="card waits" data-delivery={one.id}>
            <p>
              <strong>{one.pickup_address}</strong>
              {areaName(one.delivery_area, given.language) !== "" && <span class="to">→ {areaName(one.delivery_area, given.language)}</span>}
            </p>
            <Pressing one={one} given={given} />
            <p class="quiet small">{facts(one, here, given)}</p>
            <button type="button" class="button first end" disabled={turn?.state === "asking"} onClick={() => void accept(one)}>
              {say(turn?.id === one.id && turn.state === "asking" ? "waiting.asking" : "waiting.accept")}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Pressing({ one, given: { work, language, say } }: { one: Waiting; given: Given }) {
  const words = pressingWords(one, { now: work.now(), language, say });
  return words === "" ? null : <p class="small"><strong class="pressing">{words}</strong></p>;
}

/** Those with the nearest pickup first, where the phone knows where it is; else those that have waited longest. */
function nearest(waiting: readonly Waiting[], here: Whereabouts | undefined): readonly Waiting[] {
  const away = (one: Waiting): number => awayM(here, pointOf(one.pickup_latitude, one.pickup_longitude)) ?? Number.MAX_SAFE_INTEGER;
  if (here === undefined) return waiting;
  return [...waiting].sort((a, b) => away(a) - away(b) || a.id - b.id);
}

function facts(one: Waiting, here: Whereabouts | undefined, { work, state, language, say }: Given): string {
  const pickup = pointOf(one.pickup_latitude, one.pickup_longitude);
  const away = awayM(here, pickup);
  return inARow([
    away === null ? "" : say("way.to_pickup", { distance: distance(away, language) }),
    one.distance_km === null ? "" : tripWords(one.distance_km, wayTo(one.delivery_area, pickup), language, say),
    say("parcel.weight", { weight: one.package_weight }),
    one.package_dimensions,
    one.fragile ? say("parcel.fragile") : "",
    one.requires_signature ? say("parcel.signature") : "",
    ...dueWords(one, { now: work.now(), language, say }),
    payWords(one.delivery_fee, state.duty, language, say),
  ]);
}
