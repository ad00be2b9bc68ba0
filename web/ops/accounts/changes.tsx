// What an admin does with somebody's account. What ends something for its person is asked a second time, with a reason.
import { useMemo, useState } from "preact/hooks";
import "../../shared/saved.css";
import { useActing } from "../../shared/acting.ts";
import type { components } from "../../shared/api.ts";
import type { Client } from "../../shared/client.ts";
import { Link } from "../../shared/link.tsx";
import type { Language } from "../../shared/numbers.ts";
import { speaker } from "../../shared/words.ts";
import { type Say, wordOf } from "../speech.ts";
import { Sure } from "../sure.tsx";
import { type Change, ROLES, isAsked, requestOf, unverifiedBy, waysOf } from "./ways.ts";
import own from "./words.json";

type Account = components["schemas"]["AccountAnswer"];

interface Given {
  account: Account;
  /** The number of its transporter's profile; null where it has none, or that is not known yet. */
  profile: number | null;
  client: Client;
  language: Language;
  say: Say;
  onDone: () => Promise<void>;
}

export function Changes({ account, profile, client, language, say: ops, onDone }: Given) {
  const say = useMemo(() => speaker(language, own), [language]);
  const [asked, setAsked] = useState<Change | null>(null);
  const [done, setDone] = useState<Change | null>(null);
  const roleOf = (change: Change): string => (change.role === null ? "" : wordOf("role", change.role, ops));
  const acting = useActing<{ change: Change; reason: string }>(say, async ({ change, reason }, key) => {
    const { path, body } = requestOf(change, reason);
    await client.call(`/api/v1/users/${account.id}/${path}/`, { method: "POST", body, idempotencyKey: key });
    setAsked(null);
    setDone(change);
    await onDone();
  });
  const choose = (change: Change): void => {
    acting.forget();
    setDone(null);
    setAsked(isAsked(change) ? change : null);
    if (!isAsked(change)) void acting.start({ change, reason: "" });
  };
  const same = (one: Change): boolean => asked !== null && one.act === asked.act && one.role === asked.role;
  const button = (change: Change) => (
    <button
      key={`${change.act} ${change.role ?? ""}`}
      type="button"
      class={change.act === "reopen" ? "button first" : "button"}
      aria-expanded={isAsked(change) ? same(change) : undefined}
      disabled={acting.pending}
      onClick={() => choose(change)}
    >
      {say(`${change.act}.do`, { role: roleOf(change) })}
    </button>
  );
  const ways = waysOf(account);
  return (
    <section class="fields">
      <p role="status" class="saved">
        {done !== null && say(`${done.act}.done`, { email: account.email, role: roleOf(done) })}
        {done !== null && unverifiedBy(done, account, profile) && (
          <> {say("unverified")}{" "}<Link href={profile === null ? "/ops/transporters?is_verified=false" : `/ops/transporters?is_verified=false&open=${profile}`}>{say("unverified.verify")}</Link></>
        )}
      </p>
      <div class="actions">{ways.filter(({ role }) => role === null).map(button)}</div>
      {!account.is_active && account.roles.includes("transporter") && <p class="quiet small">{say("reopen.then.transporter")}</p>}
      {account.is_active && ( // of a closed one nothing else is changed
        <>
          <h3>{ops("roles")}</h3>
          <div class="actions">{ROLES.map((role) => ways.filter((one) => one.role === role).map(button))}</div>
        </>
      )}
      {asked === null && <p class="problem" role="alert">{acting.problem}</p>}
      {asked !== null && (
        <Sure
          key={`${asked.act} ${asked.role ?? ""}`}
          what={say(`${asked.act}.do`, { role: roleOf(asked) })}
          then={say(asked.act === "close" ? "close.then" : `take.${asked.role ?? "customer"}.then`, { email: account.email })}
          acting={acting}
          onSure={(reason) => void acting.start({ change: asked, reason })}
          onNot={() => setAsked(null)}
          say={ops}
        />
      )}
    </section>
  );
}
