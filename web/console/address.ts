// The address is the state: reload, back and a shared link show the same.
import { searchText } from "../shared/search_text.ts";
import { type ListOrder, USUAL_ORDER, isListOrder } from "./list_order.ts";
import { FILTERS, type Filter } from "./queue.ts";

export const PANELS = ["list", "map", "detail", "line"] as const;
export type Panel = (typeof PANELS)[number];

export interface View {
  filter: Filter;
  search: string;
  order: ListOrder;
  /** What is looked at. */
  delivery: number | null;
  courier: number | null;
  /** A run over many deliveries that is followed. */
  run: number | null;
  /** A plan for many that is looked at. */
  plan: number | null;
  folded: ReadonlySet<Panel>;
  /** On a narrow screen, the one panel that shows. */
  shown: Exclude<Panel, "line">;
}

const NUMBER = /^[1-9][0-9]{0,15}$/;

function number(text: string | null): number | null {
  return text !== null && NUMBER.test(text) ? Number(text) : null;
}

function among<Known extends string>(known: readonly Known[], text: string | null): Known | undefined {
  return known.find((one) => one === text);
}

/** What a narrow screen begins with: whoever follows a link to a parcel or a courier wants to see it. */
function usualPanel(asked: URLSearchParams): View["shown"] {
  return number(asked.get("delivery")) === null && number(asked.get("courier")) === null ? "list" : "detail";
}

/** `kept`: the order for whoever follows an address that says none. */
export function viewOf(query: string, kept: ListOrder = USUAL_ORDER): View {
  const asked = new URLSearchParams(query);
  const order = asked.get("order");
  const shown = among(PANELS, asked.get("panel"));
  return {
    filter: among(FILTERS, asked.get("show")) ?? "all",
    search: searchText(asked.get("q") ?? ""),
    order: isListOrder(order) ? order : kept,
    delivery: number(asked.get("delivery")),
    courier: number(asked.get("courier")),
    run: number(asked.get("run")),
    plan: number(asked.get("plan")),
    folded: new Set((asked.get("folded") ?? "").split(".").flatMap((name) => among(PANELS, name) ?? [])),
    shown: shown === undefined || shown === "line" ? usualPanel(asked) : shown,
  };
}

/** The query of a view; what others have put there, such as the language, stays. */
export function queryOf(view: View, before: string): string {
  const query = new URLSearchParams(before);
  const set = (name: string, value: string): void => (value === "" ? query.delete(name) : query.set(name, value));
  set("show", view.filter === "all" ? "" : view.filter);
  set("q", view.search);
  set("order", view.order === USUAL_ORDER ? "" : view.order);
  set("delivery", view.delivery === null ? "" : String(view.delivery));
  set("courier", view.courier === null ? "" : String(view.courier));
  set("run", view.run === null ? "" : String(view.run));
  set("plan", view.plan === null ? "" : String(view.plan));
  set("folded", PANELS.filter((panel) => view.folded.has(panel)).join("."));
  set("panel", view.shown === usualPanel(query) ? "" : view.shown);
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}
