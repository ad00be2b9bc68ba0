import { X } from "lucide";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import "./side_sheet.css";
import { Icon } from "./icon.tsx";
import type { Say } from "./words.ts";

/** A sheet beside what is there. It keeps the focus, Escape and a click beside it close it, and the focus goes back. */
export function SideSheet({ title, onClose, say, children }: { title: string; onClose: () => void; say: Say; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      class="sheet"
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault(); // the address says what is open
        onClose();
      }}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div class="inside">
        <header>
          <h2 id={heading}>{title}</h2>
          <button type="button" class="button plain" onClick={onClose}>
            <Icon of={X} />
            {say("close")}
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
