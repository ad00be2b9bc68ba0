import { ORDERS, type Order } from "./arrivals.ts";
import { useLateDesk } from "./late/words.ts";

/** In which order those who could have a parcel stand, in sight of them. `proposed`: whom the page would choose stands before the score. */
export function OrderChoice({ order, onOrder, proposed = false }: { order: Order; onOrder: (order: Order) => void; proposed?: boolean }) {
  const { say } = useLateDesk();
  return (
    <div class="orders small" role="group" aria-label={say("order")}>
      {ORDERS.map((one) => (
        <button key={one} type="button" class="filter" aria-pressed={order === one} onClick={() => onOrder(one)}>{say(proposed && one === "score" ? "order.best" : `order.${one}`)}</button>
      ))}
    </div>
  );
}
