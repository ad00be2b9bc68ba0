// What is loaded once somebody asks for it: most who look at goods order none, and most who buy look at no invoice.
import type { Address } from "../shared/address.ts";
import type { Client } from "../shared/client.ts";
import { Missing, useLate } from "../shared/late.tsx";
import type { Language } from "../shared/numbers.ts";
import type { Person } from "../shared/session.ts";
import type { Say } from "./speech.ts";

export function InvoicePage(given: { id: string; client: Client; language: Language; say: Say }) {
  const late = useLate(async () => (await import("./invoice.tsx")).InvoicePage, true);
  if (late.part !== null) return <late.part {...given} />;
  return late.failures > 0 ? <Missing late={late} text={given.say("invoice.missing")} say={given.say} /> : null;
}

export function LateCheckout(given: { client: Client; person: Person; language: Language; say: Say }) {
  const late = useLate(async () => (await import("./checkout.tsx")).Checkout, true);
  if (late.part !== null) return <late.part {...given} />;
  return late.failures > 0 ? <Missing late={late} text={given.say("checkout.missing")} say={given.say} /> : <p class="quiet" role="status">{given.say("loading")}</p>;
}

export function LateOrder(given: { id: string; client: Client; address: Address; language: Language; say: Say }) {
  const late = useLate(async () => (await import("./order.tsx")).OrderPage, true);
  if (late.part !== null) return <late.part {...given} />;
  return late.failures > 0 ? <Missing late={late} text={given.say("order.missing")} say={given.say} /> : <p class="quiet" role="status">{given.say("loading")}</p>;
}

export function LatePurchases(given: { client: Client; address: Address; language: Language; say: Say }) {
  const late = useLate(async () => (await import("./purchases/purchases.tsx")).PurchasesRoom, true);
  if (late.part !== null) return <late.part {...given} />;
  return late.failures > 0 ? <Missing late={late} text={given.say("purchases.missing")} say={given.say} /> : <p class="quiet" role="status">{given.say("loading")}</p>;
}
