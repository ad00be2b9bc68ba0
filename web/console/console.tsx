import { mount } from "../shared/mount.tsx"; // first: what its style sheet says, the page's own may change
import { Client } from "../shared/client.ts";
import { Frame } from "../shared/frame.tsx";
import { browserPerson } from "../shared/session.ts";
import { SignInFirst } from "../shared/sign_in.tsx";
import { browserStore } from "../shared/stores.ts";
import words from "./words.json";

const client = new Client(browserStore("console"));

mount(words, ({ language, say }) => {
  document.title = say("console.title");
  return (
    <SignInFirst client={client} kept={browserPerson("console")} role={"admin"} demo="admin" title={say("console.title")} language={language} say={say}>
      {({ person, signOut }) => (
        <Frame language={language} say={say}>
          <main id="content">
            <h1>{say("console.title")}</h1>
            <p>{say("sign_in.as", { email: person.email })}</p>
            <button type="button" class="button" onClick={() => void signOut()}>{say("sign_out")}</button>
          </main>
        </Frame>
      )}
    </SignInFirst>
  );
});
