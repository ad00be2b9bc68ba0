// A small map to point at a place: whatever is under its middle. Loaded only where somebody asks for it.
import { makeMap } from "./base_map.ts";
import { type Place, placeText } from "./places.ts";

const ZOOM = 15;

/** Tells each place that a person moves under the middle. Throws where the browser cannot draw it. */
export class PlaceMap {
  readonly #map: ReturnType<typeof makeMap>;

  constructor(container: HTMLElement, at: Place | null, onPlace: (place: Place) => void) {
    this.#map = makeMap(container, undefined, at === null ? {} : { center: [at.lon, at.lat], zoom: ZOOM });
    this.#map.on("moveend", (event) => {
      if (!("originalEvent" in event) || event.originalEvent === undefined) return; // moved by `show`
      const { lat, lng } = this.#map.getCenter();
      onPlace({ lat, lon: lng });
    });
  }

  /** Bring a place under the middle, unless it is there. */
  show(at: Place): void {
    const { lat, lng } = this.#map.getCenter();
    if (placeText({ lat, lon: lng }) !== placeText(at)) this.#map.jumpTo({ center: [at.lon, at.lat], zoom: Math.max(this.#map.getZoom(), ZOOM) });
  }

  remove(): void {
    this.#map.remove();
  }
}
