// What a key does on the console. It is loaded late; what is pressed before it came is done once it is there.
import { runCommand } from "./commands.ts";
import type { Desk } from "./desk.ts";
import { commandOf, isSteered, takesLetters } from "./keys.ts";

/** A key, and where it was pressed: an event says that no longer once it was handled. */
export interface Early {
  event: KeyboardEvent;
  target: EventTarget | null;
}

export function press(event: KeyboardEvent, target: EventTarget | null, desk: Desk): void {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
  const command = commandOf({ key, ctrlKey, metaKey, altKey, shiftKey, typing: takesLetters(target), steered: isSteered(target) });
  if (command !== null && runCommand(command, desk)) event.preventDefault();
}

/** All at once, each after what the one before it changed is drawn: as if they were pressed now. A dialog that one of them opened has the rest. */
export async function pressAll(early: readonly Early[], newest: () => { desk: Desk; busy: boolean }): Promise<void> {
  for (const { event, target } of early) {
    const { desk, busy } = newest();
    if (busy) return;
    const field = document.activeElement;
    if (!takesLetters(target) && field instanceof HTMLInputElement && takesLetters(field) && isWritten(event)) write(event.key, field);
    else press(event, target, desk);
    await null; // drawing comes in between
  }
}

function isWritten({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  return [...key].length === 1 && !ctrlKey && !metaKey && !altKey;
}

/** What was typed behind the key that leads to a field was meant for it. */
function write(text: string, field: HTMLInputElement): void {
  field.value += text;
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}
