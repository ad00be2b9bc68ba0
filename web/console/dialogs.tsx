import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useLateDesk } from "./late/words.ts";
import { EXPLAINED, keyOf } from "./keys.ts";

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
    <dialog ref={dialog} aria-labelledby="dialog-title" onClose={onClose} onCancel={onClose}>
      <h2 id="dialog-title" class="title">{title}</h2>
      {children}
    </dialog>
  );
}

export function HelpDialog() {
  const { say, open } = useLateDesk();
  return (
    <Dialog title={say("help.title")} onClose={() => open(null)}>
      <dl class="keys">
        {EXPLAINED.map((name) => (
          <div key={name}><dt><kbd>{keyOf(name)}</kbd></dt><dd>{say(`key.${name}`)}</dd></div>
        ))}
      </dl>
      <p class="actions"><button type="button" class="button" onClick={() => open(null)}>{say("console.close")}</button></p>
    </Dialog>
  );
}
