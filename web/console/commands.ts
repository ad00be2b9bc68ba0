// What the keys do: the same as the buttons.
import { type Desk, type DialogName, planShows } from "./desk.ts";
import { aboard, underWay } from "./frames.ts";
import { type Command, stepped, takesLetters } from "./keys.ts";
import { orderAfter } from "./list_order.ts";
import { isChanged } from "./plan_differences.ts";

/** Whether the key was of use here. */
export function runCommand(command: Command, desk: Desk): boolean {
  const { view, board, actions, go } = desk;
  const lookedAt = view.delivery === null || planShows(desk) ? undefined : board.deliveries.get(view.delivery);
  switch (command.do) {
    case "search":
      document.querySelector<HTMLInputElement>("#search")?.focus();
      return true;
    case "next":
    case "previous":
      return stepTo(rowAfter(desk, command.do === "next" ? 1 : -1), desk);
    case "tick_next":
    case "tick_previous": {
      const to = planShows(desk) ? undefined : rowAfter(desk, command.do === "tick_next" ? 1 : -1);
      if (to !== undefined) desk.tickTo(to);
      return stepTo(to, desk);
    }
    case "next_stop":
    case "previous_stop":
      return alongStops(command.do === "next_stop" ? 1 : -1, desk);
    case "box":
      desk.setBoxing(!desk.boxing);
      go({ shown: "map", folded: new Set([...view.folded].filter((panel) => panel !== "map")) });
      return true;
    case "tick":
      if (view.delivery !== null && board.deliveries.has(view.delivery)) desk.tick(view.delivery);
      return true;
    case "tick_all":
      desk.tickAll(desk.ticked.size === 0);
      return true;
    case "bulk":
      return opened("bulk", desk, [...desk.ticked].some((id) => board.deliveries.has(id)));
    case "keep":
    case "forbid":
      return turned(command.do, desk);
    case "commit":
      return committed(desk);
    case "best": {
      const { current } = desk.best;
      const delivery = view.delivery === null ? undefined : board.deliveries.get(view.delivery);
      if (current === null || delivery?.id !== current.delivery || delivery.status !== "available") return false;
      void actions.give({ delivery: delivery.id, number: delivery.tracking_number, courier: current.courier, name: current.name });
      return true;
    }
    case "plan":
      if (desk.planning.plan !== null) void desk.planning.again();
      else desk.plan();
      return true;
    case "why":
      desk.setWhy(!desk.why);
      return true;
    case "take_back":
      return opened("take_back", desk, lookedAt?.status === "assigned");
    case "reassign":
      if (view.courier !== null) return opened("relieve", desk, board.profiles.has(view.courier));
      return opened("reassign", desk, lookedAt !== undefined && underWay(lookedAt));
    case "priority":
      return opened("priority", desk, lookedAt !== undefined);
    case "cancel":
      return opened("cancel", desk, lookedAt !== undefined && !aboard(lookedAt));
    case "ask": {
      const asking = document.querySelector<HTMLElement>(".offers .button");
      asking?.focus();
      return asking !== null;
    }
    case "undo":
      void actions.undo();
      return true;
    case "follow":
      desk.follow();
      return true;
    case "fit":
      desk.fit();
      return true;
    case "sound":
      desk.turnSound();
      return true;
    case "order": {
      const order = orderAfter(view.order);
      go({ order });
      actions.tell(`list.order.${order}`, {});
      return true;
    }
    case "filter":
      go({ filter: command.filter });
      return true;
    case "help":
      desk.open("help");
      return true;
    case "back":
      back(desk);
      return true;
  }
}

/** The row of the list, or of a plan, before or after the one that is looked at. */
function rowAfter(desk: Desk, by: 1 | -1): number | undefined {
  const rows = planShows(desk) ? desk.planRows : desk.listed.map((one) => one.delivery.id);
  return rows[stepped(rows.length, rows.indexOf(desk.view.delivery ?? 0), by)];
}

function stepTo(row: number | undefined, desk: Desk): boolean {
  if (row === undefined) return false;
  desk.go({ delivery: row, courier: null });
  const place = planShows(desk) ? ".pairs" : "#list [aria-labelledby=queue]";
  // Once more after drawing: a row beyond those that were drawn comes with it.
  const focus = (): void => document.querySelector<HTMLElement>(`${place} [data-delivery="${row}"]`)?.focus();
  focus();
  requestAnimationFrame(focus);
  return true;
}

/** Through the stops of whoever is looked at, or has what is looked at, in the order of the tour. */
function alongStops(by: 1 | -1, { view, board, go }: Desk): boolean {
  const courier = view.courier ?? board.deliveries.get(view.delivery ?? 0)?.transporter_id ?? null;
  const stops = courier === null ? [] : board.tourOf(courier).map((one) => one.id);
  const stop = stops[stepped(stops.length, stops.indexOf(view.delivery ?? 0), by)];
  if (stop === undefined || stop === view.delivery) return false;
  go({ delivery: stop, courier: null });
  return true;
}

function opened(dialog: DialogName, desk: Desk, fits: boolean): boolean {
  if (fits) desk.open(dialog);
  return fits;
}

/** Keeps or forbids the pair of the plan that is looked at. */
function turned(what: "keep" | "forbid", { view, planning }: Desk): boolean {
  const { plan } = planning;
  const pair = plan?.pairs.find((one) => one.delivery_id === view.delivery);
  if (pair === undefined || (plan?.status !== "open" && plan?.status !== "expired")) return false;
  planning[what === "keep" ? "lock" : "forbid"]({ delivery: pair.delivery_id, courier: pair.transporter_id });
  return true;
}

/** Carries the plan out that is looked at, unless something about it was changed since. */
function committed({ planning, connected }: Desk): boolean {
  const { plan, draft } = planning;
  if (plan?.status !== "open" || isChanged(draft, plan) || !connected) return false;
  void planning.commit();
  return true;
}

/** One thing at a time: out of the field, then the box, then the plan, then what is chosen, then what is looked at, then the search and filter. */
function back(desk: Desk): void {
  const { view, go } = desk;
  const { activeElement } = document;
  if (takesLetters(activeElement)) activeElement.blur();
  else if (desk.boxing) desk.setBoxing(false);
  else if (planShows(desk)) go(view.delivery === null ? { plan: null, shown: "list" } : { delivery: null });
  else if (desk.chosen.length > 0) desk.untick();
  else if (view.delivery !== null || view.courier !== null) go({ delivery: null, courier: null, shown: "list" });
  else go({ filter: "all", search: "" });
}
