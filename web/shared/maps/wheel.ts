// The wheel over a map: where something around it scrolls it goes on scrolling, and zooms the map with Ctrl or ⌘ alone.
import { speaker } from "../words.ts";
import words from "./words.json";

const SHOWN_MS = 1_500;

/** Whether a wheel over an element could scroll something around it. */
export function scrollsAround(element: Element): boolean {
  for (let around = element.parentElement; around !== null; around = around.parentElement) {
    const root = around === document.documentElement;
    if (around.scrollHeight <= around.clientHeight) continue;
    const { overflowY } = getComputedStyle(around);
    if (root ? overflowY !== "hidden" && overflowY !== "clip" : overflowY === "auto" || overflowY === "scroll") return true;
  }
  return false;
}

/** Lets the page have the wheel, and says once how the map would have it. Pinching on a touch pad comes with Ctrl and zooms. */
export function shareWheel(container: HTMLElement): void {
  const say = speaker(document.documentElement.lang === "ne" ? "ne" : "en", words);
  const hint = document.createElement("p");
  hint.className = "wheel-hint";
  hint.setAttribute("aria-hidden", "true"); // whoever hears the page has no wheel to turn
  hint.textContent = say(/Mac/.test(navigator.platform) ? "map.wheel.mac" : "map.wheel");
  hint.hidden = true;
  let hiding: ReturnType<typeof setTimeout> | undefined;
  container.append(hint);
  // Before MapLibre hears of it.
  container.addEventListener(
    "wheel",
    (event) => {
      if (event.ctrlKey || event.metaKey || !scrollsAround(container)) return;
      event.stopPropagation();
      hint.hidden = false;
      clearTimeout(hiding);
      hiding = setTimeout(() => (hint.hidden = true), SHOWN_MS);
    },
    { capture: true, passive: true },
  );
}
