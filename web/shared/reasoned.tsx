import { useState } from "preact/hooks";
import type { Acting } from "./acting.ts";
import { Field } from "./field.tsx";
import { SideSheet } from "./side_sheet.tsx";
import type { Say } from "./words.ts";

interface Given {
  title: string;
  /** What the reason is called; null where none is asked for. */
  label: string | null;
  action: string;
  acting: Acting<string>;
  onClose: () => void;
  say: Say;
}

/** Asks once more before something that is not taken back, and why. */
export function Reasoned({ title, label, action, acting, onClose, say }: Given) {
  const [reason, setReason] = useState("");
  return (
    <SideSheet title={title} onClose={onClose} say={say}>
      <form
        class="fields"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void acting.start(reason);
        }}
      >
        {label !== null && <Field label={label} name="reason" lines={3} value={reason} onValue={setReason} problem={acting.fields["reason"]} />}
        <p class="problem" role="alert">{acting.problem}</p>
        <button class="button first" disabled={acting.pending}>{action}</button>
      </form>
    </SideSheet>
  );
}
