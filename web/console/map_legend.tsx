import "./map_legend.css";
import { useLateDesk } from "./late/words.ts";

/** As the graphics card draws them: `fleet_shaders.ts`. */
const SHAPES = ["waiting", "waiting_late", "free", "carrying", "late", "stale", "gone", "ends", "doors", "dim"] as const;

/** What the map's shapes mean, folded until somebody asks. */
export function MapLegend() {
  const { say } = useLateDesk();
  return (
    <details class="legend">
      <summary>{say("legend")}</summary>
      <ul>
        {SHAPES.map((shape) => (
          <li key={shape}><span class={`shape ${shape}`} aria-hidden="true" />{say(`legend.${shape}`)}</li>
        ))}
      </ul>
    </details>
  );
}
