// How far the pictures have come that go to the server in parts.
import type { Action } from "./actions.ts";
import { percentSent } from "./pictures_in_parts.ts";
import type { CourierSay } from "./words.ts";

/** Of the first of these that is on its way; nothing where none is. */
export function PicturesSent({ of, say }: { of: readonly Pick<Action, "uploads" | "state">[]; say: CourierSay }) {
  const percent = of.map(percentSent).find((one) => one !== null);
  if (percent === undefined || percent === null) return null;
  const words = say("queue.pictures", { percent });
  return <p class="pictures-sent"><progress max={100} value={percent} aria-label={words} /> <span class="number">{words}</span></p>;
}
