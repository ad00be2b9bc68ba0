// What the keys do: the same as the buttons.
import { type Desk, type DialogName, planShows } from "./desk.ts";
import { aboard, underWay } from "./frames.ts";
import { type Command, stepped, takesLetters } from "./keys.ts";
import { isChanged } from "./plans.ts";

/** Whether the key was of use here. */
export function runCommand(command: Command, desk: Desk): boolean {
  const { view, listed, board, actions, go } = desk;
  const lookedAt = view.delivery === null || planShows(desk) ? undefined : board.deliveries.get(view.delivery);
  switch (command.do) {
    case "search":
      document.querySelector<HTMLInputElement>("#search")?.focus();
      return true;
    case "next":
    case "previous": {
      const planned = planShows(desk);
      const rows = planned ? desk.planRows : listed.map((one) => one.delivery.id);
      const next = rows[stepped(rows.length, rows.indexOf(view.delivery ?? 0), command.do === "next" ? 1 : -1)];
      if (next === undefined) return false;
      go({ delivery: next, courier: null });
      document.querySelector<HTMLElement>(`${planned ? ".pairs" : "#list [aria-labelledby=queue]"} [data-delivery="${next}"]`)?.focus();
      return true;
    }
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

/** One thing at a time: out of the field, then the plan, then what is chosen, then what is looked at, then the search and filter. */
function back(desk: Desk): void {
  const { view, go } = desk;
  const { activeElement } = document;
  if (takesLetters(activeElement)) activeElement.blur();
  else if (planShows(desk)) go(view.delivery === null ? { plan: null, shown: "list" } : { delivery: null });
  else if (desk.chosen.length > 0) desk.untick();
  else if (view.delivery !== null || view.courier !== null) go({ delivery: null, courier: null, shown: "list" });
  else go({ filter: "all", search: "" });
}
