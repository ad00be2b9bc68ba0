// MapLibre's own way: a GeoJSON source that is set anew with each frame, drawn as circles.
import { Map as MapLibre } from "./maplibre-gl/maplibre-gl.mjs";
import { follow } from "./fleet.js";

const style = { version: 8, sources: {}, layers: [{ id: "ground", type: "background", paint: { "background-color": "#eceff0" } }] };
const map = new MapLibre({ container: "map", style, center: [85.32, 27.7], zoom: 11, attributionControl: false });
map.on("load", () => {
  map.addSource("fleet", { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  map.addLayer({ id: "fleet", type: "circle", source: "fleet", paint: { "circle-radius": 5, "circle-color": "#0b6462" } });
  void follow((fleet) => {
    const features = [];
    for (const { id, lat, lon, active } of fleet.values()) {
      features.push({ type: "Feature", properties: { id, active }, geometry: { type: "Point", coordinates: [lon, lat] } });
    }
    map.getSource("fleet").setData({ type: "FeatureCollection", features });
  });
});
