import { mount } from "../shared/mount.tsx"; // first: what its style sheet says, the page's own may change
import "./seller.css";
import { useAddress } from "../shared/address.ts";
import { Client } from "../shared/client.ts";
import type { Language } from "../shared/numbers.ts";
import { browserPerson } from "../shared/session.ts";
import { AccountDoor, Unproved } from "../shared/account/late.tsx";
import { SignInFirst } from "../shared/sign_in.tsx";
import { browserStore } from "../shared/stores.ts";
import { Tables } from "../shared/tables/late.tsx";
import { Workplace } from "../shared/workplace.tsx";
import { Figures, InvoiceRoom, LabelsRoom, ObjectionsRoom, Products, ProofRoom, Setbacks, TrackingRoom } from "./late_rooms.tsx";
import { Sales } from "./sales.tsx";
import { type Say, words } from "./speech.ts";

const anybody = new Client(browserStore("seller"));
const person = browserPerson("seller");

function Seller({ language, say }: { language: Language; say: Say }) {
  const address = useAddress();
  const [, room = "", extra, more] = address.path.split("/").slice(1);
  const isInvoice = room === "invoices" && extra !== undefined && more === undefined;
  const spoken = { language, say };
  document.title = say("seller.title");
  return (
    <SignInFirst client={anybody} kept={person} role="seller" demo="seller" title={say("seller.title")} language={language} say={say} otherwise={(onSignedIn, has) => <AccountDoor client={anybody} role="seller" has={has} language={language} onSignedIn={onSignedIn} />}>
      {(signedIn) => (
        <Workplace
          title={say("seller.title")}
          rooms={[["/seller", say("sales")], ["/seller/returns", say("setbacks")], ["/seller/objections", say("objections")], ["/seller/products", say("products")], ["/seller/import", say("import")], ["/seller/figures", say("figures")], ["/seller/tracking", say("tracking")], ["/seller/proof", say("proof")]]}
          address={address}
          signedIn={signedIn}
          language={language}
          say={say}
        >
          {signedIn.person.email_proof_needed && <Unproved client={signedIn.client} role="seller" person={signedIn.person} ask={signedIn.ask} language={language} />}
          {room === "" && <Sales {...spoken} client={signedIn.client} address={address} person={signedIn.person} />}
          {room === "returns" && extra === undefined && <Setbacks {...spoken} client={signedIn.client} address={address} />}
          {room === "objections" && extra === undefined && <ObjectionsRoom {...spoken} client={signedIn.client} address={address} />}
          {room === "products" && extra === undefined && <Products {...spoken} client={signedIn.client} person={signedIn.person} address={address} />}
          {room === "import" && extra === undefined && <Tables {...spoken} client={signedIn.client} address={address} missing={say("room.missing")} kinds={["products"]} />}
          {room === "figures" && extra === undefined && <Figures {...spoken} client={signedIn.client} address={address} />}
          {room === "labels" && extra === undefined && <LabelsRoom {...spoken} client={signedIn.client} address={address} />}
          {isInvoice && <InvoiceRoom key={extra} {...spoken} id={extra} client={signedIn.client} />}
          {room === "tracking" && extra === undefined && <TrackingRoom {...spoken} client={signedIn.client} />}
          {room === "proof" && extra === undefined && <ProofRoom {...spoken} client={signedIn.client} />}
          {!isInvoice && (!["", "returns", "objections", "products", "import", "figures", "labels", "tracking", "proof"].includes(room) || extra !== undefined) && <p class="card">{say("nothing_here")}</p>}
        </Workplace>
      )}
    </SignInFirst>
  );
}

mount(words, ({ language, say }) => <Seller language={language} say={say} />);
