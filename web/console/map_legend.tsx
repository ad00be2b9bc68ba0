import "./map_legend.css";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Looks } from "./density.ts";
import { DIM, KIND, LATE } from "./fleet_buffer.ts";
import { drawGlyphs } from "./fleet_glyphs.ts";
import { useLateDesk } from "./late/words.ts";

/** Couriers as the graphics card draws them; what is looked at has a ring. */
const MARKERS = [
  ["free", KIND.free],
  ["carrying", KIND.carrying],
  ["late", KIND.carrying + LATE],
  ["stale", KIND.stale],
  ["late_stale", KIND.stale + LATE],
  ["gone", KIND.gone],
  ["picked", KIND.carrying],
] as const;
const DIMMED = ["dim", KIND.carrying + DIM] as const;
/** What the map itself draws, as `console_map.ts` says; of the first group always, of the last while the list is filtered. */
const PLACES = ["waiting", "waiting_late", "ends"] as const;
const FILTERED = ["doors", "doors_late"] as const;

interface Given {
  looks: Looks;
  /** Whether the map shows bright only what the list has. */
  filtered: boolean;
  /** Whether something is dimmed by that, and something else is not. */
  dims: boolean;
  /** Whether parcels are ticked. */
  chosen: boolean;
}

/** What the map's shapes mean, as they are drawn now; folded until somebody asks. */
export function MapLegend({ looks, filtered, dims, chosen }: Given) {
  const { say } = useLateDesk();
  const [opened, setOpened] = useState(false);
  const shapes = [...PLACES, ...(chosen ? (["chosen"] as const) : []), ...(filtered ? FILTERED : [])];
  return (
    <>
      <div role="status">{dims && <p class="counted">{say("map.filtered")}</p>}</div>
      {!filtered && (looks === "dots" || looks === "counts") && <p class="counted">{say("map.dense")}</p>}
      <details class="legend" open={opened} onToggle={(event) => setOpened(event.currentTarget.open)}>
        <summary>{say("legend")}</summary>
        {opened && (
          <ul data-looks={looks}>
            {looks === "counts" ? <Counted /> : <Markers looks={looks} filtered={filtered} />}
            <Shape of="doubt" />
            {shapes.map((shape) => <Shape key={shape} of={shape} />)}
          </ul>
        )}
      </details>
    </>
  );
}

function Shape({ of }: { of: "chosen" | "counted" | "counted_late" | "doubt" | (typeof PLACES)[number] | (typeof FILTERED)[number] }) {
  const { say } = useLateDesk();
  return <li><span class="glyph"><span class={`shape ${of}`} aria-hidden="true" /></span>{say(`legend.${of}`)}</li>;
}

function Counted() {
  return <><Shape of="counted" /><Shape of="counted_late" /></>;
}

function Markers({ looks, filtered }: { looks: Exclude<Looks, "counts">; filtered: boolean }) {
  const { say } = useLateDesk();
  const list = useRef<(HTMLCanvasElement | null)[]>([]);
  const dark = useDark();
  const rows = [...MARKERS, ...(filtered ? [DIMMED] : [])];
  useEffect(() => {
    const glyphs = rows.flatMap(([, look], place) => {
      const canvas = list.current[place] ?? null;
      return canvas === null ? [] : [{ look, canvas }];
    });
    try {
      drawGlyphs(glyphs, rows.findIndex(([name]) => name === "picked"), looks);
    } catch {
      // The words stand alone.
    }
  }, [looks, filtered, dark]);
  return (
    <>
      {rows.map(([name], place) => (
        <li key={name} data-look={name}>
          <span class="glyph"><canvas ref={(one) => void (list.current[place] = one)} aria-hidden="true" /></span>
          {say(`legend.${name}`)}
        </li>
      ))}
    </>
  );
}

/** Whether the page is dark, and it is drawn anew where that changes. */
function useDark(): boolean {
  const [asked] = useState(() => matchMedia("(prefers-color-scheme: dark)"));
  const [dark, setDark] = useState(asked.matches);
  useEffect(() => {
    const change = (): void => setDark(asked.matches);
    asked.addEventListener("change", change);
    return () => asked.removeEventListener("change", change);
  }, []);
  return dark;
}
