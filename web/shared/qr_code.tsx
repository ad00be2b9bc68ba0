// A QR code, drawn black on white in every colour scheme and on paper. What makes it is loaded when it is needed.
import { useLayoutEffect, useRef } from "preact/hooks";
import { type Late, useLate } from "./late.tsx";

const QUIET_ZONE = 4; // modules of white around a code, as readers want it
const LEAST_PX = 560;

type Maker = Pick<typeof import("qr"), "encodeQR">;

/** What makes the codes, for all of a view: whoever shows them says where it is missing. */
export function useQr(): Late<Maker> {
  return useLate(() => import("qr"), true);
}

/** It is drawn as soon as `maker` is there, before anybody sees the view that has it. */
export function QrCode({ maker, text, label }: { maker: Maker | null; text: string; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const paper = canvas.current;
    const ink = paper?.getContext("2d");
    if (maker === null || paper === null || ink === null || ink === undefined) return;
    const modules = maker.encodeQR(text, "raw", { border: QUIET_ZONE, ecc: "medium" });
    const module_px = Math.ceil(LEAST_PX / modules.length);
    paper.width = paper.height = modules.length * module_px;
    ink.fillStyle = "#ffffff";
    ink.fillRect(0, 0, paper.width, paper.height);
    ink.fillStyle = "#000000";
    modules.forEach((row, y) => row.forEach((dark, x) => dark && ink.fillRect(x * module_px, y * module_px, module_px, module_px)));
    paper.dataset["drawn"] = text;
  }, [text, maker]);
  return <canvas ref={canvas} class="code" role="img" aria-label={label} />;
}
