// The pictures of a product while it is changed: those that it has, and one more.
import { ImagePlus, Trash2 } from "lucide";
import { useState } from "preact/hooks";
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
  problem?: string | undefined;
  say: Say;
}

export function PictureField({ images, onImages, picked, onPick, problem, say }: Given) {
  const [trouble, setTrouble] = useState("");
  const pick = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    setTrouble("");
    try {
      onPick(await asJpeg(file));
    } catch {
      setTrouble(say("picture.unreadable"));
    }
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
