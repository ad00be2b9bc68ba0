import { useEffect, useState } from "preact/hooks";
import { mount } from "../shared/mount.tsx"; // first: what its style sheet says, the page's own may change
import "./home.css";
import { elsewhere } from "../shared/address.ts";
import { Client } from "../shared/client.ts";
import { type Account, type Demo, followDemo } from "../shared/demo.ts";
import { Frame } from "../shared/frame.tsx";
import type { Language } from "../shared/numbers.ts";
import { problemOf } from "../shared/problems.ts";
import { browserStore } from "../shared/stores.ts";
import { City } from "./city.tsx";
import { type HomeKey as Key, type HomeSay as Say, words } from "./words.ts";

declare const BUILT_PAGES: readonly string[];

// Who comes, under which name of the demo's accounts, and the page that is theirs.
const PEOPLE: readonly { account: string; page: string; name: Key; what: Key; open: Key }[] = [
  { account: "customer", page: "shop", name: "home.customer", what: "home.customer.what", open: "home.open.shop" },
  { account: "transporter", page: "courier", name: "home.transporter", what: "home.transporter.what", open: "home.open.courier" },
  { account: "admin", page: "console", name: "home.dispatcher", what: "home.dispatcher.what", open: "home.open.console" },
  { account: "seller", page: "seller", name: "home.seller", what: "home.seller.what", open: "home.open.seller" },
  { account: "admin", page: "ops", name: "home.admin", what: "home.admin.what", open: "home.open.ops" },
];
const NUMBER = /^[A-Za-z0-9]+$/;
const SHOWN_PARCELS = 3;

function Home({ language, say }: { language: Language; say: Say }) {
  const [demo, setDemo] = useState<Demo | null>(null);
  useEffect(() => followDemo(setDemo), []);
  const dispatcher = demo?.accounts["admin"];
  return (
    <Frame language={language} say={say}>
      <main class="home" id="content">
        <h1>{say("home.lead")}</h1>
        <Follow say={say} />
        <section class="people" aria-labelledby="people">
          <h2 id="people">{say("home.people")}</h2>
          {demo !== null && <p class="quiet" role="status">{say(demo.filling ? (dispatcher === undefined ? "demo.filling.log_ins" : "home.filling") : "home.demo")}</p>}
          <ul class="doors">
            {PEOPLE.filter((person) => BUILT_PAGES.includes(person.page)).map((person) => (
              <Door key={person.page} {...person} account={demo?.accounts[person.account]} say={say} />
            ))}
          </ul>
          {dispatcher !== undefined && demo !== null && <LogIns accounts={Object.values(demo.accounts)} say={say} />}
          <p><a class="line" href="/schema">{say("home.open.api")}</a></p>
        </section>
        {dispatcher !== undefined && <City dispatcher={dispatcher} language={language} say={say} />}
        {demo !== null && demo.tracking_numbers.length > 0 && (
          <section class="parcels" aria-labelledby="parcels">
            <h2 id="parcels">{say("home.on_the_way")}</h2>
            <ul>
              {demo.tracking_numbers.slice(0, SHOWN_PARCELS).map((number) => (
                <li key={number}><a class="number" href={elsewhere(`/t/${number}`)}>{number}</a></li>
              ))}
            </ul>
          </section>
        )}
      </main>
    </Frame>
  );
}

function Follow({ say }: { say: Say }) {
  const [wrong, setWrong] = useState(false);
  return (
    <form
      class="follow"
      novalidate
      onSubmit={(event) => {
        event.preventDefault();
        const field = event.currentTarget.elements.namedItem("number") as HTMLInputElement;
        const number = field.value.replaceAll(/\s/g, "").toUpperCase();
        if (NUMBER.test(number)) location.assign(elsewhere(`/t/${number}`));
        else {
          setWrong(true);
          field.focus();
        }
      }}
    >
      <label for="number">{say("home.follow")}</label>
      <div class="line">
        <input id="number" name="number" autocomplete="off" autocapitalize="characters" spellcheck={false} aria-invalid={wrong} aria-describedby="number-help" />
        <button class="button first">{say("home.follow.go")}</button>
      </div>
      <p id="number-help" class={`small ${wrong ? "problem" : "quiet"}`} role={wrong ? "alert" : undefined}>
        {say(wrong ? "home.follow.wrong" : "home.follow.help")}
      </p>
    </form>
  );
}

/** The way to a page; in a demo its person is signed in there by the same click. */
function Door(given: { page: string; name: Key; what: Key; open: Key; account: Account | undefined; say: Say }) {
  const { page, account, say } = given;
  const [problem, setProblem] = useState("");
  const [opening, setOpening] = useState(false);
  const enter = async ({ email, password }: Account): Promise<void> => {
    if (opening) return;
    setOpening(true);
    setProblem("");
    try {
      await new Client(browserStore(page)).signIn(email, password);
      location.assign(elsewhere(`/${page}`)); // it says so until the page is another one
    } catch (error) {
      setProblem(problemOf(error, say));
      setOpening(false);
    }
  };
  // A browser that goes back may show this page as it was left.
  useEffect(() => {
    const back = (): void => setOpening(false);
    addEventListener("pageshow", back);
    return () => removeEventListener("pageshow", back);
  }, []);
  return (
    <li class="card">
      <div>
        <h3>{say(given.name)}</h3>
        <p class="quiet">{say(given.what)}</p>
      </div>
      {account === undefined ? (
        <a class="button first" href={elsewhere(`/${page}`)}>{say(given.open)}</a>
      ) : (
        <button type="button" class="button first" aria-disabled={opening} onClick={() => void enter(account)}>{opening ? say("home.opening") : say("home.open_as", { name: say(given.name) })}</button>
      )}
      {problem !== "" && <p class="problem" role="alert">{problem}</p>}
    </li>
  );
}

/** For whoever signs in by hand, or as one person in two browsers. */
function LogIns({ accounts, say }: { accounts: readonly Account[]; say: Say }) {
  return (
    <details class="logins">
      <summary>{say("home.logins")}</summary>
      <ul>
        {accounts.map((account) => <LogIn key={account.email} account={account} say={say} />)}
      </ul>
    </details>
  );
}

function LogIn({ account, say }: { account: Account; say: Say }) {
  const [copied, setCopied] = useState(false);
  const copy = (): void => void navigator.clipboard.writeText(`${account.email} ${account.password}`).then(() => setCopied(true), () => setCopied(false));
  return (
    <li class="login">
      <p class="number small">{account.email}<br />{account.password}</p>
      <button type="button" class="button" onClick={copy}>
        <span role="status">{say(copied ? "home.copied" : "home.copy")}</span>
      </button>
    </li>
  );
}

mount(words, ({ language, say }) => {
  document.title = say("home.title");
  return <Home language={language} say={say} />;
});
