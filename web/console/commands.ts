// What the keys do: the same as the buttons.
import type { Desk } from "./desk.ts";
import { type Command, stepped } from "./keys.ts";

/** Whether the key was of use here. */
export function runCommand(command: Command, desk: Desk): boolean {
  const { view, listed, board, actions, go } = desk;
  switch (command.do) {
    case "search":
      document.querySelector<HTMLInputElement>("#search")?.focus();
      return true;
    case "next":
    case "previous": {
      const present = listed.findIndex((one) => one.delivery.id === view.delivery);
      const next = listed[stepped(listed.length, present, command.do === "next" ? 1 : -1)];
      if (next === undefined) return false;
      go({ delivery: next.delivery.id, courier: null });
      document.querySelector<HTMLElement>(`#list section:last-child [data-delivery="${next.delivery.id}"]`)?.focus();
      return true;
    }
    case "tick":
      if (view.delivery !== null && board.deliveries.get(view.delivery)?.status === "available") desk.tick(view.delivery);
      return true;
    case "best": {
      const { current } = desk.best;
      const delivery = view.delivery === null ? undefined : board.deliveries.get(view.delivery);
      if (current === null || delivery?.id !== current.delivery || delivery.status !== "available") return false;
      void actions.give({ delivery: delivery.id, number: delivery.tracking_number, courier: current.courier, name: current.name });
      return true;
    }
    case "plan":
      desk.open("plan");
      return true;
    case "why":
      desk.setWhy(!desk.why);
      return true;
    case "take_back":
      if (view.delivery === null || board.deliveries.get(view.delivery)?.status !== "assigned") return false;
      desk.open("take_back");
      return true;
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

/** One thing at a time: out of the field, then what is looked at, then the search and filter. */
function back({ view, go }: Desk): void {
  const { activeElement } = document;
  if (activeElement instanceof HTMLInputElement && activeElement.id === "search") activeElement.blur();
  else if (view.delivery !== null || view.courier !== null) go({ delivery: null, courier: null, shown: "list" });
  else go({ filter: "all", search: "" });
}
