// A transporter's documents and vehicle: how they stand, what is missing, and a way to hand one in.
import { Camera } from "lucide";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import "./rooms.css";
import { useActing } from "../../shared/acting.ts";
import { useDraft } from "../../shared/drafts.ts";
import { Field } from "../../shared/field.tsx";
import { Icon } from "../../shared/icon.tsx";
import { Loaded, useLoading } from "../../shared/loading.tsx";
import { Mark } from "../../shared/mark.tsx";
import { asJpeg } from "../../shared/shrinking.ts";
import { bothDates, clock } from "../../shared/times.ts";
import type { Uploads } from "../actions.ts";
import { PicturesInParts, naming, tellWithPictures } from "../pictures_in_parts.ts";
import { PicturesSent } from "../pictures_sent.tsx";
import { KINDS, type HandedIn, type Room, askedFirst, lacking, lookOf, lookOfHandedIn } from "./documents.ts";
import { OwnVehicle } from "./own_vehicle.tsx";
import { type RoomGiven, roomWord } from "./words.ts";

const PATH = "/api/transporters/me/documents/";
// Small print is to be read.
const LONGEST_PX = 2_400;

export function DocumentsRoom(given: RoomGiven) {
  const { client, language, say } = given;
  const room = useLoading(() => client.call<Room>(PATH), []);
  return (
    <section class="room">
      <h1 tabIndex={-1}>{say("documents.title")}</h1>
      <Loaded of={room} language={language} say={say} lines={5}>
        {(found) => (
          <>
            <p class="card" role="status">
              {say(found.in_order ? "documents.in_order" : "documents.not_in_order")}
              {found.missing.length > 0 && <strong> {say("documents.missing", { kinds: found.missing.map((kind) => roomWord("document", kind, say)).join(", ") })}</strong>}
            </p>
            <Standing of={found} {...given} />
            <HandIn of={found} given={given} onDone={room.reload} />
            <History of={found.handed_in} given={given} onDone={room.reload} />
            <OwnVehicle given={given} onDone={room.reload} />
          </>
        )}
      </Loaded>
    </section>
  );
}

function Standing({ of, language, say }: RoomGiven & { of: Room }) {
  if (of.documents.length === 0) return <p class="quiet">{say("documents.none")}</p>;
  return (
    <>
      <h2>{say("documents.standing")}</h2>
      <ul class="list">
        {of.documents.map((one) => (
          <li key={one.kind} class="card row" data-document={one.kind}>
            <span>
              {roomWord("document", one.kind, say)} {one.number !== "" && <span class="number quiet">{one.number}</span>}
              {one.expires_on !== null && <span class="quiet"> · {say("documents.until", { date: bothDates(Date.parse(one.expires_on), language) })}</span>}
            </span>
            <Mark as={lookOf(one.state)}>{roomWord("documentstate", one.state, say)}</Mark>
          </li>
        ))}
      </ul>
    </>
  );
}

interface Part {
  of: Room;
  given: RoomGiven;
  onDone: () => Promise<void>;
}

function HandIn({ of, given: { client, say }, onDone }: Part) {
  const draft = useDraft("document", { kind: "", number: "", expires_on: "" });
  const [image, setImage] = useState<string | null>(null);
  const [coming, setComing] = useState(false); // meanwhile there is none, or the one before
  const [problem, setProblem] = useState("");
  const [sent, setSent] = useState(false);
  const [tried, setTried] = useState(0);
  const pictures = useMemo(() => new PicturesInParts(client), [client]);
  const uploads = useRef<Uploads>({}); // of the picture that is chosen: after a break it goes on where it stopped
  const [sending, setSending] = useState<Uploads>({});
  const onWay = async (so_far: Uploads): Promise<void> => {
    uploads.current = so_far;
    setSending(so_far);
  };
  const kind = draft.form.kind || askedFirst(of);
  const missing = lacking({ ...draft.form, kind, image });
  const wrong = (name: (typeof missing)[number]): string | undefined => (tried > 0 && missing.includes(name) ? say(`documents.${name}.needed`) : acting.fields[name]);
  useEffect(() => {
    if (tried > 0) document.querySelector<HTMLElement>('form [aria-invalid="true"]')?.focus();
  }, [tried]);
  const acting = useActing<Record<string, string | null>>(say, async (body, key) => {
    await tellWithPictures(pictures, { body, uploads: uploads.current }, onWay, async (there) => {
      const named = naming(body, key, there);
      await client.call<HandedIn>(PATH, { method: "POST", body: named.body, idempotencyKey: named.key });
    });
    draft.drop();
    setImage(null);
    await onWay({});
    setSent(true);
    await onDone();
  });
  const taken = useRef(0);
  const take = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    setProblem("");
    setComing(true);
    const mine = ++taken.current; // of several that the phone works on the last one counts
    try {
      const picture = await asJpeg(file, LONGEST_PX);
      if (mine !== taken.current) return;
      setImage(picture);
      void pictures.drop(uploads.current);
      await onWay({});
    } catch {
      if (mine === taken.current) setProblem(say("photo.unreadable"));
    }
    if (mine === taken.current) setComing(false);
  };
  const send = (): void => {
    setSent(false);
    setTried(missing.length === 0 ? 0 : tried + 1);
    if (missing.length > 0 || image === null) return;
    void acting.start({ kind, number: draft.form.number.trim(), expires_on: draft.form.expires_on || null, image });
  };
  return (
    <form
      class="card fields"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <h2>{say("documents.hand_in")}</h2>
      <Field label={say("documents.kind")} name="kind" value={kind} onValue={(text) => draft.change({ kind: text })} choices={KINDS.map((one) => [one, roomWord("document", one, say)])} problem={acting.fields["kind"]} />
      <Field label={say("documents.number")} name="number" value={draft.form.number} onValue={(number) => draft.change({ number })} problem={wrong("number")} more={{ maxLength: 64, autocomplete: "off" }} />
      <Field label={say("documents.expires_on")} name="expires_on" type="date" value={draft.form.expires_on} onValue={(day) => draft.change({ expires_on: day })} problem={wrong("expires_on")} help={kind === "identity" ? say("documents.expires_on.identity") : ""} />
      {image !== null && <img class="document" src={image} alt={say("documents.shown")} />}
      <label class="button file">
        <Icon of={Camera} />
        {say(image === null ? "documents.image" : "photo.again")}
        <input type="file" accept="image/*" capture="environment" disabled={acting.pending} aria-invalid={wrong("image") !== undefined} onChange={(event) => void take(event.currentTarget.files?.[0])} />
      </label>
      <p class={wrong("image") === undefined ? "quiet small" : "problem small"}>{wrong("image") ?? say("documents.image.help")}</p>
      <p class="problem" role="alert">{problem || acting.problem}</p>
      <PicturesSent of={[{ uploads: sending, state: "sending" }]} say={say} />
      <p role="status" class="quiet">{sent ? say("documents.sent") : ""}</p>
      <button type="submit" class="button first large" disabled={acting.pending || coming}>{say("documents.send")}</button>
    </form>
  );
}

function History({ of, given: { client, language, say }, onDone }: { of: readonly HandedIn[]; given: RoomGiven; onDone: () => Promise<void> }) {
  const acting = useActing<number>(say, async (id) => {
    await client.call(`${PATH}${id}/`, { method: "DELETE" });
    await onDone();
  });
  if (of.length === 0) return null;
  return (
    <>
      <h2>{say("documents.history")}</h2>
      <p class="problem" role="alert">{acting.problem}</p>
      <ul class="list">
        {of.map((one) => {
          const kind = roomWord("document", one.kind, say);
          return (
            <li key={one.id} class="card row" data-handed-in={one.id}>
              <span>
                {one.picture === null ? kind : <a href={one.picture.url}>{kind}</a>} <span class="quiet">· {clock(Date.parse(one.handed_in_at), Date.now(), language)}</span>
              </span>
              <Mark as={lookOfHandedIn(one.state)}>{roomWord("uploadstate", one.state, say)}</Mark>
              {one.reason !== "" && <p class="why">{one.reason}</p>}
              {one.state === "waiting" && <button type="button" class="button" disabled={acting.pending} onClick={() => void acting.start(one.id)}>{say("documents.take_back")}</button>}
            </li>
          );
        })}
      </ul>
    </>
  );
}
