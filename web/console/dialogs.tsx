import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import "./dialogs.css";
import { NoticeBar } from "./notice_bar.tsx";

/** Keeps the focus inside while it is open, and gives it back. */
export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const opened = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (opened instanceof HTMLElement) opened.focus();
    };
  }, []);
  return (
    // A browser tells `close` later than `cancel`, of a dialog that is gone by then: somebody may have opened another one.
    <dialog ref={dialog} aria-labelledby="dialog-title" onClose={() => dialog.current !== null && onClose()} onCancel={onClose}>
      <h2 id="dialog-title" class="title">{title}</h2>
      {children}
      <NoticeBar inside />
    </dialog>
  );
}
