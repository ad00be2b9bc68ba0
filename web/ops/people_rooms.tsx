import { Fragment } from "preact";
import type { components } from "../shared/api.ts";
import { Listing } from "../shared/listing.tsx";
import { Loaded, useLoading } from "../shared/loading.tsx";
import { Mark } from "../shared/mark.tsx";
import { SideSheet } from "../shared/side_sheet.tsx";
import { bothDates } from "../shared/times.ts";
import { Acts, Facts, only } from "./facts.tsx";
import { type Given, when } from "./given.ts";
import { type Say, wordOf } from "./speech.ts";

type Transporter = components["schemas"]["ListedAnswer"];
type Account = components["schemas"]["AccountAnswer"];
const ROLES = ["customer", "seller", "transporter", "admin"] as const;

function vehicleOf({ vehicle_type, vehicle_number }: Pick<Transporter, "vehicle_type" | "vehicle_number">, say: Say): string {
  return `${wordOf("vehicle", vehicle_type, say)} ${vehicle_number}`;
}

/** Transporters and their papers: who may carry. */
export function Transporters(given: Given) {
  const { client, language, say } = given;
  return (
    <>
      <h1>{say("transporters")}</h1>
      <Listing<Transporter>
        {...given}
        path="/api/transporters/"
        caption={say("transporters")}
        empty={say("transporters.empty")}
        search="search"
        filters={[{ name: "is_verified", label: say("verified"), choices: [["false", say("verified.no")], ["true", say("verified.yes")]] }]}
        idOf={(one) => one.id}
        columns={[
          { key: "name", title: say("name"), value: (one) => one.name },
          { key: "business", title: say("business"), value: (one) => one.business_name },
          { key: "vehicle", title: say("vehicle"), value: (one) => vehicleOf(one, say) },
          { key: "verified", title: say("verified"), value: (one) => Number(one.is_verified), cell: (one) => <Verified is={one.is_verified} say={say} /> },
          { key: "presence", title: say("presence"), value: (one) => wordOf("presence", one.presence, say) },
          { key: "created", title: say("since.title"), value: (one) => one.created_at, cell: (one) => when(one.created_at, language) },
        ]}
        sheet={(_, row, loading, close) =>
          row !== null && (
            <SideSheet title={row.name} onClose={close} say={say}>
              <Facts
                of={[
                  [say("business"), row.business_name],
                  [say("phone"), <a href={`tel:${row.phone}`}>{row.phone}</a>],
                  [say("email"), row.email],
                  [say("vehicle"), vehicleOf(row, say)],
                  [say("capacity"), say("kilograms", { count: row.capacity_kg })],
                  [say("verified"), <Verified is={row.is_verified} say={say} />],
                  [say("papers"), say("papers.version", { count: row.papers_version })],
                ]}
              />
              <h3>{say("documents")}</h3>
              {row.documents.length === 0 && <p class="quiet">{say("documents.none")}</p>}
              <dl class="facts">
                {row.documents.map((paper) => (
                  <Fragment key={paper.kind}>
                    <dt>{paper.kind}</dt>
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
                onDone={loading.reload}
                acts={[
                  { words: say("verify"), path: `/api/transporters/${row.id}/verify/`, body: () => ({ version: row.papers_version }), first: !row.is_verified },
                  ...(row.is_verified ? [{ words: say("verify.withdraw"), path: `/api/transporters/${row.id}/verify/`, body: () => ({ approved: false, version: row.papers_version }) }] : []),
                ]}
              />
            </SideSheet>
          )
        }
      />
    </>
  );
}

function Verified({ is, say }: { is: boolean; say: Say }) {
  return <Mark as={is ? "done" : "wait"}>{say(is ? "verified.yes" : "verified.no")}</Mark>;
}

function rolesOf(account: Account, say: Say): string {
  return account.roles.map((role) => wordOf("role", role, say)).join(", ");
}

/** Accounts: closing, opening again, roles. */
export function Users(given: Given) {
  const { language, say } = given;
  const roles = (account: Account): string => rolesOf(account, say);
  return (
    <>
      <h1>{say("users")}</h1>
      <Listing<Account>
        {...given}
        path="/api/v1/users/"
        caption={say("users")}
        empty={say("users.empty")}
        search="email"
        filters={[
          { name: "role", label: say("role"), choices: ROLES.map((role) => [role, wordOf("role", role, say)]) },
          { name: "is_active", label: say("state"), choices: [["true", say("account.open")], ["false", say("account.closed")]] },
        ]}
        idOf={(account) => account.id}
        columns={[
          { key: "email", title: say("email"), value: (account) => account.email },
          { key: "name", title: say("name"), value: (account) => account.name },
          { key: "roles", title: say("role"), value: roles },
          { key: "state", title: say("state"), value: (account) => Number(account.is_active), cell: (account) => <Open is={account.is_active} say={say} /> },
          { key: "created", title: say("since.title"), value: (account) => account.created_at, cell: (account) => when(account.created_at, language) },
        ]}
        sheet={(id, row, loading, close) => <AccountById key={id} id={id} row={row} given={given} onDone={loading.reload} onClose={close} />}
      />
    </>
  );
}

function Open({ is, say }: { is: boolean; say: Say }) {
  return <Mark as={is ? "done" : "stale"}>{say(is ? "account.open" : "account.closed")}</Mark>;
}

interface AccountGiven {
  given: Given;
  onDone: () => Promise<void>;
  onClose: () => void;
}

/** An account that a link leads to, also where it is on no page of the list that is shown. */
function AccountById({ id, row, given, onDone, onClose }: AccountGiven & { id: string; row: Account | null }) {
  const { client, language, say } = given;
  const asked = useLoading(() => (row === null ? client.call<Account>(`/api/v1/users/${encodeURIComponent(id)}/`) : Promise.resolve(row)), [row]);
  const done = async (): Promise<void> => {
    await Promise.all([asked.reload(), onDone()]);
  };
  const found = row ?? asked.value;
  if (found !== null) return <AccountSheet account={found} given={given} onDone={done} onClose={onClose} roles={rolesOf(found, say)} />;
  return <SideSheet title={say("user")} onClose={onClose} say={say}><Loaded of={asked} language={language} say={say}>{() => null}</Loaded></SideSheet>;
}

function AccountSheet({ account, given, onDone, onClose, roles }: AccountGiven & { account: Account; roles: string }) {
  const { client, language, say } = given;
  const path = `/api/v1/users/${account.id}/`;
  const common = { client, say, onDone };
  return (
    <SideSheet title={account.email} onClose={onClose} say={say}>
      <Facts
        of={[
          [say("number"), say("count", { count: account.id })],
          [say("name"), account.name],
          [say("phone"), account.phone],
          [say("role"), roles],
          [say("state"), <Open is={account.is_active} say={say} />],
          [say("email.proved"), when(account.email_verified_at, language)],
          [say("since.title"), when(account.created_at, language)],
        ]}
      />
      <p><a href={`/ops/audit?subject_kind=user&subject_id=${account.id}`}>{say("audit.of_user")}</a></p>
      <Acts
        {...common}
        typed={["reason", say("reason")]}
        acts={
          account.is_active
            ? [{ words: say("account.close"), path: `${path}close/`, body: (typed) => only("reason", typed) }]
            : [{ words: say("account.reopen"), path: `${path}reopen/`, body: (typed) => only("reason", typed), first: true }]
        }
      />
      {account.is_active && ( // of a closed one nothing else is changed
        <>
          <h3>{say("roles")}</h3>
          <Acts
            {...common}
            acts={ROLES.filter((role) => role !== "admin").map((role) =>
              account.roles.includes(role)
                ? { words: say("role.take", { role: wordOf("role", role, say) }), path: `${path}roles/`, body: () => ({ take: [role] }) }
                : { words: say("role.give", { role: wordOf("role", role, say) }), path: `${path}roles/`, body: () => ({ give: [role] }) },
            )}
          />
        </>
      )}
    </SideSheet>
  );
}
