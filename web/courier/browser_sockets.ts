// A socket of ours as a browser opens it: with a ticket, for browsers cannot send headers with one.
import type { Client } from "../shared/client.ts";
import type { SocketWorld, Wire } from "../shared/sockets.ts";

const PROTOCOL = "dispatch.v1";

export function browserSockets(client: Client, path: string): SocketWorld {
  return {
    async open() {
      const { ticket } = await client.call<{ ticket: string }>("/api/v1/auth/ws-ticket/", { method: "POST" });
      const address = new URL(path, location.href);
      address.protocol = address.protocol.replace("http", "ws");
      return new WebSocket(address, [PROTOCOL, `ticket.${ticket}`]) as Wire;
    },
    later: (run, after_ms) => setTimeout(run, after_ms),
    cancel: (handle) => clearTimeout(handle as number | undefined),
  };
}
