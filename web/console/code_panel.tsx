import { useState } from "preact/hooks";
import { emptied } from "../shared/meanwhile.ts";
import { problemOf } from "../shared/problems.ts";
import type { Details } from "./calls.ts";
import { useLateDesk } from "./late/words.ts";

/** The customer's code of a parcel: how it stands, and what a dispatcher can do about it. */
export function CodePanel({ details }: { details: Details }) {
  const { say, calls } = useLateDesk();
  const [state, setState] = useState(details.proof.code);
  const [reason, setReason] = useState("");
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState("");
  if (state === null || details.status === "delivered" || details.status === "cancelled") return null;

  const act = async (what: "reset" | "waive"): Promise<void> => {
    setPending(true);
    setProblem("");
    try {
      setState(await calls.changeCode(details.id, what, reason.trim()));
      setReason(emptied(reason));
    } catch (error) {
      setProblem(problemOf(error, say));
    }
    setPending(false);
  };
  const stands = state.waived ? "code.waived" : state.locked ? "code.locked" : "code.open";
  return (
    <section class="code-panel" aria-labelledby="code">
      <h3 id="code" class="small quiet">{say("code.title")}</h3>
      <p class={state.locked && !state.waived ? "problem" : ""} role="status">{say(stands, { count: state.tries_left })}</p>
      {!state.waived && (
        <>
          <label>
            {say("code.reason")}
            <input value={reason} maxLength={500} autocomplete="off" onInput={(event) => setReason(event.currentTarget.value)} />
          </label>
          <p class="actions">
            <button type="button" class="button" disabled={pending || reason.trim() === ""} onClick={() => void act("reset")}>{say("code.reset")}</button>
            <button type="button" class="button" disabled={pending || reason.trim() === ""} onClick={() => void act("waive")}>{say("code.waive")}</button>
          </p>
        </>
      )}
      {problem !== "" && <p class="problem small" role="alert">{problem}</p>}
    </section>
  );
}
