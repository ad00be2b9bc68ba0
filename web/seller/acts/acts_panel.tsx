// A seller calls off, holds, or has brought back what does not go as it should; what follows is said before.
import type { RefObject } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useActing } from "../../shared/acting.ts";
import type { components } from "../../shared/api.ts";
import type { Client } from "../../shared/client.ts";
import { Field } from "../../shared/field.tsx";
import { useLoading } from "../../shared/loading.tsx";
import type { Language } from "../../shared/numbers.ts";
import { clock } from "../../shared/times.ts";
import { speaker } from "../../shared/words.ts";
import { type Act, LASTS, type Lasts, type Parcel, actsOf, heldByOthers, requestOf, untilOf } from "./acts.ts";
import own from "./words.json";

type Sale = components["schemas"]["SaleDetails"];

interface Given {
  sale: Sale;
  client: Client;
  language: Language;
  onDone: () => Promise<void>;
}

export function ActsPanel({ sale, client, language, onDone }: Given) {
  const say = useMemo(() => speaker(language, own), [language]);
  const [asked, setAsked] = useState<Act | null>(null);
  const [done, setDone] = useState<Act | null>(null);
  const box = useFocusKept(asked, done);
  const has_parcel = sale.delivery_id !== null;
  const parcel = useLoading(async () => (has_parcel ? await client.call<Parcel>(`/api/deliveries/${sale.delivery_id}/`) : null), [sale.delivery_id, sale.delivery_status, done]);
  // What may be done with a parcel is offered once it has said how it stands, or cannot be asked.
  const is_known = !has_parcel || parcel.value !== null || parcel.problem !== null;
  const acts = is_known ? actsOf(sale, parcel.value) : [];
  const finish = async (act: Act): Promise<void> => {
    setDone(act);
    setAsked((now) => (now === act ? null : now)); // another may have been asked for meanwhile
    await onDone();
  };
  return (
    <div class="fields" ref={box}>
      <p role="status" tabIndex={-1}>{done === null ? "" : say(`act.done.${done}`)}</p>
      {sale.delivery_status === "available" && heldByOthers(parcel.value) && <p class="quiet">{say("act.held")}</p>}
      {sale.delivery_status === "available" && parcel.value?.on_hold != null && <p data-of="hold">{waitsWords(parcel.value.on_hold, language, say)}</p>}
      {is_known && acts.length === 0 && done === null && <p class="quiet">{say("act.none")}</p>}
      {asked === null ? (
        <div class="actions">
          {acts.map((act) => <button key={act} type="button" class="button" value={act} onClick={() => setAsked(act)}>{say(`act.${act}`)}</button>)}
        </div>
      ) : <ActForm act={asked} sale={sale} client={client} say={say} onDone={finish} onBack={() => setAsked(null)} />}
    </div>
  );
}

/** Until when it waits by itself, if it does. */
function waitsWords({ until }: NonNullable<Parcel["on_hold"]>, language: Language, say: Asked["say"]): string {
  return until === null ? say("act.waits") : say("act.waits.until", { at: clock(Date.parse(until), Date.now(), language) });
}

interface Asked extends Pick<Given, "sale" | "client"> {
  act: Act;
  say: ReturnType<typeof speaker<typeof own>>;
  onDone: (act: Act) => Promise<void>;
  onBack: () => void;
}

/** What follows, and why it is done. */
function ActForm({ act, sale, client, say, onDone, onBack }: Asked) {
  const [reason, setReason] = useState("");
  const [lasts, setLasts] = useState<Lasts>("open");
  const [typed, setTyped] = useState("");
  const acting = useActing<{ act: Act } & ReturnType<typeof requestOf>>(say, async ({ act, path, body }, key) => {
    await client.call<unknown>(path, { method: "POST", body, idempotencyKey: key });
    await onDone(act);
  });
  return (
    <form
      class="fields"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void acting.start({ act, ...requestOf(act, sale, reason.trim(), untilOf(lasts, typed, Date.now())) }); // another reason is another request
      }}
    >
      <p>{say(`act.${act}.then`)}</p>
      {act !== "resume" && <Field label={say("act.why")} name="reason" value={reason} onValue={setReason} problem={acting.fields["reason"] ?? acting.fields["note"]} more={{ maxLength: 200 }} />}
      {act === "hold" && <Field label={say("act.lasts")} name="lasts" value={lasts} onValue={(chosen) => setLasts(chosen as Lasts)} choices={LASTS.map((one) => [one, say(`act.lasts.${one}`)])} />}
      {act === "hold" && lasts === "typed" && <Field label={say("act.until")} name="until" type="datetime-local" value={typed} onValue={setTyped} problem={acting.fields["until"]} />}
      <p class="problem" role="alert">{acting.problem}</p>
      <div class="actions">
        <button class="button first" disabled={acting.pending}>{say(`act.${act}`)}</button>
        <button type="button" class="button" onClick={onBack}>{say("act.back")}</button>
      </div>
    </form>
  );
}

/** Buttons and form take each other's place: whoever types goes on in the form, and after it where what was done is said, or where it was asked. */
function useFocusKept(asked: Act | null, done: Act | null): RefObject<HTMLDivElement | null> {
  const box = useRef<HTMLDivElement>(null);
  const before = useRef({ asked, done });
  useEffect(() => {
    const left = before.current;
    before.current = { asked, done };
    if (asked === left.asked) return;
    const next = asked !== null ? "form input, form button" : done === left.asked ? "[role=status]" : `button[value=${left.asked}]`;
    box.current?.querySelector<HTMLElement>(next)?.focus();
  }, [asked, done]);
  return box;
}
