// What the courier is told about the door: its buyer changes it until the parcel has arrived.
import { PencilLine } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import type { components } from "../shared/api.ts";
import type { Client } from "../shared/client.ts";
import { Icon } from "../shared/icon.tsx";
import { useLoading } from "../shared/loading.tsx";
import { problemOf } from "../shared/problems.ts";
import { underWay } from "./parcel.ts";
import type { Say } from "./speech.ts";

type Instructions = components["schemas"]["InstructionsAnswer"];
const MOST_SIGNS = 500;

export function DoorNote({ number, client, say }: { number: string; client: Client; say: Say }) {
  const path = `/api/deliveries/${encodeURIComponent(number)}/instructions/`;
  const known = useLoading(() => client.call<Instructions>(path), [number]);
  const [typed, setTyped] = useState<string | null>(null);
  const [sending, setSending] = useState(false);
  const [told, setTold] = useState({ problem: "", saved: false });
  const opener = useRef<HTMLButtonElement>(null);
  const box = useRef<HTMLTextAreaElement>(null);
  const opened = useRef(false);
  useEffect(() => {
    if (opened.current) (typed === null ? opener : box).current?.focus(); // where one takes the place of the other
    opened.current = true;
  }, [typed === null]);
  if (known.value === null) return null;
  const { delivery_instructions: note, status } = known.value;
  const save = async (): Promise<void> => {
    setSending(true);
    try {
      known.set(await client.call<Instructions>(path, { method: "POST", body: { instructions: typed ?? "" } }));
      setTyped(null);
      setTold({ problem: "", saved: true });
    } catch (error) {
      setTold({ problem: problemOf(error, say), saved: false });
      box.current?.focus();
    }
    setSending(false);
  };
  return (
    <section class="card" aria-labelledby="door-note">
      <h2 id="door-note">{say("note")}</h2>
      {typed === null ? (
        <>
          {note !== "" && <p class="note">{note}</p>}
          <button ref={opener} type="button" class="button" onClick={() => setTyped(note)}><Icon of={PencilLine} />{say(note === "" ? "note.add" : "note.change")}</button>
        </>
      ) : (
        <form onSubmit={(event) => { event.preventDefault(); void save(); }}>
          <label>
            {say("note.label")}
            <textarea ref={box} rows={3} maxLength={MOST_SIGNS} value={typed} readOnly={sending} onInput={(event) => setTyped(event.currentTarget.value)} />
          </label>
          <div class="actions">
            <button class="button first" disabled={sending || typed.trim() === note}>{say("note.save")}</button>
            <button type="button" class="button" disabled={sending} onClick={() => { setTyped(null); setTold({ problem: "", saved: false }); }}>{say("note.leave")}</button>
          </div>
        </form>
      )}
      <p class="problem" role="alert">{told.problem}</p>
      {told.saved && typed === null && <p class="quiet" role="status">{say(underWay(status) ? "note.saved" : "note.saved.waiting")}</p>}
    </section>
  );
}
