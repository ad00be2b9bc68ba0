// All commands with their keys, found by typing: nobody has to remember a key, or where a button is.
import { useEffect, useRef, useState } from "preact/hooks";
import { go } from "../shared/address.ts";
import { runCommand } from "./commands.ts";
import { Dialog } from "./dialogs.tsx";
import { type Entry, entriesFound } from "./found_commands.ts";
import { signOf } from "./keys.ts";
import { useLateDesk } from "./late/words.ts";

const MOST_TYPED = 60;

export function CommandDialog() {
  const desk = useLateDesk();
  const { say, open, actions } = desk;
  const [typed, setTyped] = useState("");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const wordsOf = (entry: Entry): string => ("command" in entry && entry.command.do === "filter" ? say("commands.show", { filter: say(entry.words) }) : say(entry.words));
  const found = entriesFound(typed, wordsOf);
  const run = (entry: Entry): void => {
    open(null);
    // Once the dialog has given the focus back.
    setTimeout(() => {
      if ("room" in entry) go(entry.room);
      else if (!runCommand(entry.command, desk)) actions.tell("commands.not_now");
    });
  };
  return (
    <Dialog title={say("help.title")} onClose={() => open(null)}>
      <form
        class="commands"
        onSubmit={(event) => {
          event.preventDefault();
          const [first] = found;
          if (first !== undefined) run(first);
        }}
      >
        <label>
          {say("commands.search")}
          <input ref={field} type="search" value={typed} maxLength={MOST_TYPED} autocomplete="off" onInput={(event) => setTyped(event.currentTarget.value)} />
        </label>
        <ul aria-label={say("help.title")}>
          {found.map((entry) => (
            <li key={entry.words}>
              <button type="button" class="command" onClick={() => run(entry)}>
                <span>{wordsOf(entry)}</span>
                {entry.key !== "" && <kbd>{signOf(entry.key)}</kbd>}
              </button>
            </li>
          ))}
        </ul>
        {found.length === 0 && <p class="quiet" role="status">{say("commands.none")}</p>}
        <p class="small quiet">{say("commands.keys")}</p>
        <p class="actions"><button type="button" class="button" onClick={() => open(null)}>{say("console.close")}</button></p>
      </form>
    </Dialog>
  );
}
