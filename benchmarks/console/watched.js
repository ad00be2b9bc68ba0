// Runs before a page's own programs: notes how long each frame of the socket takes, unless it is told to keep nothing.
(() => {
  const noted = { frames: [], on: true };
  globalThis.noted = noted;
  const slot = Object.getOwnPropertyDescriptor(WebSocket.prototype, "onmessage");
  Object.defineProperty(WebSocket.prototype, "onmessage", {
    ...slot,
    set(handle) {
      slot.set.call(this, (event) => {
        const began = performance.now();
        handle.call(this, event);
        if (noted.on) noted.frames.push([event.data.length, performance.now() - began]);
      });
    },
  });
})();
