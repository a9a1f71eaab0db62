// The map of the form that opens an incident: a click picks a town, or corner by corner an area is drawn.
// Coordinates leave as [longitude, latitude] in EPSG:4326. The search field does the same without a map.
(function () {
  "use strict";
  const box = document.getElementById("draw-map");
  if (!box || !window.L) return;
  const $ = (id) => document.getElementById(id);
  const map = L.map(box, { renderer: L.canvas({ padding: 0.3 }), attributionControl: false, zoomSnap: 0.25, minZoom: 6, maxZoom: 16, doubleClickZoom: false });
  const paint = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  let drawing = false, corners = [], shape = null, outlines = null;

  function look(feature) {
    const town = feature.properties.level === "town";
    const chosen = town && document.querySelector('#places input[value="' + CSS.escape(feature.properties.id) + '"]');
    return { color: paint("--map-line"), weight: town ? 0.6 : 1.6, fill: true,
      fillColor: chosen ? paint("--ink") : paint("--map-land"), fillOpacity: town ? (chosen ? 0.45 : 0.01) : 1 };
  }

  function redraw() {
    if (outlines) outlines.setStyle(look);
    if (shape) shape.remove();
    const ring = corners.map(([lon, lat]) => [lat, lon]);
    const style = { color: paint("--ink"), weight: 3, dashArray: drawing ? "6 5" : null, fillOpacity: 0.12 };
    shape = ring.length ? L.layerGroup([drawing && ring.length < 3 ? L.polyline(ring, style) : L.polygon(ring, style)]
      .concat(drawing ? ring.map((at) => L.circleMarker(at, { radius: 5, color: paint("--ink"), fillColor: paint("--paper"), fillOpacity: 1 })) : [])).addTo(map) : null;
    $("draw").setAttribute("aria-pressed", String(drawing));
    $("draw-end").hidden = !drawing || corners.length < 3;
    $("draw-undo").hidden = !drawing || !corners.length;
    $("draw-clear").hidden = !corners.length;
    $("draw-hint").textContent = drawing ? "逐点点出边界，至少三点，再按“画完”" : corners.length ? "范围已画好，" + corners.length + " 个角" : "点镇街即选中；或按“画范围”后逐点点出边界";
    box.classList.toggle("drawing", drawing);
  }

  function keep(ring) {
    const told = ring.length ? JSON.stringify(ring) : "";
    if ($("area").value === told) return;
    $("area").value = told;
    $("open-form").dispatchEvent(new CustomEvent("desk:drawn"));
  }

  map.on("click", (event) => {
    if (!drawing) return;
    corners.push([Number(event.latlng.lng.toFixed(5)), Number(event.latlng.lat.toFixed(5))]);
    redraw();
  });
  $("draw").addEventListener("click", () => {
    drawing = !drawing;
    if (drawing) { corners = []; keep([]); }
    redraw();
  });
  $("draw-end").addEventListener("click", () => { drawing = false; keep(corners); redraw(); });
  $("draw-undo").addEventListener("click", () => { corners.pop(); redraw(); });
  $("draw-clear").addEventListener("click", () => { drawing = false; corners = []; keep([]); redraw(); });

  function pick(properties) {
    if (drawing || properties.level !== "town") return;
    const chosen = document.querySelector('#places input[value="' + CSS.escape(properties.id) + '"]');
    if (chosen) chosen.closest("button").click();
    else document.body.dispatchEvent(new CustomEvent("desk:place", { detail: { id: properties.id, name: properties.name } }));
  }

  fetch("/map/outlines.json").then((answer) => answer.json()).then((shapes) => {
    const level = (name) => shapes.features.filter((each) => each.properties.level === name);
    outlines = L.geoJSON({ type: "FeatureCollection", features: level("county").concat(level("town")) }, {
      style: look, onEachFeature: (feature, layer) => {
        layer.bindTooltip(feature.properties.name, { sticky: true });
        layer.on("click", () => pick(feature.properties));
      } }).addTo(map);
    if (outlines.getLayers().length) map.fitBounds(outlines.getBounds(), { padding: [8, 8] });
    else map.setView([0, 0], 7);
    redraw();
  });
  new MutationObserver(redraw).observe($("places"), { childList: true });
  document.body.addEventListener("desk:theme", redraw);
  window.addEventListener("load", redraw);
})();
