import { useRef, useState } from "preact/hooks";
import { useActing } from "../shared/acting.ts";
import { type Address, changed } from "../shared/address.ts";
import type { components } from "../shared/api.ts";
import { CATEGORIES, type Category, categoryChoices } from "../shared/categories.ts";
import { type Client, Refused } from "../shared/client.ts";
import { useDraft } from "../shared/drafts.ts";
import { Check, Field } from "../shared/field.tsx";
import { Link } from "../shared/link.tsx";
import { Listing } from "../shared/listing.tsx";
import { Loaded, useLoading } from "../shared/loading.tsx";
import { Mark } from "../shared/mark.tsx";
import { type Language, money } from "../shared/numbers.ts";
import type { Person } from "../shared/session.ts";
import { SideSheet } from "../shared/side_sheet.tsx";
import { PictureField } from "./picture_field.tsx";
import { type Edits, type ProductForm, beforeEdits, changesBetween, edited, editsOf, formOf, productOf, withEdits } from "./product_form.ts";
import type { Say } from "./speech.ts";
import { Stock } from "./stock.tsx";

type Product = components["schemas"]["ProductAnswer"];
const PATH = "/api/v1/marketplace/products/";

interface Given {
  client: Client;
  person: Person;
  address: Address;
  language: Language;
  say: Say;
}

/** What one sells: a list, a new one, and changes of each. */
export function Products({ client, person, address, language, say }: Given) {
  return (
    <>
      <h1>{say("products")}</h1>
      <Listing<Product>
        client={client}
        path={`${PATH}mine/`}
        address={address}
        caption={say("products")}
        empty={say("products.empty")}
        search="search"
        filters={[{ name: "is_active", label: say("product.active"), choices: [["true", say("product.on_sale")], ["false", say("product.off_sale")]] }]}
        idOf={(product) => product.id}
        actions={<Link class="button first" href={changed(address, { open: "new" })}>{say("product.new")}</Link>}
        columns={[
          { key: "name", title: say("product"), value: (product) => product.name },
          { key: "price", title: say("product.price"), value: (product) => Number(product.price), cell: (product) => money(product.price, language), end: true },
          { key: "available", title: say("product.available"), value: (product) => product.available, cell: (product) => say("count", { count: product.available }), end: true },
          { key: "stock", title: say("product.stock"), value: (product) => product.stock, cell: (product) => say("count", { count: product.stock }), end: true },
          {
            key: "active",
            title: say("product.active"),
            value: (product) => Number(product.is_active),
            cell: (product) => <Mark as={product.is_active ? "done" : "stale"}>{say(product.is_active ? "product.on_sale" : "product.off_sale")}</Mark>,
          },
        ]}
        sheet={(id, row, loading, close) =>
          id === "new" || row !== null ? (
            <ProductSheet key={id} client={client} person={person} product={row} language={language} say={say} onChanged={loading.reload} onClose={close} onSaved={() => loading.reload().then(close)} />
          ) : (
            loading.value !== null && <ProductElsewhere key={id} id={id} client={client} person={person} language={language} say={say} onChanged={loading.reload} onClose={close} onSaved={() => loading.reload().then(close)} />
          )
        }
        language={language}
        say={say}
      />
    </>
  );
}

interface CategoryGiven extends Omit<Given, "address" | "person"> {
  value: string;
  onValue: (value: string) => void;
  problem: string | undefined;
}

/** The kind of goods, by which buyers find it; nothing where the shop has none. */
function CategoryField({ client, value, onValue, problem, language, say }: CategoryGiven) {
  const categories = useLoading(() => client.call<{ results: Category[] }>(CATEGORIES, { signed: false }), []);
  const all = categories.value?.results ?? [];
  if (all.length === 0 && value === "") return null;
  const known = value === "" || all.some((one) => String(one.id) === value);
  return (
    <Field
      label={say("product.category")}
      name="category_id"
      value={value}
      onValue={onValue}
      problem={problem}
      choices={[["", say("product.category.none")], ...(known ? [] : [[value, say("product.category.retired")] as const]), ...categoryChoices(all, language)]}
    />
  );
}

interface Wanted {
  form: ProductForm;
  before: ProductForm;
  images: readonly string[];
  picked: string | null;
}

interface SheetGiven {
  client: Client;
  person: Person;
  product: Product | null;
  language: Language;
  say: Say;
  onChanged: () => Promise<void>;
  onClose: () => void;
  onSaved: () => Promise<void>;
}

/** One that is on another page of the list, or was left out of it: a link from elsewhere leads to it all the same. */
function ProductElsewhere({ id, onChanged, ...given }: Omit<SheetGiven, "product"> & { id: string }) {
  const { client, person, language, say, onClose } = given;
  const product = useLoading(() => client.call<Product>(`${PATH}${encodeURIComponent(id)}/`), [id]);
  const own = product.value?.seller.id === person.id ? product.value : null;
  if (own !== null) return <ProductSheet {...given} product={own} onChanged={async () => void (await Promise.all([product.reload(), onChanged()]))} />;
  return <SideSheet title={say("product")} onClose={onClose} say={say}><Loaded of={product} language={language} say={say}>{() => <p>{say("nothing_here")}</p>}</Loaded></SideSheet>;
}

function ProductSheet({ client, person, product, language, say, onChanged, onClose, onSaved }: SheetGiven) {
  // Kept is what was changed and no whole form: the product goes on being sold, and the rest of it is shown as it is now.
  const { form: kept, change: keep, drop } = useDraft(`seller.product.${product?.id ?? "new"}`, { edits: "{}" });
  const edits = editsOf(kept.edits);
  const form = withEdits(formOf(product), edits);
  const keepEdits = (next: Edits): void => keep({ edits: JSON.stringify(next) });
  const change = (typed: Partial<ProductForm>): void => keepEdits(edited(form, edits, typed));
  const [had] = useState(() => product?.images.map(({ image }) => image) ?? []);
  const [images, setImages] = useState(had);
  const [picked, setPicked] = useState<string | null>(null);
  const [picking, setPicking] = useState(false);
  // What was taken before a picture was refused is there already: the next try changes what was typed since.
  const made = useRef<number | null>(product?.id ?? null);
  const written = useRef<ProductForm | null>(null);
  /** It was sold meanwhile: the form shows how many there are now, and the rest that was typed stays. */
  const notOverwritten = async (problem: unknown): Promise<void> => {
    if (problem instanceof Refused && problem.code === "stock_changed") {
      const { stock: _, ...others } = edits;
      keepEdits(others);
      written.current = null;
      await onChanged();
    }
    throw problem;
  };
  const save = useActing<Wanted>(say, async ({ form: typed, before, images: shown, picked: fresh }, key) => {
    if (made.current === null) {
      const answer = await client.call<Product>(PATH, { method: "POST", body: productOf(typed, true), idempotencyKey: key });
      made.current = answer.id;
    } else {
      const changes = { ...changesBetween(written.current ?? before, typed), ...(shown.length !== had.length && { images: shown }) };
      if (Object.keys(changes).length > 0) await client.call(`${PATH}${made.current}/`, { method: "PATCH", body: changes }).catch(notOverwritten);
    }
    written.current = typed;
    if (fresh !== null) {
      const body = { image: fresh };
      await client.call(`${PATH}${made.current}/images/`, { method: "POST", body, idempotencyKey: `${key}-picture` });
    }
    drop();
    await onSaved();
  });
  return (
    <SideSheet title={product?.name ?? say("product.new")} onClose={onClose} say={say}>
      <form
        class="fields"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void save.start({ form, before: beforeEdits(formOf(product), edits), images, picked });
        }}
      >
        <Field label={say("product.name")} name="name" value={form.name} onValue={(name) => change({ name })} problem={save.fields["name"]} />
        <div class="pair">
          <Field label={say("product.listed_price")} name="listed_price" value={form.listed_price} onValue={(listed_price) => change({ listed_price })} problem={save.fields["listed_price"]} more={{ inputMode: "decimal" }} />
          <Field label={say("product.discounted_price")} name="discounted_price" value={form.discounted_price} onValue={(discounted_price) => change({ discounted_price })} problem={save.fields["discounted_price"]} help={say("optional")} more={{ inputMode: "decimal" }} />
        </div>
        <div class="pair">
          <Field label={say("product.stock")} name="stock" value={form.stock} onValue={(stock) => change({ stock })} problem={save.fields["stock"]} more={{ inputMode: "numeric" }} />
          <Field label={say("product.weight")} name="weight_kg" value={form.weight_kg} onValue={(weight_kg) => change({ weight_kg })} problem={save.fields["weight_kg"]} help={say("product.weight.help")} more={{ inputMode: "decimal" }} />
        </div>
        <div class="pair">
          <Field
            label={say("product.tax")}
            name="tax_class"
            value={form.tax_class}
            onValue={(tax_class) => change({ tax_class })}
            choices={[["standard", say("product.tax.standard")], ["exempt", say("product.tax.exempt")]]}
          />
          <CategoryField client={client} value={form.category_id} onValue={(category_id) => change({ category_id })} problem={save.fields["category_id"]} language={language} say={say} />
        </div>
        <Field label={say("product.description")} name="description" lines={4} value={form.description} onValue={(description) => change({ description })} problem={save.fields["description"]} help={say("optional")} />
        <PictureField images={images} onImages={setImages} picked={picked} onPick={setPicked} onWork={setPicking} problem={save.fields["image"]} say={say} />
        {product !== null && <Check label={say("product.on_sale")} checked={form.is_active === "yes"} onValue={(on) => change({ is_active: on ? "yes" : "no" })} />}
        <p class="problem" role="alert">{save.problem}</p>
        <button class="button first" disabled={save.pending || picking}>{say(product === null ? "product.put_on_sale" : "save")}</button>
      </form>
      {product !== null && <Stock client={client} productId={product.id} person={person} language={language} say={say} onChanged={onChanged} />}
    </SideSheet>
  );
}
