// That something was kept is said for a moment, in a place that is there all the time: what lies below does not move.
import { useEffect, useState } from "preact/hooks";
import "./saved.css";

const SAID_MS = 4_000;

/** `saved`: whether it has just been kept. */
export function Saved({ saved, text }: { saved: boolean; text: string }) {
  const [said, setSaid] = useState(false);
  useEffect(() => {
    setSaid(saved);
    if (!saved) return;
    const waits = setTimeout(() => setSaid(false), SAID_MS);
    return () => clearTimeout(waits);
  }, [saved]);
  return <p role="status" class="saved">{said ? text : ""}</p>;
}
