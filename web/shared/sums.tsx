import "./sums.css";
import { type Language, money } from "./numbers.ts";
import type { Say as SayAll } from "./words.ts";

type Say = SayAll<"goods" | "tax" | "shipping" | "total">;

interface Parts {
  subtotal: string | number;
  tax_amount: string | number;
  shipping_cost: string | number;
  total_to_pay: string | number;
}

/** What is paid, with its parts. */
export function Sums({ sums, language, say }: { sums: Parts; language: Language; say: Say }) {
  return (
    <dl class="sums">
      <dt>{say("goods")}</dt>
      <dd class="number">{money(sums.subtotal, language)}</dd>
      <dt>{say("tax")}</dt>
      <dd class="number">{money(sums.tax_amount, language)}</dd>
      <dt>{say("shipping")}</dt>
      <dd class="number">{money(sums.shipping_cost, language)}</dd>
      <dt><strong>{say("total")}</strong></dt>
      <dd class="number"><strong>{money(sums.total_to_pay, language)}</strong></dd>
    </dl>
  );
}
