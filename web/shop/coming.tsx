// What stands where goods and orders come, in their own shape, so that nothing moves when they do.

const GOODS = 12;
const ORDERS = 4;
const NOTHING = "\u00a0";

/** As `Offer` of the catalogue: a picture, a name, whose it is, its price and a button. */
export function ComingGoods() {
  return (
    <ul class="goods" aria-hidden="true">
      {Array.from({ length: GOODS }, (_, at) => (
        <li key={at} class="card offer">
          <span class="what"><span class="picture blank" /><span class="name blank">{NOTHING}</span></span>
          <p class="small"><span class="blank line">{NOTHING}</span></p>
          <p class="number"><span class="blank line">{NOTHING}</span></p>
          <span class="button blank" />
        </li>
      ))}
    </ul>
  );
}

export function ComingOrders() {
  return <ul class="orders coming-orders" aria-hidden="true">{Array.from({ length: ORDERS }, (_, at) => <li key={at} class="card"><span class="blank line">{NOTHING}</span></li>)}</ul>;
}
