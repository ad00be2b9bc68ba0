import { Search } from "lucide";
import type { components } from "../shared/api.ts";
import { type Address, changed, go, readAddress } from "../shared/address.ts";
import { CATEGORIES, categoryChoices } from "../shared/categories.ts";
import type { Client } from "../shared/client.ts";
import { Icon } from "../shared/icon.tsx";
import { Link } from "../shared/link.tsx";
import { Loaded, useLoading } from "../shared/loading.tsx";
import { type Language, money } from "../shared/numbers.ts";
import { MOST_SEARCHED, searchText } from "../shared/search_text.ts";
import { useTyped } from "../shared/typed.ts";
import { type Product, quantityOf } from "./basket.ts";
import { keepBasket, keptBasket, useBasket } from "./keeping.ts";
import { withQuantity } from "./basket.ts";
import { ComingGoods } from "./coming.tsx";
import { Picture } from "./picture.tsx";
import { searched } from "./searching.ts";
import type { Say } from "./speech.ts";

type Categories = components["schemas"]["CategoriesAnswer"];
type Found = components["schemas"]["PageOfProductAnswer"];

const ON_A_PAGE = 24;

interface Given {
  client: Client;
  address: Address;
  language: Language;
  say: Say;
}

/** What can be bought: a grid, found by typing. */
export function Catalogue({ client, address, language, say }: Given) {
  const search = searchText(address.query.get("q") ?? "");
  const page = Math.max(1, Number(address.query.get("page")) || 1);
  const category = /^[1-9]\d{0,17}$/.exec(address.query.get("category") ?? "")?.[0] ?? "";
  const query = new URLSearchParams({ page: String(page), page_size: String(ON_A_PAGE), ...(search && { search }), ...(category && { category }) });
  const found = useLoading(() => client.call<Found>(`/api/v1/marketplace/products/?${query}`, { signed: false }), [search, page, category]);
  return (
    <>
      <div class="finding">
        <SearchBox search={search} say={say} />
        <CategoryChoice client={client} address={address} chosen={category} language={language} say={say} />
      </div>
      <Loaded of={found} language={language} say={say} skeleton={<ComingGoods />}>
        {({ results, count, next }) => (
          <>
            <p class="unseen" role="status">{say(count === 1 ? "catalogue.count.one" : "catalogue.count", { count })}</p>
            {results.length === 0 && (
              <p class="card">{search !== "" ? say("catalogue.none", { search }) : say(category === "" ? "catalogue.empty" : "category.empty")}</p>
            )}
            <ul class="goods">
              {results.map((product) => <Offer key={product.id} product={product} address={address} language={language} say={say} />)}
            </ul>
            {(page > 1 || next !== null) && (
              <nav class="actions" aria-label={say("pages")}>
                {page > 1 && <Link class="button" href={changed(address, { page: page === 2 ? null : page - 1 })}>{say("page.before")}</Link>}
                {next !== null && <Link class="button" href={changed(address, { page: page + 1 })}>{say("page.after")}</Link>}
              </nav>
            )}
          </>
        )}
      </Loaded>
    </>
  );
}

/** Kinds of goods, what is within one set in from it; nothing where the shop has none. It stands in the row of the search, so that nothing below moves when it comes. */
function CategoryChoice({ client, address, chosen, language, say }: Given & { chosen: string }) {
  const categories = useLoading(() => client.call<Categories>(CATEGORIES, { signed: false }), []);
  const all = categories.value?.results ?? [];
  if (all.length === 0) return null;
  return (
    <select class="kinds" name="category" aria-label={say("category")} value={chosen} onChange={(event) => go(changed(address, { category: event.currentTarget.value || null, page: null }))}>
      {[["", say("category.all")] as const, ...categoryChoices(all, language)].map(([id, name]) => <option key={id} value={id} selected={id === chosen}>{name}</option>)}
    </select>
  );
}

function SearchBox({ search, say }: { search: string; say: Say }) {
  const [typed, setTyped] = useTyped(search, (text) => go(searched(readAddress(location.href), text), { replace: true }));
  return (
    <div class="search">
      <Icon of={Search} />
      <input type="search" maxLength={MOST_SEARCHED} aria-label={say("search")} placeholder={say("search")} value={typed} onInput={(event) => setTyped(searchText(event.currentTarget.value))} />
    </div>
  );
}

function Offer({ product, address, language, say }: { product: Product; address: Address; language: Language; say: Say }) {
  const open = changed({ ...address, path: "/shop" }, { product: product.id });
  return (
    <li class="card offer">
      <Link href={open} class="what">
        <Picture product={product} />
        <span class="name">{product.name}</span>
      </Link>
      <p class="small quiet">{say("by", { seller: product.seller.name })}</p>
      <Price product={product} language={language} say={say} />
      <Quantity product={product} say={say} />
    </li>
  );
}

export function Price({ product, language, say }: { product: Product; language: Language; say: Say }) {
  return (
    <p class="number">
      <strong>{money(product.price, language)}</strong>
      {product.discounted_price !== null && (
        <>
          {" "}
          <span class="unseen">{say("price.before")}</span>
          <s class="quiet small">{money(product.listed_price, language)}</s>
        </>
      )}
    </p>
  );
}

/** Into the cart, and how many. */
export function Quantity({ product, say }: { product: Product; say: Say }) {
  const basket = useBasket();
  const count = quantityOf(basket, product.id);
  const set = (quantity: number): void =>
    keepBasket(withQuantity(keptBasket(), { product_id: product.id, name: product.name, price: product.price }, quantity));
  if (product.available === 0 && count === 0) return <p class="quiet">{say("sold_out")}</p>;
  if (count === 0) {
    return (
      <button type="button" class="button" onClick={() => set(1)}>
        {say("cart.add")}
        <span class="unseen">{product.name}</span>
      </button>
    );
  }
  return <Stepper name={product.name} count={count} most={product.available} set={set} say={say} />;
}

export function Stepper({ name, count, most, set, say }: { name: string; count: number; most: number | null; set: (count: number) => void; say: Say }) {
  return (
    <div class="stepper" role="group" aria-label={name}>
      <button type="button" class="button" aria-label={say("cart.less", { name })} onClick={() => set(count - 1)}>−</button>
      <span class="number" role="status">{say("count", { count })}</span>
      <button type="button" class="button" aria-label={say("cart.more", { name })} disabled={most !== null && count >= most} onClick={() => set(count + 1)}>+</button>
    </div>
  );
}
