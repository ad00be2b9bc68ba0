import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { mount } from "../shared/mount.tsx"; // first: what its style sheet says, the page's own may change
import "./courier.css";
import { AccountDoor, OwnAccount, Unproved } from "../shared/account/late.tsx";
import { useAddress } from "../shared/address.ts";
import { Client } from "../shared/client.ts";
import { Frame } from "../shared/frame.tsx";
import { Link } from "../shared/link.tsx";
import { browserPerson } from "../shared/session.ts";
import { type SignedIn, SignInFirst } from "../shared/sign_in.tsx";
import { browserStore } from "../shared/stores.ts";
import { unconfirmed } from "./actions.ts";
import { Chime } from "../shared/chime.ts";
import { HandoverView } from "./handover_view.tsx";
import { followOutages, keptOutages } from "./kept_outages.ts";
import { LateDocuments, LateEarnings, LateProfile, LateRatings } from "./late_rooms.tsx";
import { OfferSound } from "./offer_sound.ts";
import { OffersView } from "./offers_view.tsx";
import { PhoneView } from "./phone_view.tsx";
import { QueueView } from "./queue_view.tsx";
import { ShiftsView } from "./shifts_view.tsx";
import { Strip } from "./strip.tsx";
import { pathOf, viewOf } from "./views.ts";
import { Work } from "./work.ts";
import { Leaving, WorkView } from "./work_view.tsx";
import { AttemptView } from "./attempt_view.tsx";
import { type Spoken, words } from "./words.ts";

const anybody = new Client(browserStore("courier"));
const chime = new Chime();
chime.unlockByTouch(); // from the beginning: whoever signs in touches the page

mount(words, (spoken) => {
  document.title = spoken.say("courier.title");
  return (
    <SignInFirst client={anybody} kept={browserPerson("courier")} role="transporter" demo="transporter" title={spoken.say("courier.title")} {...spoken} otherwise={(onSignedIn, has) => <AccountDoor client={anybody} role="transporter" has={has} language={spoken.language} onSignedIn={onSignedIn} />}>
      {(signedIn) => <Courier {...spoken} signedIn={signedIn} />}
    </SignInFirst>
  );
});

// The page opens without network because a worker of its own keeps it; without one it needs the network to open. What it
// keeps it fetches after the page: at a first open it would only make the jobs wait.
function keepPage(): void {
  void navigator.serviceWorker.register("/courier/worker.js", { scope: "/courier", updateViaCache: "none" }).catch(() => undefined);
}

if ("serviceWorker" in navigator) {
  if (document.readyState === "complete") keepPage();
  else addEventListener("load", keepPage, { once: true });
}

const LINKS = { live: "live", connecting: "polling", offline: "offline" } as const;

function Courier({ language, say, signedIn }: Spoken & { signedIn: SignedIn }) {
  const { person, client, signOut } = signedIn;
  const work = useMemo(() => new Work(client, person.id), [client]);
  const sound = useMemo(() => new OfferSound(work, chime), [work]);
  const outages = useMemo(() => keptOutages(person.id), [work]);
  const [state, setState] = useState(work.state);
  const { path } = useAddress();
  const view = useMemo(() => viewOf(path), [path]);
  useEffect(() => {
    const ends = [work.subscribe(() => setState(work.state)), sound.start(), followOutages(outages, work, person.id), work.start()];
    return () => {
      for (const end of ends) end();
    };
  }, [work]);
  useEffect(() => sound.show(view.name === "work" || view.name === "job"), [sound, view]);
  const open = unconfirmed(state.actions);
  useEffect(() => {
    document.title = open > 0 ? `(${open}) ${say("courier.title")}` : say("courier.title");
    void (open > 0 ? navigator.setAppBadge?.(open) : navigator.clearAppBadge?.())?.catch(() => undefined);
  }, [open]);

  const arrived = useRef(false);
  useEffect(() => {
    // Whoever goes from one view to another hears where they are.
    if (arrived.current) document.querySelector<HTMLElement>("#content h1")?.focus();
    arrived.current = true;
  }, [view]);

  const given = { work, state, view, sound, language, say };
  const spoken = { language, say };
  const working = view.name === "work" || view.name === "job"; // there duty and position stand below the next stop
  const link = !state.reachable ? "offline" : state.connected ? "live" : "connecting";
  const chip = <span class={`chip ${LINKS[link]}`} role="status">{say(`link.${link}`)}</span>;
  return (
    <Frame language={language} say={say} state={chip}>
      <main id="content" class="courier">
        {person.email_proof_needed && <Unproved client={client} role="transporter" person={person} ask={signedIn.ask} language={language} />}
        {view.name === "account" ? (
          <>
            <OwnAccount {...spoken} signedIn={signedIn} />
            <p><Link class="button" href={pathOf({ name: "work" })}>{say("back")}</Link></p>
          </>
        ) : state.lacks_profile ? (
          <>
            {!person.email_proof_needed && <LateProfile {...spoken} client={client} work={work} reachable={state.reachable} />}
            <Leaving {...spoken} state={state} person={person} signOut={signOut} />
          </>
        ) : view.name === "pickup" || view.name === "deliver" ? (
          <HandoverView key={path} {...given} kind={view.name} id={view.id} />
        ) : view.name === "attempt" ? (
          <AttemptView key={view.id} {...given} id={view.id} />
        ) : (
          <>
            {!working && <Strip {...given} />}
            {view.name === "queue" && <QueueView {...given} />}
            {view.name === "phone" && <PhoneView {...given} client={client} />}
            {view.name === "shifts" && <ShiftsView {...given} />}
            {view.name === "documents" && <LateDocuments {...spoken} client={client} work={work} reachable={state.reachable} />}
            {view.name === "earnings" && <LateEarnings {...spoken} client={client} work={work} reachable={state.reachable} />}
            {view.name === "ratings" && <LateRatings {...spoken} client={client} work={work} reachable={state.reachable} />}
            {view.name === "offers" && <OffersView {...given} client={client} outages={outages} />}
            {working && <WorkView {...given} person={person} signOut={signOut} />}
          </>
        )}
      </main>
    </Frame>
  );
}
