// What proves a parcel's way, for its seller and for admins: pictures, who signed, how far from the address, and whether it is as it was written.
import { useMemo, useState } from "preact/hooks";
import "./proof.css";
import { useActing } from "../acting.ts";
import type { components } from "../api.ts";
import type { Client } from "../client.ts";
import { Loaded, useLoading } from "../loading.tsx";
import { type Language, measured } from "../numbers.ts";
import { clock } from "../times.ts";
import { speaker } from "../words.ts";
import { type Proof, type ProofRecord, ours, recordsOf } from "./records.ts";
import own from "./words.json";

type Verified = components["schemas"]["VerifiedProof"];
type Say = ReturnType<typeof speaker<typeof own>>;

export function ProofRecords({ number, client, language }: { number: string; client: Client; language: Language }) {
  const say = useMemo(() => speaker(language, own), [language]);
  const path = `/api/deliveries/${encodeURIComponent(number)}/proof/`;
  const proof = useLoading(() => client.call<Proof>(path), [path]);
  return (
    <Loaded of={proof} language={language} say={say}>
      {(found) => {
        const records = recordsOf(found);
        return records.length === 0 ? <p>{say("records.none")}</p> : (
          <>
            <ol class="records">{records.map((one) => <Record key={one.key} of={one} language={language} say={say} />)}</ol>
            <Check path={path} client={client} say={say} />
          </>
        );
      }}
    </Loaded>
  );
}

function Record({ of, language, say }: { of: ProofRecord; language: Language; say: Say }) {
  const about = [
    ...(of.signed_by === "" ? [] : [say(of.signed ? "record.signed" : "record.received", { name: of.signed_by })]),
    ...(of.distance_m === null ? [] : [say("record.far", { distance: measured(of.distance_m, language) })]),
    ...(of.photo === null && of.signature === null ? [say("record.no_pictures")] : []),
  ];
  return (
    <li>
      <p><time dateTime={new Date(of.at).toISOString()}>{clock(of.at, Date.now(), language)}</time> · {say(`record.${of.kind}`)}</p>
      <p class="quiet">{about.join(" · ")}</p>
      <div class="pictures">
        {of.photo !== null && <a href={ours(of.photo.url)} target="_blank" rel="noreferrer"><img src={ours(of.photo.url)} alt={say("record.photo")} /></a>}
        {of.signature !== null && <a href={ours(of.signature.url)} target="_blank" rel="noreferrer"><img class="signature" src={ours(of.signature.url)} alt={say("record.signature")} /></a>}
      </div>
    </li>
  );
}

function Check({ path, client, say }: { path: string; client: Client; say: Say }) {
  const [verified, setVerified] = useState<Verified | null>(null);
  const check = useActing<null>(say, async () => setVerified(await client.call<Verified>(`${path}verify/`)));
  const words = (found: Verified): string => (found.is_whole ? say("check.whole", { count: found.handovers + found.attempts }) : say("check.broken", { count: found.problems.length }));
  return (
    <>
      <p role="status">{verified === null ? "" : words(verified)}</p>
      <p class="problem" role="alert">{check.problem}</p>
      {verified === null && <button type="button" class="button" disabled={check.pending} onClick={() => void check.start(null)}>{say("check")}</button>}
    </>
  );
}
