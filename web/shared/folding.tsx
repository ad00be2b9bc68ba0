// What narrows a list lies behind one button where there is little room, which says what of it is set.
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import "./folding.css";

export function Folding({ words, children }: { words: string; children: ComponentChildren }) {
  const id = useId();
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="button fold" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>{words}</button>
      <div id={id} class="folding">{children}</div>
    </>
  );
}
