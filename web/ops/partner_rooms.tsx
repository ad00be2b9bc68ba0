import { useState } from "preact/hooks";
import { type Acting, useActing } from "../shared/acting.ts";
import type { components } from "../shared/api.ts";
import { Field } from "../shared/field.tsx";
import { Listing } from "../shared/listing.tsx";
import { Mark, type MarkKind } from "../shared/mark.tsx";
import { emptied } from "../shared/meanwhile.ts";
import { SideSheet } from "../shared/side_sheet.tsx";
import { Acts, Facts, numberTyped } from "./facts.tsx";
import { type Given, when } from "./given.ts";
import { type Say, wordOf } from "./speech.ts";

type Webhook = components["schemas"]["WebhookEndpointAnswer"];
type NewWebhook = components["schemas"]["NewWebhookEndpointAnswer"];
type ApiKey = components["schemas"]["ApiKeyAnswer"];
type NewApiKey = components["schemas"]["NewApiKeyAnswer"];

const STATE_MARKS: Record<string, MarkKind> = { enabled: "done", paused: "wait", failing: "late", gone: "stale" };
const SCOPES = ["events:read", "webhooks:write", "deliveries:read", "deliveries:write"] as const;
const RENEWED_MS = 30_000;

/** A secret that the server shows once: here until the page is left or the next one is made. */
function Secret({ of, say }: { of: string | null; say: Say }) {
  return of === null ? null : (
    <p class="card" role="status">
      {say("secret.once")} <code>{of}</code>
    </p>
  );
}

function State({ of, say }: { of: string; say: Say }) {
  return <Mark as={STATE_MARKS[of] ?? "way"}>{wordOf("webhookstate", of, say)}</Mark>;
}

/** Addresses of partners that events are sent to. */
export function Webhooks(given: Given) {
  const { client, language, say } = given;
  const [secret, setSecret] = useState<string | null>(null);
  const [made, setMade] = useState(0);
  return (
    <>
      <h1>{say("webhooks")}</h1>
      <AddWebhook
        given={given}
        onMade={(webhook) => {
          setSecret(webhook.secret);
          setMade(webhook.id);
        }}
      />
      <Secret of={secret} say={say} />
      <Listing<Webhook>
        key={made}
        {...given}
        path="/api/webhooks/"
        caption={say("webhooks")}
        empty={say("webhooks.empty")}
        every_ms={RENEWED_MS}
        idOf={(webhook) => webhook.id}
        columns={[
          { key: "url", title: say("webhook.url"), value: (webhook) => webhook.url },
          { key: "types", title: say("webhook.types"), value: (webhook) => webhook.types.join(", ") },
          { key: "state", title: say("state"), value: (webhook) => webhook.state, cell: (webhook) => <State of={webhook.state} say={say} /> },
          { key: "taken", title: say("webhook.taken"), value: (webhook) => webhook.succeeded_at, cell: (webhook) => when(webhook.succeeded_at, language) },
          { key: "failing", title: say("webhook.failing"), value: (webhook) => webhook.failing_since, cell: (webhook) => when(webhook.failing_since, language) },
        ]}
        sheet={(_, row, loading, close) => {
          if (row === null) return null;
          const path = `/api/webhooks/${row.id}/`;
          const isEnabled = row.state === "enabled";
          return (
            <SideSheet title={row.url} onClose={close} say={say}>
              <Facts
                of={[
                  [say("number"), say("count", { count: row.id })],
                  [say("state"), <State of={row.state} say={say} />],
                  [say("reason"), row.state_reason],
                  [say("webhook.types"), row.types.join(", ")],
                  [say("webhook.contact"), row.contact],
                  [say("webhook.taken"), when(row.succeeded_at, language)],
                  [say("webhook.failing"), when(row.failing_since, language)],
                  [say("since.title"), when(row.created_at, language)],
                ]}
              />
              <p><a href="/ops/dead-letters?kind=webhooks">{say("webhook.dead")}</a></p>
              <Acts
                client={client}
                say={say}
                onDone={loading.reload}
                acts={[
                  { words: say(isEnabled ? "webhook.pause" : "webhook.enable"), path, method: "PATCH", body: () => ({ is_enabled: !isEnabled }), first: !isEnabled },
                ]}
              />
              <Acts
                client={client}
                say={say}
                onDone={loading.reload}
                typed={["after", say("webhook.after"), say("webhook.after.help")]}
                acts={[{ words: say("webhook.replay"), path: `${path}replay/`, body: (typed) => ({ after: numberTyped(typed) }) }]}
              />
              <Rotate given={given} path={path} onMade={(renewed) => setSecret(renewed.secret)} />
              <Acts client={client} say={say} onDone={() => loading.reload().then(close)} acts={[{ words: say("webhook.delete"), path, method: "DELETE", body: () => undefined }]} />
            </SideSheet>
          );
        }}
      />
    </>
  );
}

function AddWebhook({ given: { client, say }, onMade }: { given: Given; onMade: (webhook: NewWebhook) => void }) {
  const [url, setUrl] = useState("");
  const [types, setTypes] = useState("*");
  const acting: Acting<{ url: string; types: string[] }> = useActing(say, async (body, key) => {
    onMade(await client.call<NewWebhook>("/api/webhooks/", { method: "POST", body, idempotencyKey: key }));
    setUrl(emptied(url));
  });
  return (
    <form
      class="fields"
      onSubmit={(event) => {
        event.preventDefault();
        void acting.start({ url: url.trim(), types: types.split(",").map((type) => type.trim()).filter((type) => type !== "") });
      }}
    >
      <Field label={say("webhook.url")} name="url" value={url} onValue={setUrl} problem={acting.fields["url"]} />
      <Field label={say("webhook.types")} name="types" value={types} onValue={setTypes} problem={acting.fields["types"]} help={say("webhook.types.help")} />
      <p class="problem" role="alert">{acting.problem}</p>
      <div class="actions">
        <button type="submit" class="button first" disabled={acting.pending}>{say("webhook.add")}</button>
      </div>
    </form>
  );
}

function Rotate({ given: { client, say }, path, onMade }: { given: Given; path: string; onMade: (webhook: NewWebhook) => void }) {
  const acting: Acting<string> = useActing(say, async (_, key) => {
    onMade(await client.call<NewWebhook>(`${path}rotate-secret/`, { method: "POST", idempotencyKey: key }));
  });
  return (
    <div class="actions">
      <p class="problem" role="alert">{acting.problem}</p>
      <button type="button" class="button" disabled={acting.pending} onClick={() => void acting.start(path)}>{say("webhook.rotate")}</button>
    </div>
  );
}

/** What a scope allows, in words, with its name as the API has it. */
function scopeWords(scope: string, say: Say): string {
  const words = wordOf("scope", scope, say);
  return words === scope ? scope : `${words} (${scope})`;
}

function scopesOf({ scopes }: Pick<ApiKey, "scopes">, say: Say): string {
  return scopes.map((one) => scopeWords(one, say)).join(", ");
}

/** Keys for machines. */
export function ApiKeys(given: Given) {
  const { client, language, say } = given;
  const [made, setMade] = useState<NewApiKey | null>(null);
  return (
    <>
      <h1>{say("keys")}</h1>
      <AddKey given={given} onMade={setMade} />
      <Secret of={made?.api_key ?? null} say={say} />
      <Listing<ApiKey>
        key={made?.id ?? 0}
        {...given}
        path="/api/v1/api-keys/"
        caption={say("keys")}
        empty={say("keys.empty")}
        every_ms={RENEWED_MS}
        idOf={(key) => key.id}
        columns={[
          { key: "name", title: say("name"), value: (key) => key.name },
          { key: "beginning", title: say("key.beginning"), value: (key) => key.beginning },
          { key: "scopes", title: say("key.scopes"), value: (key) => key.scopes.join(", "), cell: (key) => scopesOf(key, say) },
          { key: "until", title: say("key.until"), value: (key) => key.expires_at, cell: (key) => when(key.expires_at, language) },
          { key: "used", title: say("key.used"), value: (key) => key.last_used_at, cell: (key) => when(key.last_used_at, language) },
        ]}
        sheet={(_, row, loading, close) =>
          row !== null && (
            <SideSheet title={row.name} onClose={close} say={say}>
              <Facts
                of={[
                  [say("key.beginning"), row.beginning],
                  [say("key.scopes"), scopesOf(row, say)],
                  [say("key.until"), when(row.expires_at, language)],
                  [say("key.used"), when(row.last_used_at, language)],
                  [say("since.title"), when(row.created_at, language)],
                ]}
              />
              <Acts client={client} say={say} onDone={() => loading.reload().then(close)} acts={[{ words: say("key.revoke"), path: `/api/v1/api-keys/${row.id}/`, method: "DELETE", body: () => undefined }]} />
            </SideSheet>
          )
        }
      />
    </>
  );
}

function AddKey({ given: { client, say }, onMade }: { given: Given; onMade: (key: NewApiKey) => void }) {
  const [name, setName] = useState("");
  const [scope, setScope] = useState<string>(SCOPES[0]);
  const acting: Acting<{ name: string; scopes: string[] }> = useActing(say, async (body, key) => {
    onMade(await client.call<NewApiKey>("/api/v1/api-keys/", { method: "POST", body, idempotencyKey: key }));
    setName(emptied(name));
  });
  return (
    <form
      class="fields"
      onSubmit={(event) => {
        event.preventDefault();
        void acting.start({ name: name.trim(), scopes: [scope] });
      }}
    >
      <Field label={say("name")} name="name" value={name} onValue={setName} problem={acting.fields["name"]} />
      <Field label={say("key.scopes")} name="scope" value={scope} onValue={setScope} choices={SCOPES.map((one) => [one, scopeWords(one, say)])} />
      <p class="problem" role="alert">{acting.problem}</p>
      <div class="actions">
        <button type="submit" class="button first" disabled={acting.pending}>{say("key.add")}</button>
      </div>
    </form>
  );
}
