// Forms of accounts, loaded once somebody needs one: most people have an account and have proved their address.
import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import type { Client } from "../client.ts";
import { Missing, useLate } from "../late.tsx";
import type { Language } from "../numbers.ts";
import type { Person } from "../session.ts";
import type { SignedIn } from "../sign_in.tsx";
import type { Say } from "../words.ts";
import type { OpenRole } from "./words.ts";

interface Given {
  client: Client;
  role: OpenRole;
  language: Language;
}

function usePart<Part>(load: () => Promise<Part>, language: Language) {
  const { part } = useLate(async () => {
    const [shown, { accountSpeaker }] = await Promise.all([load(), import("./words.ts")]);
    return { shown, speak: accountSpeaker };
  }, true);
  return useMemo(() => part && { shown: part.shown, say: part.speak(language) }, [part, language]);
}

/** An account for this page's role: a new one, or for whoever `has` one without the role that one. */
export function AccountDoor(given: Given & { has: boolean; onSignedIn: () => Promise<void> }) {
  const part = usePart(() => import("./new_account.tsx"), given.language);
  if (part === null) return null;
  return given.has ? <part.shown.BecomeForm {...given} say={part.say} /> : <part.shown.NewAccountForm {...given} say={part.say} />;
}

/** What is said to who has not proved the e-mail address, with the mail sent again. */
export function Unproved(given: Given & { person: Person; ask: () => Promise<void> }) {
  const part = usePart(() => import("./unproved.tsx"), given.language);
  return part && <part.shown.UnprovedCard {...given} say={part.say} />;
}

/** One's own account: name, phone, e-mail, password, messages, a copy of all data, and its end. `children`: what only this page keeps. */
export function OwnAccount({ say, language, ...given }: { signedIn: SignedIn; language: Language; say: Say; children?: ComponentChildren }) {
  const late = useLate(async () => {
    const [{ OwnAccount: Room }, { ownSpeaker }] = await Promise.all([import("./own_account.tsx"), import("./own_words.ts")]);
    return { Room, speak: ownSpeaker };
  }, true);
  const inside = useMemo(() => late.part?.speak(language) ?? null, [late.part, language]);
  if (late.part !== null && inside !== null) return <late.part.Room {...given} language={language} say={inside} />;
  return late.failures > 0 ? <Missing late={late} text={say("account.missing")} say={say} /> : null;
}
