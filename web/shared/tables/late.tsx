// The room for tables, loaded once somebody opens it: who works on such a page every day seldom hands one in.
import { useMemo } from "preact/hooks";
import type { Address } from "../address.ts";
import type { Client } from "../client.ts";
import { Missing, useLate } from "../late.tsx";
import type { Language } from "../numbers.ts";
import type { Say } from "../words.ts";
import type { Kind } from "./tables.ts";

interface Given {
  client: Client;
  address: Address;
  language: Language;
  say: Say;
  /** What is said where it could not be loaded. */
  missing: string;
  kinds: readonly [Kind, ...Kind[]];
}

export function Tables({ missing, say, ...given }: Given) {
  const late = useLate(async () => {
    const [{ TableRoom }, { tableSpeaker }] = await Promise.all([import("./table_room.tsx"), import("./words.ts")]);
    return { TableRoom, speak: tableSpeaker };
  }, true);
  const { part } = late;
  const own = useMemo(() => part?.speak(given.language) ?? null, [part, given.language]);
  if (part !== null && own !== null) return <part.TableRoom {...given} say={own} />;
  return late.failures > 0 ? <Missing late={late} text={missing} say={say} /> : null;
}
