// A chart as a picture. Its table says the same to whoever does not see it.
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Language } from "../../shared/numbers.ts";
import { clock } from "../../shared/times.ts";
import { type Values, alone } from "./series.ts";

const HEIGHT = 160;
/** By the place of a line: its colour's role, and its dashes, so that it is not told by its colour alone. */
export const STROKES = [
  ["--accent", []],
  ["--late", [6, 4]],
  ["--wait", [2, 3]],
] as const;

interface Given {
  lines: readonly Values[];
  /** Seconds since 1970. */
  at: readonly number[];
  words: (value: number) => string;
  language: Language;
}

export function Picture({ lines, at, words, language }: Given) {
  const place = useRef<HTMLDivElement>(null);
  const drawn = useRef<uPlot | null>(null);
  const say = useRef(words);
  say.current = words;
  useEffect(() => {
    const box = place.current;
    if (box === null) return;
    const draw = (): void => {
      drawn.current?.destroy();
      drawn.current = new uPlot(options(box, lines.length, (value) => say.current(value), language), dataOf(at, lines), box);
    };
    draw();
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", draw); // its colours are read once
    const sized = new ResizeObserver(() => drawn.current?.setSize({ width: box.clientWidth, height: HEIGHT }));
    sized.observe(box);
    return () => {
      scheme.removeEventListener("change", draw);
      sized.disconnect();
      drawn.current?.destroy();
      drawn.current = null;
    };
  }, [lines.length, language]);
  useEffect(() => drawn.current?.setData(dataOf(at, lines)), [at, lines]);
  return <div ref={place} class="picture" aria-hidden="true" />;
}

function dataOf(at: readonly number[], lines: readonly Values[]): uPlot.AlignedData {
  return [[...at], ...lines.map((line) => [...line])];
}

function options(box: HTMLElement, lines: number, words: (value: number) => string, language: Language): uPlot.Options {
  const style = getComputedStyle(box);
  const colour = (role: string): string => style.getPropertyValue(role).trim();
  const axis = { stroke: colour("--ink-2"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 }, font: `12px ${style.fontFamily}` };
  return {
    width: box.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    // Where all is nought the picture still has a height; what is never below nought begins there.
    scales: { y: { range: (_, low, high) => [Math.min(0, low), high > 0 ? high * 1.1 : 1] } },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Asia/Kathmandu"),
    axes: [
      { ...axis, values: (_, ticks) => ticks.map((tick) => clock(tick * 1000, Date.now(), language)), space: 90 },
      { ...axis, values: (_, ticks) => ticks.map(words), size: 56 },
    ],
    series: [
      {},
      ...Array.from({ length: lines }, (_, at): uPlot.Series => {
        const [role, dash] = STROKES[at % STROKES.length] ?? STROKES[0];
        return { stroke: colour(role), dash: [...dash], width: 2, spanGaps: false, points: { show: true, filter: (plot, line) => alone(plot.data[line] as Values), size: 5, fill: colour(role) } };
      }),
    ],
  };
}
