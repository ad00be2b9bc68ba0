import type { Client } from "../shared/client.ts";
import { Loaded, useLoading } from "../shared/loading.tsx";
import { type Language, kilos } from "../shared/numbers.ts";
import { SideSheet } from "../shared/side_sheet.tsx";
import type { Product } from "./basket.ts";
import { Price, Quantity } from "./catalogue.tsx";
import { Picture } from "./picture.tsx";
import type { Say } from "./speech.ts";

/** One product, beside the catalogue. */
export function ProductSheet(given: { id: string; client: Client; language: Language; say: Say; onClose: () => void }) {
  const { id, client, language, say } = given;
  const product = useLoading(() => client.call<Product>(`/api/v1/marketplace/products/${encodeURIComponent(id)}/`, { signed: false }), [id]);
  return (
    <SideSheet title={product.value?.name ?? say("product")} onClose={given.onClose} say={say}>
      <Loaded of={product} language={language} say={say}>
        {(one) => (
          <div class="fields">
            <Picture product={one} />
            <p class="quiet">{say("by", { seller: one.seller.name })}</p>
            {one.description !== "" && <p class="written">{one.description}</p>}
            <Price product={one} language={language} say={say} />
            <p class="small quiet">
              {one.available > 0 ? say("available", { count: one.available }) : say("sold_out")}
              {" · "}
              {say(one.tax_class === "standard" ? "tax.added" : "tax.none")}
              {one.weight_kg !== null && ` · ${say("weighs", { kg: kilos(one.weight_kg) })}`}
            </p>
            <Quantity product={one} say={say} />
          </div>
        )}
      </Loaded>
    </SideSheet>
  );
}
