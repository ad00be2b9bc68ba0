// What happened to a delivery: its steps with the times of all who told them, its tries, and through whose hands it went.
import type { components } from "../../shared/api.ts";
import { flagWords, handKey } from "../../shared/hands/hands.ts";
import { Link } from "../../shared/link.tsx";
import { Mark } from "../../shared/mark.tsx";
import told_steps from "../../shared/told_steps.json";
import { isKey } from "../../shared/words.ts";
import { when } from "../given.ts";
import type { TradeGiven } from "./given.ts";

type Details = components["schemas"]["DetailedDelivery"];
type Step = Details["tracking_history"][number];
type History = components["schemas"]["AssignmentHistory"];
type Shown = Pick<TradeGiven, "language" | "say">;

/** The server's own words in English; what its step means in another language. */
function stepWords({ message, status }: Step, { language, say }: Shown): string {
  if (language === "en") return message;
  const told = Object.entries(told_steps).find(([said]) => said === message)?.[1] ?? "";
  return isKey(told) ? say(told) : say(`stands.${status}`);
}

function Doubts({ flags, say }: { flags: readonly string[] | undefined; say: TradeGiven["say"] }) {
  return flags === undefined || flags.length === 0 ? null : <Mark as="late">{flags.map((flag) => flagWords(flag, say)).join(" · ")}</Mark>;
}

/** Newest last, as it went. */
export function Steps({ of, language, say }: { of: readonly Step[] } & Shown) {
  return (
    <table class="steps">
      <thead>
        <tr>
          <th scope="col">{say("step")}</th>
          <th scope="col">{say("step.happened")}</th>
          <th scope="col">{say("step.noticed")}</th>
          <th scope="col">{say("step.phone")}</th>
          <th scope="col">{say("step.where")}</th>
        </tr>
      </thead>
      <tbody>
        {of.map((step, at) => (
          <tr key={at}>
            <th scope="row">{stepWords(step, { language, say })}{step.notes !== "" && <p class="small quiet">{step.notes}</p>}</th>
            <td data-title={say("step.happened")}><time dateTime={step.timestamp}>{when(step.timestamp, language)}</time></td>
            <td data-title={say("step.noticed")}><time dateTime={step.noticed_at}>{when(step.noticed_at, language)}</time></td>
            <td data-title={say("step.phone")}>{when(step.happened_at, language)}</td>
            <td data-title={say("step.where")}>
              {step.location === null ? "–" : step.location.address ?? <span class="number">{step.location.latitude.toFixed(5)}, {step.location.longitude.toFixed(5)}</span>}
              {" "}<Doubts flags={step.flags} say={say} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Attempts({ delivery: { attempts, attempts_left }, language, say }: { delivery: Details } & Shown) {
  if (attempts.length === 0) return <p>{say("attempts.none")}</p>;
  return (
    <>
      <ol class="found">
        {attempts.map((one) => (
          <li key={one.number}>
            <time dateTime={one.timestamp}>{when(one.timestamp, language)}</time> · {say(`tried.${one.reason}`)}
            {one.note !== "" && ` · ${one.note}`} · {say("step.noticed")} {when(one.noticed_at, language)}
            {one.photo !== null && <> · <a href={one.photo.url}>{say("attempts.photo")}</a></>}
            {" "}<Doubts flags={one.flags} say={say} />
          </li>
        ))}
      </ol>
      <p class="small quiet">{say("attempts.left", { count: attempts_left })}</p>
    </>
  );
}

export function Hands({ of: { hands, decisions, given_back }, language, say }: { of: History } & Shown) {
  if (hands.length + decisions.length + given_back.length === 0) return <p>{say("hands.none")}</p>;
  const told = hands.flatMap((hand) => {
    const key = handKey(hand);
    return key === null ? [] : [{ ...hand, words: say(key, { name: hand.transporter_name, from: hand.taken_from_name ?? "", by: hand.by_name ?? say("hand.dispatcher") }) }];
  });
  return (
    <>
      <ol class="found">
        {told.map((hand, at) => (
          <li key={at}><time dateTime={hand.at}>{when(hand.at, language)}</time> · {hand.words} · <Link href={`/ops/transporters?open=${hand.transporter}`}>{hand.transporter_name}</Link></li>
        ))}
      </ol>
      {decisions.length > 0 && (
        <>
          <h3>{say("decisions")}</h3>
          <ul class="found">
            {decisions.map((one, at) => (
              <li key={at}>
                <time dateTime={one.at}>{when(one.at, language)}</time> · {one.transporter_name} · {one.strategy.replaceAll("_", " ")}
                {one.total_score !== null && ` · ${say("decisions.score", { count: one.total_score })}`}
                {one.assigned_by_name !== null && ` · ${one.assigned_by_name}`}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
