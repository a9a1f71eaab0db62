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
      fillOpacity: town ? (colour ? 0.34 + 0.5 * share(feature.properties.id) : 0) : 1,
    };
  }

  function share(id) {
    const due = now.due[id] || 0;
    return due ? (now.silent[id] || 0) / due : 0;
  }

  function told(layer) {
    const { id, name } = layer.feature.properties;
    const due = now.due[id] || 0;
    return name + (due ? "：未应 " + (now.silent[id] || 0) + " / 应叫 " + due : "");
  }

  const WORDS = { with_officer: "待值班员", unreachable: "失联", calling: "正在叫", scheduled: "待叫", taken_over: "转达", answered: "已应", reminding: "催办", closed: "已结" };
  const LOUD = { with_officer: 3, unreachable: 3, taken_over: 2, reminding: 2, calling: 1, scheduled: 1 };

  // Who has answered is a dark grain, who has not yet a light one; what waits for the officer lies on top, large.
  function dot([, name, lon, lat, state]) {
    const loud = LOUD[state] || 0, near = Math.max(0, map.getZoom() - 9);
    const ink = paint("--ink"), paper = paint("--paper");
    const style = loud > 1
      ? { radius: 1.5 + loud + near * 0.8, weight: 1.4, color: ink, fillColor: loud === 3 ? ink : paper, fillOpacity: 1 }
      : { radius: (loud ? 1.1 : 0.8) + near * 0.7, stroke: loud === 1 && near > 1, weight: 0.8, color: ink, fillColor: loud ? paper : ink, fillOpacity: loud ? 0.95 : 0.5 };
    return L.circleMarker([lat, lon], style).bindTooltip(name + "：" + (WORDS[state] || state));
  }

  function redraw() {
    if (outlines) outlines.setStyle(look);
    if (dots) dots.remove();
    const order = (row) => LOUD[row[4]] || 0;
    dots = L.layerGroup(now.dots.slice().sort((a, b) => order(a) - order(b)).map(dot)).addTo(map);
  }

  let aimed = false;
  function aim() {
    const touched = outlines.getLayers().filter((layer) => layer.feature.properties.level === "town" && now.due[layer.feature.properties.id]);
    if (aimed || !touched.length) return;
    aimed = true;
    map.fitBounds(L.featureGroup(touched).getBounds(), { padding: [14, 14] });
  }

  function refresh() {
    fetch("/map/" + encodeURIComponent(incident) + ".json").then((answer) => answer.json()).then((fresh) => {
      now = fresh;
      if (outlines) aim();
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
  map.on("zoomend", redraw);
  let resting = 0;
  const soon = () => { if (!resting) resting = setTimeout(() => { resting = 0; refresh(); }, 2000); };
  ["desk:change", "desk:back"].forEach((name) => document.body.addEventListener(name, soon));
  document.body.addEventListener("desk:theme", redraw);
})();
