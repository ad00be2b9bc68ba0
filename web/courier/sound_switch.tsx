import { useState } from "preact/hooks";
import type { Given } from "./given.ts";

/** Whether this phone sounds when its courier is asked. */
export function SoundSwitch({ sound, say }: Pick<Given, "sound" | "say">) {
  const [on, setOn] = useState(sound.on);
  const turn = (to: boolean): void => {
    sound.turn(to);
    setOn(to);
  };
  return (
    <label class="sound">
      <input type="checkbox" checked={on} onChange={(event) => turn(event.currentTarget.checked)} />
      {say("sound.offers")}
    </label>
  );
}
