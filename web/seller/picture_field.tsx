// The pictures of a product while it is changed: those that it has, and one more.
import { ImagePlus, Trash2 } from "lucide";
import { useRef, useState } from "preact/hooks";
import { Icon } from "../shared/icon.tsx";
import { asJpeg } from "../shared/shrinking.ts";
import type { Say } from "./speech.ts";

interface Given {
  /** Addresses of those that it has. */
  images: readonly string[];
  onImages: (images: string[]) => void;
  /** A new one, made smaller here; null for none. */
  picked: string | null;
  onPick: (picture: string | null) => void;
  /** Whether one is being made smaller: what is saved meanwhile would be without it. */
  onWork: (works: boolean) => void;
  problem?: string | undefined;
  say: Say;
}

export function PictureField({ images, onImages, picked, onPick, onWork, problem, say }: Given) {
  const [trouble, setTrouble] = useState("");
  const newest = useRef(0);
  const pick = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    setTrouble("");
    onWork(true);
    const mine = ++newest.current; // of several that are worked on the last one counts
    try {
      const picture = await asJpeg(file);
      if (mine === newest.current) onPick(picture);
    } catch {
      if (mine === newest.current) setTrouble(say("picture.unreadable"));
    }
    if (mine === newest.current) onWork(false);
  };
  return (
    <fieldset class="pictures">
      <legend>{say("pictures")}</legend>
      <ul>
        {images.map((image, index) => (
          <li key={image}>
            {image.startsWith("/media/") ? <img src={image} alt={say("picture.of", { count: index + 1 })} loading="lazy" /> : <span class="small">{say("picture.elsewhere")}</span>}
            <Remove name={say("picture.remove", { count: index + 1 })} onClick={() => onImages(images.filter((one) => one !== image))} />
          </li>
        ))}
        {picked !== null && (
          <li>
            <img src={picked} alt={say("picture.new")} />
            <Remove name={say("picture.remove.new")} onClick={() => onPick(null)} />
          </li>
        )}
      </ul>
      <label class="button file">
        <Icon of={ImagePlus} />
        {say(picked === null ? "picture.add" : "picture.another")}
        <input
          type="file"
          accept="image/jpeg,image/png,image/webp"
          aria-describedby="picture-problem"
          onChange={(event) => {
            const input = event.currentTarget;
            void pick(input.files?.[0]).then(() => (input.value = ""));
          }}
        />
      </label>
      <p id="picture-problem" class="problem" role="alert">{problem || trouble}</p>
    </fieldset>
  );
}

function Remove({ name, onClick }: { name: string; onClick: () => void }) {
  return (
    <button type="button" class="button" aria-label={name} title={name} onClick={onClick}>
      <Icon of={Trash2} />
    </button>
  );
}
