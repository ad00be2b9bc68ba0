// What was done on this page: the way back to a parcel after the moment in which it could be undone.
import { duration } from "../shared/times.ts";
import { useLateDesk } from "./late/words.ts";
import { OpenLink } from "./list_panel.tsx";

export function DoneList() {
  const { say, actions, board } = useLateDesk();
  if (actions.done.length === 0) return null;
  return (
    <section aria-labelledby="done-here" class="done-here">
      <h3 id="done-here" class="small quiet pad">{say("done.here")}</h3>
      <ul>
        {actions.done.map((one, place) => {
          const words = say(one.key, one.values);
          const age = <span class="small quiet number">{say("done.age", { age: duration((performance.now() - one.at) / 1000, say) })}</span>;
          return (
            <li key={actions.done.length - place} class="row">
              {one.delivery !== null && board.deliveries.has(one.delivery) ? (
                <OpenLink delivery={one.delivery} current={false}><span class="what">{words} {age}</span></OpenLink>
              ) : (
                <p class="pad">{words} {age}</p>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
