import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { dayWords } from "./day_words.ts";
import "./field.css";
import { pageLanguage } from "./words.ts";

interface Given {
  label: string;
  name: string;
  value: string;
  onValue: (value: string) => void;
  /** The server's words for what is wrong with it. */
  problem?: string | undefined;
  help?: string;
  type?: "text" | "email" | "password" | "tel" | "number" | "search" | "date" | "datetime-local";
  lines?: number;
  /** Choices, value and words of each; then it is a list to choose from. */
  choices?: readonly (readonly [string, string])[];
  /** Other attributes of the input. */
  more?: Record<string, string | number | boolean>;
  /** Whether it must be filled in; it is marked so. */
  needed?: boolean;
  /** Whether the day that is chosen stands in words beside the field already. */
  day_said?: boolean;
  children?: ComponentChildren;
}

/** A field with its label above and the server's words below. */
export function Field({ label, name, value, onValue, problem = "", help = "", type = "text", lines = 1, choices, more = {}, needed = false, day_said = false, children }: Given) {
  const words = useId();
  const day = useId();
  const chosen = !day_said && (type === "date" || type === "datetime-local") ? dayWords(value, pageLanguage()) : "";
  const said = problem !== "" || help !== "";
  const common = {
    name,
    value,
    "aria-required": needed || undefined,
    "aria-invalid": problem !== "",
    "aria-describedby": [chosen === "" ? "" : day, said ? words : ""].filter((id) => id !== "").join(" ") || undefined,
  };
  return (
    <div class="field">
      <label>
        <span class={needed ? "needed" : undefined}>{label}</span>
        {choices !== undefined ? (
          <select {...common} onChange={(event) => onValue(event.currentTarget.value)}>
            {choices.map(([choice, text]) => <option key={choice} value={choice} selected={choice === value}>{text}</option>)}
          </select>
        ) : lines > 1 ? (
          <textarea {...common} rows={lines} onInput={(event) => onValue(event.currentTarget.value)} />
        ) : (
          // Preact's types allow no kind of input that is known only when it is drawn.
          <input {...({ ...common, type, ...more } as object)} onInput={(event) => onValue(event.currentTarget.value)} />
        )}
      </label>
      {children}
      {chosen !== "" && <p id={day} class="small quiet" data-of="day">{chosen}</p>}
      {said && <p id={words} class={`small ${problem === "" ? "quiet" : "problem"}`}>{problem === "" ? help : problem}</p>}
    </div>
  );
}

/** A field that is on or off. */
export function Check({ label, checked, onValue }: { label: string; checked: boolean; onValue: (checked: boolean) => void }) {
  return (
    <label class="check">
      <input type="checkbox" checked={checked} onChange={(event) => onValue(event.currentTarget.checked)} />
      {label}
    </label>
  );
}
