import type { components } from "../shared/api.ts";
import { Listing } from "../shared/listing.tsx";
import { SideSheet } from "../shared/side_sheet.tsx";
import { Acts, Facts } from "./facts.tsx";
import { type Given, when } from "./given.ts";
import { wordOf } from "./speech.ts";

type DeadLetter = components["schemas"]["DeadLetter"];
const KINDS = ["payments", "refunds", "messages", "webhooks", "stock-holds", "unpaid-orders", "delivered-orders", "expired-documents", "unconfirmed-photos", "unconfirmed-documents", "ended-documents", "doors-left", "imports", "offers"] as const;

/** What background work gave up. */
export function DeadLetters(given: Given) {
  const { client, language, say } = given;
  return (
    <>
      <h1>{say("dead")}</h1>
      <Listing<DeadLetter>
        {...given}
        path="/api/v1/dead-letters/"
        caption={say("dead")}
        empty={say("dead.empty")}
        every_ms={30_000}
        filters={[{ name: "kind", label: say("kind"), choices: KINDS.map((kind) => [kind, wordOf("kind", kind, say)]) }]}
        idOf={(letter) => `${letter.kind}~${letter.id}`}
        columns={[
          { key: "id", title: say("number"), value: (letter) => letter.id },
          { key: "kind", title: say("kind"), value: (letter) => wordOf("kind", letter.kind, say) },
          { key: "tries", title: say("tries"), value: (letter) => letter.tries, cell: (letter) => say("count", { count: letter.tries }), end: true },
          { key: "error", title: say("last_error"), value: (letter) => letter.last_error },
          { key: "failed", title: say("failed_at"), value: (letter) => letter.failed_at, cell: (letter) => when(letter.failed_at, language) },
        ]}
        sheet={(_, row, loading, close) =>
          row !== null && (
            <SideSheet title={wordOf("kind", row.kind, say)} onClose={close} say={say}>
              <Facts
                of={[
                  [say("number"), row.id],
                  [say("tries"), say("count", { count: row.tries })],
                  [say("failed_at"), when(row.failed_at, language)],
                  [say("last_error"), row.last_error],
                ]}
              />
              {row.can_retry ? (
                <Acts
                  client={client}
                  say={say}
                  onDone={() => loading.reload().then(close)}
                  acts={[{ words: say("again"), path: `/api/v1/dead-letters/${row.kind}/${encodeURIComponent(row.id)}/retry/`, body: () => undefined, first: true }]}
                />
              ) : (
                <p><a href={`/ops/refunds?refund=${encodeURIComponent(row.id)}&open=${encodeURIComponent(row.id)}`}>{say("dead.resolve")}</a></p>
              )}
            </SideSheet>
          )
        }
      />
    </>
  );
}
