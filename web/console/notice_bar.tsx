import { useEffect, useState } from "preact/hooks";
import { problemOf } from "../shared/problems.ts";
import type { Notice } from "./actions.ts";
import { useDesk } from "./desk.ts";

const HEARD_AFTER_MS = 100;

/**
 * What was just done, with the way back while there is one; a refusal in the server's words.
 *
 * It stands at one place, whether a dialog is open or not: `inside` one, since nothing outside of it can be pressed then. The region is
 * always there and only its words come and go: what comes together with its region is not read out, nor what is `covered` by a dialog.
 */
export function NoticeBar({ inside = false, covered = false }: { inside?: boolean; covered?: boolean }) {
  const { actions } = useDesk();
  const [heard, setHeard] = useState(inside);
  useEffect(() => {
    const soon = setTimeout(() => setHeard(!covered), HEARD_AFTER_MS);
    return () => clearTimeout(soon);
  }, [covered]);
  const said = heard && !covered ? actions.notices : [];
  return (
    <div class="said" role="status">
      {said.length > 0 && <div class="notice">{said.map((one) => <Said key={one.key} one={one} inside={inside} />)}</div>}
    </div>
  );
}

function Said({ one, inside }: { one: Notice; inside: boolean }) {
  const { say, actions, open } = useDesk();
  const undo = (): void => {
    if (inside) open(null); // what it tells is no longer so
    void actions.undo(one);
  };
  return (
    <div>
      <span class={one.key === null ? "problem" : undefined}>{one.key === null ? problemOf(one.error, say) : say(one.key, one.values)}</span>
      {one.later && <span class="small quiet later-on">{say("undo.later")}</span>}
      {one.undo !== null && <button type="button" class="button" onClick={undo}>{say("undo")}</button>}
      {!inside && <button type="button" class="link" onClick={() => actions.dismiss(one)}>{say("console.close")}</button>}
    </div>
  );
}
