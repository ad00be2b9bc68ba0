import { ORDERS, type Order } from "./arrivals.ts";
import { useLateDesk } from "./late/words.ts";

/** In which order those who could have a parcel stand, in sight of them: whom the page proposes and then by score, or by who is there first. */
export function OrderChoice({ order, onOrder }: { order: Order; onOrder: (order: Order) => void }) {
  const { say } = useLateDesk();
  return (
    <div class="orders small" role="group" aria-label={say("order")}>
      {ORDERS.map((one) => (
        <button key={one} type="button" class="filter" aria-pressed={order === one} onClick={() => onOrder(one)}>{say(`order.${one}`)}</button>
      ))}
    </div>
  );
}
