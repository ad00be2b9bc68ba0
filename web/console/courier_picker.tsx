// A courier found by typing, among all whom the console has heard of.
import { useId, useState } from "preact/hooks";
import { MOST_SEARCHED, searchText } from "../shared/search_text.ts";
import { useLateDesk } from "./late/words.ts";
import { couriersFound } from "./queue.ts";

const FOUND = 6;

interface Given {
  label: string;
  /** Not this one. */
  but?: number | null;
  chosen: number | null;
  onChoose: (courier: number | null) => void;
}

/** What is typed finds some; one of them is chosen. */
export function CourierPicker({ label, but = null, chosen, onChoose }: Given) {
  const { say, board } = useLateDesk();
  const [search, setSearch] = useState("");
  const name = useId();
  const found = couriersFound(board.profiles.values(), search, FOUND + 1).filter((one) => one.id !== but).slice(0, FOUND);
  const rest = chosen === null || found.some((one) => one.id === chosen) ? [] : [chosen];
  return (
    <div class="picker">
      <label class="small">
        {label}
        <input
          type="search"
          maxLength={MOST_SEARCHED}
          value={search}
          autocomplete="off"
          placeholder={say("picker.search")}
          onInput={(event) => setSearch(searchText(event.currentTarget.value))}
          onKeyDown={(event) => {
            const [first] = found;
            if (event.key !== "Enter" || first === undefined) return;
            event.preventDefault(); // chooses, and sends nothing yet
            onChoose(first.id);
          }}
        />
      </label>
      <div role="radiogroup" aria-label={label}>
        {[...rest, ...found.map((one) => one.id)].map((id) => (
          <label key={id} class="choice">
            <input type="radio" name={name} checked={chosen === id} onChange={() => onChoose(id)} />
            {board.nameOf(id) ?? `#${id}`} <span class="small quiet">{board.profiles.get(id)?.vehicle_number}</span>
          </label>
        ))}
      </div>
      {search !== "" && found.length === 0 && <p class="small quiet" role="status">{say("picker.none")}</p>}
    </div>
  );
}
