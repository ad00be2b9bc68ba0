// What only a parcel's buyer may do needs a sign-in; nobody else is bothered with its form.
import { useState } from "preact/hooks";
import type { Client } from "../shared/client.ts";
import { problemOf } from "../shared/problems.ts";
import type { Say } from "./speech.ts";

interface Given {
  /** What signing in is good for, in a sentence. */
  why: string;
  client: Client;
  say: Say;
  /** Whether it is the buyer who has signed in. */
  onSignedIn: () => Promise<boolean>;
}

export function SignInAsBuyer({ why, client, say, onSignedIn }: Given) {
  const [open, setOpen] = useState(false);
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState("");
  const signIn = async (form: HTMLFormElement): Promise<void> => {
    const fields = new FormData(form);
    setSending(true);
    setProblem("");
    try {
      await client.signIn(String(fields.get("email")), String(fields.get("password")));
      if (!(await onSignedIn())) setProblem(say("sign_in.not_buyer"));
    } catch (error) {
      setProblem(problemOf(error, say));
    }
    setSending(false);
  };
  if (!open) {
    return (
      <div class="signin">
        <p>{why}</p>
        <button type="button" class="button" onClick={() => setOpen(true)}>{say("sign_in.as_buyer")}</button>
      </div>
    );
  }
  return (
    <form class="signin" onSubmit={(event) => { event.preventDefault(); void signIn(event.currentTarget); }}>
      <p>{why}</p>
      <label>{say("email")}<input name="email" type="email" autocomplete="username" required autofocus /></label>
      <label>{say("password")}<input name="password" type="password" autocomplete="current-password" required /></label>
      <button class="button first" disabled={sending}>{say("sign_in")}</button>
      {problem !== "" && <p class="problem" role="alert">{problem}</p>}
    </form>
  );
}
