// What stands on the parcel: read from a picture of it, or typed.
import { ScanBarcode } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../../shared/icon.tsx";
import { NEED, Need } from "../need.tsx";
import { isOfParcel } from "../questions.ts";
import { fetchReader, textsIn } from "./reading.ts";
import type { CourierSay } from "../words.ts";

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
  const [reading, setReading] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
    fetchReader();
  }, []);

  const answer = (read: readonly string[]): void => {
    const found = read.find((one) => isOfParcel(one, numbers));
    if (found !== undefined) return onAnswer(found);
    setProblem(say(read.length === 0 ? "barcode.none" : "barcode.other"));
  };
  const scan = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    setProblem("");
    setReading(true);
    try {
      answer(await textsIn(file));
    } catch {
      setProblem(say("barcode.none"));
    } finally {
      setReading(false);
    }
  };
  return (
    <form onSubmit={(event) => { event.preventDefault(); if (typed.trim() !== "") answer([typed]); }}>
      <h1 ref={heading} tabIndex={-1} class="answer" aria-describedby={NEED}>{say("barcode.title")}</h1>
      <Need required why={say("barcode.required")} say={say} />
      <label class="button large file">
        <Icon of={ScanBarcode} />{say(reading ? "barcode.reading" : "barcode.scan")}
        <input type="file" accept="image/*" capture="environment" disabled={busy || reading} onChange={(event) => void scan(event.currentTarget.files?.[0])} />
      </label>
      <label>
        {say("barcode.typed")}
        <input class="number" value={typed} maxLength={120} autocomplete="off" autocapitalize="characters" onInput={(event) => setTyped(event.currentTarget.value)} />
      </label>
      <p class="problem" role="alert">{problem}</p>
      <button class="button first large" disabled={busy || typed.trim() === ""}>{say("barcode.use")}</button>
    </form>
  );
}
