// What a key does on the console. It is loaded late; what is pressed before it came is done once it is there.
import { runCommand } from "./commands.ts";
import type { Desk } from "./desk.ts";
import { commandOf, isSteered, takesLetters } from "./keys.ts";

export function press(event: KeyboardEvent, target: EventTarget | null, desk: Desk): void {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
  const command = commandOf({ key, ctrlKey, metaKey, altKey, shiftKey, typing: takesLetters(target), steered: isSteered(target) });
  if (command !== null && runCommand(command, desk)) event.preventDefault();
}
