import { mount } from "../shared/mount.tsx"; // first: what its style sheet says, the page's own may change
import "./ops.css";
import { useAddress } from "../shared/address.ts";
import { Client } from "../shared/client.ts";
import type { Language } from "../shared/numbers.ts";
import { browserPerson } from "../shared/session.ts";
import { SignInFirst } from "../shared/sign_in.tsx";
import { browserStore } from "../shared/stores.ts";
import { Workplace } from "../shared/workplace.tsx";
import { CategoryRoom } from "./categories/late.tsx";
import { Documents } from "./documents/late.tsx";
import { ApiKeys, Audit, DeadLetters, HeldPayments, OrderRoom, RefundList, Reviews, Transporters, Users, Webhooks } from "./late_rooms.tsx";
import { Overview } from "./overview.tsx";
import { Search } from "./search.tsx";
import { TablesRoom } from "./tables/tables_room.tsx";
import { deliveryPath, orderPath } from "./told.ts";
import { Deliveries, DeliveryPage, Orders } from "./trade/late.tsx";
import { type Say, words } from "./speech.ts";

const anybody = new Client(browserStore("ops"));
const person = browserPerson("ops");

const ROOMS = [
  ["/ops", "overview", Overview],
  ["/ops/search", "search.title", Search],
  ["/ops/deliveries", "deliveries.room", Deliveries],
  ["/ops/orders", "orders.room", Orders],
  ["/ops/dead-letters", "dead", DeadLetters],
  ["/ops/held", "held", HeldPayments],
  ["/ops/refunds", "refunds", RefundList],
  ["/ops/reviews", "reviews", Reviews],
  ["/ops/transporters", "transporters", Transporters],
  ["/ops/documents", "documents", Documents],
  ["/ops/categories", "categories.room", CategoryRoom],
  ["/ops/tables", "tables", TablesRoom],
  ["/ops/users", "users", Users],
  ["/ops/webhooks", "webhooks", Webhooks],
  ["/ops/keys", "keys", ApiKeys],
  ["/ops/audit", "audit", Audit],
] as const;

/** Of which each has a room of its own, below the list of all. */
const ONE = [
  [orderPath(""), OrderRoom],
  [deliveryPath(""), DeliveryPage],
] as const;

function Operations({ language, say }: { language: Language; say: Say }) {
  const address = useAddress();
  const Room = ONE.find(([under]) => address.path.startsWith(under))?.[1] ?? ROOMS.find(([href]) => href === address.path)?.[2];
  const named = ROOMS.find(([href]) => href === address.path)?.[1];
  document.title = named === undefined || named === "overview" ? say("ops.title") : `${say(named)} · ${say("ops.title")}`;
  return (
    <SignInFirst client={anybody} kept={person} role="admin" demo="admin" title={say("ops.title")} language={language} say={say}>
      {(signedIn) => (
        <Workplace title={say("ops.title")} rooms={ROOMS.map(([href, name]) => [href, say(name)])} beside={["/console", say("console")]} address={address} signedIn={signedIn} language={language} say={say}>
          {Room === undefined ? <p class="card">{say("nothing_here")}</p> : <Room key={address.path} client={signedIn.client} address={address} language={language} say={say} />}
        </Workplace>
      )}
    </SignInFirst>
  );
}

mount(words, ({ language, say }) => <Operations language={language} say={say} />);
