// A question before something that cannot be taken back.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

interface Question {
  title: string;
  yes: string;
  no: string;
  onYes: () => void;
  onNo: () => void;
  children?: ComponentChildren;
}

/** The dialog holds the focus and gives it back; Escape is a no. */
export function AskTwice({ title, yes, no, onYes, onNo, children }: Question) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const shown = dialog.current;
    const before = document.activeElement;
    shown?.showModal();
    return () => {
      shown?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class="ask"
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onNo();
      }}
    >
      <p id={heading} class="title">{title}</p>
      {children}
      <div class="choices">
        <button type="button" class="button" onClick={onNo}>{no}</button>
        <button type="button" class="button first" onClick={onYes}>{yes}</button>
      </div>
    </dialog>
  );
}
