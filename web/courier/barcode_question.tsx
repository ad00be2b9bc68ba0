// What stands on the parcel: read by the camera where the browser can, else typed.
import { ScanBarcode } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../shared/icon.tsx";
import { isOfParcel } from "./questions.ts";
import type { CourierSay } from "./words.ts";

interface Detector {
  detect(picture: ImageBitmap): Promise<readonly { rawValue: string }[]>;
}

declare global {
  interface Window {
    BarcodeDetector?: new () => Detector;
  }
}

interface Asked {
  /** What may stand on it. */
  numbers: readonly (string | null | undefined)[];
  busy: boolean;
  say: CourierSay;
  onAnswer: (scanned: string) => void;
}

export function BarcodeQuestion({ numbers, busy, say, onAnswer }: Asked) {
  const [typed, setTyped] = useState("");
  const [problem, setProblem] = useState("");
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);

  const answer = (read: readonly string[]): void => {
    const found = read.find((one) => isOfParcel(one, numbers));
    if (found !== undefined) return onAnswer(found);
    setProblem(say(read.length === 0 ? "barcode.none" : "barcode.other"));
  };
  const scan = async (file: File | undefined): Promise<void> => {
    if (file === undefined || window.BarcodeDetector === undefined) return;
    setProblem("");
    try {
      const found = await new window.BarcodeDetector().detect(await createImageBitmap(file));
      answer(found.map((one) => one.rawValue));
    } catch {
      setProblem(say("barcode.none"));
    }
  };
  return (
    <form onSubmit={(event) => { event.preventDefault(); if (typed.trim() !== "") answer([typed]); }}>
      <h1 ref={heading} tabIndex={-1} class="answer">{say("barcode.title")}</h1>
      {window.BarcodeDetector !== undefined && (
        <label class="button large file">
          <Icon of={ScanBarcode} />{say("barcode.scan")}
          <input type="file" accept="image/*" capture="environment" onChange={(event) => void scan(event.currentTarget.files?.[0])} />
        </label>
      )}
      <label>
        {say("barcode.typed")}
        <input class="number" value={typed} maxLength={120} autocomplete="off" autocapitalize="characters" onInput={(event) => setTyped(event.currentTarget.value)} />
      </label>
      <p class="problem" role="alert">{problem}</p>
      <button class="button first large" disabled={busy || typed.trim() === ""}>{say("barcode.use")}</button>
    </form>
  );
}
