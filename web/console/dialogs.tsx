import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { problemOf } from "../shared/problems.ts";
import { type Plan, REASONS, type TakeBackReason } from "./calls.ts";
import { shortPlace, useDesk } from "./desk.ts";
import { EXPLAINED, keyOf } from "./keys.ts";

/** Keeps the focus inside while it is open, and gives it back. */
function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const opened = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (opened instanceof HTMLElement) opened.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby="dialog-title" onClose={onClose} onCancel={onClose}>
      <h2 id="dialog-title" class="title">{title}</h2>
      {children}
    </dialog>
  );
}

export function HelpDialog() {
  const { say, open } = useDesk();
  return (
    <Dialog title={say("help.title")} onClose={() => open(null)}>
      <dl class="keys">
        {EXPLAINED.map((name) => (
          <div key={name}><dt><kbd>{keyOf(name)}</kbd></dt><dd>{say(`key.${name}`)}</dd></div>
        ))}
      </dl>
      <p class="actions"><button type="button" class="button" onClick={() => open(null)}>{say("console.close")}</button></p>
    </Dialog>
  );
}

export function TakeBackDialog() {
  const { say, open, view, board, actions } = useDesk();
  const [reason, setReason] = useState<TakeBackReason>("mistake");
  const [note, setNote] = useState("");
  const delivery = view.delivery === null ? undefined : board.deliveries.get(view.delivery);
  const courier = delivery?.transporter_id ?? null;
  useEffect(() => {
    if (courier === null || delivery?.status !== "assigned") open(null); // somebody else was first
  }, [courier, delivery?.status]);
  if (delivery === undefined || courier === null) return null;
  const name = board.nameOf(courier) ?? `#${courier}`;
  return (
    <Dialog title={say("take_back.title", { number: delivery.tracking_number, name })} onClose={() => open(null)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          open(null);
          void actions.takeBack({ delivery: delivery.id, number: delivery.tracking_number, courier, name }, reason, note);
        }}
      >
        <fieldset>
          <legend>{say("take_back.why")}</legend>
          {REASONS.map((one) => (
            <label key={one} class="choice">
              <input type="radio" name="reason" checked={reason === one} onChange={() => setReason(one)} />
              {say(`reason.${one}`)}
            </label>
          ))}
        </fieldset>
        <label>
          {say("take_back.note")}
          <input value={note} maxLength={500} onInput={(event) => setNote(event.currentTarget.value)} />
        </label>
        <p class="actions">
          <button class="button first">{say("take_back")}</button>
          <button type="button" class="button" onClick={() => open(null)}>{say("console.back")}</button>
        </p>
      </form>
    </Dialog>
  );
}

/** What would be, before it is done: who gets what, who stays without and why, and how near to the best it is. */
export function PlanDialog({ deliveries }: { deliveries: readonly number[] }) {
  const { say, open, calls, actions, board } = useDesk();
  const [plan, setPlan] = useState<Plan | null>(null);
  const [problem, setProblem] = useState("");
  const [sending, setSending] = useState(false);
  const [asked, setAsked] = useState(0);
  const give = useRef<HTMLButtonElement>(null);
  useEffect(() => give.current?.focus(), [plan]);
  useEffect(() => {
    if (deliveries.length === 0) return;
    let left = false;
    setPlan(null);
    calls.assignMany(deliveries, true).then(
      (found) => {
        if (left) return;
        actions.found(found);
        setPlan(found);
      },
      (error: unknown) => !left && setProblem(problemOf(error, say)),
    );
    return () => {
      left = true;
    };
  }, [asked]);
  const numberOf = (delivery: number): string => board.deliveries.get(delivery)?.tracking_number ?? `#${delivery}`;
  const commit = async (planned: Plan): Promise<void> => {
    setSending(true);
    try {
      await actions.commit(planned, planned.assignments.map((one) => one.delivery_id), numberOf);
      open(null);
    } catch (error) {
      setProblem(problemOf(error, say));
      setSending(false);
    }
  };
  return (
    <Dialog title={say("plan.title", { count: deliveries.length })} onClose={() => open(null)}>
      {deliveries.length === 0 && <p class="quiet">{say("plan.empty")}</p>}
      {deliveries.length > 0 && plan === null && problem === "" && <p class="quiet" role="status">{say("plan.making")}</p>}
      {problem !== "" && <p class="problem" role="alert">{problem}</p>}
      {plan !== null && <PlanSummary plan={plan} numberOf={numberOf} />}
      <p class="actions">
        {plan !== null && plan.successful > 0 && (
          <button ref={give} type="button" class="button first" disabled={sending} onClick={() => void commit(plan)}>
            {sending ? say("plan.committing") : say("plan.commit", { count: plan.successful })}
          </button>
        )}
        {deliveries.length > 0 && (plan !== null || problem !== "") && (
          <button type="button" class="button" disabled={sending} onClick={() => { setProblem(""); setAsked(asked + 1); }}>{say("plan.again")}</button>
        )}
        <button type="button" class="button" onClick={() => open(null)}>{say("console.back")}</button>
      </p>
    </Dialog>
  );
}

function PlanSummary({ plan, numberOf }: { plan: Plan; numberOf: (delivery: number) => string }) {
  const { say, digits, board } = useDesk();
  const below = plan.upper_bound <= 0 ? 0 : (100 * (plan.upper_bound - plan.planned_total)) / plan.upper_bound;
  const total = Math.round(plan.planned_total);
  const wayOf = (delivery: number): string => {
    const known = board.deliveries.get(delivery);
    return known === undefined ? numberOf(delivery) : `${shortPlace(known.pickup_address)} → ${shortPlace(known.delivery_address)}`;
  };
  return (
    <>
      <p><strong>{say("plan.summary", { given: plan.successful, count: plan.successful + plan.failed })}</strong></p>
      <p class="quiet">{plan.certified_optimal ? say("plan.optimal", { total }) : say("plan.gap", { total, share: below.toFixed(2) })}</p>
      <div class="scroll plan" tabIndex={0} role="region" aria-label={say("plan.summary", { given: plan.successful, count: plan.successful + plan.failed })}>
        <table>
          <tbody>
            {plan.assignments.map((one) => (
              <tr key={one.delivery_id}><th scope="row">{wayOf(one.delivery_id)}</th><td>{one.transporter}</td><td class="number">{digits(one.score)}</td></tr>
            ))}
          </tbody>
        </table>
        {plan.failures.length > 0 && (
          <>
            <h3 class="small quiet">{say("plan.nobody", { count: plan.failures.length })}</h3>
            <ul>
              {plan.failures.map((one) => <li key={one.delivery_id}>{wayOf(one.delivery_id)} <span class="quiet">{one.reason ?? one.error}</span></li>)}
            </ul>
          </>
        )}
      </div>
    </>
  );
}
