// In which order the list stands, as whoever works here chose it last; kept in this browser.
const NAME = "dispatch.console.order";

/** `pressing`: by the time that is left; `oldest` and `newest`: by how long it has waited; `due`: by when it was asked for. */
export const LIST_ORDERS = ["pressing", "oldest", "newest", "due"] as const;
export type ListOrder = (typeof LIST_ORDERS)[number];
export const USUAL_ORDER: ListOrder = "pressing";

export function isListOrder(text: string | null): text is ListOrder {
  return LIST_ORDERS.some((one) => one === text);
}

/** For a key that goes through them. */
export function orderAfter(order: ListOrder): ListOrder {
  return LIST_ORDERS[(LIST_ORDERS.indexOf(order) + 1) % LIST_ORDERS.length] ?? USUAL_ORDER;
}

export class KeptOrder {
  #order: ListOrder = USUAL_ORDER;

  constructor(private readonly storage: () => Pick<Storage, "getItem" | "setItem">) {
    try {
      const kept = storage().getItem(NAME);
      if (isListOrder(kept)) this.#order = kept;
    } catch {
      // It is as it is for whoever never chose.
    }
  }

  get order(): ListOrder {
    return this.#order;
  }

  keep(order: ListOrder): void {
    this.#order = order;
    try {
      this.storage().setItem(NAME, order);
    } catch {
      // It holds as long as the page is open.
    }
  }
}
