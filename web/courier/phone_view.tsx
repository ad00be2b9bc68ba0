// A tracking app beside this page: it goes on when the screen is off, which no page of a browser can.
import { useState } from "preact/hooks";
import type { Client } from "../shared/client.ts";
import { Missing } from "../shared/late.tsx";
import { QrCode, useQr } from "../shared/qr_code.tsx";
import { AskTwice } from "./ask_twice.tsx";
import { Link } from "../shared/link.tsx";
import type { Given } from "./given.ts";
import { useTapProblem } from "./tap_problem.ts";
import { pathOf } from "./views.ts";
import { type Device, ownTracksCode, traccarCode } from "./sources.ts";

type App = "traccar" | "owntracks";
interface Made {
  app: App;
  token: string;
  code: string;
}

export function PhoneView({ work, state, say, client }: Given & { client: Client }) {
  const [made, setMade] = useState<Made | null>(null);
  const [asking, setAsking] = useState(false);
  const [ending, setEnding] = useState<Device | null>(null);
  const { problem, failed, forget } = useTapProblem({ state, say });
  const qr = useQr();

  const attempt = async (run: () => Promise<void>): Promise<void> => {
    setAsking(true);
    forget();
    try {
      await run();
      await work.again();
    } catch (error) {
      failed(error);
    }
    setAsking(false);
  };
  const pair = (app: App): Promise<void> =>
    attempt(async () => {
      const name = app === "traccar" ? "Traccar Client" : "OwnTracks";
      const { token } = await client.call<{ token: string }>("/api/transporters/me/devices/", { method: "POST", body: { name } });
      setMade({ app, token, code: app === "traccar" ? traccarCode(location.origin, token) : ownTracksCode(location.origin, token) });
    });
  const end = (device: Device): Promise<void> =>
    attempt(async () => {
      await client.call(`/api/transporters/me/devices/${device.id}/`, { method: "DELETE" });
      setMade(null);
    });
  return (
    <section class="phone">
      <h1 tabIndex={-1}>{say("phone.title")}</h1>
      <p>{say("phone.why")}</p>
      <p class="problem" role="alert">{problem}</p>
      <div class="ways">
        <button type="button" class="button" disabled={asking} onClick={() => void pair("traccar")}>{say("phone.pair", { app: "Traccar Client" })}</button>
        <button type="button" class="button" disabled={asking} onClick={() => void pair("owntracks")}>{say("phone.pair", { app: "OwnTracks" })}</button>
      </div>
      {made !== null && (
        <div class="card pairing">
          <h2>{say(made.app === "traccar" ? "phone.traccar" : "phone.owntracks")}</h2>
          {qr.part === null && qr.failures > 0 && <Missing late={qr} text={say("qr.missing")} say={say} />}
          <QrCode maker={qr.part} text={made.code} label={say("phone.code")} />
          <p>{say("phone.token")}</p>
          <p class="token number">{made.token}</p>
          {made.app === "owntracks" && <p><a class="button" href={made.code}>{say("phone.open_here")}</a></p>}
        </div>
      )}
      <h2>{say("phone.paired")}</h2>
      {state.devices.length === 0 && <p class="quiet">{say("phone.none")}</p>}
      <ul class="list">
        {state.devices.map((device) => (
          <li key={device.id} class="card row">
            <span>{device.name}</span>
            <button type="button" class="button" disabled={asking} onClick={() => setEnding(device)}>{say("phone.end")}</button>
          </li>
        ))}
      </ul>
      <p><Link class="button" href={pathOf({ name: "work" })}>{say("back")}</Link></p>
      {ending !== null && (
        <AskTwice
          title={say("phone.end.sure", { name: ending.name })}
          yes={say("phone.end")}
          no={say("back")}
          onNo={() => setEnding(null)}
          onYes={() => {
            void end(ending);
            setEnding(null);
          }}
        />
      )}
    </section>
  );
}
