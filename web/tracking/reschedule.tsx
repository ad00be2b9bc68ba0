// The parcel was tried in vain: why, when it is tried again, and for its buyer, when somebody is there.
import { useState } from "preact/hooks";
import { nextTryWords } from "../shared/attempts/attempted.tsx";
import type { Client } from "../shared/client.ts";
import type { Language } from "../shared/numbers.ts";
import { problemOf } from "../shared/problems.ts";
import { clock, stretchToChoose } from "../shared/times.ts";
import type { Parcel } from "./parcel.ts";
import { SignInAsBuyer } from "./sign_in_as_buyer.tsx";
import type { Say } from "./speech.ts";
import { type Choice, choicesOf } from "../shared/windows_to_choose.ts";

interface Given {
  parcel: Parcel;
  client: Client;
  now: number;
  language: Language;
  say: Say;
  /** Whether its buyer is signed in; `onSignedIn` finds out. */
  bought: boolean;
  onSignedIn: () => Promise<boolean>;
  /** The parcel is read anew. */
  onDone: () => void;
}

export function Attempts(given: Given) {
  const { parcel, now, language, say } = given;
  const last = parcel.attempts.at(-1);
  if (last === undefined || parcel.status !== "in_transit") return null;
  return (
    <section class="card" data-attempts={parcel.attempts.length}>
      <h2>{say(`tried.${last.reason}`)}</h2>
      <p class="quiet">{clock(Date.parse(last.timestamp), now, language)}</p>
      <p>{nextTryWords(parcel, now, language)}</p>
      {parcel.can_reschedule && (given.bought ? <Wish {...given} /> : <SignInAsBuyer why={say("attempt.sign_in")} client={given.client} say={say} onSignedIn={given.onSignedIn} />)}
    </section>
  );
}

/** The API takes a wish from the buyer alone. */
function Wish({ parcel, client, now, language, say, onDone }: Given) {
  const [chosen, setChosen] = useState<Choice | null>(null);
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState("");
  const attempt = async (act: () => Promise<unknown>): Promise<void> => {
    setSending(true);
    setProblem("");
    try {
      await act();
    } catch (error) {
      setProblem(problemOf(error, say));
    }
    setSending(false);
  };
  const wish = (): Promise<void> =>
    attempt(async () => {
      if (chosen === null) return;
      const body = { starts_at: new Date(chosen.starts_at).toISOString(), ends_at: new Date(chosen.ends_at).toISOString() };
      await client.call(`/api/deliveries/${encodeURIComponent(parcel.tracking_number)}/reschedule/`, { method: "POST", body });
      setChosen((now) => (now === chosen ? null : now));
      onDone();
    });
  return (
    <>
      <form onSubmit={(event) => { event.preventDefault(); void wish(); }}>
        <fieldset class="windows">
          <legend>{say("attempt.wish")}</legend>
          {choicesOf(now).map((one) => (
            <label key={one.starts_at}>
              <input type="radio" name="window" checked={one.starts_at === chosen?.starts_at} onChange={() => setChosen(one)} /> {stretchToChoose(one.starts_at, one.ends_at, now, language)}
            </label>
          ))}
        </fieldset>
        <button class="button first" disabled={chosen === null || sending}>{say("attempt.wish.send")}</button>
      </form>
      <p class="problem" role="alert">{problem}</p>
    </>
  );
}
