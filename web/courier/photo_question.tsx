// A photo of the parcel: taken by the phone's camera, made smaller here.
import { Camera } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../shared/icon.tsx";
import { asJpeg } from "../shared/shrinking.ts";
import { NEED, Need } from "./need.tsx";
import type { CourierSay } from "./words.ts";

interface Asked {
  title: string;
  /** The one that was taken already. */
  photo: string | null;
  required: boolean;
  say: CourierSay;
  busy: boolean;
  /** What is done with it, and without one. */
  use: string;
  skip: string;
  /** It is taken once this is over: the phone may be writing it. */
  onTake: (photo: string) => void | Promise<void>;
  onAnswer: (photo: string | null) => void;
}

export function PhotoQuestion({ title, photo, required, say, busy, use, skip, onTake, onAnswer }: Asked) {
  const [problem, setProblem] = useState("");
  const [coming, setComing] = useState(false); // whoever took one must not go on without it by a tap while the phone works on it
  const taken = useRef(0);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);

  const take = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    setProblem("");
    setComing(true);
    const mine = ++taken.current; // of several that the phone works on the last one counts
    try {
      const picture = await asJpeg(file);
      if (mine === taken.current) await onTake(picture);
    } catch {
      if (mine === taken.current) setProblem(say("photo.unreadable"));
    }
    if (mine === taken.current) setComing(false);
  };
  return (
    <>
      <h1 ref={heading} tabIndex={-1} class="answer" aria-describedby={NEED}>{title}</h1>
      <Need required={required} why={say(required ? "photo.required" : "photo.optional")} busy={coming} say={say} />
      {photo !== null && <img class="proof" src={photo} alt={say("photo.taken")} />}
      <p class="problem" role="alert">{problem}</p>
      {photo !== null && <button type="button" class="button first large" disabled={busy || coming} onClick={() => onAnswer(photo)}>{use}</button>}
      <label class={photo !== null ? "button file" : "button first large file"}>
        <Icon of={Camera} />{say(photo === null ? "photo.take" : "photo.again")}
        <input type="file" accept="image/*" capture="environment" onChange={(event) => void take(event.currentTarget.files?.[0])} />
      </label>
      {photo === null && !required && <button type="button" class="button large" disabled={busy || coming} onClick={() => onAnswer(null)}>{skip}</button>}
    </>
  );
}
