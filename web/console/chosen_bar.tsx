import { useDesk } from "./desk.ts";

/** How many parcels are chosen, what may be done to all of them, and the way out: nobody looks for the boxes they ticked. */
export function ChosenBar() {
  const { say, chosen, open, untick } = useDesk();
  if (chosen.length === 0) return null;
  return (
    <div class="chosen" role="group" aria-label={say("bulk.chosen", { count: chosen.length })}>
      <strong>{say("bulk.chosen", { count: chosen.length })}</strong>
      <button type="button" class="button" onClick={() => open("bulk")}>{say("bulk.open", { count: chosen.length })}</button>
      <button type="button" class="link" onClick={untick}>{say("bulk.none")} <kbd aria-hidden="true">Esc</kbd></button>
    </div>
  );
}
