// A signature by finger; where none is required, the name of who received it may stand instead. A typed name is never made into a picture of a signature.
import { useEffect, useRef, useState } from "preact/hooks";
import { NEED, Need } from "./need.tsx";
import type { Proof } from "./proofs.ts";
import type { CourierSay } from "./words.ts";

const WIDTH = 640;
const HEIGHT = 280;
const PEN = 4;
const RELATIONS = ["self", "family", "neighbour", "colleague", "guard", "reception", "other"] as const;
const UNSIGNED = { signature: null, signed_by: "", relation: "self", received_by: "" };

interface Asked {
  name: string;
  /** What was signed already, and who did. */
  signature: string | null;
  signed_by: string;
  relation: string;
  /** Who received it without signing, as the courier typed it. */
  received_by: string;
  required: boolean;
  say: CourierSay;
  busy: boolean;
  /** What is done with it, and without one. */
  use: string;
  /** What is done with a name alone. */
  useName: string;
  skip: string;
  onAnswer: (given: Pick<Proof, "signature" | "signed_by" | "relation" | "received_by">) => void;
}

export function SignatureQuestion({ name, signature, signed_by, relation: known, received_by, required, say, busy, use, useName, skip, onAnswer }: Asked) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [drawn, setDrawn] = useState(false);
  const [typed, setTyped] = useState(received_by);
  const [written, setSigner] = useState<string | null>(signed_by || null);
  const [chosen, setRelation] = useState<ReturnType<typeof relationOf> | null>(null);
  const [before, setBefore] = useState(signature); // on this paper; null once somebody signs anew
  const given = before !== null || drawn;
  const signs = required || given; // then the name is of who signs, and it can be another than was expected
  const typed_first = !required && typed.trim() !== ""; // whoever typed a name and then has it signed means the same person
  const signer = written ?? (typed_first ? typed : name);
  const relation = chosen ?? (typed_first ? "other" : relationOf(known));
  const named = !given && !required && typed.trim() !== "";
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  useEffect(() => {
    if (canvas.current !== null) return pad(canvas.current, () => setDrawn(true));
    return undefined;
  }, [before === null]);

  const clear = (): void => {
    if (canvas.current !== null) empty(canvas.current);
    setBefore(null);
    setDrawn(false);
    setTyped("");
  };
  const finish = (): void => {
    const signed = before ?? (drawn ? canvas.current?.toDataURL("image/png") : undefined);
    if (signed !== undefined) onAnswer({ signature: signed, signed_by: signer.trim(), relation, received_by: "" });
    else if (named) onAnswer({ ...UNSIGNED, received_by: typed.trim() });
  };
  return (
    <>
      <h1 ref={heading} tabIndex={-1} class="answer" aria-describedby={NEED}>{say("signature.title", { name })}</h1>
      <Need required={required} why={say(required ? "signature.required" : "signature.optional")} say={say} />
      {before !== null && <img class="proof signed" src={before} alt={say("signature.taken")} />}
      {before === null && <div class="paper"><canvas ref={canvas} class="pad" width={WIDTH} height={HEIGHT} role="img" aria-label={say("signature.pad")} />{!drawn && <span class="here" aria-hidden="true">{say("signature.here")}</span>}</div>}
      {!signs && (
        <label>
          {say("signature.typed")}
          <input value={typed} maxLength={120} autocomplete="off" onInput={(event) => setTyped(event.currentTarget.value)} />
        </label>
      )}
      {signs && (
        <div class="signer">
          <label>
            {say("signature.signer")}
            <input value={signer} required={required} maxLength={120} autocomplete="off" onInput={(event) => setSigner(event.currentTarget.value)} />
          </label>
          <label>
            {say("signature.relation")}
            <select value={relation} onChange={(event) => setRelation(relationOf(event.currentTarget.value))}>
              {RELATIONS.map((one) => <option key={one} value={one}>{say(`relation.${one}`)}</option>)}
            </select>
          </label>
        </div>
      )}
      {(given || named || required) && <button type="button" class="button first large" disabled={busy || !(given || named) || (required && signer.trim() === "")} onClick={finish}>{named ? useName : use}</button>}
      {(before !== null || drawn || typed !== "") && <button type="button" class="button" onClick={clear}>{say(before !== null ? "signature.again" : "signature.clear")}</button>}
      {!required && <button type="button" class={given || named ? "button" : "button first large"} disabled={busy} onClick={() => onAnswer(UNSIGNED)}>{skip}</button>}
    </>
  );
}

function relationOf(text: string): (typeof RELATIONS)[number] {
  return RELATIONS.find((one) => one === text) ?? "other";
}

/** Black on white whatever the page's colours: it is looked at elsewhere. */
function empty(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
  const ink = canvas.getContext("2d");
  if (ink === null) return null;
  ink.fillStyle = "#ffffff";
  ink.fillRect(0, 0, canvas.width, canvas.height);
  ink.fillStyle = ink.strokeStyle = "#000000";
  ink.lineWidth = PEN;
  ink.lineCap = ink.lineJoin = "round";
  return ink;
}

/** Draws what a finger, pen or mouse writes. Returns what ends it. */
function pad(canvas: HTMLCanvasElement, onDrawn: () => void): () => void {
  const ink = empty(canvas);
  let writing = false;
  const at = (event: PointerEvent): [number, number] => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * canvas.width, ((event.clientY - box.top) / box.height) * canvas.height];
  };
  const down = (event: PointerEvent): void => {
    writing = true;
    canvas.setPointerCapture(event.pointerId);
    ink?.beginPath();
    ink?.moveTo(...at(event));
  };
  const move = (event: PointerEvent): void => {
    if (!writing || ink === null) return;
    ink.lineTo(...at(event));
    ink.stroke();
    onDrawn();
  };
  const up = (): void => {
    writing = false;
  };
  canvas.addEventListener("pointerdown", down);
  canvas.addEventListener("pointermove", move);
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  return () => {
    canvas.removeEventListener("pointerdown", down);
    canvas.removeEventListener("pointermove", move);
    canvas.removeEventListener("pointerup", up);
    canvas.removeEventListener("pointercancel", up);
  };
}
