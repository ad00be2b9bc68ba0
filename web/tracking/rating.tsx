import { Star } from "lucide";
import { useId, useState } from "preact/hooks";
import type { Client } from "../shared/client.ts";
import { Icon } from "../shared/icon.tsx";
import { problemOf } from "../shared/problems.ts";
import { SignInAsBuyer } from "./sign_in_as_buyer.tsx";
import type { Say } from "./speech.ts";

const STARS = [1, 2, 3, 4, 5] as const;

interface Given {
  number: string;
  client: Client;
  /** Whether its buyer is signed in; `onSignedIn` finds out. */
  bought: boolean;
  onSignedIn: () => Promise<boolean>;
  say: Say;
}

/** What the buyer thinks of it: the API takes it from nobody else. */
export function Rating({ number, client, bought, onSignedIn, say }: Given) {
  const [stars, setStars] = useState(0);
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState("");
  const [given, setGiven] = useState(0);
  const group = useId();

  if (given > 0) return <section class="card" role="status">{say("rating.thanks", { count: given })}</section>;

  const attempt = async (act: () => Promise<void>): Promise<void> => {
    setSending(true);
    setProblem("");
    try {
      await act();
    } catch (error) {
      setProblem(problemOf(error, say));
    }
    setSending(false);
  };
  const rate = (): Promise<void> =>
    attempt(async () => {
      await client.call(`/api/deliveries/${encodeURIComponent(number)}/rate/`, { method: "POST", body: { rating: stars } });
      setGiven(stars);
    });
  if (!bought) {
    return (
      <section class="card">
        <h2>{say("rating.title")}</h2>
        <SignInAsBuyer why={say("rating.sign_in")} client={client} say={say} onSignedIn={onSignedIn} />
      </section>
    );
  }
  return (
    <section class="card">
      <form onSubmit={(event) => { event.preventDefault(); void rate(); }}>
        <h2 id={group}>{say("rating.title")}</h2>
        <div class="stars" role="radiogroup" aria-labelledby={group}>
          {STARS.map((count) => (
            <label key={count} class={count <= stars ? "on" : ""}>
              <input type="radio" name="stars" value={count} checked={count === stars} onChange={() => setStars(count)} aria-label={say("rating.star", { count })} />
              <Icon of={Star} />
            </label>
          ))}
        </div>
        <button class="button first" disabled={stars === 0 || sending}>{say("rating.send")}</button>
      </form>
      {problem !== "" && <p class="problem" role="alert">{problem}</p>}
    </section>
  );
}
