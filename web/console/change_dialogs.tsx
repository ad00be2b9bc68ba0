// Changes that need a reason: taking back, giving to somebody else, cancelling, how urgent it is, relieving a courier.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { problemOf } from "../shared/problems.ts";
import { type CancelReason, CANCEL_REASONS, PRIORITIES, REASONS, type Relieved, type TakeBackReason, type Why } from "./calls.ts";
import { CourierPicker } from "./courier_picker.tsx";
import { useLateDesk } from "./late/words.ts";
import { Dialog } from "./dialogs.tsx";
import { type Delivery, type Priority, aboard, underWay } from "./frames.ts";
import { ParcelName, wayOf } from "./parcel_name.tsx";
import { BestOfEach, type Taker, Takers } from "./takers.tsx";

const NOTE_CHARACTERS = 500;

/** One of several, by radio buttons. */
export function Choices<One extends string>({ legend, all, chosen, onChoose, words }: { legend: string; all: readonly One[]; chosen: One | null; onChoose: (one: One) => void; words: (one: One) => string }) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      {all.map((one) => (
        <label key={one} class="choice">
          <input type="radio" name={legend} checked={chosen === one} onChange={() => onChoose(one)} />
          {words(one)}
        </label>
      ))}
    </fieldset>
  );
}

export function Note({ note, onNote }: { note: string; onNote: (note: string) => void }) {
  const { say } = useLateDesk();
  return <label>{say("take_back.note")}<input value={note} maxLength={NOTE_CHARACTERS} onInput={(event) => onNote(event.currentTarget.value)} /></label>;
}

/** Why, before it is chosen: it is kept and shown to others, so nobody guesses it. */
export type Unsaid = Omit<Why, "reason"> & { reason: TakeBackReason | null };
export const UNSAID: Unsaid = { reason: null, note: "" };

export function isSaid(why: Unsaid): why is Why {
  return why.reason !== null;
}

interface WhyGiven {
  why: Unsaid;
  onWhy: (why: Unsaid) => void;
}

/** Why, as a word: beside each other, so that they are in sight together with what else is to be chosen. */
function Reasons({ why, onWhy }: WhyGiven) {
  const { say } = useLateDesk();
  return (
    <div class="reasons">
      <Choices<TakeBackReason> legend={say("take_back.why")} all={REASONS} chosen={why.reason} onChoose={(reason) => onWhy({ ...why, reason })} words={(one) => say(`reason.${one}`)} />
    </div>
  );
}

/** Why, as a word and in one's own. */
export function ReasonFields({ why, onWhy }: WhyGiven) {
  return (
    <>
      <Reasons why={why} onWhy={onWhy} />
      <Note note={why.note} onNote={(note) => onWhy({ ...why, note })} />
    </>
  );
}

interface AskingGiven {
  title: string;
  /** The parcel that is changed: its way stands under the title, which has its number. */
  of?: Delivery;
  action: string;
  back?: "dialog.cancel" | "cancel.keep";
  blocked?: boolean;
  /** It is on its way: whoever closes the dialog has not held it back. */
  sending?: boolean;
  /** What is still to be chosen before it can be sent; empty where nothing is. */
  missing?: string;
  onSend: () => void;
  /** Nothing is sent after all. */
  onCancel?: () => void;
  children: ComponentChildren;
}

/** What a dialog sends while it stays open. Whoever has closed it meanwhile is told all the same what could not be; what was done, `changes` tells. */
export function useSending() {
  const { say, actions } = useLateDesk();
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState("");
  const closed = useRef(false);
  useEffect(() => () => void (closed.current = true), []);
  const send = async (act: () => Promise<void>): Promise<void> => {
    setSending(true);
    setProblem("");
    try {
      await act();
    } catch (error) {
      if (closed.current) actions.fail(error);
      else setProblem(problemOf(error, say));
    } finally {
      setSending(false);
    }
  };
  return { sending, problem, send };
}

/** A form in a dialog: what is sent, and the way back. */
export function Asking({ title, of, action, back = "dialog.cancel", missing = "", sending = false, onSend, children, ...given }: AskingGiven) {
  const { say, open, actions } = useLateDesk();
  const hint = useId();
  const blocked = given.blocked === true || sending || missing !== "";
  const cancel = (): void => {
    open(null);
    if (sending) actions.tell("change.goes_on");
    else given.onCancel?.();
  };
  return (
    <Dialog title={title} onClose={cancel}>
      {of !== undefined && <p>{wayOf(of)}</p>}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!blocked) onSend();
        }}
      >
        {children}
        <p class="actions">
          <button class="button first" disabled={blocked} aria-describedby={missing === "" ? undefined : hint}>{sending ? say("change.pending") : action}</button>
          <button type="button" class="button" onClick={cancel}>{say(back)}</button>
          {missing !== "" && <span id={hint} class="small quiet">{missing}</span>}
        </p>
      </form>
    </Dialog>
  );
}

/** What is looked at, while it still fits; where somebody else was first the dialog closes. */
function useLookedAt(fits: (delivery: Delivery) => boolean): Delivery | null {
  const { view, board, open } = useLateDesk();
  const delivery = view.delivery === null ? undefined : board.deliveries.get(view.delivery);
  const there = delivery !== undefined && fits(delivery);
  useEffect(() => {
    if (!there) open(null);
  }, [there]);
  return there ? delivery : null;
}

export function TakeBackDialog() {
  const { say, open, board, actions } = useLateDesk();
  const [reason, setReason] = useState<TakeBackReason | null>(null); // kept and shown to others: nobody guesses it
  const [note, setNote] = useState("");
  const delivery = useLookedAt((one) => one.status === "assigned");
  const courier = delivery?.transporter_id ?? null;
  if (delivery === null || courier === null) return null;
  const name = board.nameOf(courier) ?? `#${courier}`;
  const send = (): void => {
    if (reason === null) return;
    open(null);
    void actions.takeBack({ delivery: delivery.id, number: delivery.tracking_number, courier, name }, reason, note);
  };
  return (
    <Asking title={say("take_back.title", { number: delivery.tracking_number, name })} of={delivery} action={say("take_back")} missing={reason === null ? say("why.missing") : ""} onSend={send}>
      <Choices<TakeBackReason> legend={say("take_back.why")} all={REASONS} chosen={reason} onChoose={setReason} words={(one) => say(`reason.${one}`)} />
      <Note note={note} onNote={setNote} />
    </Asking>
  );
}

export function ReassignDialog() {
  const { say, open, board, changes } = useLateDesk();
  const delivery = useLookedAt(underWay);
  const carried = delivery !== null && aboard(delivery);
  const [to, setTo] = useState<Taker>(carried ? null : "proposed");
  const [proposed, setProposed] = useState<number | null>(null);
  const [why, setWhy] = useState(UNSAID);
  if (delivery === null) return null;
  const name = board.nameOf(delivery.transporter_id) ?? `#${delivery.transporter_id}`;
  const taker = typeof to === "number" ? board.nameOf(to) : null;
  const send = (): void => {
    if (!isSaid(why)) return;
    open(null);
    void changes.reassign(delivery, to === "proposed" ? proposed : to, why);
  };
  return (
    <Asking title={say(carried ? "transfer.title" : "reassign.title", { number: delivery.tracking_number, name })} of={delivery} action={taker === null ? say(carried ? "transfer" : "reassign") : say("takers.give", { name: taker })} missing={to === null ? say("taker.missing") : isSaid(why) ? "" : say("why.missing")} onSend={send}>
      {carried && <p class="quiet">{say("transfer.words")}</p>}
      <Reasons why={why} onWhy={setWhy} />
      <Takers delivery={delivery} to={to} onTo={setTo} onProposed={setProposed} />
      <Note note={why.note} onNote={(note) => setWhy({ ...why, note })} />
    </Asking>
  );
}

export function CancelDialog() {
  const { say, open, changes } = useLateDesk();
  const [reason, setReason] = useState<CancelReason | null>(null);
  const [note, setNote] = useState("");
  const delivery = useLookedAt((one) => !aboard(one));
  if (delivery === null) return null;
  const send = (): void => {
    if (reason === null) return;
    open(null);
    void changes.cancel(delivery, reason, note);
  };
  return (
    <Asking title={say("cancel.title", { number: delivery.tracking_number })} of={delivery} action={say("cancel")} back="cancel.keep" missing={reason === null ? say("why.missing") : ""} onSend={send}>
      <p class="problem">{say("cancel.words")}</p>
      <Choices<CancelReason> legend={say("take_back.why")} all={CANCEL_REASONS} chosen={reason} onChoose={setReason} words={(one) => say(`cancel.${one}`)} />
      <Note note={note} onNote={setNote} />
    </Asking>
  );
}

export function PriorityDialog() {
  const { say, open, changes } = useLateDesk();
  const delivery = useLookedAt(() => true);
  const [priority, setPriority] = useState<Priority>(delivery?.priority ?? "normal");
  if (delivery === null) return null;
  const send = (): void => {
    open(null);
    void changes.setPriority(delivery, priority);
  };
  return (
    <Asking title={say("priority.title", { number: delivery.tracking_number })} of={delivery} action={say("priority.set")} onSend={send}>
      <Choices<Priority> legend={say("priority")} all={PRIORITIES} chosen={priority} onChoose={setPriority} words={(one) => say(`priority.${one}`)} />
    </Asking>
  );
}

/** A breakdown, or the end of a day: all that a courier has not picked up goes elsewhere in one go. */
export function RelieveDialog() {
  const { say, view, board, changes } = useLateDesk();
  const courier = view.courier;
  const [to, setTo] = useState<"best" | "wait" | "one">("best");
  const [taker, setTaker] = useState<number | null>(null);
  const [why, setWhy] = useState(UNSAID);
  const [off, setOff] = useState(true);
  const { sending, problem, send } = useSending();
  const [done, setDone] = useState<Relieved | null>(null);
  if (courier === null) return null;
  const name = board.nameOf(courier) ?? `#${courier}`;
  const relieve = (): void => {
    if (!isSaid(why)) return;
    void send(async () => setDone(await changes.relieve(courier, name, { ...why, transporter_id: to === "one" ? taker : null, best: to === "best", off_duty: off })));
  };
  if (done !== null) return <RelievedDialog done={done} name={name} />;
  return (
    <Asking title={say("relieve.title", { name })} action={say("relieve")} sending={sending} missing={to === "one" && taker === null ? say("taker.missing") : isSaid(why) ? "" : say("why.missing")} onSend={relieve}>
      <Choices legend={say("relieve.to")} all={["best", "one", "wait"] as const} chosen={to} onChoose={setTo} words={(one) => say(`relieve.to.${one}`)} />
      {to === "best" && !sending && <BestOfEach courier={courier} />}
      {to === "one" && <CourierPicker label={say("reassign.to")} but={courier} chosen={taker} onChoose={setTaker} />}
      <ReasonFields why={why} onWhy={setWhy} />
      <label class="choice"><input type="checkbox" checked={off} onChange={(event) => setOff(event.currentTarget.checked)} />{say("relieve.off_duty")}</label>
      {problem !== "" && <p class="problem" role="alert">{problem}</p>}
    </Asking>
  );
}

/** What became of each of them. */
function RelievedDialog({ done, name }: { done: Relieved; name: string }) {
  const { say, open } = useLateDesk();
  const rows = [
    ...done.moved.map((one) => ({ one, words: say("relieve.moved", { name: one.transporter }), error: "" })),
    ...done.waiting.map((one) => ({ one, words: say("relieve.waits"), error: "" })),
    ...done.failures.map((one) => ({ one, words: say(one.waits ? "relieve.waits" : "relieve.stays"), error: one.error })),
    ...done.aboard.map((one) => ({ one, words: say("relieve.aboard"), error: "" })),
  ];
  return (
    <Dialog title={say("relieve.result", { name })} onClose={() => open(null)}>
      {rows.length === 0 && <p class="quiet">{say("relieve.nothing")}</p>}
      <ul class="results">{rows.map(({ one, words, error }) => <li key={one.delivery_id}><ParcelName id={one.delivery_id} number={one.tracking_number} /> <span>{words}</span> {error !== "" && <span class="problem small">{error}</span>}</li>)}</ul>
      <p class="actions"><button type="button" class="button first" onClick={() => open(null)}>{say("console.close")}</button></p>
    </Dialog>
  );
}
