// One question follows another at the same place of the screen: a tap too many must not answer the one that nobody has read.
import { useEffect, useState } from "preact/hooks";

const SETTLES_MS = 600;

/** Whether what is asked, as `asked` names it, has stood long enough to be answered; what a page opens with may be at once. */
export function useSettled(asked: string): boolean {
  const [settled, setSettled] = useState<string>(asked);
  useEffect(() => {
    const waits = setTimeout(() => setSettled(asked), SETTLES_MS);
    return () => clearTimeout(waits);
  }, [asked]);
  return settled === asked;
}
