// One's own account, the same on every page that somebody signs in to.
import type { ComponentChildren } from "preact";
import { Loaded, useLoading } from "../loading.tsx";
import type { Language } from "../numbers.ts";
import type { Person } from "../session.ts";
import type { SignedIn } from "../sign_in.tsx";
import { useComingBack } from "./coming_back.ts";
import { OwnData } from "./own_data.tsx";
import { OwnEmail } from "./own_email.tsx";
import { OwnMessages } from "./own_messages.tsx";
import { OwnName } from "./own_name.tsx";
import { OwnPassword } from "./own_password.tsx";
import type { OwnSay } from "./own_words.ts";

interface Given {
  signedIn: Pick<SignedIn, "client" | "ask" | "signOut">;
  language: Language;
  say: OwnSay;
  /** What only this page keeps of its people. */
  children?: ComponentChildren;
}

export function OwnAccount({ signedIn: { client, ask, signOut }, language, say, children }: Given) {
  const account = useLoading(() => client.call<Person>("/api/v1/auth/me/"), []);
  useComingBack(() => void account.reload()); // the link to another address may have been used by now
  const changed = (now: Person): void => {
    account.set(now);
    void ask();
  };
  return (
    <div class="fields">
      <h1 tabIndex={-1}>{say("account")}</h1>
      <Loaded of={account} language={language} say={say}>
        {(one) => (
          <div class="fields">
            <OwnName account={one} client={client} say={say} onChanged={changed} />
            <OwnEmail account={one} client={client} say={say} />
            <OwnPassword client={client} say={say} />
            <OwnMessages account={one} client={client} say={say} onChanged={changed} />
            {children}
          </div>
        )}
      </Loaded>
      <OwnData client={client} say={say} onDeleted={signOut} />
    </div>
  );
}
