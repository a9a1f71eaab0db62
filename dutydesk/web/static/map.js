// The map panel of an incident: coast and boundaries of our own, no tiles, nothing from outside.
(function () {
  "use strict";
  const box = document.getElementById("map");
  if (!box || !window.L) return;
  const map = L.map(box, { renderer: L.canvas({ padding: 0.3 }), attributionControl: false, zoomSnap: 0.25, minZoom: 7, maxZoom: 15, zoomControl: true });
  const incident = box.dataset.incident;
  let outlines = null, dots = null, now = { colours: {}, silent: {}, due: {}, dots: [] };
  const paint = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function look(feature) {
    const town = feature.properties.level === "town";
    const colour = now.colours[feature.properties.id];
    return {
      color: paint("--map-line"), weight: town ? 0.6 : 1.6, fill: true,
      fillColor: town && colour ? paint("--" + colour) : paint("--map-land"),
      fillOpacity: town ? (colour ? 0.22 + 0.5 * share(feature.properties.id) : 0) : 1,
    };
  }

  function share(id) {
    const due = now.due[id] || 0;
    return due ? (now.silent[id] || 0) / due : 0;
  }

  function told(layer) {
    const { id, name } = layer.feature.properties;
    const due = now.due[id] || 0;
    return name + (due ? ":未应 " + (now.silent[id] || 0) + " / 应叫 " + due : "");
  }

  const WORDS = { with_officer: "待值班员", unreachable: "失联", calling: "正在叫", scheduled: "待叫", taken_over: "转达", answered: "已应", reminding: "催办", closed: "已结" };
  const LOUD = ["with_officer", "unreachable", "calling", "scheduled"];

  function redraw() {
    if (outlines) outlines.setStyle(look);
    if (dots) dots.remove();
    dots = L.layerGroup(now.dots.map(([, name, lon, lat, state]) => {
      const loud = LOUD.includes(state);
      return L.circleMarker([lat, lon], {
        radius: loud ? 4.5 : 3, weight: 1.2, color: paint("--ink"), fillColor: paint(state === "calling" || state === "scheduled" ? "--paper" : "--ink"),
        fillOpacity: loud || state === "answered" ? 1 : 0.35, opacity: loud ? 1 : 0.5,
      }).bindTooltip(name + ":" + (WORDS[state] || state));
    })).addTo(map);
  }

  function refresh() {
    fetch("/map/" + encodeURIComponent(incident) + ".json").then((answer) => answer.json()).then((fresh) => {
      now = fresh;
      redraw();
    }, () => { /* the line is lost: the console says so, the map keeps what it has */ });
  }

  fetch("/map/outlines.json").then((answer) => answer.json()).then((shapes) => {
    const level = (name) => shapes.features.filter((each) => each.properties.level === name);
    const drawn = { type: "FeatureCollection", features: level("county").concat(level("town")) };
    outlines = L.geoJSON(drawn, { style: look, onEachFeature: (_, layer) => layer.bindTooltip(() => told(layer), { sticky: true }) }).addTo(map);
    if (outlines.getLayers().length) map.fitBounds(outlines.getBounds(), { padding: [8, 8] });
    else map.setView([0, 0], 7);
    refresh();
  });
  let resting = 0;
  const soon = () => { if (!resting) resting = setTimeout(() => { resting = 0; refresh(); }, 2000); };
  ["desk:change", "desk:back"].forEach((name) => document.body.addEventListener(name, soon));
  document.body.addEventListener("desk:theme", redraw);
})();
