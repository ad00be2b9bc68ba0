import { Star } from "lucide";
import { useId, useState } from "preact/hooks";
import type { Client } from "../shared/client.ts";
import { Icon } from "../shared/icon.tsx";
import { problemOf } from "../shared/problems.ts";
import type { Say } from "../shared/words.ts";

const STARS = [1, 2, 3, 4, 5] as const;

/** What the buyer thinks of it. The API takes it from the buyer alone, so whoever is not signed in is asked to. */
export function Rating({ number, client, say }: { number: string; client: Client; say: Say }) {
  const [stars, setStars] = useState(0);
  const [signedIn, setSignedIn] = useState(client.signedIn);
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
    setSignedIn(client.signedIn);
    setSending(false);
  };
  const rate = (): Promise<void> =>
    attempt(async () => {
      await client.call(`/api/deliveries/${encodeURIComponent(number)}/rate/`, { method: "POST", body: { rating: stars } });
      setGiven(stars);
    });
  const signIn = (form: HTMLFormElement): Promise<void> =>
    attempt(async () => {
      const fields = new FormData(form);
      await client.signIn(String(fields.get("email")), String(fields.get("password")));
    });

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
        {signedIn && <button class="button first" disabled={stars === 0 || sending}>{say("rating.send")}</button>}
      </form>
      {!signedIn && (
        <form class="signin" onSubmit={(event) => { event.preventDefault(); void signIn(event.currentTarget); }}>
          <p>{say("rating.sign_in")}</p>
          <label>{say("email")}<input name="email" type="email" autocomplete="username" required /></label>
          <label>{say("password")}<input name="password" type="password" autocomplete="current-password" required /></label>
          <button class="button first" disabled={sending}>{say("sign_in")}</button>
        </form>
      )}
      {problem !== "" && <p class="problem" role="alert">{problem}</p>}
    </section>
  );
}
