// Whether the customer is old enough, by a paper that was looked at.
import { useEffect, useRef, useState } from "preact/hooks";
import { NEED, Need } from "./need.tsx";
import type { CourierSay } from "./words.ts";

interface Asked {
  name: string;
  age: number;
  busy: boolean;
  say: CourierSay;
  onAnswer: () => void;
}

export function AgeQuestion({ name, age, busy, say, onAnswer }: Asked) {
  const [younger, setYounger] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <>
      <h1 ref={heading} tabIndex={-1} class="answer" aria-describedby={NEED}>{say("age.title", { name, age })}</h1>
      <Need required why={say("age.paper")} say={say} />
      {younger && <p class="problem" role="alert">{say("age.younger")}</p>}
      <button type="button" class="button first large" disabled={busy} onClick={onAnswer}>{say("age.yes")}</button>
      <button type="button" class="button" onClick={() => setYounger(true)}>{say("age.no")}</button>
    </>
  );
}
