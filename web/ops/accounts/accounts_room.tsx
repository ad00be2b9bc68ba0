import type { components } from "../../shared/api.ts";
import { Link } from "../../shared/link.tsx";
import { Listing } from "../../shared/listing.tsx";
import { Loaded, type Loading, useLoading } from "../../shared/loading.tsx";
import { Mark } from "../../shared/mark.tsx";
import { SideSheet } from "../../shared/side_sheet.tsx";
import { Facts } from "../facts.tsx";
import { type Given, when } from "../given.ts";
import { Verified } from "../people_rooms.tsx";
import { type Say, wordOf } from "../speech.ts";
import { Changes } from "./changes.tsx";

type Account = components["schemas"]["AccountAnswer"];
type Activity = components["schemas"]["AccountActivity"];
const ROLES = ["customer", "seller", "transporter", "admin"] as const;

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
        search="search"
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
  const activity = useLoading(() => client.call<Activity>(`/api/v1/users/${account.id}/activity/`), [account]);
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
      <Does account={account} activity={activity} language={language} say={say} />
      {account.roles.includes("admin") ? <p class="quiet">{say("account.by_operator")}</p> : <Changes account={account} profile={activity.value?.transporter ?? null} client={client} language={language} say={say} onDone={onDone} />}
    </SideSheet>
  );
}

/** What an account is beside its roles, and the ways to all that it did. */
function Does({ account, activity, language, say }: { account: Account; activity: Loading<Activity> } & Pick<Given, "language" | "say">) {
  const ways = (does: Activity): [href: string, words: string][] => [
    ...(does.orders === 0 ? [] : [[`/ops/orders?customer=${account.id}`, say("account.orders.show")] as [string, string]]),
    ...(does.products === 0 ? [] : [[`/ops/deliveries?seller=${account.id}`, say("account.parcels")] as [string, string]]),
    ...(does.transporter === null ? [] : [[`/ops/transporters?open=${does.transporter}`, say("account.profile")] as [string, string]]),
    [`/ops/audit?subject_kind=user&subject_id=${account.id}`, say("audit.of_user")],
    [`/ops/audit?actor_id=${account.id}`, say("account.acts")],
  ];
  return (
    <section>
      <h3>{say("account.activity")}</h3>
      <Loaded of={activity} language={language} say={say} lines={4}>
        {(does) => (
          <>
            <Facts
              of={[
                [say("account.signed_in"), when(does.signed_in_at, language)],
                [say("account.sign_ins"), say("account.sign_ins.count", { count: does.sign_ins })],
                ...(does.roles_barred.length === 0 ? [] : [[say("account.barred"), does.roles_barred.map((role) => wordOf("role", role, say)).join(", ")] as const]),
                ...(does.deleted_at === null ? [] : [[say("account.deleted"), when(does.deleted_at, language)] as const]),
                ...(does.is_verified === null ? [] : [[say("account.profile"), <Verified is={does.is_verified} say={say} />] as const]),
                [say("account.orders"), say("count", { count: does.orders })],
                [say("account.products"), say("count", { count: does.products })],
              ]}
            />
            <ul class="found">{ways(does).map(([href, words]) => <li key={href}><Link href={href}>{words}</Link></li>)}</ul>
          </>
        )}
      </Loaded>
    </section>
  );
}
