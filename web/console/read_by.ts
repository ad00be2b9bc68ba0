// Rows that are drawn, and whoever reads them.
import type { HTMLAttributes } from "preact";
import { useMemo } from "preact/hooks";
import { Reading, Steady } from "./steady.ts";

type Handlers = Pick<HTMLAttributes<HTMLElement>, "onPointerMove" | "onPointerLeave" | "onPointerDown" | "onWheel" | "onTouchMove" | "onFocusIn" | "onKeyDown" | "onFocusOut">;

/** By what an element tells that somebody reads what is in it. */
export function readBy(reading: Reading): Handlers {
  return {
    onPointerMove: (event) => reading.touch(event.pointerType === "mouse" ? "pointer" : undefined),
    onPointerLeave: () => reading.leave("pointer"),
    onPointerDown: () => reading.touch(),
    onWheel: () => reading.touch(),
    onTouchMove: () => reading.touch(),
    onFocusIn: () => reading.touch("focus"),
    onKeyDown: () => reading.touch("focus"),
    onFocusOut: (event) => {
      if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) reading.leave("focus");
    },
  };
}

interface Still<Row> {
  rows: (wanted: readonly Row[], of: string) => Row[];
  /** For the element in which the rows stand. */
  handlers: Handlers;
}

/** Rows of a part of the page that stand still while somebody reads them, as those of the list do. */
export function useStill<Row>(keyOf: (row: Row) => string | number): Still<Row> {
  return useMemo(() => {
    const reading = new Reading(() => performance.now());
    const steady = new Steady<Row>(keyOf);
    return { rows: (wanted, of) => steady.rows(wanted, reading.on, of), handlers: readBy(reading) };
  }, []);
}
