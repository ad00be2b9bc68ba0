// Runs before a page's own programs: notes how long each frame of the socket takes, and every picture that was late.
(() => {
  const noted = { frames: [], late: [], tasks: [] };
  globalThis.noted = noted;
  const slot = Object.getOwnPropertyDescriptor(WebSocket.prototype, "onmessage");
  Object.defineProperty(WebSocket.prototype, "onmessage", {
    ...slot,
    set(handle) {
      slot.set.call(this, (event) => {
        const began = performance.now();
        handle.call(this, event);
        noted.frames.push([event.data.length, performance.now() - began]);
      });
    },
  });
  const note = (kind, into) =>
    new PerformanceObserver((list) => into.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: kind });
  note("long-animation-frame", noted.late);
  note("longtask", noted.tasks);
})();
