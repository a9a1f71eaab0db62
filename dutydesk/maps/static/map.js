// What folium's page calls: points on one canvas for each layer, and the frame around the map. Nothing is fetched.
(function () {
  "use strict";
  const { INK, ALERTS, SIZE, draw, Grains } = window.dutyGrains;

  function look(feature) {
    const { s, p } = feature.properties, alert = ALERTS.includes(p);
    if (s === "safe_zone") return { color: INK.green, weight: 2.4, dashArray: "9 5", fillColor: INK.green, fillOpacity: 0.12 };
    if (s === "fire_line" || s === "break" || s === "way_out") return { color: INK[p], weight: s === "way_out" ? 3.4 : 5, dashArray: { fire_line: "2 7", way_out: "12 7" }[s], lineCap: s === "fire_line" ? "round" : "butt", fill: false };
    if (s === "zone") return { color: INK.soft, weight: 1.2, dashArray: "4 3", fillColor: INK.soft, fillOpacity: 0.1 };
    if (s === "outline") return { color: INK[p], weight: 2.6, fillColor: INK[p], fillOpacity: 0.08 };
    if (p === "county") return { color: INK.county, weight: 1.5, fillColor: INK.land, fillOpacity: 1 };
    return { color: "#c3cad0", weight: 0.7, fillColor: INK[p], fillOpacity: alert ? 0.5 : 0 };
  }

  function make(tag, text, of) { const found = document.createElement(tag); if (text) found.textContent = text; if (of) of.appendChild(found); return found; }

  function swatch(style) {
    const sheet = make("canvas"), dots = 2;
    sheet.width = sheet.height = 18 * dots; sheet.setAttribute("aria-hidden", "true");
    const pen = sheet.getContext("2d");
    pen.scale(dots, dots); pen.translate(9, 9);
    if (["area", "outline", "zone", "safe_zone", "fire_line", "break", "way_out"].includes(style.shape)) {
      const how = look({ properties: { s: style.shape, p: style.paint } });
      pen.globalAlpha = how.fillOpacity; pen.fillStyle = how.fillColor; pen.fillRect(-7, -5, 14, 10);
      pen.globalAlpha = 1; pen.strokeStyle = how.color; pen.lineWidth = Math.max(how.weight, 1);
      if (how.dashArray) pen.setLineDash([3, 2]);
      pen.strokeRect(-7, -5, 14, 10);
    } else draw(pen, style.shape, style.paint, Math.max(SIZE[style.shape], 3));
    return sheet;
  }

  function card(name) { const found = make("div", "", document.body); found.className = "card " + name; return found; }

  function title(told) {
    const box = card("title"), words = make("div", "", box);
    make("h1", told.title, words); make("p", told.subtitle, words);
    told.notes.forEach((note) => { make("p", note, words).className = "note"; });
    const time = make("time", "", box);
    make("b", told.time, time); make("small", told.day + " 的情况", time);
  }

  function legend(map, told, variables) {
    const box = card("legend"), key = make("button", "图例", box);
    key.type = "button"; key.className = "key"; key.onclick = () => box.classList.toggle("open");
    make("h2", "图例", box);
    const sections = told.legend.slice().reverse();
    told.legend.forEach((layer) => {
      layer.made = layer.variables.map((name) => variables[name]);
      if (layer.shown) layer.made.forEach((each) => each.addTo(map)); else layer.made.forEach((each) => map.removeLayer(each));
    });
    const restack = () => told.legend.forEach((layer) => layer.made.forEach((each) => { if (map.hasLayer(each) && each.bringToFront) each.bringToFront(); }));
    restack();
    sections.forEach((layer) => {
      const section = make("section", "", box), label = make("label", "", section), tick = make("input", "", label);
      tick.type = "checkbox"; tick.checked = layer.shown; section.className = layer.shown ? "" : "off"; section.dataset.layer = layer.key;
      const words = layer.styles.filter((style) => style.word);
      if (!words.length && layer.styles.length === 1) label.appendChild(swatch(layer.styles[0]));
      make("span", layer.word, label); make("small", String(layer.count), label);
      const list = make("ul");
      words.forEach((style) => { const line = make("li", "", list); line.appendChild(swatch(style)); make("span", style.word, line); });
      if (words.length) section.appendChild(list);
      tick.onchange = () => {
        section.className = tick.checked ? "" : "off";
        layer.made.forEach((each) => tick.checked ? each.addTo(map) : map.removeLayer(each));
        restack();
      };
    });
  }

  function foot(map, told) {
    const box = card("foot");
    const north = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    north.setAttribute("viewBox", "0 0 20 34"); north.setAttribute("role", "img"); north.setAttribute("aria-label", "上北");
    [["path", { d: "M10 11 16 32 10 27.5Z", fill: INK.ink }], ["path", { d: "M10 11 4 32 10 27.5Z", fill: "#fff", stroke: INK.ink, "stroke-width": "1.1", "stroke-linejoin": "round" }], ["text", { x: "10", y: "8.5", "text-anchor": "middle", "font-size": "10", "font-weight": "700", fill: INK.ink }]].forEach(([tag, set]) => {
      const part = document.createElementNS("http://www.w3.org/2000/svg", tag);
      Object.entries(set).forEach(([name, value]) => part.setAttribute(name, value));
      if (tag === "text") part.textContent = "北";
      north.appendChild(part);
    });
    box.appendChild(north);
    const scale = make("div", "", box), words = make("b", "", scale), bar = make("i", "", scale);
    scale.className = "scale";
    const measure = () => {
      const y = map.getSize().y / 2, most = map.distance(map.containerPointToLatLng([0, y]), map.containerPointToLatLng([110, y]));
      const power = Math.pow(10, Math.floor(Math.log10(most))), lead = most / power;
      const metres = power * (lead >= 5 ? 5 : lead >= 2 ? 2 : 1);
      words.textContent = metres >= 1000 ? metres / 1000 + " 公里" : metres + " 米";
      bar.style.width = (110 * metres / most) + "px";
    };
    map.on("zoomend moveend resize", measure); measure();
    const whose = make("div", "", box); whose.className = "whose";
    if (told.approval) make("b", "审图号 " + told.approval, whose);
    make("span", told.attribution, whose);
  }

  function zoom(map) {
    const box = card("zoom");
    [["−", "缩小", () => map.zoomOut()], ["+", "放大", () => map.zoomIn()]].forEach(([text, name, act]) => {
      const button = make("button", text, box); button.type = "button"; button.setAttribute("aria-label", name); button.onclick = act;
    });
  }

  // Names of counties, and of towns from near by: above the ground, below what lies on it.
  function names(map, areas) {
    const pane = map.createPane("names");
    pane.style.zIndex = 410;
    areas.forEach((layer) => layer.eachLayer((each) => {
      const { i, s, p, c } = each.feature.properties;
      if (s !== "area") return;
      const icon = L.divIcon({ className: "name " + (p === "county" ? "county" : "town"), html: "", iconSize: null });
      const mark = L.marker(c, { icon, pane: "names", interactive: false, keyboard: false });
      mark.on("add", () => { mark.getElement().textContent = layer.lines[i][0].split("（")[0]; });
      layer.on("add", () => mark.addTo(map)); layer.on("remove", () => mark.remove());
      if (map.hasLayer(layer)) mark.addTo(map);
    }));
    const near = () => map.getContainer().classList.toggle("near", map.getZoom() >= 11);
    map.on("zoomend", near); near();
  }

  function telling(map, grains, areas) {
    const box = card("told");
    function show(event, lines) {
      if (!lines) { box.style.display = "none"; return; }
      box.textContent = "";
      lines.forEach((line, i) => make(i ? "div" : "b", line, box));
      box.style.display = "block";
      const at = event.containerPoint, size = map.getSize();
      box.style.left = Math.max(8, at.x + 14 + box.offsetWidth > size.x ? at.x - 14 - box.offsetWidth : at.x + 14) + "px";
      box.style.top = Math.max(8, at.y + 14 + box.offsetHeight > size.y ? at.y - 14 - box.offsetHeight : at.y + 14) + "px";
    }
    let under = null;
    areas.forEach((layer) => layer.on({ mouseover: (event) => { under = layer.lines[event.layer.feature.properties.i]; }, mouseout: () => { under = null; } }));
    map.on("mousemove click", (event) => {
      const found = grains.filter((each) => map.hasLayer(each)).map((each) => each.near(event.layerPoint)).filter(Boolean);
      found.sort((a, b) => a.far - b.far);
      show(event, found.length ? found[0].lines : under);
    });
    map.on("mouseout movestart zoomstart", () => show(null, null));
  }

  window.dutydesk = {
    grains: (data) => new Grains(data),
    frame: function (map, told, variables) {
      const made = Object.values(variables), areas = made.filter((each) => each instanceof L.GeoJSON);
      areas.forEach((layer) => layer.setStyle(look));
      told.legend.forEach((entry) => entry.variables.forEach((name) => { if (variables[name] instanceof L.GeoJSON) variables[name].lines = entry.lines; }));
      const wide = map.getSize().x > 720;
      map.fitBounds(told.bounds, { paddingTopLeft: [24, wide ? 40 : 90], paddingBottomRight: wide ? [272, 60] : [8, 60], animate: false });
      title(told); legend(map, told, variables); names(map, areas); foot(map, told); zoom(map);
      telling(map, made.filter((each) => each instanceof Grains), areas);
      document.documentElement.dataset.ready = "1";
    },
  };
})();
