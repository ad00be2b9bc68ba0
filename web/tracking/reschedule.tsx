// The parcel was tried in vain: why, when it is tried again, and for its buyer, when somebody is there.
import { useState } from "preact/hooks";
import type { Client } from "../shared/client.ts";
import type { Language } from "../shared/numbers.ts";
import { problemOf } from "../shared/problems.ts";
import { clock, stretch } from "../shared/times.ts";
import type { Parcel } from "./parcel.ts";
import type { Say } from "./speech.ts";
import { type Choice, choicesOf } from "../shared/windows_to_choose.ts";

interface Given {
  parcel: Parcel;
  client: Client;
  now: number;
  language: Language;
  say: Say;
  /** Whether the page knows the parcel's number: a link that was shared does not. */
  mayWish: boolean;
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
      <p>{nextOf(parcel, now, language, say)}</p>
      {given.mayWish && <Wish {...given} />}
    </section>
  );
}

function nextOf({ next_try }: Parcel, now: number, language: Language, say: Say): string {
  if (next_try === null) return say("attempt.next_unknown");
  const starts_at = Date.parse(next_try.starts_at);
  if (next_try.ends_at === null) return say("attempt.next_at", { at: clock(starts_at, now, language) });
  return say("attempt.next_between", stretch(starts_at, Date.parse(next_try.ends_at), now, language));
}

/** The API takes a wish from the buyer alone, so whoever is not signed in is asked to. */
function Wish({ parcel, client, now, language, say, onDone }: Given) {
  const [signedIn, setSignedIn] = useState(client.signedIn);
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
    setSignedIn(client.signedIn);
    setSending(false);
  };
  const wish = (): Promise<void> =>
    attempt(async () => {
      if (chosen === null) return;
      const body = { starts_at: new Date(chosen.starts_at).toISOString(), ends_at: new Date(chosen.ends_at).toISOString() };
      await client.call(`/api/deliveries/${encodeURIComponent(parcel.tracking_number)}/reschedule/`, { method: "POST", body });
      setChosen(null);
      onDone();
    });
  const signIn = (form: HTMLFormElement): Promise<void> =>
    attempt(async () => {
      const fields = new FormData(form);
      await client.signIn(String(fields.get("email")), String(fields.get("password")));
    });
  return (
    <>
      <form onSubmit={(event) => { event.preventDefault(); void wish(); }}>
        <fieldset class="windows">
          <legend>{say("attempt.wish")}</legend>
          {choicesOf(now).map((one) => {
            const { from, to } = stretch(one.starts_at, one.ends_at, now, language);
            return (
              <label key={one.starts_at}>
                <input type="radio" name="window" checked={one.starts_at === chosen?.starts_at} onChange={() => setChosen(one)} /> {from}–{to}
              </label>
            );
          })}
        </fieldset>
        {signedIn && <button class="button first" disabled={chosen === null || sending}>{say("attempt.wish.send")}</button>}
      </form>
      {!signedIn && (
        <form class="signin" onSubmit={(event) => { event.preventDefault(); void signIn(event.currentTarget); }}>
          <p>{say("attempt.sign_in")}</p>
          <label>{say("email")}<input name="email" type="email" autocomplete="username" required /></label>
          <label>{say("password")}<input name="password" type="password" autocomplete="current-password" required /></label>
          <button class="button first" disabled={sending}>{say("sign_in")}</button>
        </form>
      )}
      <p class="problem" role="alert">{problem}</p>
    </>
  );
}
