// Who reads what is drawn.
import type { HTMLAttributes } from "preact";
import type { Reading } from "./steady.ts";

export type Handlers = Pick<HTMLAttributes<HTMLElement>, "onPointerMove" | "onPointerLeave" | "onPointerDown" | "onWheel" | "onTouchMove" | "onFocusIn" | "onKeyDown" | "onFocusOut">;

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
