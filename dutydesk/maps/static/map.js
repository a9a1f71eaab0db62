// What folium's page calls: points on one canvas for each layer, and the frame around the map. Nothing is fetched.
(function () {
  "use strict";
  const INK = { ink: "#14191d", soft: "#56616a", faint: "#9aa4ac", paper: "#ffffff", green: "#1f6b52", violet: "#5a4a86", brown: "#6d5a48", teal: "#3d7f86", red: "#c4161c", orange: "#f08a1d", yellow: "#f6d02f", blue: "#1f62c4", land: "#fbfbfa", county: "#87929a", plain: "#56616a" };
  const ALERTS = ["red", "orange", "yellow", "blue"];
  const SIZE = { dot: 2.2, ring: 2.4, diamond: 4.6, house: 5.6, "house-empty": 5.4, "house-crossed": 5.4, triangle: 5, crate: 3.9, drop: 4.4 };

  // One shape around (0, 0). A light rim keeps shapes apart from the ground and from each other.
  function draw(pen, shape, paint, r) {
    const fill = INK[paint], light = paint === "paper";
    pen.lineJoin = "round";
    pen.beginPath();
    if (shape === "dot" || shape === "ring") pen.arc(0, 0, r, 0, 2 * Math.PI);
    else if (shape === "diamond") { pen.moveTo(0, -r); pen.lineTo(r, 0); pen.lineTo(0, r); pen.lineTo(-r, 0); pen.closePath(); }
    else if (shape === "triangle") { pen.moveTo(0, -r); pen.lineTo(r, r * 0.8); pen.lineTo(-r, r * 0.8); pen.closePath(); }
    else if (shape === "crate") pen.rect(-r, -r, 2 * r, 2 * r);
    else if (shape === "drop") { pen.moveTo(0, -r * 1.2); pen.bezierCurveTo(r * 0.5, -r * 0.4, r * 0.95, 0, r * 0.95, r * 0.35); pen.arc(0, r * 0.35, r * 0.95, 0, Math.PI); pen.bezierCurveTo(-r * 0.95, 0, -r * 0.5, -r * 0.4, 0, -r * 1.2); }
    else { pen.moveTo(0, -r * 1.1); pen.lineTo(r, -r * 0.15); pen.lineTo(r, r * 0.9); pen.lineTo(-r, r * 0.9); pen.lineTo(-r, -r * 0.15); pen.closePath(); }
    const hollow = light || ["ring", "house-empty", "house-crossed"].includes(shape);
    pen.strokeStyle = hollow ? (light ? INK.ink : fill) : "#ffffff";
    pen.lineWidth = hollow ? 1.4 : shape === "dot" ? 0.7 : 1.3;
    pen.fillStyle = hollow ? "#ffffff" : fill;
    pen.fill(); pen.stroke();
    if (shape === "house-crossed") {
      pen.beginPath(); pen.moveTo(-r * 1.15, r * 1.15); pen.lineTo(r * 1.15, -r * 1.15);
      pen.lineWidth = 3.4; pen.strokeStyle = "#ffffff"; pen.stroke();
      pen.lineWidth = 1.6; pen.strokeStyle = fill; pen.stroke();
    }
    if (shape === "crate") { pen.beginPath(); pen.moveTo(-r, -r * 0.25); pen.lineTo(r, -r * 0.25); pen.lineWidth = 1; pen.strokeStyle = "#ffffff"; pen.stroke(); }
  }

  // A stamp for each style and size: fifty thousand copies of a picture are quick, fifty thousand paths are not.
  function stamp(shape, paint, r) {
    const dots = window.devicePixelRatio || 1, half = Math.ceil(r * 1.3 + 3);
    const sheet = document.createElement("canvas");
    sheet.width = sheet.height = 2 * half * dots;
    const pen = sheet.getContext("2d");
    pen.scale(dots, dots); pen.translate(half, half);
    draw(pen, shape, paint, r);
    return { sheet, half };
  }

  const Grains = L.Layer.extend({
    initialize: function (data) {
      const n = data.rows.length;
      this.data = data; this.x = new Float64Array(n); this.y = new Float64Array(n); this.stamps = {};
      data.rows.forEach((row, i) => {
        this.x[i] = row[1] / 360 + 0.5;
        this.y[i] = 0.5 - Math.log(Math.tan(Math.PI / 4 + row[0] * Math.PI / 360)) / (2 * Math.PI);
      });
    },
    onAdd: function (map) {
      this.map = map;
      this.sheet = L.DomUtil.create("canvas", "leaflet-zoom-hide");
      this.sheet.style.pointerEvents = "none";
      const pane = map.getPane("grains") || map.createPane("grains");
      pane.style.zIndex = 420; pane.style.pointerEvents = "none";
      pane.appendChild(this.sheet);
      map.on("moveend resize", this.paint, this);
      this.paint();
    },
    bringToFront: function () { this.sheet.parentNode.appendChild(this.sheet); },
    onRemove: function (map) { this.sheet.remove(); map.off("moveend resize", this.paint, this); this.sheet = null; },
    radius: function (shape) { return SIZE[shape] * Math.min(1.9, Math.max(0.62, 0.62 + (this.map.getZoom() - 8.5) * 0.17)); },
    paint: function () {
      const map = this.map, size = map.getSize(), pad = size.multiplyBy(0.2), dots = window.devicePixelRatio || 1;
      const from = map.containerPointToLayerPoint(pad.multiplyBy(-1)), world = 256 * Math.pow(2, map.getZoom());
      const corner = map.getPixelOrigin().add(from), wide = size.x + 2 * pad.x, high = size.y + 2 * pad.y;
      L.DomUtil.setPosition(this.sheet, from);
      this.sheet.width = wide * dots; this.sheet.height = high * dots;
      this.sheet.style.width = wide + "px"; this.sheet.style.height = high + "px";
      const pen = this.sheet.getContext("2d");
      const stamps = this.data.styles.map(([shape, paint]) => this.stamp(shape, paint));
      this.seen = [];
      for (let i = 0; i < this.x.length; i++) {
        const x = this.x[i] * world - corner.x, y = this.y[i] * world - corner.y;
        if (x < 0 || y < 0 || x > wide || y > high) continue;
        const { sheet, half } = stamps[this.data.rows[i][2]];
        pen.drawImage(sheet, Math.round((x - half) * dots), Math.round((y - half) * dots));
        this.seen.push(i);
      }
      this.from = from; this.world = world; this.corner = corner;
      if (map.getZoom() >= 12.25 && this.seen.length <= 150) this.name(pen, dots);
    },
    // Write the names beside the grains, near enough that there is room.
    name: function (pen, dots) {
      pen.scale(dots, dots);
      pen.font = '12px "Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif';
      pen.lineWidth = 3; pen.strokeStyle = "rgba(255,255,255,.9)"; pen.fillStyle = INK.soft; pen.lineJoin = "round";
      const view = this.world + " " + this.corner, map = this.map;
      if (!map.named || map.named.view !== view) map.named = { view, boxes: [] };
      for (const i of this.seen) {
        const x = this.x[i] * this.world - this.corner.x + 14, y = this.y[i] * this.world - this.corner.y + 4;
        const right = x + pen.measureText(this.data.rows[i][3]).width;
        if (map.named.boxes.some((box) => x < box[1] && right > box[0] && Math.abs(y - box[2]) < 15)) continue;
        map.named.boxes.push([x - 18, right, y]);
        pen.strokeText(this.data.rows[i][3], x, y); pen.fillText(this.data.rows[i][3], x, y);
      }
    },
    stamp: function (shape, paint) {
      const r = this.radius(shape), key = shape + paint + r;
      return this.stamps[key] || (this.stamps[key] = stamp(shape, paint, r));
    },
    // Return the nearest grain to a point of the layer, and how far it is in pixels.
    near: function (point) {
      let best = -1, far = 14 * 14;
      for (const i of this.seen) {
        const dx = this.x[i] * this.world - this.corner.x + this.from.x - point.x;
        const dy = this.y[i] * this.world - this.corner.y + this.from.y - point.y;
        const away = dx * dx + dy * dy;
        if (away <= far) { far = away; best = i; }
      }
      return best < 0 ? null : { far, lines: this.lines(best) };
    },
    lines: function (i) { const row = this.data.rows[i]; return [row[3]].concat(row.slice(4).map((n) => this.data.texts[n])); },
  });

  function look(feature) {
    const { s, p } = feature.properties, alert = ALERTS.includes(p);
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
    if (["area", "outline", "zone"].includes(style.shape)) {
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
