// What both peers share: the same socket, the newest place of everybody, and one drawing a frame of the server.
export async function follow(draw) {
  const tokens = JSON.parse(localStorage.getItem("dispatch.console"));
  const reply = await fetch("/api/v1/auth/ws-ticket/", { method: "POST", headers: { Authorization: `Bearer ${tokens.access}` } });
  const { ticket } = await reply.json();
  const socket = new WebSocket(`ws://${location.host}/ws/console`, ["dispatch.v1", `ticket.${ticket}`]);
  const fleet = new Map();
  socket.onopen = () => socket.send(JSON.stringify({ type: "subscribe" }));
  socket.onmessage = (event) => {
    const frame = JSON.parse(event.data);
    if (frame.type !== "fleet") return;
    for (const one of frame.transporters) fleet.set(one.id, one);
    for (const id of frame.gone) fleet.delete(id);
    draw(fleet, frame);
    globalThis.shown = fleet.size;
  };
}
