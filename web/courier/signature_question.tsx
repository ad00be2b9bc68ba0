// A signature by finger, or a name where nobody can or wants to draw one.
import { useEffect, useRef, useState } from "preact/hooks";
import type { CourierSay } from "./words.ts";

const WIDTH = 640;
const HEIGHT = 280;
const PEN = 4;
const RELATIONS = ["self", "family", "neighbour", "colleague", "guard", "reception", "other"] as const;

interface Asked {
  name: string;
  /** What was signed already, and who did. */
  signature: string | null;
  signed_by: string;
  relation: string;
  required: boolean;
  say: CourierSay;
  busy: boolean;
  /** What is done with it, and without one. */
  use: string;
  skip: string;
  onAnswer: (signature: string | null, signed_by: string, relation: string) => void;
}

export function SignatureQuestion({ name, signature, signed_by, relation: known, required, say, busy, use, skip, onAnswer }: Asked) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [drawn, setDrawn] = useState(false);
  const [typed, setTyped] = useState("");
  const [signer, setSigner] = useState(signed_by || name);
  const [relation, setRelation] = useState(() => relationOf(known));
  const [before, setBefore] = useState(signature); // on this paper; null once somebody signs anew
  const given = before !== null || drawn || typed.trim() !== "";
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
    if (before !== null) return onAnswer(before, signer.trim(), relation);
    const paper = canvas.current;
    if (paper === null) return;
    if (!drawn) write(paper, typed.trim());
    onAnswer(paper.toDataURL("image/png"), signer.trim(), relation);
  };
  return (
    <>
      <h1 ref={heading} tabIndex={-1} class="answer">{say("signature.title", { name })}</h1>
      <p class="quiet">{say(required ? "signature.required" : "signature.optional")}</p>
      {before !== null && <img class="proof" src={before} alt={say("signature.taken")} />}
      {before === null && <div class="paper"><canvas ref={canvas} class="pad" width={WIDTH} height={HEIGHT} role="img" aria-label={say("signature.pad")} />{!drawn && <span class="here" aria-hidden="true">{say("signature.here")}</span>}</div>}
      {before === null && (
        <label>
          {say("signature.typed")}
          <input value={typed} maxLength={120} autocomplete="off" onInput={(event) => setTyped(event.currentTarget.value)} />
        </label>
      )}
      {required && (
        <div class="signer">
          <label>
            {say("signature.signer")}
            <input value={signer} maxLength={120} autocomplete="off" onInput={(event) => setSigner(event.currentTarget.value)} />
          </label>
          <label>
            {say("signature.relation")}
            <select value={relation} onChange={(event) => setRelation(relationOf(event.currentTarget.value))}>
              {RELATIONS.map((one) => <option key={one} value={one}>{say(`relation.${one}`)}</option>)}
            </select>
          </label>
        </div>
      )}
      {(given || required) && <button type="button" class="button first large" disabled={busy || !given || (required && signer.trim() === "")} onClick={finish}>{use}</button>}
      {(before !== null || drawn || typed !== "") && <button type="button" class="button" onClick={clear}>{say(before !== null ? "signature.again" : "signature.clear")}</button>}
      {!required && <button type="button" class={given ? "button" : "button first large"} disabled={busy} onClick={() => onAnswer(null, "", "self")}>{skip}</button>}
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

function write(canvas: HTMLCanvasElement, name: string): void {
  const ink = empty(canvas);
  if (ink === null) return;
  ink.font = "48px system-ui, sans-serif";
  ink.textBaseline = "middle";
  ink.fillText(name, PEN * 4, canvas.height / 2, canvas.width - PEN * 8);
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
