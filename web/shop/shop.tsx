import { mount } from "../shared/mount.tsx"; // first: what its style sheet says, the page's own may change
import "./shop.css";
import { ShoppingCart } from "lucide";
import type { ComponentChildren } from "preact";
import { type Address, changed, go, useAddress } from "../shared/address.ts";
import { Client } from "../shared/client.ts";
import { Frame } from "../shared/frame.tsx";
import { Icon } from "../shared/icon.tsx";
import { Link } from "../shared/link.tsx";
import type { Language } from "../shared/numbers.ts";
import { browserPerson } from "../shared/session.ts";
import { SignInFirst, type SignedIn } from "../shared/sign_in.tsx";
import { browserStore } from "../shared/stores.ts";
import { pieces } from "./basket.ts";
import { CartSheet } from "./cart_sheet.tsx";
import { Catalogue } from "./catalogue.tsx";
import { InvoicePage, LateCheckout, LateOrder, LatePurchases } from "./late_rooms.tsx";
import { useBasket } from "./keeping.ts";
import { AccountDoor, OwnAccount } from "../shared/account/late.tsx";
import { OrderList } from "./orders.tsx";
import { ProductSheet } from "./product_sheet.tsx";
import { KeptAddresses } from "./kept_addresses.tsx";
import { type Say, words } from "./speech.ts";

const anybody = new Client(browserStore("shop"));
const person = browserPerson("shop");

interface Given {
  language: Language;
  say: Say;
}

function Shop({ language, say }: Given) {
  const address = useAddress();
  const [, room = "", id = ""] = address.path.split("/").slice(1);
  if (room === "") return <Shelves address={address} language={language} say={say} />;
  return (
    <SignInFirst
      client={anybody}
      kept={person}
      role="customer"
      demo="customer"
      title={say(room === "checkout" ? "sign_in.to_order" : "shop.title")}
      language={language}
      say={say}
      otherwise={(onSignedIn, has) => <AccountDoor client={anybody} role="customer" has={has} language={language} onSignedIn={onSignedIn} />}
    >
      {(signedIn) => (
        <ShopFrame address={address} signedIn={signedIn} language={language} say={say}>
          {room === "checkout" && (
            <>
              <h1>{say("checkout")}</h1>
              <LateCheckout client={signedIn.client} person={signedIn.person} language={language} say={say} />
            </>
          )}
          {room === "orders" && id === "" && <OrderList client={signedIn.client} address={address} language={language} say={say} />}
          {room === "orders" && id !== "" && <LateOrder key={id} id={id} client={signedIn.client} address={address} language={language} say={say} />}
          {room === "purchases" && <LatePurchases client={signedIn.client} address={address} language={language} say={say} />}
          {room === "invoices" && <InvoicePage key={id} id={id} client={signedIn.client} language={language} say={say} />}
          {room === "settings" && (
            <OwnAccount signedIn={signedIn} language={language} say={say}>
              <KeptAddresses client={signedIn.client} language={language} say={say} />
            </OwnAccount>
          )}
          {!["checkout", "orders", "purchases", "invoices", "settings"].includes(room) && <p class="card">{say("nothing_here")} <Link href="/shop">{say("shop.back")}</Link></p>}
        </ShopFrame>
      )}
    </SignInFirst>
  );
}

/** What anybody may look at. */
function Shelves({ address, language, say }: Given & { address: Address }) {
  const product = address.query.get("product");
  const close = (): void => go(changed(address, { product: null, cart: null }));
  return (
    <ShopFrame address={address} language={language} say={say}>
      <h1>{say("shop.title")}</h1>
      <Catalogue client={anybody} address={address} language={language} say={say} />
      {product !== null && <ProductSheet id={product} client={anybody} language={language} say={say} onClose={close} />}
      {address.query.has("cart") && <CartSheet language={language} say={say} onClose={close} />}
    </ShopFrame>
  );
}

function ShopFrame({ address, signedIn, language, say, children }: Given & { address: Address; signedIn?: SignedIn; children: ComponentChildren }) {
  const count = pieces(useBasket());
  document.title = say("shop.title");
  const rooms = (
    <nav class="rooms" aria-label={say("shop.title")}>
      <Link href="/shop" current={address.path === "/shop"}>{say("shop.goods")}</Link>
      <Link href="/shop/orders" current={address.path === "/shop/orders"}>{say("orders")}</Link>
      <Link href={address.path === "/shop" ? changed(address, { cart: 1, product: null }) : "/shop?cart=1"} class="cart">
        <Icon of={ShoppingCart} />
        <span>{say("cart.count", { count })}</span>
      </Link>
    </nav>
  );
  return (
    <Frame language={language} say={say} state={rooms}>
      <main id="content" class="shop" tabIndex={-1}>
        {children}
        {signedIn !== undefined && (
          <p class="small quiet unprinted">
            {say("sign_in.as", { email: signedIn.person.email })}{" "}
            {address.path !== "/shop/settings" && <><Link class="button small" href="/shop/settings">{say("account")}</Link>{" "}</>}
            <button type="button" class="button small" onClick={() => void signedIn.signOut()}>{say("sign_out")}</button>
          </p>
        )}
      </main>
    </Frame>
  );
}

mount(words, ({ language, say }) => <Shop language={language} say={say} />);
