import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import "./workplace.css";
import { OwnAccount } from "./account/late.tsx";
import { type Address, changed, elsewhere } from "./address.ts";
import { Frame } from "./frame.tsx";
import { Link } from "./link.tsx";
import type { Language } from "./numbers.ts";
import type { SignedIn } from "./sign_in.tsx";
import { noteRoom } from "./way_back.ts";
import type { Say } from "./words.ts";

interface Given {
  title: string;
  /** The rooms of the page: address and name. */
  rooms: readonly (readonly [string, string])[];
  /** Another page of those who work here, beside the rooms: address and name. */
  beside?: readonly [string, string];
  address: Address;
  signedIn: SignedIn;
  language: Language;
  say: Say;
  children: ComponentChildren;
}

/** A page of somebody who works here: its rooms beside each other, who is signed in, and what the room shows. */
export function Workplace({ title, rooms, beside, address, signedIn, language, say, children }: Given) {
  const here = changed(address, {});
  const account = `${rooms[0]?.[0] ?? ""}/account`;
  const tabs = useRef<HTMLElement>(null);
  useEffect(() => tabs.current?.querySelector('[aria-current]')?.scrollIntoView({ block: "nearest", inline: "center" }), [address.path]);
  useEffect(() => noteRoom(() => sessionStorage, here), [here]);
  return (
    <Frame language={language} say={say} signOut={signedIn.signOut}>
      <nav class="tabs" aria-label={title} ref={tabs}>
        {rooms.map(([href, name]) => (
          <Link key={href} href={href} current={address.path === href}><span class="steady" data-bold={name}>{name}</span></Link>
        ))}
        {beside !== undefined && <a href={elsewhere(beside[0])}>{beside[1]}</a>}
      </nav>
      <main id="content" class="workplace" tabIndex={-1}>
        {address.path === account ? <OwnAccount signedIn={signedIn} language={language} say={say} /> : children}
        <p class="small quiet unprinted">
          {say("sign_in.as", { email: signedIn.person.email })}{" "}
          {address.path !== account && <Link class="button small" href={account}>{say("account")}</Link>}
        </p>
      </main>
    </Frame>
  );
}
