// Documents that wait for an admin: the list, the picture beside what it is to say, and a decision by key or button.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import "./queue.css";
import { useActing } from "../../shared/acting.ts";
import { changed, go, readAddress } from "../../shared/address.ts";
import type { components } from "../../shared/api.ts";
import { Field } from "../../shared/field.tsx";
import { useHere } from "../../shared/here.ts";
import { Link } from "../../shared/link.tsx";
import type { Page } from "../../shared/listing.tsx";
import { Loaded, useLoading } from "../../shared/loading.tsx";
import { useSettled } from "../../shared/settled.ts";
import { bothDates } from "../../shared/times.ts";
import { Facts } from "../facts.tsx";
import { type Given as RoomGiven, when } from "../given.ts";
import { wordOf } from "../speech.ts";
import { KEYS, actOf, afterwards, neighbour } from "./keys.ts";
import { type QueueSay, queueWord } from "./words.ts";

type Queued = components["schemas"]["QueuedDocument"];
type Beside = components["schemas"]["DocumentBeside"];
type Decided = components["schemas"]["DecidedDocument"];
type Given = Omit<RoomGiven, "say"> & { say: QueueSay };

const PATH = "/api/transporters/documents/";
const EVERY_MS = 30_000;

function open(id: number | null): void {
  go(changed(readAddress(location.href), { open: id === null ? null : String(id) }), { replace: true });
}

export function Queue(given: Given) {
  const { client, address, language, say } = given;
  const list = useLoading(() => client.call<Page<Queued>>(`${PATH}?page_size=100`), [], EVERY_MS);
  const [done, setDone] = useState("");
  const rows = list.value?.results ?? [];
  const ids = rows.map((one) => one.id);
  const asked = Number(address.query.get("open")) || null;
  const shown = asked ?? ids[0] ?? null;
  // What slides into the place of a decided one is not decided by the same press or click: it has to have stood for a moment.
  const [landed, setLanded] = useState({ by_decision: false, decisions: 0 });
  const [seen, setSeen] = useState<number | null>(null);
  const stood = useSettled(seen === null ? null : `${landed.decisions} ${seen}`);
  const settled = !landed.by_decision || (seen === shown && stood);
  const byHand = (): void => setLanded((before) => ({ ...before, by_decision: false }));
  const move = (step: 1 | -1): void => {
    byHand();
    open(neighbour(ids, shown, step));
  };
  const decided = async (answer: Decided, looked_at: boolean): Promise<void> => {
    const { document, is_verified } = answer;
    const words = { kind: queueWord("document", document.kind, say), name: document.name };
    const told = say(document.state === "approved" ? "queue.done.approved" : "queue.done.rejected", words);
    setDone(document.state === "approved" && is_verified ? `${told} ${say("queue.verified", words)}` : told);
    if (looked_at) { // whoever went on before the answer came looks at what they chose
      setLanded((before) => ({ by_decision: true, decisions: before.decisions + 1 }));
      open(afterwards(ids, document.id));
    }
    await list.reload();
  };
  return (
    <section class="queue-room">
      <h1>{say("queue.title")}</h1>
      <p class="quiet small">{say("queue.keys", KEYS)}</p>
      <p role="status">{done}</p>
      <Loaded of={list} language={language} say={say} lines={6}>
        {() =>
          rows.length === 0 && shown === null ? (
            <p class="card">{say("queue.empty")}</p>
          ) : (
            <div class="split">
              <nav aria-label={say("queue.title")}>
                <ul class="waits" onClick={byHand}>
                  {rows.map((one) => (
                    <li key={one.id}>
                      <Link href={changed(address, { open: String(one.id) })} current={one.id === shown}>
                        <span>{queueWord("document", one.kind, say)}</span>
                        <span class="small quiet">{one.name} · {when(one.handed_in_at, language)}</span>
                      </Link>
                    </li>
                  ))}
                </ul>
              </nav>
              {shown !== null && <Look key={shown} id={shown} given={given} settled={settled} landed={landed.by_decision} onSeen={setSeen} onMove={move} onDone={decided} />}
            </div>
          )
        }
      </Loaded>
    </section>
  );
}

interface Looking {
  id: number;
  given: Given;
  /** Whether it may be decided. */
  settled: boolean;
  /** Whether it came by itself, after another was decided: whoever works by ear or by keys begins at its name. */
  landed: boolean;
  onSeen: (id: number) => void;
  onMove: (step: 1 | -1) => void;
  /** `looked_at`: whether what was decided is still what is looked at. */
  onDone: (answer: Decided, looked_at: boolean) => Promise<void>;
}

function Look({ id, given, settled, landed, onSeen, onMove, onDone }: Looking) {
  const { client, language, say } = given;
  const beside = useLoading(() => client.call<Beside>(`${PATH}${id}/`), [id]);
  const box = useRef<HTMLDivElement>(null);
  const is_there = beside.value !== null;
  useEffect(() => {
    if (!is_there) return;
    onSeen(id);
    if (landed) box.current?.querySelector("h2")?.focus();
  }, [is_there]);
  return (
    <div ref={box}>
      <Loaded of={beside} language={language} say={say} lines={6}>
        {(found) => (
          <div class="looked">
            <Picture of={found} say={say} onReload={beside.reload} />
            <div class="beside">
              <Said of={found} given={given} />
              <Decide of={found} given={given} settled={settled} onMove={onMove} onDone={onDone} />
            </div>
          </div>
        )}
      </Loaded>
    </div>
  );
}

function Picture({ of: { document, picture }, say, onReload }: { of: Beside; say: QueueSay; onReload: () => Promise<void> }) {
  const [failed, setFailed] = useState(false);
  useEffect(() => setFailed(false), [picture?.url]);
  if (picture === null) return <p class="card">{say("queue.picture.gone")}</p>;
  if (failed) {
    return (
      <div class="card">
        <p>{say("queue.picture.failed")}</p>
        <button type="button" class="button" onClick={() => void onReload()}>{say("retry")}</button>
      </div>
    );
  }
  return (
    <figure>
      <img src={picture.url} alt={say("queue.picture", { kind: queueWord("document", document.kind, say), name: document.name })} onError={() => setFailed(true)} />
      <figcaption><a href={picture.url} target="_blank" rel="noreferrer">{say("queue.picture.large")}</a></figcaption>
    </figure>
  );
}

function Said({ of, given: { language, say } }: { of: Beside; given: Given }) {
  const { document, stands } = of;
  const day = (text: string | null): string => (text === null ? "–" : bothDates(Date.parse(text), language));
  return (
    <>
      <h2 tabIndex={-1}>{queueWord("document", document.kind, say)}</h2>
      <Facts
        of={[
          [say("queue.number"), <span class="number">{document.number}</span>],
          [say("queue.until"), day(document.expires_on)],
          [say("queue.handed_in"), when(document.handed_in_at, language)],
          [say("queue.state"), queueWord("uploadstate", document.state, say)],
          [say("queue.stands"), stands === null ? say("queue.stands.none") : `${stands.number} · ${day(stands.expires_on)}`],
        ]}
      />
      <h3>{say("queue.profile")}</h3>
      <Facts
        of={[
          [say("queue.holder"), <a href={`/ops/transporters?find=${encodeURIComponent(document.name)}&open=${document.transporter_id}`}>{document.name}</a>],
          [say("business"), of.business_name],
          [say("phone"), of.phone],
          [say("vehicle"), `${wordOf("vehicle", of.vehicle_type, say)} ${document.vehicle_number}`],
        ]}
      />
    </>
  );
}

function Decide({ of: { document, version }, given: { client, say }, settled, onMove, onDone }: { of: Beside } & Pick<Looking, "given" | "settled" | "onMove" | "onDone">) {
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const here = useHere();
  const acting = useActing<{ act: "approve" | "reject"; body: object }>(say, async ({ act, body }, key) => {
    const answer = await client.call<Decided>(`${PATH}${document.id}/${act}/`, { method: "POST", body, idempotencyKey: key });
    await onDone(answer, here.current);
  });
  const waits = document.state === "waiting";
  const may = waits && settled && !acting.pending;
  const approve = (): void => void acting.start({ act: "approve", body: { version } });
  const reject = (): void => {
    setMissing(reason.trim() === "");
    if (reason.trim() === "") form.current?.querySelector<HTMLElement>("[name=reason]")?.focus();
    else void acting.start({ act: "reject", body: { reason: reason.trim() } });
  };
  const acts = { approve, reject, next: () => onMove(1), before: () => onMove(-1) };
  const newest = useRef(acts);
  newest.current = acts;
  useLayoutEffect(() => { // not a frame later: a key that is pressed at once on what is shown would be lost
    const pressed = (event: KeyboardEvent): void => {
      const act = actOf(event, (event.target as Element | null)?.closest("input, textarea, select") !== null);
      if (act === null || ((act === "approve" || act === "reject") && !may)) return;
      event.preventDefault();
      newest.current[act]();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [may]);
  if (!waits) return null;
  return (
    <form
      ref={form}
      class="fields"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (may) reject();
      }}
    >
      <Field label={say("queue.reason")} name="reason" value={reason} onValue={setReason} problem={missing && reason.trim() === "" ? say("queue.reason.needed") : acting.fields["reason"]} help={say("queue.reason.help")} more={{ maxLength: 500 }} />
      <p class="problem" role="alert">{acting.problem}</p>
      <div class="actions">
        <button type="button" class="button first" aria-keyshortcuts={KEYS.approve} disabled={!may} onClick={approve}>{say("queue.approve")}</button>
        <button type="submit" class="button" aria-keyshortcuts={KEYS.reject} disabled={!may}>{say("queue.reject")}</button>
      </div>
    </form>
  );
}
