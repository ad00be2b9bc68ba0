// For the buyer alone: the code while the parcel is under way, and afterwards what proves that it arrived.
import { useEffect, useState } from "preact/hooks";
import type { components } from "../shared/api.ts";
import type { Client } from "../shared/client.ts";
import type { Language } from "../shared/numbers.ts";
import { ours, wasSigned } from "../shared/proof/records.ts";
import { clock } from "../shared/times.ts";
import type { Parcel } from "./parcel.ts";
import type { Say } from "./speech.ts";

type Told = components["schemas"]["ToldCode"];
type Handover = components["schemas"]["HandoverProof"];
type Proof = components["schemas"]["ProofOfDelivery"];

// A dispatcher may have made a new code meanwhile.
const RENEW_MS = 60_000;

/** Null for everybody but its buyer, where there is none, and where it cannot be asked now. Never rejects. */
async function find<Answer>(client: Pick<Client, "call" | "signedIn">, path: string): Promise<Answer | null> {
  if (!client.signedIn) return null;
  try {
    return await client.call<Answer>(path);
  } catch {
    return null;
  }
}

interface Given {
  parcel: Parcel;
  client: Client;
  language: Language;
  say: Say;
}

export function CodeCard({ parcel, client, say }: Omit<Given, "language">) {
  const [told, setTold] = useState<Told | null>(null);
  const path = `/api/deliveries/${encodeURIComponent(parcel.tracking_number)}`;
  useEffect(() => {
    // A code that is not there is not asked for: a browser notes each 404 as an error.
    let left = false;
    const ask = async (): Promise<void> => {
      const proof = await find<Proof>(client, `${path}/proof/`);
      const found = proof?.has_code === true ? await find<Told>(client, `${path}/code/`) : null;
      if (!left) setTold(found); // else it is asked for anew, and may be another by then
    };
    void ask();
    const renewing = setInterval(() => void ask(), RENEW_MS);
    return () => {
      left = true;
      clearInterval(renewing);
    };
  }, [client, path, parcel.status]);
  if (told === null || told.digits === null) return null;
  return (
    <section class="card" aria-labelledby="code">
      <h2 id="code">{say("code.title")}</h2>
      <p class="digits number">{told.digits}</p>
      <p class="quiet">{say(told.state.locked ? "code.locked" : "code.help")}</p>
    </section>
  );
}

export function ProofCard({ parcel, client, language, say }: Given) {
  const [handover, setHandover] = useState<Handover | null>(null);
  const path = `/api/deliveries/${encodeURIComponent(parcel.tracking_number)}/proof/`;
  useEffect(() => {
    void find<{ handovers: Handover[] }>(client, path).then((found) => setHandover(found?.handovers.find((one) => one.end === "drop_off") ?? null));
  }, [client, path]);
  if (handover === null) return null;
  const relation = handover.relation === "self" ? null : handover.relation;
  const signed = wasSigned(handover);
  const at = clock(Date.parse(handover.happened_at), Date.now(), language);
  return (
    <section class="card" aria-labelledby="proof">
      <h2 id="proof">{say("proof.title")}</h2>
      {/* When it was is the page's answer, right above. */}
      {handover.signed_by !== "" && <p>{say(signed ? "proof.signed" : "proof.received", { name: handover.signed_by, at })}</p>}
      {relation !== null && <p class="quiet">{say(`relation.${relation}`)}</p>}
      {handover.photo !== null && <img class="proof" src={ours(handover.photo.url)} alt={say("proof.photo")} />}
      {handover.signature !== null && <img class="proof paper" src={ours(handover.signature.url)} alt={say("proof.signature")} />}
      {handover.photo === null && handover.signature === null && <p class="quiet">{say(handover.signed_by === "" ? "proof.none" : "proof.no_photo")}</p>}
    </section>
  );
}
