import { useState } from "preact/hooks";
import { useActing } from "../acting.ts";
import type { components } from "../api.ts";
import type { Client } from "../client.ts";
import { Field } from "../field.tsx";
import { Loaded, useLoading } from "../loading.tsx";
import type { Language } from "../numbers.ts";
import { clock } from "../times.ts";
import { speaker } from "../words.ts";
import own from "./words.json";

type ShareLink = components["schemas"]["ShareLinkAnswer"];
type Made = components["schemas"]["MadeShareLink"];

const DAY_H = 24;
const LIVES_H = [6, DAY_H, 2 * DAY_H, 7 * DAY_H];

/** Links to one parcel: made, listed and taken back. */
export function ShareLinks({ number, client, language }: { number: string; client: Client; language: Language }) {
  const say = speaker(language, own);
  const path = `/api/deliveries/${encodeURIComponent(number)}/share-links/`;
  const links = useLoading(() => client.call<ShareLink[]>(path), [number]);
  const [label, setLabel] = useState("");
  const [hours, setHours] = useState(String(2 * DAY_H));
  const [url, setUrl] = useState("");
  const [copied, setCopied] = useState(false);
  const making = useActing<{ label: string; expires_in_h: number }>(say, async (body, key) => {
    const made = await client.call<Made>(path, { method: "POST", body, idempotencyKey: key });
    setUrl(made.url);
    setCopied(false);
    await links.reload();
  });
  const revoking = useActing<number>(say, async (id) => {
    await client.call(`${path}${id}/`, { method: "DELETE" });
    await links.reload();
  });
  const life = (count: number): string => (count < 2 * DAY_H ? say("share.hours.some", { count }) : say("share.days", { count: count / DAY_H }));
  const problem = making.problem !== "" ? making.problem : revoking.problem;
  return (
    <section class="card fields" data-share={number}>
      <h2>{say("share.title", { number })}</h2>
      <p class="quiet">{say("share.about")}</p>
      <form class="fields" onSubmit={(event) => { event.preventDefault(); void making.start({ label, expires_in_h: Number(hours) }); }}>
        <Field label={say("share.label")} name="label" value={label} onValue={setLabel} problem={making.fields["label"]} more={{ maxlength: 80 }} />
        <Field label={say("share.hours")} name="expires_in_h" value={hours} onValue={setHours} choices={LIVES_H.map((one): [string, string] => [String(one), life(one)])} />
        <div class="actions"><button class="button first" disabled={making.pending}>{say("share.make")}</button></div>
      </form>
      {url !== "" && (
        <div role="status">
          <p>{say("share.made")}</p>
          <p><a class="number" href={url}>{url}</a></p>
          <button type="button" class="button" onClick={() => void navigator.clipboard.writeText(url).then(() => setCopied(true), () => undefined)}>{say(copied ? "share.copied" : "share.copy")}</button>
        </div>
      )}
      {problem !== "" && <p class="problem" role="alert">{problem}</p>}
      <Loaded of={links} language={language} say={say}>
        {(all) =>
          all.length === 0 ? <p class="quiet">{say("share.none")}</p> : (
            <ul class="lines">
              {all.map((link) => (
                <li key={link.id}>
                  <span>{link.label === "" ? say("share.unnamed") : link.label} · {link.is_good ? say("share.until", { at: clock(Date.parse(link.expires_at), Date.now(), language) }) : say("share.ended")}</span>
                  {link.is_good && <button type="button" class="button" disabled={revoking.pending} onClick={() => void revoking.start(link.id)}>{say("share.revoke")}</button>}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  );
}
