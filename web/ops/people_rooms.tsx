import { Fragment } from "preact";
import { useState } from "preact/hooks";
import { useActing } from "../shared/acting.ts";
import type { components } from "../shared/api.ts";
import { Link } from "../shared/link.tsx";
import { Listing } from "../shared/listing.tsx";
import { Loaded, useLoading } from "../shared/loading.tsx";
import { Mark } from "../shared/mark.tsx";
import { SideSheet } from "../shared/side_sheet.tsx";
import { bothDates } from "../shared/times.ts";
import { Acts, Facts } from "./facts.tsx";
import { type Given, when } from "./given.ts";
import { type Say, wordOf } from "./speech.ts";
import { Sure } from "./sure.tsx";
import { useZones, zoneFilter } from "./zones.ts";

type Transporter = components["schemas"]["ListedAnswer"];
const PRESENCES = ["online", "stale", "offline"] as const;

function vehicleOf({ vehicle_type, vehicle_number }: Pick<Transporter, "vehicle_type" | "vehicle_number">, say: Say): string {
  return `${wordOf("vehicle", vehicle_type, say)} ${vehicle_number}`;
}

/** Transporters and their papers: who may carry. */
export function Transporters(given: Given) {
  const { client, address, language, say } = given;
  const zones = useZones(client);
  return (
    <>
      <h1>{say("transporters")}</h1>
      <Listing<Transporter>
        {...given}
        path="/api/transporters/"
        caption={say("transporters")}
        empty={say("transporters.empty")}
        search="search"
        filters={[
          { name: "is_verified", label: say("verified"), choices: [["false", say("verified.no")], ["true", say("verified.yes")]] },
          { name: "presence", label: say("presence"), choices: PRESENCES.map((one) => [one, wordOf("presence", one, say)]) },
          zoneFilter(zones, address.query.get("zone"), say),
          { name: "date_from", label: say("audit.from") },
          { name: "date_to", label: say("audit.to") },
        ]}
        idOf={(one) => one.id}
        columns={[
          { key: "name", title: say("name"), value: (one) => one.name },
          { key: "business", title: say("business"), value: (one) => one.business_name },
          { key: "vehicle", title: say("vehicle"), value: (one) => vehicleOf(one, say) },
          { key: "verified", title: say("verified"), value: (one) => Number(one.is_verified), cell: (one) => <Verified is={one.is_verified} say={say} /> },
          { key: "presence", title: say("presence"), value: (one) => wordOf("presence", one.presence, say) },
          { key: "created", title: say("since.title"), value: (one) => one.created_at, cell: (one) => when(one.created_at, language) },
        ]}
        sheet={(id, row, loading, close) => <TransporterById key={id} id={id} row={row} given={given} onDone={loading.reload} onClose={close} />}
      />
    </>
  );
}

interface Opened {
  id: string;
  row: Transporter | null;
  given: Given;
  onDone: () => Promise<void>;
  onClose: () => void;
}

/** A transporter that a link leads to, also where it is on no page of the list that is shown. */
function TransporterById({ id, row, given, onDone, onClose }: Opened) {
  const { client, language, say } = given;
  const asked = useLoading(() => (row === null ? client.call<Transporter>(`/api/transporters/${encodeURIComponent(id)}/`) : Promise.resolve(row)), [row]);
  const done = async (): Promise<void> => {
    await Promise.all([asked.reload(), onDone()]);
  };
  const found = row ?? asked.value;
  if (found !== null) return <TransporterSheet row={found} given={given} onDone={done} onClose={onClose} />;
  return <SideSheet title={say("audit.transporter")} onClose={onClose} say={say}><Loaded of={asked} language={language} say={say}>{() => null}</Loaded></SideSheet>;
}

function TransporterSheet({ row, given: { client, language, say }, onDone, onClose }: Omit<Opened, "id" | "row"> & { row: Transporter }) {
  return (
    <SideSheet title={row.name} onClose={onClose} say={say}>
      <Facts
        of={[
          [say("business"), row.business_name],
          [say("phone"), <a href={`tel:${row.phone}`}>{row.phone}</a>],
          [say("email"), row.email],
          [say("vehicle"), vehicleOf(row, say)],
          [say("capacity"), say("kilograms", { count: row.capacity_kg })],
          [say("verified"), <Verified is={row.is_verified} say={say} />],
          [say("papers"), say("papers.version", { count: row.papers_version })],
          [say("transporter.account"), <Link href={`/ops/users?open=${row.user}`}>{row.email}</Link>],
          [say("deliveries.room"), <Link href={`/ops/deliveries?transporter=${row.id}`}>{say("transporter.deliveries")}</Link>],
        ]}
      />
      <h3>{say("documents")}</h3>
      {row.documents.length === 0 && <p class="quiet">{say("documents.none")}</p>}
      <dl class="facts">
        {row.documents.map((paper) => (
          <Fragment key={paper.kind}>
            <dt>{wordOf("paper", paper.kind, say)}</dt>
            <dd>
              <span class="number">{paper.number}</span>
              {paper.expires_on !== null && <> · {say("documents.until", { date: bothDates(Date.parse(paper.expires_on), language) })}</>}
              {" "}
              <Verified is={paper.verified} say={say} />
            </dd>
          </Fragment>
        ))}
      </dl>
      <Acts
        client={client}
        say={say}
        onDone={onDone}
        acts={[{ words: say("verify"), path: `/api/transporters/${row.id}/verify/`, body: () => ({ version: row.papers_version }), first: !row.is_verified }]}
      />
      {row.is_verified && <Withdrawing of={row} client={client} say={say} onDone={onDone} />}
    </SideSheet>
  );
}

/** Whoever carries loses work by it, so it is asked a second time. */
function Withdrawing({ of, client, say, onDone }: { of: Pick<Transporter, "id" | "name" | "papers_version">; onDone: () => Promise<void> } & Pick<Given, "client" | "say">) {
  const [asked, setAsked] = useState(false);
  const acting = useActing<string>(say, async (reason, key) => {
    await client.call(`/api/transporters/${of.id}/verify/`, { method: "POST", body: { approved: false, version: of.papers_version, reason }, idempotencyKey: key });
    setAsked(false);
    await onDone();
  });
  const turn = (): void => {
    acting.forget();
    setAsked(!asked);
  };
  return (
    <>
      <div class="actions"><button type="button" class="button" aria-expanded={asked} disabled={acting.pending} onClick={turn}>{say("verify.withdraw")}</button></div>
      {asked && <Sure what={say("verify.withdraw")} then={say("verify.withdraw.then", { name: of.name })} acting={acting} onSure={(reason) => void acting.start(reason)} onNot={turn} say={say} />}
    </>
  );
}

/** Whether an admin has accepted what a transporter handed in. */
export function Verified({ is, say }: { is: boolean; say: Say }) {
  return <Mark as={is ? "done" : "wait"}>{say(is ? "verified.yes" : "verified.no")}</Mark>;
}
