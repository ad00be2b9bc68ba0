// Who works, who rests, and who should be at work and is not: planned shifts of a day beside what was worked.
import "../../shared/field.css";
import "./shifts.css";
import { changed, go, readAddress } from "../../shared/address.ts";
import type { components } from "../../shared/api.ts";
import { Field } from "../../shared/field.tsx";
import { Link } from "../../shared/link.tsx";
import { Loaded, useLoading } from "../../shared/loading.tsx";
import { Mark, type MarkKind } from "../../shared/mark.tsx";
import { MOST_SEARCHED, searchText } from "../../shared/search_text.ts";
import { DAY_MIN, dayAt, midnightBefore, midnightOf } from "../../shared/shifts.ts";
import { clock, date, duration, inHours } from "../../shared/times.ts";
import { useTyped } from "../../shared/typed.ts";
import type { RoomGiven } from "../rooms.tsx";
import { type Attendance, type Bar, placeOf, plannedBars, workedBars, workedMin } from "./day.ts";

type Page = components["schemas"]["PageOfAttendanceAnswer"];

const SHOWN = ["all", "on", "break", "off", "missing"] as const;
const RENEWED_MS = 30_000;
const PAGE_SIZE = 50;
const DAY_MS = DAY_MIN * 60_000;
const HOURS = [0, 6, 12, 18];

export function ShiftsRoom({ client, address, language, say }: RoomGiven) {
  const now = Date.now();
  const midnight = midnightOf(address.query.get("day") ?? "") ?? midnightBefore(now);
  const today = midnight === midnightBefore(now);
  const show = SHOWN.find((one) => one === address.query.get("show")) ?? "all";
  const find = searchText(address.query.get("find") ?? "");
  const page = Math.max(1, Number(address.query.get("page")) || 1);
  const asked = new URLSearchParams({ day: dayAt(midnight), page: String(page), page_size: String(PAGE_SIZE) });
  if (show === "missing") asked.set("missing", "true");
  else if (show !== "all") asked.set("duty", show);
  if (find !== "") asked.set("search", find);
  const loading = useLoading(() => client.call<Page>(`/api/transporters/attendance/?${asked}`), [asked.toString()], today ? RENEWED_MS : null);
  const to = (changes: Record<string, string | number | null>): void => go(changed(readAddress(location.href), { ...changes, page: null }), { replace: true });
  const dayLink = (at: number): string => changed(address, { day: at === midnightBefore(now) ? null : dayAt(at), page: null });
  return (
    <div class="shifts">
      <h1>{say("room.shifts")}</h1>
      <div class="head field-row">
        <Field label={say("shifts.day")} name="day" type="date" value={dayAt(midnight)} onValue={(day) => midnightOf(day) !== null && to({ day })} />
        <Link class="button" href={dayLink(midnight - DAY_MS)}>{say("shifts.before")}</Link>
        <Link class="button" href={dayLink(midnight + DAY_MS)}>{say("shifts.after")}</Link>
        <Finding text={find} say={say} onText={(text) => to({ find: text })} />
      </div>
      <div class="choices" role="group" aria-label={say("shifts.show")}>
        {SHOWN.map((one) => (
          <button key={one} type="button" class="button" aria-pressed={one === show} onClick={() => to({ show: one === "all" ? null : one })}>{say(`shifts.show.${one}`)}</button>
        ))}
      </div>
      <Loaded of={loading} language={language} say={say} lines={8}>
        {(found) => (
          <>
            <p class="quiet small" role="status">{say(today ? "shifts.count" : "shifts.count.then", { count: found.count, day: date(midnight, language) })}</p>
            {found.results.length === 0 && <p class="card">{say(show === "missing" ? "shifts.none.missing" : "shifts.none")}</p>}
            {found.results.length > 0 && (
              <div class="days">
                <p class="scale number small quiet" aria-hidden="true"><span>{HOURS.map((hour) => <span key={hour} style={{ left: `${(100 * hour) / 24}%` }}>{clock(midnight + hour * 3_600_000, midnight, language)}</span>)}</span></p>
                <ul>{found.results.map((one) => <Day key={one.id} of={one} midnight={midnight} today={today} now={Math.max(now, loading.came_at)} language={language} say={say} />)}</ul>
                <p class="key small quiet" aria-hidden="true"><span class="stretch planned" /> {say("shifts.planned")} <span class="stretch worked" /> {say("shifts.worked")}</p>
              </div>
            )}
            {(page > 1 || found.next !== null) && (
              <nav class="actions" aria-label={say("pages")}>
                {page > 1 && <Link class="button" href={changed(address, { page: page - 1 })}>{say("shifts.page.before")}</Link>}
                {found.next !== null && <Link class="button" href={changed(address, { page: page + 1 })}>{say("shifts.page.after")}</Link>}
                <span class="small quiet">{say("page.of", { page, count: Math.ceil(found.count / PAGE_SIZE) })}</span>
              </nav>
            )}
          </>
        )}
      </Loaded>
    </div>
  );
}

type Spoken = Pick<RoomGiven, "language" | "say">;

function Finding({ text, onText, say }: { text: string; onText: (text: string) => void; say: RoomGiven["say"] }) {
  const [typed, setTyped] = useTyped(text, onText);
  return <Field label={say("find")} name="find" type="search" value={typed} onValue={(value) => setTyped(searchText(value))} more={{ maxLength: MOST_SEARCHED }} />;
}

const MARKS: Readonly<Record<Attendance["duty"], MarkKind>> = { on: "done", break: "wait", off: "stale" };

function Day({ of, midnight, today, now, language, say }: { of: Attendance; midnight: number; today: boolean; now: number } & Spoken) {
  const planned = plannedBars(of);
  const worked = workedBars(of, midnight, now);
  return (
    <li data-transporter={of.id}>
      <div class="who">
        <strong>{of.name}</strong>
        <p><Mark as={of.is_missing ? "late" : MARKS[of.duty]}>{stateOf(of, now, { language, say })}</Mark></p>
        <a class="small number" href={`tel:${of.phone}`}>{of.phone}</a>
      </div>
      <div class="line" aria-hidden="true">
        {planned.map((bar) => <span key={`p${bar.from}`} class="stretch planned" style={widthOf(bar)} />)}
        {worked.map((bar) => <span key={`w${bar.from}`} class="stretch worked" style={widthOf(bar)} />)}
        {today && <span class="now" style={{ left: `${placeOf(now, midnight)}%` }} />}
      </div>
      <p class="small quiet number">
        {of.planned.length === 0 ? say("shifts.unplanned") : say("shifts.planned.at", { times: of.planned.map(({ begins, ends }) => `${begins}–${ends}`).join(", ") })}
        {" · "}
        {of.worked.length === 0 ? say("shifts.unworked") : say("shifts.worked.for", { sum: inHours(workedMin(of, now) * 60, say) })}
      </p>
    </li>
  );
}

function stateOf(of: Attendance, now: number, { language, say }: Spoken): string {
  const since = of.since === null ? null : clock(Date.parse(of.since), now, language);
  if (of.is_missing) return since === null ? say("shifts.missing") : say("shifts.missing.since", { at: since });
  if (of.duty === "break" && of.break_until !== null) {
    const left_s = (Date.parse(of.break_until) - now) / 1000;
    return say("shifts.break", { at: since ?? "–", left: duration(left_s, say) });
  }
  return since === null ? say(`shifts.show.${of.duty}`) : say(of.duty === "on" ? "shifts.on.since" : "shifts.off.since", { at: since });
}

function widthOf({ from, to }: Bar): { left: string; width: string } {
  return { left: `${from}%`, width: `${to - from}%` };
}
