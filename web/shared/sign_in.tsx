import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import "./sign_in.css";
import type { Client } from "./client.ts";
import { type Demo, followDemo } from "./demo.ts";
import { Typist, dropDrafts } from "./drafts.ts";
import { Frame } from "./frame.tsx";
import type { Language } from "./numbers.ts";
import { problemOf } from "./problems.ts";
import { type Person, type PersonStore, type Session, findSession } from "./session.ts";
import { type Say, languageOf } from "./words.ts";

const ASK_AGAIN_MS = 5_000;

export interface SignedIn {
  person: Person;
  /** Asks and tells in this person's name alone: what goes on after another has signed in in another tab ends. */
  client: Client;
  /** False while the server cannot be asked. */
  confirmed: boolean;
  /** Asks anew who this is and what they may do. */
  ask: () => Promise<void>;
  signOut: () => Promise<void>;
}

interface Given {
  client: Client;
  kept: PersonStore;
  /** The role that the page is for; null where every role may use it. */
  role: string | null;
  /** Under which name the demo has an account for this page. */
  demo: string;
  title: string;
  language: Language;
  say: Say;
  /** Another way in than signing in, such as a new account, or the page's role for whoever `has` an account without it; `onSignedIn` goes on once somebody is. */
  otherwise?: (onSignedIn: () => Promise<void>, has: boolean) => ComponentChildren;
  children: (signedIn: SignedIn) => ComponentChildren;
}

/** What is shown to people who are signed in; everybody else is asked to sign in first. */
export function SignInFirst(given: Given) {
  const { client, kept, role, say, language, title } = given;
  const [session, setSession] = useState<Session | null>(null);
  const own = useRef<Client | null>(null);
  const enter = (found: Session): void => {
    const id = "person" in found ? found.person.id : null;
    if (id !== (own.current?.person ?? null)) own.current = id === null ? null : client.of(id);
    setSession(found);
  };
  const turn = useRef(0);
  const ask = async (): Promise<void> => {
    const mine = ++turn.current;
    const found = await findSession(client, role, kept);
    if (mine === turn.current) enter(found); // else a newer question knows better, or somebody has signed out
  };
  useEffect(() => {
    void ask();
    const elsewhere = (): void => {
      if (own.current?.outdated) void ask();
    };
    const events = ["storage", "pageshow"] as const; // a page that the browser has put aside hears of nothing until it is brought back
    for (const one of events) addEventListener(one, elsewhere);
    return () => {
      for (const one of events) removeEventListener(one, elsewhere);
    };
  }, []);
  useEffect(() => {
    const unsure = session?.state === "unknown" || (session?.state === "signed_in" && !session.confirmed);
    if (!unsure) return;
    const again = setTimeout(() => void ask(), ASK_AGAIN_MS);
    return () => clearTimeout(again);
  }, [session]);
  const signOut = async (): Promise<void> => {
    if (session?.state === "signed_in") dropDrafts(session.person.id);
    await (own.current ?? client).signOut();
    kept.write(null);
    turn.current += 1;
    enter({ state: "signed_out" });
  };

  if (session?.state === "signed_in" && own.current !== null) {
    const { person, confirmed } = session;
    return <Typist.Provider key={person.id} value={person.id}>{given.children({ person, client: own.current, confirmed, ask, signOut })}</Typist.Provider>;
  }
  return (
    <Frame language={language} say={say}>
      <main class="sign-in" id="content">
        <h1>{title}</h1>
        {session === null && <p class="quiet" role="status">{say("loading")}</p>}
        {session?.state === "unknown" && <p role="status">{say("error.offline.page")}</p>}
        {session?.state === "wrong_role" && (
          <>
            <p role="alert">{say(given.otherwise === undefined ? "sign_in.wrong_role" : "sign_in.as", { email: session.person.email })}</p>
            {given.otherwise?.(ask, true)}
            <button type="button" class="button" onClick={() => void signOut()}>{say("sign_out")}</button>
          </>
        )}
        {session?.state === "signed_out" && <SignInForm client={client} demo={given.demo} say={say} onSignedIn={ask} />}
        {session?.state === "signed_out" && given.otherwise?.(ask, false)}
      </main>
    </Frame>
  );
}

/** Signing in by hand or, in a demo, by one click. */
export function SignInForm({ client, demo, say, onSignedIn }: { client: Client; demo: string; say: Say; onSignedIn: () => Promise<void> }) {
  const [told, setTold] = useState<Demo | null>(null);
  const account = told?.accounts[demo] ?? null;
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState("");
  const first = useRef<HTMLInputElement>(null);
  const help = useId();
  useEffect(() => followDemo(setTold), []);

  const signIn = async (email: string, password: string): Promise<void> => {
    setSending(true);
    setProblem("");
    try {
      await client.signIn(email, password);
      await onSignedIn();
    } catch (error) {
      setProblem(problemOf(error, say));
      first.current?.focus();
    }
    setSending(false);
  };
  return (
    <>
      {account === null && told?.filling === true && <p class="quiet" role="status">{say("demo.filling.log_ins")}</p>}
      {account !== null && (
        <div class="card demo">
          <p class="quiet">{say("sign_in.demo.what")}</p>
          <button type="button" class="button first" disabled={sending} onClick={() => void signIn(account.email, account.password)}>
            {say("sign_in.demo", { email: account.email })}
          </button>
        </div>
      )}
      <form
        class="card"
        onSubmit={(event) => {
          event.preventDefault();
          const fields = new FormData(event.currentTarget);
          void signIn(String(fields.get("email")), String(fields.get("password")));
        }}
      >
        <label>
          {say("email")}
          <input ref={first} name="email" type="email" autocomplete="username" required aria-invalid={problem !== ""} aria-describedby={help} />
        </label>
        <label>
          {say("password")}
          <input name="password" type="password" autocomplete="current-password" required />
        </label>
        <p id={help} class="problem" role="alert">{problem}</p>
        <button class={account === null ? "button first" : "button"} disabled={sending}>{say("sign_in")}</button>
        <a class="forgot" href={`/api/v1/auth/password/forgot/?lang=${languageOf(say)}&from=${location.pathname.split("/")[1] ?? ""}`}>{say("sign_in.forgot")}</a>
      </form>
    </>
  );
}
