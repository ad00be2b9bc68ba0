import { mount } from "../shared/mount.tsx"; // first: what its style sheet says, the page's own may change
import "./seller.css";
import { useAddress } from "../shared/address.ts";
import { Client } from "../shared/client.ts";
import type { Language } from "../shared/numbers.ts";
import { browserPerson } from "../shared/session.ts";
import { SignInFirst } from "../shared/sign_in.tsx";
import { browserStore } from "../shared/stores.ts";
import { Workplace } from "../shared/workplace.tsx";
import { Figures } from "./figures.tsx";
import { ImportRoom } from "./import_room.tsx";
import { Products } from "./products.tsx";
import { ProofRoom } from "./proof_room.tsx";
import { Sales } from "./sales.tsx";
import { type Say, words } from "./speech.ts";
import { TrackingRoom } from "./tracking_room.tsx";

const client = new Client(browserStore("seller"));
const person = browserPerson("seller");

function Seller({ language, say }: { language: Language; say: Say }) {
  const address = useAddress();
  const [, room = "", extra] = address.path.split("/").slice(1);
  const given = { client, address, language, say };
  document.title = say("seller.title");
  return (
    <SignInFirst client={client} kept={person} role="seller" demo="seller" title={say("seller.title")} language={language} say={say}>
      {(signedIn) => (
        <Workplace
          title={say("seller.title")}
          rooms={[["/seller", say("sales")], ["/seller/products", say("products")], ["/seller/import", say("import")], ["/seller/figures", say("figures")], ["/seller/tracking", say("tracking")], ["/seller/proof", say("proof")]]}
          address={address}
          signedIn={signedIn}
          language={language}
          say={say}
        >
          {!signedIn.person.email_verified && <p class="card" role="status">{say("seller.unproved")}</p>}
          {room === "" && <Sales {...given} person={signedIn.person} />}
          {room === "products" && extra === undefined && <Products {...given} />}
          {room === "import" && extra === undefined && <ImportRoom client={client} language={language} say={say} />}
          {room === "figures" && extra === undefined && <Figures {...given} />}
          {room === "tracking" && extra === undefined && <TrackingRoom client={client} language={language} say={say} />}
          {room === "proof" && extra === undefined && <ProofRoom client={client} language={language} say={say} />}
          {(!["", "products", "import", "figures", "tracking", "proof"].includes(room) || extra !== undefined) && <p class="card">{say("nothing_here")}</p>}
        </Workplace>
      )}
    </SignInFirst>
  );
}

mount(words, ({ language, say }) => <Seller language={language} say={say} />);
