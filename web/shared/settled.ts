// One question follows another at the same place of the screen: a tap too many must not answer the one that nobody has read.
import { useEffect, useRef, useState } from "preact/hooks";

const SETTLES_MS = 600;

/** Whether what is asked, as `asked` names it, has stood long enough to be answered; the first may be at once. Null before it is known. */
export function useSettled(asked: string | null): boolean {
  const first = useRef<string | null>(null);
  first.current ??= asked;
  const [settled, setSettled] = useState<string | null>(null);
  useEffect(() => {
    const waits = setTimeout(() => setSettled(asked), SETTLES_MS);
    return () => clearTimeout(waits);
  }, [asked]);
  return asked !== null && (asked === first.current || asked === settled);
}
