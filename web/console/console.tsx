import { mount } from "../shared/mount.tsx"; // first: what its style sheet says, the page's own may change
import "./console.css";
import { Client } from "../shared/client.ts";
import { browserPerson } from "../shared/session.ts";
import { SignInFirst } from "../shared/sign_in.tsx";
import { browserStore } from "../shared/stores.ts";
import { Rooms } from "./rooms.tsx";
import { words } from "./words.ts";

const anybody = new Client(browserStore("console"));

mount(words, ({ language, say }) => {
  document.title = say("console.title");
  return (
    <SignInFirst client={anybody} kept={browserPerson("console")} role={"admin"} demo="admin" title={say("console.title")} language={language} say={say}>
      {(signedIn) => <Rooms client={signedIn.client} signedIn={signedIn} language={language} say={say} />}
    </SignInFirst>
  );
});
