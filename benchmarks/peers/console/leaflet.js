// Leaflet with its canvas renderer, the fastest of its ways: a circle each, moved where it was told to have moved.
import { follow } from "./fleet.js";

const map = L.map("map", { preferCanvas: true, attributionControl: false }).setView([27.7, 85.32], 11);
const markers = new Map();
void follow((fleet, frame) => {
  for (const { id, lat, lon } of frame.transporters) {
    const marker = markers.get(id);
    if (marker === undefined) markers.set(id, L.circleMarker([lat, lon], { radius: 5, color: "#0b6462" }).addTo(map));
    else marker.setLatLng([lat, lon]);
  }
});
