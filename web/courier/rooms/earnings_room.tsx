// What a transporter earned, by day, week or month, and as a file.
import { useState } from "preact/hooks";
import "./rooms.css";
import type { components } from "../../shared/api.ts";
import { Field } from "../../shared/field.tsx";
import { Loaded, useLoading } from "../../shared/loading.tsx";
import { money } from "../../shared/numbers.ts";
import { problemOf } from "../../shared/problems.ts";
import { saveFile } from "../../shared/saving.ts";
import { date } from "../../shared/times.ts";
import type { RoomGiven } from "./words.ts";

type Statement = components["schemas"]["EarningsStatement"];
const PORTIONS = ["day", "week", "month"] as const;

export function EarningsRoom({ client, language, say }: RoomGiven) {
  const [by, setBy] = useState<string>("day");
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [problem, setProblem] = useState("");
  const asked = new URLSearchParams({ by });
  if (from !== "") asked.set("date_from", from);
  if (to !== "") asked.set("date_to", to);
  const path = `/api/transporters/me/earnings/?${asked}`;
  const statement = useLoading(() => client.call<Statement>(path), [path]);
  const save = async (): Promise<void> => {
    setProblem("");
    try {
      await saveFile(client, `${path}&format=csv`, `earnings-${statement.value?.first_day ?? ""}-${statement.value?.last_day ?? ""}.csv`);
    } catch (error) {
      setProblem(problemOf(error, say));
    }
  };
  return (
    <section class="room">
      <h1 tabIndex={-1}>{say("earnings.title")}</h1>
      <Field label={say("earnings.by")} name="by" value={by} onValue={setBy} choices={PORTIONS.map((one) => [one, say(`earnings.${one}`)])} />
      <div class="ends">
        <Field label={say("earnings.from")} name="date_from" type="date" value={from || (statement.value?.first_day ?? "")} onValue={setFrom} />
        <Field label={say("earnings.to")} name="date_to" type="date" value={to || (statement.value?.last_day ?? "")} onValue={setTo} />
      </div>
      <Loaded of={statement} language={language} say={say}>
        {(found) => (
          <>
            <p class="answer number">{money(found.earned, language)}</p>
            <p class="quiet">{say("earnings.sum", { count: found.deliveries })} · {say("earnings.in_all", { sum: money(found.earned_in_all, language) })}</p>
            {found.portions.length === 0 && <p class="card">{say("earnings.none")}</p>}
            <ul class="list">
              {[...found.portions].reverse().map((one) => (
                <li key={one.first_day} class="card">
                  <details>
                    <summary class="row">
                      <span>
                        {date(Date.parse(one.first_day), language)}
                        {one.last_day !== one.first_day && ` – ${date(Date.parse(one.last_day), language)}`} <span class="quiet">· {say("earnings.sum", { count: one.deliveries })}</span>
                      </span>
                      <strong class="number">{money(one.earned, language)}</strong>
                    </summary>
                    {one.lines.map((line) => (
                      <p key={line.delivery} class="row small">
                        <span class="number">{line.tracking_number}</span>
                        <span class="number">{money(line.earned, language)}</span>
                      </p>
                    ))}
                  </details>
                </li>
              ))}
            </ul>
          </>
        )}
      </Loaded>
      <p class="problem" role="alert">{problem}</p>
      <button type="button" class="button" onClick={() => void save()}>{say("earnings.file")}</button>
    </section>
  );
}
