// What is loaded once somebody asks for it: most who buy look at no invoice.
import type { Client } from "../shared/client.ts";
import { Missing, useLate } from "../shared/late.tsx";
import type { Language } from "../shared/numbers.ts";
import type { Say } from "./speech.ts";

export function InvoicePage(given: { id: string; client: Client; language: Language; say: Say }) {
  const late = useLate(async () => (await import("./invoice.tsx")).InvoicePage, true);
  if (late.part !== null) return <late.part {...given} />;
  return late.failures > 0 ? <Missing late={late} text={given.say("invoice.missing")} say={given.say} /> : null;
}
