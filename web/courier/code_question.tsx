// The four digits that the customer says.
import { Delete } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../shared/icon.tsx";
import { NEED, Need } from "./need.tsx";
import { codeOf } from "./questions.ts";
import type { CourierSay } from "./words.ts";

const DIGITS = 4;
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"] as const;

interface Asked {
  name: string;
  tries_left: number | undefined;
  busy: boolean;
  use: string;
  say: CourierSay;
  onAnswer: (code: string) => void;
}

export function CodeQuestion({ name, tries_left, busy, use, say, onAnswer }: Asked) {
  const [code, setCode] = useState("");
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <form class="asked-code" onSubmit={(event) => { event.preventDefault(); if (code.length === DIGITS) onAnswer(code); }}>
      <h1 ref={heading} tabIndex={-1} class="answer" aria-describedby={NEED}>{say("code.title", { name })}</h1>
      <Need required why={say("code.required")} say={say} />
      <label>
        {say("code.digits")}
        <input class="number digits" inputMode="numeric" autocomplete="off" maxLength={8} value={code} onInput={(event) => setCode((event.currentTarget.value = codeOf(event.currentTarget.value)))} />
      </label>
      {tries_left !== undefined && <p class="quiet">{say("code.tries", { count: tries_left })}</p>}
      <div class="keys" role="group" aria-label={say("code.digits")}>
        {KEYS.map((key) => <button key={key} type="button" class="button number" onClick={() => setCode(codeOf(code + key))}>{key}</button>)}
        <button type="button" class="button" aria-label={say("code.delete")} title={say("code.delete")} onClick={() => setCode(code.slice(0, -1))}><Icon of={Delete} /></button>
      </div>
      <button class="button first large" disabled={busy || code.length < DIGITS}>{use}</button>
    </form>
  );
}
