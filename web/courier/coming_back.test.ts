import { afterEach, expect, test, vi } from "vitest";
import { whenComingBack } from "./coming_back.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("a phone that is put away and signed out meanwhile sends nothing off for whoever was there before", () => {
  vi.useFakeTimers();
  const page = Object.assign(new EventTarget(), { visibilityState: "hidden" });
  vi.stubGlobal("document", page);
  for (const name of ["addEventListener", "removeEventListener"]) vi.stubGlobal(name, () => undefined);
  const putAway = vi.fn();
  const leave = (): (() => void) => {
    const end = whenComingBack({ back: () => undefined, gone: () => undefined, putAway });
    page.dispatchEvent(new Event("visibilitychange"));
    return end;
  };
  const end = leave();
  vi.advanceTimersByTime(2_000);
  expect(putAway).toHaveBeenCalledTimes(1);
  end();
  leave()();
  vi.advanceTimersByTime(2_000);
  expect(putAway).toHaveBeenCalledTimes(1);
});
