// What ends something for somebody is asked a second time: what follows from it, why, and that it is meant.
import { useState } from "preact/hooks";
import type { Acting } from "../shared/acting.ts";
import { Check, Field } from "../shared/field.tsx";
import { NEEDED, fieldWords } from "../shared/field_words.ts";
import { languageOf } from "../shared/words.ts";
import type { Say } from "./speech.ts";

interface Given {
  /** What is done, as its button says it. */
  what: string;
  /** What follows from it. */
  then: string;
  acting: Pick<Acting<unknown>, "fields" | "problem" | "pending">;
  onSure: (reason: string) => void;
  onNot: () => void;
  say: Say;
}

export function Sure({ what, then, acting, onSure, onNot, say }: Given) {
  const [form, setForm] = useState({ reason: "", sure: false, tried: false });
  const missing = form.reason.trim() === "";
  return (
    <form
      class="fields card"
      aria-label={what}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!missing) return onSure(form.reason);
        setForm({ ...form, tried: true });
        event.currentTarget.querySelector<HTMLElement>("[name=reason]")?.focus();
      }}
    >
      <p>{then}</p>
      <Field label={say("why")} name="reason" lines={2} value={form.reason} onValue={(reason) => setForm({ ...form, reason })} problem={form.tried && missing ? fieldWords(NEEDED, languageOf(say)) : acting.fields["reason"]} help={say("why.help")} needed />
      <Check label={say("sure")} checked={form.sure} onValue={(sure) => setForm({ ...form, sure })} />
      <p class="problem" role="alert">{acting.problem}</p>
      <div class="actions">
        <button class="button first" disabled={!form.sure || acting.pending}>{what}</button>
        <button type="button" class="button" onClick={onNot}>{say("not")}</button>
      </div>
    </form>
  );
}
