import { useActing } from "../shared/acting.ts";
import type { Client } from "../shared/client.ts";
import { Loaded, useLoading } from "../shared/loading.tsx";
import type { Language } from "../shared/numbers.ts";
import { type Kept, keptAddresses } from "../shared/addresses/addresses.ts";
import type { Say } from "./speech.ts";

interface Given {
  client: Client;
  language: Language;
  say: Say;
}

/** The addresses that a customer keeps for orders to come. */
export function KeptAddresses({ client, language, say }: Given) {
  const kept = useLoading(() => keptAddresses(client), []);
  const act = useActing<{ one: Kept; gone: boolean }>(say, async ({ one, gone }) => {
    const path = `/api/v1/marketplace/addresses/${one.id}/`;
    await (gone ? client.call(path, { method: "DELETE" }) : client.call(path, { method: "PATCH", body: { is_default: true } }));
    await kept.reload();
  });
  return (
    <section class="card fields">
      <h2>{say("addresses")}</h2>
      <Loaded of={kept} language={language} say={say}>
        {(addresses) =>
          addresses.length === 0 ? (
            <p class="quiet">{say("addresses.none")}</p>
          ) : (
            <ul class="lines">
              {addresses.map((one) => (
                <li key={one.id}>
                  <span>
                    {one.full_address}
                    {one.is_default && <><br /><span class="small quiet">{say("addresses.default")}</span></>}
                  </span>
                  <span class="actions">
                    {!one.is_default && <button type="button" class="button" onClick={() => void act.start({ one, gone: false })}>{say("addresses.make_default")}<span class="unseen">{one.full_address}</span></button>}
                    <button type="button" class="button" onClick={() => void act.start({ one, gone: true })}>{say("addresses.remove")}<span class="unseen">{one.full_address}</span></button>
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      <p class="problem" role="alert">{act.problem}</p>
    </section>
  );
}
