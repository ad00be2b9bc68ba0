import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { problemOf } from "../shared/problems.ts";
import { type Plan, REASONS, type TakeBackReason } from "./calls.ts";
import { shortPlace, useDesk } from "./desk.ts";
import { EXPLAINED, keyOf } from "./keys.ts";
import { WAITED_FOR } from "./runs.ts";

/** So many rows of a plan are read; thousands would only make the page slow. */
const SHOWN = 200;

/** Keeps the focus inside while it is open, and gives it back. */
export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ComponentChildren }) {
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
  const { say, open, go, calls, actions, board } = useDesk();
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
      const numbers = planned.assignments.map((one) => one.delivery_id);
      if (numbers.length > WAITED_FOR) {
        const run = await calls.begin(numbers);
        open(null);
        go({ run: run.id });
        return;
      }
      await actions.commit(planned, numbers, numberOf);
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
      {plan !== null && <PlanSummary plan={plan} />}
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

function PlanSummary({ plan }: { plan: Plan }) {
  const { say } = useDesk();
  return (
    <>
      <p><strong>{say("plan.summary", { given: plan.successful, count: plan.successful + plan.failed })}</strong></p>
      <PlanQuality total={plan.planned_total} bound={plan.upper_bound} proved={plan.certified_optimal} />
      <PlanRows assignments={plan.assignments} failures={plan.failures} given={plan.successful} failed={plan.failed} />
    </>
  );
}

/** How near to the best a plan is. */
export function PlanQuality({ total, bound, proved }: { total: number; bound: number; proved: boolean }) {
  const { say } = useDesk();
  const share = bound <= 0 ? 0 : (100 * (bound - total)) / bound;
  const points = Math.round(total);
  return <p class="quiet">{proved ? say("plan.optimal", { total: points }) : say("plan.gap", { total: points, share: share.toFixed(2) })}</p>;
}

/** Who gets what, and what stays without; of thousands the first. */
export function PlanRows({ assignments, failures, given, failed }: Pick<Plan, "assignments" | "failures"> & { given: number; failed: number }) {
  const { say, digits, board } = useDesk();
  const wayOf = (delivery: number): string => {
    const known = board.deliveries.get(delivery);
    return known === undefined ? `#${delivery}` : `${shortPlace(known.pickup_address)} → ${shortPlace(known.delivery_address)}`;
  };
  const rows = assignments.slice(0, SHOWN);
  const without = failures.slice(0, SHOWN);
  return (
    <div class="scroll plan" tabIndex={0} role="region" aria-label={say("plan.summary", { given, count: given + failed })}>
      <table>
        <tbody>
          {rows.map((one) => (
            <tr key={one.delivery_id}><th scope="row">{wayOf(one.delivery_id)}</th><td>{one.transporter}</td><td class="number">{digits(one.score)}</td></tr>
          ))}
        </tbody>
      </table>
      {given > rows.length && <p class="small quiet">{say("plan.more", { count: given - rows.length })}</p>}
      {failures.length > 0 && (
        <>
          <h3 class="small quiet">{say("plan.nobody", { count: failed })}</h3>
          <ul>
            {without.map((one) => <li key={one.delivery_id}>{wayOf(one.delivery_id)} <span class="quiet">{one.reason ?? one.error}</span></li>)}
          </ul>
          {failed > without.length && <p class="small quiet">{say("plan.more", { count: failed - without.length })}</p>}
        </>
      )}
    </div>
  );
}
