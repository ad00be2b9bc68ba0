// A box over the map: what waits in it is chosen. By key, with all that is in sight.
import "./box_choice.css";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Spot } from "./console_map.ts";
import { useLateDesk } from "./late/words.ts";

interface Given {
  /** The corners of what was drawn, in pixels of the map; null: all that is in sight. */
  onBox: (box: readonly [Spot, Spot] | null) => void;
}

export function BoxChoice({ onBox }: Given) {
  const { say, setBoxing } = useLateDesk();
  const field = useRef<HTMLDivElement>(null);
  const [from, setFrom] = useState<Spot | null>(null);
  const [to, setTo] = useState<Spot | null>(null);
  useEffect(() => field.current?.focus(), []);
  const spotOf = (event: PointerEvent): Spot => {
    const { left, top } = field.current?.getBoundingClientRect() ?? { left: 0, top: 0 };
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const choose = (box: readonly [Spot, Spot] | null): void => {
    setBoxing(false);
    onBox(box);
  };
  return (
    <div
      ref={field}
      class="box-choice"
      tabIndex={0}
      role="group"
      aria-label={say("box.label")}
      onKeyDown={(event) => {
        if (event.key === "Enter") choose(null);
      }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setFrom(spotOf(event));
        setTo(spotOf(event));
      }}
      onPointerMove={(event) => from !== null && setTo(spotOf(event))}
      onPointerUp={(event) => from !== null && choose([from, spotOf(event)])}
      onPointerCancel={() => setFrom(null)}
    >
      <p class="counted">{say("box.help")}</p>
      {from !== null && to !== null && (
        <span class="box" style={{ left: Math.min(from.x, to.x), top: Math.min(from.y, to.y), width: Math.abs(to.x - from.x), height: Math.abs(to.y - from.y) }} />
      )}
    </div>
  );
}
