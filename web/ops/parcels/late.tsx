// What an admin does with a parcel of an order, loaded once somebody unfolds it.
import { useState } from "preact/hooks";
import { Missing, useLate } from "../../shared/late.tsx";
import type { Given } from "../given.ts";

export function EndOf({ id, client, language, say, onDone }: { id: number; onDone: () => void } & Pick<Given, "client" | "language" | "say">) {
  const [open, setOpen] = useState(false);
  const late = useLate(() => import("./parcel_end.tsx"), open);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{say("order.parcel_end")}</summary>
      {open && late.part !== null && <late.part.ParcelEnd id={id} client={client} language={language} onDone={onDone} />}
      {late.failures > 0 && late.part === null && <Missing late={late} text={say("room.missing")} say={say} />}
    </details>
  );
}
