// Everything that goes on, in the order that is chosen above it.
import { useRef, useState } from "preact/hooks";
import { useDesk } from "./desk.ts";
import { aboard } from "./frames.ts";
import { LIST_ORDERS, isListOrder } from "./list_order.ts";
import { Heading, OpenLink, Route, routeOf, usePointed } from "./list_panel.tsx";
import { type Listed, grouped } from "./queue.ts";
import { rowWords } from "./row_words.ts";

const ROWS = 100;

export function Queue() {
  const { say, listed, board, view, now, reordered } = useDesk();
  const [asked, setRows] = useState(ROWS);
  // What is looked at is there: a key that steps beyond the end of what was drawn finds its row.
  const rows = Math.max(asked, listed.findIndex((one) => one.delivery.id === view.delivery) + 1);
  const hidden = listed.length - rows;
  const { waiting, under_way, on_hold } = grouped(listed.slice(0, rows), now);
  const groups = ([["waiting", waiting], ["under_way", under_way], ["on_hold", on_hold]] as const).filter(([, some]) => some.length > 0);
  const empty = view.search !== "" ? "queue.no_match" : view.filter === "all" ? "queue.none" : (`queue.none.${view.filter}` as const);
  return (
    <section aria-labelledby="queue">
      <Heading id="queue" words={say("queue")} count={listed.length} reordered={reordered.list} />
      {!board.known && <p class="quiet small pad" role="status">{say("loading")}</p>}
      {board.known && listed.length === 0 && <p class="quiet small pad">{say(empty)}</p>}
      {groups[0] !== undefined && (
        <div class="first-group">
          <h3 class="quiet small order">{say(`queue.${groups[0][0]}`)}</h3>
          <OrderOfList />
        </div>
      )}
      {groups.map(([name, some], place) => (
        <div key={name}>
          {place > 0 && <h3 class="quiet small pad order">{say(`queue.${name}`)}</h3>}
          <ul>{some.map((one) => <QueueRow key={one.delivery.id} one={one} />)}</ul>
        </div>
      ))}
      {hidden > 0 && (
        <button type="button" class="link pad" onClick={() => setRows(rows + ROWS)}>{say("console.show_all", { count: Math.min(hidden, ROWS) })}</button>
      )}
    </section>
  );
}

/** What is typed into it chooses an order. Whoever came with the pointer has done so, and the keys are the list's again; by keys one goes on choosing until Tab or Esc. */
function OrderOfList() {
  const { say, view, go } = useDesk();
  const pointed = useRef(false);
  return (
    <select
      aria-label={say("list.order")}
      value={view.order}
      onPointerDown={() => (pointed.current = true)}
      onKeyDown={() => (pointed.current = false)}
      onChange={({ currentTarget }) => {
        if (isListOrder(currentTarget.value)) go({ order: currentTarget.value });
        if (pointed.current) currentTarget.blur();
        pointed.current = false;
      }}
    >
      {LIST_ORDERS.map((one) => <option key={one} value={one}>{say(`list.order.${one}`)}</option>)}
    </select>
  );
}

function QueueRow({ one }: { one: Listed }) {
  const { say, language, now, board, view, ticked, tick, tickTo, actions } = useDesk();
  const stretches = useRef(false); // what a box says when it is turned, it says without the keys
  const { delivery } = one;
  const pointed = usePointed(delivery.id);
  const pending = actions.pending.get(delivery.id);
  const words = rowWords(one, board.nameOf(delivery.transporter_id), now, say, language);
  const between = (pending !== undefined ? [say(pending)] : words.between).join(" · ");
  const title = [routeOf(delivery), words.lead, between, words.when, words.more].filter((part) => part !== "").join(" · ");
  return (
    <li class={`row ${delivery.status} ${one.late_ms > 0 ? "late" : ""} ${one.silent ? "silent" : ""}`} {...pointed}>
      <label class="tick">
        <input type="checkbox" checked={ticked.has(delivery.id)} onClick={(event) => (stretches.current = event.shiftKey)} onChange={() => (stretches.current ? tickTo : tick)(delivery.id)} aria-label={say("queue.tick", { number: delivery.tracking_number })} />
      </label>
      <OpenLink delivery={delivery.id} current={view.delivery === delivery.id} title={title} onTick={(to) => (to ? tickTo : tick)(delivery.id)}>
        <span class={`state ${signOf(one)}`} aria-hidden="true" />
        <span class="what">
          <Route delivery={delivery} class="strong" />{" "}
          <span class="second">
            {words.lead !== "" && <><span class="lead number">{words.lead}</span>{" "}</>}
            <span class="quiet"><span>{between}</span></span>{" "}
            <span class="when number">{words.when}</span>
          </span>
        </span>
      </OpenLink>
    </li>
  );
}

/** The state as a shape, beside the words. */
function signOf({ delivery, late_ms, silent }: Listed): string {
  if (late_ms > 0) return "late";
  if (silent) return "silent";
  if (delivery.status === "available") return "wait";
  return aboard(delivery) ? "way" : "given";
}
