// A field whose text the address has once somebody pauses: what is typed meanwhile stays below their hands.
import { useEffect, useRef, useState } from "preact/hooks";

const TYPED_MS = 250;

/** What stands in the field, and who hears of each sign. `text`: as the address has it; `tell`: it was typed. */
export function useTyped(text: string, tell: (typed: string) => void): [string, (typed: string) => void] {
  const [typed, setTyped] = useState(text);
  const told = useRef(text);
  if (told.current !== text) {
    told.current = text;
    setTyped(text); // of elsewhere, such as a link
  }
  useEffect(() => {
    if (typed === told.current) return;
    const done = setTimeout(() => {
      told.current = typed;
      tell(typed);
    }, TYPED_MS);
    return () => clearTimeout(done);
  }, [typed]);
  return [typed, setTyped];
}
