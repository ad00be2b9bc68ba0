// How the server did over the last hours and days: each figure as a picture, and as a table for whoever does not see it.
import "./charts.css";
import { useMemo } from "preact/hooks";
import { changed } from "../../shared/address.ts";
import { Link } from "../../shared/link.tsx";
import { Loaded, useLoading } from "../../shared/loading.tsx";
import { clock } from "../../shared/times.ts";
import { type Given, moment } from "../given.ts";
import { Picture } from "./picture.tsx";
import { type Chart, HOURS, type History, type Line, chartsOf, endOf, hoursOf, rounded, sinceKnown, summaryOf, timesOf, told } from "./series.ts";
import type { ChartSay } from "./words.ts";

const RENEWED_MS = 60_000;
type Told = Pick<Given, "language"> & { say: ChartSay };

export function OverTime({ client, address, language, say }: Omit<Given, "say"> & { say: ChartSay }) {
  const hours = hoursOf(address.query.get("hours"));
  const history = useLoading(() => client.call<History>(`/api/v1/operations/history/?hours=${hours}`), [hours], RENEWED_MS);
  return (
    <section class="over-time" aria-labelledby="over-time">
      <h2 id="over-time">{say("charts")}</h2>
      <nav class="actions" aria-label={say("charts.hours")}>
        {HOURS.map((one) => <Link key={one} class="button" href={changed(address, { hours: one })} current={one === hours}>{say(`charts.last.${one}`)}</Link>)}
      </nav>
      <Loaded of={history} language={language} say={say} lines={8}>
        {(of) => <Pictures asked={of} came_at={history.came_at} language={language} say={say} />}
      </Loaded>
    </section>
  );
}

/** From when on something is known. */
function Pictures({ asked, came_at, language, say }: { asked: History; came_at: number } & Told) {
  const of = useMemo(() => sinceKnown(asked), [asked]);
  const told = { from: moment(Date.parse(of.starts_at), language), until: moment(endOf(of, came_at), language) };
  return (
    <div class="charts">
      <p class="quiet small" data-of="charts">{say("charts.of", told)}</p>
      {of !== asked && <p class="quiet small" data-of="before">{say("charts.before")}</p>}
      {chartsOf(of).map((chart) => <Figure key={chart.name} chart={chart} at={timesOf(of)} language={language} say={say} />)}
    </div>
  );
}

function inUnit(value: number, { unit }: Chart, say: ChartSay): string {
  return say(`unit.${unit}`, { count: rounded(value) });
}

function Figure({ chart, at, language, say }: { chart: Chart; at: number[] } & Told) {
  const known = chart.lines.filter((line) => summaryOf(line.values) !== null);
  const id = `chart-${chart.name}`;
  return (
    <figure class="card chart" aria-labelledby={id} data-chart={chart.name}>
      <figcaption id={id}>{say(`chart.${chart.name}`)} <span class="quiet small">{say(`in.${chart.unit}`)}</span></figcaption>
      {known.length === 0 ? <p class="quiet">{say("charts.nothing")}</p> : (
        <>
          <ul class="legend">
            {chart.lines.map((line, place) => <Legend key={line.name} line={line} place={place} chart={chart} say={say} />)}
          </ul>
          <Picture lines={chart.lines.map((line) => line.values)} at={at} words={(value) => say("count", { count: rounded(value) })} language={language} />
          <details>
            <summary>{say("charts.table")}</summary>
            <Numbers chart={chart} at={at} language={language} say={say} />
          </details>
        </>
      )}
    </figure>
  );
}

/** A line as it is drawn, what it is, and what it says in a sentence. */
function Legend({ line, place, chart, say }: { line: Line; place: number; chart: Chart; say: ChartSay }) {
  const of = summaryOf(line.values);
  return (
    <li>
      <span class={`stroke stroke-${place}`} aria-hidden="true" /> {say(`line.${line.name}`)}
      {of !== null && <span class="quiet small"> · {say("charts.summary", { last: inUnit(of.last, chart, say), lowest: inUnit(of.lowest, chart, say), highest: inUnit(of.highest, chart, say) })}</span>}
    </li>
  );
}

function Numbers({ chart, at, language, say }: { chart: Chart; at: number[] } & Told) {
  return (
    <div class="numbers" tabIndex={0} role="group" aria-label={say(`chart.${chart.name}`)}>
      <table class="steps">
        <thead>
          <tr>
            <th scope="col">{say("charts.at")}</th>
            {chart.lines.map((line) => <th key={line.name} scope="col">{say(`line.${line.name}`)}</th>)}
          </tr>
        </thead>
        <tbody>
          {told(chart.lines).map((place) => (
            <tr key={at[place]}>
              <th scope="row">{clock((at[place] ?? 0) * 1000, Date.now(), language)}</th>
              {chart.lines.map((line) => {
                const value = line.values[place] ?? null;
                return <td key={line.name} class="number">{value === null ? "–" : inUnit(value, chart, say)}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
