import { X } from "lucide";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import "./side_sheet.css";
import { Icon } from "./icon.tsx";
import type { Say } from "./words.ts";

/** What a sheet that only asks something asks first. */
const FIRST_ASKED = ".inside > header + form :is(input, select, textarea)";

/**
 * A sheet beside what is there. It keeps the focus, Escape and a click beside it close it, and the focus goes back.
 *
 * Whoever types is at its first question where it begins with a form; a finger is not: the keys of a phone would cover it.
 */
export function SideSheet({ title, onClose, say, children }: { title: string; onClose: () => void; say: Say; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const shown = dialog.current;
    const opened = document.activeElement;
    shown?.showModal();
    if (matchMedia("(pointer: fine)").matches) shown?.querySelector<HTMLElement>(FIRST_ASKED)?.focus();
    return () => {
      shown?.close();
      // By now it is out of the page, and a browser gives the focus back only to whom a dialog in the page was opened by.
      if (opened instanceof HTMLElement && opened.isConnected) opened.focus();
    };
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
