import { type Language, money } from "../shared/numbers.ts";
import { Link } from "../shared/link.tsx";
import { SideSheet } from "../shared/side_sheet.tsx";
import { goods, withQuantity } from "./basket.ts";
import { Stepper } from "./catalogue.tsx";
import { keepBasket, keptBasket, useBasket } from "./keeping.ts";
import type { Say } from "./speech.ts";

/** What somebody means to buy, and the way to order it. */
export function CartSheet({ language, say, onClose }: { language: Language; say: Say; onClose: () => void }) {
  const basket = useBasket();
  return (
    <SideSheet title={say("cart")} onClose={onClose} say={say}>
      {basket.lines.length === 0 && <p>{say("cart.empty")}</p>}
      <ul class="lines">
        {basket.lines.map((line) => (
          <li key={line.product_id}>
            <div>
              <p>{line.name}</p>
              <p class="number quiet small">{money(line.price, language)}</p>
            </div>
            <Stepper name={line.name} count={line.quantity} most={null} set={(count) => keepBasket(withQuantity(keptBasket(), line, count))} say={say} />
            <p class="number">{money(Number(line.price) * line.quantity, language)}</p>
          </li>
        ))}
      </ul>
      {basket.lines.length > 0 && (
        <>
          <p class="sum"><span>{say("goods")}</span> <strong class="number">{money(goods(basket), language)}</strong></p>
          <p class="small quiet">{say("cart.then")}</p>
          <Link class="button first" href="/shop/checkout">{say("cart.order")}</Link>
        </>
      )}
    </SideSheet>
  );
}
