import { Bell, BellOff, BellRing, Keyboard, Maximize, PanelBottom, PanelLeft, PanelRight, Map as MapSign } from "lucide";
import type { IconNode } from "lucide";
import { Folding } from "../shared/folding.tsx";
import { Icon } from "../shared/icon.tsx";
import { MOST_SEARCHED, searchText } from "../shared/search_text.ts";
import { clock, duration } from "../shared/times.ts";
import type { SignedIn } from "../shared/sign_in.tsx";
import { ChosenBar } from "./chosen_bar.tsx";
import type { SoundState } from "./alarm.ts";
import { PANELS, type Panel, type View } from "./address.ts";
import { useDesk } from "./desk.ts";
import type { Live } from "./live.ts";
import { FILTERS, type Filter } from "./queue.ts";

const SIGNS: Readonly<Record<Panel, IconNode>> = { list: PanelLeft, map: MapSign, detail: PanelRight, line: PanelBottom };
const BELLS: Readonly<Record<SoundState, IconNode>> = { on: BellRing, waits: Bell, off: BellOff };
const NARROW = ["list", "map", "detail"] as const satisfies readonly View["shown"][];

export function Toolbar({ planned }: { planned: number }) {
  const { say, digits, view, go, board, counts, open, fit, plan, sound, turnSound } = useDesk();
  const countOf = (filter: Filter): string => (board.known ? digits(counts[filter]) : "–");
  return (
    <div class="toolbar" role="search" data-shown={view.shown}>
      <input
        id="search"
        type="search"
        maxLength={MOST_SEARCHED}
        value={view.search}
        placeholder={`${say("console.search")}  /`}
        aria-label={say("console.search")}
        autocomplete="off"
        onInput={(event) => go({ search: searchText(event.currentTarget.value) })}
      />
      <Folding words={`${say("console.filters")}: ${say(`filter.${view.filter}`)} ${countOf(view.filter)}`}>
        <div class="filters" role="group" aria-label={say("console.filters")}>
          {FILTERS.map((filter) => (
            <button key={filter} type="button" class={`filter ${filter} ${counts[filter] > 0 ? "some" : ""}`} aria-pressed={view.filter === filter} onClick={() => go({ filter })}>
              {say(`filter.${filter}`)} <span class="number">{countOf(filter)}</span>
            </button>
          ))}
        </div>
      </Folding>
      <div class="end">
        {view.folded.has("list") && <ChosenBar />}
        <button type="button" class="button first" onClick={plan}>{planned > 0 ? say("console.plan", { count: planned }) : say("console.plan.none")}</button>
        <Tool sign={BELLS[sound]} name={say(`sound.${sound}`)} words={say(`sound.${sound}.words`)} pressed={sound !== "off"} onClick={turnSound} />
        <span class="wide">
          {PANELS.map((panel) => {
            const folded = view.folded.has(panel);
            const words = say(folded ? "console.unfold" : "console.fold", { panel: say(`panel.${panel}`) });
            return (
              <Tool key={panel} sign={SIGNS[panel]} name={say(`panel.${panel}`)} words={words} pressed={!folded} onClick={() => go({ folded: without(view.folded, panel, folded) })} />
            );
          })}
          <Tool sign={Maximize} name={say("tool.fit")} words={say("console.fit")} onClick={fit} />
          <Tool sign={Keyboard} name={say("tool.keys")} words={say("console.keys")} onClick={() => open("help")} />
        </span>
      </div>
      <div class="narrow" role="group" aria-label={say("console.views")}>
        {NARROW.map((panel) => (
          <button key={panel} type="button" aria-pressed={view.shown === panel} onClick={() => go({ shown: panel })}>{say(`panel.${panel}`)}</button>
        ))}
      </div>
    </div>
  );
}

/** `name` stands beside the sign where there is room, and `words` below it for whoever points at it or comes to it by key: a title shows for the first alone. */
function Tool(given: { sign: IconNode; name: string; words: string; pressed?: boolean; onClick: () => void }) {
  return (
    <button type="button" class="tool" aria-label={given.words} aria-pressed={given.pressed} onClick={given.onClick}>
      <Icon of={given.sign} />
      <span class="name" aria-hidden="true">{given.name}</span>
      <span class="tip" aria-hidden="true">{given.words}</span>
    </button>
  );
}

function without(folded: ReadonlySet<Panel>, panel: Panel, isFolded: boolean): ReadonlySet<Panel> {
  const next = new Set(folded);
  if (isFolded) next.delete(panel);
  else next.add(panel);
  return next;
}

/** Whether what is shown is as it is now, who works here, and the time. */
export function LiveChip({ live, signedIn }: { live: Live; signedIn: SignedIn }) {
  const { say, now, language } = useDesk();
  const silent = duration((live.silent_ms ?? 0) / 1000, say);
  const state = live.state === "ended" ? "offline" : live.old ? (live.state === "open" ? "polling" : "offline") : "live";
  const words =
    live.state === "ended"
      ? say("live.ended")
      : live.old
        ? live.silent_ms === null
          ? say("live.connecting")
          : live.state === "open"
            ? say("live.old", { age: silent })
            : `${say("live.waiting")} · ${say("live.old", { age: silent })}`
        : say("live.live");
  return (
    <>
      <span class="number small quiet">{clock(now, now, language)}</span>
      <span class={`chip ${state}`} data-state={state} role="status">{words}</span>
      <span class="small quiet who">{say("sign_in.as", { email: signedIn.person.email })}</span>
    </>
  );
}
